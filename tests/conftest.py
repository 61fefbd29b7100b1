"""Fixtures that every room's tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """Give the folder of shared test material that lies beside the project, or skip."""
    folder = ROOT.parent / "shared"
    if not (folder / "seeds").is_dir():
        pytest.skip("the shared test material does not lie beside the project")
    return folder


@pytest.fixture(scope="session")
def notes() -> Path:
    """Give the folder of recaps that ship with the project."""
    return ROOT / "notes"
