"""The day of each mark: from the day headings above it, else from the recap as a whole."""

from __future__ import annotations

from collections.abc import Sequence

from index.models import Event
from ingest.talks.marks import Mark

_DEEPEST = 7


def assign_days(marks: Sequence[Mark], event: Event | None, recap_day: int | None) -> list[int | None]:
    """Give the day of every mark, in order; None where it is not known or several."""
    days: list[int | None] = []
    current, level = recap_day, 0
    for mark in marks:
        here = mark.level or _DEEPEST
        if mark.days:
            current, level = _resolve(mark, event), here
        elif mark.closes_day and (not level or here <= level):
            current, level = recap_day, 0
        elif mark.level and level and here <= level and mark.role not in {"container", "event"} and level < _DEEPEST:
            current, level = recap_day, 0
        days.append(None if mark.closes_day and not mark.days and recap_day is None else current)
    return days


def _resolve(mark: Mark, event: Event | None) -> int | None:
    named = {mention.resolve(event) for mention in mark.days} - {None}
    return named.pop() if len(named) == 1 else None
