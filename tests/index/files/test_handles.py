"""Reading at any place, also where the system has no pread and takes no advice."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.build.writer import publish
from index.encoder.base import Encoder
from index.files.handles import read_at
from index.files.plain import open_plain
from index.search import Query, Searcher
from tests.index.conftest import small_notes


@pytest.fixture
def without_posix(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide what only POSIX systems have."""
    for name in ("pread", "posix_fadvise", "killpg"):
        monkeypatch.delattr(os, name, raising=False)


@pytest.mark.usefixtures("without_posix")
def test_threads_read_at_their_own_places(tmp_path: Path) -> None:
    """One handle serves several threads, each gets the bytes that it asked for."""
    path = tmp_path / "bytes"
    path.write_bytes(bytes(range(256)) * 64)
    handle = open_plain(path)
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda at: read_at(handle, 16, at), range(0, 16_000, 7)))
    os.close(handle)

    assert found == [path.read_bytes()[at : at + 16] for at in range(0, 16_000, 7)]


@pytest.mark.usefixtures("without_posix")
def test_a_build_is_made_and_asked(tmp_path: Path, encoder: Encoder) -> None:
    """Writing and searching need no POSIX call."""
    publish(tmp_path, small_notes().write(tmp_path, encoder))
    [first, *_] = Searcher.open(tmp_path, encoder).search(Query("tides"))

    assert first.passage.text


@pytest.mark.usefixtures("without_posix")
def test_a_writer_goes_on_where_it_was(tmp_path: Path) -> None:
    """Reading what was written earlier through the same handle does not move the place where the next bytes go."""
    with (tmp_path / "rows").open("w+b") as stream:
        stream.write(b"first second ")
        stream.flush()
        earlier = read_at(stream.fileno(), 5, 0)
        stream.write(b"third")

    assert earlier == b"first"
    assert (tmp_path / "rows").read_bytes() == b"first second third"
