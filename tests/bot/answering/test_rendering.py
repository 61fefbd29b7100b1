"""How quotes look where a person reads them."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bot.answering import answer
from bot.answering.rendering import tidy
from bot.answering.reply.outline import split_units
from bot.terminal import print_answer
from index.search import Searcher

WRAPPED = "The tide reaches the pier twice a day, and whoever forgets that finds at last\nthe boats aground. Ropes help."


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Back to the pier, for\nLanterns at Sea.", "Back to the pier, for Lanterns at Sea."),
        ("Drains nodes  \n\n\n• at night\n• by day", "Drains nodes\n• at night\n• by day"),
        ("First paragraph, which is long enough to have been wrapped by an editor\n\nand a second", None),
        ("ropes\nbuoys\nlanterns", None),
    ],
)
def test_wrapped_lines_become_one_and_lists_stay(written: str, shown: str | None) -> None:
    """A line that an editor broke is joined; bullets, paragraphs and short lines keep their lines."""
    assert tidy(written) == (shown if shown is not None else written.replace("\n\n", "\n"))


@given(st.text(alphabet="aB ,.\n•-:1", max_size=200))
def test_tidying_keeps_every_word(text: str) -> None:
    """Only white space changes."""
    assert tidy(text).split() == text.split()


def test_a_wrapped_sentence_is_one_unit() -> None:
    """A long passage is cut between sentences, never at an editor's line."""
    assert [WRAPPED[start:end] for start, end in split_units(WRAPPED)] == [WRAPPED[:96], "Ropes help."]


def test_quotes_that_say_less_than_the_best_are_left_out(searcher: Searcher) -> None:
    """A question about one name gets no quote of another talk without it."""
    found = answer("what does Quillwort keep?", searcher=searcher)

    assert all("Quillwort" in quote.text or quote.talk == found.quotes[0].talk for quote in found.quotes)


def test_a_talk_stands_once_below_its_quotes(searcher: Searcher) -> None:
    """Two quotes of one talk share the line that names it and its link, in plain words and on a terminal."""
    found = answer("what can Lanternfish do and what can it not?", searcher=searcher)
    screen = Console(file=io.StringIO(), width=60)
    print_answer(found, screen)

    assert "drains idle nodes" in found.text
    assert "cannot move a pod" in found.text
    assert found.text.count("https://talks.example.org/lanterns") == 1
    assert screen.file.getvalue().count("https://talks.example.org/lanterns") == 1  # type: ignore[attr-defined]


def test_an_unnamed_speaker_is_said_to_be_unnamed(searcher: Searcher) -> None:
    """Asked who gave a talk whose speakers the notes leave out, the answer says so."""
    found = answer("who gave the talk Autoscaling by Hand?", searcher=searcher)

    assert found.headline == "“Autoscaling by Hand” (EU 2018, day 3). The notes name no speaker."
