"""Fixtures that every room's tests share."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock
from hypothesis import settings

from index.encoder.base import Encoder, TokenVectors, Vectors
from index.encoder.load import load_encoder
from index.encoder.onnx import OnnxEncoder
from tests.s3_server import S3Server

ROOT = Path(__file__).resolve().parent.parent
MEMORY = Path("/dev/shm")  # noqa: S108  pytest makes a folder of its own there
ROOM_BYTES = 4e9  # a run takes half a gigabyte, and the last three are kept
# Given to commands that tests run: with no time for an answer the reader is left out, and other words are shown.
PATIENT_MS = 60_000.0
# What takes long begins, the longest first, so that of two processes none has it left at the end.
LONGEST = (
    *(
        "nightly/test_hazards.py",
        "tests/test_elsewhere.py",
        "answering/test_growth.py",
        "reply/test_quotes.py",
    ),
    *("tests/test_blocks.py", "nightly/test_nights.py", "tests/test_secrets.py", "slack/test_watches.py"),
    *("slack/test_load.py", "loaders/test_properties.py", "slack/test_live.py", "web/test_browser.py"),
)


class Remembering(OnnxEncoder):
    """The encoder that ships, which embeds a text that several builds share only once."""

    def __init__(self, encoder: OnnxEncoder) -> None:
        vars(self).update(vars(encoder))
        self._known: dict[str, TokenVectors] = {}

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text."""
        return np.array([one.pooled for one in self.encode_tokens(texts)], np.float32).reshape(-1, self.dim)

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Return each text's token vectors."""
        new = [*dict.fromkeys(text for text in texts if text not in self._known)]
        self._known.update(zip(new, super().encode_tokens(new), strict=True))
        return [self._known[text] for text in texts]

    def encode_question(self, text: str) -> TokenVectors:
        """Return a question's token vectors, made anew."""
        return super().encode_tokens([text])[0]


def made_once(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a folder that the first of all test processes fills and the others find; nobody changes it."""
    beside = tmp_path_factory.getbasetemp()
    folder = (beside.parent if "PYTEST_XDIST_WORKER" in os.environ else beside) / name
    with FileLock(f"{folder}.lock"):
        if not folder.with_suffix(".made").exists():
            folder.mkdir()
            make(folder)
            folder.with_suffix(".made").touch()
    return folder


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
    """Give the embedding model that ships, which embeds no text of notes twice."""
    assert isinstance(plain_encoder, OnnxEncoder)
    return Remembering(plain_encoder)


@pytest.fixture
def object_store(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Server]:
    """Give an empty object store whose credentials are in the environment."""
    with S3Server() as store:
        for name, value in store.environment.items():
            monkeypatch.setenv(name, value)
        yield store


def pytest_configure(config: pytest.Config) -> None:
    """Keep the tests' folders in memory where there is room, and the files in the order that is given them below.

    Every build is made durable, which waits for the disk; and xdist by itself puts last what has one test, however long.
    """
    config.option.loadscopereorder = False
    if (shutil.disk_usage(MEMORY).free if MEMORY.is_dir() else 0) > ROOM_BYTES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take longest first."""
    order = {path: at for at, path in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get("/".join(item.path.parts[-2:]), len(order)))


# How long an example takes says how busy the machine is: speed is measured in benchmarks, never in a test.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
