"""Records and sorted keys that stay on disk: a line is read when it is asked for.

Beside each file of lines lies an array of offsets, so that line n is found without reading those before it.
Lines are read by `pread`, not mapped: the kernel maps sixteen pages around every page that is touched, and a
bot that reads here and there in a large file would soon hold all of it.
"""

from __future__ import annotations

import os
import threading
import weakref
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from index.errors import BuildDamaged
from index.files.arrays import load_array
from index.files.handles import read_at
from index.files.plain import open_plain

OFFSETS_SUFFIX = ".offsets.npy"  # (n_lines + 1,) int64, bytes
# A file of keys up to this size is held in memory: it is searched in a third of the time, and takes
# milliseconds to read.
_HELD_BYTES = 4_000_000
_BLOCK_LINES = 1_000
_STEP = 64  # lines
_BLOCKS = 1_024  # of so many lines, remembered
_LAST = "\U0010ffff"
Value = TypeVar("Value")


def write_offsets(path: Path, lines: Iterable[str]) -> int:
    """Write lines, each with its end, and their offsets beside them; return how many there are."""
    offsets = [0]
    with path.open("wb") as stream:
        for line in lines:
            offsets.append(offsets[-1] + stream.write(line.encode("utf-8") + b"\n"))
    np.save(offsets_file(path), np.array(offsets, dtype=np.int64), allow_pickle=False)
    return len(offsets) - 1


def offsets_file(path: Path) -> Path:
    """Return where the offsets of a file's lines stand."""
    return path.with_name(path.stem + OFFSETS_SUFFIX)


class Lines:
    """A file of lines with its offsets; it may be removed while it is open."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._offsets: NDArray[np.int64] = np.asarray(load_array(offsets_file(path)))
        try:
            self._handle = open_plain(path)
        except OSError as error:
            raise BuildDamaged(
                f"Cannot open {path}: {error.strerror}. Rebuild it with `confnotes ingest --full`."
            ) from error
        weakref.finalize(self, os.close, self._handle)
        if not len(self._offsets) or self._offsets[-1] != self.size_bytes:
            raise BuildDamaged(
                f"Cannot read {path}: its lines are not where they were. "
                "Rebuild it with `confnotes ingest --full`."
            )

    def __len__(self) -> int:
        return len(self._offsets) - 1

    @property
    def size_bytes(self) -> int:
        """Return the file's size."""
        return os.fstat(self._handle).st_size

    def block(self, first: int, last: int) -> list[str]:
        """Return the lines from `first` up to before `last`, without their ends."""
        start, end = int(self._offsets[first]), int(self._offsets[last])
        return self._read(start, end).decode("utf-8").split("\n")[:-1]

    def rows_holding(self, part: bytes) -> list[int]:
        """Return the rows whose lines hold some bytes, in order; the whole file is searched, no line parsed."""
        found: list[int] = []
        for first in range(0, len(self), _BLOCK_LINES):
            last = min(first + _BLOCK_LINES, len(self))
            start, end = int(self._offsets[first]), int(self._offsets[last])
            block = self._read(start, end)
            at = block.find(part)
            while at >= 0:
                row = int(np.searchsorted(self._offsets, start + at, side="right")) - 1
                found.append(row)
                at = block.find(part, int(self._offsets[row + 1]) - start)
        return found

    def _read(self, start: int, end: int) -> bytes:
        return read_at(self._handle, end - start, start)

    def __getitem__(self, row: int) -> str:
        start, end = int(self._offsets[row]), int(self._offsets[row + 1]) - 1
        return self._read(start, end).decode("utf-8")

    def __iter__(self) -> Iterator[str]:
        for first in range(0, len(self), _BLOCK_LINES):
            yield from self.block(first, min(first + _BLOCK_LINES, len(self)))


class SortedLines:
    """Lines "key, tab, value" in the order of their keys' code points; several lines may have one key.

    Of a large file every 64th key is in memory, and a search reads the lines between two of them at once.
    """

    def __init__(self, path: Path, held_bytes: int = _HELD_BYTES) -> None:
        self._lines = Lines(path)
        self._step = 1 if self._lines.size_bytes <= held_bytes else _STEP
        self._blocks: Remembered[list[str]] = Remembered(_BLOCKS)

    def __len__(self) -> int:
        return len(self._lines)

    @cached_property
    def _marks(self) -> list[str]:
        """Return every key, or every 64th."""
        if self._step == 1:
            return [_key(line) for line in self._lines]
        return [_key(self._lines[row]) for row in range(0, len(self), self._step)]

    def _find(self, key: str, side: Callable[[Sequence[str], str], int]) -> int:
        """Return where a key stands, or would stand, before or behind its equals, as `side` says."""
        mark = side(self._marks, key)
        if self._step == 1 or not mark:
            return mark
        return (mark - 1) * self._step + side(self._block(mark - 1), key)

    def _block(self, number: int) -> list[str]:
        if (known := self._blocks.get(number)) is None:
            first = number * self._step
            known = [_key(line) for line in self._lines.block(first, min(first + self._step, len(self)))]
            self._blocks.put(number, known)
        return known

    def _key_at(self, row: int) -> str:
        return self._marks[row] if self._step == 1 else self._block(row // self._step)[row % self._step]

    def values(self, key: str) -> list[str]:
        """Return the values of a key, in the order in which they were written."""
        first = self._find(key, bisect_left)
        if first == len(self) or self._key_at(first) != key:
            return []
        return [line.partition("\t")[2] for line in self._lines.block(first, self._find(key, bisect_right))]

    def starting(self, prefix: str) -> Iterator[tuple[str, str]]:
        """Yield keys and values of the lines whose key begins with a prefix, in order."""
        for line in self._lines_starting(prefix):
            key, _, value = line.partition("\t")
            yield key, value

    def after(self, key: str) -> Iterator[tuple[str, str]]:
        """Yield keys and values of the lines whose key comes after a key, in order, a few lines at a time."""
        for start in range(self._find(key, bisect_right), len(self), _STEP):
            for line in self._lines.block(start, min(start + _STEP, len(self))):
                found, _, value = line.partition("\t")
                yield found, value

    def keys_starting(self, prefix: str) -> list[str]:
        """Return the keys that begin with a prefix, in order."""
        if self._step == 1:
            first = bisect_left(self._marks, prefix)
            return self._marks[first : bisect_right(self._marks, prefix + _LAST, lo=first)]
        return [_key(line) for line in self._lines_starting(prefix)]

    def any_starting(self, prefix: str) -> bool:
        """Return whether a key begins with a prefix."""
        first = self._find(prefix, bisect_left)
        return first < len(self) and self._key_at(first).startswith(prefix)

    def _lines_starting(self, prefix: str) -> Iterator[str]:
        first, last = self._find(prefix, bisect_left), self._find(prefix + _LAST, bisect_right)
        for start in range(first, last, _BLOCK_LINES):
            yield from self._lines.block(start, min(start + _BLOCK_LINES, last))

    @cached_property
    def first_letters(self) -> list[str]:
        """Return the first characters of the keys, in order."""
        found: list[str] = []
        at = 0
        while at < len(self):
            found.append(self._key_at(at)[:1])
            at = self._find(found[-1] + _LAST, bisect_right)
        return found

    def beginnings(self, text: str) -> Iterator[str]:
        """Yield the keys that a text begins with, the longest first, each once."""
        while text:
            at = self._find(text, bisect_right)
            if not at:
                return
            found = self._key_at(at - 1)
            shared = next(
                (n for n, (a, b) in enumerate(zip(found, text, strict=False)) if a != b),
                min(len(found), len(text)),
            )
            if shared == len(found):
                yield found
                shared -= 1
            text = found[:shared]


def _key(line: str) -> str:
    return line.partition("\t")[0]


def write_sorted(path: Path, pairs: Iterable[tuple[str, str]]) -> int:
    """Write keys and values, sorted by key, those of one key in their order; return how many there are."""
    return write_offsets(path, (f"{key}\t{value}" for key, value in sorted(pairs, key=lambda pair: pair[0])))


def id_digest(one: str) -> np.uint64:
    """Return 64 bits of an id's digest."""
    return np.uint64(
        int.from_bytes(blake2b(one.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
    )


def write_ids(path: Path, ids: Sequence[str]) -> None:
    """Write where ids stand: (2, n) uint64, their digests in order and the row of each."""
    digests = np.fromiter(map(id_digest, ids), dtype=np.uint64, count=len(ids))
    order = np.argsort(digests, kind="stable")
    np.save(path, np.stack([digests[order], order.astype(np.uint64)]), allow_pickle=False)


class Ids:
    """Rows by id; ids of one digest are told apart by whoever reads the rows."""

    def __init__(self, path: Path) -> None:
        found: NDArray[Any] = np.asarray(load_array(path))
        self._digests: NDArray[np.uint64] = found[0]
        self._rows: NDArray[np.uint64] = found[1]

    def __len__(self) -> int:
        return len(self._digests)

    def rows(self, one: str) -> Iterator[int]:
        """Yield the rows whose id may be this one: mostly none or one."""
        digest = id_digest(one)
        at = int(np.searchsorted(self._digests, digest))
        while at < len(self) and self._digests[at] == digest:
            yield int(self._rows[at])
            at += 1


class Remembered(Generic[Value]):
    """The last values that were read, by their key; full, it begins anew."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._values: dict[Hashable, Value] = {}

    def get(self, key: Hashable) -> Value | None:
        """Return what is remembered of a key."""
        return self._values.get(key)

    def put(self, key: Hashable, value: Value) -> None:
        """Remember a key's value."""
        with self._lock:
            if len(self._values) >= self._most:
                self._values = {}
            self._values[key] = value
