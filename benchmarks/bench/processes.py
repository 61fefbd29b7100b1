"""Processes that are measured: a clean environment, one answer in JSON, wall seconds.

What is measured runs in a process of its own and outside the checkout, where no `.env` and no setting of the
person's reaches it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.bench.machine import ROOT


def environment(**more: str) -> dict[str, str]:
    """Return this process's environment without settings of confnotes and Slack, without a network for models."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("CONFNOTES_", "SLACK_"))
    }
    return {**kept, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", **more}


def command(name: str = "confnotes") -> str:
    """Return the path of a command that is installed beside this Python."""
    return str(Path(sys.executable).with_name(name))


def measure(module: str, *arguments: object, work: Path) -> Any:
    """Run a module of the benchmark in a process of its own and return the JSON of the last line that it prints."""
    done = subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        cwd=work,
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def wall_s(arguments: Sequence[str], work: Path, more: Mapping[str, str] | None = None) -> float:
    """Run a command to its end and return how long that took.

    Raises:
        CalledProcessError: it failed.
    """
    started = time.perf_counter()
    subprocess.run(
        arguments,
        cwd=work,
        env=environment(**(more or {})),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - started
