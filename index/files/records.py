"""The domain's records as JSON lines: written with sorted keys, read back strictly.

Reading is strict because the files are the product's memory: a line with an unknown or a missing field
belongs to another format, and a guess would surface as a wrong quote.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import MISSING, fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from index.errors import BuildDamaged
from index.models import Event, Passage, Recap, Talk

Record = TypeVar("Record", Event, Recap, Talk, Passage)

_KINDS: dict[str, Any] = {kind.__name__: kind for kind in (Event, Recap, Talk, Passage)}
_DATES = {"starts_on", "ends_on"}


def to_line(record: Event | Recap | Talk | Passage) -> str:
    """Return the record as one line of JSON, without the line's end."""
    values = {name: _plain(getattr(record, name)) for name in _names(type(record).__name__)[0]}
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def from_line(record_type: type[Record], line: str) -> Record:
    """Read one line that `to_line` wrote.

    Raises:
        TypeError: not an object.
        ValueError: not JSON, or not the fields of the record.
    """
    values = json.loads(line)
    if not isinstance(values, dict):
        raise TypeError("not an object")
    known, required = _names(record_type.__name__)
    if values.keys() != known:
        _refuse_other(values.keys(), known, required)
    for name, value in values.items():  # a thousand records are read for some answers
        if value.__class__ is list:
            values[name] = tuple(value)
        elif name in _DATES and value is not None:
            values[name] = date.fromisoformat(value)
    return record_type(**values)


def _refuse_other(found: Set[str], known: Set[str], required: Set[str]) -> None:
    if unknown := sorted(found - known):
        raise ValueError(f"unknown field {unknown[0]!r}")
    if missing := sorted(required - found):
        raise ValueError(f"missing field {missing[0]!r}")


@cache
def _names(kind: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names of a record's fields, and of those without a default."""
    every = fields(_KINDS[kind])
    required = (
        field.name for field in every if field.default is MISSING and field.default_factory is MISSING
    )
    return frozenset(field.name for field in every), frozenset(required)


def write_lines(path: Path, records: Iterable[Event | Recap | Talk | Passage]) -> int:
    """Write one record a line and return how many there were."""
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        for record in records:
            stream.write(to_line(record) + "\n")
            count += 1
    return count


def read_lines(path: Path, record_type: type[Record]) -> list[Record]:
    """Read a file of records, line n as row n.

    Raises:
        BuildDamaged: a line is not such a record.
    """
    records: list[Record] = []
    with path.open(encoding="utf-8", newline="\n") as stream:
        for number, line in enumerate(stream, start=1):
            records.append(_read(record_type, line, path, number))
    return records


def _read(record_type: type[Record], line: str, path: Path, number: int) -> Record:
    try:
        return from_line(record_type, line)
    except (ValueError, TypeError) as error:
        raise BuildDamaged(
            f"Cannot read {path}, line {number}: {error}. Rebuild the index with `confnotes ingest --full`."
        ) from error


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (str, int)):  # nearly every field
        return value
    converters: list[tuple[type, Callable[[Any], Any]]] = [
        (date, date.isoformat),
        (tuple, list),
        (Mapping, dict),
    ]
    for kind, convert in converters:
        if isinstance(value, kind):
            return convert(value)
    return value
