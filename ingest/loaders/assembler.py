"""Assembles a readable text from stretches of a source, in order, and keeps the way back.

Shared by every format with mark-up. Blocks are opened and ended here; white space at their edges, empty
blocks and links without words are dealt with once, for all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from ingest.loaders.blocks import Block, BlockKind, Link, Run

Span = tuple[int, int]
# Lengths are bounded so that no line, however long, is scanned more than once.
_TOP_LEVEL = "com|org|net|io|dev|be|gl|ly|co|me|edu|gov|eu|uk|de|fr|ch|jp|us|tv|info|cloud|tech|ai|app|blog|ms|page|sh|gg|fm"
_ADDRESS = re.compile(
    r"(?<![\w@./-])(?:https?://|www\.(?=\w))[^\s<>\"“”«»`|\\^{}]{1,2000}"
    rf"|(?<![\w@./-])(?:[a-z0-9][a-z0-9-]{{0,62}}\.){{1,5}}(?:{_TOP_LEVEL})/[^\s<>\"“”«»`|\\^{{}}]{{1,2000}}",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?'’‘*_~…。、"
_WORDS_BEHIND = re.compile(
    r"(?<!=)\[[^\[\]=&/]{0,60}\]?\Z"
)  # AsciiDoc: https://example.org[the words of the link]
_PAIRS = {")": "(", "]": "["}

_FEWEST_ENTRIES = 3  # of a table of contents; two links to other places of a page are prose
INDENT = "  "  # of a level of a list
_TIGHT = {"bullet", "table_row"}  # one line each, without an empty line between two of a kind


@dataclass(slots=True)
class OpenBlock:
    """A block that still takes words."""

    kind: BlockKind
    level: int = 0
    marker: str = ""
    reason: str = ""
    anchor: str | None = None
    second: float | None = None
    marker_at: int = -1  # where the source writes it; -1: nowhere, as in HTML
    start: int = -1  # -1: no words yet
    end: int = -1
    line: int = 0
    pieces: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    strong: list[Span] = field(default_factory=list)
    emphasis: list[Span] = field(default_factory=list)


class Assembler:
    """Builds the readable text; offsets that are given are the source's, `position` is the text's."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.blocks: list[Block] = []
        self.open: OpenBlock | None = None
        self._parts: list[str] = []
        self._runs: list[list[int]] = []
        self._length = 0
        self._gap = ""
        self._line, self._counted = 1, 0
        self._wordless: list[Link] = []  # links of blocks without words, for the block before

    @property
    def position(self) -> int:
        """Return the offset at which the next words will stand."""
        return self._length + len(self._gap)

    @property
    def breaks_line(self) -> bool:
        """Return whether a line break was asked for after the last words."""
        return self._gap.startswith("\n")

    def begin(self, block: OpenBlock) -> None:
        """End the open block and begin another."""
        self.end()
        self.open = block

    def take(self, start: int, end: int) -> None:
        """Add the source's characters from `start` to `end` as they stand."""
        piece = self.source[start:end]
        block = self.open
        if block is None or block.start < 0:
            kept = piece.lstrip("\r\n") if block is not None and block.kind == "code" else piece.lstrip()
            start += len(piece) - len(kept)
            piece = kept
        if piece:
            self._put(piece, start, len(piece))

    def write(self, start: int, end: int, characters: str) -> None:
        """Add characters that the source writes in another way between `start` and `end`."""
        characters = characters.lstrip() if self._fresh() else characters
        if characters:
            self._put(characters, start, end - start)

    def echo(self, at: int, characters: str) -> None:
        """Add characters that stand elsewhere in the source, beside what stands at `at`."""
        if characters.strip():
            self._put(characters.strip(), at, 0)

    def gap(self, characters: str) -> None:
        """Separate what follows from what was written in this block; a newline outweighs a space."""
        if not self._fresh() and (len(characters) > len(self._gap) or characters == "\n"):
            self._gap = characters

    def cut(self, count: int) -> None:
        """Take back the last characters of the open block."""
        block = self.open
        if block is None or count <= 0:
            return
        text = "".join(block.pieces).rstrip()
        kept = text[: max(0, len(text) - count)].rstrip()
        block.pieces = [kept]
        self._length = block.start + len(kept)
        block.end = self._length if kept else -1
        while self._runs and self._runs[-1][0] >= self._length:
            self._runs.pop()
        last = self._runs[-1] if self._runs else None
        if last is not None and last[0] + last[1] > self._length and last[1] == last[3]:
            last[1] = last[3] = self._length - last[0]

    def mark(self, role: str, start: int) -> None:
        """Note that the words since `start` are "strong" or "emphasis"."""
        if self.open is not None and self.position > start:
            (self.open.strong if role == "strong" else self.open.emphasis).append((start, self.position))

    def link(self, start: int, url: str) -> None:
        """Note that the words since `start` carry an address; there may be none."""
        if self.open is None:
            self.open = OpenBlock("paragraph")
        self.open.links.append(Link(start, max(start, self.position), url))

    def end(self) -> None:
        """End the open block; without words it leaves nothing but its links."""
        block = self.open
        if block is None:
            return
        self.open, self._gap = None, ""
        if block.end < 0:
            self._parts.extend(block.pieces)  # white space, already counted
            if block.kind != "furniture":
                self._wordless.extend(Link(0, 0, link.url) for link in block.links)
            return
        text = block.pieces[0] if len(block.pieces) == 1 else "".join(block.pieces)
        self._parts.append(text)
        self._hand_over_wordless(block)
        links = _clipped_links(block, text)
        self.blocks.append(
            Block(
                block.kind,
                block.start,
                block.end,
                block.line,
                block.level,
                block.marker,
                links,
                _clipped(block.strong, block),
                _clipped(block.emphasis, block),
                block.anchor,
                block.reason,
                block.second,
            )
        )

    def finish(self) -> tuple[str, tuple[Block, ...], tuple[Run, ...]]:
        """End the last block and give text, blocks and runs."""
        self.end()
        self._hand_over_wordless(None)
        drafts, self._runs = self._runs, []
        drafts.reverse()
        runs = tuple(
            Run(*drafts.pop()) for _ in range(len(drafts))
        )  # popped: both forms at once would be 50 MB more for 20 MB
        return "".join(self._parts), tuple(self.blocks), runs

    def words(self) -> str:
        """Return what the open block holds so far."""
        return "".join(self.open.pieces).rstrip() if self.open is not None else ""

    def _fresh(self) -> bool:
        return self.open is None or self.open.start < 0

    def _put(self, piece: str, source_start: int, source_length: int) -> None:
        """Append characters, with the separator that was waiting."""
        block = self.open = self.open or OpenBlock("paragraph")
        if block.start < 0:
            self._separate(block, source_start)
        elif self._gap:
            block.pieces.append(self._gap)
            self._length += len(self._gap)
        self._gap = ""
        if source_length:
            self._note_run(len(piece), source_start, source_length)
        block.pieces.append(piece)
        self._length += len(piece)
        if not piece[-1].isspace():
            block.end = self._length
        elif words := piece.rstrip():
            block.end = self._length - (len(piece) - len(words))

    def _separate(self, block: OpenBlock, source_start: int) -> None:
        """Return a block its first offset and its line, apart from the block before."""
        if self.blocks:
            before = self.blocks[-1]
            between = "\n" if before.kind == block.kind and block.kind in _TIGHT else "\n\n"
            self._parts.append(between)
            self._length += len(between)
        if block.kind == "bullet" and block.marker:
            self._write_marker(block)
        self._line += self.source.count("\n", self._counted, source_start)
        self._counted = max(self._counted, source_start)
        block.start, block.line = self._length, self._line

    def _write_marker(self, block: OpenBlock) -> None:
        """Write a bullet's marker before it, indented by its depth: without it a quoted list reads as one sentence."""
        indent = INDENT * block.level
        self._length += len(indent)
        if block.marker_at >= 0:
            self._note_run(len(block.marker), block.marker_at, len(block.marker))
        self._parts.append(f"{indent}{block.marker} ")
        self._length += len(block.marker) + 1

    def _note_run(self, length: int, source_start: int, source_length: int) -> None:
        """Lengthen the last run where both sides go on verbatim, else add one."""
        last = self._runs[-1] if self._runs else None
        if (
            last is not None
            and length == source_length
            and last[1] == last[3]
            and last[0] + last[1] == self._length
            and last[2] + last[3] == source_start
        ):
            last[1] += length
            last[3] += length
        else:
            self._runs.append([self._length, length, source_start, source_length])

    def _hand_over_wordless(self, following: OpenBlock | None) -> None:
        """Return links without words to the block before them, at the very start to the block after."""
        if not self._wordless:
            return
        waiting, self._wordless = self._wordless, []
        if self.blocks:
            before = self.blocks[-1]
            if before.kind == "furniture":
                return
            moved = tuple(Link(before.end, before.end, link.url) for link in waiting)
            self.blocks[-1] = replace(before, links=before.links + moved)
        elif following is not None:
            following.links[:0] = [Link(following.start, following.start, link.url) for link in waiting]


def _clipped(spans: list[Span], block: OpenBlock) -> tuple[Span, ...]:
    """Keep the part of each span that lies in the block."""
    if not spans:
        return ()
    cut = ((max(start, block.start), min(end, block.end)) for start, end in spans)
    return tuple(sorted({(start, end) for start, end in cut if start < end}))


def _clipped_links(block: OpenBlock, text: str) -> tuple[Link, ...]:
    """Join the links that the mark-up gives with the addresses that stand bare."""
    if block.kind == "heading":  # a heading that links to its own page leads back to the contents
        block.links = [link for link in block.links if not link.url.startswith("#")]
    if not block.links and "/" not in text and "www." not in text:
        return ()
    given = [
        Link(max(block.start, min(x.start, block.end)), max(block.start, min(x.end, block.end)), x.url)
        for x in block.links
    ]
    if block.kind == "code":
        return tuple(sorted(given, key=lambda link: link.start))
    bare = (Link(x.start + block.start, x.end + block.start, x.url) for x in bare_links(text, 0, len(text)))
    candidates = [(link, False) for link in given] + [(link, True) for link in bare if link.end <= block.end]
    merged: list[Link] = []
    reached = -1  # everything before is covered by a link of the mark-up
    for link, is_bare in sorted(candidates, key=lambda pair: (pair[0].start, -pair[0].end, pair[1])):
        if not is_bare or link.start >= reached:
            merged.append(link)
            reached = max(reached, link.end)
    return tuple(merged)


def bare_links(text: str, start: int, end: int) -> Iterator[Link]:
    """Find the addresses written out in a stretch of text.

    An address without its scheme counts where a path follows ("youtu.be/ID"); its `url` then starts with
    https.

    Args:
        text: The readable text.
        start: Where the stretch begins.
        end: Where it ends, exclusive.

    Yields:
        Links in order; offsets into `text`.
    """
    if text.find("/", start, end) < 0 and text.find("www.", start, end) < 0:
        return  # the common case, and the pattern is slow on long prose
    for found in _ADDRESS.finditer(text, start, end):
        address = _without_sentence_end(found[0])
        if len(address) < 8:
            continue
        url = address if "://" in address[:8] else f"https://{address}"
        yield Link(found.start(), found.start() + len(address), url)


def _without_sentence_end(address: str) -> str:
    """Cut the punctuation that belongs to the sentence around the address."""
    address = _WORDS_BEHIND.sub("", address)
    while address:
        last = address[-1]
        closes = last in _PAIRS and address.count(last) > address.count(_PAIRS[last])
        if last not in _TRAILING and not closes:
            break
        address = address[:-1]
    return address


def without_contents(blocks: Sequence[Block], text: str) -> tuple[Block, ...]:
    """Turn the entries of tables of contents into furniture."""
    kept = list(blocks)
    at = 0
    while at < len(kept):
        end = at
        while end < len(kept) and kept[end].kind == "bullet" and _leads_within(kept[end], text):
            end += 1
        if end - at >= _FEWEST_ENTRIES:
            kept[at:end] = [
                replace(block, kind="furniture", level=0, reason="table of contents")
                for block in kept[at:end]
            ]
        at = max(end, at + 1)
    return tuple(kept)


def _leads_within(block: Block, text: str) -> bool:
    """Return whether the whole entry is one link to a place of the same page."""
    if not block.links or not block.links[0].url.startswith("#"):
        return False
    link = block.links[0]
    around = text[block.start : link.start] + text[link.end : block.end]
    return not any(character.isalpha() for character in around)
