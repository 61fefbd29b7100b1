"""Measure how fast, how small and how good confnotes is, and write a result, a page and plots.

    python -m benchmarks.bench [--rounds 5] [--only latency --only cold ...] [--out benchmarks/results]

Everything is made anew in a temporary folder. What needs the shared recaps is left out, with the reason,
where they are absent.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.bench.cold import cold_starts
from benchmarks.bench.growth import SCALE, SMALL, measured, stored
from benchmarks.bench.machine import RESULTS, about, result_name
from benchmarks.bench.material import WITHOUT_SHARED, Material, materials
from benchmarks.bench.memory import bot_process
from benchmarks.bench.plots import write_plots
from benchmarks.bench.processes import measure
from benchmarks.bench.quality import quality
from benchmarks.bench.rates import rates, unchanged_nights
from benchmarks.bench.report import markdown
from benchmarks.bench.stages import latency
from index.encoder.load import REFERENCE_PREFIX

PROCESSES = 3
QUESTIONS = 1_000


@dataclass(frozen=True, slots=True)
class Bench:
    """One run: where it works, how often it repeats, and what it is measured on."""

    work: Path
    rounds: int
    questions: int
    found: tuple[Material, ...]

    @property
    def main(self) -> Material:
        """Return the material of the figures that are measured once."""
        return self.found[-1]

    def index(self, material: Material, model: str = "") -> Path:
        """Return a folder with a build of the material, made where it is not there yet."""
        folder = self.work / (f"{material.name}-reference" if model else material.name)
        if not folder.exists():
            material.ingest(folder, model=model)
        return folder

    def latency(self) -> dict[str, Any]:
        """Measure stages on all material."""
        return {
            one.name: latency(self.index(one), one.questions, self.rounds, PROCESSES, self.work)
            for one in self.found
        }

    def cold(self) -> list[dict[str, Any]]:
        """Measure whole commands."""
        return cold_starts(self.index(self.main), self.rounds, self.work)

    def memory(self) -> list[dict[str, Any]]:
        """Measure processes after many questions."""
        index_dir, main = self.index(self.main), self.main
        rows = measure("benchmarks.bench.memory", index_dir, main.questions, self.questions, work=self.work)
        return [*rows, *bot_process(index_dir, main.asked(), self.questions, self.work)]

    def rates(self) -> list[dict[str, Any]]:
        """Measure embedding and ingestion."""
        return rates(self.main, self.index(self.main), min(self.rounds, 3), self.work)

    def nights(self) -> list[dict[str, Any]]:
        """Measure nights on which nothing changed."""
        return unchanged_nights(self.main, self.index(self.main), self.rounds, self.work)

    def quality(self) -> dict[str, Any]:
        """Compare the encoder's forms."""
        main = self.main
        return {main.name: quality(main, self.index(main), self.index(main, REFERENCE_PREFIX), self.work)}

    def growth(self) -> list[dict[str, Any]]:
        """Measure small sizes, and show the large ones that are stored."""
        if not SCALE.exists():
            return []
        rows = measured(SMALL, self.work)
        return [*rows, *(row for row in stored() if row["passages"] > SMALL[-1])]


PARTS: dict[str, Callable[[Bench], Any]] = {
    "latency": Bench.latency,
    "cold": Bench.cold,
    "memory": Bench.memory,
    "rates": Bench.rates,
    "nights": Bench.nights,
    "quality": Bench.quality,
    "growth": Bench.growth,
}


def main() -> None:
    """Measure, print the page, and write everything."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--questions", type=int, default=QUESTIONS, help="that a process answers before its memory is read"
    )
    parser.add_argument(
        "--only", action="append", choices=list(PARTS), help="only this part; may be given several times"
    )
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    found = tuple(materials())
    result: dict[str, Any] = {**about("make bench"), "material": found[-1].name, "rounds": given.rounds}
    result["skipped"] = {} if len(found) > 1 else {"seeds and their questions": WITHOUT_SHARED}
    failed: dict[str, str] = {}
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="confnotes-bench-") as temporary:
        bench = Bench(Path(temporary), given.rounds, given.questions, found)
        for name in given.only or PARTS:
            started = time.perf_counter()
            try:
                result[name] = PARTS[name](bench)
            except (
                subprocess.SubprocessError,
                AssertionError,
            ) as error:  # its own words are on the terminal already
                failed[name] = f"failed with {type(error).__name__}"
            print(f"{name}: {failed.get(name, '')} {time.perf_counter() - started:.0f} s", flush=True)
    result["taken_s"] = time.perf_counter() - began
    result["skipped"] |= failed
    _write(result, given.out)
    sys.exit(1 if failed else 0)


def _write(result: dict[str, Any], out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    stem = out / result_name(result)
    page = markdown(result, write_plots(result, stem))
    stem.with_name(f"{stem.name}.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    stem.with_name(f"{stem.name}.md").write_text(page, encoding="utf-8")
    print(f"{page}\nwritten to {stem}.json and .md")


if __name__ == "__main__":
    main()
