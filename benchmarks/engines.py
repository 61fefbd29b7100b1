"""Compare an engine's ranking with the local one on a build and a file of questions.

    python -m benchmarks.engines INDEX QUESTIONS.jsonl [--depth 50] [--url URL]

Without an address and shards the questions are asked of Qdrant's Python re-implementation in this process: its
answers are right, its times say nothing.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
from qdrant_client import QdrantClient

from index.engines.qdrant import Qdrant
from index.search import Query, Searcher
from tests.qdrant_core import Core

_SHOWN = (1, 3, 10)


def main() -> None:
    """Print the share of questions with the same first hit, the same three, the same ten, and the times."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("index", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--depth", type=int, default=50)
    parser.add_argument("--url", help="of a server")
    parser.add_argument("--shards", type=int, help="ask the real core in this process, in so many shards")
    given = parser.parse_args()
    local = Searcher.open(given.index)
    with tempfile.TemporaryDirectory() as folder:
        server = _server(given.url, given.shards, Path(folder))
        _compare(given, local, server)


def _server(url: str | None, shards: int | None, folder: Path) -> Qdrant:
    if url:
        return Qdrant.at(url, None, "bench")
    return Qdrant(Core(folder, shards) if shards else QdrantClient(":memory:"), "bench", "this process")


def _compare(given: argparse.Namespace, local: Searcher, server: Qdrant) -> None:
    started = time.perf_counter()
    server.write(local.build)
    print(f"written in {time.perf_counter() - started:.1f} s")
    remote = Searcher(local.build, local.encoder, engine=server.engine)
    lines = [json.loads(line) for line in given.questions.read_text("utf-8").splitlines()]
    queries = [
        Query(line["question"], context=" ".join(line.get("history", [])[-1:]), depth=given.depth)
        for line in lines
    ]
    print(f"{len(queries)} questions, depth {given.depth}, build {local.build.build_id}")
    rows, times = {}, {}
    for name, searcher in (("local", local), ("qdrant", remote)):
        for query in queries[:20]:
            searcher.rank(query)
        rows[name], times[name] = [], []
        for query in queries:
            at = time.perf_counter()
            rows[name].append([item.row for item in searcher.rank(query)])
            times[name].append(1000 * (time.perf_counter() - at))
    for most in _SHOWN:
        same = [a[:most] == b[:most] for a, b in zip(rows["local"], rows["qdrant"], strict=True)]
        print(f"same first {most}: {statistics.mean(same):.3f}")
    shares = [len({*a} & {*b}) / max(len(a), 1) for a, b in zip(rows["local"], rows["qdrant"], strict=True)]
    print(f"of the first ten: {statistics.mean(shares):.3f}")
    for name, some in times.items():
        p50, p99 = np.percentile(some, [50, 99])
        print(f"{name}: p50 {p50:.1f} ms, p99 {p99:.1f} ms")


if __name__ == "__main__":
    main()
