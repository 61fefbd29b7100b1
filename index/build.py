"""The writer: notes in, an immutable build on disk out; nothing is live before `publish`."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import tantivy

from index.contents import Contents
from index.dense import DENSE_FILE, DenseRanker, write_dense
from index.embedding import TALK_VECTORS_FILE, Embedded, earlier_embeddings, embed, stamp, talk_means
from index.encoders import Encoder
from index.errors import BuildUnusable
from index.late import write_late
from index.lexical import LEXICAL_FOLDER, TOKENIZER, LexicalRow, write_lexical
from index.models import Event, Passage, Recap, Talk
from index.records import write_lines
from index.storage import (
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
    verify,
    write_manifest,
)
from index.words import words

__all__ = ["publish", "write_build"]

VOCABULARY_FILE = "vocabulary.tsv"


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
    now: datetime | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> str:
    """Write a build beside the live one and return its id; line n of passages.jsonl is row n of every array.

    `texts` maps each recap's id to its readable text. Vectors of passages that stand in the build `previous` with the same
    words and the same context are taken from it; the result is the same, byte for byte. `progress` is told how many of the
    others are embedded, and how many there are.

    Raises:
        BuildRefused: the records do not fit together, or a passage is not a slice of its recap's text.
    """
    contents = Contents(tuple(events), tuple(recaps), dict(texts), tuple(talks), tuple(passages))
    contents.check()
    index_dir.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=WRITING_PREFIX, dir=index_dir))
    try:
        known = earlier_embeddings(index_dir, previous, stamp(encoder)) if previous else {}
        embedded = embed(contents, encoder, known, progress)
        # Only a build that passed its checks has embeddings to give; its texts are as good.
        counts = _write_files(folder, contents, embedded, encoder.dim, index_dir / previous if previous and known else None)
        return _finish(folder, index_dir, counts, encoder, now or datetime.now(UTC))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write_files(folder: Path, contents: Contents, embedded: Sequence[Embedded], dim: int, earlier: Path | None) -> dict[str, int]:
    counts = {
        "events": write_lines(folder / "events.jsonl", contents.events),
        "recaps": write_lines(folder / "recaps.jsonl", contents.recaps),
        "talks": write_lines(folder / "talks.jsonl", contents.talks),
        "passages": write_lines(folder / "passages.jsonl", contents.passages),
    }
    (folder / TEXTS_FOLDER).mkdir()
    for recap in contents.recaps:
        _write_text(folder, recap.text_sha256, contents.texts[recap.recap_id], earlier)
    _write_vocabulary(folder / VOCABULARY_FILE, contents)
    vectors = np.stack([item.pooled for item in embedded]) if embedded else np.zeros((0, dim), dtype=np.float32)
    write_dense(folder / DENSE_FILE, vectors)
    # As they are stored: FAISS rounds a tie to half precision otherwise than numpy does, and a reused vector was rounded before.
    stored = DenseRanker(folder / DENSE_FILE).vectors(np.arange(len(vectors)))
    np.save(folder / TALK_VECTORS_FILE, talk_means(contents, stored), allow_pickle=False)
    counts["tokens"] = write_late(folder, [item.tokens for item in embedded], dim)
    write_lexical(folder / LEXICAL_FOLDER, _lexical_rows(contents))
    return counts


def _write_text(folder: Path, digest: str, text: str, earlier: Path | None) -> None:
    """Write a recap's text, or share the file of an earlier build: thousands of small files take seconds to write and to sync."""
    path = text_file(folder, digest)
    if path.exists():  # two recaps of the same words; writing again would write into the earlier build
        return
    if earlier is not None:
        with contextlib.suppress(OSError):  # not there, or the file system knows no hard links
            os.link(text_file(earlier, digest), path)
            return
    path.write_bytes(text.encode("utf-8"))


def _lexical_rows(contents: Contents) -> list[LexicalRow]:
    numbers = {talk.talk_id: number for number, talk in enumerate(contents.talks)}
    rows = []
    for passage in contents.passages:
        talk, event = contents.around(passage)
        rows.append(
            LexicalRow(
                text=passage.text,
                title=talk.title,
                speakers=" ".join((*talk.speakers, *talk.affiliations)),
                event=" ".join((event.event_id, event.name)) if event else "",
                talk_row=numbers[talk.talk_id],
            )
        )
    return rows


def _write_vocabulary(path: Path, contents: Contents) -> None:
    counts: Counter[str] = Counter()
    around: dict[str, set[str]] = {}
    for passage in contents.passages:
        if passage.talk_id not in around:
            talk, _ = contents.around(passage)
            around[passage.talk_id] = _forms(" ".join((talk.title, *talk.speakers, *talk.affiliations)))
        counts.update(_forms(passage.text) | around[passage.talk_id])
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        stream.writelines(f"{form}\t{count}\n" for form, count in sorted(counts.items()))


def _forms(text: str) -> set[str]:
    return {word.form for word in words(text)}


def _finish(folder: Path, index_dir: Path, counts: Mapping[str, int], encoder: Encoder, now: datetime) -> str:
    files = {name: file_sha256(folder / name) for name in file_names(folder)}
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
        encoder_check=encoder.check,
    )
    write_manifest(folder, manifest)
    if (index_dir / build_id).exists():  # the same notes within the same second
        return build_id
    _sync(folder)
    folder.chmod(0o755)
    folder.rename(index_dir / build_id)
    sync_folder(index_dir)
    return build_id


def _named(index_dir: Path, digest: str, now: datetime) -> tuple[datetime, str]:
    """Name a build by its time and content so that names grow, also where the clock stands or was put back.

    A whole build of the same content and second keeps its name; a damaged one must not stand in for the one that was written.
    """
    build_id = f"{now:%Y%m%dT%H%M%SZ}-{digest[:6]}"
    last = max(list_builds(index_dir), default="")
    if build_id > last and not (index_dir / build_id).exists():
        return now, build_id
    with contextlib.suppress(BuildUnusable):
        if verify(index_dir / build_id).content_sha256 == digest:
            return now, build_id
    try:
        after = datetime.strptime(last[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:  # a folder that somebody else named
        after = now
    later = max(after, now) + timedelta(seconds=1)
    return later, f"{later:%Y%m%dT%H%M%SZ}-{digest[:6]}"


def _sync(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_dir():
            sync_folder(path)
        elif path.stat().st_nlink == 1:  # a shared text was synced with the earlier build
            with path.open("rb") as stream:
                os.fsync(stream.fileno())
    sync_folder(folder)
