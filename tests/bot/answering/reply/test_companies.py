"""Companies of two names, joined by a sign or a word: found however the question joins them, and told as the notes do."""

from __future__ import annotations

import pytest

from bot.answering import answer
from index.search import Searcher


@pytest.mark.parametrize(
    ("question", "headline"),
    [
        ("talks by sprocket and cog", "1 talk by Sprocket & Cog."),
        ("talks by Sprocket & Cog", "1 talk by Sprocket & Cog."),
        ("talks by SPROCKET AND COG", "1 talk by Sprocket & Cog."),
        ("talks by sprocket und cog", "1 talk by Sprocket & Cog."),
        ("who from sprocket et cog spoke?", "1 speaker from Sprocket & Cog: Noor Haddad."),
        ("who from sprocket and cog spoke?", "1 speaker from Sprocket & Cog: Noor Haddad."),
        ("talks by tern & sons", "1 talk by Tern and Sons."),
        ("talks by Tern+Sons", "1 talk by Tern and Sons."),
        ("talks by GANNET LABS", "1 talk by Gannet Labs."),
        ("speakers from kelpworks", "1 speaker from Kelpworks: Ilse Roth."),
    ],
)
def test_a_company_is_told_as_the_notes_write_it(london: Searcher, question: str, headline: str) -> None:
    """Neither the question's capitals nor its word for “and” reach the first line."""
    assert answer(question, searcher=london).headline == headline


@pytest.mark.parametrize("question", ["what happened at Sprocket and Cog?", "what did sprocket et cog do?"])
def test_what_happened_at_a_company_is_told(london: Searcher, question: str) -> None:
    """A question that is no list finds it too."""
    assert "Sprocket & Cog cut theirs up" in answer(question, searcher=london).text


@pytest.mark.parametrize("question", ["Sickle and Scythe", "talks on dashboards and panels"])
def test_other_ands_stay(paris: Searcher, question: str) -> None:
    """Two subjects are no company."""
    assert answer(question, searcher=paris).understood.text == question
