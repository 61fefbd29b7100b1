"""Which recaps are read: folders, files and globs as named, and `sources.yaml` with what a person knows of them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from index.conferences.editions import event_for
from index.conferences.event_mentions import parse_event
from index.models import Event
from ingest.errors import SourcesError
from ingest.links import valid_url
from ingest.loaders import SUFFIXES
from ingest.sources.folders import Listing, fixed_part, list_below, list_path
from ingest.sources.models import Remote, Source, Sources
from ingest.talks import RecapHints

LIST_NAME = "sources.yaml"
_SLACK_ID = re.compile(r"[CDGT][A-Z0-9]{2,20}")
TOP_KEYS = ("catalogue", "gate", "sources")
PLACE_KEYS = ("path", "url", "feed", "git")  # where recaps lie: one of them in each entry
SOURCE_KEYS = (
    "path", "event", "event_name", "starts_on", "ends_on", "city", "day", "language", "author", "title", "date", "url", "based_on",
    "feed", "match", "most", "git", "ref", "show_query", "on_missing", "visible_in",
)  # fmt: skip


def gather(paths: Sequence[Path]) -> Sources:
    """List the recaps that folders, files, globs and lists name.

    A folder gives every file below it with a recap's ending, except hidden ones and those named README; its
    `sources.yaml` adds to them and says what is known of them. A `sources.yaml` named itself gives only what
    it lists.

    Raises:
        SourcesError: A path does not exist, a list cannot be read, or two recaps have one name.
    """
    found: dict[Path, Source] = {}
    catalogues: list[Path] = []
    gates: list[Path] = []
    missing: list[str] = []
    remotes: list[Remote] = []
    closed: list[str] = []
    for path in paths:
        folder, listing, listed = _expand(path)
        _note_closed(listing, folder, missing, closed)
        for file in listing.files:
            found.setdefault(file.resolve(), Source(file, _name_below(file, folder)))
        if listed is not None:
            known = read_list(listed)
            catalogues += known.catalogues
            gates += known.gates
            missing += known.missing
            remotes += known.remotes
            closed += known.closed
            found |= {source.path.resolve(): source for source in known.recaps}
    recaps = _distinct(list(found.values()))
    in_order = tuple(sorted(recaps, key=lambda source: source.recap_id))
    once = (tuple(dict.fromkeys(catalogues)), tuple(dict.fromkeys(missing)), tuple(dict.fromkeys(gates)))
    return Sources(in_order, *once, tuple(remotes), tuple(dict.fromkeys(closed)))


def read_list(path: Path) -> Sources:
    """Read a `sources.yaml`: recaps with hints, and the catalogue.

    Raises:
        SourcesError: The file is no valid list, or has a key that nobody knows.
    """
    top = _load(path)
    _check_keys(path, top, TOP_KEYS, "")
    entries = top.get("sources") or []
    if not isinstance(entries, list):
        raise SourcesError(
            f"Cannot use {path}: `sources` is no list. Give one entry with `path` for each recap."
        )
    found: dict[Path, Source] = {}
    missing: list[str] = []
    remotes: list[Remote] = []
    closed: list[str] = []
    named: dict[str, str] = {}
    for number, entry in enumerate(entries, start=1):
        place = f"entry {number}"
        if not isinstance(entry, Mapping) or not any(entry.get(key) for key in PLACE_KEYS):
            raise SourcesError(
                f"Cannot use {path}: {place} names no `path`, `url`, `feed` or `git`. Say where its recap lies."
            )
        _check_keys(path, entry, SOURCE_KEYS, f"{place} ")
        _check_words(path, place, entry)
        remote = _remote(path, place, entry)
        if remote:
            remotes.append(remote)
            continue
        _once(path, place, str(entry["path"]), named)
        listing = list_path(path.parent / str(entry["path"]))
        _note_closed(listing, path.parent, missing, closed)
        if not listing.files and not listing.closed:
            missing.append(f"{path.name}, {place}: no file {entry['path']}")
        said = _said(path, place, entry)
        found |= {
            file.resolve(): replace(said, path=file, recap_id=_name_below(file, path.parent))
            for file in listing.files
        }
    catalogues, gates = (
        (path.parent / str(top[key]),) if top.get(key) else () for key in ("catalogue", "gate")
    )
    return Sources(tuple(found.values()), catalogues, tuple(missing), gates, tuple(remotes), tuple(closed))


def _remote(path: Path, place: str, entry: Mapping[str, Any]) -> Remote | None:
    """Read an entry whose recaps must be fetched; None for one of files, whose `url` is only a link."""
    if entry.get("path") and not entry.keys() & {
        "feed",
        "match",
        "most",
        "git",
        "ref",
        "show_query",
        "on_missing",
    }:
        return None
    # Imports httpx, a tenth of a second that nobody waits for whose recaps are all files.
    from ingest.sources.remote import read_remote

    return read_remote(path, place, entry, _said(path, place, entry))


def _said(path: Path, place: str, entry: Mapping[str, Any]) -> Source:
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


def _once(path: Path, place: str, name: str, named: dict[str, str]) -> None:
    """Refuse a path that two entries name: one of them would be lost in silence."""
    before = named.setdefault(os.path.normpath(name), place)
    if before != place:
        raise SourcesError(
            f"Cannot use {path}: {place} names the path {name} again, as {before} does. Name it once."
        )


def _expand(path: Path) -> tuple[Path, Listing, Path | None]:
    """Give a named path's folder, its recap files, and its list."""
    try:
        if path.is_dir():
            listing, listed = list_below(path), path / LIST_NAME
            return path, listing, listed if path not in listing.closed and listed.is_file() else None
        if path.is_file():
            return path.parent, *(
                (Listing(), path) if path.suffix.lower() in (".yaml", ".yml") else (Listing([path]), None)
            )
    except OSError as error:
        raise SourcesError(f"Cannot read {path}: {error.strerror}. Check its permissions.") from error
    listing = list_path(path)
    listing.files = [file for file in listing.files if file.suffix.lower() in SUFFIXES]
    if not listing.files:
        raise SourcesError(
            f"Cannot read {path}: there is no such file or folder. Name a folder of recaps, a file, or a pattern in quotes."
        )
    return fixed_part(path), listing, None


def _note_closed(listing: Listing, folder: Path, missing: list[str], closed: list[str]) -> None:
    """Note the folders that could not be looked into, and how the ids of their recaps begin."""
    for path, reason in listing.closed.items():
        name = _name_below(path, folder)
        closed.append("" if name == "." else name if path.suffix.lower() in SUFFIXES else f"{name}/")
        missing.append(f"Cannot look into {path}: {reason}. Check its permissions. What it last gave stays.")


def _name_below(path: Path, folder: Path) -> str:
    """Name a recap by its path below a folder; by its own name where it lies elsewhere."""
    name = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name
    # A file name that is no UTF-8 reaches us with half surrogates, which no JSON holds.
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _distinct(sources: list[Source]) -> Iterator[Source]:
    """Tell recaps of one name from several folders apart by their folder."""
    counts: dict[str, int] = {}
    for source in sources:
        counts[source.recap_id] = counts.get(source.recap_id, 0) + 1
    seen: dict[str, Path] = {}
    for source in sources:
        name = (
            source.recap_id
            if counts[source.recap_id] == 1
            else f"{source.path.resolve().parent.name}/{source.recap_id}"
        )
        if name in seen:
            raise SourcesError(
                f"Cannot tell {seen[name]} and {source.path} apart: both are named {name}. Rename one of them."
            )
        seen[name] = source.path
        yield replace(source, recap_id=name)


def _load(path: Path) -> Mapping[str, Any]:
    """Load a list's YAML."""
    import yaml

    try:
        loaded = yaml.safe_load(path.read_bytes())
    except OSError as error:
        raise SourcesError(f"Cannot read {path}: {error.strerror}. Check its permissions.") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: a date that no calendar has
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark else ""
        raise SourcesError(
            f"Cannot use {path}: no valid YAML{where}. Check the indentation and quotation marks there."
        ) from error
    if loaded is None:
        return {}
    if not isinstance(loaded, Mapping):
        raise SourcesError(f"Cannot use {path}: found no keys in it. Start it with `sources:`.")
    return loaded


def _check_keys(path: Path, mapping: Mapping[Any, Any], known: Iterable[str], place: str) -> None:
    """Refuse keys that nobody knows: a misspelt one would be lost in silence."""
    unknown = [str(key) for key in mapping if key not in known]
    if unknown:
        raise SourcesError(
            f"Cannot use {path}: {place}has the unknown key `{unknown[0]}`. Known are {', '.join(known)}."
        )


def _hints(path: Path, place: str, entry: Mapping[str, Any]) -> tuple[RecapHints, Event | None]:
    """Read what an entry says of its recap."""
    day = entry.get("day")
    if day is not None and (not isinstance(day, int) or isinstance(day, bool) or day < 0):
        raise SourcesError(f"Cannot use {path}: {place} has the day {day!r}. Give a number from 0.")
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
            raise SourcesError(f"Cannot use {path}: {place} has the {key} {value!r}. Give text, one value.")


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
    """Give a field's words, or nothing."""
    value = entry.get(key)
    return " ".join(str(value).split()) or None if value is not None else None
