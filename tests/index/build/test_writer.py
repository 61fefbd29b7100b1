"""Writing builds: what is written is what is read, byte for byte the same for the same notes, and nothing half-done is seen."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from index.build.contents import Contents
from index.build.layout import file_names, file_sha256, list_builds
from index.build.reader import open_build
from index.build.shard_writer import write_shard
from index.build.shards import Shards
from index.build.share import Share
from index.build.writer import publish
from index.encoder.base import Encoder
from index.errors import BuildRefused
from index.models import Passage
from index.search import Query, Searcher
from tests.index.conftest import HARBOUR, ORCHARD, Notes, small_notes

LARGE = {"most_scanned": 3}  # a build of more passages is written as a large one


def digests(folder: Path) -> dict[str, str]:
    """Return the digest of each file of a build."""
    return {name: file_sha256(folder / name) for name in file_names(folder)}


def test_what_was_written_is_read(index_dir: Path) -> None:
    """Events, recaps, talks and passages come back as they were handed over, passages in their order."""
    notes, build = small_notes(), open_build(index_dir)

    assert list(build.events.values()) == list(notes.events)
    assert list(build.recaps.values()) == list(notes.recaps)
    assert list(build.talks.values()) == list(notes.talks)
    assert list(build.passages) == list(notes.passages)
    assert build.manifest.counts["passages"] == len(build.dense) == len(build.late) == len(build.lexical)


def test_a_build_opened_elsewhere_gives_the_same_hits(
    index_dir: Path, searcher: Searcher, encoder: Encoder, tmp_path: Path
) -> None:
    """A copied index answers as the original does, score for score."""
    shutil.copytree(index_dir, tmp_path / "copy")
    other = Searcher.open(tmp_path / "copy", encoder)

    for text in ("who pays for the quay?", "cert-manager", "when do I graft"):
        assert other.search(Query(text)) == searcher.search(Query(text))


def test_equal_notes_give_equal_bytes(index_dir: Path, encoder: Encoder, tmp_path: Path) -> None:
    """Two builds of the same notes differ in nothing but their time."""
    later = small_notes().write(tmp_path, encoder, now=datetime(2027, 1, 1, tzinfo=UTC))
    first = open_build(index_dir)

    assert digests(tmp_path / later) == digests(first.folder)
    assert later.removeprefix("20270101T000000Z-") == first.build_id.removeprefix("20261120T021500Z-")


def test_an_incremental_build_equals_a_full_one(encoder: Encoder, tmp_path: Path) -> None:
    """A build that takes old vectors from the one before is, byte for byte, the build made from nothing."""
    calls: list[str] = []

    class Counting:
        """The real encoder, noting what it is asked to embed."""

        name, revision, dim, max_tokens = encoder.name, encoder.revision, encoder.dim, encoder.max_tokens
        form, check, adapter = encoder.form, encoder.check, encoder.adapter

        def encode(self, texts):  # type: ignore[no-untyped-def]
            return encoder.encode(texts)

        def encode_tokens(self, texts):  # type: ignore[no-untyped-def]
            calls.extend(texts)
            return encoder.encode_tokens(texts)

    one = small_notes({"harbour/day1.txt": HARBOUR})
    both = small_notes({"harbour/day1.txt": HARBOUR, "orchard.txt": ORCHARD})
    first = one.write(tmp_path / "a", encoder)
    incremental = both.write(
        tmp_path / "a", Counting(), previous=first, now=datetime(2026, 11, 21, tzinfo=UTC)
    )
    full = both.write(tmp_path / "b", encoder, now=datetime(2026, 11, 21, tzinfo=UTC))

    assert len(calls) == 3
    assert incremental == full
    assert digests(tmp_path / "a" / incremental) == digests(tmp_path / "b" / full)


def test_a_large_build_is_searched_like_a_small_one(encoder: Encoder, tmp_path: Path) -> None:
    """With codes and two bits a component, every passage is still found, and an incremental build equals a full one."""
    one, both = small_notes({"harbour/day1.txt": HARBOUR}), small_notes()
    first = one.write(tmp_path / "a", encoder, **LARGE)
    incremental = both.write(tmp_path / "a", encoder, first, **LARGE)
    full = both.write(tmp_path / "b", encoder, **LARGE)
    searcher = Searcher.open(tmp_path / "a", encoder, build_id=incremental)

    assert digests(tmp_path / "a" / incremental) == digests(tmp_path / "b" / full)
    assert searcher.build.manifest.rankers == {"dense": "flat fp16, PQ96x4fs", "late": "2 bits"}
    assert [searcher.search(Query(p.text))[0].passage for p in both.passages] == list(both.passages)


def test_vectors_of_another_size_are_made_anew(encoder: Encoder, tmp_path: Path) -> None:
    """A build that has grown large takes no tokens from a small one, which keeps them otherwise."""
    small = small_notes().write(tmp_path / "a", encoder)
    grown = small_notes().write(tmp_path / "a", encoder, small, **LARGE)
    fresh = small_notes().write(tmp_path / "b", encoder, **LARGE)

    assert digests(tmp_path / "a" / grown) == digests(tmp_path / "b" / fresh)


@pytest.mark.parametrize("grown", [False, True])
def test_a_large_build_is_made_of_shards(encoder: Encoder, tmp_path: Path, grown: bool) -> None:
    """Tokens of two bits come from shards too; where a small build has grown large, all of them do."""
    notes, one = small_notes(), small_notes({"harbour/day1.txt": HARBOUR})
    previous = one.write(tmp_path / "a", encoder, **({} if grown else LARGE))
    held = [
        write_shard(
            tmp_path / "a",
            Share(number, 2),
            notes="these",
            contents=Contents(notes.events, notes.recaps, notes.texts, notes.talks, notes.passages),
            encoder=encoder,
            previous=previous,
            **LARGE,
        )
        for number in (1, 2)
    ]
    merged = notes.write(tmp_path / "a", encoder, previous, shards=Shards(2, "these"), **LARGE)
    full = notes.write(tmp_path / "b", encoder, **LARGE)

    assert digests(tmp_path / "a" / merged) == digests(tmp_path / "b" / full)
    assert sum(mine for mine, _ in held) == held[0][1] == (len(notes.passages) if grown else 3)


def test_a_damaged_earlier_build_is_not_drawn_from(encoder: Encoder, tmp_path: Path) -> None:
    """Vectors of a build that fails its checks are made anew."""
    first = small_notes().write(tmp_path, encoder)
    with (tmp_path / first / "tokens.npy").open("r+b") as stream:
        stream.seek(500)
        stream.write(b"\x00\x01\x02")
    second = small_notes().write(tmp_path, encoder, previous=first, now=datetime(2026, 11, 22, tzinfo=UTC))

    assert second.endswith(first[-6:])
    publish(tmp_path, second)


def test_no_notes_make_an_empty_build(encoder: Encoder, tmp_path: Path) -> None:
    """An index of nothing opens, and finds nothing."""
    publish(tmp_path, Notes().write(tmp_path, encoder))
    searcher = Searcher.open(tmp_path, encoder)

    assert len(searcher.search(Query("anything"))) == 0
    assert searcher.mentions("anything") == []
    assert searcher.vocabulary() == {}


def test_only_whole_builds_stand_in_the_folder(encoder: Encoder, tmp_path: Path) -> None:
    """A writer that fails leaves nothing behind."""
    notes = small_notes()

    class Failing:
        """An encoder that breaks."""

        name, revision, dim, max_tokens, form, check, adapter = "x", "0", 384, 256, "x", {}, ""

        def encode_tokens(self, texts):  # type: ignore[no-untyped-def]
            raise MemoryError

    with pytest.raises(MemoryError):
        notes.write(tmp_path, Failing())  # type: ignore[arg-type]

    assert list(tmp_path.iterdir()) == []
    assert list_builds(tmp_path) == []


def test_no_name_is_given_twice(encoder: Encoder, tmp_path: Path) -> None:
    """Writing the same notes twice within a second gives two builds of one content: the first may be damaged by then."""
    first, second = (small_notes().write(tmp_path, encoder) for _ in range(2))

    assert list_builds(tmp_path) == [first, second]
    assert first[-6:] == second[-6:]
    publish(tmp_path, second)


def changed(notes: Notes, **values: object) -> Notes:
    """Change the first passage."""
    first: Passage = replace(notes.passages[0], **values)  # type: ignore[arg-type]
    return replace(notes, passages=[first, *notes.passages[1:]])


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda n: changed(n, end=n.passages[0].end - 1), "is not characters"),
        (lambda n: changed(n, text=""), "is not characters"),
        (lambda n: changed(n, talk_id="nobody"), "names talk 'nobody'"),
        (lambda n: changed(n, passage_id=n.passages[1].passage_id), "stands in it twice"),
        (lambda n: replace(n, texts={}), "has no text"),
        (lambda n: replace(n, texts=dict.fromkeys(n.texts, "other")), "Read the recap again"),
        (lambda n: replace(n, events=()), "names event"),
        (
            lambda n: replace(n, recaps=[replace(n.recaps[0], text_sha256="0" * 64), *n.recaps[1:]]),
            "its record says 000000000000",
        ),
    ],
)
def test_records_that_do_not_fit_are_refused(
    spoil: Callable[[Notes], Notes], reason: str, encoder: Encoder, tmp_path: Path
) -> None:
    """A passage that is no slice of its text, or an id that leads nowhere, is named, and no build is written."""
    with pytest.raises(BuildRefused, match=reason) as caught:
        spoil(small_notes()).write(tmp_path, encoder)

    assert "\n" not in str(caught.value)
    assert list_builds(tmp_path) == []


def test_half_a_surrogate_pair_is_refused(encoder: Encoder, tmp_path: Path) -> None:
    """A text that UTF-8 cannot write is refused with the place."""
    with pytest.raises(BuildRefused, match="character 4 is half a surrogate pair"):
        small_notes({"harbour/day1.txt": "a by\ud800 b\n"})


def test_talks_without_passages_have_no_direction(encoder: Encoder, tmp_path: Path) -> None:
    """A talk that the notes only name has a zero vector, every other talk the mean of its passages."""
    notes = small_notes()
    talk = replace(notes.talks[0], talk_id="bare", title="Nothing noted")
    build_id = replace(notes, talks=[*notes.talks, talk]).write(tmp_path, encoder)
    build = open_build(tmp_path, build_id)
    own = build.dense.vectors(
        np.array([row for row, p in enumerate(build.passages) if p.talk_id == notes.talks[0].talk_id])
    )

    assert not build.talk_vectors[-1].any()
    assert np.allclose(build.talk_vectors[0], own.mean(axis=0), atol=1e-3)
