"""Events, days and kinds of talks are read in one place, the same for every surface."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import pytest

from bot.answering import answer
from bot.answering.evidence.evidence import allowed_talks
from bot.answering.language.knowledge import knowledge_of
from bot.answering.question.scope import read_scope
from bot.answering.question.understanding import understand
from index.search import Searcher


@pytest.mark.parametrize(
    ("question", "events", "days"),
    [
        ("day 2", (), (2,)),
        ("day 1 and day 2 of EU 2021", ("EU 2021",), (1, 2)),
        ("what happened on the second day of EU 2021", ("EU 2021",), (2,)),
        ("the last day of EU 2021", ("EU 2021",), (3,)),
        ("EU 2021 on friday", ("EU 2021",), (3,)),
        ("am dritten Tag der EU 2021", ("EU 2021",), (3,)),
        ("pierconf 2023", ("PierConf 2023",), ()),
        ("what was said in 2018", ("EU 2018",), ()),
        ("which talks have no slides at pierconf", ("PierConf 2023",), ()),
        ("talks without a recording from EU 2021", ("EU 2021",), ()),
        ("welche Vorträge ohne Folien auf der PierConf 2023", ("PierConf 2023",), ()),
    ],
)
def test_events_and_days_are_read_from_words(
    searcher: Searcher, question: str, events: tuple[str, ...], days: tuple[int, ...]
) -> None:
    """Names, years, ordinals, weekdays and several days are limits."""
    scope = read_scope(question, knowledge_of(searcher))

    assert (scope.event_ids, scope.days) == (events, days)


@pytest.mark.parametrize(
    "question",
    [
        "autoscaling, but not at PierConf",
        "everything except the PierConf talks",
        "alles außer der PierConf 2023",
        "talks without those of PierConf",
    ],
)
def test_a_negation_takes_out_the_conference_behind_it(searcher: Searcher, question: str) -> None:
    """Only small words and words for talks stand between a negation and the conference that is not wanted."""
    scope = read_scope(question, knowledge_of(searcher))

    assert (scope.event_ids, scope.excluded_ids) == ((), ("PierConf 2023",))


@pytest.mark.parametrize(
    "question", ["Barcelona day 3", "NA 2031 day 1", "KubeCon EU 2034", "day 2 in San Diego"]
)
def test_a_conference_that_the_notes_lack_is_missing(searcher: Searcher, question: str) -> None:
    """No other conference's day stands in for one that nobody took notes on."""
    assert read_scope(question, knowledge_of(searcher)).missing
    assert answer(question, searcher=searcher).status == "not_found"


def test_a_kind_that_is_not_wanted_is_left_out(searcher: Searcher) -> None:
    """“Without the keynotes” takes the keynotes out, and tutorials are workshops."""
    knowledge = knowledge_of(searcher)
    everything = read_scope("talks of EU 2021", knowledge)
    without = read_scope("talks of EU 2021 without the keynotes", knowledge)

    left_out = allowed_talks(everything, knowledge).rows.tolist()
    kept = allowed_talks(without, knowledge).rows.tolist()
    assert [knowledge.talk(row).kind for row in left_out if row not in kept] == ["keynote"]
    assert read_scope("any tutorials?", knowledge).kind == "workshop"


def test_a_year_that_is_asked_for_is_no_limit(searcher: Searcher) -> None:
    """What is foreseen for a year may be told in another year's talk; a year in which something was said is a limit."""
    knowledge = knowledge_of(searcher)

    assert read_scope("what was autoscaling like for 2018", knowledge).event_ids == ()
    assert read_scope("what was autoscaling like in 2018", knowledge).event_ids == ("EU 2018",)


@pytest.mark.parametrize(
    "question", ["which talks were not about Lanternfish?", "any talks besides Lanternfish?"]
)
def test_what_is_not_wanted_is_excluded(searcher: Searcher, question: str) -> None:
    """“Not about” takes its subject out of what is asked for."""
    assert understand(question, searcher).excluded == ("Lanternfish",)


@pytest.mark.parametrize("limit", ["", " at EU 2021", " on day 2 of EU 2021", " in 2021"])
def test_a_limit_that_holds_never_loses_the_answer(searcher: Searcher, limit: str) -> None:
    """The passage that answers is found with any limit that it lies within."""
    found = answer(f"what is the default retention of Quillwort{limit}?", searcher=searcher)

    assert "14 days" in found.quotes[0].text


@pytest.mark.parametrize(
    "question", ["day 2", "Barcelona day 3", "keynotes of EU 2021", "pierconf on monday"]
)
def test_reading_a_scope_reads_no_record(searcher: Searcher, question: str) -> None:
    """Limits are applied to the talk table: what the notes hold of talks and passages is not parsed for them."""
    knowledge = knowledge_of(searcher)
    read: list[str] = []

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code.co_name == "_parse":
            read.append(frame.f_code.co_qualname)

    sys.setprofile(note)
    try:
        allowed_talks(read_scope(question, knowledge), knowledge)
    finally:
        sys.setprofile(None)

    assert not read
