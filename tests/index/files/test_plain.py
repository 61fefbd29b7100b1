"""Files are read as what they are, and take the memory that they need."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from index.files.plain import read_plain


@pytest.mark.parametrize("size", [0, 1, 65_536, 200_000])
def test_a_file_is_read_whole_and_takes_no_more_than_its_size(tmp_path: Path, size: int) -> None:
    """A limit is no size: with one of a gigabyte, three bytes do not set a gigabyte aside."""
    path = tmp_path / "notes.txt"
    path.write_bytes(b"n" * size)
    tracemalloc.start()
    try:
        content = read_plain(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert content == b"n" * size
    assert peak < 4 * size + 500_000


@pytest.mark.parametrize(("size", "most"), [(4, 3), (1, 0), (70_000, 65_536)])
def test_a_file_above_the_limit_is_refused(tmp_path: Path, size: int, most: int) -> None:
    """One byte more is too much, as much as allowed is not."""
    path = tmp_path / "notes.txt"
    path.write_bytes(b"n" * size)

    assert read_plain(path, size) == b"n" * size
    with pytest.raises(OSError, match=f"more than {most:,} bytes"):
        read_plain(path, most)
