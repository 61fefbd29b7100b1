"""Two questions in one message: both are answered, or it is said which one is not."""

from __future__ import annotations

import pytest

from bot.answering import answer
from bot.answering.question.clauses import halves
from index.search import Searcher


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (
            "who gave Fewer Dashboards, Please and when was it?",
            ("Ilse Roth (Kelpworks) gave", "EU 2024, day 1."),
        ),
        (
            "when was Fewer Dashboards, Please and who gave it?",
            ("Ilse Roth (Kelpworks) gave", "EU 2024, day 1."),
        ),
        (
            "who talked about Sickle and what did they say about it?",
            ("Ilse Roth", "Sickle deletes dashboards"),
        ),
        (
            "wer hat über Sickle gesprochen und was wurde über Tidal gesagt?",
            ("Ilse Roth", "Tidal is a message queue"),
        ),
    ],
)
def test_both_are_answered(paris: Searcher, question: str, said: tuple[str, str]) -> None:
    """The second answer stands below the first, and no quote is shown twice."""
    found = answer(question, searcher=paris)

    assert found.status == "answered"
    assert all(one in found.text for one in said)
    assert len(found.quotes) == len({(quote.passage_id, quote.start) for quote in found.quotes})


@pytest.mark.parametrize(
    ("question", "half"),
    [
        ("who talked about Sickle and what did they say about flimzor?", "what did they say about flimzor?"),
        ("who talked about flimzor and what did they say about Sickle?", "who talked about flimzor"),
    ],
)
def test_a_half_without_an_answer_is_told(paris: Searcher, question: str, half: str) -> None:
    """The other half is answered below a line that says which one is not, and why."""
    found = answer(question, searcher=paris)

    assert found.status == "answered"
    assert found.notices[0] == (
        f"Not answered: “{half}”. “flimzor” is not mentioned in the notes (2 recaps, 8 talks)."
    )
    assert "Sickle" in found.text


def test_what_points_at_something_absent_is_absent(paris: Searcher) -> None:
    """“It” is nothing else than what the notes lack."""
    found = answer("who talked about flimzor and what did they say about it?", searcher=paris)

    assert (found.status, found.miss) == ("not_found", "absent")


@pytest.mark.parametrize(
    "text",
    [
        "what is Sickle and Scythe",
        "compare Sickle and Scythe",
        "who from Rope and Anchor spoke?",
        "Sickle and what it deletes",
    ],
)
def test_one_question_is_one(text: str) -> None:
    """Two subjects, or a clause within a question, make no second one."""
    assert halves(text) is None


def test_two_questions_on_one_subject_have_one_answer(paris: Searcher) -> None:
    """What something is and how it works is told by the same quotes."""
    found = answer("what is Sickle and how does it work?", searcher=paris)

    assert found.status == "answered"
    assert not found.notices


@pytest.mark.parametrize("question", ["when was the dashboards talk?", "when was Fewer Dashboards, Please?"])
def test_when_a_talk_was_is_told(paris: Searcher, question: str) -> None:
    """A talk's day answers when it was, not a figure in its notes."""
    assert answer(question, searcher=paris).headline == "“Fewer Dashboards, Please”: EU 2024, day 1."
