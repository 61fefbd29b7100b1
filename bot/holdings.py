"""What a build holds, counted over the talk table: conferences, the talks within limits, and how many there are of each kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, reduce
from importlib.metadata import PackageNotFoundError, version
from operator import and_

from bot.addresses import addresses_of
from bot.answering.evidence.coverage import events_in_order
from bot.answering.language.knowledge import knowledge_of
from bot.answering.question.scope import given_scope
from bot.per_build import once_a_build
from index.build.talk_table import KINDS, TalkSet
from index.models import Event, Recap, Talk
from index.search import Searcher
from index.vocabulary.words import words

PER_PAGE = 100  # rows of a page of talks
MOST_ROWS = 200  # of any page
_NAMED_AUTHORS = 6


@dataclass(frozen=True, slots=True)
class Held:
    """A conference of the notes with how much they hold of it."""

    event: Event
    path: str
    talks: int
    sections: int
    days: tuple[tuple[int | None, int], ...]  # day (None: not known) and its number of talks
    recaps: tuple[Recap, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """Which talks are wanted; everything is wanted where nothing is named."""

    event: str | None = None
    day: int | None = None
    kind: str | None = None
    speaker: str | None = None
    about: str | None = None  # a name or phrase that the talk says
    company: str | None = None  # of its speakers


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that talks may be limited to, and how many talks it leaves."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the talks within limits."""

    talks: tuple[Talk, ...]
    total: int
    page: int
    pages: int
    choices: Mapping[str, tuple[Choice, ...]]  # by the limit's name


class Holdings:
    """Counts over a build; what is read once for all requests is small: events and recaps, never talks."""

    def __init__(self, searcher: Searcher) -> None:
        # The searcher itself is not kept, or the cache below would keep every build that was ever served.
        self._build = searcher.build
        self._newest_first = tuple(reversed(events_in_order(searcher)))
        self.addresses = addresses_of(searcher)

    @cached_property
    def made_at(self) -> datetime:
        """Return when the build was made."""
        return datetime.fromisoformat(self._build.manifest.created_at)

    @cached_property
    def events(self) -> tuple[Held, ...]:
        """Return the conferences, newest first."""
        recaps: dict[str, list[Recap]] = {}
        for recap in self._build.recaps.values():
            recaps.setdefault(recap.event_id or "", []).append(recap)
        rows = {event_id: row for row, event_id in enumerate(self._build.events)}
        return tuple(
            self._held(event, rows[event.event_id], tuple(recaps.get(event.event_id, ())))
            for event in self._newest_first
        )

    def _held(self, event: Event, row: int, recaps: tuple[Recap, ...]) -> Held:
        table = self._build.table
        within = table.of_events([row])
        talks = TalkSet(within.mask & ~table.sections.mask)
        days: list[tuple[int | None, int]] = [
            (day, len(talks & table.of_days([day]))) for day in table.days_of(within)
        ]
        if undated := len(within & table.undated):
            days.append((None, len(talks & table.undated) or undated))
        return Held(
            event,
            self.addresses.event(event.event_id),
            len(talks),
            len(within) - len(talks),
            tuple(days),
            recaps,
        )

    @cached_property
    def authors(self) -> tuple[tuple[str, ...], int]:
        """Return whose notes they are, who wrote most first, and how many more people wrote some."""
        count = Counter(recap.author for held in self.events for recap in held.recaps if recap.author)
        names = tuple(name for name, _ in count.most_common(_NAMED_AUTHORS))
        return names, len(count) - len(names)


def listing(searcher: Searcher, limits: Limits, page: int = 1, per_page: int = PER_PAGE) -> Listing:
    """Return a page of the talks within limits, with how many talks each further limit would leave.

    Raises:
        UnknownEvent: The notes know no such event.
        UnknownDay: The notes know no such day.
    """
    per_page = min(max(per_page, 1), MOST_ROWS)
    masks = _masks(searcher, limits)
    found = _all_of(masks.values(), searcher)
    pages = max(1, -(-len(found) // per_page))
    page = min(max(page, 1), pages)
    return Listing(
        talks=_from(found, (page - 1) * per_page, per_page, searcher),
        total=len(found),
        page=page,
        pages=pages,
        choices={
            "event": _event_choices(searcher, limits, _others(masks, "event", searcher)),
            "day": _day_choices(searcher, limits, _others(masks, "day", searcher)),
            "kind": _kind_choices(searcher, limits, _others(masks, "kind", searcher)),
        },
    )


def rows_listed(searcher: Searcher, talks: TalkSet, page: int = 1) -> Listing:
    """Return a page of some talks, in the order of every list; nothing limits them further."""
    pages = max(1, -(-len(talks) // PER_PAGE))
    page = min(max(page, 1), pages)
    return Listing(_from(talks, (page - 1) * PER_PAGE, PER_PAGE, searcher), len(talks), page, pages, {})


def talks_from(searcher: Searcher, limits: Limits, first: int, count: int) -> tuple[int, tuple[Talk, ...]]:
    """Return how many talks are within limits, and some of them from a place on.

    The newest conference comes first, each in the order of the notes. Sections of notes that are no talks are
    among them only where they are asked for by kind or by what they say.

    Raises:
        UnknownEvent: The notes know no such event.
        UnknownDay: The notes know no such day.
    """
    found = _all_of(_masks(searcher, limits).values(), searcher)
    return len(found), _from(found, first, min(count, MOST_ROWS), searcher)


def _from(talks: TalkSet, first: int, count: int, searcher: Searcher) -> tuple[Talk, ...]:
    records = searcher.build.stored_talks.rows
    return tuple(records[row] for row in _page_of(talks, first, count, searcher))


def _masks(searcher: Searcher, limits: Limits) -> dict[str, TalkSet]:
    table = searcher.build.table
    masks: dict[str, TalkSet] = {}
    scope = given_scope(knowledge_of(searcher), limits.event, limits.day)
    if scope and scope.event_ids:
        numbers = [row for row, one in enumerate(searcher.build.events) if one in scope.event_ids]
        masks["event"] = table.of_events(numbers)
    if limits.day is not None:
        masks["day"] = table.of_days([limits.day])
    if limits.kind in KINDS:
        masks["kind"] = table.of_kinds([str(limits.kind)])
    elif not limits.about:
        masks["kind"] = TalkSet(~table.sections.mask)
    if limits.speaker:
        key = tuple(word.form for word in words(limits.speaker))
        called = knowledge_of(searcher).speakers_called(key)
        masks["speaker"] = table.set_of({row for rows in called.values() for row in rows})
    if limits.about:
        masks["about"] = searcher.said.talks(limits.about)
    if limits.company:
        masks["company"] = searcher.said.employed(limits.company)
    return masks


def _all_of(masks: Iterable[TalkSet], searcher: Searcher) -> TalkSet:
    return reduce(and_, masks, searcher.build.table.everything())


def _page_of(talks: TalkSet, first: int, count: int, searcher: Searcher) -> list[int]:
    """Return the rows of some talks from a place on: the newest conference first, each in the order of the notes."""
    table = searcher.build.table
    numbers = {event_id: row for row, event_id in enumerate(searcher.build.events)}
    counts = table.by_event(talks)
    found: list[int] = []
    for event in reversed(events_in_order(searcher)):
        row = numbers[event.event_id]
        held = counts.get(row, 0)
        if first < held and len(found) < count:
            found += table.in_order(talks & table.of_events([row]))[first:].tolist()
        first = max(first - held, 0)
    if len(found) < count:
        known = table.of_events(numbers.values())
        found += table.in_order(TalkSet(talks.mask & ~known.mask))[first:].tolist()
    return found[:count]


def _others(masks: Mapping[str, TalkSet], but: str, searcher: Searcher) -> TalkSet:
    return _all_of([mask for name, mask in masks.items() if name != but], searcher)


def _event_choices(searcher: Searcher, limits: Limits, within: TalkSet) -> tuple[Choice, ...]:
    counts = searcher.build.table.by_event(within)
    names = list(searcher.build.events)
    scope = given_scope(knowledge_of(searcher), limits.event, None)
    chosen = scope.event_ids if scope else ()
    found = {names[row]: count for row, count in counts.items()}
    return tuple(
        Choice(event.event_id, event.event_id, found[event.event_id], event.event_id in chosen)
        for event in reversed(events_in_order(searcher))
        if event.event_id in found
    )


def _day_choices(searcher: Searcher, limits: Limits, within: TalkSet) -> tuple[Choice, ...]:
    table = searcher.build.table
    return tuple(
        Choice(str(day), f"Day {day}", len(within & table.of_days([day])), day == limits.day)
        for day in table.days_of(within)
    )


def _kind_choices(searcher: Searcher, limits: Limits, within: TalkSet) -> tuple[Choice, ...]:
    counts = {kind: len(within & searcher.build.table.of_kinds([kind])) for kind in KINDS}
    return tuple(
        Choice(kind, kind.capitalize(), count, kind == limits.kind) for kind, count in counts.items() if count
    )


@once_a_build
def holdings_of(searcher: Searcher) -> Holdings:
    """Return a build's holdings, counted once."""
    return Holdings(searcher)


def package_version() -> str:
    """Return the version of this package; 0 where it runs from a bare checkout."""
    try:
        return version("confnotes")
    except PackageNotFoundError:
        return "0"
