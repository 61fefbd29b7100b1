"""Finding talks takes time that goes with the length of a recap, whatever its shape: counted calls, not seconds."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from types import FrameType

import pytest

from ingest.loaders import load_bytes
from ingest.talks import find_talks

LINES = 250
MOST = 2.2  # times the calls for twice the lines
WORDS = [
    "rope",
    "knot",
    "tide",
    "fog",
    "pier",
    "crane",
    "sail",
    "mast",
    "hull",
    "buoy",
    "gull",
    "reef",
    "cove",
    "dock",
]


def _word(chance: random.Random) -> str:
    return chance.choice(WORDS) + chance.choice(WORDS)


def short_lines(count: int, chance: random.Random) -> str:
    """Write distinct short lines, as in a poem or a list that lost its bullets."""
    return "\n\n".join(
        f"{_word(chance).title()} {_word(chance).title()} {_word(chance)}" for _ in range(count)
    )


def headings(count: int, chance: random.Random) -> str:
    """Write headings with by-lines and a sentence each."""
    return "".join(
        f"## {_word(chance).title()} of {_word(chance)}\n\nSpeaker: Anna {_word(chance).title()}\n\nIt {_word(chance)}s.\n\n"
        for _ in range(count)
    )


def bullets(count: int, chance: random.Random) -> str:
    """Write one list with a title and a name each."""
    return "".join(f"- {_word(chance).title()} Now - Anna {_word(chance).title()}\n" for _ in range(count))


def links(count: int, chance: random.Random) -> str:
    """Write paragraphs with a quoted, linked title each."""
    return "\n\n".join(
        f'Then Anna Bee spoke in ["{_word(chance).title()} {_word(chance)}"](https://quay.example/{n}).'
        for n in range(count)
    )


def unfinished(count: int, chance: random.Random) -> str:
    """Write one line of brackets and quotation marks that never close."""
    return " ".join(f'("{_word(chance)} [' for _ in range(count))


@pytest.mark.parametrize("shape", [short_lines, headings, bullets, links, unfinished])
def test_twice_the_lines_take_about_twice_the_calls(shape: Callable[[int, random.Random], str]) -> None:
    """No line is compared with all others: a recap of 129 KB of short lines once took 18 s."""
    _calls(shape(LINES, random.Random(1)))  # noqa: S311 word lists are read once
    # Other words each time, so that nothing is remembered from the shorter text.
    once, twice = (_calls(shape(count, random.Random(count))) for count in (LINES, 2 * LINES))  # noqa: S311

    assert twice <= MOST * once


def _calls(text: str) -> int:
    """Count the calls of finding a text's talks, those of built-in functions included."""
    loaded = load_bytes(text.encode(), "a.md")
    count = 0

    def counted(_frame: FrameType, event: str, _value: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(counted)
    try:
        find_talks(loaded)
    finally:
        sys.setprofile(None)
    return count
