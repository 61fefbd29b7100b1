"""The talks of a day, a page at a time, each with its speakers, its link and a line of the notes. Pure."""

from __future__ import annotations

from bot.slack.intake.commands import Command, Scope, by_age, covered_days
from bot.slack.messages import kit
from bot.slack.messages.answers import turning
from bot.slack.messages.excerpts import gist
from bot.slack.messages.kit import Json
from bot.slack.messages.message import (
    LONGEST_SPEAKERS,
    Frame,
    Message,
    Request,
    event_name,
    fit,
    place,
    title_of,
)
from index.build.reader import Build
from index.models import Talk

TALKS_A_PAGE = 8
LONGEST_GIST = 180
MOST_CHOICES = 5  # buttons of one row that stay readable on a phone


def digest_message(command: Command, scope: Scope, frame: Frame) -> Message:
    """Lay out one page of a day's talks, or say which days and conferences there are."""
    if scope.unknown == "event":
        return _unknown_event(scope, frame)
    if scope.unknown == "day":
        return _unknown_day(scope, frame)
    pages = max(1, -(-len(scope.talks) // TALKS_A_PAGE))
    page = min(frame.request.page, pages)
    title = _title(command, scope, frame.build)
    groups = [
        [talk_entry(talk, frame.build)]
        for talk in scope.talks[(page - 1) * TALKS_A_PAGE : page * TALKS_A_PAGE]
    ]
    tail = [*turning(frame, page, pages, "answer"), *_choices(scope, frame), frame.footer()]
    blocks, _ = fit([kit.header(title)], groups, tail)
    return Message(
        title, blocks, "\n".join([title, *(f"{talk.title} {talk.url or ''}" for talk in scope.talks)])
    )


def events_message(frame: Frame) -> Message:
    """List the conferences that the notes cover."""
    events = by_age(frame.build)
    title = f"The notes cover {len(events)} conference{'' if len(events) == 1 else 's'}."
    lines = [event_line(event.event_id, frame.build) for event in events]
    buttons = [
        _ask(event_name(event.event_id, frame.build), event.event_id) for event in events[:MOST_CHOICES]
    ]
    tail = [*([kit.actions(*buttons)] if buttons else []), frame.footer()]
    head = [
        kit.rich(
            kit.line(kit.text(title, bold=True)),
            *([kit.bullets(kit.line(kit.text(one)) for one in lines[:100])] if lines else []),
        )
    ]
    return Message(title, fit(head, (), tail)[0], "\n".join([title, *lines]))


def talk_entry(talk: Talk, build: Build, *, with_place: bool = False) -> Json:
    """Show a talk in a list: its linked title, speakers, and the first sentence of its notes."""
    said = [
        kit.cut(", ".join(talk.speakers), LONGEST_SPEAKERS),
        talk.kind if talk.kind in {"keynote", "workshop", "panel"} else "",
    ]
    said += [place(talk.event_id, talk.day, build)] if with_place else []
    details = " · ".join(part for part in said if part)
    gist = gist_of(talk, build)
    elements = [kit.link(talk.url, title_of(talk), bold=True)]
    elements += [kit.text(f"\n{details}")] if details else []
    elements += [kit.text("\n"), kit.text(gist, italic=True)] if gist else []
    return kit.rich(kit.line(*elements))


def gist_of(talk: Talk, build: Build) -> str:
    """Return a sentence that the notes say about a talk, in the notes' words."""
    passages = [passage for passage in build.passages_of(talk.talk_id) if passage.role == "body"]
    notes = [passage.text for passage in passages if passage.voice == "notes"] or [
        passage.text for passage in passages
    ]
    return kit.cut(gist(notes, talk.title), LONGEST_GIST)


def event_line(event_id: str, build: Build) -> str:
    """Say what the notes cover of a conference."""
    event = build.events[event_id]
    talks = sum(talk.event_id == event_id and talk.kind != "section" for talk in build.talks.values())
    days = covered_days(build, event_id)
    dates = f"{event.starts_on:%-d %B %Y}" if event.starts_on else ""
    parts = [
        event_name(event_id, build),
        event.city or "",
        dates,
        f"{talks} talks",
        f"days {', '.join(map(str, days))}" if days else "",
    ]
    return " · ".join(part for part in parts if part)


def _title(command: Command, scope: Scope, build: Build) -> str:
    what = command.kind or "talk"
    where = place(scope.event_id, scope.day, build)
    return f"{where}: {len(scope.talks) or 'no'} {what}{'' if len(scope.talks) == 1 else 's'} in the notes"


def _unknown_event(scope: Scope, frame: Frame) -> Message:
    names = [event_name(event_id, frame.build) for event_id in scope.others]
    said = f"The notes do not cover that conference. They cover {_listed(names)}."
    buttons = [
        _ask(name, event_id) for name, event_id in zip(names, scope.others[:MOST_CHOICES], strict=False)
    ]
    blocks = [
        kit.rich(kit.line(kit.text(said))),
        *([kit.actions(*buttons)] if buttons else []),
        frame.footer(),
    ]
    return Message(said, tuple(blocks), said)


def _unknown_day(scope: Scope, frame: Frame) -> Message:
    name = event_name(scope.event_id, frame.build)
    asked = "that day" if scope.day is None else f"day {scope.day}"
    covered = [f"day {day}" for day in scope.days]
    known = f"They cover {_listed(covered)}." if covered else "They do not say which talk was on which day."
    said = f"The notes on {name} do not cover {asked}. {known}"
    buttons = [_ask(f"Day {day}", f"{scope.event_id} day {day}") for day in scope.days[:MOST_CHOICES]]
    others = [
        event.event_id
        for event in by_age(frame.build)
        if scope.day in covered_days(frame.build, event.event_id)
    ]
    buttons += [
        _ask(f"{event_name(other, frame.build)} day {scope.day}", f"{other} day {scope.day}")
        for other in others[:2]
    ]
    blocks = [
        kit.rich(kit.line(kit.text(said))),
        *([kit.actions(*buttons)] if buttons else []),
        frame.footer(),
    ]
    return Message(said, tuple(blocks), said)


def _choices(scope: Scope, frame: Frame) -> list[Json]:
    """Offer the other conferences that the words fit, or the days of a conference that was asked for whole."""
    if scope.day is None:
        asked = [(f"Day {day}", f"{scope.event_id} day {day}") for day in scope.days]
    else:
        asked = [
            (f"Day {scope.day} of {event_name(other, frame.build)}", f"{other} day {scope.day}")
            for other in scope.others
        ]
    buttons = [_ask(label, words) for label, words in asked[:MOST_CHOICES]]
    return [kit.actions(*buttons)] if buttons else []


def _ask(label: str, words: str) -> Json:
    return kit.button(label, f"page:ask:{words}"[:255], Request(words).to_value())


def _listed(names: list[str]) -> str:
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else "".join(names) or "none yet"
