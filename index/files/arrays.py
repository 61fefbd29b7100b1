"""Arrays of a build: mapped when read, written row after row."""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from index.errors import BuildDamaged
from index.files.plain import plain_status


def load_array(path: Path) -> NDArray[Any]:
    """Map an array that a build holds.

    Raises:
        BuildDamaged: it is missing or not an array.
    """
    try:
        plain_status(path)
        array: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise BuildDamaged(
            f"Cannot open {path}: not there, or not an array. Rebuild it with `confnotes ingest --full`."
        ) from error
    return array


def write_header(stream: IO[bytes], dtype: np.dtype[Any], shape: tuple[int, ...]) -> None:
    """Write what stands before an array's rows; its length is the same for every number of rows."""
    described = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(stream, described)
