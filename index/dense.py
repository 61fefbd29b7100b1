"""Dense search: one vector a passage, inner products by FAISS.

Up to 200,000 passages every vector is looked at: flat, half precision, exact to .9998, 2.3 ms at 100,000. Above that an inverted
file with a byte a component proposes, and the flat one beside it scores what was proposed; a filter that leaves no more than
200,000 rows is still searched whole, for an inverted file that is asked for few rows misses a fifth of them.
"""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import IO, Any

import faiss as _faiss
import numpy as np
from numpy.typing import NDArray

from index.encoders import Vectors
from index.errors import BuildDamaged

# Its Python layer adds to the generated classes at import; the published types know only the generated ones.
faiss: Any = _faiss

DENSE_FILE = "dense.faiss"
LISTS_FILE = "dense_lists.faiss"
MOST_SCANNED = 200_000  # rows that are looked at one by one: 4.6 ms
Rows = NDArray[np.int64]
Allowed = NDArray[np.bool_]
_LISTS_FACTOR = 4  # lists are this many times the square root of the vectors
_PROBED_SHARE = 64  # of 4,000 lists; as many of fewer
_PROPOSED = 4  # times the depth: a byte a component misplaces neighbours, which the flat vectors put right
_FEWEST_A_LIST = 4
_SAMPLE_A_LIST = 50  # vectors that the lists are trained on
_TRAINING_ROUNDS = 10  # of k-means; 25 find the same lists
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
        """Write the flat index, and where there are more rows than are scanned one by one, the lists."""
        flat = faiss.IndexScalarQuantizer(self._dim, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
        flat.train(np.zeros((0, self._dim), dtype=np.float32))
        for first in range(0, self._count, _AT_ONCE):
            flat.add(self._rows(first, min(first + _AT_ONCE, self._count)))
        faiss.write_index(flat, str(folder / DENSE_FILE))
        del flat
        if self._count > most_scanned:
            _write_lists(folder)

    def _rows(self, first: int, last: int) -> Vectors:
        width = 4 * self._dim
        self._stream.seek(first * width)
        content = self._stream.read((last - first) * width)
        self._stream.seek(0, 2)
        return np.frombuffer(content, dtype=np.float32).reshape(-1, self._dim)


def _write_lists(folder: Path) -> None:
    """Write the lists of a flat index: trained on a sample of its vectors, the same for the same vectors."""
    flat = _mapped(folder / DENSE_FILE)
    total = int(flat.ntotal)
    count = max(1, min(round(_LISTS_FACTOR * math.sqrt(total)), total // _FEWEST_A_LIST))
    lists = faiss.index_factory(flat.d, f"IVF{count},SQ8", faiss.METRIC_INNER_PRODUCT)
    lists.cp.niter = _TRAINING_ROUNDS
    lists.cp.seed = _SEED
    lists.cp.min_points_per_centroid = 1  # small samples are meant
    lists.cp.max_points_per_centroid = _SAMPLE_A_LIST
    sampled = np.random.RandomState(_SEED).choice(total, min(_SAMPLE_A_LIST * count, total), replace=False)
    # A ranker in this process may have left FAISS with one thread; training is minutes of work for all of them.
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    lists.train(flat.reconstruct_batch(np.sort(sampled)))
    for first in range(0, total, _AT_ONCE):
        lists.add(flat.reconstruct_n(first, min(_AT_ONCE, total - first)))
    faiss.write_index(lists, str(folder / LISTS_FILE))


class DenseRanker:
    """A mapped dense index. It must never be changed: adding to a mapped index aborts the process."""

    def __init__(self, folder: Path, most_scanned: int = MOST_SCANNED) -> None:
        # One query keeps one thread busy; OpenMP's others only spin, 10 ms of CPU a question on a busy machine.
        faiss.omp_set_num_threads(1)
        self._most_scanned = most_scanned
        self._flat = _mapped(folder / DENSE_FILE)
        self._lists = _mapped(folder / LISTS_FILE) if (folder / LISTS_FILE).exists() else None
        if self._lists is not None and self._lists.ntotal != self._flat.ntotal:
            raise BuildDamaged(f"Cannot open {folder}: {LISTS_FILE} has other rows. Rebuild it with `confnotes ingest --full`.")

    def __len__(self) -> int:
        return int(self._flat.ntotal)

    @property
    def dim(self) -> int:
        """Return the vectors' length."""
        return int(self._flat.d)

    @property
    def kind(self) -> str:
        """Say how rows are found."""
        return "flat fp16" if self._lists is None else f"flat fp16, IVF{self._lists.nlist},SQ8"

    def search(self, vector: Vectors, depth: int, allowed: Allowed | None = None) -> tuple[Rows, Vectors]:
        """Return up to `depth` rows by inner product, best first, ties by row, and their scores.

        `allowed` is (n_passages,) bool; the filter is exact, rows that it leaves out cost nothing.
        """
        depth = min(depth, len(self))
        if depth < 1:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        if self._lists is None or (allowed is not None and np.count_nonzero(allowed) <= self._most_scanned):
            return self.scan(vector, depth, allowed)
        packed = None if allowed is None else np.packbits(allowed, bitorder="little")  # FAISS does not keep it alive
        bits = None if packed is None else faiss.IDSelectorBitmap(packed)
        probed = max(1, min(_PROBED_SHARE, self._lists.nlist))
        found = self._lists.search(vector[None, :], depth * _PROPOSED, params=faiss.SearchParametersIVF(sel=bits, nprobe=probed))[1][0]
        rows = found[found >= 0]
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
        # IO_FLAG_MMAP_IFC maps without copying; the plain IO_FLAG_MMAP reads flat files whole and slows others down.
        return faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
    except RuntimeError as error:
        raise BuildDamaged(f"Cannot open {path}: FAISS does not read it. Rebuild it with `confnotes ingest --full`.") from error


def _best(rows: Rows, scores: Vectors, depth: int) -> tuple[Rows, Vectors]:
    order = np.lexsort((rows, -scores))[:depth]
    return rows[order], scores[order]
