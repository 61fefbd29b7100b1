"""A live build is healthy when it can be asked: what is damaged is one line for whoever asks, and made anew by the next night."""

from __future__ import annotations

import json
import os
import random
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.damage import KINDS, damage
from index.build.layout import READ_WHEN_OPENED_BYTES, current_build_id, file_sha256, read_manifest
from index.build.reader import open_build
from index.encoder.base import Encoder
from index.errors import BuildDamaged, IndexFault
from index.search import Query, Searcher
from ingest.job import Job
from ingest.nightly.contents import verify_quotes
from ingest.nightly.health import Checks, due, examine
from ingest.nightly.report import Report
from ingest.nightly.run import run
from tests.ingest.conftest import DAY_1, DAY_2

Night = Callable[..., Report]
A_DAY_S = 86_400.0


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    """Publish two nights' builds of two recaps, to be copied and spoilt."""
    folder = tmp_path_factory.mktemp("health")
    notes = folder / "notes"
    notes.mkdir()
    (notes / "day1.md").write_text(DAY_1, encoding="utf-8")
    run(Job(paths=(notes,), index_dir=folder / "index", grace_s=0.0), encoder=encoder)
    (notes / "day2.md").write_text(DAY_2, encoding="utf-8")
    run(Job(paths=(notes,), index_dir=folder / "index", grace_s=0.0), encoder=encoder)
    return folder


def refusal(index_dir: Path) -> str:
    """Open the index as whoever asks does, and return the line with which it refuses; empty where it answers."""
    try:
        searcher = Searcher.open(index_dir)
    except IndexFault as fault:
        return str(fault)
    assert open_build(index_dir, most_bytes=None).manifest == searcher.build.manifest
    return ""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(3))
def test_damage_is_one_line_where_asked_and_repaired_by_the_next_night(
    published: Path, tmp_path: Path, encoder: Encoder, kind: str, seed: int
) -> None:
    """Whatever happened to the live build: it refuses in one line or answers rightly, and the next night makes it whole."""
    index_dir = Path(shutil.copytree(published / "index", tmp_path / "index", symlinks=True))
    done = damage(index_dir, random.Random(f"{kind} {seed}"), kind)  # noqa: S311 which damage, no secret
    refused = refusal(index_dir)
    run(Job(paths=(published / "notes",), index_dir=index_dir, grace_s=0.0), encoder=encoder)
    live = current_build_id(index_dir)
    hits = Searcher.open(index_dir, encoder=encoder).search(Query("how many crates does the crane lift?"))

    assert "\n" not in refused, done
    assert not refused or "`confnotes ingest" in refused, done
    assert open_build(index_dir, most_bytes=None).build_id == live, done
    verify_quotes(index_dir, live)
    assert "forty crates" in hits[0].passage.text, done
    assert all(path.lstat().st_mode & 0o444 == 0o444 for path in (index_dir / live).rglob("*")), done
    assert not [path.name for path in index_dir.iterdir() if path.is_symlink()], done


def test_a_flipped_bit_in_the_counts_is_told_and_repaired(night: Night, tmp_path: Path) -> None:
    """A manifest that counts otherwise than the files keeps nobody from asking for more than one night, and the report says why."""
    first = night().build_id
    path = tmp_path / "index" / first / "manifest.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    values["counts"]["passages"] ^= 4
    path.write_text(json.dumps(values), encoding="utf-8")
    report = night()

    assert (report.outcome, report.build_id == first, report.exit_status) == ("published", False, 0)
    assert "passages, its manifest says" in report.repaired
    assert night().repaired == ""


def rot(path: Path) -> None:
    """Change a byte and keep the file's size and time."""
    times = path.stat()
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def test_rot_in_files_too_large_to_read_when_opened_is_found_within_a_week(
    published: Path, tmp_path: Path
) -> None:
    """Where opening reads no digest, each nightly share goes on where the last one ended, until every file had its turn."""
    index_dir = Path(shutil.copytree(published / "index", tmp_path / "index"))
    live = current_build_id(index_dir)
    known = Checks.of_whole(index_dir / live, 0.0)
    rot(index_dir / live / "tokens.npy")
    found = ""
    for day in range(1, 8):
        try:
            known = examine(index_dir, None, known, day * A_DAY_S, most_bytes=0)
        except BuildDamaged as fault:
            found = str(fault)
            break

    assert "tokens.npy has sha256" in found
    assert known.read_to


@given(
    sizes=st.dictionaries(st.text("abc/", min_size=1), st.integers(0, 10**12), min_size=1, max_size=40),
    read_to=st.text("abc/"),
)
def test_every_file_has_its_turn_within_a_week(sizes: dict[str, int], read_to: str) -> None:
    """Seven nights of a seventh each read every file, wherever they begin and whatever the sizes."""
    read: set[str] = set()
    for _ in range(7):
        names = due(sizes, read_to, 1 / 7)
        read.update(names)
        read_to = names[-1]

    assert read == set(sizes) or sum(sizes.values()) == 0


def test_a_clock_that_was_put_back_reads_everything(published: Path, tmp_path: Path) -> None:
    """A night before the last one says nothing about how long ago that was."""
    index_dir = Path(shutil.copytree(published / "index", tmp_path / "index"))
    live = current_build_id(index_dir)
    known = Checks.of_whole(index_dir / live, 10**10)
    rot(index_dir / live / "tokens.npy")

    with pytest.raises(BuildDamaged, match=r"tokens\.npy"):
        examine(index_dir, None, known, 10**9, most_bytes=0)


def test_a_job_with_a_closed_umask_writes_what_the_bots_account_reads(night: Night, tmp_path: Path) -> None:
    """Folders and files of a build, and what leads to them, are open to other accounts, also where they were shared with one that was not."""
    before = os.umask(0o077)
    try:
        report = night(index_dir=tmp_path / "data" / "index")
    finally:
        os.umask(before)
    index_dir = tmp_path / "data" / "index"
    paths = [index_dir.parent, index_dir, index_dir / "CURRENT", index_dir / report.build_id]
    paths += [path for path in (index_dir / report.build_id).rglob("*") if path.suffix != ".lock"]

    for path in paths:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o755 if path.is_dir() else 0o644), path


def test_opening_reads_small_builds_whole() -> None:
    """What is promised of builds up to two thousand passages holds by the limit that opening has."""
    assert READ_WHEN_OPENED_BYTES >= 2_000 * 30_000


def test_an_unchanged_night_reads_no_build_that_it_need_not(night: Night, tmp_path: Path) -> None:
    """A quiet night leaves every file of the build as it is, and remembers how far it read."""
    first = night().build_id
    folder = tmp_path / "index" / first
    before = {path: file_sha256(path) for path in folder.rglob("*") if path.is_file()}
    report = night()

    assert (report.outcome, report.build_id) == ("unchanged", first)
    assert {path: file_sha256(path) for path in folder.rglob("*") if path.is_file()} == before
    assert read_manifest(folder).build_id == first


def test_nothing_is_tidied_through_a_link(night: Night, tmp_path: Path) -> None:
    """A link in the place of the job's memory is replaced; what lies in the folder that it leads to stays."""
    night()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "letter.txt").write_text("dear Eve", encoding="utf-8")
    for name in ("readings", ".writing-x", "20990101T000000Z-abcdef"):
        path = tmp_path / "index" / name
        if path.exists():
            shutil.rmtree(path)
        path.symlink_to(elsewhere)
    report = night()

    assert report.outcome == "unchanged"
    assert [path.name for path in elsewhere.iterdir()] == ["letter.txt"]
    assert not [path.name for path in (tmp_path / "index").iterdir() if path.is_symlink()]


def test_a_pipe_in_a_builds_place_is_not_waited_for(night: Night, harbour: Path, tmp_path: Path) -> None:
    """A night that compares its build with a damaged one opens no pipe."""
    path = tmp_path / "index" / night().build_id / "talks.jsonl"
    path.unlink()
    os.mkfifo(path)
    (harbour / "day2.md").unlink()

    assert "talks.jsonl cannot be read" in night().repaired
