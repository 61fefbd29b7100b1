"""How often something comes up over the conferences and the years: topics, companies, a speaker's talks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bot.addresses import slug_of
from bot.answering.reply.coverage import events_in_order
from bot.per_build import once_a_build
from index.build.talk_table import TalkSet
from index.models import Event
from index.search import Searcher

MOST_TRACES = 30
MOST_EVENTS = 12  # conferences beside each other, the newest
LEAST_TALKS = 2
_LOOKED_AT = 90  # companies that most talks name
_NO_YEAR = "No date"


@dataclass(frozen=True, slots=True)
class Trace:
    """A name, and how many talks have it at each conference."""

    name: str  # as the notes write it
    talks: int
    shares: tuple[float, ...]  # of each conference's talks, in the order of `Traces.events`
    counts: tuple[int, ...]

    @property
    def trend(self) -> float:
        """Return how much larger the share is at the newer half of the conferences than at the older."""
        half = len(self.shares) // 2
        if not half:
            return 0.0
        older, newer = self.shares[:half], self.shares[-half:]
        return sum(newer) / half - sum(older) / half


@dataclass(frozen=True, slots=True)
class Traces:
    """Names by how many talks have them, the most first, over the conferences, oldest first."""

    events: tuple[Event, ...]
    talks: tuple[int, ...]  # of each conference
    rows: tuple[Trace, ...]


def traced(names: Iterable[tuple[str, TalkSet]], searcher: Searcher) -> Traces:
    """Return names with the talks that have them, counted over the newest conferences; those of most talks."""
    table = searcher.build.table
    held = table.by_event(table.everything())
    numbers = {event_id: row for row, event_id in enumerate(searcher.build.events)}
    events = [event for event in events_in_order(searcher) if held.get(numbers[event.event_id])][
        -MOST_EVENTS:
    ]
    totals = [held[numbers[event.event_id]] for event in events]
    found = []
    for name, talks in names:
        by_event = table.by_event(talks)
        counts = tuple(by_event.get(numbers[event.event_id], 0) for event in events)
        shares = tuple(count / total for count, total in zip(counts, totals, strict=True))
        found.append(Trace(name, len(talks), shares, counts))
    ordered = sorted(found, key=lambda trace: (-trace.talks, trace.name.lower()))
    return Traces(tuple(events), tuple(totals), tuple(ordered[:MOST_TRACES]))


def over_time(talks: TalkSet, searcher: Searcher) -> tuple[tuple[str, int], ...]:
    """Return how many of some talks each conference has, oldest first; by year where there are many conferences.

    Years between without a talk are told too: a gap is part of the trace.
    """
    names = list(searcher.build.events)
    counts = {names[row]: count for row, count in searcher.build.table.by_event(talks).items()}
    events = [event for event in events_in_order(searcher) if event.event_id in counts]
    if len(events) <= MOST_EVENTS:
        return tuple((event.event_id, counts[event.event_id]) for event in events)
    years: Counter[int] = Counter()
    undated = 0
    for event in events:
        if event.starts_on:
            years[event.starts_on.year] += counts[event.event_id]
        else:
            undated += counts[event.event_id]
    span = range(min(years), max(years) + 1) if years else range(0)
    return (*((str(year), years[year]) for year in span), *([(_NO_YEAR, undated)] if undated else ()))


@once_a_build
def companies_of(searcher: Searcher) -> Traces:
    """Return the companies of the speakers of most talks, as the notes name them."""
    build = searcher.build
    spelled: dict[str, Counter[str]] = {}
    for row in range(len(build.table)):
        for company in set(filter(None, build.stored_talks.rows[row].affiliations)):
            spelled.setdefault(slug_of(company), Counter())[company] += 1
    often = sorted(spelled.items(), key=lambda pair: (-pair[1].total(), pair[0]))
    named = (
        (spellings.most_common(1)[0][0], searcher.said.employed(slug.replace("-", " ")))
        for slug, spellings in often[:_LOOKED_AT]
        if slug
    )
    return traced(((name, talks) for name, talks in named if len(talks) >= LEAST_TALKS), searcher)
