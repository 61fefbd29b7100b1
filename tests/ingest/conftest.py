"""Fixtures of the reading room."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from index.encoder.base import Encoder
from ingest.job import Job
from ingest.nightly.report import Report
from ingest.nightly.run import run

DAY_1 = """# KubeCon Europe 2021 - Day 1

## Lifting Crates with Robots - Ann Bee, Harbour Works

The crane lifts forty crates an hour, and a robot called Hook 2.0 checks every chain before the lift starts.

## Tides for Beginners - Cyril Deedee, Mole Labs

A tide table is a cache: it is right until the wind turns, and then nobody knows how long it stays wrong.
"""
DAY_2 = """# KubeCon Europe 2021 - Day 2

## Keynote: The State of the Quay - Eve Effing, Pier Foundation

The quay grew by 40 metres, and 120 people mended it last year without being asked.
"""


@pytest.fixture
def harbour(tmp_path: Path) -> Path:
    """Write a folder with two recaps."""
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "day1.md").write_text(DAY_1, encoding="utf-8")
    (folder / "day2.md").write_text(DAY_2, encoding="utf-8")
    return folder


@pytest.fixture
def night(harbour: Path, tmp_path: Path, encoder: Encoder) -> Callable[..., Report]:
    """Give one night's work on the folder, as a function of what differs from an ordinary night."""

    def work(**changes: object) -> Report:
        used = changes.pop("encoder", encoder)
        job = Job(**{"paths": (harbour,), "index_dir": tmp_path / "index", "grace_s": 0.0, **changes})  # type: ignore[arg-type]
        return run(job, encoder=used)  # type: ignore[arg-type]

    return work
