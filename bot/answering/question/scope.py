"""Which part of the notes a question is about: events, days and kinds of talks, read from its words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from bot.answering.language.knowledge import Knowledge, event_words, event_year, knowledge_of
from bot.answering.language.wordlists import holdings, is_generic, is_real_word, languages
from bot.answering.question.days import Span, Unplaced, day_mentions, read_days
from bot.answering.question.editions import named_words, unknown_edition
from bot.errors import UnknownDay, UnknownEvent
from index.conferences.event_mentions import EventMention, parse_event, parse_events
from index.search import Searcher
from index.vocabulary.words import Word, words

_YEAR = re.compile(r"(?<![\d.,-])(?:20[0-3]\d)(?![\d-])")
_YEARS = re.compile(
    r"\b(?:between|from|entre|de|zwischen)\s+(?P<first>20[0-3]\d)\s*(?:and|to|until|through|et|à|und|-|–)\s*(?P<last>20[0-3]\d)\b",
    re.IGNORECASE,
)
# Before a year that something is foreseen for, planned by or lasts until.
_TOWARD = re.compile(
    r"\b(?:for|by|until|till|through|towards?|pour|d'ici|jusqu'en|für|bis|para|hasta)(?:\s+(?:the|year|le|das|jahr|año|l'année))*\s+$",
    re.IGNORECASE,
)
_SIDE = re.compile(r"\b(since|from|after|before|depuis|après|avant)\s+$", re.IGNORECASE)
_KIND = re.compile(r"\b(keynote|workshop|tutorial|panel)s?\b", re.IGNORECASE)
_KINDS = {"tutorial": "workshop"}
_CITY_WORDS = 3
_NEGATION_CHARS, _NEGATION_WORDS = 60, 5  # in front of what a question takes out


@dataclass(frozen=True, slots=True)
class Scope:
    """A limit on the talks that are searched; empty tuples are no limit."""

    event_ids: tuple[str, ...] = ()
    excluded_ids: tuple[str, ...] = ()
    day: int | None = None
    also: tuple[int, ...] = ()  # further days: "day 1 and day 2"
    firm: bool = False  # named beyond doubt: found nothing, it is not lifted by itself
    missing: str | None = None  # a conference that the question names and the notes do not cover
    kind: str | None = None
    not_kind: str | None = None  # "without the keynotes"
    spans: tuple[Span, ...] = ()  # the question's characters that said so
    unplaced: Unplaced | None = None  # a weekday or date that is no single day of the events

    @property
    def days(self) -> tuple[int, ...]:
        """Return all days that are meant."""
        return () if self.day is None else (self.day, *self.also)

    @property
    def limits(self) -> bool:
        """Return whether anything is left out."""
        return bool(self.event_ids or self.excluded_ids or self.day is not None or self.not_kind)


def read_scope(question: str, knowledge: Knowledge, inherited: Scope | None = None) -> Scope:
    """Read events, days and kinds from a question; what it leaves open comes from the earlier turn."""
    mentions = parse_events(question, knowledge.events)
    known = {event.event_id for event in knowledge.events}
    mentions = (
        *(_recognised(mention, knowledge) for mention in mentions),
        *(series := _series(question, mentions, knowledge)),
        *_held_in(question, [*mentions, *series], knowledge),
    )
    wanted, excluded, missing, spans = _events(question, mentions, known)
    if not any(m.year for m in mentions) and (edition := unknown_edition(question, knowledge)):
        wanted, missing = [], edition[0]
        spans.append(edition.span())
    firm = any(m.series is not None and (m.year or m.region or m.city) for m in mentions if m.event_ids)
    firm = firm and not all(m.city and not m.year and m.region is None for m in mentions)
    years, year_spans, not_years = _years(question, spans, knowledge)
    if not wanted and not missing:
        wanted = [event_id for event_id in years if event_id in known]
    excluded += not_years
    if not wanted and not missing and inherited:
        wanted, firm = list(inherited.event_ids), False
    events = [event for event in knowledge.events if not wanted or event.event_id in wanted]
    # The year of a date is no limit of its own, so that its span is not taken.
    named = read_days(question, events, spans, knowledge, named=bool(wanted))
    days, spans = named.days, [*spans, *year_spans]
    if (days or named.unplaced) and not wanted and not missing:
        missing, elsewhere = _elsewhere(question, mentions)
        spans += elsewhere
    if not missing:
        wanted = list(named.event_ids) or wanted
    if not days and inherited and not mentions:
        days = inherited.days
    kind = _KIND.search(question)
    asked_kind = _KINDS.get(kind[1].lower(), kind[1].lower()) if kind else None
    without = bool(kind) and _negated(question, kind.start() if kind else 0)
    return Scope(
        event_ids=tuple(e for e in dict.fromkeys(wanted) if e not in excluded),
        excluded_ids=tuple(dict.fromkeys(excluded)) if not wanted else (),
        day=days[0] if days else None,
        also=days[1:],
        firm=firm,
        missing=missing,
        kind=None if without else asked_kind,
        not_kind=asked_kind if without else None,
        spans=_apart([*spans, *named.spans]),
        unplaced=None if missing else named.unplaced,
    )


def _apart(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Return spans with those that overlap as one: the year of a date and the date."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)


def _recognised(mention: EventMention, knowledge: Knowledge) -> EventMention:
    """Return a conference named in part ("jsconf 2013"), or by its city, with the id of the notes' event that it must be."""
    known = {event.event_id for event in knowledge.events}
    if mention.city and known.isdisjoint(mention.event_ids):
        # "friday in Berlin": of the conferences there, those that the notes have.
        held = knowledge.events_by_city.get(tuple(word.form for word in words(mention.city)), ())
        there = [knowledge.events[row] for row in held]
        fits = [event.event_id for event in there if mention.year in {None, event_year(event)}]
        return replace(mention, event_ids=tuple(fits), series=None, region=None) if fits else mention
    if any(
        event_id in {event.event_id for event in knowledge.events} for event_id in mention.event_ids
    ) or mention.series in {
        None,
        "KubeCon",
    }:
        return mention
    named = {word.form for word in words(mention.series or "")}
    telling = {form for form in named if (form,) in knowledge.events_by_words and not is_real_word(form)}
    fits = [
        e.event_id
        for e in knowledge.events
        # "pgconf nyc 2015" is the notes' "PgConf 2015": a word that tells the series, and the year.
        if (named <= named_words(e) or telling & named_words(e)) and mention.year in {None, event_year(e)}
    ]
    return replace(mention, event_ids=tuple(fits)) if fits else mention


def _series(question: str, mentions: Sequence[EventMention], knowledge: Knowledge) -> list[EventMention]:
    """Find conferences of the notes that are named without their year: "at SciPy"."""
    taken = [span for mention in mentions for span in mention.spans]
    said = list(words(question))
    days = [mention.span for mention in day_mentions(question, taken)]
    found: list[tuple[tuple[int, ...], Span]] = []
    at = 0
    while at < len(said):
        rows, length = _name_at(said, at, days, knowledge)
        span = (said[at].start, said[at + max(length, 1) - 1].end)
        if rows and not any(start < span[1] and span[0] < end for start, end in taken):
            found.append((rows, span))
        at += max(length, 1)
    return [
        EventMention(tuple(knowledge.events[row].event_id for row in rows), (span,))
        for rows, span in sorted(found)
    ]


def _held_in(question: str, mentions: Sequence[EventMention], knowledge: Knowledge) -> list[EventMention]:
    """Find conferences of the notes that are named by their city, beside a day or behind what leads to a place."""
    taken = [span for mention in mentions for span in mention.spans]
    said = list(words(question))
    days = [mention.span for mention in day_mentions(question, taken)]
    found: list[EventMention] = []
    ends = ((first, end) for first in range(len(said)) for end in range(first + 1, first + 1 + _CITY_WORDS))
    for at, end in ends:
        rows = knowledge.events_by_city.get(tuple(word.form for word in said[at:end]))
        span = (said[at].start, said[min(end, len(said)) - 1].end)
        if not rows or end > len(said) or any(start < span[1] and span[0] < stop for start, stop in taken):
            continue
        if _beside_a_day(said, at, end, days) or (at and said[at - 1].form in _leads()):
            ids = tuple(knowledge.events[row].event_id for row in rows)
            found.append(EventMention(ids, (span,), city=question[slice(*span)]))
            taken.append(span)
    return found


def _name_at(
    said: Sequence[Word], at: int, days: Sequence[Span], knowledge: Knowledge
) -> tuple[tuple[int, ...], int]:
    """Return the rows of the events that are named from a word on, and how many words name them: 0 where none does.

    `days` are the spans of the days that the question names.
    """
    rows = knowledge.events_by_words.get((said[at].form,), ())
    length = 1 if rows else 0
    for end in range(at + 2, len(said) + 1):
        longer = knowledge.events_by_words.get(tuple(word.form for word in said[at:end]))
        if not longer:
            break
        rows, length = longer, end - at
    run = tuple(word.form for word in said[at : at + length])
    told = any(not is_real_word(form) for form in run) or (
        length > 1 and any(event_words(knowledge.events[row]) == run for row in rows)
    )
    told = told or (bool(rows) and _beside_a_day(said, at, at + length, days))
    return (rows, length) if told or _in_a_names_place(said, at, at + length, rows, knowledge) else ((), 0)


def _beside_a_day(said: Sequence[Word], at: int, end: int, days: Sequence[Span]) -> bool:
    """Return whether words stand next to a day, or behind one and what leads to its conference: "day 1 of Velocity"."""
    if end < len(said) and any(said[end].start >= start and said[end].end <= stop for start, stop in days):
        return True
    before = at - 1
    while before >= 0 and said[before].form in _leads():
        before -= 1
    return before >= 0 and any(start < said[before].end <= stop for start, stop in days)


def _in_a_names_place(
    said: Sequence[Word], at: int, end: int, rows: Sequence[int], knowledge: Knowledge
) -> bool:
    """Return whether plain words are a conference's name here: "Velocity 2019", "at Velocity", "Velocity talks"."""
    before = said[at - 1].form if at else ""
    behind = said[end].form if end < len(said) else ""
    years = {str(event_year(knowledge.events[row])) for row in rows}
    return behind in years or before == "at" or (bool(behind) and is_generic(behind))


def _events(
    question: str, mentions: Sequence[EventMention], known: set[str]
) -> tuple[list[str], list[str], str | None, list[Span]]:
    wanted: list[str] = []
    excluded: list[str] = []
    missing: str | None = None
    spans: list[Span] = []
    for mention in mentions:
        here = [event_id for event_id in mention.event_ids if event_id in known]
        if _negated(question, mention.spans[0][0]):
            excluded += here
        elif here:
            wanted += here
        elif (mention.event_ids or mention.series) and (mention.year or mention.region):
            missing = missing or question[mention.spans[0][0] : mention.spans[-1][1]]
        else:
            continue
        spans += mention.spans
    return wanted, excluded, None if wanted else missing, spans


def _years(
    question: str, taken: Sequence[Span], knowledge: Knowledge
) -> tuple[list[str], list[Span], list[str]]:
    wanted: list[str] = []
    spans: list[Span] = []
    excluded: list[str] = []
    # A mark a letter instead of a look at every span: a question may name five hundred years.
    covered, mine = bytearray(len(question)), bytearray(len(question))
    for start, end in taken:
        covered[start:end] = b"x" * (end - start)
    for match in _YEARS.finditer(question):
        first, last = sorted((int(match["first"]), int(match["last"])))
        events = tuple(
            event.event_id for event in knowledge.events if first <= (event_year(event) or 0) <= last
        )
        if events and not any(covered[match.start() : match.end()]):
            wanted += events
            spans.append(match.span())
            mine[match.start() : match.end()] = b"x" * len(match[0])
    for match in _YEAR.finditer(question):
        if any(mine[match.start() : match.end()]):
            continue
        events = _events_of(question[: match.start()], int(match[0]), knowledge)
        if not events or any(covered[match.start() : match.end()]):
            continue
        if _is_subject(question[: match.start()], match[0], knowledge):
            continue
        (excluded if _negated(question, match.start()) else wanted).extend(events)
        side = _SIDE.search(question[: match.start()])
        spans.append((side.start() if side else match.start(), match.end()))
    return wanted, spans, excluded


def _events_of(before: str, year: int, knowledge: Knowledge) -> tuple[str, ...]:
    """Return the events that a year means: its own, those since or after it, or those before it."""
    side = _SIDE.search(before)
    if not side:
        return knowledge.events_of_year(year)
    dated = [(event.event_id, held) for event in knowledge.events if (held := event_year(event)) is not None]
    word = side[1].lower()
    if word in {"before", "avant"}:
        return tuple(event_id for event_id, held in dated if held < year)
    return tuple(
        event_id
        for event_id, held in dated
        if held > year or (held == year and word in {"since", "from", "depuis"})
    )


def _is_subject(before: str, year: str, knowledge: Knowledge) -> bool:
    """Return whether a year is part of what is asked for: a forecast for it, told in another year's talk."""
    if not _TOWARD.search(before) or any(is_generic(word) for word in before.split()):
        return False
    return knowledge.says(year)


def _negated(question: str, start: int) -> bool:
    """Return whether the words in front take out what begins there: "not at", "except the talks of", but not "no slides at"."""
    before = list(words(question[max(start - _NEGATION_CHARS, 0) : start]))[-_NEGATION_WORDS:]
    for word in reversed(before):
        if word.form in _negation():
            return True
        if word.form in holdings() or not (is_generic(word.form) or word.form in _grammar()):
            return False
    return False


@cache
def _negation() -> frozenset[str]:
    return frozenset({"instead"}).union(*(language.negation for language in languages().values()))


@cache
def _leads() -> frozenset[str]:
    return frozenset().union(*(language.leads_to_event for language in languages().values()))


@cache
def _grammar() -> frozenset[str]:
    return frozenset().union(*(language.grammar for language in languages().values()))


def _elsewhere(question: str, mentions: Sequence[EventMention]) -> tuple[str | None, list[Span]]:
    """Return a city of conferences that the notes lack, named with a day: "Barcelona day 3"."""
    for mention in mentions:
        if mention.city and mention.event_ids:
            return question[mention.spans[0][0] : mention.spans[-1][1]], list(mention.spans)
    return None, []


def given_scope(knowledge: Knowledge, event: str | None, day: int | None) -> Scope | None:
    """Turn an event and a day that somebody chose into a limit.

    Raises:
        UnknownEvent: no event of the notes has that name.
        UnknownDay: no talk of the notes is of that day.
    """
    if event is None and day is None:
        return None
    event_id = resolve_event(knowledge, event) if event is not None else None
    if day is not None:
        days = knowledge.table.days_of(knowledge.talks_within((event_id,) if event_id else ()))
        if day not in days:
            raise UnknownDay(day, event_id, days)
    return Scope(event_ids=(event_id,) if event_id else (), day=day, firm=True)


def check_scope(searcher: Searcher, event: str | None, day: int | None) -> None:
    """Check an event and a day before anything is asked with them.

    Raises:
        UnknownEvent: no event of the notes has that name.
        UnknownDay: no talk of the notes is of that day.
    """
    given_scope(knowledge_of(searcher), event, day)


def resolve_event(knowledge: Knowledge, name: str) -> str:
    """Return the id of the notes' event that a name means.

    Raises:
        UnknownEvent: none or several of them.
    """
    known = [event.event_id for event in knowledge.events]
    folded = " ".join(name.lower().split())
    for event in knowledge.events:
        if folded in {event.event_id.lower(), event.name.lower(), *event.aliases}:
            return event.event_id
    meant = [event_id for event_id in parse_event(name, knowledge.events) if event_id in known]
    if not meant and folded.isdigit():
        meant = list(knowledge.events_of_year(int(folded)))
    if not meant:
        meant = _called(name, knowledge)
    if len(meant) != 1:
        raise UnknownEvent(name, known)
    return meant[0]


def _called(name: str, knowledge: Knowledge) -> list[str]:
    """Return the ids of the events that a name in short can mean, its year left out or not: "Velocity", "velocity 2019"."""
    said = [word.form for word in words(name)]
    years = {int(form) for form in said if _YEAR.fullmatch(form)}
    rows = knowledge.events_by_words.get(tuple(form for form in said if not _YEAR.fullmatch(form)), ())
    fits = (knowledge.events[row] for row in rows)
    return [event.event_id for event in fits if not years or event_year(event) in years]
