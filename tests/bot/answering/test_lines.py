"""How lines of notes are shown: those that an editor broke become one, items stay below what they belong to."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering import answer
from bot.answering.lines import Layout, layout_at, tidy
from bot.answering.models import Answer
from bot.slack.messages.answers import reflow
from bot.web.marking import notes_markup
from index.encoder.base import Encoder
from index.search import Searcher
from ingest.job import Job
from ingest.nightly.run import run

NARROW = Layout(width=60)


@pytest.mark.parametrize(
    ("written", "layout", "shown"),
    [
        (
            "The tide comes twice a day, and nobody\nasked it to. Boats wait.",
            NARROW,
            "The tide comes twice a day, and nobody asked it to. Boats wait.",
        ),
        # A sentence that ends where the line is full is followed by the next one of its paragraph.
        (
            "The tide comes twice a day and nobody has asked for it.\nBoats wait.",
            NARROW,
            "The tide comes twice a day and nobody has asked for it. Boats wait.",
        ),
        ("Ropes and buoys\nLanterns at Sea, again", NARROW, "Ropes and buoys\nLanterns at Sea, again"),
        ("kind: Lantern\nmetadata:\n  name: quay", NARROW, "kind: Lantern\nmetadata:\n  name: quay"),
        ("- sign it off in\n  Tideview\n- go home", Layout(), "- sign it off in Tideview\n- go home"),
        ("- a:\n    - b goes\n      on\n- c", Layout(), "- a:\n  - b goes on\n- c"),
        ("mit\nKafka sind sie zurück", Layout(width=60, before=54), "mit Kafka sind sie zurück"),
        ("- b\n    - c\n- d", Layout(column=4), "- b\n- c\n- d"),
        ("sign it off in\n      Tideview", Layout(column=4, item=True), "sign it off in Tideview"),
        ("1. cast off\n   a. ropes\n2. sail", Layout(), "1. cast off a. ropes\n2. sail"),
        ("• 出港\n  する\n• 帰る", Layout(), "• 出港 する\n• 帰る"),
    ],
)
def test_a_line_that_an_editor_broke_is_one_line(written: str, layout: Layout, shown: str) -> None:
    """Width, indentation and marks tell which lines are one; an item stands below the one that it belongs to."""
    assert tidy(written, layout) == shown.replace("\n  name", "\nname")


@given(
    st.text(alphabet="aB ,.\n•-:1\t", max_size=200),
    st.builds(Layout, st.integers(0, 90), st.integers(0, 9), st.booleans()),
)
def test_only_white_space_changes(text: str, layout: Layout) -> None:
    """Whatever the layout, every word stays, in its place."""
    assert tidy(text, layout).split() == text.split()


def test_a_layout_knows_where_a_text_begins() -> None:
    """The column and the mark are those of the line that a text begins in, wherever in the line that is."""
    text = "Ropes:\n    - first one\n"

    assert layout_at(text, text.index("-"), 60) == Layout(60, 4, item=True, before=4)
    assert layout_at(text, text.index("one"), 60) == Layout(60, 4, item=True, before=12)
    assert layout_at(text, 2, 60) == Layout(60, before=2)


NOTES = """# HarborConf 2024

## Keeping Lanterns Lit - Ana Sol

Ana runs the lantern scheduler of a port with nine hundred
piers. The scheduler places beacons and moves them whenever
the tide rises. Nobody at the port could say why it took so
long.

- Migration took nine months:
    - they moved one pier a week, starting with
      Northgate
    - the billing piers went last because nobody
      wanted to explain a dark invoice
- Costs fell by a third
"""


@pytest.fixture(scope="module", params=["day.md", "day.txt", "day.org", "day.rst"])
def wrapped(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, encoder: Encoder
) -> Answer:
    """Answer from notes whose lines were broken by hand, in several formats."""
    folder = tmp_path_factory.mktemp("wrapped")
    text = NOTES
    if request.param.endswith(".org"):
        text = text.replace("## ", "** ").replace("# ", "* ")
    if request.param.endswith(".rst"):
        text = text.replace(
            "## Keeping Lanterns Lit - Ana Sol", f"Keeping Lanterns Lit - Ana Sol\n{'-' * 30}"
        )
        text = text.replace("# HarborConf 2024", f"HarborConf 2024\n{'=' * 15}").replace(
            "months:\n", "months:\n\n"
        )
        text = text.replace("- Costs", "\n- Costs")
    (folder / request.param).write_text(text, encoding="utf-8")
    run(Job(paths=(folder / request.param,), index_dir=folder / "index"))
    return answer("which piers went last?", searcher=Searcher.open(folder / "index", encoder))


def test_a_quote_of_broken_lines_reads_as_it_was_meant(wrapped: Answer, tmp_path: Path) -> None:
    """A nested item brings the item above it, no sentence is broken, and terminal, Slack and page show the same lines."""
    quote = next(one for one in wrapped.quotes if "billing" in one.text)
    shown = tidy(quote.text, quote.layout)
    lines = wrapped.text.split("\n")

    assert any(line.endswith("went last because nobody wanted to explain a dark invoice") for line in lines)
    assert "Migration took nine months:" in wrapped.text
    assert [" ".join(line.split()) for line in reflow(quote.text, quote.layout).split("\n")] == [
        " ".join(line.split()) for line in shown.split("\n")
    ]
    assert notes_markup(quote.text, quote.layout).count("<p") == len(shown.split("\n"))
