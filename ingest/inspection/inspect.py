"""How a recap was read, for a person who wants to trust it or to fix the note."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ingest.catalogue.catalogue import Catalogue
from ingest.catalogue.files import read_catalogue
from ingest.errors import SourcesError
from ingest.loaders.decoding import decode, read_bytes
from ingest.recap.matching import OpenedRecap, open_recap, uncertain, unlinked
from ingest.recap.reading import CutTalk, collection_paused, cut_talks, recap_record
from ingest.sources.listing import LIST_NAME, gather, read_list
from ingest.sources.models import Source

_WORDS_SHOWN = 70
# As many between two stretches still make them one.
_EMPTY_LINES = 3


@dataclass(frozen=True, slots=True)
class TalkLines:
    """One talk or section and the lines of the source that belong to it."""

    title: str
    kind: str
    speakers: tuple[str, ...]
    affiliations: tuple[str, ...]
    day: int | None
    url: str | None
    links: dict[str, str]
    lines: tuple[
        tuple[int, int], ...
    ]  # first and last, one pair a stretch; none where it shares another talk's words
    author_lines: tuple[tuple[int, int], ...]  # the note-taker's own remarks
    passages: int
    certainty: float
    catalogue: str | None  # the entry it was matched with
    catalogue_score: float
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DroppedLines:
    """Lines that belong to no talk, and why."""

    first_line: int
    last_line: int
    reason: str
    words: str  # how they begin


@dataclass(frozen=True, slots=True)
class Inspection:
    """A recap as it was read."""

    recap_id: str
    title: str
    format: str
    event: str | None
    event_certainty: float
    evidence: tuple[str, ...]
    day: int | None
    language: str
    author: str | None
    url: str | None
    talks: tuple[TalkLines, ...]
    dropped: tuple[DroppedLines, ...]
    uncertain: tuple[str, ...]
    unlinked: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return asdict(self)


def inspect_file(path: Path, catalogue: Path | None = None) -> Inspection:
    """Read one recap as `ingest` would, with the hints of a `sources.yaml` beside it.

    Raises:
        RecapError: It cannot be read.
        CatalogueError: The catalogue cannot be used.
        SourcesError: There is no such file, or its `sources.yaml` cannot be used.
    """
    if path.is_dir():
        raise SourcesError(f"Cannot inspect {path}: it is a folder. Name one recap's file in it.")
    if not path.is_file():
        raise SourcesError(f"Cannot read {path}: there is no such file. Name one recap.")
    source, beside = _source(path)
    known = Catalogue.join([read_catalogue(one) for one in ([catalogue] if catalogue else beside)])
    with collection_paused():
        return _inspection(open_recap(source, known))


def _source(path: Path) -> tuple[Source, tuple[Path, ...]]:
    """Return a recap's hints and catalogues from the nearest `sources.yaml` above it that lists it."""
    for folder in list(path.resolve().parents)[:3]:
        listed = folder / LIST_NAME
        if listed.is_file():
            known = read_list(listed)
            for source in known.recaps:
                if source.path.resolve() == path.resolve():
                    return source, known.catalogues
    return gather([path]).recaps[0], ()


def _inspection(opened: OpenedRecap) -> Inspection:
    """Put together what a person wants to see."""
    lines = _Lines(opened)
    recap = recap_record(opened)
    return Inspection(
        recap_id=recap.recap_id,
        title=recap.title,
        format=opened.loaded.format,
        event=recap.event_id,
        event_certainty=opened.event_certainty,
        evidence=opened.reading.evidence,
        day=recap.day,
        language=recap.language,
        author=recap.author,
        url=recap.url,
        talks=tuple(_talk_lines(one, lines) for one in cut_talks(opened, recap)),
        dropped=_dropped(opened, lines),
        uncertain=uncertain(opened),
        unlinked=unlinked(opened),
    )


def _talk_lines(cut: CutTalk, lines: _Lines) -> TalkLines:
    """Return where a talk is in the source and what is known of it."""
    talk, found, match = cut.talk, cut.matched.found, cut.matched.match
    spans = [lines.of(passage.start, passage.end) for passage in cut.passages]
    return TalkLines(
        title=talk.title,
        kind=talk.kind,
        speakers=talk.speakers,
        affiliations=talk.affiliations,
        day=talk.day,
        url=talk.url,
        links=dict(talk.links),
        lines=_joined(spans),
        author_lines=tuple(lines.of(start, end) for start, end in found.author_spans),
        passages=len(cut.passages),
        certainty=found.certainty,
        catalogue=match.talk.title if match.talk else None,
        catalogue_score=match.score,
        remarks=found.remarks,
    )


def _joined(spans: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Join stretches of lines that follow each other, empty lines between them included."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if joined and first - joined[-1][1] <= _EMPTY_LINES + 1:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return tuple(joined)


def _dropped(opened: OpenedRecap, lines: _Lines) -> tuple[DroppedLines, ...]:
    """List what belongs to no talk, in source order: the loader's furniture and the finder's."""
    loaded = opened.loaded
    spans = [(block.start, block.end, block.reason) for block in loaded.blocks if block.kind == "furniture"]
    spans += [(one.start, one.end, one.reason) for one in opened.reading.furniture]
    return tuple(
        DroppedLines(*lines.of(start, end), reason, " ".join(loaded.text[start:end].split())[:_WORDS_SHOWN])
        for start, end, reason in sorted(spans)
    )


class _Lines:
    """The lines of the source that a stretch of the readable text stands in."""

    def __init__(self, opened: OpenedRecap) -> None:
        self._loaded = opened.loaded
        if opened.loaded.format == "word":  # its text as extracted stands for the source
            source = opened.loaded.text
        else:
            source = decode(
                read_bytes(opened.source.path, opened.source.recap_id), opened.source.recap_id
            ).text
        self._ends = [found.start() for found in re.finditer("\n", source)]

    def of(self, start: int, end: int) -> tuple[int, int]:
        """Return the first and the last line, from 1."""
        return self._line(start), self._line(max(start, end - 1))

    def _line(self, offset: int) -> int:
        return bisect_right(self._ends, self._loaded.to_source(offset) - 1) + 1
