"""Follow-ups that only turn a limit, ask for people or links of what came before, or ask nothing."""

from __future__ import annotations

import pytest

from bot.answering import answer
from index.encoder.base import Encoder
from index.search import Searcher
from tests.bot.answering.reply.conftest import build_of

EARLIER = """# KubeCon EU 2018, Copenhagen

## Day 1

### Signing Every Sail - Mara Lindt, Quayside

Security begins with signed images; nobody signed one then.

### Bread for a Thousand - Otto Blum, Fenworks

The oven queue was the bottleneck, so they baked at night.

## Day 2

### Locks on the Pier - Jonas Petrov, Head of Harbour Security Engineering

Security of the runtime was a list of system calls that nobody read.

### Knots and Ropes - Zita Falk, Fenworks

A rope of three strands holds four tons.
"""
LATER = """# KubeCon EU 2021, Virtual

## Day 1

### Keys in Plain Sight - Ilse Roth, Kelpworks

[Slides](https://slides.example.org/keys.pdf) [Video](https://www.youtube.com/watch?v=keysinplain)

Security teams rotate keys every ninety minutes at Kelpworks.

### Tide Clocks - Bram Okoye, Quayside

A tide clock runs on lunar days.

## Day 2

### Policies at the Dock - Priya Lund, Fenworks

Security policies are tested like code before a ship may dock.

### Bells and Buoys - Yaro Melnyk, Fenworks

A buoy rings when the swell is two metres.
"""


@pytest.fixture(scope="module")
def harbours(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Searcher:
    """Give a build of two conferences that share a subject."""
    folder = tmp_path_factory.mktemp("harbours")
    (folder / "notes").mkdir()
    (folder / "notes" / "copenhagen.md").write_text(EARLIER, encoding="utf-8")
    (folder / "notes" / "virtual.md").write_text(LATER, encoding="utf-8")
    return build_of(folder / "notes", folder / "index", encoder)


@pytest.mark.parametrize("question", ["who talked about security", "which talks are about security?"])
def test_a_word_of_a_role_is_a_subject(harbours: Searcher, question: str) -> None:
    """Where somebody's role has the word, talks and speakers on the subject are told, and no company is made of it."""
    found = answer(question, searcher=harbours)

    assert "by security" not in found.text
    assert "from security" not in found.text
    assert {"Locks on the Pier", "Policies at the Dock"} <= {entry.talk.title for entry in found.entries}
