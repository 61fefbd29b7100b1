"""A long run that was interrupted goes on from what it had seen."""

from __future__ import annotations

from pathlib import Path

from benchmarks.tally import Tally


def test_what_was_seen_outlives_the_run(tmp_path: Path) -> None:
    """Every count is on the disk at once, and the next run counts on."""
    path = tmp_path / "seen.json"
    first = Tally(path)
    first.count("kills", "killed before it published")
    first.count("kills", "ended first")
    second = Tally(path)
    second.count("kills", "killed after it published")

    assert second.times("kills") == 3
    assert second.times("kills", "killed") == 2
    assert second.times("nights") == 0
    assert Tally(path).parts == second.parts
    assert [one.name for one in tmp_path.iterdir()] == ["seen.json"]
