"""One entry of a catalogue: its fields made a talk, or one line that says what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, TypeVar

from index.conferences.event_mentions import parse_event
from ingest.catalogue.catalogue import CatalogueTalk
from ingest.links import kind_of, merge_links

Rows = Iterator[tuple[str, CatalogueTalk | str]]  # place, and the talk or what is wrong with it
T = TypeVar("T")

_PEOPLE = re.compile(r"\s*(?:&|;|\band\b|\bet\b|\bund\b|\by\b)\s*")
_DAY = re.compile(r"\d{1,3}")
_MOST_CHARS = 2_000  # of a field; a title has a hundred
_MOST_PEOPLE = 50


class EntryError(ValueError):
    """One entry cannot be used; the message says why."""


def each(place: str, entries: Iterable[T], make: Callable[[T], CatalogueTalk]) -> Rows:
    """Make talks of entries, each on its own: whatever is wrong with one of them, the others are read.

    Args:
        place: What an entry is called ("event"); its number follows.
        entries: As the file gives them.
        make: Makes the talk, or raises.
    """
    for number, entry in enumerate(entries, start=1):
        yield f"{place} {number}", made(entry, make)


def made(entry: T, make: Callable[[T], CatalogueTalk]) -> CatalogueTalk | str:
    """Make a talk of an entry, or say what is wrong with it."""
    try:
        return make(entry)
    except EntryError as fault:
        return str(fault)
    except Exception as error:  # a library may meet anything in what a stranger exported
        return f"it cannot be read ({type(error).__name__}: {' '.join(str(error).split())[:80]})"


def text(value: Any) -> str:
    """Return a field's words, white space folded; nothing for a field that is not there.

    Raises:
        EntryError: It is no text, endless, or no valid Unicode.
    """
    if value is None:
        return ""
    if not isinstance(value, (str, int, float, date)):
        raise EntryError(f"{type(value).__name__} where text is wanted")
    words = " ".join(str(value).split())
    if len(words) > _MOST_CHARS:
        raise EntryError(f"a field of {len(words):,} characters: {words[:40]}…")
    if not words.isascii() and any("\ud800" <= character <= "\udfff" for character in words):
        raise EntryError("half a surrogate pair in it")
    return words


def localised(value: Any) -> str:
    """Return a field's words, English ones where it is given in several languages."""
    if isinstance(value, Mapping):
        value = value.get("en") or next((words for words in value.values() if words), None)
    return text(value)


def people(value: Any) -> tuple[str, ...]:
    """Split "Ann Bee & Cy Dee, Company" into the persons' names; companies, after a comma, are left out.

    Raises:
        EntryError: A name is no text.
    """
    if not isinstance(value, list):
        names = (part.split(",")[0].split("(")[0].strip() for part in _PEOPLE.split(text(value)))
        return tuple(name for name in names if name)
    if len(value) > _MOST_PEOPLE:
        raise EntryError(f"{len(value):,} speakers")
    return tuple(name for item in value for name in people(_name(item)))


def _name(person: Any) -> str:
    """Return a person's name, however an export calls it."""
    if isinstance(person, Mapping):
        person = next(
            (
                person[key]
                for key in ("public_name", "fullName", "full_public_name", "name")
                if person.get(key)
            ),
            None,
        )
    return text(person)


def talk_of(row: Mapping[Any, Any]) -> CatalogueTalk:
    """Make a talk of an entry's fields as docs/ingest.md names them.

    Raises:
        EntryError: A field cannot be used.
    """
    if not isinstance(row, Mapping):
        raise EntryError("not a talk with named fields")
    title = text(row.get("title"))
    if not title:
        raise EntryError("no title")
    day = text(row.get("day"))
    if day and not _DAY.fullmatch(day):
        raise EntryError(f"the day {day[:20]!r} is not a number")
    links = dict(row["links"]) if isinstance(row.get("links"), Mapping) else {}
    links |= {
        kind: row.get(f"{kind}_url") for kind in ("video", "slides", "schedule") if row.get(f"{kind}_url")
    }
    given = {text(kind): text(url) for kind, url in list(links.items())[:_MOST_PEOPLE]}
    kept = merge_links(given)
    bad = [url for kind, url in given.items() if url and kind not in kept]
    if bad:
        raise EntryError(f"no web address: {bad[0][:80]}")
    return CatalogueTalk(
        title, event_of(text(row.get("event"))), int(day) if day else None, people(row.get("speakers")), kept
    )


def links_of(addresses: Iterable[Any], page: str = "") -> dict[str, str]:
    """Sort addresses by what they lead to; the entry's own page counts as the schedule's."""
    links: dict[str, str] = {}
    for address in addresses:
        url = text(address)
        if kind := kind_of(url):
            links.setdefault(kind, url)
    if page:
        links.setdefault(kind_of(page) or "schedule", page)
    return dict(merge_links(links))


def event_of(name: str) -> str | None:
    """Return the event's id by its name; None for a name that fits none or several."""
    ids = parse_event(name) if name else ()
    return ids[0] if len(ids) == 1 else None
