"""Kill jobs while they publish to an object store, and let jobs race: the pointer must always name a whole build.

    moto_server -p 5599 &        # or any server with S3's conditional writes
    AWS_ENDPOINT_URL=http://127.0.0.1:5599 AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=x AWS_REGION=us-east-1 \
        python -m benchmarks.objects s3://BUCKET/PREFIX --kills 100 --races 20

Everything below the address is overwritten. The bucket has to be there.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import obstore

from benchmarks.nights import recap
from index.build.layout import current_build_id, verify
from index.build.remote import EVERYBODY, Pointer, Remote, connect, push
from index.build.replica import Replica
from index.encoder.load import load_encoder
from index.errors import OthersPublished
from ingest.job import Job
from ingest.nightly.run import run

JOB = """
import sys
from pathlib import Path
from index.build.remote import connect, push
remote = connect(sys.argv[1])
before = remote.live()
print("ready", flush=True)
sys.stdin.readline()
push(remote, Path(sys.argv[2]), before, 3)
"""


def builds(folder: Path) -> list[Path]:
    """Make two folders of builds of different made-up notes."""
    encoder, made = load_encoder(), []
    for number in (1, 2):
        notes, index = folder / f"notes{number}", folder / f"index{number}"
        notes.mkdir()
        (notes / "recap.md").write_text(recap(number, 6, 5), encoding="utf-8")
        run(Job(paths=(notes,), index_dir=index), encoder=encoder)
        made.append(index)
    return made


def live(remote: Remote) -> str:
    """Return the id of the live build."""
    pointer = remote.live()
    assert pointer is not None
    return pointer.builds[EVERYBODY]


def take_away(remote: Remote, build_id: str) -> None:
    """Remove what is there of a build."""
    obstore.delete(
        remote.store, [one["path"] for some in obstore.list(remote.store, build_id) for one in some]
    )


def kill_jobs(
    remote: Remote, by_id: dict[str, Path], folder: Path, kills: int, whole_s: float
) -> dict[str, object]:
    """Kill jobs at random moments of their publishing; replicas with a full and with an empty disk look after each."""
    chance = random.Random(0)  # noqa: S311 when to kill
    replica = Replica(remote, folder / "replica", 0.0)
    published = finished = 0
    switch_s = []
    for _ in range(kills):
        before = live(remote)
        other = next(one for one in by_id if one != before)
        take_away(remote, other)
        job = subprocess.Popen(
            [sys.executable, "-c", JOB, remote.address, by_id[other]],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert job.stdin is not None
        assert job.stdout is not None
        job.stdout.readline()
        job.stdin.write(b"\n")
        job.stdin.flush()
        time.sleep(chance.uniform(0, whole_s * 1.1))
        job.kill()
        job.communicate()
        finished += job.returncode == 0
        now = live(remote)
        assert now in {before, other}
        published += now == other
        started = time.perf_counter()
        assert replica.fetch() is None
        if now == other:
            switch_s.append(time.perf_counter() - started)
        assert current_build_id(folder / "replica") == now
        verify(folder / "replica" / now)
        look(remote, folder / "copy")
    return {
        "kills": kills,
        "killed before their end": kills - finished,
        "new build live": published,
        "switch s, median": round(statistics.median(switch_s), 2) if switch_s else None,
    }


def race_jobs(remote: Remote, by_id: dict[str, Path], folder: Path, races: int) -> dict[str, object]:
    """Let two jobs that began from the same pointer publish at the same moment; one must win."""

    def publish(index: Path, before: Pointer | None, together: Barrier) -> bool:
        together.wait()
        try:
            push(connect(remote.address), index, before, 3)
        except OthersPublished:
            return False
        return True

    for _ in range(races):
        before, together = remote.live(), Barrier(2)
        [other] = [one for one in by_id if one != live(remote)]
        take_away(remote, other)
        with ThreadPoolExecutor(2) as pool:
            won = list(pool.map(publish, [by_id[other]] * 2, [before] * 2, [together] * 2))
        assert sum(won) == 1, won
        look(remote, folder / "copy")
    return {"races with one winner": races}


def look(remote: Remote, copy: Path) -> float:
    """Fetch what is live to an empty disk, check every byte, and return how long fetching took, in seconds."""
    started = time.perf_counter()
    assert Replica(remote, copy).start() is None
    took = time.perf_counter() - started
    verify(copy / live(remote))
    shutil.rmtree(copy)
    return took


def main() -> None:
    """Kill, race, and print what was found as one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--races", type=int, default=20)
    given = parser.parse_args()
    remote = connect(given.address)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        by_id = {current_build_id(one): one for one in builds(folder)}
        first = next(iter(by_id))
        take_away(remote, first)
        started = time.perf_counter()
        push(remote, by_id[first], remote.live(), 3)
        whole_s = time.perf_counter() - started
        found: dict[str, object] = {
            "publish s": round(whole_s, 2),
            "empty disk s": round(look(remote, folder / "copy"), 2),
        }
        found |= kill_jobs(remote, by_id, folder, given.kills, whole_s)
        found |= race_jobs(remote, by_id, folder, given.races)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
