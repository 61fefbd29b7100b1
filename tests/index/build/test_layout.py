"""Builds on disk: one live at a time, swapped whole, and refused when a single byte is not as it was written."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.build.layout import (
    CURRENT_FILE,
    MANIFEST_FILE,
    current_build_id,
    file_names,
    list_builds,
    prune,
    verify,
)
from index.build.reader import open_build
from index.build.writer import publish
from index.encoder.base import Encoder
from index.errors import BuildDamaged, BuildUnusable, FormatMismatch, IndexFault, NoBuild
from tests.index.conftest import small_notes


@pytest.fixture
def copy(index_dir: Path, tmp_path: Path) -> Path:
    """Copy the small notes' index, to be spoilt."""
    return Path(shutil.copytree(index_dir, tmp_path / "index"))


def one_line_with_way_out(error: BaseException) -> bool:
    """Say whether a message is one line that names a command."""
    return "\n" not in str(error) and "`confnotes ingest" in str(error)


def change_manifest(copy: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Rewrite the live build's manifest."""
    path = copy / current_build_id(copy) / MANIFEST_FILE
    values = json.loads(path.read_text())
    change(values)
    path.write_text(json.dumps(values))


def test_a_flipped_byte_in_any_file_refuses(copy: Path) -> None:
    """Whichever file has one byte changed, the build does not open, and the message names the file."""
    folder = copy / current_build_id(copy)
    for name in file_names(folder):
        original = (folder / name).read_bytes()
        spoilt = bytearray(original)
        if spoilt:
            spoilt[len(spoilt) // 2] ^= 0x20
        (folder / name).write_bytes(spoilt or b"x")
        with pytest.raises(BuildDamaged) as caught:
            open_build(copy)
        (folder / name).write_bytes(original)

        assert name in str(caught.value)
        assert one_line_with_way_out(caught.value)
    verify(folder)


def test_of_large_files_the_size_is_checked_when_opening(copy: Path) -> None:
    """Digests are compared from the smallest file on, up to a limit; every file's size always; all digests when publishing."""
    build_id = current_build_id(copy)
    tokens = copy / build_id / "tokens.npy"
    content = bytearray(tokens.read_bytes())
    content[-1] ^= 1
    tokens.write_bytes(content)

    assert verify(copy / build_id, most_bytes=tokens.stat().st_size).build_id == build_id
    for check in (
        lambda: verify(copy / build_id),
        lambda: publish(copy, build_id),
        lambda: open_build(copy, most_bytes=None),
    ):
        with pytest.raises(BuildDamaged, match=r"tokens\.npy has sha256"):
            check()
    tokens.write_bytes(content[:-1])
    with pytest.raises(BuildDamaged, match=r"tokens\.npy has \d+ bytes"):
        verify(copy / build_id, most_bytes=0)


def test_a_missing_file_refuses(copy: Path) -> None:
    """Whichever file is gone, the build does not open."""
    folder = copy / current_build_id(copy)
    for name in file_names(folder):
        original = (folder / name).read_bytes()
        (folder / name).unlink()
        with pytest.raises(BuildDamaged, match="is missing"):
            open_build(copy)
        (folder / name).write_bytes(original)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_changed_manifest_never_passes_for_another_content(
    index_dir: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Any byte of the manifest changed: it refuses in one line, or says the same of every file and of the encoder."""
    build_id = current_build_id(index_dir)
    original = (index_dir / build_id / MANIFEST_FILE).read_bytes()
    spoilt = bytearray(original)
    spoilt[data.draw(st.integers(0, len(spoilt) - 1))] = data.draw(st.integers(0, 255))
    folder = tmp_path_factory.mktemp("spoilt") / build_id
    shutil.copytree(index_dir / build_id, folder)
    (folder / MANIFEST_FILE).write_bytes(spoilt)
    refusal, said = None, json.loads(original)
    try:
        manifest = verify(folder)
        said = {"files": manifest.files, "encoder": {"revision": manifest.encoder.revision}}
    except BuildUnusable as error:
        refusal = error

    assert refusal is None or one_line_with_way_out(refusal)
    assert said["files"] == json.loads(original)["files"]
    assert said["encoder"]["revision"] == json.loads(original)["encoder"]["revision"]


@pytest.mark.parametrize("what", ["events", "recaps", "talks", "passages", "tokens"])
def test_counts_are_checked(copy: Path, what: str) -> None:
    """A manifest that counts otherwise than the files hold refuses."""
    change_manifest(copy, lambda values: values["counts"].update({what: values["counts"][what] + 1}))
    with pytest.raises(BuildDamaged, match="its manifest says") as caught:
        open_build(copy)

    assert one_line_with_way_out(caught.value)


def test_another_format_refuses(copy: Path) -> None:
    """A build of a later format says which format it is and which is read."""
    change_manifest(copy, lambda values: values.update(format=99))
    with pytest.raises(FormatMismatch, match="format 99, this version reads format") as caught:
        open_build(copy)

    assert one_line_with_way_out(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v.pop("encoder"),
        lambda v: v.update(extra=1),
        lambda v: v.update(build_id="20200101T000000Z-000000"),
    ],
)
def test_a_manifest_that_is_not_one_refuses(copy: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """A manifest with a field too few, a field too many or another build's name refuses."""
    change_manifest(copy, change)

    with pytest.raises(BuildDamaged):
        open_build(copy)


def test_nothing_published_is_told_apart(tmp_path: Path) -> None:
    """An empty or absent folder is no damage: it says what to run first."""
    for folder in (tmp_path, tmp_path / "absent"):
        with pytest.raises(NoBuild, match="no build was published there") as caught:
            open_build(folder)

        assert one_line_with_way_out(caught.value)


@pytest.mark.parametrize(
    "content", [b"", b"20200101T000000Z-000000\n", b"../elsewhere\n", b".\n", b"\xff\xfe", b"a/b\n"]
)
def test_a_pointer_to_nowhere_refuses(copy: Path, content: bytes) -> None:
    """A pointer that names no build of this folder refuses, also one that leads out of it."""
    (copy / CURRENT_FILE).write_bytes(content)
    with pytest.raises(BuildDamaged) as caught:
        open_build(copy)

    assert one_line_with_way_out(caught.value)


def test_a_damaged_build_is_not_published(copy: Path, encoder: Encoder) -> None:
    """The live build stays when the next one fails its checks."""
    live = current_build_id(copy)
    following = small_notes().write(copy, encoder, previous=live, now=datetime(2026, 12, 1, tzinfo=UTC))
    (copy / following / "dense.faiss").write_bytes(b"")
    with pytest.raises(IndexFault):
        publish(copy, following)

    assert current_build_id(copy) == live
    assert sorted(path.name for path in copy.iterdir()) == sorted([CURRENT_FILE, live, following])


def test_readers_see_one_build_or_the_other(copy: Path, encoder: Encoder) -> None:
    """While builds are published again and again, whoever opens the index gets a whole build."""
    first = current_build_id(copy)
    second = small_notes().write(copy, encoder, previous=first, now=datetime(2026, 12, 1, tzinfo=UTC))
    seen: set[str] = set()
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            seen.add(current_build_id(copy))

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(30):
        publish(copy, second)
        publish(copy, first)
    stop.set()
    reader.join()

    assert seen <= {first, second}


def test_pruning_keeps_the_newest_and_the_live(copy: Path, encoder: Encoder) -> None:
    """Old builds go, the live one stays however old, and a live writer's folder is left alone."""
    live = current_build_id(copy)
    start = datetime(2026, 12, 1, tzinfo=UTC)
    later = [
        small_notes().write(copy, encoder, previous=live, now=start + timedelta(days=day)) for day in range(4)
    ]
    (copy / ".writing-now").mkdir()
    removed = prune(copy, keep=2)

    assert removed == later[:2]
    assert list_builds(copy) == [live, *later[2:]]
    assert (copy / ".writing-now").is_dir()
    assert prune(copy, keep=2) == []


def test_an_open_build_outlives_its_folder(copy: Path, encoder: Encoder) -> None:
    """A reader that holds a pruned build goes on answering from what it has mapped."""
    build = open_build(copy)
    shutil.rmtree(build.folder)
    [tokens] = encoder.encode_tokens(["tide"])

    assert len(build.dense.search(tokens.pooled, 3)[0]) == 3
    assert len(build.lexical.search("tide", 3)[0]) > 0
    with pytest.raises(BuildDamaged, match="its stored text is gone"):
        build.read_text("orchard.txt")
