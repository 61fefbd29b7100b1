"""The domain's records as JSON lines: written with sorted keys, read back strictly, by row or by id.

Reading is strict because the files are the product's memory: a line with an unknown or a missing field
belongs to another format, and a guess would surface as a wrong quote.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, ItemsView, Iterable, Iterator, Mapping, Sequence, Set, ValuesView
from dataclasses import MISSING, fields
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any, Generic, TypeVar, overload

from index.errors import BuildDamaged
from index.files.lines import Ids, Lines, Remembered, write_ids, write_offsets
from index.files.plain import open_plain
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
    with os.fdopen(open_plain(path), encoding="utf-8", newline="\n") as stream:
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


IDS_SUFFIX = ".ids.npy"
_REMEMBERED = 4_096  # records; about a kilobyte each


def write_records(path: Path, records: Sequence[Record], ids: bool = False) -> int:
    """Write one record a line, with offsets and, where wanted, rows by id; return how many there were."""
    count = write_offsets(path, map(to_line, records))
    if ids:
        write_ids(path.with_name(path.stem + IDS_SUFFIX), [record_id(record) for record in records])
    return count


def record_id(record: Record) -> str:
    """Return a record's id."""
    return str(getattr(record, f"{type(record).__name__.lower()}_id"))


class Rows(Sequence[Record], Generic[Record]):
    """Records by row."""

    def __init__(self, path: Path, record_type: type[Record]) -> None:
        self._lines = Lines(path)
        self._from_line: Callable[[str], Record] = partial(from_line, record_type)
        self._read: Remembered[Record] = Remembered(_REMEMBERED)

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, row: int) -> Record: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[Record]: ...
    def __getitem__(self, row: int | slice) -> Record | Sequence[Record]:
        if isinstance(row, slice):
            return [self[at] for at in range(*row.indices(len(self)))]
        at = row + len(self) if row < 0 else row
        if not 0 <= at < len(self):
            raise IndexError(row)
        if (known := self._read.get(at)) is None:
            known = self._parse(self._lines[at], at)
            self._read.put(at, known)
        return known

    def __iter__(self) -> Iterator[Record]:
        for row, line in enumerate(self._lines):
            yield self._parse(line, row)

    def rows_holding(self, part: str) -> list[int]:
        """Return the rows of the records that hold a text anywhere, in order, without reading any of them."""
        return self._lines.rows_holding(json.dumps(part, ensure_ascii=False)[1:-1].encode("utf-8"))

    def _parse(self, line: str, row: int) -> Record:
        try:
            return self._from_line(line)
        except (ValueError, TypeError) as error:
            raise BuildDamaged(
                f"Cannot read {self._lines.path}, line {row + 1}: {error}. "
                "Rebuild the index with `confnotes ingest --full`."
            ) from error


class ById(Mapping[str, Record], Generic[Record]):
    """Records by id, in the order of their rows."""

    def __init__(self, path: Path, record_type: type[Record]) -> None:
        self.rows: Rows[Record] = Rows(path, record_type)
        self._ids = Ids(path.with_name(path.stem + IDS_SUFFIX))
        if len(self._ids) != len(self.rows):
            raise BuildDamaged(
                f"Cannot read {path}: {len(self._ids)} ids, {len(self.rows)} lines. "
                "Run `confnotes ingest --full`."
            )

    def row(self, one: str) -> int | None:
        """Return the row of an id, None where there is no such record."""
        return next((row for row in self._ids.rows(one) if record_id(self.rows[row]) == one), None)

    def __getitem__(self, one: str) -> Record:
        if (row := self.row(one)) is None:
            raise KeyError(one)
        return self.rows[row]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[str]:
        return (record_id(record) for record in self.rows)

    def values(self) -> ValuesView[Record]:
        """Return the records in the order of their rows."""
        return _Values(self)

    def items(self) -> ItemsView[str, Record]:
        """Return ids and records in the order of the rows."""
        return _Items(self)


class _Values(ValuesView[Record]):
    _mapping: ById[Record]

    def __iter__(self) -> Iterator[Record]:
        return iter(self._mapping.rows)


class _Items(ItemsView[str, Record]):
    _mapping: ById[Record]

    def __iter__(self) -> Iterator[tuple[str, Record]]:
        return ((record_id(record), record) for record in self._mapping.rows)
