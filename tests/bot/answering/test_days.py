"""A day is asked for by number, weekday or date, in any order with its conference's name, and what nobody tells is said so."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.answering import answer
from bot.answering.language.knowledge import knowledge_of
from bot.answering.question.scope import resolve_event
from bot.answering.question.understanding import understand
from bot.errors import UnknownEvent
from index.encoder.base import Encoder
from index.search import Searcher
from ingest.job import Job
from ingest.nightly.run import run

# Nobody tells the dates of the first two but the headings of the first; the names of both are plain words.
MOMENTUM = """# Momentum Conference 2022

## 14.06. - Tuesday

### Ropes for Beginners - Ana Sol (Kelpworks)

- a bowline opens again after any load

## 15.06. - Wednesday

### Anchors in Sand - Tom Okafor (Fenworks)

- a heavier chain holds better than a heavier anchor
"""
CASCADE = """# Cascade 2020

## Day 1

### Rivers as Queues - Mira Voss

- back pressure is a dam

## Day 2

### Lakes as Caches - Lena Brandt

- the momentum of a flood fills every lake
"""
KUBECON = """# KubeCon + CloudNativeCon Europe 2021

## Day 1

### Lanterns at Sea - Rui Lopes

- Quillwort needs Kubernetes 1.17 for its audit trail

## Day 2

### Tide Tables - Rui North

- in Kubernetes 1.21 the tide controller became stable

### Sluices - Zita Falk

- Sluicegate 3.4 opens its gates by itself
"""
TUESDAY, WEDNESDAY = (("Momentum Conference 2022",), (1,)), (("Momentum Conference 2022",), (2,))


@pytest.fixture(scope="module")
def coast(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Searcher:
    """Give a build of three conferences: dated by headings, by nothing, and by our own list."""
    folder: Path = tmp_path_factory.mktemp("coast")
    (folder / "notes").mkdir()
    for name, text in (("momentum", MOMENTUM), ("cascade", CASCADE), ("kubecon", KUBECON)):
        (folder / "notes" / f"{name}.md").write_text(text, encoding="utf-8")
    run(Job(paths=(folder / "notes",), index_dir=folder / "index"), encoder=encoder)
    return Searcher.open(folder / "index", encoder)


def _limits(question: str, searcher: Searcher) -> tuple[tuple[str, ...], tuple[int, ...]]:
    scope = understand(question, searcher).scope
    return scope.event_ids, scope.days


@pytest.mark.parametrize(
    "day",
    ["day 2", "second day", "wednesday", "Wednesday", "15 June", "June 15th", "15 june 2022", "2022-06-15"],
)
@pytest.mark.parametrize(
    "order",
    ["{day} momentum", "momentum {day}", "what happened on {day} of momentum", "talks at momentum on {day}"],
)
def test_a_day_and_its_conference_stand_in_any_order(coast: Searcher, day: str, order: str) -> None:
    """Number, weekday and date name the same day before and behind a name that is also a plain word."""
    question = order.format(day=day)

    assert _limits(question, coast) == WEDNESDAY
    assert "Anchors in Sand" in answer(question, searcher=coast).text


@pytest.mark.parametrize(
    ("question", "limits"),
    [
        ("Was war am Dienstag auf der Momentum?", TUESDAY),
        ("was passierte an Tag 1 der Momentum", TUESDAY),
        ("Vorträge am 15. Juni auf der Momentum", WEDNESDAY),
        ("jour 1 de momentum", TUESDAY),
        ("les talks du mercredi à momentum", WEDNESDAY),
        ("día 2 de momentum", WEDNESDAY),
        ("day 1 of cascade", (("Cascade 2020",), (1,))),
        ("what happened on 6 may 2021", (("EU 2021",), (2,))),
        ("what happened on May 6th", (("EU 2021",), (2,))),
        ("Welche Vorträge gab es am 5. Mai 2021?", (("EU 2021",), (1,))),
    ],
)
def test_days_are_read_in_every_language(
    coast: Searcher, question: str, limits: tuple[tuple[str, ...], tuple[int, ...]]
) -> None:
    """Words that lead to the conference are those of any language, and a date alone finds its conference."""
    assert _limits(question, coast) == limits
    assert answer(question, searcher=coast).status == "answered"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("wednesday at cascade", "no dates to tell which day was “wednesday” at Cascade 2020"),
        ("what happened on 3 march 2020 at cascade", "they have days 1, 2"),
        ("saturday kubecon eu 2021", "no talk of “saturday” at EU 2021"),
        ("which talks were there on 14 february?", "no conference on “14 february”"),
        ("Talks am Mittwoch", "day 1 of EU 2021 and day 2 of Momentum Conference 2022"),
        ("quels talks le mercredi ?", "day 1 of EU 2021 and day 2 of Momentum Conference 2022"),
    ],
)
def test_a_day_that_nothing_tells_is_said_so(coast: Searcher, question: str, said: str) -> None:
    """Unknown dates, days outside a conference and weekdays of several are no guess."""
    found = answer(question, searcher=coast)

    assert found.status == "not_found"
    assert said in found.text


@pytest.mark.parametrize(
    "question",
    [
        "see you on tuesday",
        "never deploy on a wednesday",
        "how does a team gain momentum",
        "on day 2, what did they say about momentum",
    ],
)
def test_plain_words_stay_plain(coast: Searcher, question: str) -> None:
    """A weekday beside another subject, or without any talk, and a name's word without a day are no limit."""
    assert _limits(question, coast)[0] == ()


def test_every_day_of_a_dated_event_is_found_by_its_date_and_weekday(coast: Searcher) -> None:
    """Both name the day that its number names."""
    (event,) = (event for event in knowledge_of(coast).events if event.event_id == "EU 2021")
    assert event.starts_on
    for day in (1, 2, 3):
        on = event.starts_on + timedelta(days=day - 1)
        for named in (f"{on:%A} at EU 2021", f"{on.day} {on:%B} {on.year}", f"EU 2021 day {day}"):
            assert _limits(f"what happened on {named}", coast) == (("EU 2021",), (day,))


@pytest.mark.parametrize("name", ["Momentum", "momentum", "momentum 2022", "momentum conference", "2022"])
def test_a_limit_takes_a_name_in_short(coast: Searcher, name: str) -> None:
    """What means one event is accepted for it."""
    assert resolve_event(knowledge_of(coast), name) == "Momentum Conference 2022"


@pytest.mark.parametrize("name", ["momentum 2021", "conference", "the", "ocean"])
def test_a_limit_refuses_what_means_no_event(coast: Searcher, name: str) -> None:
    """A wrong year, a word of many names and an unknown one are refused with the names that there are."""
    with pytest.raises(UnknownEvent, match="Momentum Conference 2022"):
        resolve_event(knowledge_of(coast), name)


@pytest.mark.parametrize("asked", ["what's new in", "whats new in", "wats new in", "whats up with"])
@pytest.mark.parametrize("product_name", ["Kubernetes", "k8s"])
@pytest.mark.parametrize("version", ["1.17", "1.21"])
def test_the_passage_with_the_release_leads(
    coast: Searcher, asked: str, product_name: str, version: str
) -> None:
    """However the product and the question are written, and without doubt."""
    found = answer(f"{asked} {product_name} {version}", searcher=coast)

    assert version in found.quotes[0].text
    assert not found.notices


@pytest.mark.parametrize("asked", ["what's new in", "whats new in", "waht is new in"])
def test_a_release_that_the_notes_lack_is_said_so(coast: Searcher, asked: str) -> None:
    """An abbreviated product and a slip in the question change nothing."""
    assert "“1.33” is not mentioned" in answer(f"{asked} k8s 1.33", searcher=coast).text


def test_a_release_of_another_product_is_doubted(coast: Searcher) -> None:
    """Where no talk says the release and the product, the passages come with a doubt."""
    found = answer("whats new in k8s 3.4", searcher=coast)

    assert found.notices
    assert answer("whats new in Sluicegate 3.4", searcher=coast).notices == ()
