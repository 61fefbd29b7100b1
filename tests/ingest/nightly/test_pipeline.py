"""The nightly job: reads what changed, publishes what differs, and never takes the live build away."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from index.build.layout import current_build_id, list_builds
from index.encoder.base import Encoder
from index.errors import BuildUnusable
from index.files.records import read_lines
from index.models import Talk
from index.search import Query, Searcher
from ingest.errors import PublishError, SourcesError
from ingest.job import Job
from ingest.nightly.report import Report
from ingest.nightly.run import run

Night = Callable[..., Report]
_NOBODY = 65534


def titles(index_dir: Path) -> list[str]:
    """Give the titles of the live build's talks."""
    talks = read_lines(index_dir / current_build_id(index_dir) / "talks.jsonl", Talk)
    return [talk.title for talk in talks if talk.kind != "section"]


def test_a_first_night_publishes_what_the_notes_say(night: Night, tmp_path: Path, encoder: Encoder) -> None:
    """Recaps become a build that finds their words, with talk, speakers, event and day."""
    report = night()
    [hit, *_] = Searcher.open(tmp_path / "index", encoder=encoder).search(
        Query("How many crates does the crane lift?")
    )

    assert (report.outcome, report.exit_status) == ("published", 0)
    assert [(line.recap_id, line.event_id, line.talks) for line in report.recaps] == [
        ("day1.md", "EU 2021", 2),
        ("day2.md", "EU 2021", 1),
    ]
    assert "forty crates an hour" in hit.passage.text
    assert (hit.talk.title, hit.talk.speakers, hit.talk.event_id, hit.talk.day) == (
        "Lifting Crates with Robots",
        ("Ann Bee",),
        "EU 2021",
        1,
    )
    assert hit.talk.talk_id == "day1.md/lifting-crates-with-robots"


def test_a_quiet_night_publishes_nothing(night: Night, tmp_path: Path) -> None:
    """Without a change the live build stays, nothing is read, and the report says so."""
    first = night()
    second = night()

    assert (second.outcome, second.build_id, second.exit_status) == ("unchanged", first.build_id, 0)
    assert second.counts == first.counts
    assert list_builds(tmp_path / "index") == [first.build_id]


def test_only_what_changed_is_read_and_told(night: Night, harbour: Path, tmp_path: Path) -> None:
    """A new talk, a changed one and a removed file appear in the build and in the report."""
    night()
    day1 = harbour / "day1.md"
    text = day1.read_text(encoding="utf-8").replace("forty crates", "fifty crates")
    day1.write_text(
        text
        + "\n## Knots in Practice - Gus Haitch, Rope Co\n\nA bowline holds a ship and comes loose with one hand.\n",
        encoding="utf-8",
    )
    (harbour / "day2.md").unlink()
    report = night()

    assert [(line.recap_id, line.state) for line in report.recaps] == [("day1.md", "read")]
    assert report.difference.new == ("Knots in Practice (day1.md)",)
    assert report.difference.changed == ("Lifting Crates with Robots (day1.md)",)
    assert "Keynote: The State of the Quay (day2.md)" in report.difference.removed
    assert titles(tmp_path / "index") == [
        "Lifting Crates with Robots",
        "Tides for Beginners",
        "Knots in Practice",
    ]


def test_an_incremental_build_equals_a_full_one(
    night: Night, harbour: Path, tmp_path: Path, plain_encoder: Encoder
) -> None:
    """Vectors taken from the last build are the very bytes that embedding them again gives."""
    night()
    (harbour / "day2.md").write_text(
        (harbour / "day2.md").read_text(encoding="utf-8").replace("40 metres", "60 metres"), encoding="utf-8"
    )
    night()
    night(index_dir=tmp_path / "other", full=True, encoder=plain_encoder)
    live, full = (folder / current_build_id(folder) for folder in (tmp_path / "index", tmp_path / "other"))
    files = [
        path.relative_to(full)
        for path in full.rglob("*")
        if path.is_file() and "lexical" not in path.parts and path.name != "manifest.json"
    ]

    assert files
    assert all((live / name).read_bytes() == (full / name).read_bytes() for name in files)


def test_touching_a_file_changes_nothing(night: Night, harbour: Path) -> None:
    """What was rewritten with other line ends at its end makes no other answer: words count, not times."""
    first = night()
    for path in harbour.iterdir():
        path.touch()

    assert night().build_id == first.build_id


def test_a_change_that_leaves_every_word_publishes_nothing(
    night: Night, harbour: Path, tmp_path: Path
) -> None:
    """A hint that repeats what the notes say leads to the same content, and the same build stays live."""
    first = night()
    (harbour / "sources.yaml").write_text("sources:\n- {path: day1.md, language: en}\n", encoding="utf-8")
    second = night()

    assert (second.outcome, second.build_id) == ("unchanged", first.build_id)
    assert list_builds(tmp_path / "index") == [first.build_id]


@pytest.mark.parametrize("broken", [b"", b"\x00\x01\x02binary", b"%PDF-1.7 is no text"])
def test_a_failing_source_keeps_its_last_good_reading(
    night: Night, harbour: Path, tmp_path: Path, broken: bytes
) -> None:
    """The failure is one line naming the recap, the rest is published, and its old notes still answer."""
    night()
    (harbour / "day1.md").write_bytes(broken)
    (harbour / "day3.md").write_text(
        "# KubeCon Europe 2021 - Day 3\n\n## Fog Signals - Ida Jay, Horn Ltd\n\nA horn is heard two miles out.\n",
        encoding="utf-8",
    )
    report = night()
    again = night()

    assert (report.outcome, report.exit_status) == ("published", 3)
    assert len(report.failed) == 1
    assert "day1.md" in report.failed[0]
    assert "What it last gave stays." in report.failed[0]
    assert "\n" not in report.failed[0]
    assert {"Lifting Crates with Robots", "Fog Signals"} <= set(titles(tmp_path / "index"))
    assert (again.outcome, again.exit_status) == ("unchanged", 3)


def test_a_source_that_never_worked_is_told_and_the_rest_published(night: Night, harbour: Path) -> None:
    """A new file that cannot be read does not hold the others up."""
    (harbour / "empty.md").write_text("", encoding="utf-8")
    report = night()

    assert (report.outcome, report.exit_status, report.counts["recaps"]) == ("published", 3, 2)
    assert "empty.md" in report.failed[0]


def test_nothing_readable_publishes_nothing(night: Night, harbour: Path, tmp_path: Path) -> None:
    """Where no recap can be read the folder of builds stays without a live one."""
    for path in harbour.iterdir():
        path.write_bytes(b"")

    with pytest.raises(PublishError, match="none of 2 recaps could be read"):
        night()
    assert not (tmp_path / "index" / "CURRENT").exists()


def test_no_recaps_are_wrong_usage_at_first_and_a_danger_later(
    night: Night, harbour: Path, tmp_path: Path
) -> None:
    """An empty folder is a mistake of the caller; with a live build it is refused and the build stays."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourcesError, match="found no recaps there"):
        night(paths=(tmp_path / "empty",))
    first = night()
    shutil.rmtree(harbour)
    harbour.mkdir()

    with pytest.raises(PublishError, match=f"no recaps are left .* {first.build_id} stays live"):
        night()
    assert current_build_id(tmp_path / "index") == first.build_id


def test_a_second_job_leaves_or_waits(night: Night, tmp_path: Path) -> None:
    """While one job writes another one never does."""
    (tmp_path / "index").mkdir()

    with (
        FileLock(tmp_path / "index" / ".lock"),
        pytest.raises(PublishError, match="another job is at work there"),
    ):
        night(wait_s=0.1)
    assert night(wait_s=0.1).outcome == "published"


def test_a_full_run_reads_and_publishes_again(night: Night) -> None:
    """Asked for it, the job trusts nothing that is stored."""
    night()
    report = night(full=True)

    assert report.outcome == "published"
    assert {line.state for line in report.recaps} == {"read"}


def test_damage_in_the_store_of_readings_is_repaired(night: Night, harbour: Path, tmp_path: Path) -> None:
    """Cut-off readings and a lost state are made anew, without anybody's help."""
    first = night()
    for path in (tmp_path / "index" / "readings").iterdir():
        path.write_text(path.read_text(encoding="utf-8")[:40], encoding="utf-8")
    report = night()

    assert (report.build_id, report.counts) == (first.build_id, first.counts)


def test_a_damaged_live_build_is_replaced(
    night: Night, harbour: Path, tmp_path: Path, encoder: Encoder
) -> None:
    """The next build needs nothing of the one that it replaces."""
    build = tmp_path / "index" / night().build_id
    (build / "passages.jsonl").write_text("{}\n", encoding="utf-8")
    with pytest.raises(BuildUnusable):
        Searcher.open(tmp_path / "index", encoder=encoder)
    shutil.rmtree(build / "texts")
    (harbour / "day2.md").unlink()
    night()

    assert Searcher.open(tmp_path / "index", encoder=encoder).search(Query("crane"))


def test_old_builds_are_pruned(night: Night, harbour: Path, tmp_path: Path) -> None:
    """As many builds stay as the setting says."""
    for number in range(4):
        (harbour / "day2.md").write_text(
            f"# KubeCon Europe 2021 - Day 2\n\n## Talk on Piers\n\nThere are {number} new piers.\n",
            encoding="utf-8",
        )
        last = night(keep_builds=2)

    builds = list_builds(tmp_path / "index")
    assert len(builds) == 2
    assert last.build_id in builds


def test_the_catalogue_fills_in_links_and_days_but_no_speakers(
    night: Night, harbour: Path, tmp_path: Path
) -> None:
    """The notes say who spoke; the catalogue says where the recording is."""
    (harbour / "talk.md").write_text(
        "# KubeCon Europe 2021\n\n## Fog Signals\n\nA horn is heard two miles out, said the keeper.\n",
        encoding="utf-8",
    )
    table = tmp_path / "talks.csv"
    table.write_text(
        "event,day,title,speakers,video_url,slides_url,schedule_url\n"
        "EU 2021,3,Fog Signals,Ida Jay,https://www.youtube.com/watch?v=abcdefghijk,,\nEU 2021,one,Bad Row,,,,\n",
        encoding="utf-8",
    )
    report = night(catalogue=table)
    talks = read_lines(tmp_path / "index" / report.build_id / "talks.jsonl", Talk)
    [talk] = [talk for talk in talks if talk.title == "Fog Signals"]

    assert (talk.url, talk.day, talk.speakers) == ("https://www.youtube.com/watch?v=abcdefghijk", 3, ())
    assert report.exit_status == 3
    assert report.failed[0].startswith("talks.csv, line 3: the day 'one' is not a number")


def test_many_recaps_are_read_on_all_cores(tmp_path: Path, encoder: Encoder) -> None:
    """A pool of workers gives the same outcomes in the same order, failures among them."""
    folder = tmp_path / "notes"
    folder.mkdir()
    for number in range(40):
        (folder / f"{number:02}.md").write_text(
            f"# KubeCon Europe 2021\n\n## Pier Number {number}\n\nThe pier.\n", encoding="utf-8"
        )
    (folder / "07.md").write_bytes(b"\x00")
    report = run(Job(paths=(folder,), index_dir=tmp_path / "index"), encoder=encoder)

    assert [line.recap_id for line in report.recaps] == [
        f"{number:02}.md" for number in range(40) if number != 7
    ]
    assert len(report.failed) == 1


def test_a_report_is_plain_values_for_machines(night: Night) -> None:
    """Everything in a report can be written as JSON."""
    report = json.loads(json.dumps(night().to_json()))

    assert report["counts"] == {
        "recaps": 2,
        "talks": 3,
        "sections": report["counts"]["sections"],
        "passages": report["counts"]["passages"],
        "links": 0,
        "failed": 0,
    }
    assert report["exit_status"] == 0


@pytest.fixture
def plain_user() -> Iterator[Path]:
    """Give a folder for a user whom permissions bind: root may read everything."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    before = os.geteuid()
    if before == 0:
        os.seteuid(_NOBODY)
    try:
        if not os.access(folder, os.W_OK, effective_ids=True):
            pytest.skip("the folder for temporary files is not open to other users")
        yield folder
    finally:
        os.seteuid(before)
        for path in folder.rglob("*"):
            path.chmod(0o777)
        shutil.rmtree(folder)


def test_a_folder_that_lets_nobody_look_keeps_its_talks(night: Night, plain_user: Path) -> None:
    """Recaps in a folder without permission are not gone: they stay as last read, and the report says so."""
    notes = plain_user / "notes"
    (notes / "eu").mkdir(parents=True)
    words = (
        "# KubeCon Europe 2021\n\n## {0} for Beginners - Ann Bee, Quay\n\n{0} are easy to learn and hard to forget.\n"
    ).format
    (notes / "a.md").write_text(words("Knots"), encoding="utf-8")
    (notes / "eu" / "b.md").write_text(words("Tides"), encoding="utf-8")
    changes = {"paths": (notes,), "index_dir": plain_user / "index"}
    first = night(**changes)
    (notes / "eu").chmod(0)
    second = night(**changes)
    (notes / "a.md").write_text(words("Ropes"), encoding="utf-8")
    third = night(**changes)

    assert first.exit_status == 0
    assert (second.outcome, second.exit_status) == ("unchanged", 3)
    assert f"Cannot look into {notes / 'eu'}: Permission denied." in second.failed[0]
    assert third.outcome == "published"
    assert third.difference.removed == ("Knots for Beginners (a.md)",)
    assert [(line.recap_id, line.state) for line in third.recaps] == [("a.md", "read"), ("eu/b.md", "kept")]


def test_why_no_recaps_are_left_is_told(night: Night, harbour: Path) -> None:
    """Where the only source that is listed cannot be read, the line that refuses to publish says why."""
    night()
    listed = harbour.parent / "sources.yaml"
    listed.write_text("sources:\n- path: gone.md\n", encoding="utf-8")

    with pytest.raises(PublishError, match=r"entry 1: no file gone\.md"):
        night(paths=(listed,))
