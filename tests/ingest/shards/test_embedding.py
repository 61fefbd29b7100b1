"""Shards: several jobs embed, one publishes, and nobody can tell the build from one that a single job made."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.build.layout import (
    CURRENT_FILE,
    audience_folder,
    current_build_id,
    file_names,
    list_builds,
    read_manifest,
)
from index.build.shards import place
from index.build.share import MOST_SHARDS, Share
from index.encoder.base import Encoder, TokenVectors
from ingest.errors import AnotherJob, PublishError
from ingest.job import Job
from ingest.nightly.report import Report
from ingest.nightly.run import silent
from ingest.shards.embedding import ShareReport, embed_share
from tests.conftest import ROOT, Remembering
from tests.ingest.nightly.test_audiences import held, write_recaps
from tests.ingest.test_cli import confnotes

Embed = Callable[..., ShareReport]
Night = Callable[..., Report]


class Asking(Remembering):
    """The real encoder, which calls somebody before it embeds."""

    def __init__(self, encoder: Encoder, asked: Callable[[Sequence[str]], object]) -> None:
        super().__init__(encoder)
        self.asked = asked

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Return each text's token vectors."""
        if texts:
            self.asked(texts)
        return super().encode_tokens(texts)


@pytest.fixture
def idle(encoder: Encoder) -> Encoder:
    """Give an encoder that embeds nothing."""
    return Asking(encoder, lambda texts: pytest.fail(f"embedded {texts}"))


@pytest.fixture
def embed(harbour: Path, tmp_path: Path, encoder: Encoder) -> Embed:
    """Give one job's share of the folder's notes."""

    def work(number: int, count: int, encoder: Encoder = encoder, **changes: Any) -> ShareReport:
        job = Job(paths=(harbour,), index_dir=tmp_path / "index", grace_s=0.0)
        return embed_share(replace(job, **changes), Share(number, count), silent, encoder)

    return work


def content(index_dir: Path) -> dict[str, bytes | dict[str, Any]]:
    """Return every file of the live build; of its manifest everything but when it was made."""
    folder = index_dir / current_build_id(index_dir)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    said = {name: value for name, value in manifest.items() if name not in {"build_id", "created_at"}}
    return {name: (folder / name).read_bytes() for name in file_names(folder)} | {"manifest.json": said}


@pytest.mark.parametrize("count", [1, 2, 3, 8])
def test_a_merged_build_is_that_of_one_job(
    night: Night, embed: Embed, idle: Encoder, tmp_path: Path, count: int
) -> None:
    """Every text is in one shard, some shards are empty, the merging job embeds nothing, and every byte is the same."""
    night(index_dir=tmp_path / "one")
    reports = [embed(number, count) for number in range(count, 0, -1)]
    merged = night(shards=count, encoder=idle)

    assert {report.new for report in reports} == {sum(report.embedded for report in reports)}
    assert count < 8 or 0 in {report.embedded for report in reports}
    assert (merged.outcome, merged.exit_status) == ("published", 0)
    assert content(tmp_path / "index") == content(tmp_path / "one")
    assert not (tmp_path / "index" / "shards").exists()


def test_only_what_is_new_is_embedded(
    night: Night, embed: Embed, idle: Encoder, harbour: Path, tmp_path: Path
) -> None:
    """Over a live build the shards hold only what changed; with unchanged notes nobody has anything to do."""
    night()
    (harbour / "day3.md").write_text(
        "# KubeCon Europe 2021 - Day 3\n\n## Nebelhörner im Winter - Jörg Öhm\n\nDas Horn trägt zwei Meilen weit.\n\n"
        "## Buoys, Twice - Gus Haitch\n\nA buoy is a promise.\n\nIt is kept by a chain.\n",
        encoding="utf-8",
    )
    reports = [embed(number, 3) for number in (1, 2, 3)]
    night(shards=3, encoder=idle)
    night(index_dir=tmp_path / "one", full=True)

    assert 0 < reports[0].new < 8
    assert sum(report.embedded for report in reports) == reports[0].new
    assert content(tmp_path / "index") == content(tmp_path / "one")
    live = current_build_id(tmp_path / "index")
    quiet = embed(1, 3, encoder=idle)
    assert (quiet.new, quiet.exit_status) == (0, 0)
    assert "Nothing is new" in quiet.line
    assert not place(tmp_path / "index", Share(1, 3)).exists()
    again = night(shards=3, encoder=idle)  # merged a second time
    assert (again.outcome, again.build_id, again.exit_status) == ("unchanged", live, 0)


def test_everything_again_is_embedded_in_shards_too(night: Night, embed: Embed, idle: Encoder) -> None:
    """With --full on both sides nothing is taken from the live build; shards without it are not enough for a merge with it."""
    night()
    reports = [embed(number, 2, full=True) for number in (1, 2)]
    merged = night(shards=2, full=True, encoder=idle)

    assert merged.outcome == "published"
    assert sum(report.embedded for report in reports) == reports[0].new == merged.counts["passages"]


def test_a_merge_with_full_needs_shards_with_full(
    night: Night, embed: Embed, harbour: Path, tmp_path: Path
) -> None:
    """What the live build has is in no other shards, and the merge says how many passages that are."""
    live = night().build_id
    (harbour / "day3.md").write_text("# KubeCon EU 2021\n\n## Fog - Ann Bee\n\nIt is thick.\n", "utf-8")
    embed(1, 1)
    with pytest.raises(PublishError, match=r"8 passages are in none of them"):
        night(shards=1, full=True)

    assert current_build_id(tmp_path / "index") == live


def test_shards_wait_for_one_another_only_while_they_read(
    night: Night, embed: Embed, encoder: Encoder, idle: Encoder, tmp_path: Path
) -> None:
    """While one shard is embedded another is made from beginning to end; the same one is not made twice at a time."""
    refused: list[AnotherJob] = []

    def others(_texts: Sequence[str]) -> None:
        embed(2, 2)
        with pytest.raises(AnotherJob) as found:
            embed(1, 2)
        refused.append(found.value)

    embed(1, 2, encoder=Asking(encoder, others))
    night(shards=2, encoder=idle)
    night(index_dir=tmp_path / "one")

    assert len(refused) == 1
    assert content(tmp_path / "index") == content(tmp_path / "one")


KILLED = """
import os, signal, sys
from pathlib import Path
from index.build.share import Share
from ingest.job import Job
from ingest.nightly.run import silent
from ingest.shards.embedding import embed_share

class Deadly:
    name, revision, dim, max_tokens, form, adapter, check = "none", "0", 384, 256, "none", "", {}
    def encode_tokens(self, texts):
        os.kill(os.getpid(), signal.SIGKILL)

embed_share(Job(paths=(Path(sys.argv[1]),), index_dir=Path(sys.argv[2])), Share(1, 2), silent, Deadly())
"""


def test_a_shard_that_is_killed_is_made_again(
    night: Night, embed: Embed, idle: Encoder, harbour: Path, tmp_path: Path
) -> None:
    """What a killed job left counts as missing, does not stand in the way of the next one, and is removed by it."""
    index = tmp_path / "index"
    embed(2, 2)
    killed = subprocess.run([sys.executable, "-c", KILLED, harbour, index], cwd=ROOT, check=False)
    left = {path.name for path in (index / "shards").iterdir() if not path.name.startswith(".1")}
    with pytest.raises(PublishError, match=r"Cannot merge the shards in .*: 1/2 is missing\."):
        night(shards=2)
    embed(1, 2)
    found = {path.name for path in (index / "shards").iterdir() if not path.name.endswith(".lock")}
    night(shards=2, encoder=idle)
    night(index_dir=tmp_path / "one")

    assert killed.returncode == -signal.SIGKILL
    assert any(name.startswith(".writing-1-of-2-") for name in left)
    assert found == {"1-of-2", "2-of-2"}
    assert content(index) == content(tmp_path / "one")


def test_shards_are_never_live(night: Night, embed: Embed, harbour: Path, tmp_path: Path) -> None:
    """Beside no build there is none to ask, and a live one stays as it is, also through a night without a merge."""
    index = tmp_path / "index"
    embed(1, 2)
    assert not (index / CURRENT_FILE).exists()
    assert not list_builds(index)

    live = night().build_id
    (harbour / "day3.md").write_text("# KubeCon EU 2021\n\n## Fog - Ann Bee\n\nIt is thick.\n", "utf-8")
    embed(1, 2)
    embed(2, 2)
    assert (current_build_id(index), list_builds(index)) == (live, [live])
    assert night().outcome == "published"
    assert confnotes("index", "prune", "--index", index).stdout.split() == [
        word for name in ("1-of-2", "2-of-2") for word in ("removed", f"shards/{name}")
    ]


def write_into(path: Path, at: int) -> None:
    """Change a byte of a file."""
    with path.open("r+b") as stream:
        stream.seek(at)
        byte = stream.read(1)
        stream.seek(at)
        stream.write(bytes([byte[0] ^ 1]))


def rerecord(folder: Path, **changes: object) -> None:
    """Write a shard's record anew, as a job that says something else would."""
    record = json.loads((folder / "shard.json").read_text("utf-8")) | changes
    (folder / "shard.json").write_text(json.dumps(record, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def swap(folder: Path) -> None:
    """Put the other shard into a shard's place."""
    shutil.rmtree(folder)
    shutil.copytree(folder.with_name("1-of-2"), folder)


def link(path: Path) -> None:
    """Put a link into a file's place."""
    path.rename(path.with_suffix(".away"))
    path.symlink_to(path.with_suffix(".away"))


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (shutil.rmtree, r"Cannot merge the shards in .*: 2/2 is missing\. "),
    "a file is missing": (lambda folder: (folder / "tokens.npy").unlink(), r"shard 2/2 .*tokens\.npy"),
    "a byte changed": (lambda folder: write_into(folder / "tokens.npy", 200), r"tokens\.npy was changed"),
    "keys changed": (lambda folder: write_into(folder / "keys.npy", 130), r"keys\.npy was changed"),
    "cut short": (lambda folder: os.truncate(folder / "dense.faiss", 90), r"dense\.faiss has another size"),
    "a link": (lambda folder: link(folder / "dense.faiss"), r"shard 2/2 .*a link"),
    "no record": (lambda folder: (folder / "shard.json").unlink(), r"shard\.json is missing or was changed"),
    "record cut short": (
        lambda folder: os.truncate(folder / "shard.json", 99),
        r"shard\.json is missing or was",
    ),
    "record of a list": (
        lambda folder: (folder / "shard.json").write_text("[]"),
        r"shard\.json is missing or was",
    ),
    "more files": (
        lambda folder: rerecord(folder, files={"../x": ""}),
        r"shard\.json is missing or was changed",
    ),
    "another format": (lambda folder: rerecord(folder, format=2), r"shard 2/2 .*it is of format 2, not 3"),
    "another shard": (swap, r"shard 2/2 .*it is shard 1/2"),
    "other notes": (lambda folder: rerecord(folder, notes="0" * 64), r"2/2 was made of other notes"),
    "fewer passages": (lambda folder: rerecord(folder, passages=1), r"its files do not fit together"),
}


def test_a_broken_shard_is_refused_in_one_line(
    night: Night, embed: Embed, idle: Encoder, tmp_path: Path
) -> None:
    """The merge names the shard, what is wrong and the way out; nothing is published, and that shard alone is made again."""
    shard, whole = place(tmp_path / "index", Share(2, 2)), tmp_path / "whole"
    assert all(embed(number, 2).embedded > 1 for number in (1, 2))
    shutil.copytree(shard, whole)
    for how, (do, said) in BROKEN.items():
        do(shard)
        with pytest.raises(PublishError) as fault:
            night(shards=2, encoder=idle)

        assert re.search(said, str(fault.value)), how
        assert "`confnotes ingest --shard 2/2`" in str(fault.value)
        assert "\n" not in str(fault.value)
        assert not list_builds(tmp_path / "index")
        shutil.rmtree(shard, ignore_errors=True)
        shutil.copytree(whole, shard)

    BROKEN["cut short"][0](shard)
    embed(2, 2)
    assert night(shards=2, encoder=idle).outcome == "published"


def test_shards_of_something_else_are_refused(
    night: Night, embed: Embed, encoder: Encoder, harbour: Path, tmp_path: Path
) -> None:
    """Shards for another number, of notes that changed since, or of another encoder are no shards of this build."""
    embed(1, 1)
    with pytest.raises(PublishError, match=r"1/2, 2/2 are missing"):
        night(shards=2)
    with pytest.raises(PublishError, match=r"1/1000, 2/1000, .*, … are missing"):
        night(shards=1000)

    other = Remembering(encoder)
    other.revision = "another"
    embed(1, 1, encoder=other)
    with pytest.raises(PublishError, match=r"1/1 was made with another encoder\. "):
        night(shards=1)

    embed(1, 1)
    (harbour / "day2.md").unlink()
    with pytest.raises(PublishError, match=r"1/1 was made of other notes than are read now"):
        night(shards=1)
    assert not list_builds(tmp_path / "index")


def test_links_are_not_followed(night: Night, embed: Embed, idle: Encoder, tmp_path: Path) -> None:
    """Behind a link in the place of the folder of shards nothing is read, written or removed."""
    index, other = tmp_path / "index", tmp_path / "other"
    embed(1, 1)
    (index / "shards").rename(other)
    (index / "shards").symlink_to(other)
    with pytest.raises(PublishError, match=r"1/1 is missing"):
        night(shards=1)
    held = sorted(path.name for path in other.rglob("*"))
    embed(1, 1)
    night(shards=1, encoder=idle)

    assert sorted(path.name for path in other.rglob("*")) == held
    assert not (index / "shards").exists()


def test_a_live_build_that_is_gone_is_missed(
    night: Night, embed: Embed, harbour: Path, tmp_path: Path
) -> None:
    """Shards over a live build do not hold what that build had: without it the merge is refused."""
    night()
    (harbour / "day3.md").write_text("# KubeCon EU 2021\n\n## Fog - Ann Bee\n\nIt is thick.\n", "utf-8")
    embed(1, 1)
    (tmp_path / "index" / CURRENT_FILE).unlink()
    with pytest.raises(PublishError, match=r"8 passages are in none of them\. The live build is another one"):
        night(shards=1)


def test_private_recaps_are_in_shards_of_their_own(
    night: Night, embed: Embed, idle: Encoder, harbour: Path, tmp_path: Path
) -> None:
    """Each audience has its shards in its own folder; one that misses some keeps them and its builds, the others go live."""
    write_recaps(harbour, {"Marlinspike": ("C0QUAY",), "Bollardine": ("C0PIER",)})
    index = tmp_path / "index"
    for number in (1, 2):
        assert embed(number, 2).audiences == ("C0PIER", "C0QUAY")
    missing = place(audience_folder(index, "C0PIER"), Share(2, 2))
    missing.rename(tmp_path / "away")
    merged = night(shards=2, encoder=idle)
    [line] = merged.failed

    assert merged.exit_status == 3
    assert line.startswith("The recaps for C0PIER stay as they were: Cannot merge the shards in ")
    assert place(audience_folder(index, "C0PIER"), Share(1, 2)).is_dir()
    (tmp_path / "away").rename(missing)
    assert night(shards=2, encoder=idle).exit_status == 0
    night(index_dir=tmp_path / "one")
    for folder in ((), ("C0QUAY",), ("C0PIER",)):
        ours, theirs = (
            (audience_folder(one, *folder) if folder else one) for one in (index, tmp_path / "one")
        )
        assert content(ours) == content(theirs)
        assert not (ours / "shards").exists()
    assert held(index) == set()


def test_recaps_that_are_all_private_make_no_shard(embed: Embed, harbour: Path, tmp_path: Path) -> None:
    """What would leave nothing for everybody is refused as without shards."""
    write_recaps(harbour, {"Marlinspike": ("C0QUAY",)})
    (harbour / "sources.yaml").write_text(
        "sources:\n  - path: marlinspike.md\n    author: Somebody\n    visible_in: [C0QUAY]\n", "utf-8"
    )
    for name in ("open.md", "day1.md", "day2.md"):
        (harbour / name).unlink()
    with pytest.raises(PublishError, match="every recap is private"):
        embed(1, 2)

    assert not (tmp_path / "index" / "shards").exists()


@given(key=st.binary(min_size=16, max_size=16), count=st.integers(1, MOST_SHARDS))
def test_a_text_belongs_to_one_shard(key: bytes, count: int) -> None:
    """Whatever the number of jobs, one of them embeds a text and no other does; a share is read as it is written."""
    mine = [share for number in range(1, count + 1) if (share := Share(number, count)).has(key)]

    assert len(mine) == 1
    assert Share.read(str(mine[0])) == mine[0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--shard", "0/8"), "'0/8' is not a share: they are counted from 1 to 8"),
        (("--shard", "9/8"), "'9/8' is not a share: they are counted from 1 to 8"),
        (("--shard", "x"), "'x' is not a share: two numbers are wanted. Write it like 3/8."),
        (("--shard", ""), "'' is not a share"),
        (("--shard", "3/"), "'3/' is not a share"),
        (("--shard", "-1/8"), "'-1/8' is not a share"),
        (("--shard", "²/8"), "'²/8' is not a share"),
        (("--shard", "1/0"), "there can be 1 to 1,000 of them"),
        (("--shard", "1/1001"), "there can be 1 to 1,000 of them"),
        (("--shard", "1/8", "--merge", "8"), "--shard goes with none of"),
        (("--shard", "1/8", "--every", "24h"), "--shard goes with none of"),
        (("--merge", "8", "--dry-run"), "--merge goes with neither"),
        (("--merge", "0"), "0 is not in the range"),
        (("--merge", "x"), "'x' is not a valid integer range"),
    ],
)
def test_what_cannot_be_meant_is_wrong_usage(
    harbour: Path, tmp_path: Path, arguments: Sequence[str], said: str
) -> None:
    """Status 2, one line on what is wrong, and nothing is written."""
    done = confnotes("ingest", harbour, "--index", tmp_path / "index", *arguments)

    assert done.exit_code == 2
    assert said in done.stderr
    assert not (tmp_path / "index").exists()


def test_the_commands_say_what_came_of_them(harbour: Path, tmp_path: Path) -> None:
    """A shard says how much it embedded and what comes next; a merge without it ends with 4 and one line, else with 0."""
    index = ("--index", tmp_path / "index")
    early = confnotes("ingest", harbour, *index, "--merge", 1)
    (harbour / "bad.txt").write_bytes(b"\x00\x01")
    first = confnotes("ingest", harbour, *index, "--shard", "1/1", "--json")
    (harbour / "bad.txt").unlink()
    second = confnotes("ingest", harbour, *index, "--shard", "1/1")
    merged = confnotes("ingest", harbour, *index, "--merge", 1)

    assert early.exit_code == 4
    [line] = early.stderr.splitlines()
    assert "1/1 is missing" in line
    report = json.loads(first.stdout)
    assert first.exit_code == report["exit_status"] == 3
    assert report["failed"] == [first.stderr.strip()]
    assert (report["outcome"], report["shard"], report["embedded"]) == ("embedded", "1/1", report["new"])
    assert (second.exit_code, second.stderr) == (0, "")
    assert f"Shard 1/1: embedded {report['new']} of {report['new']} new texts." in second.stdout
    assert (merged.exit_code, merged.stderr) == (0, "")
    assert "Published build " in merged.stdout
    assert read_manifest(tmp_path / "index" / current_build_id(tmp_path / "index")).counts["passages"] == 8
