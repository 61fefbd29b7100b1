"""`confnotes init`: from a folder of notes to a list that `confnotes ingest` takes."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from ingest.cli import init
from ingest.inspection.init import draft_sources, write_sources
from ingest.sources.listing import gather

DATED = "# SREcon23 Americas, day 2\n\n## Quiet Pagers - Ann Bee\n\nPagers were quiet for a week.\n"
UNDATED = "# Notes\n\n## Louder Horns - Cyril Deedee\n\nA horn is heard two miles out.\n"


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """Write a folder with a recap that says its conference, one that does not, and an empty one."""
    folder = tmp_path / "my notes"
    (folder / "2023").mkdir(parents=True)
    (folder / "2023" / "sre: day 2.md").write_text(DATED, encoding="utf-8")
    (folder / "horns.md").write_text(UNDATED, encoding="utf-8")
    (folder / "empty.md").write_text("", encoding="utf-8")
    return folder


def test_what_is_written_is_what_ingest_takes(notes: Path) -> None:
    """Every recap that can be read has an entry, with its conference and day where the notes say them."""
    path = write_sources(notes, draft_sources(notes), lambda draft: None)
    entries = {entry["path"]: entry for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]}

    assert set(entries) == {"2023/sre: day 2.md", "horns.md"}
    assert "SREcon" in entries["2023/sre: day 2.md"]["event"]
    assert entries["2023/sre: day 2.md"]["day"] == 2
    assert "event" not in entries["horns.md"]
    assert "which conference?" in path.read_text(encoding="utf-8")
    assert {source.recap_id for source in gather([notes]).recaps} >= set(entries)


def test_a_person_is_asked_what_the_notes_do_not_say(notes: Path) -> None:
    """The answer is written down for that recap alone."""
    asked: list[str] = []
    path = write_sources(
        notes, draft_sources(notes), lambda draft: asked.append(draft.name) or "HarbourConf 2024"
    )
    entries = {entry["path"]: entry for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]}

    assert asked == ["horns.md"]
    assert entries["horns.md"]["event"] == "HarbourConf 2024"


def test_the_command_shows_what_it_found_and_what_comes_next(notes: Path) -> None:
    """Nobody has to read the documentation to go on; the second time nothing is overwritten."""
    first = CliRunner().invoke(init, [str(notes)])
    written = (notes / "sources.yaml").read_text(encoding="utf-8")
    second = CliRunner().invoke(init, [str(notes)])

    assert first.exit_code == 0
    assert "not said" in first.output
    assert "empty.md" in first.output
    assert f"confnotes ingest '{notes}'" in first.output
    assert second.exit_code == 2
    assert "has a sources.yaml already" in second.output
    assert (notes / "sources.yaml").read_text(encoding="utf-8") == written


def test_a_folder_without_notes_is_one_line(tmp_path: Path) -> None:
    """Status 2 and the way out."""
    result = CliRunner().invoke(init, [str(tmp_path)])

    assert result.exit_code == 2
    assert result.output.startswith("Cannot start in ")
