"""Fixtures that every room's tests share."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from index.encoder.base import Encoder
from index.encoder.load import load_encoder

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


@pytest.fixture(scope="session")
def plain_encoder() -> Encoder:
    """Give the embedding model that ships, loaded once for all tests."""
    return load_encoder()


@pytest.fixture(scope="session")
def encoder(plain_encoder: Encoder) -> Encoder:
    """Give the embedding model; a room may wrap it."""
    return plain_encoder


# How long an example takes says how busy the machine is: speed is measured in benchmarks, never in a test.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
