"""Read a catalogue from CSV, YAML, JSON or the calendar (ICS) that Sched exports."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from index.conferences.event_mentions import parse_event
from ingest.catalogue.catalogue import Catalogue, CatalogueTalk
from ingest.errors import CatalogueError
from ingest.links import kind_of, merge_links

COLUMNS = ("event", "day", "title", "speakers", "video_url", "slides_url", "schedule_url")

Rows = Iterator[tuple[str, CatalogueTalk | str]]  # place, and the talk or what is wrong with it

_PEOPLE = re.compile(r"\s*(?:&|;|\band\b|\bet\b|\bund\b)\s*")
_NAME = re.compile(r"[A-ZÀ-Þ][\w.'’-]*(?: [\w.'’-]+){1,3}")


def read_catalogue(path: Path) -> Catalogue:
    """Read a catalogue; an entry that cannot be used is left out and told of in `faults`.

    Raises:
        CatalogueError: The file cannot be read as a catalogue at all, or a column is missing.
    """
    readers: dict[str, Callable[[Path, str], Rows]] = {
        ".csv": _csv, ".yaml": _yaml, ".yml": _yaml, ".json": _json, ".ics": _ics,
    }  # fmt: skip
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise CatalogueError(
            path, f"the ending {path.suffix or '(none)'} is none of {', '.join(readers)}", "Export it as CSV."
        )
    try:
        data = path.read_bytes()
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise CatalogueError(
            path, error.strerror or str(error), "Check the path and its permissions."
        ) from error
    except UnicodeDecodeError as error:
        raise CatalogueError(path, f"not UTF-8 at byte {error.start}", "Save it as UTF-8.") from error
    talks: list[CatalogueTalk] = []
    faults: list[str] = []
    for place, entry in reader(path, text):
        if isinstance(entry, CatalogueTalk):
            talks.append(entry)
        else:
            faults.append(f"{path.name}, {place}: {entry}; left out")
    return Catalogue(tuple(talks), hashlib.sha256(data).hexdigest(), tuple(faults))


def _csv(path: Path, text: str) -> Rows:
    """Read the rows of a table with the documented columns."""
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        found = [(name or "").strip().casefold() for name in reader.fieldnames or ()]
        missing = [name for name in COLUMNS if name not in found]
        if missing:
            raise CatalogueError(
                path,
                f"the column {', '.join(missing)} is missing, found {', '.join(found) or 'an empty file'}",
                f"The first line names the columns {','.join(COLUMNS)}; a cell may stay empty.",
            )
        reader.fieldnames = found
        for row in reader:
            yield f"line {reader.line_num}", _entry(row)
    except csv.Error as error:
        raise CatalogueError(
            path, f"line {reader.line_num}: {error}", "Check the quotation marks of that line."
        ) from error


def _yaml(path: Path, text: str) -> Rows:
    """Read a list of entries, or one under the key `talks`."""
    import yaml

    try:
        loaded = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: a date that no calendar has
        mark = getattr(error, "problem_mark", None)
        raise CatalogueError(
            path, f"no valid YAML{f', line {mark.line + 1}' if mark else ''}", "Check the indentation there."
        ) from error
    yield from _entries(path, loaded)


def _json(path: Path, text: str) -> Rows:
    """Read a list of entries, or one under the key `talks`."""
    try:
        yield from _entries(path, json.loads(text))
    except (json.JSONDecodeError, RecursionError) as error:
        where = f", line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise CatalogueError(path, f"no valid JSON{where}", "Check the commas and brackets there.") from error


def _entries(path: Path, loaded: Any) -> Rows:
    """Give the entries of a loaded document."""
    entries = loaded.get("talks") if isinstance(loaded, Mapping) else loaded
    if not isinstance(entries, list):
        raise CatalogueError(path, "no list of talks in it", "Give a list, or a list under the key `talks`.")
    for number, entry in enumerate(entries, start=1):
        yield (
            f"entry {number}",
            _entry(entry) if isinstance(entry, Mapping) else "not a talk with named fields",
        )


def _entry(row: Mapping[Any, Any]) -> CatalogueTalk | str:
    """Make a talk of one entry's fields, or say what is wrong with it."""
    title = _text(row.get("title"))
    if not title:
        return "no title"
    day = _text(row.get("day"))
    if day and not day.isdecimal():
        return f"the day {day!r} is no number"
    links = dict(row["links"]) if isinstance(row.get("links"), Mapping) else {}
    links |= {
        kind: row.get(f"{kind}_url") for kind in ("video", "slides", "schedule") if row.get(f"{kind}_url")
    }
    given = {str(kind): _text(url) for kind, url in links.items()}
    kept = merge_links(given)
    bad = [url for kind, url in given.items() if url and kind not in kept]
    if bad:
        return f"no web address: {bad[0][:80]}"
    return CatalogueTalk(
        title,
        _event_id(_text(row.get("event"))),
        int(day) if day else None,
        people(row.get("speakers")),
        kept,
    )


def people(value: Any) -> tuple[str, ...]:
    """Split "Ann Bee & Cy Dee, Company" into the persons' names; companies, after a comma, are left out."""
    if isinstance(value, list):
        return tuple(
            name for item in value for name in people(item.get("name") if isinstance(item, Mapping) else item)
        )
    names = (part.split(",")[0].split("(")[0].strip() for part in _PEOPLE.split(_text(value)))
    return tuple(name for name in names if name)


def _ics(path: Path, text: str) -> Rows:
    """Read the events of a calendar: Sched writes "Title - Speaker, Company" as summary and the session's page as URL."""
    from icalendar import Calendar

    try:
        calendar = Calendar.from_ical(text)
    except (ValueError, IndexError, KeyError) as error:
        raise CatalogueError(
            path, f"no valid calendar ({' '.join(str(error).split())[:120]})", "Export it from Sched again."
        ) from error
    event_id = _event_id(_text(calendar.get("X-WR-CALNAME")))
    for number, item in enumerate(calendar.walk("VEVENT"), start=1):
        title, speakers = _summary(_text(item.get("SUMMARY")))
        start = getattr(item.get("DTSTART"), "dt", None)
        on = start.date() if isinstance(start, datetime) else start if isinstance(start, date) else None
        url = _text(item.get("URL"))
        links = merge_links({kind_of(url) or "schedule": url})
        event = event_id or _event_id(url)
        yield (
            f"event {number}",
            CatalogueTalk(title, event, None, speakers, links, on) if title else "no summary",
        )


def _summary(summary: str) -> tuple[str, tuple[str, ...]]:
    """Split a summary into title and speakers, where its last part reads like persons."""
    title, dash, tail = summary.rpartition(" - ")
    names = people(tail) if dash else ()
    if names and all(_NAME.fullmatch(name) for name in names):
        return title.strip(), names
    return summary, ()


def _event_id(text: str) -> str | None:
    """Read the event's id from its name; a name that fits none stays as it is written."""
    if not text:
        return None
    ids = parse_event(text)
    return ids[0] if len(ids) == 1 else None


def _text(value: Any) -> str:
    """Give a field's words, white space folded; nothing for a field that is not there."""
    return "" if value is None else " ".join(str(value).split())
