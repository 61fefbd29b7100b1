"""How quotes look where a person reads them."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bot.answering import answer
from bot.answering.lines import tidy
from bot.answering.models import Answer
from bot.answering.rendering import led, talk_line
from bot.answering.reply.outline import split_units
from bot.terminal import print_answer
from index.encoder.base import Encoder
from index.models import Talk
from index.search import Searcher
from ingest.job import Job
from ingest.nightly.run import run

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


PAGE = """<!doctype html><title>Quay Days 2025, day 1</title><h1>Quay Days 2025, day 1</h1>
<h2>Flaky Ropes at Scale - Ada Quill</h2><p>What they changed for flaky ropes:</p>
<ul><li>every flaky rope that is found on the main pier costs the crew that owns it one point</li>
<li>the rate went from 6.2% to 0.8% of all ropes within the first two quarters of the year</li>
<li>a bot opens an issue and</li><li>quarantine lasts for two weeks at most</li></ul>"""


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Answer:
    """Answer from a page with a list whose items end without a stop."""
    folder = tmp_path_factory.mktemp("listed")
    (folder / "day.html").write_text(PAGE, encoding="utf-8")
    run(Job(paths=(folder / "day.html",), index_dir=folder / "index"))
    return answer("what did they change for flaky ropes?", searcher=Searcher.open(folder / "index", encoder))


def test_items_of_a_page_do_not_run_together(listed: Answer) -> None:
    """Each item of an HTML list stands on a line of its own, however long it is and however it ends."""
    lines = listed.text.split("\n")

    assert "• every flaky rope that is found on the main pier costs the crew that owns it one point" in lines
    assert "• a bot opens an issue and" in lines


@pytest.mark.parametrize("width", [40, 60, 100])
def test_a_wrapped_item_stays_clear_of_the_marks(listed: Answer, width: int) -> None:
    """On a terminal a long item is indented where it goes on, and the talk below a quote has another mark than an item."""
    screen = Console(file=io.StringIO(), width=width, force_terminal=True, no_color=True)
    print_answer(listed, screen)
    lines = re.sub(r"\x1b\[[0-9;]*m", "", screen.file.getvalue()).splitlines()  # type: ignore[attr-defined]
    marked = [line for line in lines if line.startswith("  •")]

    assert len(marked) == 4
    assert [line for line in lines if line.startswith("  — Flaky Ropes at Scale")]
    assert all(len(line) <= width for line in lines)
    if width < 90:
        assert lines[lines.index(marked[0]) + 1].startswith("    ")


def test_an_item_begins_a_line_behind_what_introduces_it() -> None:
    """A quote that begins with an item of a list does not run on from its lead."""
    assert led("Prow brings:", "• ChatOps") == "Prow brings: […]\n• ChatOps"
    assert led("Prow came first.", "It brings ChatOps.") == "Prow came first. […] It brings ChatOps."


@pytest.mark.parametrize(
    ("title", "speakers", "shown"),
    [
        ("ada quill", ("Ada Quill",), "ada quill · HafenConf 2025"),
        ("Ada Quill, Bo Reed", ("Ada Quill", "Bo Reed"), "Ada Quill, Bo Reed · HafenConf 2025"),
        ("Ada Quill", ("Ada Quill", "Bo Reed"), "Ada Quill · Ada Quill, Bo Reed · HafenConf 2025"),
    ],
)
def test_people_who_are_all_of_a_title_stand_once(title: str, speakers: tuple[str, ...], shown: str) -> None:
    """A talk that is titled by its speakers names them once on a line."""
    assert talk_line(Talk("t1", "r1", title, "session", speakers, event_id="HafenConf 2025")) == shown
