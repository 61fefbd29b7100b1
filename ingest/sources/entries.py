"""One entry of a `sources.yaml`: what a person says of a recap, checked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from index.conferences.editions import event_for
from index.conferences.event_mentions import parse_event
from index.models import Event
from ingest.errors import SourcesError
from ingest.links import valid_url
from ingest.sources.models import Remote, Source
from ingest.talks import RecapHints

PLACE_KEYS = ("path", "url", "feed", "git")  # where recaps lie: one of them in each entry
SOURCE_KEYS = (
    "path", "event", "event_name", "starts_on", "ends_on", "city", "day", "language", "author", "title", "date", "url", "based_on",
    "feed", "match", "most", "git", "ref", "show_query", "on_missing", "visible_in",
)  # fmt: skip
_FETCHED = {"feed", "match", "most", "git", "ref", "show_query", "on_missing"}  # keys of what lies elsewhere
_SLACK_ID = re.compile(r"[CDGT][A-Z0-9]{2,20}")
_LAST_DAY = 366  # a conference of a year
_MOST_CHARS = 2_000  # of a value


def check_entry(path: Path, place: str, entry: Any) -> None:
    """Refuse an entry that names no place, has an unknown key, or a value that is no text.

    Raises:
        SourcesError: It is such a one.
    """
    if not isinstance(entry, Mapping) or not any(entry.get(key) for key in PLACE_KEYS):
        raise SourcesError(
            f"Cannot use {path}: {place} names no `path`, `url`, `feed` or `git`. Say where its recap is."
        )
    check_keys(path, entry, SOURCE_KEYS, f"{place} ")
    _check_words(path, place, entry)


def read_remote_entry(path: Path, place: str, entry: Mapping[str, Any]) -> Remote | None:
    """Read an entry whose recaps must be fetched; None for one of files, whose `url` is only a link.

    Raises:
        SourcesError: A value cannot be used.
    """
    if entry.get("path") and not entry.keys() & _FETCHED:
        return None
    # Imports httpx, a tenth of a second that nobody waits for whose recaps are all files.
    from ingest.sources.remote import read_remote

    return read_remote(path, place, entry, said_of(path, place, entry))


def said_of(path: Path, place: str, entry: Mapping[str, Any]) -> Source:
    """Return what a person said of an entry's recaps, whatever file they stand in."""
    hints, event = _hints(path, place, entry)
    retells = _words(entry, "based_on") is not None
    return Source(path, "", hints, event, _audience(path, place, entry), retells)


def _audience(path: Path, place: str, entry: Mapping[str, Any]) -> tuple[str, ...]:
    """Return who may see an entry's recaps; a mistake is refused, for else everybody might.

    Raises:
        SourcesError: It is neither a Slack id nor a list of some.
    """
    if "visible_in" not in entry:
        return ()
    given = entry["visible_in"]
    ids = given if isinstance(given, list) else [given]
    if not ids or not all(isinstance(one, str) and _SLACK_ID.fullmatch(one) for one in ids):
        raise SourcesError(
            f"Cannot use {path}: {place} has the visible_in {given!r}. Give the id of a Slack channel or workspace, "
            "such as C0123456789 or T0123456789, or a list of them."
        )
    return tuple(dict.fromkeys(ids))


def check_keys(path: Path, mapping: Mapping[Any, Any], known: Iterable[str], place: str) -> None:
    """Refuse keys that nobody knows: a misspelt one would be lost in silence."""
    unknown = [str(key) for key in mapping if key not in known]
    if unknown:
        raise SourcesError(
            f"Cannot use {path}: {place}has the unknown key `{unknown[0]}`. Known are {', '.join(known)}."
        )


def _hints(path: Path, place: str, entry: Mapping[str, Any]) -> tuple[RecapHints, Event | None]:
    """Read what an entry says of its recap."""
    day = entry.get("day")
    if day is not None and (not isinstance(day, int) or isinstance(day, bool) or not 0 <= day <= _LAST_DAY):
        raise SourcesError(f"Cannot use {path}: {place} has the day {_shown(day)}. Give a number from 0.")
    event = _event(path, place, entry)
    hints = RecapHints(
        event_id=event.event_id if event else None,
        day=day,
        starts_on=event.starts_on if event else _date(path, place, entry, "starts_on"),
        published_on=_date(path, place, entry, "date"),
        language=_words(entry, "language"),
        author=_words(entry, "author"),
        title=_words(entry, "title"),
        url=_words(entry, "url"),
    )
    _check_link(path, place, entry, hints)
    return hints, event


def _check_link(path: Path, place: str, entry: Mapping[str, Any], hints: RecapHints) -> None:
    """Refuse a link that no answer could show, and an end before the start."""
    if entry.get("path") and hints.url and valid_url(hints.url) is None:
        raise SourcesError(
            f"Cannot use {path}: {place} has the url {hints.url!r}. Give one that begins with https:// or http://."
        )
    starts_on, ends_on = _date(path, place, entry, "starts_on"), _date(path, place, entry, "ends_on")
    if starts_on and ends_on and ends_on < starts_on:
        raise SourcesError(
            f"Cannot use {path}: {place} ends on {ends_on}, before it starts on {starts_on}. Correct one of them."
        )


def _check_words(path: Path, place: str, entry: Mapping[str, Any]) -> None:
    """Refuse lists and the like where words are wanted."""
    for key, value in entry.items():
        if key != "visible_in" and isinstance(value, (list, Mapping)):
            raise SourcesError(
                f"Cannot use {path}: {place} has the {key} {_shown(value)}. Give text, one value."
            )
        if isinstance(value, str) and (len(value) > _MOST_CHARS or not _is_text(value)):
            raise SourcesError(
                f"Cannot use {path}: {place} has the {key} {_shown(value)}. Give at most {_MOST_CHARS:,} characters of text."
            )


def _event(path: Path, place: str, entry: Mapping[str, Any]) -> Event | None:
    """Make the event that an entry names: the known conference, corrected by what the entry says."""
    named = _words(entry, "event")
    if named is None:
        return None
    ids = parse_event(named)
    event = event_for(ids[0] if len(ids) == 1 else named)
    starts_on, ends_on = _date(path, place, entry, "starts_on"), _date(path, place, entry, "ends_on")
    city = _words(entry, "city") or event.city
    return replace(
        event,
        name=_words(entry, "event_name") or event.name,
        starts_on=starts_on or event.starts_on,
        ends_on=ends_on or event.ends_on,
        city=None if (city or "").casefold() in ("virtual", "online") else city,
    )


def _date(path: Path, place: str, entry: Mapping[str, Any], key: str) -> date | None:
    """Read a date; YAML reads 2021-05-05 as one."""
    value = entry.get(key)
    if value is not None and type(value) is not date:
        raise SourcesError(f"Cannot use {path}: {place} has the {key} {value!r}. Write it like 2021-05-05.")
    return value


def _words(entry: Mapping[str, Any], key: str) -> str | None:
    """Return a field's words, or nothing."""
    value = entry.get(key)
    return " ".join(str(value).split()) or None if value is not None else None


def _is_text(value: str) -> bool:
    """Return whether a value can be written: half a surrogate pair or a NUL cannot."""
    return "\0" not in value and not any("\ud800" <= character <= "\udfff" for character in value)


def _shown(value: object) -> str:
    """Return a value for a message: one short line; a list, which may hold itself, by its first items."""
    if isinstance(value, list):
        return (
            "["
            + ", ".join(_shown(one) if not isinstance(one, (list, Mapping)) else "…" for one in value[:5])
            + "]"
        )
    if isinstance(value, Mapping):
        return "{…}"
    words = repr(value)
    return words if len(words) <= 80 else words[:79] + "…"
