"""How many people came to a conference, asked in words that the notes do not use, and in the shorthand of chat."""

from __future__ import annotations

import pytest

from bot.answering import answer
from bot.answering.language.markup import spelt_out
from index.search import Searcher


@pytest.mark.parametrize(
    "question",
    [
        "how many ppl attended Pontoon Days",
        "how many people came to Pontoon Days 2025?",
        "how many people were there?",
        "wie viele Leute waren da?",
        "combien de personnes étaient présentes ?",
    ],
)
def test_how_many_came_is_told(trieste: Searcher, question: str) -> None:
    """The line that counts people outside of the talks answers, whatever verb asks for it."""
    found = answer(question, searcher=trieste)

    assert found.status == "answered"
    assert "About 320 people this year" in found.quotes[0].text


def test_people_of_something_else_are_not_those_who_came(trieste: Searcher) -> None:
    """How many people work on something is another question."""
    assert "320" not in answer("how many people maintain the linter?", searcher=trieste).text


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("how many ppl came w/o a ticket?", "how many people came without a ticket?"),
        ("Deploys w/ Flux b/c of drift", "Deploys with Flux because of drift"),
        ("PPL", "people"),
        ("the w/e, ppl.io and bc-tools", "the w/e, ppl.io and bc-tools"),
    ],
)
def test_shorthand_means_its_word(written: str, meant: str) -> None:
    """Shorthand is written out as a whole word alone, not inside of a name."""
    assert spelt_out(written) == meant
