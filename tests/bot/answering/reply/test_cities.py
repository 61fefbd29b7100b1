"""A city names the conference that was held there, and a weekday beside it the day of that conference."""

from __future__ import annotations

import pytest

from bot.answering import answer
from index.search import Searcher


@pytest.mark.parametrize(
    ("question", "event", "day", "title"),
    [
        ("thursday in hamburg", "Rope & Anchor 2025", 1, "Knots for Beginners"),
        ("Thursday in Hamburg", "Rope & Anchor 2025", 1, "Knots for Beginners"),
        ("what happened in Hamburg on Friday?", "Rope & Anchor 2025", 2, "Sails and Rails"),
        ("friday, hamburg", "Rope & Anchor 2025", 2, "Sails and Rails"),
        ("Donnerstag in Hamburg", "Rope & Anchor 2025", 1, "Knots for Beginners"),
        ("hamburg day 2", "Rope & Anchor 2025", 2, "Sails and Rails"),
        ("what happened friday in Berlin", "Harbour Summit 2024", 2, "Pilots Wanted"),
        ("jeudi à Berlin", "Harbour Summit 2024", 1, "Cranes on Call"),
    ],
)
def test_a_weekday_in_a_city_is_that_day_there(
    harbours: Searcher, question: str, event: str, day: int, title: str
) -> None:
    """Of two conferences that both have the weekday, the one in the city is told."""
    found = answer(question, searcher=harbours)

    assert (found.understood.event, found.understood.day) == (event, day)
    assert [hit.talk.title for hit in found.hits] == [title]


@pytest.mark.parametrize("question", ["thursday in Barcelona", "day 2 in Paris", "friday in copenhagen"])
def test_a_city_that_the_notes_lack_is_told(harbours: Searcher, question: str) -> None:
    """The same weekday elsewhere is no answer."""
    found = answer(question, searcher=harbours)

    assert found.miss == "absent"
    assert "The notes do not cover" in found.text


def test_a_city_that_is_a_subject_is_no_limit(harbours: Searcher) -> None:
    """Named without a day or a word that leads to a place, it is a word like any other."""
    assert answer("hamburg cranes", searcher=harbours).understood.event is None
