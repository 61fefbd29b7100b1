"""Measure nights on many recaps: the first, an unchanged one, one with a single changed recap, one with `--full`.

    python benchmarks/nights.py --recaps 2000 --folder /tmp/nights

Recaps are made up from a fixed list of words by a seeded generator. The folder is kept, so that a second run
starts from the build that stands there and skips the first night's embedding.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import resource
import time
from pathlib import Path

from index.encoder.base import Encoder
from index.encoder.load import checked, load_encoder
from ingest.job import Job
from ingest.nightly.report import Report
from ingest.nightly.run import run

WORDS = (  # noqa: SIM905 a list of ninety literals reads worse
    "anchor barge buoy cable canal captain cargo chart cluster compass container crane current deck deploy dock engine ferry fleet "
    "harbour hatch helm hull keel knot ladder lantern lighthouse lock mast mesh metric mooring node operator pier pilot pipeline "
    "policy port pulley quay queue radar rigging rope rudder sail sensor shackle signal sluice storm tide tower tug vessel watch wave "
    "winch wind yard zone grows holds carries measures replaces repairs scales checks starts stops signs renews moves"
).split()
FIRST = ("Ann", "Bert", "Cyril", "Dora", "Eve", "Finn", "Gus", "Hana", "Ida", "Jon")
LAST = ("Arrow", "Barley", "Clover", "Dune", "Ember", "Fjord", "Grove", "Heath", "Inlet", "Juniper")


def recap(number: int, talks: int, passages: int) -> str:
    """Write one recap."""
    chance = random.Random(number)  # noqa: S311 made-up notes
    parts = [f"# KubeCon Europe {2017 + number % 8} - Day {1 + number % 3}\n"]
    for _ in range(talks):
        title = " ".join(chance.sample(WORDS, 4)).title()
        parts.append(
            f"## {title} - {chance.choice(FIRST)} {chance.choice(LAST)}, {chance.choice(WORDS).title()} Works\n"
        )
        for _ in range(passages):
            sentences = (
                " ".join(chance.choices(WORDS, k=10)).capitalize() + f" {chance.randrange(1000)} times."
                for _ in range(4)
            )
            parts.append(" ".join(sentences) + "\n")
    return "\n".join(parts)


def write_recaps(folder: Path, recaps: int, talks: int, passages: int) -> None:
    """Write the recaps that are not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(recaps):
        path = folder / f"{number:05}.md"
        if not path.exists():
            path.write_text(recap(number, talks, passages), encoding="utf-8")


def timed(name: str, job: Job, encoder: Encoder | None = None) -> tuple[dict[str, object], Report]:
    """Do a night and say how long it took."""
    started = time.perf_counter()
    report = run(job, encoder=encoder)
    taken = time.perf_counter() - started
    stages = {stage: round(seconds, 2) for stage, seconds in report.timings_s.items()}
    figures = {
        "night": name,
        "outcome": report.outcome,
        "s": round(taken, 2),
        **stages,
        "passages": report.counts["passages"],
    }
    print(json.dumps(figures), flush=True)
    return figures, report


def main() -> None:
    """Run the nights and print one object a line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--recaps", type=int, default=2000)
    parser.add_argument("--talks", type=int, default=2)
    parser.add_argument("--passages", type=int, default=2)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument(
        "--full", action="store_true", help="end with a --full night, which embeds everything again"
    )
    given = parser.parse_args()
    notes, index_dir = given.folder / "notes", given.folder / "index"
    write_recaps(notes, given.recaps, given.talks, given.passages)
    job = Job(paths=(notes,), index_dir=index_dir)
    timed("first", job)
    timed("unchanged", job)
    encoder = checked(load_encoder(), ["the model is loaded"])
    changed = notes / f"{given.recaps // 2:05}.md"
    with changed.open("a", encoding="utf-8") as stream:
        stream.write(f"\nThe harbour grew at second {time.time():.0f} of our time.\n")
    timed("one changed", job, encoder)
    if given.full:
        timed("full", Job(paths=(notes,), index_dir=index_dir, full=True), encoder)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"peak_mb": peak_mb, "python": platform.python_version(), "recaps": given.recaps}))


if __name__ == "__main__":
    main()
