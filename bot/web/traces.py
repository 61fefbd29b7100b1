"""How often something comes up over the conferences and the years: topics, companies, a speaker's talks.

Topics are the notes' own most telling names; no list of them is kept.
"""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from bot.addresses import slug_of
from bot.answering.evidence.coverage import events_in_order
from bot.answering.language.knowledge import knowledge_of
from bot.answering.language.wordlists import is_generic, is_real_word, is_stop
from bot.per_build import once_a_build
from index.build.talk_table import Rows, TalkSet
from index.models import Event
from index.search import Searcher
from index.vocabulary.words import find_phrase, forms

MOST_TRACES = 30
MOST_EVENTS = 12  # conferences beside each other, the newest
LEAST_TALKS = 2
_LOOKED_AT = 90  # companies that most talks name
_NO_YEAR = "No date"
_NAMES = 240  # names that most passages say
_LETTERS = 3
_PART_OF_NAME = 0.6  # of a word's passages that say it within a longer name
_SAMPLE = 16  # passages that tell how a name is written
_BEFORE = 24  # characters before a name in which the sentence goes on
_CAPITAL_BEFORE = re.compile(r"(?P<word>[A-ZÀ-Þ][\w'’-]*)[ -]$")
_CAPITAL_BEHIND = re.compile(r"[ -][A-ZÀ-Þ]")
_IN_SENTENCE = re.compile(r"(?:[a-zß-ÿ,(/]|[a-zß-ÿ]['’]s) $")


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


@once_a_build
def topics_of(searcher: Searcher) -> Traces:
    """Return a build's topics, most talked about first."""
    return traced(_names(searcher), searcher)


def _names(searcher: Searcher) -> Iterator[tuple[str, TalkSet]]:
    """Yield names of one or two words that several talks say, each as it is written, with the talks."""
    within: Counter[str] = Counter()
    for phrase, count in _candidates(searcher):
        parts = forms(phrase)
        if len(parts) == 1 and within[phrase] > _PART_OF_NAME * count:
            continue
        written, talks = _written(phrase, searcher), _talks_saying(phrase, searcher)
        if written and len(talks) >= LEAST_TALKS:
            if len(parts) > 1:
                within.update(dict.fromkeys(parts, count))
            yield written, talks


def _candidates(searcher: Searcher) -> Iterator[tuple[str, int]]:
    """Yield what is mostly written with a capital and is no speaker's, author's, conference's or everyday word: pairs, then single words.

    With each comes how often the notes say it; those that they say most, some hundreds of either.
    """
    knowledge = knowledge_of(searcher)
    names = searcher.build.names
    events = searcher.build.events.values()
    known = {form for event in events for form in forms(f"{event.event_id} {event.name}")}
    known |= {form for recap in searcher.build.recaps.values() for form in forms(recap.author or "")}

    def unwanted(form: str) -> bool:
        return form in known or is_generic(form) or knowledge.is_everywhere(form)

    pairs = {pair for _, pair in names.joined_starting("")}
    for pair in heapq.nlargest(_NAMES, pairs, key=lambda one: (one.count, one.left, one.right)):
        phrase = f"{pair.left} {pair.right}"
        parts = forms(phrase)
        if len(parts) > 1 and not any(map(unwanted, parts)) and not names.speakers_with(phrase):
            yield phrase, pair.count
    every = ((form, count) for form, count in names.words_starting("") if len(form) >= _LETTERS)
    telling = ((form, count) for form, count in every if count.capitals * 2 > count.occurrences)
    for form, count in heapq.nlargest(_NAMES, telling, key=lambda one: (one[1].passages, one[0])):
        if not form.isdigit() and not unwanted(form) and not names.speakers_with(form):
            yield form, count.occurrences


def _talks_saying(phrase: str, searcher: Searcher) -> TalkSet:
    """Return the talks whose notes or title say a phrase; by-lines do not count, or every topic was "engineer"."""
    table = searcher.build.table
    return table.set_of(table.talk_of_row[_rows_saying(phrase, searcher)]) | searcher.said.titled(phrase)


def _rows_saying(phrase: str, searcher: Searcher) -> Rows:
    rows = searcher.build.phrases.texts(phrase)
    rows = rows[: int(np.searchsorted(rows, len(searcher.build.passages)))]
    return rows[~searcher.build.table.is_heading[rows]]


def _is_part(text: str, start: int, end: int) -> bool:
    """Return whether a word stands beside another one with a capital, which makes it a part of a longer name."""
    before = _CAPITAL_BEFORE.search(text, max(start - _BEFORE, 0), start)
    return bool(_CAPITAL_BEHIND.match(text, end)) or (before is not None and not is_stop(before["word"]))


def _written(phrase: str, searcher: Searcher) -> str:
    """Return how the notes mostly write a name, empty for what is none: a name has its capital within sentences too.

    An everyday word is one only where no other word with a capital stands beside it: "Manager" is a part of "Product Manager".
    A few passages are looked at, whatever the size of the notes.
    """
    spellings: Counter[str] = Counter()
    everyday = " " not in phrase and is_real_word(phrase)
    small = 0
    for row in _rows_saying(phrase, searcher)[:_SAMPLE].tolist():
        text = searcher.build.passages[row].text
        for start, end in find_phrase(text, phrase):
            if not _IN_SENTENCE.search(text, max(start - _BEFORE, 0), start):
                continue
            written = text[start:end]
            if everyday and _is_part(text, start, end):
                continue
            if written[0].isupper():
                spellings[written] += 1
            else:
                small += 1
    capitals = sum(spellings.values())
    return spellings.most_common(1)[0][0] if capitals >= LEAST_TALKS and capitals > 2 * small else ""
