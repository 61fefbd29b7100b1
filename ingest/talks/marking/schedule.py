"""The day of each mark: from the day headings above it, else from the recap as a whole."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise, zip_longest

from index.conferences.day_mentions import DayMention
from index.conferences.editions import event_for
from index.conferences.event_mentions import parse_events
from index.models import Event
from ingest.talks.lines.pieces import Piece
from ingest.talks.marking.marks import Mark

_DEEPEST = 7
_SOME_YEAR = 2001
_MONDAY = date(_SOME_YEAR, 1, 1)
_LONGEST = timedelta(days=10)
_YEAR = re.compile(r"20[0-3]\d")
_WIDE = 3  # newlines: two blank lines
_OPENING = 90  # characters in which a day's first paragraph speaks of its start
_DAY_OPENS = re.compile(
    r"\b(?:opening |morning )?keynotes?\b|\b(?:next|second|third|last|final) day\b|\bmorning\b", re.IGNORECASE
)


def assign_events(marks: Sequence[Mark]) -> list[str | None]:
    """Return the event of every mark where the recap is about several, each under a heading of the same level; else None."""
    named = {
        at: found
        for at, mark in enumerate(marks)
        if mark.kind == "section" and mark.level and (found := _edition(mark.title))
    }
    level = min((marks[at].level for at, found in named.items() if _has_sibling(at, marks, named)), default=0)
    events: list[str | None] = []
    current: str | None = None
    for at, mark in enumerate(marks):
        if level and 0 < mark.level <= level:
            current = named.get(at) if mark.level == level else None
        events.append(current)
    return events


def _edition(title: str) -> str | None:
    """Return the event that a heading names with its year."""
    return next(
        (
            mention.event_id
            for mention in parse_events(title)
            if mention.event_id and mention.year is not None
        ),
        None,
    )


def _has_sibling(at: int, marks: Sequence[Mark], named: Mapping[int, str]) -> bool:
    return any(marks[other].level == marks[at].level and found != named[at] for other, found in named.items())


def date_event(marks: Sequence[Mark], event: Event | None) -> Event | None:
    """Date an event whose days nobody lists by the recap's own day headings, so that the days can be counted.

    A heading with number and date or weekday settles it. Else the first of several days is day 1: "Saturday" and
    "Sunday" are the days of a conference over a weekend. The year of such a date means nothing; it is for
    counting alone.
    """
    if event is not None and event.starts_on is not None:
        return event
    headed = [mark.days for mark in marks if mark.days]
    year = int(found[-1]) if event and (found := _YEAR.findall(event.event_id)) else _SOME_YEAR
    first = _numbered_start(headed, year) or _dated_start(headed, year) or _weekday_start(headed)
    if first is None:
        return event
    return replace(event or Event("", ""), starts_on=first)


def _numbered_start(headed: Sequence[tuple[DayMention, ...]], year: int) -> date | None:
    for mentions in headed:
        numbers = [mention.number for mention in mentions if mention.number]
        on = next((on for mention in mentions if (on := mention.on(year))), None)
        weekday = next((mention.weekday for mention in mentions if mention.weekday is not None), None)
        if len(numbers) == 1 and on is not None:
            return on - timedelta(days=numbers[0] - 1)
        if len(numbers) == 1 and weekday is not None:
            return _MONDAY + timedelta(days=7 + weekday - (numbers[0] - 1))
    return None


def _dated_start(headed: Sequence[tuple[DayMention, ...]], year: int) -> date | None:
    dates = sorted({on for mentions in headed for mention in mentions if (on := mention.on(year))})
    spread = dates[-1] - dates[0] if dates else timedelta(0)
    return dates[0] if timedelta(0) < spread <= _LONGEST else None


def _weekday_start(headed: Sequence[tuple[DayMention, ...]]) -> date | None:
    named = [mention.weekday for mentions in headed for mention in mentions if mention.weekday is not None]
    return _MONDAY + timedelta(days=named[0]) if len(set(named)) > 1 else None


def headed_days(marks: Sequence[Mark], event: Event | None) -> set[int]:
    """Return the days that headings name."""
    return {day for mark in marks for mention in mark.days if (day := mention.resolve(event)) is not None}


def assign_days(
    marks: Sequence[Mark], event: Event | None, recap_day: int | None, events: Sequence[str | None] = ()
) -> list[int | None]:
    """Return the day of every mark, in order; None where it is not known or several.

    Args:
        marks: All marks, in order.
        event: What the recap is about.
        recap_day: Where all of it is about one day.
        events: The event of each mark where the recap is about several.
    """
    days: list[int | None] = []
    current, level = recap_day, 0
    beside = _talks_beside_days(marks)
    for mark, own in zip_longest(marks, events):
        here = mark.level or _DEEPEST
        if mark.kind == "talk" and mark.days:
            own_day = _resolve(mark, event_for(own) if own else event, None)
            if own_day is not None:  # its own facts say it: "46:10, day 1"
                days.append(own_day)
                continue
        elif mark.days:
            day = _resolve(mark, event_for(own) if own else event, recap_day)
            # "Day 1 keynotes" below "Wednesday" begins no day of its own.
            level = _outer(level, here) if level and day is not None and day == current else here
            current = day
        if not mark.days and _ends_day(mark, here, level) and not (beside and mark.kind == "talk"):
            current, level = recap_day, 0
        days.append(None if mark.closes_day and not mark.days and recap_day is None else current)
    return days


def _talks_beside_days(marks: Sequence[Mark]) -> bool:
    """Return whether the talks' headings stand beside or above those of their days: then only a day ends a day."""
    pairs = [
        (before.level, after.level)
        for before, after in pairwise(
            mark for mark in marks if mark.level and (mark.days or mark.kind == "talk")
        )
        if before.kind != "talk" and after.kind == "talk"
    ]
    return sum(talk <= day for day, talk in pairs) * 2 > len(pairs)


def _outer(level: int, here: int) -> int:
    """Return the level that says how far a day goes which two headings name: a plain line's goes to the next day."""
    return level if level == _DEEPEST else min(level, here)


def _ends_day(mark: Mark, here: int, level: int) -> bool:
    """Return whether the day whose heading stands at `level` is over with this mark."""
    if mark.closes_day:
        return not level or here <= level
    return bool(mark.level) and here <= level < _DEEPEST and mark.role not in {"container", "event"}


def _resolve(mark: Mark, event: Event | None, recap_day: int | None) -> int | None:
    if any(mention.span[1] - mention.span[0] == 1 for mention in mark.days):
        return None  # "Day 1, 2 and 3": a bare number goes on from the first
    # Numbers and dates are surer than weekdays; a date that is no day of the event is the date of posting.
    sure_first = sorted(mark.days, key=lambda mention: mention.weekday is not None)
    day = next((day for mention in sure_first if (day := mention.resolve(event)) is not None), recap_day)
    return day if day is None or day >= 0 else None


def gap_days(pieces: Sequence[Piece], text: str, event: Event | None) -> list[tuple[int, int]]:
    """Find where days begin in plain text that lost its day headings: (offset, day).

    A wide gap before a paragraph that opens with the day's keynote is a lost heading. It counts only when
    there are as many as the event had days.
    """
    if event is None or event.starts_on is None or event.ends_on is None:
        return []
    starts = []
    for before, piece in pairwise(pieces):
        wide = text.count("\n", before.end, piece.start) >= _WIDE
        if wide and piece.kind == "paragraph" and _DAY_OPENS.search(piece.text[:_OPENING]):
            starts.append(piece.start)
    length = (event.ends_on - event.starts_on).days + 1
    return [(start, day) for day, start in enumerate(starts, 1)] if len(starts) == length else []
