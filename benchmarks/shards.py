"""What embedding on many machines brings: one job and shards of the same notes measured, a year of transcripts on paper.

    python -m benchmarks.shards [--split 4000] [--merged 10000] [--rated 1000] [--out FILE]

Notes are made up (`benchmarks/nights.py`) and go the whole way, from files to a published build. `--split` passages
are embedded by the model that ships, by one job and as two shards, one after the other so that each has this
machine to itself; their builds must be equal. How long a merge takes does not depend on what vectors hold, so
`--merged` passages get drawn ones. The year on paper follows from the work of the cores, each stage in proportion to
the number of passages.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.nights import recap, write_recaps
from index.build.layout import current_build_id, read_manifest
from index.build.share import Share
from index.encoder.base import Encoder, TokenVectors, Vectors, unit
from index.encoder.load import load_encoder
from ingest.job import Job
from ingest.nightly.run import run, silent
from ingest.shards.embedding import embed_share

A_YEAR = 177_000  # passages of a year's transcripts
SHARDS = (1, 2, 4, 8)
TALKS, PASSAGES = 10, 10  # of a recap
_CHARS_A_TOKEN = 5
_POOL = 4_096


class Drawn:
    """Gives texts vectors that no model computed, as many as a model would: fast, and the same each time."""

    def __init__(self, real: Encoder) -> None:
        self.name, self.revision, self.dim, self.max_tokens = "drawn", "0" * 64, real.dim, real.max_tokens
        self.form, self.adapter, self.check = "drawn", "", dict[str, float | int | str]()
        self._pool = unit(np.random.RandomState(1).standard_normal((_POOL, self.dim)).astype(np.float32))

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one vector a text."""
        return np.stack([tokens.pooled for tokens in self.encode_tokens(texts)])

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Return each text's vectors."""
        return [self.encode_question(text) for text in texts]

    def encode_question(self, text: str) -> TokenVectors:
        """Return a text's vectors."""
        starts = range(0, min(len(text), self.max_tokens * _CHARS_A_TOKEN), _CHARS_A_TOKEN)
        first = int.from_bytes(blake2b(text.encode(), digest_size=4).digest(), "big")
        vectors = self._pool[(first + np.arange(len(starts))) % _POOL]
        spans = tuple((at, at + _CHARS_A_TOKEN) for at in starts)
        return TokenVectors(vectors, spans, tuple(range(len(starts))), vectors[0])


def timed(act: Callable[[], object]) -> dict[str, float]:
    """Do something and return how long it took, and how long all cores together worked for it, its processes included."""
    started, before = time.perf_counter(), os.times()
    act()
    return {
        "s": round(time.perf_counter() - started, 2),
        "cpu_s": round(sum(os.times()[:4]) - sum(before[:4]), 2),
    }


def rate(encoder: Encoder, count: int) -> dict[str, float]:
    """Embed so many passages and nothing else."""
    text = [
        line
        for number in range(-(-count // (TALKS * PASSAGES)))
        for line in recap(number, TALKS, PASSAGES).splitlines()
    ]
    passages = [line for line in text if line and not line.startswith("#")][:count]
    encoder.encode_tokens(passages[:16])
    spent = timed(lambda: [encoder.encode_tokens(passages[at : at + 512]) for at in range(0, count, 512)])
    return {
        "passages": len(passages),
        **spent,
        "passages_a_s": round(len(passages) / spent["s"], 1),
        "cpu_ms_a_passage": round(spent["cpu_s"] / len(passages) * 1e3, 2),
    }


def split(folder: Path, passages: int, encoder: Encoder, count: int) -> dict[str, Any]:
    """Let one job, and then so many shards and a merge, make a build of the same notes."""
    notes = folder / f"notes-{passages}"
    write_recaps(notes, max(passages // (TALKS * PASSAGES), 1), TALKS, PASSAGES)
    one, many = (Job(paths=(notes,), index_dir=folder / f"{name}-{passages}") for name in ("one", "many"))
    found: dict[str, Any] = {"one job": timed(lambda: run(one, encoder=encoder))}
    for number in range(1, count + 1):
        own = replace(many, index_dir=folder / f"machine-{number}")  # reads everything itself
        found[f"shard {number}/{count}"] = timed(
            lambda own=own, number=number: _shard(own, number, count, encoder)
        )
        (many.index_dir / "shards").mkdir(parents=True, exist_ok=True)
        shutil.move(own.index_dir / "shards" / f"{number}-of-{count}", many.index_dir / "shards")
    found["merge"] = timed(lambda: run(replace(many, shards=count), encoder=encoder))
    single, merged = (read_manifest(job.index_dir / current_build_id(job.index_dir)) for job in (one, many))
    if single.content_sha256 != merged.content_sha256:
        sys.exit("the merged build is not that of one job")
    return {"passages": merged.counts["passages"], "mb": round(sum(merged.sizes.values()) / 1e6), **found}


def _shard(job: Job, number: int, count: int, encoder: Encoder) -> None:
    embed_share(job, Share(number, count), silent, encoder)


def on_paper(embedding: dict[str, float], drawn: dict[str, Any]) -> list[dict[str, float]]:
    """Return the minutes that a year of transcripts takes, by number of shards, each on a machine like this one with nothing else to do.

    Reckoned from the work of the cores, which does not depend on what else they do: embedding keeps all of them busy, all
    else one.
    """
    cores, scale = os.cpu_count() or 1, A_YEAR / drawn["passages"]
    one_s, half_s, merge_s = (drawn[name]["cpu_s"] * scale for name in ("one job", "shard 1/2", "merge"))
    rows = []
    for count in SHARDS:
        embedding_s = A_YEAR * embedding["cpu_ms_a_passage"] / 1e3 / cores / count
        around_s, after_s = (half_s, merge_s) if count > 1 else (one_s, 0.0)
        rows.append(
            {
                "shards": count,
                "embedding_min": round(embedding_s / 60, 1),
                "a job's other work_min": round(around_s / 60, 1),
                "merge_min": round(after_s / 60, 1),
                "from start to end_min": round((embedding_s + around_s + after_s) / 60, 1),
                "all machines together_min": round(((embedding_s + around_s) * count + after_s) / 60, 1),
            }
        )
    return rows


def _told(what: str, found: dict[str, Any]) -> dict[str, Any]:
    """Show a part as soon as it is known."""
    print(json.dumps({what: found}), flush=True)
    return found


def main() -> None:
    """Measure, reckon, and write the results."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--split", type=int, default=4_000)
    parser.add_argument("--merged", type=int, default=10_000)
    parser.add_argument("--rated", type=int, default=1_000)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    encoder = load_encoder()
    with tempfile.TemporaryDirectory() as made:
        before = os.getloadavg()
        embedding = _told("rate", rate(encoder, asked.rated))
        drawn = _told("drawn", split(Path(made) / "drawn", asked.merged, Drawn(encoder), 2))
        year = _told("a year on paper", {"passages": A_YEAR, "rows": on_paper(embedding, drawn)})
        measured = _told("split", split(Path(made) / "real", asked.split, encoder, 2))
    row = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cpus": os.cpu_count(),
        "machine": platform.machine(),
        "load": [round(one, 1) for one in (before[0], os.getloadavg()[0])],
        "rate": embedding,
        "drawn": drawn,
        "split": measured,
        "a year on paper": year,
    }
    if asked.out:
        asked.out.write_text(json.dumps(row, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
