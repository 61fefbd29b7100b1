"""Who wrote the notes: the authors that the build knows, or that it knows none."""

from __future__ import annotations

import pytest

from bot.answering import answer
from index.search import Searcher

_QUESTIONS = [
    "who wrote the notes?",
    "whose notes are these?",
    "who is the author of the notes",
    "wer hat die Notizen geschrieben?",
    "qui a écrit les notes ?",
]


@pytest.mark.parametrize("question", _QUESTIONS)
def test_authors_are_named(london: Searcher, question: str) -> None:
    """Each author stands with the recaps that are theirs."""
    found = answer(question, searcher=london)

    assert found.headline == "The notes are by Ada Quill."
    assert "• Ada Quill: A week at the quays" in found.text


def test_recaps_that_name_nobody_are_counted(paris: Searcher) -> None:
    """Where some recaps have no author, that is said beside those that have one."""
    assert (
        answer(_QUESTIONS[0], searcher=paris).headline == "The notes are by Ada Quill. 1 recap names nobody."
    )


@pytest.mark.parametrize("question", _QUESTIONS[:2])
def test_that_nobody_is_named_is_told(harbours: Searcher, question: str) -> None:
    """Without an author there is no answer, and no list of conferences in its place."""
    found = answer(question, searcher=harbours)

    assert (found.status, found.text) == ("not_found", "The notes do not name who wrote them.")


def test_conferences_are_still_listed(harbours: Searcher) -> None:
    """Who asks for the conferences gets them."""
    assert answer("list all events", searcher=harbours).headline == "The notes cover 2 events:"
