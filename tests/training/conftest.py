"""A small corpus that we wrote, a small model, and pairs about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.build.writer import publish
from index.encoder.base import Encoder
from tests.index.conftest import small_notes
from tests.index.models import small_bert
from training.pairs import Pair, digest

ASKED = (
    ("The quay grew by 40 metres", "how much longer is the landing stage?", "paraphrase"),
    ("Café owners paid for half of it.", "who chipped in for the wharf", "noisy"),
    (
        "A tide table is a cache: right until the wind turns.",
        "when do the predictions go stale?",
        "paraphrase",
    ),
    ("CertManager 1.18 renews the papers at night", "certmanager version", "keyword"),
    ("CertManager 1.18 renews the papers at night", "how long are the papers valid?", "near_miss"),
)


@pytest.fixture(scope="session")
def corpus_dir(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    """Publish a build of the small notes."""
    folder = tmp_path_factory.mktemp("corpus")
    publish(folder, small_notes().write(folder, encoder))
    return folder


@pytest.fixture(scope="session")
def texts_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the texts of the small notes as files."""
    folder = tmp_path_factory.mktemp("texts")
    for name, text in small_notes().texts.items():
        (folder / Path(name).name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a small model with random weights."""
    pytest.importorskip("torch", reason="training needs torch")
    return small_bert(
        tmp_path_factory.mktemp("small") / "model", layers=2, heads=2, hidden=32, pooling="mean_tokens"
    )


def pair(
    passage: str, question: str, style: str, file: str = "harbour/day1.txt", history: tuple[str, ...] = ()
) -> Pair:
    """Make a pair of a passage of the small notes."""
    start = small_notes().texts[file].index(passage)
    return Pair(
        Path(file).name if "/" not in file else file,
        start,
        start + len(passage),
        digest(passage),
        question,
        style,
        history,
    )


def pairs() -> list[Pair]:
    """Give a handful of pairs."""
    later = pair(
        "Graft in March, when the sap rises.",
        "and when is that?",
        "followup",
        "orchard.txt",
        ("how do I graft?",),
    )
    return [*(pair(*some) for some in ASKED), later]
