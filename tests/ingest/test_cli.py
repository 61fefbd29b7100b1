"""The commands `ingest` and `inspect` as a person meets them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from filelock import FileLock

from index.build.last_run import read_run
from ingest.cli import commands

ROOT = Path(__file__).resolve().parents[2]


def confnotes(name: str, *arguments: object, **environment: str) -> Result:
    """Run a command."""
    [command] = [one for one in commands if one.name == name]
    return CliRunner().invoke(
        command, [str(argument) for argument in arguments], env={"COLUMNS": "160", **environment}
    )


def test_the_commands_wait_with_heavy_imports() -> None:
    """Help is there at once: no model, no arrays, no settings are imported for it."""
    code = "import sys, ingest.cli; print(sorted({'torch', 'numpy', 'rich', 'pydantic', 'yaml', 'tantivy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_ingest_prints_a_report_and_then_nothing_changed(harbour: Path, tmp_path: Path) -> None:
    """The first run shows each recap with its counts, also where no encoder was exported yet; the second says that nothing changed."""
    first = confnotes("ingest", harbour, "--index", tmp_path / "index", HOME=str(tmp_path / "new-user"))
    second = confnotes("ingest", harbour, "--index", tmp_path / "index")

    assert (first.exit_code, first.stderr) == (0, "")
    assert "day1.md" in first.stdout
    assert "EU 2021" in first.stdout
    assert "Lifting Crates with Robots (day1.md)" in first.stdout
    assert "Published build " in first.stdout
    assert second.exit_code == 0
    assert second.stdout.startswith("Nothing changed: build ")


def test_paths_and_folders_come_from_the_settings(harbour: Path, tmp_path: Path) -> None:
    """Without arguments the environment says what is read and where the builds go."""
    environment = {
        "CONFNOTES_NOTES": str(harbour / "nowhere"),
        "CONFNOTES_INDEX_DIR": str(tmp_path / "index"),
    }
    done = confnotes("ingest", **environment)

    assert done.exit_code == 2
    assert "nowhere: there is no such file or folder" in done.stderr


def test_a_report_for_machines(harbour: Path, tmp_path: Path) -> None:
    """With --json the report is one object, failures included, and the exit status tells of them."""
    (harbour / "bad.txt").write_bytes(b"\x00\x01")
    (harbour / "day2.md").unlink()
    done = confnotes("ingest", harbour, "--index", tmp_path / "index", "--json")
    report = json.loads(done.stdout)

    assert done.exit_code == report["exit_status"] == 3
    assert report["counts"]["talks"] == 2
    assert report["failed"] == [done.stderr.strip()]
    assert "bad.txt" in done.stderr


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "found no recaps there"),
        (b"", "the file is empty"),
        (b"\x00\x01", "it is a binary file"),
        (b"%PDF-1.7", "it is a PDF"),
    ],
)
def test_unusable_notes_are_one_line_and_a_status(tmp_path: Path, content: bytes | None, words: str) -> None:
    """Nothing to read is wrong usage, nothing readable is not published; neither is a traceback."""
    folder = tmp_path / "notes"
    folder.mkdir()
    if content is not None:
        (folder / "a.txt").write_bytes(content)
    done = confnotes("ingest", folder, "--index", tmp_path / "index")

    assert done.exit_code == (2 if content is None else 4)
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_a_catalogue_without_a_column_is_wrong_usage(harbour: Path, tmp_path: Path) -> None:
    """The line names the file, the column and what was found instead."""
    table = tmp_path / "talks.csv"
    table.write_text("event,day,title\n", encoding="utf-8")
    done = confnotes("ingest", harbour, "--index", tmp_path / "index", "--catalogue", table)

    assert done.exit_code == 2
    assert (
        f"{table}: the column speakers, video_url, slides_url, schedule_url is missing, found event, day, title."
        in done.stderr
    )
    assert done.stderr.count("\n") == 1


def test_a_folder_that_cannot_be_written_is_one_line(harbour: Path, tmp_path: Path) -> None:
    """A file where the builds should go leaves everything as it is."""
    (tmp_path / "index").write_text("a file", encoding="utf-8")
    done = confnotes("ingest", harbour, "--index", tmp_path / "index" / "below")

    assert done.exit_code == 4
    assert done.stderr.count("\n") == 1


def test_a_wrong_setting_names_its_variable(harbour: Path) -> None:
    """The environment variable is named as it is written."""
    done = confnotes("ingest", harbour, CONFNOTES_KEEP_BUILDS="none")

    assert done.exit_code == 2
    assert "CONFNOTES_KEEP_BUILDS" in done.stderr


def test_an_unknown_model_is_one_line(harbour: Path, tmp_path: Path) -> None:
    """A model that is not on this machine is not fetched; nothing is published."""
    done = confnotes("ingest", harbour, "--index", tmp_path / "index", CONFNOTES_MODEL=str(tmp_path))

    assert done.exit_code == 4
    assert "Cannot use the model in" in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_nightly_job_is_a_module(tmp_path: Path) -> None:
    """`python -m ingest` is the same command."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "ingest", "nowhere"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert (
        done.stderr
        == "Cannot read nowhere: there is no such file or folder. Name a folder of recaps, a file, or a pattern in quotes.\n"
    )


def test_inspect_shows_each_talk_with_its_lines(harbour: Path) -> None:
    """A person sees titles, speakers, days and the lines that belong to each talk."""
    done = confnotes("inspect", harbour / "day1.md")

    assert (done.exit_code, done.stderr) == (0, "")
    assert "event: EU 2021" in done.stdout
    [row] = [line for line in done.stdout.splitlines() if "Lifting Crates with Robots - Ann Bee" in line]
    assert "3-5" in row


def test_titles_are_printed_as_they_are_written(harbour: Path, tmp_path: Path) -> None:
    """Brackets and colons in a title are its words, no markup and no pictures."""
    title = "Why :warning: and [bold]Tags[/bold] Matter"
    (harbour / "day1.md").write_text(
        f"# Quay Notes\n\n## {title} - Ann Bee, Quay\n\nA tag holds a rope for good.\n", encoding="utf-8"
    )
    told = confnotes("ingest", harbour, "--index", tmp_path / "index")
    shown = confnotes("inspect", harbour / "day1.md")

    assert f"  - {title} (day1.md)" in told.stdout
    assert title in shown.stdout


def test_inspect_for_machines_tells_the_whole_reading(harbour: Path, tmp_path: Path) -> None:
    """With --json lines, links, certainty, the catalogue's entry and what was dropped are plain values."""
    table = tmp_path / "talks.csv"
    video = "https://www.youtube.com/watch?v=abcdefghijk"
    table.write_text(
        f"event,day,title,speakers,video_url,slides_url,schedule_url\nEU 2021,1,Tides for Beginners,,{video},,\n",
        encoding="utf-8",
    )
    read = json.loads(confnotes("inspect", harbour / "day1.md", "--catalogue", table, "--json").stdout)
    tides = read["talks"][-1]

    assert (read["event"], read["day"], read["format"]) == ("EU 2021", 1, "markdown")
    assert (tides["title"], tides["speakers"], tides["url"], tides["catalogue_score"]) == (
        "Tides for Beginners",
        ["Cyril Deedee"],
        video,
        100.0,
    )
    assert tides["lines"] == [[7, 9]]


def test_inspect_knows_the_hints_of_the_list_beside_a_recap(harbour: Path) -> None:
    """A person who looks at one file sees it as the job reads it."""
    (harbour / "sources.yaml").write_text(
        "sources:\n- {path: day1.md, event: NA 2019, author: Ann Bee}\n", encoding="utf-8"
    )
    read = json.loads(confnotes("inspect", harbour / "day1.md", "--json").stdout)

    assert (read["event"], read["event_certainty"], read["author"]) == ("NA 2019", 1.0, "Ann Bee")


@pytest.mark.parametrize(
    ("name", "words"),
    [("nowhere.md", "there is no such file"), ("empty.md", "the file is empty"), (".", "it is a folder")],
)
def test_inspect_says_in_one_line_what_it_cannot_read(harbour: Path, name: str, words: str) -> None:
    """A missing file, an empty one and a folder are wrong usage."""
    (harbour / "empty.md").write_text("", encoding="utf-8")
    done = confnotes("inspect", harbour / name)

    assert done.exit_code == 2
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


def test_each_run_is_written_down_for_whoever_watches(harbour: Path, tmp_path: Path) -> None:
    """The file beside the builds says how the last run ended and when one last published and succeeded; it names nothing."""
    index = tmp_path / "index"
    confnotes("ingest", harbour, "--index", index)
    first = read_run(index)
    confnotes("ingest", harbour, "--index", index)
    second = read_run(index)
    (harbour / "broken.md").write_bytes(b"")
    confnotes("ingest", harbour, "--index", index)
    third = read_run(index)
    failed = confnotes("ingest", tmp_path / "nowhere", "--index", index)
    last = read_run(index)
    written = (index / "last-run.json").read_text("utf-8")

    assert first is not None
    assert second is not None
    assert third is not None
    assert last is not None
    assert (first.exit_status, first.published_at, first.succeeded_at) == (0, first.ended_at, first.ended_at)
    assert first.recaps == second.recaps > 0
    assert second.published_at == first.published_at
    assert second.succeeded_at == second.ended_at > first.ended_at
    assert (third.exit_status, third.sources_failed) == (3, 1)
    assert third.succeeded_at == third.ended_at
    assert last.exit_status == failed.exit_code
    assert last.exit_status != 0
    assert (last.succeeded_at, last.published_at) == (third.succeeded_at, first.published_at)
    assert "broken" not in written
    assert os.stat(index / "last-run.json").st_mode & 0o777 == 0o644  # noqa: PTH116  as other accounts see it


def test_a_run_that_cannot_be_written_down_is_told_and_counts(harbour: Path, tmp_path: Path) -> None:
    """Where the note of a run cannot be written the build is published all the same, with a line about it."""
    index = tmp_path / "index"
    (index / "last-run.json").mkdir(parents=True)
    done = confnotes("ingest", harbour, "--index", index)

    assert done.exit_code == 0
    assert "Published build " in done.stdout
    assert "Cannot write down how this run ended" in done.stderr
    assert read_run(index) is None


@pytest.mark.parametrize("content", ["", "[]", "{", '{"ended_at": "x"}', '{"other": 1}', "[" * 9_000, "\x00"])
def test_a_damaged_note_of_a_run_is_no_note(tmp_path: Path, content: str) -> None:
    """Whatever stands in the file, reading it ends nothing."""
    (tmp_path / "last-run.json").write_text(content, encoding="utf-8")

    assert read_run(tmp_path) is None


def test_a_run_that_another_keeps_out_is_not_the_last_one(harbour: Path, tmp_path: Path) -> None:
    """Who leaves because another job is at work leaves the note of runs to that one."""
    index = tmp_path / "index"
    confnotes("ingest", harbour, "--index", index)
    before = read_run(index)
    with FileLock(index / ".lock"):
        kept_out = confnotes("ingest", harbour, "--index", index)

    assert kept_out.exit_code == 4
    assert read_run(index) == before
