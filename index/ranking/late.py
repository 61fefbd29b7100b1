"""Late interaction: each query token looks for its best match among a passage's tokens.

A passage's score is the weighted mean, over the query's tokens, of the best cosine with any token of "event.
talk. speakers. passage" (Khattab and Zaharia, "ColBERT", SIGIR 2020, without its training). Row n's tokens
are rows offsets[n] to offsets[n + 1]. Small builds keep a byte a component, mapped; large ones two bits, read
by `pread`, so that what was looked at once does not stay in the process.
"""

from __future__ import annotations

import os
import weakref
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from index.encoder.base import Vectors
from index.files.arrays import load_array, write_header
from index.files.handles import expect_reads, read_at, read_no_further
from index.files.plain import open_plain
from index.ranking.dense import Rows
from index.ranking.interaction import best_cosines
from index.ranking.tokens import StoredTokens, as_unpacked, pack, packed_scale, quantise, rotate, unpack

TOKENS_FILE = "tokens.npy"  # (n_tokens, dim) int8, or (n_tokens, dim / 4) uint8: two bits a component
SCALES_FILE = "token_scales.npy"  # (n_tokens,) float16, token = tokens * scale; empty beside two bits
OFFSETS_FILE = "token_offsets.npy"  # (n_passages + 1,) int64
_MAPPED_BYTES = 300_000_000  # of larger files the process would come to hold as much as was ever looked at
_AT_ONCE = 64  # passages: their 2 MB stay in the processor's cache
_Kind = tuple[str, "np.dtype[Any]", tuple[int, ...]]  # an array's file, its type and the shape of a row


class LateWriter:
    """Writes the tokens of passages one after another; nothing but their number is kept in memory."""

    def __init__(self, folder: Path, dim: int, packed: bool) -> None:
        self._folder = folder
        self.encode = pack if packed else quantise
        self._kinds: list[_Kind] = [
            (TOKENS_FILE, np.dtype(np.uint8 if packed else np.int8), (-(-dim // 4) if packed else dim,)),
            (SCALES_FILE, np.dtype(np.float16), ()),
        ]
        self._streams = [(folder / name).open("w+b") for name, _, _ in self._kinds]
        self._starts = [
            self._head(stream, kind, 0) for stream, kind in zip(self._streams, self._kinds, strict=True)
        ]
        self._offsets = [0]

    @staticmethod
    def _head(stream: IO[bytes], kind: _Kind, count: int) -> int:
        """Write the array's header, which has one length for every number of rows, and return where the rows begin."""
        stream.seek(0)
        write_header(stream, kind[1], (count, *kind[2]))
        return stream.tell()

    def __enter__(self) -> LateWriter:
        return self

    def __exit__(self, *_: object) -> None:
        for stream in self._streams:
            stream.close()

    def add(self, tokens: StoredTokens) -> None:
        """Write the next passage's tokens."""
        for stream, part in zip(self._streams, (tokens.values, tokens.scales), strict=True):
            stream.write(np.ascontiguousarray(part).tobytes())
        self._offsets.append(self._offsets[-1] + len(tokens.values))

    def written(self, row: int) -> StoredTokens:
        """Read back what was written for an earlier row."""
        first, last = self._offsets[row], self._offsets[row + 1]
        found: list[NDArray[Any]] = []
        for stream, start, (_, dtype, shape) in zip(self._streams, self._starts, self._kinds, strict=True):
            stream.flush()
            width = dtype.itemsize * int(np.prod(shape))
            content = read_at(stream.fileno(), (last - first) * width, start + first * width)
            found.append(np.frombuffer(content, dtype=dtype).reshape(-1, *shape))
        return StoredTokens(found[0], found[1])

    def finish(self) -> int:
        """Finish the files and return how many tokens there are."""
        total = self._offsets[-1]
        for stream, start, kind in zip(self._streams, self._starts, self._kinds, strict=True):
            stream.flush()
            rows = (os.fstat(stream.fileno()).st_size - start) // (kind[1].itemsize * int(np.prod(kind[2])))
            self._head(stream, kind, rows)
            stream.flush()
        np.save(self._folder / OFFSETS_FILE, np.array(self._offsets, dtype=np.int64), allow_pickle=False)
        return total


class LateRanker:
    """Token vectors of a build."""

    def __init__(self, folder: Path, mapped_bytes: int = _MAPPED_BYTES) -> None:
        # Plain views of the mapped files: every slice of a memmap object costs 15 microseconds more.
        mapped: Any = load_array(folder / TOKENS_FILE)
        self._values: NDArray[Any] = np.asarray(mapped)
        self._scales: NDArray[np.float16] = np.asarray(load_array(folder / SCALES_FILE))
        self._offsets: NDArray[np.int64] = load_array(folder / OFFSETS_FILE)
        self.packed = self._values.dtype == np.uint8
        self._start = int(mapped.offset)
        self._is_read = self.packed or self._values.nbytes > mapped_bytes
        if self._is_read:
            self._handle = open_plain(folder / TOKENS_FILE)
            weakref.finalize(self, os.close, self._handle)
            read_no_further(self._handle)

    def __len__(self) -> int:
        return len(self._offsets) - 1

    @property
    def n_tokens(self) -> int:
        """Return the number of stored tokens."""
        return len(self._values)

    @property
    def kind(self) -> str:
        """Say how tokens are kept."""
        return "2 bits" if self.packed else "int8"

    def stored(self, row: int) -> StoredTokens:
        """Return a passage's tokens as they stand on disk."""
        start, end = int(self._offsets[row]), int(self._offsets[row + 1])
        return StoredTokens(self._tokens(start, end), self._scales[start:end])

    def similarities(self, query: Vectors, rows: Rows) -> Vectors:
        """Return each query token's best cosine in each passage, (n_rows, n_query_tokens) float32; 0 where a passage has no tokens."""
        best = np.zeros((len(rows), len(query)), dtype=np.float32)
        lengths = self._offsets[rows + 1] - self._offsets[rows]
        told = np.flatnonzero(lengths)
        self._announce(rows[told])
        dim = query.shape[1]
        if self.packed:
            query = as_unpacked(rotate(query))
        for start in range(0, len(told), _AT_ONCE):
            some = told[start : start + _AT_ONCE]
            values, scales = self._take(rows[some], dim)
            best[some] = best_cosines(values, scales, lengths[some], query)
        return best

    def _take(self, rows: Rows, dim: int) -> tuple[NDArray[np.int8], NDArray[Any]]:
        """Return the tokens of some passages one after another, as whole numbers, and their scales."""
        spans = [(int(self._offsets[row]), int(self._offsets[row + 1])) for row in rows]
        if self.packed:
            values = unpack(np.concatenate([self._tokens(first, last) for first, last in spans]))
            return values, np.full(len(values), packed_scale(dim), dtype=np.float32)
        values = np.concatenate([self._tokens(first, last) for first, last in spans])
        return values, np.concatenate([self._scales[first:last] for first, last in spans])

    def _tokens(self, first: int, last: int) -> NDArray[Any]:
        if not self._is_read:
            return self._values[first:last]
        width = self._values.shape[1]
        content = read_at(self._handle, (last - first) * width, self._start + first * width)
        return np.frombuffer(content, dtype=self._values.dtype).reshape(-1, width)

    def _announce(self, rows: Rows) -> None:
        """Let the system fetch all passages at once: from a cold disk they would come one by one."""
        if self._is_read:
            width = self._values.shape[1]
            for row in rows:
                first, last = int(self._offsets[row]), int(self._offsets[row + 1])
                expect_reads(self._handle, (last - first) * width, self._start + first * width)
