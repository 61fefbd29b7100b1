"""What the notes cover: their events in order, with dates and talks, and the days of an event."""

from __future__ import annotations

from bot.answering.evidence.evidence import allowed_talks
from bot.answering.language.knowledge import Knowledge, knowledge_of
from bot.answering.question.days import Unplaced
from bot.answering.question.question import Question
from bot.answering.rendering import counted, spoken
from index.build.talk_table import TalkSet
from index.models import Event
from index.search import Searcher

_AUTHORS = 6  # named
_NOT_LISTED = 5  # days of the longest conference; a day beyond is none of an undated one either


def events_in_order(searcher: Searcher) -> list[Event]:
    """Return the events of the notes, oldest first."""
    return sorted(
        knowledge_of(searcher).events,
        key=lambda event: (event.starts_on.isoformat() if event.starts_on else "9999", event.event_id),
    )


def event_facts(event: Event, searcher: Searcher, *, authors: bool = False) -> str:
    """Return an event with its name, dates, place, number of talks and the days that the notes cover, on one line.

    With `authors` also whose notes they are.
    """
    knowledge = knowledge_of(searcher)
    table = knowledge.table
    within = knowledge.talks_within((event.event_id,))
    talks = len(TalkSet(within.mask & ~table.sections.mask))
    held = counted(talks, "talk") if talks else counted(len(within), "section")
    days = table.days_of(within)
    covered = f"{'day' if len(days) == 1 else 'days'} {spoken(list(map(str, days)))}" if days else ""
    recaps = (searcher.build.recaps.rows[row] for row in table.recaps_of(within)) if authors else ()
    names = list(dict.fromkeys(recap.author for recap in recaps if recap.author))
    wrote = f"notes by {spoken(names[:_AUTHORS])}" if names else ""
    parts = (event.event_id, _full_name(event), _dates(event), event.city, held, covered, wrote)
    return " · ".join(part for part in parts if part)


def _full_name(event: Event) -> str:
    return event.name if event.name != event.event_id else ""


def _dates(event: Event) -> str:
    first, last = event.starts_on, event.ends_on
    if not first:
        return ""
    if not last or last == first:
        return f"{first.day} {first:%B %Y}"
    start = (
        f"{first.day}" if (first.month, first.year) == (last.month, last.year) else f"{first.day} {first:%B}"
    )
    return f"{start}–{last.day} {last:%B %Y}"


def wrong_day_text(question: Question, knowledge: Knowledge) -> str:
    """Say which days there are where the question names one that no talk can be of; empty where it names none such."""
    scope = question.scope
    if scope.unplaced:
        return _unplaced_text(scope.unplaced, scope.event_ids, knowledge)
    if scope.day is None:
        return ""
    events = [event for event in knowledge.events if not scope.event_ids or event.event_id in scope.event_ids]
    if allowed_talks(scope, knowledge) and (not events or scope.day <= max(map(_length, events))):
        return ""
    named = tuple(event.event_id for event in events) if scope.event_ids else ()
    where = f" of {' or '.join(scope.event_ids)}" if scope.event_ids else ""
    return f"The notes hold no talk of day {scope.day}{where}: {_days_noted(named, knowledge)}."


def _days_noted(event_ids: tuple[str, ...], knowledge: Knowledge) -> str:
    days = knowledge.table.days_of(knowledge.talks_within(event_ids))
    listed = f"they have {'day' if len(days) == 1 else 'days'} {', '.join(map(str, days))}"
    return listed if days else "they name no days of it"


def _unplaced_text(unplaced: Unplaced, event_ids: tuple[str, ...], knowledge: Knowledge) -> str:
    """Say that a weekday or date is no day of the events, of several, or that nobody tells when they were held."""
    if unplaced.places:
        days = sorted({day for _, day in unplaced.places})
        held = [
            f"day {day} of {spoken([event_id for event_id, on in unplaced.places if on == day])}"
            for day in days
        ]
        return f"“{unplaced.text}” is {spoken(held)}. Ask again with the conference that you mean."
    if not event_ids:
        return f"The notes tell of no conference on “{unplaced.text}”."
    named = " or ".join(event_ids)
    dated = [event for event in knowledge.events if event.event_id in event_ids and event.starts_on]
    said = "no talk of" if dated else "no dates to tell which day was"
    return f"The notes hold {said} “{unplaced.text}” at {named}: {_days_noted(event_ids, knowledge)}."


def _length(event: Event) -> int:
    return (event.ends_on - event.starts_on).days + 1 if event.starts_on and event.ends_on else _NOT_LISTED
