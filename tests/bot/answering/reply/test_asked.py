"""Questions that ask for a form of answer, in several wordings and languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.answering import answer, digest
from index.encoder.base import Encoder
from index.search import Searcher
from ingest.job import Job
from ingest.nightly.run import run


@pytest.mark.parametrize(
    "question",
    [
        "tldr of the tidal talk",
        "what about Tidal?",
        "can you summarise the tidal queues talk",
        "main points of the Tidal talk?",
    ],
)
def test_a_brief_leads_with_the_definition_and_covers_the_talk(paris: Searcher, question: str) -> None:
    """However it is asked for, a brief says what the thing is and goes on through the talk."""
    found = answer(question, searcher=paris)

    assert found.quotes[0].text.startswith("Tidal is a message queue")
    for point in ("nine seconds", "two dollars", "no transactions across topics", "look for maintainers"):
        assert point in found.text


@pytest.mark.parametrize(
    "question",
    [
        "summarize day 1 of KubeCon EU 2024",
        "what happened on day 1 in Paris?",
        "highlights of KubeCon EU 2024 day 1",
    ],
)
def test_a_day_is_asked_for_in_words_as_by_command(paris: Searcher, question: str) -> None:
    """A question for a day's digest gives the text that the command gives."""
    assert answer(question, searcher=paris).text == digest(paris, event="EU 2024", day=1).text


@pytest.mark.parametrize(
    ("question", "people"),
    [
        ("which speakers are from Quayside?", {"Noor Haddad", "Bram Okoye", "Priya Lund"}),
        ("who from Kelpworks spoke in Paris?", {"Ilse Roth"}),
        ("who spoke on day 2 of KubeCon EU 2024?", {"Priya Lund", "Ilse Roth"}),
    ],
)
def test_people_stand_in_the_first_line(paris: Searcher, question: str, people: set[str]) -> None:
    """Speakers by company or day are named first and stand with their talks below."""
    found = answer(question, searcher=paris)
    named = {
        name
        for name in ("Noor Haddad", "Bram Okoye", "Priya Lund", "Ilse Roth", "Tomas Brandt")
        if name in found.text
    }

    assert named == people
    assert all(name in (found.headline or "") for name in people)
    assert {speaker for entry in found.entries for speaker in entry.talk.speakers} == people


def test_where_somebody_works_is_answered_first(paris: Searcher) -> None:
    """The company stands in the first line."""
    assert answer("where does Ilse Roth work?", searcher=paris).text.startswith("Ilse Roth, Kelpworks")


def test_two_sides_stand_side_by_side(paris: Searcher) -> None:
    """What is compared is told together first, then each side with its own quotes."""
    found = answer("Sickle vs Scythe", searcher=paris)

    assert found.blocks[0].heading == "Sickle and Scythe:"
    assert "Sickle asks the owner, Scythe asks nobody." in found.blocks[0].quotes[0].text
    assert "1,900 dashboards became 210" in found.text


@pytest.mark.parametrize(
    ("question", "first"),
    [
        (
            "slides of the tidal talk?",
            "“Tidal Queues in Production”: Slides: https://slides.example.org/tidal.pdf",
        ),
        (
            "got the recording of the tidal queues session?",
            "“Tidal Queues in Production”: Video: https://www.youtube.com/watch?v=tidalqueues",
        ),
        (
            "where is the repo of the Tidal operator?",
            "“Tidal Queues in Production”: Code: https://github.com/quayside/tidal-operator",
        ),
        ("video of Fewer Dashboards, Please", "The notes give no link for “Fewer Dashboards, Please”."),
    ],
)
def test_a_link_is_the_first_line(paris: Searcher, question: str, first: str) -> None:
    """The address of the kind that was asked for comes first; another talk's is never given instead."""
    assert answer(question, searcher=paris).headline == first


def test_a_kind_of_link_that_is_not_there_names_those_that_are(paris: Searcher) -> None:
    """Where the notes have no slides of a talk, the answer says so and gives what they have."""
    found = answer("what did they gain with Tidal, is there a schedule page of the talk?", searcher=paris)

    assert "https://www.youtube.com/watch?v=tidalqueues" in found.text


def test_a_list_says_why_each_talk_is_there(paris: Searcher) -> None:
    """Each talk of a list has the words that put it there, or what it is about where the title says it."""
    found = answer("which talks mention Tidal?", searcher=paris)

    assert {entry.talk.title for entry in found.entries} >= {
        "Tidal Queues in Production",
        "Message Queues Compared",
    }
    assert all(entry.gist for entry in found.entries)
    assert len({entry.talk.talk_id for entry in found.entries}) == len(found.entries)


def test_change_is_told_by_event(paris: Searcher) -> None:
    """What changed stands under its event, oldest first."""
    found = answer("how did Tidal change over the years?", searcher=paris)

    assert [block.heading for block in found.blocks if block.heading] == ["NA 2023:", "EU 2024:"]


@pytest.mark.parametrize("kind", ["keynotes", "workshops"])
def test_who_gave_talks_of_a_kind_names_them_and_nobody_else(
    kind: str, tmp_path: Path, encoder: Encoder
) -> None:
    """All speakers of that kind are named, whatever talk would rank first."""
    one = kind.removesuffix("s").title()
    (tmp_path / "recap.md").write_text(
        f"# HarbourConf 2021\n\n## {one}: Smaller Sails - Nadia Brunner\n\nSails were cut by half.\n\n"
        f"## {one}: Dock It Twice - Jonas Petrov\n\nDock at a shadow pier first.\n\n"
        "## Quiet Bells - Paul Wirth\n\nRing on symptoms only.\n",
        encoding="utf-8",
    )
    run(Job(paths=(tmp_path,), index_dir=tmp_path / "index"), encoder=encoder)
    found = answer(f"who gave {kind}?", searcher=Searcher.open(tmp_path / "index", encoder))

    assert "Nadia Brunner" in found.text
    assert "Jonas Petrov" in found.text
    assert "Paul Wirth" not in found.text


@pytest.mark.parametrize("more", ["tell me more", "more please", "go on"])
def test_more_goes_on_with_the_talk_and_repeats_nothing(more: str, paris: Searcher) -> None:
    """What was quoted is not quoted again, and no other talk is brought in."""
    asked = "which topics does Tidal lack?"
    first = answer(asked, searcher=paris)
    found = answer(more, searcher=paris, history=(asked,))

    assert {quote.talk.talk_id for quote in found.quotes} <= {first.quotes[0].talk.talk_id}
    assert not {quote.passage_id for quote in found.quotes} & {quote.passage_id for quote in first.quotes}


@pytest.mark.parametrize("question", ["Sickle vs Scythe", "Scythe vs Sickle", "Tidal vs Sickle"])
def test_no_side_repeats_a_quote(paris: Searcher, question: str) -> None:
    """What one part of a comparison shows, no other part shows again, whole or in part."""
    quotes = answer(question, searcher=paris).quotes

    assert quotes
    assert not [
        (one.text, other.text)
        for at, one in enumerate(quotes)
        for other in quotes[:at]
        if one.talk.recap_id == other.talk.recap_id and one.start < other.end and other.start < one.end
    ]
