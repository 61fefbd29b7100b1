"""A build's records as they are read: by row or by id, parsed when they are asked for, the last ones remembered."""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterator, Mapping, Sequence, ValuesView
from functools import partial
from pathlib import Path
from typing import Generic, overload

from index.errors import BuildDamaged
from index.files.lines import Ids, Lines, Remembered, write_ids, write_offsets
from index.files.records import Record, from_line, to_line

IDS_SUFFIX = ".ids.npy"
_REMEMBERED = 4_096  # records; about a kilobyte each


def write_records(path: Path, records: Sequence[Record], ids: bool = False) -> int:
    """Write one record a line with the offsets of the lines, and their rows by id where wanted; return how many there were."""
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

    def _parse(self, line: str, row: int) -> Record:
        try:
            return self._from_line(line)
        except (ValueError, TypeError) as error:
            raise BuildDamaged(
                f"Cannot read {self._lines.path}, line {row + 1}: {error}. Rebuild the index with `confnotes ingest --full`."
            ) from error


class ById(Mapping[str, Record], Generic[Record]):
    """Records by id, in the order of their rows."""

    def __init__(self, path: Path, record_type: type[Record]) -> None:
        self.rows: Rows[Record] = Rows(path, record_type)
        self._ids = Ids(path.with_name(path.stem + IDS_SUFFIX))
        if len(self._ids) != len(self.rows):
            raise BuildDamaged(
                f"Cannot read {path}: {len(self._ids)} ids, {len(self.rows)} lines. Run `confnotes ingest --full`."
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
        """Give the records in the order of their rows."""
        return _Values(self)

    def items(self) -> ItemsView[str, Record]:
        """Give ids and records in the order of the rows."""
        return _Items(self)


class _Values(ValuesView[Record]):
    _mapping: ById[Record]

    def __iter__(self) -> Iterator[Record]:
        return iter(self._mapping.rows)


class _Items(ItemsView[str, Record]):
    _mapping: ById[Record]

    def __iter__(self) -> Iterator[tuple[str, Record]]:
        return ((record_id(record), record) for record in self._mapping.rows)
