"""What every loader gives: a recap's readable text and its stream of blocks, with the way back to the source.

Offsets are characters, from 0, end exclusive. `Block` and `Link` offsets point into `LoadedRecap.text`, the
readable text: the source without its mark-up. Each `Run` says that a stretch of it stands verbatim in the
decoded source.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Literal

BULLET_SIGNS = "•◦▪▫‣⁃∙●○■□·"  # what begins a list's line beside "-", "*", "+" and numbers
_START = attrgetter("start")  # a third of a lambda's cost, for a million look-ups
BlockKind = Literal["heading", "paragraph", "bullet", "code", "quote", "table_row", "rule", "furniture"]


@dataclass(frozen=True, slots=True)
class Run:
    """`text[start : start + length]` is `source[source_start : source_start + source_length]`.

    The lengths differ only where the source writes a character in another way (an HTML entity, a Markdown
    escape).
    """

    start: int
    length: int
    source_start: int
    source_length: int


@dataclass(frozen=True, slots=True)
class Link:
    """An address in the notes and the words that carry it (empty span: an address without words)."""

    start: int
    end: int
    url: str


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, heading, bullet, ... of the readable text, in source order; blocks never overlap."""

    kind: BlockKind
    start: int
    end: int
    line: int  # in the source file, from 1
    level: int = 0  # heading: 1 to 6; bullet: nesting depth from 0; else 0
    # the bullet as written ("-", "•", "1."); never inside start..end, but before it in plain text and
    # Markdown
    marker: str = ""
    links: tuple[Link, ...] = ()
    strong: tuple[tuple[int, int], ...] = ()  # bold stretches
    emphasis: tuple[tuple[int, int], ...] = ()  # italic stretches
    anchor: str | None = None  # the heading's id, where the source gives one
    reason: str = ""  # furniture: why it was dropped
    second: float | None = None  # transcripts: the cue's start


Meta = Mapping[str, str | tuple[str, ...]]


class FormatError(ValueError):
    """A file is not what its ending or its beginning says; the message says why."""


@dataclass(frozen=True, slots=True)
class LoadedText:
    """What one format's reader gives before the recap's name and digest are known; see `LoadedRecap`."""

    text: str
    blocks: tuple[Block, ...]
    runs: tuple[Run, ...]
    meta: Meta = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LoadedRecap:
    """A recap as a loader read it."""

    recap_id: str  # path below the folder that was read, posix separators
    source_sha256: str  # of the source's bytes
    text: str
    blocks: tuple[Block, ...]
    runs: tuple[Run, ...]
    format: str  # "text", "markdown", "html", "rst", "asciidoc", "org", "word", "transcript", ...
    meta: Meta = field(default_factory=dict)
    """What the source says of itself, keys folded: title, author, date, url, language, tags, event, day, ..."""
    notices: tuple[str, ...] = ()
    """What a person should know of how it was read, one line each."""

    def slice(self, block: Block) -> str:
        """Return the block's words."""
        return self.text[block.start : block.end]

    def to_source(self, offset: int) -> int:
        """Map an offset in the readable text to the decoded source."""
        at = bisect_right(self.runs, offset, key=_START) - 1
        if at < 0:
            return 0
        run = self.runs[at]
        return run.source_start + min(offset - run.start, run.source_length)

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Map a stretch of the readable text to the decoded source, end exclusive.

        The end follows the last character, so mark-up after the stretch is not taken in.
        """
        if end <= start:
            at = self.to_source(start)
            return at, at
        at = bisect_right(self.runs, end - 1, key=_START) - 1
        if at < 0:
            return 0, 0
        run = self.runs[at]
        verbatim = run.length == run.source_length and end <= run.start + run.length
        last = run.source_start + (end - run.start if verbatim else run.source_length)
        return self.to_source(start), last
