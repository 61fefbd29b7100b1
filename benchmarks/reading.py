"""Measure reading one large recap: load it, find its talks, cut its passages, and inspect it; nothing is embedded.

    python benchmarks/reading.py --megabytes 20

The recaps that ship are repeated with other words in every round, from a seeded generator, as plain text,
Markdown and HTML. Each is read in a process of its own, so that its peak is its own.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import re
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ingest.catalogue.catalogue import Catalogue
from ingest.inspection.inspect import inspect_file
from ingest.recap.reading import read_recap
from ingest.sources.listing import gather

NOTES = Path(__file__).resolve().parents[1] / "notes"
WORD = re.compile(r"\b[a-z]{5,12}\b")
T = TypeVar("T")
CHANGED = 0.2  # share of the words


def large(suffix: str, size_bytes: int) -> str:
    """Write a recap of a format and size out of the notes that ship."""
    chance = random.Random(len(suffix))  # noqa: S311 made-up notes
    texts = [
        path.read_text(encoding="utf-8")
        for path in sorted(NOTES.glob(f"*{suffix}"))
        if path.name != "README.md"
    ]
    known = sorted({word for text in texts for word in WORD.findall(re.sub(r"<[^>]*>", " ", text))})
    rounds: list[str] = []
    left = size_bytes
    while left > 0:
        text = chance.choice(texts)
        if suffix == ".html":
            text = re.sub(r"(?s)\A.*<body[^>]*>|</body>.*\Z", "", text)
            text = re.sub(r">[^<]+", lambda found: _varied(found[0], known, chance), text)
        else:
            text = "\n".join(
                line if "http" in line else _varied(line, known, chance) for line in text.split("\n")
            )
        rounds.append(text)
        left -= len(text.encode("utf-8")) + 2
    whole = "\n\n".join(rounds)
    return f"<html><body>{whole}</body></html>" if suffix == ".html" else whole


def _varied(words: str, known: list[str], chance: random.Random) -> str:
    return WORD.sub(lambda found: chance.choice(known) if chance.random() < CHANGED else found[0], words)


def write(path: Path, size_bytes: int) -> None:
    """Write the recap to a file."""
    path.write_text(large(path.suffix, size_bytes), encoding="utf-8")


def measured(path: Path, task: str) -> dict[str, float | int | str]:
    """Read or inspect a file and say what it cost."""
    cpu, wall = time.process_time(), time.perf_counter()
    found = (
        inspect_file(path) if task == "inspect" else read_recap(gather([path]).recaps[0], Catalogue.join([]))
    )
    return {
        "format": path.suffix,
        "task": task,
        "cpu_s": round(time.process_time() - cpu, 1),
        "wall_s": round(time.perf_counter() - wall, 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "talks": len(found.talks),
    }


def main() -> None:
    """Print one JSON line a format and task."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--megabytes", type=float, default=20)
    size_bytes = int(parser.parse_args().megabytes * 1_000_000)
    with tempfile.TemporaryDirectory() as folder:
        for suffix in (".txt", ".md", ".html"):
            path = Path(folder) / f"large{suffix}"
            _alone(write, path, size_bytes)
            for task in ("read", "inspect"):
                print(json.dumps(_alone(measured, path, task)), flush=True)


def _alone(work: Callable[..., T], *given: object) -> T:
    """Work in a new process: its peak counts that of the process which starts it, so that one stays small."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, given)


if __name__ == "__main__":
    main()
