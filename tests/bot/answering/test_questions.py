"""What questions ask for beside their subject: figures, years, links, and what came before them."""

from __future__ import annotations

import pytest

from bot.answering import answer
from index.search import Searcher


@pytest.mark.parametrize(
    "question",
    [
        "how many machines are in the pool of spares?",
        "how many cron jobs ran the autoscaling of 2021?",
        "when was the autoscaler released?",
    ],
)
def test_a_figure_that_the_notes_do_not_give_is_refused(searcher: Searcher, question: str) -> None:
    """A number or date is asked for and the passage on the subject has none: the answer says so, with the nearest talks."""
    found = answer(question, searcher=searcher)

    assert (found.status, found.miss) == ("not_found", "not_covered")
    assert (found.headline or "").startswith("The notes touch on “")
    assert (found.headline or "").endswith(", but do not give the figure or date that was asked for.")
    assert found.nearest


@pytest.mark.parametrize(
    ("question", "figure"),
    [
        ("how long does Quillwort keep the audit trail?", "14 days"),
        ("what share of its machines did Lanternfish save?", "38%"),
        ("how many failed traces are kept?", "one in 400"),
    ],
)
def test_a_figure_that_the_notes_give_is_quoted(searcher: Searcher, question: str, figure: str) -> None:
    """A number in the passage is quoted, in digits or in words."""
    assert figure in answer(question, searcher=searcher).quotes[0].text


@pytest.mark.parametrize(
    ("question", "event"),
    [
        ("what was said about Quillwort since 2021?", "EU 2021 or PierConf 2023"),
        ("what was said about Quillwort before 2020?", "EU 2018"),
        ("autoscaling after 2018", "EU 2021 or PierConf 2023"),
    ],
)
def test_a_year_may_be_one_side_of_a_limit(searcher: Searcher, question: str, event: str) -> None:
    """Since, after and before take every event on that side."""
    assert answer(question, searcher=searcher).understood.event == event


def test_limits_in_front_do_not_hide_a_list(searcher: Searcher) -> None:
    """A list is one whichever side its limits stand on."""
    found = answer("EU 2021 day 2 talks about autoscaling", searcher=searcher)

    assert (found.understood.intent, found.understood.day) == ("list", 2)
    assert [hit.talk.title for hit in found.hits] == ["Autoscaling Without Tears"]


def test_slides_are_looked_for_in_the_talks_that_say_the_name(searcher: Searcher) -> None:
    """The words around a request for a link do not lead to another talk."""
    found = answer("t'as les slides du talk Quillwort PDB ?", searcher=searcher)

    assert found.hits[0].talk.title == "Pier Budgets in Practice"


def test_plain_french_words_go_on_with_the_subject(searcher: Searcher) -> None:
    """A French question without a name stands on the turn before it."""
    found = answer(
        "quels disques supportent déjà ça ?", searcher=searcher, history=["c'est quoi Lanternfish ?"]
    )

    assert found.understood.follow_up
    assert found.hits[0].talk.title == "Keynote: Lanterns at Sea"
