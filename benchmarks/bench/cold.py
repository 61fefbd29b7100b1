"""Cold start: whole commands from process start to their last line, taking turns with the shortest script for the same."""

from __future__ import annotations

import json
import statistics
import sys
from pathlib import Path

import faiss

from benchmarks.bench.machine import ROOT
from benchmarks.bench.material import model_folder
from benchmarks.bench.processes import command, wall_s
from index.encoder.load import load_encoder
from index.search import Searcher

QUESTION = "what did they say about autoscaling?"
ASK, SCRIPT = "`confnotes ask`", "sentence-transformers + FAISS script"


def cold_starts(index_dir: Path, rounds: int, work: Path) -> list[dict[str, object]]:
    """Return a row for each command: median and fastest wall seconds, after one turn that fills the page cache."""
    commands = {
        ASK: [command(), "ask", QUESTION, "--index", str(index_dir)],
        SCRIPT: _script(index_dir, work),
        "`confnotes talks`": [command(), "talks", "--index", str(index_dir)],
        "`confnotes --help`": [command(), "--help"],
        "`python -c pass`": [sys.executable, "-c", "pass"],
    }
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(rounds + 1):
        for name, arguments in commands.items():
            seconds = wall_s(arguments, work)
            if turn:
                taken[name].append(seconds)
    return [
        {"command": name, "median_s": statistics.median(some), "fastest_s": min(some)}
        for name, some in taken.items()
    ]


def _script(index_dir: Path, work: Path) -> list[str]:
    """Store what the script reads, the passages of the same build, and return its command."""
    texts = [passage.text for passage in Searcher.open(index_dir).build.passages]
    vectors = load_encoder().encode(texts)
    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(vectors)
    faiss.write_index(flat, str(work / "vectors.faiss"))
    (work / "passages.json").write_text(json.dumps(texts), encoding="utf-8")
    return [
        sys.executable,
        str(ROOT / "benchmarks" / "peers" / "shortest.py"),
        str(model_folder()),
        str(work),
        QUESTION,
    ]
