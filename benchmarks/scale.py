"""Build and search made-up corpora of growing sizes with what ships: cost of building, opening, memory, times, recall, filters.

    python benchmarks/scale.py --sizes 10000 100000 [--folder data/scale] [--out
    benchmarks/results/<date>-<commit>-scale.jsonl]

Building and searching run in processes of their own. A million passages take about half an hour on two cores
and 15 GB of disk; each size is removed when it was measured, unless `--keep` is given.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.asked import questions
from benchmarks.made_up import Corpus, Pieces, PreparedEncoder

ROOT = Path(__file__).resolve().parent.parent
ASKED = 400
COMPARED = 200  # questions whose candidates are compared with an exact search
DEPTH = 50  # candidates of each ranker, as in `index.search.Query`
MB = 1e6


def pieces(folder: Path) -> Pieces:
    """Return the sentences and titles of the recaps that ship, read by the product once."""
    cache = folder / "pieces.json"
    if not cache.exists():
        from bot.answering.reply.outline import split_units
        from index.build.reader import open_build

        with tempfile.TemporaryDirectory() as made:
            command = [sys.executable, "-m", "ingest", str(ROOT / "notes"), "--index", made]
            subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
            build = open_build(Path(made))
            sentences = [
                one.text[slice(*span)]
                for one in build.passages
                if one.role == "body"
                for span in split_units(one.text)
            ]
            titles = [talk.title for talk in build.talks.values()]
        cache.write_text(
            json.dumps([[one for one in sentences if 40 <= len(one) <= 220], titles]), encoding="utf-8"
        )
    return Pieces.of(*json.loads(cache.read_text(encoding="utf-8")))


def build(size: int, folder: Path, large: bool = False) -> dict[str, Any]:
    """Write and publish a build of so many passages."""
    from index.build.writer import publish
    from index.encoder.load import load_encoder
    from index.ranking.dense import MOST_SCANNED

    parts = pieces(folder)
    encoder = PreparedEncoder(load_encoder(), parts, folder / "pieces.npz")
    corpus = Corpus(parts, size)
    len(corpus.recaps), corpus.passage(0)  # made before the clock starts
    before_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    started, cpu = time.perf_counter(), time.process_time()
    index_dir = folder / str(size)
    build_id = corpus.write(index_dir, encoder, size - 1 if large else MOST_SCANNED)
    build_s, build_cpu_s = time.perf_counter() - started, time.process_time() - cpu
    publish(index_dir, build_id)
    files = [path for path in (index_dir / build_id).rglob("*") if path.is_file()]
    return {
        "build_s": round(build_s, 1),
        "build_ms_a_passage": round(build_s / size * 1e3, 3),
        "build_cpu_ms_a_passage": round(build_cpu_s / size * 1e3, 3),
        "build_peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3),
        "before_build_mb": round(before_mb),
        "publish_s": round(time.perf_counter() - started - build_s, 1),
        "size_mb": round(sum(path.stat().st_size for path in files) / MB),
        "talks": len(corpus.talks),
        "events": len(corpus.events),
    }


def measure(size: int, folder: Path) -> dict[str, Any]:
    """Open a build and ask it; everything in this process."""
    from bot.answering.answer import answer, prepare
    from index.search import Searcher

    asked = questions(Corpus(pieces(folder), size), ASKED)
    started = time.perf_counter()
    searcher = Searcher.open(folder / str(size))
    open_s = time.perf_counter() - started
    prepare(searcher)
    ready_s = time.perf_counter() - started
    for question in asked[:20]:
        answer(question, searcher=searcher)
    spent = _times(lambda question: answer(question, searcher=searcher), asked)
    slowest = sorted(zip(spent, asked, strict=True), reverse=True)[:5]
    memory = _memory()
    return {
        "open_s": round(open_s, 3),
        "ready_s": round(ready_s, 3),
        **_percentiles("", spent),
        **memory,
        **_stages(searcher, asked),
        **_recall(searcher, asked[:COMPARED]),
        **_filters(searcher, asked[:COMPARED:10]),
        "dense_kind": searcher.build.dense.kind,
        "late_kind": searcher.build.late.kind,
        "slowest": [[round(ms, 1), question] for ms, question in slowest],
    }


def _times(ask: Callable[[str], object], asked: Iterable[str]) -> list[float]:
    spent = []
    for question in asked:
        started = time.perf_counter()
        ask(question)
        spent.append((time.perf_counter() - started) * 1e3)
    return spent


def _percentiles(what: str, spent: list[float]) -> dict[str, float]:
    return {
        f"{what}p50_ms": round(float(np.percentile(spent, 50)), 2),
        f"{what}p99_ms": round(float(np.percentile(spent, 99)), 2),
    }


def _stages(searcher: Any, asked: list[str]) -> dict[str, float]:
    """Time each stage of a ranking without limits on its own."""
    from index.engines.proposals import RARE_AT_MOST
    from index.search import Query

    build = searcher.build
    tokens = {question: searcher.encoder.encode_tokens([question])[0] for question in asked}
    rows = {
        question: np.sort(build.dense.search(tokens[question].pooled, 2 * DEPTH)[0]) for question in asked
    }
    stages: dict[str, Callable[[str], object]] = {
        "search_": lambda question: searcher.search(Query(question, k=30)),
        "encode_": lambda question: searcher.encoder.encode_tokens([question]),
        "lexical_": lambda question: build.lexical.search(question, DEPTH),
        "rare_": lambda question: build.lexical.search_rare(question, RARE_AT_MOST),
        "dense_": lambda question: build.dense.search(tokens[question].pooled, DEPTH),
        "late_": lambda question: build.late.similarities(tokens[question].vectors, rows[question]),
    }
    return {
        name: value
        for what, ask in stages.items()
        for name, value in _percentiles(what, _times(ask, asked)).items()
    }


def _recall(searcher: Any, asked: list[str]) -> dict[str, float]:
    """Compare the dense candidates with an exact search."""
    dense = searcher.build.dense
    shares: list[tuple[float, float]] = []
    for question in asked:
        vector = searcher.encoder.encode_tokens([question])[0].pooled
        exact = set(dense.scan(vector, 10)[0].tolist())
        found = dense.search(vector, DEPTH)[0].tolist()
        shares.append((len(exact & set(found[:10])) / len(exact), len(exact & set(found)) / len(exact)))
    ten, all_ = np.mean(shares, axis=0)
    return {"recall_at_10": round(float(ten), 4), f"recall_of_10_at_{DEPTH}": round(float(all_), 4)}


def _filters(searcher: Any, asked: list[str]) -> dict[str, Any]:
    """Search within limits of several widths, time it, and compare with what is exact."""
    from index.engines.proposals import Wanted
    from index.search import Filter, Query

    build = searcher.build
    events = list(build.events)
    limits = {
        "event": Filter(event_ids=frozenset(events[:1])),
        "event and day": Filter(event_ids=frozenset(events[-1:]), days=frozenset({2})),
        "tenth": Filter(event_ids=frozenset(events[: len(events) // 10 + 1])),
        "day": Filter(days=frozenset({1})),
        "sessions": Filter(kinds=frozenset({"session"})),
    }
    found: dict[str, Any] = {}
    for what, limit in limits.items():
        talks = searcher.within(limit)
        allowed = talks.mask[build.table.talk_of_row]
        spent = _times(lambda question, limit=limit: searcher.search(Query(question, filter=limit)), asked)
        recall, outside = [], 0
        for question in asked:
            vector = searcher.encoder.encode_tokens([question])[0].pooled
            exact = build.dense.scan(vector, 10, allowed)[0]
            proposed = searcher.engine.propose(Wanted(question, "", vector, DEPTH, talks))
            dense, lexical = proposed.dense, proposed.lexical
            recall.append(len(np.intersect1d(exact, dense[:10])) / max(len(exact), 1))
            outside += int(np.count_nonzero(~allowed[dense]) + np.count_nonzero(~allowed[lexical]))
        found[what] = {
            "kept": round(float(allowed.mean()), 5),
            "outside": outside,
            "recall_at_10": round(float(np.mean(recall)), 4),
            **_percentiles("", spent),
        }
    outside, worst = (
        sum(one["outside"] for one in found.values()),
        max(one["p50_ms"] for one in found.values()),
    )
    return {"filters": found, "outside_filters": outside, "filtered_search_p50_ms": worst}


def _memory() -> dict[str, int]:
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    kb = {
        line.split(":")[0]: line.split()[1]
        for line in status.splitlines()
        if line.startswith(("VmRSS", "RssAnon"))
    }
    return {"rss_mb": round(int(kb["VmRSS"]) / 1e3), "private_mb": round(int(kb["RssAnon"]) / 1e3)}


def _in_process(what: str, size: int, folder: Path, large: bool = False) -> dict[str, Any]:
    command = [
        sys.executable,
        str(Path(__file__).resolve()),
        what,
        "--sizes",
        str(size),
        "--folder",
        str(folder),
    ]
    command += ["--large"] if large else []
    done = subprocess.run(
        command,
        check=True,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    row: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return row


def main() -> None:
    """Measure each size and append its row to the results."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "what", nargs="?", choices=["build", "measure"], help="do one part here, for one size"
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--folder", type=Path, default=ROOT / "data" / "scale")
    parser.add_argument("--out", type=Path)
    parser.add_argument(
        "--large",
        action="store_true",
        help="write every size as a large build, to compare what a passage costs",
    )
    parser.add_argument("--keep", action="store_true", help="leave the builds")
    asked = parser.parse_args()
    folder = asked.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if asked.what:
        size = asked.sizes[0]
        print(
            json.dumps(build(size, folder, asked.large) if asked.what == "build" else measure(size, folder))
        )
        return
    for size in asked.sizes:
        written = (folder / str(size) / "CURRENT").exists()
        row = {
            "passages": size,
            **({} if written else _in_process("build", size, folder, asked.large)),
            **_in_process("measure", size, folder),
        }
        row |= {
            "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "cpus": os.cpu_count(),
            "machine": platform.machine(),
        }
        print(json.dumps(row))
        if asked.out:
            with asked.out.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(row) + "\n")
        if not asked.keep:
            shutil.rmtree(folder / str(size))


if __name__ == "__main__":
    main()
