"""Late interaction: each query token looks for its best match among a passage's tokens.

A passage's score is the weighted mean, over the query's tokens, of the best cosine with any token of "event. talk. speakers.
passage" (Khattab and Zaharia, "ColBERT", SIGIR 2020, without its training). Token vectors are stored as int8 with one scale
a token and mapped: row n's tokens are rows offsets[n] to offsets[n + 1].
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.dense import Rows
from index.encoders import Vectors
from index.errors import BuildDamaged
from index.interaction import best_cosines

TOKENS_FILE = "tokens.npy"  # (n_tokens, dim) int8
SCALES_FILE = "token_scales.npy"  # (n_tokens,) float16; token = tokens * scale
OFFSETS_FILE = "token_offsets.npy"  # (n_passages + 1,) int64
_AT_ONCE = 64  # passages: their 2 MB stay in the processor's cache


def load_array(path: Path) -> NDArray[Any]:
    """Map an array that a build holds.

    Raises:
        BuildDamaged: it is missing or not an array.
    """
    try:
        array: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise BuildDamaged(f"Cannot open {path}: not there, or not an array. Rebuild it with `confnotes ingest --full`.") from error
    return array


@dataclass(frozen=True, slots=True)
class StoredTokens:
    """One passage's tokens as they stand on disk: (n_tokens, dim) int8 and (n_tokens,) float16."""

    values: NDArray[np.int8]
    scales: NDArray[np.float16]


def quantise(vectors: Vectors) -> StoredTokens:
    """Round token vectors to int8, each by its own largest component."""
    scales = (np.abs(vectors).max(axis=1, initial=0.0) / 127).astype(np.float16)
    divisors = np.where(scales > 0, scales, np.float16(1)).astype(np.float32)
    values = np.clip(np.rint(vectors / divisors[:, None]), -127, 127).astype(np.int8)
    return StoredTokens(values, scales)


def write_late(folder: Path, passages: Sequence[StoredTokens], dim: int) -> int:
    """Write the tokens of all passages, row after row, and return how many tokens there are."""
    offsets = np.zeros(len(passages) + 1, dtype=np.int64)
    np.cumsum([len(tokens.values) for tokens in passages], out=offsets[1:])
    total = int(offsets[-1])
    _write_rows(folder / TOKENS_FILE, (tokens.values for tokens in passages), np.dtype(np.int8), (total, dim))
    _write_rows(folder / SCALES_FILE, (tokens.scales for tokens in passages), np.dtype(np.float16), (total,))
    np.save(folder / OFFSETS_FILE, offsets, allow_pickle=False)
    return total


def _write_rows(path: Path, parts: Iterable[NDArray[Any]], dtype: np.dtype[Any], shape: tuple[int, ...]) -> None:
    """Write arrays below each other as one, without holding it in memory: it is most of a build, and most of it is on disk already."""
    with path.open("wb") as stream:
        described = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(stream, described)
        for part in parts:
            stream.write(np.ascontiguousarray(part, dtype=dtype).tobytes())


class LateRanker:
    """Token vectors of a build, memory-mapped."""

    def __init__(self, folder: Path) -> None:
        # Plain views of the mapped files: every slice of a memmap object costs 15 microseconds more.
        self._values: NDArray[np.int8] = np.asarray(load_array(folder / TOKENS_FILE))
        self._scales: NDArray[np.float16] = np.asarray(load_array(folder / SCALES_FILE))
        self._offsets: NDArray[np.int64] = load_array(folder / OFFSETS_FILE)

    def __len__(self) -> int:
        return len(self._offsets) - 1

    @property
    def n_tokens(self) -> int:
        """Return the number of stored tokens."""
        return len(self._values)

    def stored(self, row: int) -> StoredTokens:
        """Return a passage's tokens as they stand on disk."""
        start, end = self._offsets[row], self._offsets[row + 1]
        return StoredTokens(self._values[start:end], self._scales[start:end])

    def similarities(self, query: Vectors, rows: Rows) -> Vectors:
        """Return each query token's best cosine in each passage, (n_rows, n_query_tokens) float32; 0 where a passage has no tokens."""
        best = np.zeros((len(rows), len(query)), dtype=np.float32)
        lengths = self._offsets[rows + 1] - self._offsets[rows]
        told = np.flatnonzero(lengths)
        for start in range(0, len(told), _AT_ONCE):
            some = told[start : start + _AT_ONCE]
            spans = [(int(self._offsets[row]), int(self._offsets[row + 1])) for row in rows[some]]
            values = np.concatenate([self._values[first:last] for first, last in spans])
            scales = np.concatenate([self._scales[first:last] for first, last in spans])
            best[some] = best_cosines(values, scales, lengths[some], query)
        return best
