"""Dense search: one vector a passage, inner products by FAISS.

Up to 200,000 passages every vector is looked at: flat, half precision, exact to .9998, 2.3 ms at 100,000.
Above that every vector's code of four bits for four components is looked at (2.2 ms for a million), and the
flat vectors score the best of them; a filter that leaves no more than 200,000 rows is searched by the flat
vectors alone. Inverted lists were tried: what a question is near to lies in too many of them
(`docs/decisions/0007-scale.md`).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, Any

import faiss as _faiss
import numpy as np
from numpy.typing import NDArray

from index.encoder.base import Vectors
from index.errors import BuildDamaged

# Its Python layer adds to the generated classes at import; the published types know only the generated ones.
faiss: Any = _faiss

DENSE_FILE = "dense.faiss"
CODES_FILE = "dense_codes.faiss"
MOST_SCANNED = 200_000  # rows that are looked at one by one: 4.6 ms
Rows = NDArray[np.int64]
Allowed = NDArray[np.bool_]
_A_CODE = 4  # components that share one of 16 values
_PROPOSED = 1_000  # rows that the codes propose: recall@10 .995 against .97 with 500
_PROPOSED_A_HIT = 4
_MARGIN = 1.5  # times as many as a filter is expected to leave enough of
_SAMPLE = 20_000  # vectors that the codes are trained on, in a second
_AT_ONCE = 50_000
_SEED = 7


class DenseWriter:
    """Takes unit vectors row after row and writes the index; they wait in a temporary file."""

    def __init__(self, stream: IO[bytes], dim: int) -> None:
        self._stream = stream
        self._dim = dim
        self._count = 0

    def add(self, vector: Vectors) -> None:
        """Take the next row's vector."""
        self._stream.write(np.ascontiguousarray(vector, dtype=np.float32).tobytes())
        self._count += 1

    def written(self, row: int) -> Vectors:
        """Read back an earlier row's vector."""
        vector: Vectors = self._rows(row, row + 1)[0]
        return vector

    def write(self, folder: Path, most_scanned: int = MOST_SCANNED) -> None:
        """Write the flat index, and where there are more rows than are scanned one by one, their codes."""
        flat = faiss.IndexScalarQuantizer(
            self._dim, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        flat.train(np.zeros((0, self._dim), dtype=np.float32))
        for first in range(0, self._count, _AT_ONCE):
            flat.add(self._rows(first, min(first + _AT_ONCE, self._count)))
        faiss.write_index(flat, str(folder / DENSE_FILE))
        del flat
        if self._count > most_scanned:
            _write_codes(folder)

    def _rows(self, first: int, last: int) -> Vectors:
        width = 4 * self._dim
        self._stream.seek(first * width)
        content = self._stream.read((last - first) * width)
        self._stream.seek(0, 2)
        return np.frombuffer(content, dtype=np.float32).reshape(-1, self._dim)


def _write_codes(folder: Path) -> None:
    """Write codes of a flat index's vectors: trained on a sample of them, the same for the same vectors."""
    flat = _mapped(folder / DENSE_FILE)
    total, dim = int(flat.ntotal), int(flat.d)
    parts = next(parts for parts in range(max(dim // _A_CODE, 1), 0, -1) if dim % parts == 0)
    codes = faiss.index_factory(dim, f"PQ{parts}x4fs", faiss.METRIC_INNER_PRODUCT)
    codes.pq.cp.min_points_per_centroid = 1  # a small sample is meant
    sampled = np.sort(np.random.RandomState(_SEED).choice(total, min(_SAMPLE, total), replace=False))
    # A ranker in this process may have left FAISS with one thread.
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    codes.train(flat.reconstruct_batch(np.resize(sampled, max(len(sampled), 16))))
    for first in range(0, total, _AT_ONCE):
        codes.add(flat.reconstruct_n(first, min(_AT_ONCE, total - first)))
    faiss.write_index(codes, str(folder / CODES_FILE))


class DenseRanker:
    """A mapped dense index. It must never be changed: adding to a mapped index aborts the process."""

    def __init__(self, folder: Path, most_scanned: int = MOST_SCANNED) -> None:
        # One query keeps one thread busy; OpenMP's others only spin, 10 ms of CPU a question on a busy
        # machine.
        faiss.omp_set_num_threads(1)
        self._most_scanned = most_scanned
        self._flat = _mapped(folder / DENSE_FILE)
        self._codes = _mapped(folder / CODES_FILE) if (folder / CODES_FILE).exists() else None
        if self._codes is not None and self._codes.ntotal != self._flat.ntotal:
            raise BuildDamaged(
                f"Cannot open {folder}: {CODES_FILE} has other rows. Rebuild it with `confnotes ingest --full`."
            )

    def __len__(self) -> int:
        return int(self._flat.ntotal)

    @property
    def dim(self) -> int:
        """Return the vectors' length."""
        return int(self._flat.d)

    @property
    def kind(self) -> str:
        """Say how rows are found."""
        return "flat fp16" if self._codes is None else f"flat fp16, PQ{self._codes.pq.M}x4fs"

    def search(self, vector: Vectors, depth: int, allowed: Allowed | None = None) -> tuple[Rows, Vectors]:
        """Return up to `depth` rows by inner product, best first, ties by row, and their scores.

        `allowed` is (n_passages,) bool; the filter is exact, rows that it leaves out are never given.
        """
        depth = min(depth, len(self))
        if depth < 1:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        kept = len(self) if allowed is None else int(np.count_nonzero(allowed))
        if self._codes is None or kept <= self._most_scanned:
            return self.scan(vector, depth, allowed)
        wanted = max(_PROPOSED, _PROPOSED_A_HIT * depth)
        if allowed is not None:
            wanted = int(wanted * _MARGIN * len(self) / kept)
        rows = self._codes.search(vector[None, :], min(wanted, len(self)))[1][0]
        rows = rows[rows >= 0] if allowed is None else rows[(rows >= 0) & allowed[rows]]
        if len(rows) < min(depth, kept):  # the filter left out nearly all that is near
            return self.scan(vector, depth, allowed)
        return _best(rows, self.vectors(rows) @ vector, depth)

    def scan(self, vector: Vectors, depth: int, allowed: Allowed | None = None) -> tuple[Rows, Vectors]:
        """Return what `search` returns by looking at every row that is allowed; exact at any size."""
        packed = None if allowed is None else np.packbits(allowed, bitorder="little")
        parameters = None if packed is None else faiss.SearchParameters(sel=faiss.IDSelectorBitmap(packed))
        scores, rows = self._flat.search(vector[None, :], depth, params=parameters)
        found = rows[0] >= 0
        return _best(rows[0][found], scores[0][found], depth)

    def vectors(self, rows: Rows) -> Vectors:
        """Return the stored vectors of some rows, (n_rows, dim) float32, exactly as they were rounded when written."""
        if not len(rows):
            return np.zeros((0, self.dim), dtype=np.float32)
        stored: Vectors = self._flat.reconstruct_batch(np.ascontiguousarray(rows, dtype=np.int64))
        return stored


def _mapped(path: Path) -> Any:
    try:
        # IO_FLAG_MMAP_IFC maps without copying; the plain IO_FLAG_MMAP reads flat files whole and slows
        # others down.
        return faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
    except RuntimeError as error:
        raise BuildDamaged(
            f"Cannot open {path}: FAISS does not read it. Rebuild it with `confnotes ingest --full`."
        ) from error


def _best(rows: Rows, scores: Vectors, depth: int) -> tuple[Rows, Vectors]:
    order = np.lexsort((rows, -scores))[:depth]
    return rows[order], scores[order]
