"""A bounded run of the fuzzer over every reader; `make fuzz` runs the long one."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.fuzz import Target, cut_down, fuzz, targets, trouble
from ingest.errors import SourcesError

_INPUTS = 25


@pytest.mark.filterwarnings("ignore")  # libraries warn of what the inputs hold
@pytest.mark.parametrize("name", targets())
def test_mutated_inputs_are_read_or_refused_in_one_line(name: str, tmp_path: Path) -> None:
    """No exception but the known ones, nothing that takes ten seconds, nothing that a file cannot hold."""
    found = fuzz(targets()[name], _INPUTS, 7, tmp_path)

    assert not [(one.what, one.data[:300]) for one in found]


def test_the_fuzzer_sees_what_it_looks_for(tmp_path: Path) -> None:
    """An exception that nobody knows and a reading without an end are findings; a known fault is none."""

    def read(data: bytes, _folder: Path) -> None:
        if b"7" in data:
            raise LookupError("seven")
        while b"8" in data:
            pass
        raise SourcesError("known")

    target = Target("made up", (b"123456",), read)

    assert trouble(target, b"1", tmp_path) == ""
    assert trouble(target, b"8", tmp_path, most_s=0.05) == "not done in time"
    assert trouble(target, b"x7y", tmp_path).startswith("LookupError in test_fuzz.py")
    assert cut_down(target, b"12345672", trouble(target, b"7", tmp_path), tmp_path) == b"7"
