"""Permanent addresses of what the notes hold: every event, day, talk, speaker, topic and quote has one.

An address is made of words that people read (`eu-2020/day-3/containerd-deep-dive`), not of row numbers, so that it
outlives the nightly rebuild. Paths are relative to the web page's root; `public_url` puts a root in front.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b
from urllib.parse import quote as percent_encoded

from bot.answering.models import Quote
from bot.per_build import once_a_build
from index.build.layout import AUDIENCES_FOLDER
from index.build.reader import Build
from index.build.talk_table import NO_DAY, TalkSet
from index.models import Event, Passage, Talk
from index.search import Searcher
from index.vocabulary.words import words

# First parts of paths that are no conference's.
RESERVED = frozenset(
    {
        "api",
        "cards",
        "companies",
        "favicon.ico",
        "feed.atom",
        "healthz",
        "livez",
        "map",
        "mcp",
        "notes",
        "openapi.json",
        "readyz",
        "robots.txt",
        "sitemap.xml",
        "state",
        "speakers",
        "static",
        "talks",
        "topics",
    }
)
NO_EVENT = "notes"
UNDATED = "undated"
_DAY = re.compile(r"day-(\d{1,3})")
_NUMBERED = re.compile(r"(.*)~(\d{1,6})")  # no title makes a tilde
_SPAN = re.compile(r"(\d{1,9})-(\d{1,9})-([0-9a-f]{6})")
_SLUG_WORDS = 16  # of a title; longer ones are told apart by these, or by a number
_REMEMBERED = 8_192


@dataclass(frozen=True, slots=True)
class Span:
    """Characters of a recap's readable text that an address points at, with a digest of the words that stood there."""

    start: int
    end: int
    digest: str

    def fits(self, text: str) -> bool:
        """Return whether a recap's text still has those words there."""
        return self.end <= len(text) and _digest(text[self.start : self.end]) == self.digest


class Addresses:
    """Turns what a build holds into paths, and paths back into it; reads no more than a path names."""

    def __init__(self, build: Build) -> None:
        self._build = build
        self._path = lru_cache(_REMEMBERED)(self._talk_path)

    @cached_property
    def events(self) -> dict[str, Event]:
        """Return the events by the first part of their path."""
        found: dict[str, Event] = {}
        for event in self._build.events.values():
            slug = slug_of(event.event_id) or "event"
            slug = f"{slug}-event" if slug in RESERVED else slug
            found[_free(slug, found)] = event
        return found

    @cached_property
    def _slugs(self) -> dict[str, str]:
        return {event.event_id: slug for slug, event in self.events.items()}

    def event(self, event_id: str | None) -> str:
        """Return the path of an event; of the notes without one where it is none of the build's."""
        return self._slugs.get(event_id or "", NO_EVENT)

    def day(self, event_id: str | None, day: int | None) -> str:
        """Return the path of a day of an event."""
        return f"{self.event(event_id)}/{UNDATED if day is None else f'day-{day}'}"

    def talk(self, talk: Talk) -> str:
        """Return the path of a talk."""
        return self._path(talk.talk_id, talk.title, talk.event_id, talk.day)

    def _talk_path(self, talk_id: str, title: str, event_id: str | None, day: int | None) -> str:
        slug, within = slug_of(title), self.talks_of(event_id, day)
        alike = self._alike(slug, within) if slug else self._build.table.in_order(within).tolist()
        row = self._build.stored_talks.row(talk_id)
        number = alike.index(row) + 1 if row is not None and row in alike else 1
        last = slug if slug and number == 1 else f"{slug}~{number}"
        return f"{self.day(event_id, day)}/{last}"

    def talks_of(self, event_id: str | None, day: int | None) -> TalkSet:
        """Return the talks of an event and a day, either of them perhaps not known."""
        table = self._build.table
        numbers = [row for row, one in enumerate(self._build.events) if one == event_id] or [-1]
        return table.of_events(numbers) & table.of_days([NO_DAY if day is None else day])

    def event_talks(self, event_id: str) -> TalkSet:
        """Return the talks of an event."""
        return self._build.table.of_events(
            row for row, one in enumerate(self._build.events) if one == event_id
        )

    def quote(self, quote: Quote) -> str:
        """Return the path of a quote: its talk's, with the words that are to be highlighted."""
        words = quote.text[: quote.end - quote.start]  # a surface may have put a mark behind them
        span = f"{quote.start}-{quote.end}-{_digest(words)}"
        return f"{self.talk(quote.talk)}?w={span}#w"

    def passage(self, passage: Passage) -> str:
        """Return the path of a passage."""
        return f"{self.talk(self._build.talks[passage.talk_id])}#p{passage.ordinal}"

    def speaker(self, name: str) -> str:
        """Return the path of a speaker; empty for a name without letters."""
        slug = slug_of(name)
        return f"speakers/{slug}" if slug else ""

    def company(self, name: str) -> str:
        """Return the path of a company; empty for a name without letters."""
        slug = slug_of(name)
        return f"companies/{slug}" if slug else ""

    def topic(self, phrase: str) -> str:
        """Return the path of a topic."""
        return f"topics/{slug_of(phrase)}"

    def find_event(self, slug: str) -> Event | None:
        """Return the event of a path's first part."""
        return self.events.get(slug)

    def find_talk(self, event_slug: str, day: int | None, slug: str) -> Talk | None:
        """Return the talk that an address names, or the one that it named before a rebuild moved or renamed it.

        Looked for are the very title, a longer part of one, and the title with the number of its namesake; of the
        day, of the event, then anywhere. `Addresses.talk` tells whether the address is still the talk's own.
        """
        event = self.find_event(event_slug)
        everywhere = self._build.table.everything()
        within = [self.talks_of(event.event_id if event else None, day)]
        if event is not None:
            within.append(self.event_talks(event.event_id))
        for allowed in (*within, everywhere):
            row = self._find(slug, allowed)
            if row is not None:
                return self._build.stored_talks.rows[row]
        return None

    def _find(self, slug: str, allowed: TalkSet) -> int | None:
        if not (numbered := _NUMBERED.fullmatch(slug)):
            return next(iter(self._alike(slug, allowed) or self._titled(slug, allowed)), None)
        title, number = numbered[1], int(numbered[2])
        alike = self._alike(title, allowed) if title else self._build.table.in_order(allowed).tolist()
        return next(iter(alike[number - 1 : number]), None) if number else None

    def _alike(self, slug: str, allowed: TalkSet) -> list[int]:
        """Return the rows of the talks whose title makes this slug, in the order of the notes."""
        talks = self._build.stored_talks.rows
        return [row for row in self._titled(slug, allowed) if slug_of(talks[row].title) == slug]

    def _titled(self, slug: str, allowed: TalkSet) -> list[int]:
        forms = tuple(slug.split("-"))
        names = self._build.names
        rows = names.titled(forms) if len(forms) < _SLUG_WORDS else names.titles_starting(forms)
        return sorted(
            (row for row in rows if row in allowed), key=lambda row: int(self._build.table.places[row])
        )


@once_a_build
def addresses_of(searcher: Searcher) -> Addresses:
    """Return a build's addresses."""
    return Addresses(searcher.build)


def public_url(base: str | None, searcher: Searcher, shown: Talk | Quote | Passage) -> str | None:
    """Return the address of a talk, a quote or a passage on the web page; None where no page shows it.

    Args:
        base: Address of the web page's root, as `CONFNOTES_PUBLIC_URL` names it.
        searcher: The build that it is from; the page shows none of those with private recaps.
        shown: A quote's address opens its talk with the very words highlighted.
    """
    if not base or searcher.build.folder.parent.parent.name == AUDIENCES_FOLDER:
        return None
    addresses = addresses_of(searcher)
    if isinstance(shown, Quote):
        path = addresses.quote(shown)
    elif isinstance(shown, Passage):
        path = addresses.passage(shown)
    else:
        path = addresses.talk(shown)
    return f"{base.rstrip('/')}/{encoded(path)}"


def encoded(path: str) -> str:
    """Return a path with the letters percent-encoded that no address has."""
    return percent_encoded(path, safe="/?=&#+~")


def slug_of(text: str) -> str:
    """Return the words of a title or a name as a part of a path: folded, the first sixteen, hyphens between them."""
    return "-".join(form for form, _ in zip(_forms(text), range(_SLUG_WORDS), strict=False))


def read_day(part: str) -> int | None:
    """Read the day that a path's second part names; None for talks of no known day.

    Raises:
        ValueError: It names no day.
    """
    if part == UNDATED:
        return None
    if not (found := _DAY.fullmatch(part)):
        raise ValueError("no day")
    return int(found[1])


def read_span(value: str) -> Span | None:
    """Read which words an address points at; None where it says nothing that could be read."""
    if not (found := _SPAN.fullmatch(value)):
        return None
    start, end = int(found[1]), int(found[2])
    return Span(start, end, found[3]) if start < end else None


def _forms(text: str) -> Iterator[str]:
    return (word.form for word in words(text))


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=3).hexdigest()


def _free(slug: str, taken: Iterable[str]) -> str:
    number, name = 1, slug
    while name in taken:
        number += 1
        name = f"{slug}-{number}"
    return name
