"""Cut the words of found talks into passages: verbatim slices of a size that reads well in Slack and ranks well."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from operator import attrgetter

from index.models import Passage, Role, Voice
from ingest.blocks import Block, LoadedRecap
from ingest.cutting import cut, trim
from ingest.links import kind_of, timed_url, valid_url
from ingest.talks import FoundTalk, Span

# About 300 characters: two or three passages fill the 800 characters that a person takes in at a glance, and the encoder
# (256 word pieces) still reads every word of the longest one.
TARGET_CHARS = 300
MAX_CHARS = 600
MIN_CHARS = 60

# How much of a passage must be the note-taker's own remark before it counts as theirs: the rest is white space and punctuation.
AUTHOR_SHARE = 0.8

# What words before it announce.
_LISTED = ("bullet", "code", "table_row", "quote")
_END = attrgetter("end")
_WORD = re.compile(r"\w")


@dataclass(slots=True)
class Piece:
    """The smallest stretch that is never cut again: a block, or a sentence of a long one."""

    start: int
    end: int
    block: Block | None
    leads: bool = False  # announces what follows ("Key features:", a sub-heading): never the last of its passage
    opens: bool = False  # starts a new passage
    own: bool = False  # the note-taker's own remark


def make_passages(recap: LoadedRecap, found: FoundTalk, talk_id: str) -> tuple[Passage, ...]:
    """Cut a talk's heading and body into passages, in source order.

    Every word of the talk's spans lands in exactly one passage, and `passage.text` is the recap's text at its offsets.

    Args:
        recap: The recap that the talk was found in.
        found: The talk with the spans of its words.
        talk_id: What the passages' ids start with.
    """
    roles: tuple[tuple[Role, Sequence[Span]], ...] = (("heading", found.heading), ("body", found.body))
    runs = sorted((start, end, role) for role, spans in roles for start, end in _grouped(_pieces(recap, found, spans), recap.text))
    return tuple(_passage(recap, found, f"{talk_id}#{ordinal}", run) for ordinal, run in enumerate(runs))


def _passage(recap: LoadedRecap, found: FoundTalk, passage_id: str, run: tuple[int, int, Role]) -> Passage:
    """Make one passage of a stretch."""
    start, end, role = run
    talk_id, _, ordinal = passage_id.rpartition("#")
    return Passage(
        passage_id=passage_id,
        talk_id=talk_id,
        recap_id=recap.recap_id,
        ordinal=int(ordinal),
        text=recap.text[start:end],
        start=start,
        end=end,
        source_start=recap.to_source(start),
        source_end=max(recap.to_source(end - 1) + 1, recap.to_source(start)),
        role=role,
        voice=_voice(found.author_spans, start, end),
        links=_links(recap, found, start, end),
    )


def _voice(author_spans: Sequence[Span], start: int, end: int) -> Voice:
    """Say whose words a stretch holds."""
    own = sum(max(0, min(end, e) - max(start, s)) for s, e in author_spans)
    return "author" if own >= AUTHOR_SHARE * (end - start) else "notes"


def _links(recap: LoadedRecap, found: FoundTalk, start: int, end: int) -> tuple[str, ...]:
    """List the addresses that the notes give inside a stretch, each once; a transcript's cue gives the recording at its second."""
    urls: dict[str, None] = {}
    for block in _blocks_within(recap, start, end):
        video = found.links.get("video") or str(recap.meta.get("url", ""))
        if block.second is not None and kind_of(video) == "video":
            timed = timed_url(video, block.second)
            urls.update({timed: None} if timed else {})
        for link in block.links:
            if start <= link.start < end and (url := valid_url(link.url)):
                urls.setdefault(url)
    return tuple(urls)


def _blocks_within(recap: LoadedRecap, start: int, end: int) -> Iterator[Block]:
    """Give the blocks that overlap a stretch; blocks are in source order and never overlap each other."""
    at = bisect_right(recap.blocks, start, key=_END)
    while at < len(recap.blocks) and recap.blocks[at].start < end:
        yield recap.blocks[at]
        at += 1


def _pieces(recap: LoadedRecap, found: FoundTalk, spans: Sequence[Span]) -> list[Piece]:
    """Split spans at the blocks' borders, and long blocks at their sentences."""
    pieces: list[Piece] = []
    for span_start, span_end in sorted(spans):
        at = span_start
        for block in _blocks_within(recap, span_start, span_end):
            if block.start > at:
                pieces += _cut_block(recap.text, at, min(block.start, span_end), None)
            pieces += _cut_block(recap.text, max(at, block.start), min(block.end, span_end), block)
            at = max(at, min(block.end, span_end))
        pieces += _cut_block(recap.text, at, span_end, None)
    for piece, following in zip_longest(pieces, pieces[1:]):
        piece.own = bool(found.author_spans) and _voice(found.author_spans, piece.start, piece.end) == "author"
        _mark_lead_in(recap.text, piece, following)
    return pieces


def _cut_block(text: str, start: int, end: int, block: Block | None) -> list[Piece]:
    """Cut a stretch of one block into pieces; signs without a word make none."""
    stretches = [trim(text, start, end)] if end - start <= MAX_CHARS else cut(text, start, end, TARGET_CHARS, MAX_CHARS)
    return [Piece(s, e, block) for s, e in stretches if _WORD.search(text, s, e)]


def _mark_lead_in(text: str, piece: Piece, following: Piece | None) -> None:
    """Mark a piece that announces the next one: a sub-heading, or words before a colon or a list."""
    block, next_block = piece.block, following.block if following else None
    if block is not None and block.kind == "heading":
        piece.leads = piece.opens = True
    if block is None or next_block is None or next_block is block:
        return
    to_list = next_block.kind in _LISTED
    deeper = block.kind == "bullet" and next_block.kind == "bullet" and next_block.level > block.level
    short = block.kind == "paragraph" and to_list and piece.end - piece.start <= MIN_CHARS
    # Also before paragraphs: text copied from a browser has lost its bullets.
    if deeper or short or text.endswith((":", "："), piece.start, piece.end):
        piece.leads = True
        piece.opens = block.kind != "bullet"


def _grouped(pieces: Sequence[Piece], text: str) -> list[Span]:
    """Join neighbouring pieces to passages of about the target size."""
    groups: list[list[Piece]] = []
    for piece in pieces:
        if groups and not _breaks(groups[-1], piece, text):
            groups[-1].append(piece)
        elif groups and len(groups) > 1 and _belongs_back(groups[-2], groups[-1], text):
            _join_last(groups)
            groups.append([piece])
        else:
            groups.append([piece])
    if len(groups) > 1 and _belongs_back(groups[-2], groups[-1], text):
        _join_last(groups)
    return [(group[0].start, group[-1].end) for group in groups]


def _join_last(groups: list[list[Piece]]) -> None:
    """Put the last group behind the one before it."""
    tail = groups.pop()
    groups[-1].extend(tail)


def _apart(last: Piece, piece: Piece, text: str) -> bool:
    """Say whether two neighbours can never share a passage: another voice, or words of another talk lie between."""
    return last.own != piece.own or _WORD.search(text, last.end, piece.start) is not None


def _belongs_back(group: list[Piece], tail: list[Piece], text: str) -> bool:
    """Say whether a group is too short to stand alone and fits its predecessor."""
    short = tail[-1].end - tail[0].start < MIN_CHARS and not tail[-1].leads
    return short and tail[-1].end - group[0].start <= MAX_CHARS and not _apart(group[-1], tail[0], text)


def _breaks(group: list[Piece], piece: Piece, text: str) -> bool:
    """Say whether a new passage starts with a piece."""
    last = group[-1]
    size, joined = last.end - group[0].start, piece.end - group[0].start
    if joined > MAX_CHARS or _apart(last, piece, text):
        return True
    if last.leads or size < MIN_CHARS:
        return False
    if piece.opens and size >= TARGET_CHARS // 2:
        return True
    # Whichever lies nearer to the target: with the piece or without it.
    return joined > TARGET_CHARS and joined - TARGET_CHARS > TARGET_CHARS - size
