"""What a person asks for: one of a few commands, the talks of a day, or a question. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from bot.answering.language.markup import plain_question
from index.build.reader import Build
from index.conferences.day_mentions import DayMention, parse_days
from index.conferences.event_mentions import parse_events
from index.models import Event, Talk, TalkKind

Verb = Literal[
    "help", "events", "status", "talk", "speaker", "watch", "unwatch", "watches", "digest", "question"
]

_WHOLE = {
    "": "help",
    "help": "help",
    "?": "help",
    "hilfe": "help",
    "aide": "help",
    "events": "events",
    "status": "status",
    "watches": "watches",
}
_FIRST = re.compile(
    r"(?P<verb>talk|speaker|watch|unwatch)\s+(?!(?:about|on|of|for|at|in|from|to|by|is|was|who)\b)(?P<words>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_KINDS = {
    "keynote": "keynote",
    "session": "session",
    "workshop": "workshop",
    "tutorial": "workshop",
    "panel": "panel",
}
_KIND = re.compile(r"\b(" + "|".join(_KINDS) + r")s?\b", re.IGNORECASE)
# Words that may stand beside a day or a conference without turning it into a question on their content.
_FILLER = re.compile(
    r"\b(?:talks?|show|me|list|all|the|of|at|on|from|for|in|digest|agenda|programme?|schedule|notes?|and|please)\b|[\W_]+",
    re.IGNORECASE,
)
# What is left hanging when "at KubeCon EU 2020 on day 3" is taken out of a question.
_DANGLING = re.compile(
    r"(?:\s+(?:at|in|on|of|from|for|during|the))+(?=\s*[?.!]*$)|(?<=\s)(?:at|in|on|during)\s+(?=(?:at|in|on|about)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Command:
    """What was asked for; `words` are its argument."""

    verb: Verb
    words: str = ""
    kind: TalkKind | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """The day that a digest is about, or why there is none."""

    event_id: str | None
    day: int | None
    talks: tuple[Talk, ...]
    others: tuple[str, ...] = ()  # further conferences that the words fit, newest first
    days: tuple[int, ...] = ()  # days of the conference that the notes cover
    unknown: Literal["event", "day"] | None = None


def parse(text: str) -> Command:
    """Read what a person typed after the command's name or to the bot.

    A text made of conferences, days and kinds of talk only asks for a digest; anything else that is no
    command is a question.
    """
    words = text.strip()
    if whole := _WHOLE.get(words.lower().rstrip("!.")):
        return Command(_verb(whole))
    if not plain_question(words):
        return Command("help")  # nothing but emoji
    if first := _FIRST.fullmatch(words):
        return Command(_verb(first["verb"].lower()), first["words"].strip())
    spans = [span for mention in parse_events(words) for span in mention.spans] + [
        mention.span for mention in parse_days(words)
    ]
    kinds = [match for match in _KIND.finditer(words)]
    rest = _without(words, [*spans, *(match.span() for match in kinds)])
    if spans and not _FILLER.sub("", rest):
        return Command("digest", words, _kind(kinds[0][1]) if kinds else None)
    return Command("question", words)


def scope(command: Command, build: Build) -> Scope:
    """Find the talks that a digest is about; the newest conference where the words fit several."""
    days = parse_days(command.words)
    named = [
        event_id
        for mention in parse_events(command.words, tuple(build.events.values()))
        for event_id in mention.event_ids
    ]
    candidates = [event for event in by_age(build) if not named or event.event_id in named]
    if not candidates:
        return Scope(None, None, (), tuple(event.event_id for event in by_age(build)), unknown="event")
    fitting = [
        event for event in candidates if not days or _day(days, event) in covered_days(build, event.event_id)
    ]
    # "keynotes day 1" means the newest conference that has keynotes on its day 1.
    telling = [event for event in fitting if _asked(command, days, event, build)] or fitting
    event = (telling or candidates)[0]
    day = _day(days, event) if days else None
    covered = covered_days(build, event.event_id)
    if days and not fitting:
        return Scope(event.event_id, day, (), days=covered, unknown="day")
    talks = _asked(command, days, event, build)
    return Scope(event.event_id, day, talks, tuple(other.event_id for other in telling[1:]), covered)


def without_scope(text: str) -> str:
    """Return a question without the words that limit it to a conference or a day; empty where nothing else is left."""
    spans = [span for mention in parse_events(text) for span in mention.spans] + [
        mention.span for mention in parse_days(text)
    ]
    rest = " ".join(_without(text, spans).split())
    return _DANGLING.sub("", rest) if _FILLER.sub("", rest) else ""


def by_age(build: Build) -> list[Event]:
    """List the conferences that the notes cover, newest first."""
    used = {talk.event_id for talk in build.talks.values()}
    return sorted(
        (event for event in build.events.values() if event.event_id in used), key=_age, reverse=True
    )


def covered_days(build: Build, event_id: str) -> tuple[int, ...]:
    """List the days of a conference that the notes cover."""
    return tuple(sorted({talk.day for talk in _talks(build, event_id) if talk.day is not None}))


def _talks(build: Build, event_id: str) -> list[Talk]:
    of_event = [talk for talk in build.talks.values() if talk.event_id == event_id]
    proper = [talk for talk in of_event if talk.kind != "section"] or of_event
    return sorted(proper, key=lambda talk: (talk.day is None, talk.day or 0, talk.recap_id, talk.position))


def _asked(command: Command, days: tuple[DayMention, ...], event: Event, build: Build) -> tuple[Talk, ...]:
    day = _day(days, event) if days else None
    return tuple(
        t
        for t in _talks(build, event.event_id)
        if (day is None or t.day == day) and command.kind in (None, t.kind)
    )


def _day(days: Iterable[DayMention], event: Event) -> int | None:
    return next(iter(days)).resolve(event)


def _age(event: Event) -> tuple[date, str, str]:
    year = re.search(r"(?:19|20)\d\d", event.event_id)
    return (
        event.starts_on or (date(int(year[0]), 1, 1) if year else date.min),
        year[0] if year else "",
        event.event_id,
    )


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    kept = list(text)
    for start, end in spans:
        kept[start:end] = " " * (end - start)
    return "".join(kept)


def _verb(word: str) -> Verb:
    return next(verb for verb in get_args(Verb) if verb == word)


def _kind(word: str) -> TalkKind:
    return next(kind for kind in get_args(TalkKind) if kind == _KINDS[word.lower()])
