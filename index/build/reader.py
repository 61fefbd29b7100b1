"""A build as it is read: checked, its records parsed when they are asked for, its arrays mapped."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.build.layout import (
    READ_WHEN_OPENED_BYTES,
    WAY_OUT,
    Manifest,
    current_build_id,
    reason,
    text_file,
    verify,
)
from index.build.talk_table import TalkTable
from index.errors import BuildDamaged, BuildUnusable, IndexFault
from index.files.arrays import load_array
from index.files.plain import read_plain
from index.files.records import ById, Rows, read_lines
from index.models import Event, Passage, Recap, Talk
from index.ranking.dense import DenseRanker
from index.ranking.late import LateRanker
from index.ranking.lexical import LEXICAL_FOLDER, LexicalRanker
from index.vocabulary.names import Names
from index.vocabulary.phrases import Phrases, TextNumbers

TALK_VECTORS_FILE = "talk_vectors.npy"  # (n_talks, dim) float16, the mean of each talk's passages


@dataclass(frozen=True, slots=True)
class Build:
    """An opened build: its records by id in the order of the notes, passages by row, and its three rankers."""

    folder: Path
    manifest: Manifest
    events: Mapping[str, Event]
    recaps: ById[Recap]
    talks: Mapping[str, Talk]
    stored_talks: ById[Talk]  # the same, by row too
    passages: Rows[Passage]
    table: TalkTable
    phrases: Phrases
    names: Names
    dense: DenseRanker
    late: LateRanker
    lexical: LexicalRanker
    talk_vectors: NDArray[np.float16]

    @property
    def build_id(self) -> str:
        """Return the build's id."""
        return self.manifest.build_id

    def around(self, passage: Passage) -> tuple[Talk, Event | None]:
        """Return a passage's talk and event."""
        talk = self.talks[passage.talk_id]
        return talk, self.events.get(talk.event_id or "")

    def passages_of(self, talk_id: str) -> list[Passage]:
        """Return a talk's passages in order."""
        row = self.stored_talks.row(talk_id)
        return [] if row is None else [self.passages[at] for at in self.table.rows_of(row)]

    def read_text(self, recap_id: str) -> str:
        """Read a recap's text from disk again and check it.

        Raises:
            KeyError: no such recap.
            BuildDamaged: the text on disk is not the one that was indexed.
        """
        recap = self.recaps[recap_id]
        path = text_file(self.folder, recap.text_sha256)
        try:
            content = read_plain(path)
        except OSError as error:
            raise BuildDamaged(
                f"Cannot quote from {recap_id}: its stored text is gone from {self.folder}. {WAY_OUT}"
            ) from error
        if hashlib.sha256(content).hexdigest() != recap.text_sha256:
            raise BuildDamaged(
                f"Cannot quote from {recap_id}: its stored text in {self.folder} was changed. {WAY_OUT}"
            )
        return content.decode("utf-8")


def open_build(
    index_dir: Path, build_id: str | None = None, most_bytes: int | None = READ_WHEN_OPENED_BYTES
) -> Build:
    """Open the live build, or another one by id, after checking its format, files and counts.

    Digests are compared of the smallest files on, until `most_bytes` were read; None: of every file.

    Raises:
        NoBuild: nothing was published there.
        BuildUnusable: a check failed; the message says which and the way out.
    """
    try:
        folder = index_dir / (build_id or current_build_id(index_dir))
        return _opened(folder, most_bytes)
    except IndexFault:
        raise
    except Exception as error:
        # A damaged file may do anything to the library that reads it, and whoever asks needs one line.
        raise BuildUnusable(
            f"Cannot open the index at {index_dir}: {reason(error)}. Check the disk and permissions, or "
            f"{WAY_OUT[0].lower()}{WAY_OUT[1:]}"
        ) from error


def _opened(folder: Path, most_bytes: int | None) -> Build:
    manifest = verify(folder, most_bytes=most_bytes)
    phrases = Phrases(folder)
    talks = ById(folder / "talks.jsonl", Talk)
    build = Build(
        folder=folder,
        manifest=manifest,
        events={event.event_id: event for event in read_lines(folder / "events.jsonl", Event)},
        recaps=ById(folder / "recaps.jsonl", Recap),
        talks=talks,
        stored_talks=talks,
        passages=Rows(folder / "passages.jsonl", Passage),
        table=TalkTable.open(folder),
        phrases=phrases,
        names=Names(folder, phrases.vocabulary),
        dense=DenseRanker(folder),
        late=LateRanker(folder),
        lexical=LexicalRanker(folder / LEXICAL_FOLDER),
        talk_vectors=load_array(folder / TALK_VECTORS_FILE),
    )
    _check_counts(build)
    return build


def _check_counts(build: Build) -> None:
    passages = build.manifest.counts.get("passages")
    found = {
        "events": (len(build.events), build.manifest.counts.get("events")),
        "recaps": (len(build.recaps), build.manifest.counts.get("recaps")),
        "talks": (len(build.talks), build.manifest.counts.get("talks")),
        "passages": (len(build.passages), passages),
        "dense vectors": (len(build.dense), passages),
        "lexical rows": (len(build.lexical), passages),
        "rows of token vectors": (len(build.late), passages),
        "tokens": (build.late.n_tokens, build.manifest.counts.get("tokens")),
        "talk vectors": (len(build.talk_vectors), len(build.talks)),
        "talks in the table": (len(build.table), len(build.talks)),
        "passages in the table": (len(build.table.talk_of_row), passages),
        "voices in the table": (len(build.table.is_author), passages),
        "texts with places": (
            len(build.phrases),
            len(TextNumbers(len(build.passages), len(build.talks))),
        ),
        "dimensions": (build.dense.dim, build.manifest.encoder.dim),
        "as the way of finding vectors": (build.dense.kind, build.manifest.rankers.get("dense")),
        "as the way of keeping tokens": (build.late.kind, build.manifest.rankers.get("late")),
    }
    for what, (count, expected) in found.items():
        if count != expected:
            raise BuildDamaged(
                f"Cannot open the build at {build.folder}: {count} {what}, its manifest says {expected}. {WAY_OUT}"
            )
