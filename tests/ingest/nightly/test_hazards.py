"""What is live after a job was killed, ran out of room, or may not write."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT


def test_whatever_ends_a_job_the_live_build_answers_and_the_next_job_succeeds(tmp_path: Path) -> None:
    """Kills, full disks, read-only folders and damage: the live build is whole, the next night repairs, nobody is told twice."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "benchmarks.hazards",
            *("--kills", "3", "--others", "1", "--damages", "3", "--nights", "1"),
            "--seed",
            "6",
            "--json",
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stderr.splitlines()

    assert done.returncode == 0, done.stderr
    parts = json.loads(done.stdout)
    assert [sum(parts[part].values()) for part in ("damages", "nights")] == [3, 1]
    assert sum(times for what, times in parts["kills"].items() if what.startswith("killed")) == 3
    assert not [line for line in lines if "defect" in line]
    assert all(line.count("The live build stays") <= 1 for line in lines)
