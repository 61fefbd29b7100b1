"""Kill the nightly job, fill its disk, take its rights away, turn its clock, damage its build, and look what is live afterwards.

    python -m benchmarks.hazards --kills 200 --damages 700 --nights 200 --seed 1 --keep data/hazards.json

Each hazard meets a real job in a process of its own, after a change in the notes. Then the live build must
open with every digest and every quote checked, and the next job must publish the change without anybody's
repair, leaving nothing half done behind. A damaged build is asked first, by `ask`, `talks`, `bot` and `web`
(benchmarks/surfaces.py): they answer rightly, or leave with 5 and one line. Last, nights with a bot in which the
bot or the job is killed (benchmarks/crashes.py). Prints a table, and with --json one object. With --keep FILE a
run that was interrupted goes on where it was; remove the file to begin anew.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import index.build.writer
import index.encoder.base
import index.encoder.load
import index.encoder.onnx  # noqa: F401 a child then starts with everything imported
from benchmarks.crashes import crashes
from benchmarks.damage import KINDS, damage
from benchmarks.surfaces import DEFECT, DONE, REFUSED, Surfaces, slack_beside
from benchmarks.tally import Tally
from index.build.layout import current_build_id, list_builds
from index.build.reader import open_build
from ingest.errors import PublishError
from ingest.job import Job
from ingest.nightly.contents import verify_quotes
from ingest.nightly.run import run

PUBLISHED = DONE
OTHERS, KILLS, DAMAGES, ANSWERS, NIGHTS = "others", "kills", "damages", "answers", "nights"  # parts of a run
_CENTURY_S = 3_155_760_000.0


@dataclass
class Bench:
    """A folder of notes, one of builds, and what was seen."""

    folder: Path
    recaps: int
    chance: random.Random
    seen: Tally
    change: int = 0
    job_s: float = 0.0  # of the last night without a hazard

    @property
    def notes(self) -> Path:
        """Return the folder of notes."""
        return self.folder / "notes"

    @property
    def index_dir(self) -> Path:
        """Return the folder of builds."""
        return self.folder / "index"

    def edit(self) -> None:
        """Change one recap so that there is something to publish."""
        self.change += 1
        number = self.chance.randrange(self.recaps)
        self.notes.mkdir(parents=True, exist_ok=True)
        for other in range(self.recaps):
            path = self.notes / f"day{other}.md"
            if other == number or not path.exists():
                said = f"The crane lifted {self.change} crates at pier {other}, and every chain was checked before the lift.\n"
                path.write_text(
                    f"# KubeCon Europe 2021 - Day {other % 3 + 1}\n\n## Cranes at Pier {other} - Ann Bee\n\n{said}",
                    encoding="utf-8",
                )

    def job(self) -> int:
        """Do a night's work; the process's exit status."""
        try:
            run(Job(paths=(self.notes,), index_dir=self.index_dir, keep_builds=2, grace_s=0.0))
        except PublishError as error:
            with contextlib.suppress(OSError):  # a limit on file sizes counts for a log, too
                print(f"  {error}", file=sys.stderr)
            return REFUSED
        return PUBLISHED

    def start(self, prepare: Callable[[], object] = lambda: None) -> int:
        """Start a job in a child process."""
        child = os.fork()
        if child == 0:
            status = DEFECT
            try:
                prepare()
                status = self.job()
            except BaseException as error:  # the child must not go on as its parent
                print(f"  defect: {type(error).__name__}: {error}", file=sys.stderr)
            finally:
                os._exit(status)
        return child

    def check_live(self) -> None:
        """Open the live build with every check."""
        live = current_build_id(self.index_dir)
        build = open_build(self.index_dir, live)
        verify_quotes(self.index_dir, live)
        rows, _ = build.lexical.search("crane crates", 5)
        assert len(rows), f"{live} finds nothing"

    def check_next(self) -> None:
        """Do the next night's work without a hazard and look at everything."""
        started = time.perf_counter()
        assert ended(self.start()) == PUBLISHED, "the next job failed"
        self.job_s = time.perf_counter() - started
        self.check_live()
        live = current_build_id(self.index_dir)
        assert any(
            f"lifted {self.change} crates" in one.text for one in open_build(self.index_dir, live).passages
        ), "the change is not live"
        # tantivy's threads may write an empty lock after the writer is done; no digest holds it and no reader
        # needs it.
        hidden = [
            path.name
            for path in self.index_dir.rglob(".*")
            if path.suffix != ".lock" and path.name != ".lock"
        ]
        assert not hidden, f"left behind: {hidden}"
        unfinished = {path.name for path in self.index_dir.iterdir() if path.name[0] == "2"} - set(
            list_builds(self.index_dir)
        )
        assert not unfinished, f"left behind: {unfinished}"


def ended(child: int) -> int:
    """Wait for a child and return its exit status, negative for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def kill_once(bench: Bench) -> None:
    """Kill a job at a random moment; it may have ended before."""
    bench.edit()
    before = current_build_id(bench.index_dir)
    child = bench.start()
    time.sleep(bench.chance.uniform(0, bench.job_s))
    os.kill(child, signal.SIGKILL)
    status = ended(child)
    bench.check_live()
    half = any(path.name.startswith(".writing-") for path in bench.index_dir.iterdir())
    went = "before it published" if current_build_id(bench.index_dir) == before else "after it published"
    bench.seen.count(
        KILLS,
        f"killed {went}{', with a half-written build' if half else ''}" if status < 0 else "ended first",
    )
    bench.check_next()


def limit_once(bench: Bench, most_bytes: int) -> None:
    """Let no file of a job grow beyond a size, as a quota does."""
    bench.edit()
    before = current_build_id(bench.index_dir)
    status = ended(bench.start(lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))))
    assert status == REFUSED, f"a limit of {most_bytes} bytes gave status {status}"
    assert current_build_id(bench.index_dir) == before
    bench.check_live()
    bench.seen.count(OTHERS, "files limited in size")
    bench.check_next()


def fill_once(bench: Bench, free_bytes: int) -> None:
    """Leave so much room on the disk that the folder of builds stands on, a small one in memory."""
    bench.edit()
    before = current_build_id(bench.index_dir)
    ballast = bench.index_dir / "ballast"
    room = shutil.disk_usage(bench.index_dir).free
    with ballast.open("wb") as stream:
        stream.write(bytes(max(room - free_bytes, 0)))
    status = ended(bench.start())
    assert status == REFUSED, f"{free_bytes} free bytes gave status {status}"
    assert current_build_id(bench.index_dir) == before
    bench.check_live()
    ballast.unlink()
    bench.seen.count(OTHERS, "disk full")
    bench.check_next()


def forbid_once(bench: Bench, small_disk: bool) -> None:
    """Run a job that may not write: its disk is mounted read-only, or its folder belongs to no writer."""
    bench.edit()
    before = current_build_id(bench.index_dir)
    if small_disk:
        remount(bench.index_dir, "ro")
        status = ended(bench.start())
        remount(bench.index_dir, "rw")
    else:
        folders = [bench.index_dir, *(path for path in bench.index_dir.rglob("*") if path.is_dir())]
        modes = {path: path.stat().st_mode for path in folders}
        for path in folders:
            path.chmod(0o555)
        status = ended(bench.start())
        for path, mode in modes.items():
            path.chmod(mode)
    assert status == REFUSED, f"a read-only folder gave status {status}"
    assert current_build_id(bench.index_dir) == before
    bench.check_live()
    bench.seen.count(OTHERS, "folder read-only")
    bench.check_next()


def two_at_once(bench: Bench) -> None:
    """Start two jobs together: one publishes, the other leaves or finds nothing to do."""
    bench.edit()
    statuses = sorted(ended(child) for child in [bench.start(), bench.start()])
    assert statuses in ([PUBLISHED, PUBLISHED], [PUBLISHED, REFUSED]), f"two jobs gave {statuses}"
    bench.check_live()
    bench.seen.count(OTHERS, "two jobs at once")
    bench.check_next()


def turn_clock(bench: Bench, by_s: float) -> None:
    """Do a night's work with a clock that is wrong; the next one has the right one again."""
    bench.edit()

    def turn() -> None:
        right = time.time
        time.time = lambda: right() + by_s

    assert ended(bench.start(turn)) == PUBLISHED, f"a clock {by_s:+.0f} s off"
    bench.check_live()
    bench.seen.count(OTHERS, "a clock that jumps")
    bench.check_next()


def damage_once(bench: Bench, kind: str, surfaces: Surfaces, *, real: bool) -> str:
    """Damage the live build, ask it by all four commands, and do a night's work without any change in the notes."""
    done = damage(bench.index_dir, bench.chance, kind)
    told = surfaces.told(real=real)
    try:
        answered = [one.check() for one in told]
    except AssertionError as error:
        raise AssertionError(f"{done}: {error}") from error
    status = ended(bench.start())
    assert status == PUBLISHED, f"{done}: the next night gave {status}"
    live = current_build_id(bench.index_dir)
    open_build(bench.index_dir, live, most_bytes=None)
    bench.check_live()
    return (
        "refused"
        if not any(answered)
        else "answered"
        if all(answered)
        else "refused by some, answered by others"
    )


def remount(folder: Path, mode: str) -> None:
    """Make a disk read-only, or writable again."""
    subprocess.run(["mount", "-o", f"remount,{mode}", str(folder)], check=True)


def mounted(folder: Path) -> bool:
    """Put a disk of 6 MB at a folder; say whether that was allowed."""
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    return done.returncode == 0


def main() -> None:
    """Run the hazards and print what was seen."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--others", type=int, default=4, help="how often each of the other hazards")
    parser.add_argument(
        "--damages", type=int, default=0, help="how many damaged builds, of all kinds in turn"
    )
    parser.add_argument(
        "--nights", type=int, default=0, help="how many nights with a bot, and a kill in each"
    )
    parser.add_argument(
        "--real-every",
        type=int,
        default=50,
        help="after so many damaged builds one is asked by commands from nothing",
    )
    parser.add_argument(
        "--keep", type=Path, help="a file of what was seen; a run that ended early goes on from it"
    )
    parser.add_argument(
        "--json", action="store_true", dest="as_json", help="print one object instead of a table"
    )
    parser.add_argument("--recaps", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    tally = Tally(given.keep)
    # Other moments and damages than before the interruption.
    seed = given.seed + 1_000 * sum(map(tally.times, tally.parts))
    with tempfile.TemporaryDirectory(prefix="confnotes-hazards-") as name, slack_beside() as slack_url:
        Path(name).chmod(0o755)
        chance = random.Random(seed)  # noqa: S311 moments, not secrets
        bench = Bench(Path(name), given.recaps, chance, tally)
        small_disk = mounted(bench.index_dir)
        try:
            hazards(bench, given.kills, given.others, small_disk)
            damages(bench, given.damages, slack_url, given.real_every)
        finally:
            if small_disk:
                subprocess.run(["umount", str(bench.index_dir)], check=True)
    # Last: it starts threads, which cannot be forked.
    left = given.nights - tally.times(NIGHTS)
    if left > 0:
        crashes(left, seed, lambda seen: tally.count(NIGHTS, seen))
    if given.as_json:
        print(json.dumps(tally.parts))
        return
    print("| hazard | times | live build whole, next night fine, everybody told once |\n|---|---|---|")
    for part in tally.parts.values():
        for what, times in part.items():
            print(f"| {what} | {times} | yes |")  # the first one that is not ends the run


def damages(bench: Bench, times: int, slack_url: str, real_every: int) -> None:
    """Damage the live build again and again, each kind in turn."""
    surfaces = Surfaces(bench.folder, bench.index_dir, slack_url)
    kinds = list(KINDS)
    for number in range(bench.seen.times(DAMAGES), times):
        kind = kinds[number % len(kinds)]
        real = number % real_every == real_every - 1
        told = damage_once(bench, kind, surfaces, real=real)
        bench.seen.count(DAMAGES, f"damage, {kind}")
        bench.seen.count(
            ANSWERS, f"damaged, {told}", *(["damaged, asked by commands from nothing"] if real else [])
        )


def hazards(bench: Bench, kills: int, others: int, small_disk: bool) -> None:
    """Run all hazards that meet a job."""
    bench.edit()
    bench.check_next()
    for number in range(bench.seen.times(OTHERS, "a clock"), others):
        two_at_once(bench)
        limit_once(bench, (100, 2_000, 20_000, 40_000)[number % 4])
        if small_disk or os.getuid() != 0:  # modes do not bind root
            forbid_once(bench, small_disk)
        if small_disk:
            fill_once(bench, (0, 8_192, 40_960, 81_920)[number % 4])
        turn_clock(bench, (_CENTURY_S / 2, -_CENTURY_S / 10)[number % 2])
    while bench.seen.times(KILLS, "killed") < kills:
        kill_once(bench)


if __name__ == "__main__":
    main()
