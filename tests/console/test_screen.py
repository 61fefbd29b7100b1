"""Words of strangers on a terminal."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.padding import Padding
from rich.text import Text

from console.screen import Screen, printable


@pytest.mark.parametrize(
    "evil", ["\x1b[2J", "\x1b]0;title\x07", "\x9b31m", "\x9d0;x\x9c", "\r", "\x08", "\u202e"]
)
def test_nothing_that_a_terminal_obeys_is_printed(evil: str) -> None:
    """Escapes, C1 codes, carriage returns and reversed text do nothing, whatever the words are wrapped in."""
    written = io.StringIO()
    screen = Screen(file=written, width=80)
    for words in (f"a{evil}b", Text(f"a{evil}b"), Padding(Text(f"a{evil}b"), (0, 0, 0, 2))):
        screen.print(words, markup=False, highlight=False)

    assert not set(written.getvalue()) & set("\x1b\x9b\x9c\x9d\r\x08\x07\u202e")


def test_the_screens_own_colours_stay() -> None:
    """Only the words lose control characters, not what draws them."""
    written = io.StringIO()
    Screen(file=written, force_terminal=True, color_system="standard", width=80).print(
        Text("plain\x1b[31m", style="bold")
    )

    assert written.getvalue() == "\x1b[1mplain[31m\x1b[0m\n"


@given(st.text())
def test_printable_words_lose_nothing_else(text: str) -> None:
    """Every character that is shown stays, in order, and so do tabs and line breaks."""
    kept = printable(text)

    assert printable(kept) == kept
    assert [c for c in text if c.isprintable() or c in "\t\n"] == [
        c for c in kept if c.isprintable() or c in "\t\n"
    ]
