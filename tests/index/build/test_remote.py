"""Builds in an object store: published whole or not at all, fetched whole or not at all."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest

from index.build.layout import (
    audience_folder,
    current_build_id,
    list_builds,
    publish,
    read_manifest,
    verify,
)
from index.build.remote import EVERYBODY, Pointer, Remote, connect, push
from index.build.replica import Replica
from index.encoder.base import Encoder
from index.errors import BuildUnusable, IndexFault, NoBuild, OthersPublished, StoreUnusable
from tests.conftest import ROOT
from tests.index.conftest import small_notes
from tests.s3_server import ADDRESS, S3Server

KEY = "a key that nobody else has"
FIRST = datetime(2026, 11, 20, 2, 15, tzinfo=UTC)


@pytest.fixture
def job(tmp_path: Path, encoder: Encoder) -> Callable[..., Path]:
    """Give a folder of builds of some day, with a build of private recaps for each audience."""

    def made(day: int = 0, *audiences: str, name: str = "job") -> Path:
        folder = tmp_path / name
        text = {"harbour.txt": f"Growing the quay by Ann Bee\n\nThe quay grew by {day} metres.\n"}
        for audience in (EVERYBODY, *audiences):
            own = audience_folder(folder, audience) if audience else folder
            own.mkdir(parents=True, exist_ok=True)
            notes = small_notes(
                {**text, "own.txt": f"A secret by Eve\n\n{audience} hides it.\n"} if audience else text
            )
            publish(own, notes.write(own, encoder, now=FIRST + timedelta(days=day)))
        return folder

    return made


def published(folder: Path, key: str = "") -> Remote:
    """Publish what a folder holds, as the next job after whoever published there last."""
    remote = connect(ADDRESS, key)
    assert not push(remote, folder, remote.live(), keep=3)
    return remote


def test_a_replica_with_an_empty_disk_has_what_the_job_published(
    object_store: S3Server, job: Callable[..., Path], tmp_path: Path
) -> None:
    """Every file of the public build and of each audience's arrives as it was, and the pointer is uploaded last."""
    order: list[str] = []
    object_store.on_put = lambda name, written: order.append(name) if written else None
    folder = job(0, "C0QUAY")
    remote = published(folder)
    copy = tmp_path / "replica"

    assert Replica(remote, copy).start() is None

    for place in (Path(), Path("audiences/C0QUAY")):
        build_id = current_build_id(folder / place)
        assert current_build_id(copy / place) == build_id
        assert verify(copy / place / build_id) == read_manifest(folder / place / build_id)
    assert order[-1] == "builds/CURRENT"
    for build in {name.rpartition("/")[0] for name in order if name.endswith("manifest.json")}:
        assert [name for name in order if name.startswith(build)][-1] == f"{build}/manifest.json"


def test_a_new_build_is_followed_and_old_ones_are_pruned(
    object_store: S3Server, job: Callable[..., Path], tmp_path: Path
) -> None:
    """A running replica takes each later build, and an audience that nobody names any more leaves its disk and the store at once."""
    remote = published(job(0, "C0QUAY"))
    copy = tmp_path / "replica"
    replica = Replica(remote, copy)
    replica.start()
    shutil.rmtree(tmp_path / "job" / "audiences")
    for day in (1, 2, 3, 4):
        folder = job(day)
        published(folder)
        assert replica.fetch() is None
        assert current_build_id(copy) == current_build_id(folder)

    assert not list((copy / "audiences").iterdir())
    assert not [name for name in object_store.names() if name.startswith("audiences/")]


def test_builds_that_no_job_is_at_work_on_leave_the_store(
    object_store: S3Server, job: Callable[..., Path]
) -> None:
    """Old builds and what killed jobs left go once they are older than a day; younger ones may be another job's."""
    for day in range(4):
        published(job(day))
    young = len({name.partition("/")[0] for name in object_store.names()})
    aged = {
        name: (content, changed - timedelta(days=2))
        for name, (content, changed) in object_store.objects.items()
    }
    object_store.objects.update(aged)
    folder = job(4)
    published(folder)

    builds = {name.partition("/")[0] for name in object_store.names() if "/" in name}
    assert young == 5
    assert len(builds) == 3
    assert current_build_id(folder) in builds


def test_of_two_jobs_one_wins(object_store: S3Server, job: Callable[..., Path], tmp_path: Path) -> None:
    """Two jobs that began from the same pointer, twenty times: one publishes, the other is told, and the winner's build is whole."""
    folders = [job(day, name=f"job{day}") for day in (1, 2)]

    def race(folder: Path, before: Pointer | None, together: Barrier) -> str | OthersPublished:
        together.wait()
        try:
            push(connect(ADDRESS), folder, before, keep=3)
        except OthersPublished as fault:
            return fault
        return current_build_id(folder)

    earlier = job(0)
    for turn in range(20):
        object_store.objects.clear()
        if turn % 2:  # the first publication, and one over an earlier build
            published(earlier)
        before, together = connect(ADDRESS).live(), Barrier(2)
        with ThreadPoolExecutor(2) as pool:
            ended = list(pool.map(race, folders, [before] * 2, [together] * 2))
        [winner] = [one for one in ended if isinstance(one, str)]
        [loser] = [one for one in ended if isinstance(one, OthersPublished)]
        live = connect(ADDRESS).live()

        assert live is not None
        assert live.builds == {EVERYBODY: winner}
        assert "another job published there" in str(loser)
        assert "\n" not in str(loser)
        copy = tmp_path / f"copy{turn}"
        assert Replica(connect(ADDRESS), copy).start() is None
        assert verify(copy / winner).build_id == winner


class Killer:
    """Kills a job at one of its uploads, before or after it is written."""

    def __init__(self, job: subprocess.Popen[bytes], number: int, when: bool) -> None:
        self.job = job
        self.left = number
        self.when = when

    def __call__(self, _name: str, written: bool) -> None:
        """Count an upload."""
        if written == self.when:
            if self.left == 0:
                self.job.send_signal(signal.SIGKILL)
            self.left -= 1


def test_a_job_that_is_killed_leaves_the_last_build_live(
    object_store: S3Server, job: Callable[..., Path], tmp_path: Path
) -> None:
    """Killed before or after any of its uploads, the pointer names a whole build; the next job finishes the work."""
    first = job(0)
    published(first)
    before = current_build_id(first)
    replica = Replica(connect(ADDRESS), tmp_path / "replica")
    replica.start()
    folder = job(1)
    kept = dict(object_store.objects)
    uploads: list[str] = []
    object_store.on_put = lambda name, written: uploads.append(name) if written else None
    published(folder)
    code = (
        "import sys; from pathlib import Path; from index.build.remote import connect, push; sys.stdin.readline();"
        f"remote = connect({ADDRESS!r}); push(remote, Path(sys.argv[1]), remote.live(), 3)"
    )
    for number in sorted({0, 1, len(uploads) // 2, len(uploads) - 2, len(uploads) - 1}):
        for when in (False, True):
            object_store.objects = dict(kept)
            child = subprocess.Popen(
                [sys.executable, "-c", code, folder], cwd=ROOT, stdin=subprocess.PIPE, env=os.environ
            )
            object_store.on_put = Killer(child, number, when)
            child.communicate(b"\n", timeout=60)
            object_store.on_put = lambda _name, _written: None
            live = connect(ADDRESS).live()

            assert child.returncode == -signal.SIGKILL
            assert live is not None
            # What was sent whole counts, whether or not its sender lived to hear of it.
            assert live.builds[EVERYBODY] in {before, current_build_id(folder)}
            if number + 1 < len(uploads):
                assert live.builds[EVERYBODY] == before
            assert replica.fetch() is None
            assert verify(tmp_path / "replica" / live.builds[EVERYBODY]).build_id == live.builds[EVERYBODY]

    published(folder)
    assert replica.fetch() is None
    assert current_build_id(tmp_path / "replica") == current_build_id(folder)


def damage_a_file(content: bytes) -> bytes | None:
    """Change one byte."""
    return content[:-1] + bytes([content[-1] ^ 1])


@pytest.mark.parametrize(
    ("name", "damaged"),
    [
        ("recaps.jsonl", damage_a_file),
        ("recaps.jsonl", lambda _content: None),
        ("recaps.jsonl", lambda content: content * 1000),
        ("recaps.jsonl", lambda content: content[:-5]),
        ("manifest.json", damage_a_file),
        ("manifest.json", lambda _content: None),
        ("manifest.json", lambda content: content.replace(b'"recaps.jsonl"', b'"../../recaps.jsonl"')),
        ("manifest.json", lambda content: content.replace(b'"format": ', b'"format": 9')),
    ],
)
def test_a_build_that_is_not_whole_is_refused(
    name: str,
    damaged: Callable[[bytes], bytes | None],
    object_store: S3Server,
    job: Callable[..., Path],
    tmp_path: Path,
) -> None:
    """Whatever was changed, taken away or added, the replica stays with the last good build and says why in one line."""
    remote = published(job(0))
    copy = tmp_path / "replica"
    replica = Replica(remote, copy, again_after_s=0.0)
    replica.start()
    good = current_build_id(copy)
    folder = job(1)
    published(folder)
    path = f"builds/{current_build_id(folder)}/{name}"
    content, changed = object_store.objects.pop(path)
    if (other := damaged(content)) is not None:
        object_store.objects[path] = (other, changed)

    said = replica.fetch()

    assert said
    assert "\n" not in said
    assert current_build_id(copy) == good
    assert list_builds(copy) == [good]
    assert not list(copy.glob(".writing-*"))
    with pytest.raises(BuildUnusable):
        Replica(remote, tmp_path / "empty").start()
    object_store.objects[path] = (content, changed)
    assert replica.fetch() is None
    assert current_build_id(copy) == current_build_id(folder)


@pytest.mark.parametrize(
    "pointer",
    [
        b"",
        b"[]",
        b'{"builds": {}, "token": ""}',
        b'{"builds": {"": "../../etc"}, "token": ""}',
        b'{"builds": {"": "20261120T021500Z-abcdef", "../up": "20261120T021500Z-abcdef"}, "token": ""}',
        b"x" * 2_000_000,
    ],
)
def test_a_pointer_that_names_no_build_is_refused(
    pointer: bytes, object_store: S3Server, job: Callable[..., Path], tmp_path: Path
) -> None:
    """A pointer leads to builds below its prefix or nowhere."""
    remote = published(job(0))
    replica = Replica(remote, tmp_path / "replica")
    replica.start()
    before = sorted(tmp_path.rglob("*"))
    object_store.objects["builds/CURRENT"] = (pointer, FIRST)

    assert "CURRENT" in str(replica.fetch())
    assert sorted(tmp_path.rglob("*")) == before


def test_with_a_key_only_what_is_signed_with_it_is_served(
    object_store: S3Server, job: Callable[..., Path], tmp_path: Path
) -> None:
    """Unsigned builds and those signed with another key are refused; the job with the key signs what is there already."""
    folder = job(0)
    published(folder)
    asked = Replica(connect(ADDRESS, KEY), tmp_path / "replica", again_after_s=0.0)

    with pytest.raises(BuildUnusable, match="not signed"):
        asked.start()
    published(folder, "the key of somebody else")
    with pytest.raises(BuildUnusable, match="CONFNOTES_BUILD_KEY"):
        asked.start()
    published(folder, KEY)
    assert asked.start() is None
    assert not [name for name, (content, _) in object_store.objects.items() if KEY.encode() in content]


def test_a_private_build_does_not_pass_for_the_public_one(
    object_store: S3Server, job: Callable[..., Path], tmp_path: Path
) -> None:
    """Whoever may write to the store and moves a signed private build to where the public one lies is found out."""
    folder = job(0, "C0QUAY")
    published(folder, KEY)
    private = current_build_id(folder / "audiences" / "C0QUAY")
    for name, content in list(object_store.objects.items()):
        object_store.objects[name.replace("audiences/C0QUAY/", "")] = content
    pointer = f'{{"builds": {{"": "{private}"}}, "token": ""}}'.encode()
    object_store.objects["builds/CURRENT"] = (pointer, FIRST)

    with pytest.raises(BuildUnusable, match="CONFNOTES_BUILD_KEY"):
        Replica(connect(ADDRESS, KEY), tmp_path / "replica").start()
    assert not list_builds(tmp_path / "replica")


def test_a_store_that_is_away_is_said_and_the_last_build_stays(
    object_store: S3Server, job: Callable[..., Path], tmp_path: Path
) -> None:
    """A replica that has a build starts and goes on with it; one that has none says why it cannot start."""
    remote = published(job(0))
    copy = tmp_path / "replica"
    with pytest.raises(NoBuild, match="no build was published"):
        Replica(connect(f"{ADDRESS}/elsewhere"), copy).start()
    Replica(remote, copy).start()
    object_store.refusing = True

    assert "refuses these credentials" in str(Replica(connect(ADDRESS), copy).start())
    with pytest.raises(StoreUnusable, match="refuses these credentials"):
        Replica(connect(ADDRESS), tmp_path / "empty").start()


def test_a_disk_that_cannot_be_written_is_one_line(
    object_store: S3Server, job: Callable[..., Path], tmp_path: Path
) -> None:
    """Where the folder of the copies cannot be made or filled, the line names it and the way out."""
    remote = published(job(0))
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    (tmp_path / "copy" / ".lock").mkdir(parents=True)

    for folder in (tmp_path / "file", tmp_path / "copy"):
        with pytest.raises(StoreUnusable, match=f"Cannot write to {folder}.*Check the disk"):
            Replica(remote, folder).start()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("notes/builds", "not the address"),
        ("https://KEY:hidden-words@example.org/b", "not the address"),
        ("s3://AKIA:hidden-words@notes/b", "not the address"),
        ("file:///etc", "not the address"),
        (ADDRESS, "credentials"),
    ],
)
def test_without_usable_credentials_one_line_says_so_and_shows_none(
    address: str, said: str, object_store: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is wrong and the way out are said; no secret stands in it."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    # Where a machine's role would be asked for; nobody listens there.
    monkeypatch.setenv("AWS_METADATA_ENDPOINT", "http://127.0.0.1:9")

    with pytest.raises(IndexFault) as caught:
        connect(address).live()

    assert said in str(caught.value)
    assert "hidden-words" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_without_the_client_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line says what to install."""
    monkeypatch.setitem(sys.modules, "obstore.store", None)

    with pytest.raises(StoreUnusable, match=r"confnotes\[objectstore\]"):
        connect(ADDRESS)
