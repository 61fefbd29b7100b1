"""The writer: notes in, an immutable build on disk out; nothing is live before `publish`."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import tantivy

from index.build.contents import Contents, lexical_row
from index.build.durable import let_read, sync
from index.build.layout import (
    FILE_MODE,
    FORMAT_VERSION,
    TEXTS_FOLDER,
    WRITING_PREFIX,
    Manifest,
    content_sha256,
    file_names,
    file_sha256,
    list_builds,
    publish,
    sync_folder,
    text_file,
    write_manifest,
)
from index.build.shards import Shards
from index.build.talk_table import write_tables
from index.build.vectors import (
    TALK_VECTORS_FILE,
    Embedded,
    Written,
    embed,
    keys_of,
    new_keys,
    stamp,
    write_talk_means,
)
from index.encoder.base import Encoder
from index.files.plain import plain_status
from index.files.records import write_lines, write_records
from index.models import Event, Passage, Recap, Talk
from index.ranking.dense import MOST_SCANNED, DenseRanker, DenseWriter
from index.ranking.late import LateRanker, LateWriter
from index.ranking.lexical import LEXICAL_FOLDER, TOKENIZER, LexicalRow, write_lexical
from index.vocabulary.words import forms
from index.vocabulary.writer import WordWriter, write_speakers, write_titles

__all__ = ["publish", "write_build"]

_A_SECOND = timedelta(seconds=1)


def write_build(
    index_dir: Path,
    *,
    events: Sequence[Event],
    recaps: Sequence[Recap],
    texts: Mapping[str, str],
    talks: Sequence[Talk],
    passages: Sequence[Passage],
    encoder: Encoder,
    previous: str | None = None,
    shards: Shards | None = None,
    now: datetime | None = None,
    progress: Callable[[int, int], None] | None = None,
    most_scanned: int = MOST_SCANNED,
) -> str:
    """Write a build beside the live one and return its id; line n of passages.jsonl is row n of every array.

    `texts` maps each recap's id to its readable text. Vectors of passages that stand in the build `previous`
    with the same words and the same context are taken from it, and with `shards` all others from those: the
    result is the same, byte for byte. `progress` is told how many passages are embedded, and how many there
    are to embed. With more than `most_scanned` passages the build is made for a large corpus: dense search by
    inverted lists, token vectors with two bits a component.

    Raises:
        BuildRefused: the records do not fit together, or a passage is not a slice of its recap's text.
        ShardsUnusable: Not every other passage was embedded by the shards.
    """
    contents = Contents(events, recaps, texts, talks, passages)
    contents.check()
    large = len(passages) > most_scanned
    earlier = Embedded.in_build(index_dir, previous, stamp(encoder), packed=large)
    known = [earlier] if earlier else []
    if shards and (new := new_keys(keys_of(contents), known)):
        known += shards.open(index_dir, stamp(encoder), packed=large)
        shards.check_covers(index_dir, new, known)
    index_dir.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=WRITING_PREFIX, dir=index_dir))
    try:
        # Only a build that passed its checks has embeddings to give; its texts are as good.
        counts = _write_records(folder, contents, earlier.folder if earlier else None)
        with (
            tempfile.TemporaryFile(dir=folder) as waiting,
            LateWriter(folder, encoder.dim, packed=large) as late,
        ):
            written = Written(DenseWriter(waiting, encoder.dim), late)
            embed(contents, encoder, known, written, progress)
            written.dense.write(folder, most_scanned)
            counts["tokens"] = late.finish()
        write_talk_means(
            folder / TALK_VECTORS_FILE, contents.talk_of_row(), len(contents.talks), DenseRanker(folder)
        )
        _write_words(folder, contents)
        return _finish(folder, contents, counts, encoder, now or datetime.now(UTC))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write_records(folder: Path, contents: Contents, earlier: Path | None) -> dict[str, int]:
    counts = {
        "events": write_lines(folder / "events.jsonl", contents.events),
        "recaps": write_records(folder / "recaps.jsonl", contents.recaps, ids=True),
        "talks": write_records(folder / "talks.jsonl", contents.talks, ids=True),
        "passages": write_records(folder / "passages.jsonl", contents.passages),
    }
    write_tables(folder, contents)
    (folder / TEXTS_FOLDER).mkdir()
    for recap in contents.recaps:
        _write_text(folder, recap.text_sha256, contents.texts[recap.recap_id], earlier)
    return counts


def _write_words(folder: Path, contents: Contents) -> None:
    write_titles(folder, contents.talks)
    write_speakers(folder, contents.talks)
    with WordWriter(folder) as writer:
        for passage in contents.passages:
            talk, _ = contents.around(passage)
            writer.add_passage(
                passage.text, forms(" ".join((talk.title, *talk.speakers, *talk.affiliations)))
            )
        for talk in contents.talks:
            writer.add_heading([talk.title])
        for talk in contents.talks:
            writer.add_heading(talk.speakers)
        writer.stop_counting()
        for talk in contents.talks:
            writer.add_heading(talk.affiliations)
        for passage in contents.passages:
            writer.add_heading(passage.headings)
        writer.write(folder)
    write_lexical(folder / LEXICAL_FOLDER, _lexical_rows(contents))


def _write_text(folder: Path, digest: str, text: str, earlier: Path | None) -> None:
    """Write a recap's text, or share the file of an earlier build: thousands of small files take seconds to write and to sync."""
    path = text_file(folder, digest)
    if path.exists():  # two recaps of the same words; writing again would write into the earlier build
        return
    if earlier is not None:
        shared = text_file(earlier, digest)
        with contextlib.suppress(OSError):  # not there, or the file system knows no hard links
            if stat.S_IMODE(plain_status(shared).st_mode) & FILE_MODE == FILE_MODE:
                os.link(shared, path)
                return
    path.write_bytes(text.encode("utf-8"))


def _lexical_rows(contents: Contents) -> Iterator[LexicalRow]:
    for passage, talk_row in zip(contents.passages, contents.talk_of_row().tolist(), strict=True):
        yield lexical_row(passage, *contents.around(passage), talk_row)


def _finish(
    folder: Path, contents: Contents, counts: Mapping[str, int], encoder: Encoder, now: datetime
) -> str:
    files = {name: file_sha256(folder / name) for name in file_names(folder)}
    index_dir = folder.parent
    digest = content_sha256(FORMAT_VERSION, TOKENIZER, stamp(encoder), files)
    created_at, build_id = _named(index_dir, digest, now.astimezone(UTC))
    manifest = Manifest(
        build_id=build_id,
        format=FORMAT_VERSION,
        created_at=created_at.isoformat(timespec="seconds"),
        content_sha256=digest,
        counts=counts,
        encoder=stamp(encoder),
        lexical={"engine": tantivy.__version__, "tokenizer": TOKENIZER},
        files=files,
        sizes={name: (folder / name).stat().st_size for name in files},
        rankers={"dense": DenseRanker(folder).kind, "late": LateRanker(folder).kind},
        languages=sorted({recap.language for recap in contents.recaps}),
        encoder_check=encoder.check,
    )
    write_manifest(folder, manifest)
    let_read(folder)
    sync(folder)
    folder.rename(index_dir / build_id)
    sync_folder(index_dir)
    return build_id


def _named(index_dir: Path, digest: str, now: datetime) -> tuple[datetime, str]:
    """Name a build by its time and content so that names grow, also where the clock stands or was put back.

    No name is given twice, not even for equal notes within a second: a build that stands there may be damaged.
    """
    last = max(list_builds(index_dir), default="")
    with contextlib.suppress(ValueError, OverflowError):  # a folder that somebody else named
        after = datetime.strptime(last[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        if f"{now:%Y%m%dT%H%M%SZ}-{digest[:6]}" <= last:
            now = max(after, now) + _A_SECOND
    while os.path.lexists(index_dir / (build_id := f"{now:%Y%m%dT%H%M%SZ}-{digest[:6]}")):
        now += _A_SECOND
    return now, build_id
