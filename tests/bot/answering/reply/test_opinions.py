"""How good a talk was: the notes' own judgements, and a plain word where they do not judge."""

from __future__ import annotations

import pytest

from bot.answering import answer
from bot.answering.form import AnswerForm
from bot.answering.reply.opinions import rating
from index.encoder.base import Encoder
from index.search import Searcher
from ingest.job import Job
from ingest.nightly.run import run

NOTES = {
    "quay-2024.md": """# QuayConf 2024

## Keeping Lanterns Lit - Ana Sol

Ana runs the lantern scheduler of nine hundred piers. They follow best practices for talks with the harbour.

- Costs fell by a third
- My favourite talk of the conference.

## Tides as Code - Rui North

Rui declares tides in YAML and lets an operator reconcile the sea. It is good for small ports.

I found it far too long and would skip this one.

## Gulls and Alerts - Tom Okafor

Tom counts gulls with a camera and sends the counts to a queue. The queue is the best one for small messages.

## Keynote: The Sea is a Queue - Lena Brandt

Lena showed three slides and a bucket.
""",
    "dock-2023.txt": """DockDays 2023

Ropes for Everybody
by Mira Voss

Rating: ★★★★★
Ropes are cheap. Knots are not.

Sails on Rails
by Ada Quill

Rating: ★★☆☆☆
Rails rust. Sails do not.
""",
    "hafen-2025.md": """# HafenTage 2025

## Boote ohne Boden - Ina Kraus

Boote ohne Boden sinken langsamer, als man denkt. Mein Lieblingsvortrag, unbedingt ansehen!

## Bojen im Betrieb - Jo Lang

Bojen brauchen Strom. Der Vortrag war leider sehr langweilig.
""",
}


@pytest.fixture(scope="module")
def quay(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Searcher:
    """Publish notes that judge some talks and not others."""
    folder = tmp_path_factory.mktemp("quay")
    for name, text in NOTES.items():
        (folder / name).write_text(text, encoding="utf-8")
    run(Job(paths=tuple(folder / name for name in NOTES), index_dir=folder / "index"))
    return Searcher.open(folder / "index", encoder)


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("Ana Sol talk any good?", "My favourite talk of the conference."),
        ("was the lanterns talk worth it?", "My favourite talk of the conference."),
        ("best talk of QuayConf?", "My favourite talk of the conference."),
        ("what did you like most at QuayConf 2024", "My favourite talk of the conference."),
        ("worst talk at QuayConf?", "I found it far too long and would skip this one."),
        ("was Tides as Code any good", "I found it far too long and would skip this one."),
        ("best session of DockDays?", "Rating: ★★★★★"),
        ("worst talk of DockDays 2023", "Rating: ★★☆☆☆"),
        ("was the talk by Ada Quill worth watching?", "Rating: ★★☆☆☆"),
        ("was war der beste Vortrag auf HafenTage 2025?", "Mein Lieblingsvortrag, unbedingt ansehen!"),
    ],
)
def test_judgements_of_the_notes_are_quoted(quay: Searcher, question: str, first: str) -> None:
    """What judges a talk leads: a note-taker's words or stars, good ones first unless the worst is asked for."""
    found = answer(question, searcher=quay)

    assert found.understood.form is AnswerForm.OPINION
    assert found.quotes[0].text == first


@pytest.mark.parametrize(
    ("question", "talk"),
    [
        ("Tom Okafor talk any good?", "Gulls and Alerts"),
        ("was the gulls talk any good?", "Gulls and Alerts"),
        ("was the QuayConf keynote worth it?", "Keynote: The Sea is a Queue"),
    ],
)
def test_where_nothing_judges_it_is_said_so(quay: Searcher, question: str, talk: str) -> None:
    """Praise of a tool is no judgement of a talk: the talk is offered, and nothing is guessed."""
    found = answer(question, searcher=quay)

    assert (found.status, found.miss) == ("not_found", "not_covered")
    assert found.headline is not None
    assert found.headline.startswith(("The notes do not say how good", "The notes praise no talk"))
    assert talk in [entry.talk.title for entry in found.entries] or talk in found.headline
    assert not found.quotes


def test_praise_is_no_answer_to_what_can_be_skipped(quay: Searcher) -> None:
    """Asked for the worst of many, what speaks for a talk is left out, and the other way round."""
    skipped = answer("what should I skip at QuayConf 2024?", searcher=quay)
    best = answer("best talk of QuayConf 2024?", searcher=quay)

    assert [quote.text for quote in skipped.quotes] == ["I found it far too long and would skip this one."]
    assert [quote.text for quote in best.quotes] == ["My favourite talk of the conference."]


@pytest.mark.parametrize("question", ["is YAML worth it?", "is an operator any good?", "should I use rails?"])
def test_an_opinion_on_a_tool_is_quoted_as_what_was_said_of_it(quay: Searcher, question: str) -> None:
    """Only talks are judged; what was said of a tool is quoted as ever."""
    assert answer(question, searcher=quay).understood.form is not AnswerForm.OPINION


@pytest.mark.parametrize(
    ("marks", "share"),
    [
        ("★★★★☆", 0.8),
        ("⭐⭐⭐", 0.6),
        ("4/5", 0.8),
        ("Note: 4,5/5", 0.9),
        ("8/10", 0.8),
        ("👎", 0.0),
        ("2 stars", 0.4),
    ],
)
def test_marks_are_read_as_shares(marks: str, share: float) -> None:
    """Stars, thumbs and fractions are compared with each other."""
    assert rating(marks) == pytest.approx(share)


@pytest.mark.parametrize("text", ["on 5/5/2024", "page 3 of 5", "24/7", "no stars at all"])
def test_dates_and_pages_are_no_marks(text: str) -> None:
    """What only looks like a fraction says nothing."""
    assert rating(text) is None


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("what did the author not like?", "It was a disappointing talk, half of it a sales pitch."),
        ("what disappointed?", "It was a disappointing talk, half of it a sales pitch."),
        ("was hat enttäuscht?", "It was a disappointing talk, half of it a sales pitch."),
        ("what did you dislike on day 2?", "I would skip this one, the room was too loud to follow."),
        ("what was disappointing at EU 2025", "It was a disappointing talk, half of it a sales pitch."),
    ],
)
def test_what_was_not_liked_is_quoted(london: Searcher, question: str, said: str) -> None:
    """Judgements against talks answer who asks for them in whatever words, and none for a talk stands among them."""
    found = answer(question, searcher=london)

    assert said in found.text
    assert "Best talk" not in found.text


@pytest.mark.parametrize(
    "question", ["best talk on day 1", "highlight of day 1", "what was the highlight of day 1?"]
)
def test_the_best_of_a_day_is_of_that_day(london: Searcher, question: str) -> None:
    """The limits of a question for the best talk hold."""
    found = answer(question, searcher=london)

    assert found.quotes[0].text == "Best talk of the day, and the only one that I would watch again."
    assert {quote.talk.day for quote in found.quotes} == {1}


def test_a_day_without_praise_is_told_so(london: Searcher) -> None:
    """The best talk of another day is no answer."""
    found = answer("highlight of day 2", searcher=london)

    assert (found.headline or "").startswith("The notes praise no talk on day 2.")
