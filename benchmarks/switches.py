"""Ask all the time while builds are published, some of them corrupt, and look at every answer.

    python benchmarks/switches.py --seconds 60 --builds 20 --corrupt 2 --rate 50

One recap says which edition of the notes it is; an answer must quote the edition of the build that it names.
Latencies while nothing is published are measured first, for as long, up to 20 s.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import json
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.nights import recap
from bot.answering import answer
from bot.live import LiveIndex
from index.build.layout import CURRENT_FILE
from index.encoder.load import load_encoder
from ingest.job import Job
from ingest.nightly.run import run

QUESTION = "which edition of the harbour almanac is this?"
OTHERS = (
    "what was said about rigging?",
    "lighthouse keeper",
    "who talked about winches?",
    "is crossplane any good?",
)
_EDITION = re.compile(r"edition (\d+) of the harbour almanac")
POLL_S = 0.5


@dataclass
class Seen:
    """What the answers said."""

    answers: int = 0
    failed: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)
    ms: list[float] = field(default_factory=list)
    builds: set[str] = field(default_factory=set)
    changing: threading.Lock = field(default_factory=threading.Lock)

    @property
    def p99(self) -> float:
        """Return the 99th percentile of the answers' time, in ms."""
        return round(float(np.percentile(self.ms, 99)), 1)


def write_edition(notes: Path, number: int) -> None:
    """Write the recap that says which edition this is."""
    said = f"This is edition {number} of the harbour almanac, and no other edition of the harbour almanac says so."
    (notes / "almanac.md").write_text(
        f"# KubeCon Europe 2024 - Day 1\n\n## The Harbour Almanac - Ann Bee\n\n{said}\n", encoding="utf-8"
    )


def ask_once(live: LiveIndex, number: int, due: float, editions: Mapping[str, int], seen: Seen) -> None:
    """Ask, and look whether the answer is one build's."""
    searcher = live.searcher
    question = QUESTION if number % 2 else OTHERS[number // 2 % len(OTHERS)]
    try:
        found: dict[str, Any] = answer(question, searcher=searcher).to_json()
    except Exception as error:
        with seen.changing:
            seen.failed.append(f"{type(error).__name__}: {error}")
        return
    taken_ms = (time.perf_counter() - due) * 1000
    said = {int(one) for one in _EDITION.findall(found["answer"])} | {
        int(one) for hit in found["hits"] for one in _EDITION.findall(hit["passage"])
    }
    with seen.changing:
        seen.answers += 1
        seen.ms.append(taken_ms)
        seen.builds.add(found["build"])
        if found["status"] == "error" or (number % 2 and not said):
            seen.failed.append(f"{found['status']}: {found['answer'][:80]}")
        if said - {editions[found["build"]]}:
            seen.mixed.append(f"{found['build']} is edition {editions[found['build']]} and says {said}")


def load(
    live: LiveIndex,
    seconds: float,
    rate: float,
    editions: Mapping[str, int],
    writing: threading.Thread | None = None,
) -> Seen:
    """Ask at a rate, on as many threads as the bot has, whatever the answers take, and until the writer is done."""
    seen = Seen()
    started = time.perf_counter()
    with ThreadPoolExecutor(8) as pool:
        for number in itertools.count():
            if number >= seconds * rate and not (writing and writing.is_alive()):
                break
            due = started + number / rate
            time.sleep(max(due - time.perf_counter(), 0))
            pool.submit(ask_once, live, number, time.perf_counter(), editions, seen)
    return seen


def resident_mb() -> float:
    """Return how much memory this process has to itself, mapped files aside."""
    gc.collect()
    [line] = [
        line
        for line in Path("/proc/self/status").read_text("utf-8").splitlines()
        if line.startswith("RssAnon")
    ]
    return round(int(line.split()[1]) / 1024, 1)


def mapped_builds() -> int:
    """Return how many builds this process has mapped."""
    return len(set(re.findall(r"/(\d{8}T\d{6}Z-[0-9a-f]{6})/", Path("/proc/self/maps").read_text("utf-8"))))


def publish_bad(job: Job, notes: Path, number: int) -> None:
    """Publish a build whose file is damaged, past every check, and put the good one's pointer back a little later."""
    pointer = job.index_dir / CURRENT_FILE
    good = pointer.read_text(encoding="utf-8")
    write_edition(notes, number)
    bad = run(job, encoder=load_encoder()).build_id
    pointer.write_text(good, encoding="utf-8")
    path = job.index_dir / bad / "passages.jsonl"
    path.write_bytes(path.read_bytes()[:-2])
    pointer.write_text(bad + "\n", encoding="utf-8")


def publisher(folder: Path, given: argparse.Namespace, editions: dict[str, int]) -> None:
    """Publish builds over the time that is given; called in a thread of its own, the work is done by processes."""
    step = given.seconds / (given.builds + 1)
    bad = {round((at + 1) * given.builds / (given.corrupt + 1)) for at in range(given.corrupt)}
    started = time.perf_counter()
    for number in range(1, given.builds + 1):
        time.sleep(max(started + number * step - time.perf_counter(), 0))
        mode = "bad" if number in bad else "good"
        # As the systemd unit starts it: behind whoever answers.
        command = [
            "nice",
            "-n",
            "10",
            sys.executable,
            __file__,
            "--publish",
            mode,
            "--edition",
            str(number),
            "--folder",
            str(folder),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        editions[done.stdout.split()[-1]] = number


def measure(folder: Path, given: argparse.Namespace) -> dict[str, object]:
    """Run the quiet time and the time of changes."""
    notes = folder / "notes"
    notes.mkdir(parents=True)
    for number in range(given.recaps):
        (notes / f"{number:04}.md").write_text(recap(number, 2, 2), encoding="utf-8")
    write_edition(notes, 0)
    job = Job(paths=(notes,), index_dir=folder / "index")
    editions = {run(job).build_id: 0}
    live = LiveIndex(job.index_dir)
    live.follow(POLL_S)
    quiet = load(live, min(given.seconds, 20.0), given.rate, editions)
    before_mb = resident_mb()
    names = _Growing(editions, job.index_dir)
    writing = threading.Thread(target=publisher, args=(folder, given, editions))
    writing.start()
    busy = load(live, given.seconds, given.rate, names, writing)
    writing.join()
    time.sleep(4 * POLL_S)
    last = live.searcher.build.build_id
    live.stop()
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "recaps": given.recaps,
        "answers": busy.answers,
        "failed": len(busy.failed),
        "mixed": len(busy.mixed),
        "builds_seen": len(busy.builds),
        "last_edition_served": editions[last],
        "p99_quiet_ms": quiet.p99,
        "p99_busy_ms": busy.p99,
        "memory_before_mb": before_mb,
        "memory_after_mb": resident_mb(),
        "builds_mapped_after": mapped_builds(),
        "examples": [*quiet.failed, *busy.failed, *busy.mixed][:5],
    }


class _Growing(Mapping[str, int]):
    """The edition of each build, also of one that is served before its publisher has said its name."""

    def __init__(self, editions: dict[str, int], index_dir: Path) -> None:
        self._editions, self._index_dir = editions, index_dir

    def __getitem__(self, build_id: str) -> int:
        """Read a build's own words where its edition is not known yet."""
        if build_id not in self._editions:
            said = (self._index_dir / build_id / "passages.jsonl").read_text(encoding="utf-8")
            return int(_EDITION.findall(said)[0])
        return self._editions[build_id]

    def __iter__(self) -> Any:
        """Give the ids."""
        return iter(self._editions)

    def __len__(self) -> int:
        """Count the builds."""
        return len(self._editions)


def publish_one(folder: Path, mode: str, edition: int) -> None:
    """Publish an edition and print its build's id: a process of its own, as the nightly job is."""
    job = Job(paths=(folder / "notes",), index_dir=folder / "index")
    if mode == "bad":
        publish_bad(job, folder / "notes", edition)
    else:
        write_edition(folder / "notes", edition)
        run(replace(job, full=False))
    print((job.index_dir / CURRENT_FILE).read_text(encoding="utf-8").strip())


def main() -> None:
    """Measure and print one object."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--builds", type=int, default=20)
    parser.add_argument("--corrupt", type=int, default=2)
    parser.add_argument("--rate", type=float, default=50.0)
    parser.add_argument("--recaps", type=int, default=100)
    parser.add_argument("--publish", choices=("good", "bad"), help=argparse.SUPPRESS)
    parser.add_argument("--edition", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.publish:
        publish_one(given.folder, given.publish, given.edition)
        return
    with tempfile.TemporaryDirectory(prefix="confnotes-switches-") as name:
        print(json.dumps(measure(Path(name), given)))


if __name__ == "__main__":
    main()
