"""`confnotes index`: list, examine, check, go back and remove builds."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from filelock import FileLock

from index.build.layout import current_build_id, list_builds
from ingest.nightly.builds_cli import index
from ingest.nightly.report import Report

Night = Callable[..., Report]


def call(folder: Path, *words: str) -> Result:
    """Run `confnotes index` on a folder."""
    return CliRunner().invoke(index, [*words, "--index", str(folder)])


@pytest.fixture
def three(night: Night, harbour: Path, tmp_path: Path) -> list[str]:
    """Publish three builds."""
    ids = []
    for number in (20, 40, 60):
        path = harbour / "day2.md"
        path.write_text(
            f"# KubeCon Europe 2021 - Day 2\n\n## Piers\n\nThe quay grew by {number} metres.\n",
            encoding="utf-8",
        )
        ids.append(night().build_id)
    return ids


def test_names_grow_and_the_list_marks_the_live_build(three: list[str], tmp_path: Path) -> None:
    """Builds of one second still stand in the order in which they were made."""
    listed = call(tmp_path / "index", "list")
    rows = json.loads(call(tmp_path / "index", "list", "--json").stdout)

    assert three == sorted(three)
    assert [line[2:25].strip() for line in listed.stdout.splitlines()] == three
    assert [line[0] for line in listed.stdout.splitlines()] == [" ", " ", "*"]
    assert [(row["build_id"], row["live"], row["counts"]["recaps"]) for row in rows] == [
        (one, one == three[-1], 2) for one in three
    ]


def test_a_build_is_shown(three: list[str], tmp_path: Path) -> None:
    """Counts, encoder, content and recaps of the live build, or of one named by the beginning of its id."""
    shown = call(tmp_path / "index", "show")
    values = json.loads(call(tmp_path / "index", "show", three[0], "--json").stdout)

    assert f"{three[-1]} (live)" in shown.stdout
    assert "all-MiniLM-L6-v2" in shown.stdout
    assert values["recaps"] == ["day1.md", "day2.md"]
    assert (values["build_id"], values["live"]) == (three[0], False)
    assert call(tmp_path / "index", "show", "1999").exit_code == 2


def test_damage_is_found(three: list[str], tmp_path: Path) -> None:
    """One changed byte in one build is one line and status 5; the others are whole."""
    path = tmp_path / "index" / three[1] / "tokens.npy"
    path.write_bytes(path.read_bytes()[:-1] + b"\x07")
    checked = call(tmp_path / "index", "verify", "--all")

    assert checked.exit_code == 5
    assert [line[:23] for line in checked.stdout.splitlines()] == [three[0], three[2]]
    assert "tokens.npy has sha256" in checked.stderr
    assert checked.stderr.count("\n") == 1
    assert call(tmp_path / "index", "verify").exit_code == 0


def test_a_rollback_holds_until_the_notes_change(
    three: list[str], night: Night, harbour: Path, tmp_path: Path
) -> None:
    """The build before becomes live, an unchanged night leaves it so and removes the other, a change publishes again."""
    back = call(tmp_path / "index", "rollback")
    quiet = night()

    assert back.stdout == f"Build {three[1]} is live instead of {three[2]}, until the notes change.\n"
    assert (quiet.outcome, quiet.build_id) == ("unchanged", three[1])
    assert list_builds(tmp_path / "index") == three[:2]
    (harbour / "day2.md").unlink()
    assert night().outcome == "published"


def test_a_rollback_to_a_damaged_or_missing_build_changes_nothing(three: list[str], tmp_path: Path) -> None:
    """A build is checked before it becomes live again; before the oldest there is none."""
    folder = tmp_path / "index"
    (folder / three[1] / "talks.jsonl").write_text("", encoding="utf-8")
    damaged = call(folder, "rollback")
    named = call(folder, "rollback", three[0])
    oldest = call(folder, "rollback")

    assert (damaged.exit_code, named.exit_code, oldest.exit_code) == (5, 0, 4)
    assert "is the oldest build" in oldest.stderr
    assert current_build_id(folder) == three[0]


def test_pruning_removes_what_is_old_or_half_done(three: list[str], tmp_path: Path) -> None:
    """The live build stays, and what a killed job left goes."""
    folder = tmp_path / "index"
    (folder / ".writing-abc" / "texts").mkdir(parents=True)
    (folder / ".current-xyz").write_text("half", encoding="utf-8")
    (folder / "20200101T000000Z-abcdef").mkdir()
    pruned = call(folder, "prune", "--keep", "1")

    assert pruned.exit_code == 0
    assert list_builds(folder) == three[-1:]
    assert {path.name for path in folder.iterdir()} == {
        "CURRENT",
        ".lock",
        "doubts.json",
        "readings",
        three[-1],
    }
    assert call(folder, "prune").stdout == "Nothing to remove.\n"


def test_no_command_changes_a_folder_where_a_job_is_at_work(three: list[str], tmp_path: Path) -> None:
    """Going back and removing wait for nobody and say so."""
    with FileLock(tmp_path / "index" / ".lock"):
        done = [call(tmp_path / "index", word) for word in ("rollback", "prune")]

    assert [one.exit_code for one in done] == [4, 4]
    assert all("another job is at work" in one.stderr for one in done)


@pytest.mark.parametrize(
    "words", [("list",), ("show",), ("verify",), ("verify", "--all"), ("rollback",), ("prune",)]
)
def test_without_a_build_there_is_one_line_and_status_5(words: tuple[str, ...], tmp_path: Path) -> None:
    """Nothing published is told with the way out."""
    done = call(tmp_path, *words)

    assert done.exit_code == 5
    assert done.stderr.count("\n") == 1
    assert "confnotes ingest PATH" in done.stderr


def test_builds_that_a_killed_job_left_go_with_the_next_one(
    night: Night, harbour: Path, tmp_path: Path
) -> None:
    """A build that was written and never published, and a removal that was cut short, do not outlive the next night."""
    first = night().build_id
    folder = tmp_path / "index"
    (folder / "29991231T000000Z-abcdef").mkdir()
    (folder / "29991231T000000Z-abcdef" / "manifest.json").write_text("{}", encoding="utf-8")
    (folder / ".writing-abc").mkdir()
    night()

    assert {path.name for path in folder.iterdir()} == {"CURRENT", ".lock", "doubts.json", "readings", first}


def test_a_damaged_live_build_is_made_anew_by_an_unchanged_night(night: Night, tmp_path: Path) -> None:
    """Somebody touched a file of the live build: the next night sees it and publishes a whole one."""
    first = night().build_id
    path = tmp_path / "index" / first / "dense.faiss"
    path.write_bytes(path.read_bytes()[:-4] + b"harm")
    report = night()

    assert (report.outcome, report.build_id == first) == ("published", False)
    assert call(tmp_path / "index", "verify").exit_code == 0


def test_a_build_that_was_just_replaced_stays_for_its_readers(
    night: Night, harbour: Path, tmp_path: Path
) -> None:
    """Whoever has the old build open quotes from its texts until the new pointer is seen."""
    ids = []
    for number in range(4):
        (harbour / "day2.md").write_text(
            f"# KubeCon Europe 2021\n\n## Piers\n\nThere are {number} piers.\n", encoding="utf-8"
        )
        ids.append(night(keep_builds=1, grace_s=600.0).build_id)

    assert list_builds(tmp_path / "index") == ids


def test_builds_share_texts_and_none_depends_on_another(night: Night, harbour: Path, tmp_path: Path) -> None:
    """An unchanged recap's text is one file on disk for both builds, twins included, and stays when the older build goes."""
    (harbour / "twin.md").write_bytes((harbour / "day1.md").read_bytes())
    folder = tmp_path / "index"
    first = night().build_id
    (harbour / "day2.md").unlink()
    second = night().build_id
    shared = [path.stat().st_nlink for path in sorted((folder / second / "texts").iterdir())]

    assert shared == [2]
    assert call(folder, "verify", "--all").exit_code == 0
    assert call(folder, "prune", "--keep", "1").stdout == f"removed {first}\n"
    assert call(folder, "verify").exit_code == 0
