"""Which days of a conference a question names: by number, weekday or date, as far as the notes tell when it was held."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.answering.language.knowledge import Knowledge, event_year
from index.conferences.day_mentions import DayMention, parse_days
from index.models import Event

Span = tuple[int, int]

_DAY_TWO_WORK = re.compile(r"^[\s-]*op(?:s|erations?)\b", re.IGNORECASE)
_LONGEST = 5  # days of a conference whose end nobody tells and of whose days the notes name none
_FEW_EVENTS = 50  # whose headings are read for their dates where a question names no conference


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A weekday or date that is no single day of the conferences in question."""

    text: str  # as the question writes it
    span: Span
    places: tuple[tuple[str, int], ...] = ()  # events and the days of them that it is


@dataclass(frozen=True, slots=True)
class NamedDays:
    """The days that a question names, and where."""

    days: tuple[int, ...] = ()
    spans: tuple[Span, ...] = ()
    event_ids: tuple[str, ...] = ()  # of which a weekday or date is a day; empty where only numbers are named
    unplaced: Unplaced | None = None


def day_mentions(question: str, taken: Sequence[Span] = ()) -> Iterator[DayMention]:
    """Yield the days that a question names outside of some spans; "day 2 operations" are none."""
    for mention in parse_days(question):
        if any(start < mention.span[1] and mention.span[0] < end for start, end in taken):
            continue
        if mention.number is None or not _DAY_TWO_WORK.match(question[mention.span[1] :]):
            yield mention


def read_days(
    question: str, events: Sequence[Event], taken: Sequence[Span], knowledge: Knowledge, *, named: bool
) -> NamedDays:
    """Read the days of a question.

    Args:
        question: Its text.
        events: The conferences that it may be about.
        taken: Spans that say something else.
        knowledge: What the notes know.
        named: Whether the question or the turn before limits it to `events`: else a weekday, which a question may
            also say of something else, is a limit only where it is the same day of all of them.
    """
    found: dict[int, None] = {}
    spans: list[Span] = []
    held: dict[str, None] = {}
    unplaced: Unplaced | None = None
    for mention in day_mentions(question, taken):
        places: Mapping[str, int] = {}
        if mention.number is not None:
            days = {mention.number}
        elif mention.last:
            whole = {mention.resolve(event) for event in events}
            days = {day for day in whole if day is not None and len(whole) == 1}
        else:
            places = _places(mention, events, knowledge, named=named)
            sure = named or mention.weekday is None or len(places) == len(events)
            days = set(places.values()) if sure else set()
        if len(days) == 1:
            found.setdefault(days.pop())
            spans.append(mention.span)
            held |= dict.fromkeys(places)
        elif not mention.last:
            unplaced = Unplaced(
                question[mention.span[0] : mention.span[1]], mention.span, tuple(places.items())
            )
    return NamedDays(tuple(found), tuple(spans), tuple(held), unplaced)


def _places(
    mention: DayMention, events: Sequence[Event], knowledge: Knowledge, *, named: bool
) -> Mapping[str, int]:
    """Return the events of which a weekday or date is a day, with that day."""
    read_headings = named or len(events) <= _FEW_EVENTS
    found = {}
    for event in events:
        dated = event if event.starts_on or not read_headings else _dated(event, mention, knowledge)
        day = mention.resolve(dated)
        if day is not None and _is_held(day, event, knowledge):
            found[event.event_id] = day
    return found


def _dated(event: Event, mention: DayMention, knowledge: Knowledge) -> Event:
    """Date an event of unknown dates by the headings of its days: "07.11. - Thursday" above the talks of day 2."""
    headed = knowledge.headed_days(event.event_id)
    starts: set[date] = set()
    if mention.weekday is None:
        dates = ((on, day) for day, one in headed if (on := one.on(event_year(event))))
        starts = {date.fromordinal(on.toordinal() - day + 1) for on, day in dates}
    else:
        weekdays = (
            (on.weekday() if (on := one.on(event_year(event))) else one.weekday, day) for day, one in headed
        )
        # Day 7 was a Sunday, so that this stands for the weekday of day 1; its year means nothing.
        starts = {date.fromordinal(7 + (on - day + 1) % 7 + 1) for on, day in weekdays if on is not None}
    return replace(event, starts_on=starts.pop()) if len(starts) == 1 else event


def _is_held(day: int, event: Event, knowledge: Knowledge) -> bool:
    """Return whether an event may have had a day: the notes have it, or it lies between the first day and the last."""
    noted = knowledge.table.days_of(knowledge.talks_within((event.event_id,)))
    last = 0 if noted else _LONGEST
    if event.starts_on and event.ends_on:
        last = (event.ends_on - event.starts_on).days + 1
    return day in noted or 1 <= day <= last
