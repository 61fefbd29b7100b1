"""Fixtures of the reading room."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from index.encoder.base import Encoder, TokenVectors, Vectors
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


class Remembering:
    """The real encoder, which embeds a text that several tests share only once."""

    def __init__(self, encoder: Encoder) -> None:
        self.name, self.revision, self.dim, self.max_tokens = (
            encoder.name,
            encoder.revision,
            encoder.dim,
            encoder.max_tokens,
        )
        self.adapter = encoder.adapter
        self.form, self.check = encoder.form, encoder.check
        self._encoder = encoder
        self._known: dict[str, TokenVectors] = {}

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text."""
        return np.stack([tokens.pooled for tokens in self.encode_tokens(texts)])

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Return each text's token vectors."""
        for text in texts:
            if text not in self._known:
                [self._known[text]] = self._encoder.encode_tokens([text])
        return [self._known[text] for text in texts]

    def encode_question(self, text: str) -> TokenVectors:
        """Return a question's token vectors."""
        return self._encoder.encode_question(text)


@pytest.fixture(scope="session")
def encoder(plain_encoder: Encoder) -> Encoder:
    """Give the model that ships, which embeds no text twice."""
    return Remembering(plain_encoder)


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
