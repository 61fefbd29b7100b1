"""Read a catalogue from CSV, YAML, JSON, or what conference tools export."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ingest import plain_yaml
from ingest.catalogue.catalogue import Catalogue, CatalogueTalk
from ingest.catalogue.entries import Rows, each, made, people, talk_of
from ingest.catalogue.schedules import calendar, schedule_json, schedule_xml
from ingest.errors import CatalogueError

__all__ = ["COLUMNS", "people", "read_catalogue"]

COLUMNS = ("event", "day", "title", "speakers", "video_url", "slides_url", "schedule_url")
_MOST_BYTES = 50_000_000
_MOST_DIGITS = 18


def read_catalogue(path: Path) -> Catalogue:
    """Read a catalogue; an entry that cannot be used is left out and told of in `faults`.

    Args:
        path: A file, or a folder whose JSON files are one talk each, as pyvideo keeps them.

    Raises:
        CatalogueError: The file cannot be read as a catalogue at all, or a column is missing.
    """
    if path.is_dir():
        files = sorted(path.rglob("*.json"))
        if not files:
            raise CatalogueError(
                path, "it is a folder without .json files", "Name a file, or a folder of pyvideo's data."
            )
        return Catalogue.join([read_catalogue(file) for file in files if file.is_file()])
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise CatalogueError(
            path,
            f"the ending {path.suffix or '(none)'} is none of {', '.join(_READERS)}",
            "Export it as CSV.",
        )
    data = _bytes(path)
    try:
        source = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CatalogueError(path, f"not UTF-8 at byte {error.start}", "Save it as UTF-8.") from error
    talks: list[CatalogueTalk] = []
    faults: list[str] = []
    for place, entry in reader(path, source):
        if isinstance(entry, CatalogueTalk):
            talks.append(entry)
        else:
            words = "".join(character if character.isprintable() else "?" for character in entry)
            faults.append(f"{path.name}, {place}: {words}; left out")
    return Catalogue(tuple(talks), hashlib.sha256(data).hexdigest(), tuple(faults))


def _bytes(path: Path) -> bytes:
    """Read the file.

    Raises:
        CatalogueError: It cannot be opened, or is too large.
    """
    try:
        if not path.is_file() and path.exists():
            raise CatalogueError(path, "it is not an ordinary file", "Name a file.")
        with path.open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        raise CatalogueError(
            path, error.strerror or str(error), "Check the path and its permissions."
        ) from error
    if len(data) > _MOST_BYTES:
        raise CatalogueError(
            path, f"it has more than {_MOST_BYTES:,} bytes", "Leave out what is not about talks."
        )
    return data


def _csv(path: Path, source: str) -> Rows:
    """Read the rows of a table with the documented columns; one that is no row is left out alone."""
    reader = csv.reader(io.StringIO(source, newline=""), strict=True)
    header: list[str] | None = None
    for place, row in _csv_rows(reader):
        if isinstance(row, str):
            yield place, row
        elif header is None:
            header = [name.strip().casefold() for name in row]
            _check_columns(path, header)
        elif row:
            yield place, made(dict(zip(header, row, strict=False)), talk_of)
    if header is None:
        _check_columns(path, [])


def _csv_rows(reader: Any) -> Iterator[tuple[str, list[str] | str]]:
    """Return rows by their line, and for one that cannot be read what is wrong with it."""
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield f"line {reader.line_num}", f"{error}; check the quotation marks of that line"
        else:
            yield f"line {reader.line_num}", row


def _check_columns(path: Path, found: list[str]) -> None:
    """Refuse a table that lacks a column.

    Raises:
        CatalogueError: One is missing.
    """
    missing = [name for name in COLUMNS if name not in found]
    if missing:
        raise CatalogueError(
            path,
            f"the column {', '.join(missing)} is missing, found {', '.join(found) or 'an empty file'}",
            f"The first line names the columns {','.join(COLUMNS)}; a cell may stay empty.",
        )


def _yaml(path: Path, source: str) -> Rows:
    """Read a list of entries, or one under the key `talks`."""
    try:
        loaded = plain_yaml.load(source)
    except plain_yaml.YAMLError as error:
        raise CatalogueError(
            path, f"no valid YAML{plain_yaml.line_of(error)}", "Check the indentation there."
        ) from error
    yield from _entries(path, loaded)


def _json(path: Path, source: str) -> Rows:
    """Read a list of entries, one under the key `talks`, or a conference tool's export."""
    try:
        loaded = json.loads(source, parse_int=_number, parse_float=str)
    except (ValueError, RecursionError) as error:
        where = f", line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise CatalogueError(path, f"no valid JSON{where}", "Check the commas and brackets there.") from error
    yield from schedule_json(loaded) or _entries(path, loaded)


def _number(digits: str) -> int | str:
    """Read a number that a talk may have; a longer one stays the words it is."""
    return int(digits) if len(digits) <= _MOST_DIGITS else digits


def _entries(path: Path, loaded: Any) -> Rows:
    """Return the entries of a loaded document.

    Raises:
        CatalogueError: It holds no list.
    """
    entries = loaded.get("talks") if isinstance(loaded, Mapping) else loaded
    if not isinstance(entries, list):
        raise CatalogueError(path, "no list of talks in it", "Give a list, or a list under the key `talks`.")
    yield from each("entry", entries, talk_of)


_READERS: dict[str, Callable[[Path, str], Rows]] = {
    ".csv": _csv, ".yaml": _yaml, ".yml": _yaml, ".json": _json, ".ics": calendar, ".xml": schedule_xml,
}  # fmt: skip
