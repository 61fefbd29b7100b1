"""The recap as a row of pieces: blocks, with the lines of a stacked paragraph taken apart."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter, itemgetter

from ingest.loaders.blocks import Block, Link, LoadedRecap
from ingest.talks.lines.bylines import is_fact, is_labelled, is_material, read_byline
from ingest.talks.lines.common_words import language_of
from ingest.talks.lines.names import OrdinaryWords
from ingest.talks.models import Span

_PUNCTUATION = ".,;:!?()[]{}\"'“”‘’*_`"
_SHORTEST_WORD = 3
_VOCABULARY_SAMPLE = 300_000  # characters that tell a recap's ordinary words; more change nothing
_STACKED_LINES = 5
_TIMED = re.compile(
    r"^[ \t]*\d{1,2}[:.h]\d{2}(?:\s*[-–—]\s*\d{1,2}[:.h]\d{2})?[ \t]*[-–—:|]?[ \t]+\S[^\n]*\n?", re.MULTILINE
)
_PROGRAMME = 3  # lines with a time each
_LINE_LENGTH = 200
_FULL_LINE = 76
_MOSTLY = 0.7
_START, _END = attrgetter("start"), attrgetter("end")


@dataclass(slots=True)
class Piece:
    """A block or a line of one."""

    number: int
    start: int
    end: int
    text: str
    block: Block
    kind: str

    links: tuple[Link, ...] = ()  # inside the piece, in order
    strong: tuple[Span, ...] = ()  # bold stretches that touch the piece
    emphasis: tuple[Span, ...] = ()  # those in italics

    def links_on(self, start: int, end: int) -> Iterator[Link]:
        """Yield the links that touch a stretch of the piece's text."""
        first = bisect_left(self.links, self.start + start, key=_END)
        for link in itertools.islice(self.links, first, None):
            if link.start > self.start + end:
                break
            yield link

    def marked(self) -> bool:
        """Return whether all of its words are set in bold or italics."""
        stretches = [*self.strong, *self.emphasis]
        if not stretches:
            return False
        inside = sorted(
            (max(a, self.start), min(b, self.end)) for a, b in stretches if a < self.end and b > self.start
        )
        covered, at = 0, self.start
        for start, end in inside:
            covered += max(0, end - max(start, at))
            at = max(at, end)
        return bool(self.text.strip()) and covered >= 0.9 * len(self.text.strip())


def read_pieces(recap: LoadedRecap) -> list[Piece]:
    """List the pieces of all blocks that are no furniture, rules included, in order."""
    pieces: list[Piece] = []
    for block in recap.blocks:
        if block.kind == "furniture" or block.end <= block.start:
            continue
        for start, end in _cut(recap.text, block):
            pieces.append(
                Piece(
                    len(pieces),
                    start,
                    end,
                    recap.text[start:end],
                    block,
                    block.kind,
                    tuple(_links_within(block, start, end)),
                    _touching(block.strong, start, end),
                    _touching(block.emphasis, start, end),
                )
            )
    return pieces


def _links_within(block: Block, start: int, end: int) -> Iterator[Link]:
    for link in itertools.islice(block.links, bisect_left(block.links, start, key=_START), None):
        if link.start > end:
            return
        if link.end <= end:
            yield link


def _touching(spans: Sequence[Span], start: int, end: int) -> tuple[Span, ...]:
    """Return those of some ordered spans that have a character of a stretch."""
    first = bisect_right(spans, start, key=itemgetter(1))
    return tuple(itertools.takewhile(lambda span: span[0] < end, itertools.islice(spans, first, None)))


def linked(piece: Piece) -> bool:
    """Return whether links carry most of the words."""
    return sum(link.end - link.start for link in piece.links) >= _MOSTLY * len(piece.text.strip())


def _cut(text: str, block: Block) -> Iterator[tuple[int, int]]:
    """Peel by-lines, addresses and titles off a paragraph whose first lines they are."""
    at = block.start
    if block.kind in {"paragraph", "quote"} and text.find("\n", block.start, block.end) >= 0:
        lines = _first_lines(text, block)
        for number, (start, end) in enumerate(lines):
            following = text[slice(*lines[number + 1])] if number + 1 < len(lines) else ""
            linked_on = any(
                link.start < end < link.end for link in block.links
            )  # one link over two lines is one title
            if (
                linked_on
                or end >= block.end
                or not _stands_alone(text[start:end], following, block, start, end, first=number == 0)
            ):
                break
            yield at, end + 1
            at = end + 1
    for cut in _timed_lines(text, at, block.end) if block.kind == "paragraph" else ():
        if cut > at:
            yield at, cut
            at = cut
    if at < block.end:
        yield at, block.end


def _timed_lines(text: str, start: int, end: int) -> list[int]:
    """List where the lines that begin with clock times begin and end, where a paragraph is a programme of several."""
    lines = [match.span() for match in _TIMED.finditer(text, start, end)]
    return [place for span in lines for place in span] if len(lines) >= _PROGRAMME else []


def _first_lines(text: str, block: Block) -> list[tuple[int, int]]:
    lines: list[tuple[int, int]] = []
    at = block.start
    while at < block.end and len(lines) < _STACKED_LINES:
        end = text.find("\n", at, block.end)
        end = block.end if end < 0 else end
        lines.append((at, end))
        at = end + 1
    return lines


def _stands_alone(line: str, following: str, block: Block, start: int, end: int, *, first: bool) -> bool:
    if not line.strip() or len(line) > _LINE_LENGTH:
        return False
    whole = any(a <= start + 2 and b >= end - 2 for a, b in (*block.strong, *block.emphasis))
    if whole or is_material(line) or is_fact(line):
        return True
    # A full line of a wrapped paragraph may begin with a name too.
    full = len(line) >= _FULL_LINE and not is_labelled(line) and bool(following.strip())
    if not full and read_byline(line) is not None:
        return True
    return (
        first
        and not line.rstrip().endswith((".", ",", ";"))
        and (read_byline(following) is not None or is_material(following))
    )


def ordinary_words(recap: LoadedRecap) -> OrdinaryWords:
    """Collect the words that the recap writes in lower case: they make poor names."""
    found = set()
    for token in recap.text[:_VOCABULARY_SAMPLE].split():
        word = token.strip(_PUNCTUATION)
        # A slug or a handle writes names small.
        if len(word) >= _SHORTEST_WORD and word.islower() and word.isalpha() and token[0] != "@":
            found.add(word)
    named = recap.meta.get("language", "")
    language = named.split("-")[0].lower() if isinstance(named, str) and named else language_of(recap.text)
    return OrdinaryWords.of(found, language, recap.text[:_VOCABULARY_SAMPLE])
