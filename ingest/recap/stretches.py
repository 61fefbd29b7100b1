"""The smallest stretches that passages are made of: blocks and sentences, and which of them announce what follows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.loaders.blocks import Block, LoadedRecap
from ingest.recap.cutting import cut, trim

# About 300 characters: two or three passages fill the 800 characters that a person takes in at a glance, and
# the encoder (256 word pieces) still reads every word of the longest one.
TARGET_CHARS = 300
MAX_CHARS = 600
MIN_CHARS = 60

# What words before it announce.
_LISTED = ("bullet", "code", "table_row", "quote")
_WORD = re.compile(r"\w")
_LONGEST_TITLE = 80
# a shorter paragraph without a sentence's end may be one more title, or an item of a list that lost its
# bullets
_PROSE_CHARS = 80
_LONGEST_HEADING = 160
_UNLEVELLED = 7  # below every heading that says its level
_SENTENCE = re.compile(r"[.!?…。！？][\"'”’)\]]*$")
_NO_TITLE = re.compile(
    r"[.!;,…:：。！、]$|^\W*(?:slides?|sources?|see(?: also)?|video|link)\b|://", re.IGNORECASE
)
_MARKER_GAP = 12  # white space at most between a bullet's marker and its words


@dataclass(slots=True)
class Stretch:
    """Words that are never cut again: a block with its marker, or a sentence of a long one."""

    start: int
    end: int
    block: Block | None
    leads: bool = (
        False  # announces what follows ("Key features:", a sub-heading): never the last of its passage
    )
    opens: bool = False  # starts a new passage where the one before is long enough
    heads: bool = False  # a sub-heading: starts a new passage
    own: bool = False  # the note-taker's own remark


def read_stretches(recap: LoadedRecap, blocks: Sequence[Block], start: int, end: int) -> Iterator[Stretch]:
    """Cut a span at its blocks' borders, and long blocks at their sentences; signs without a word make none.

    Args:
        recap: The recap.
        blocks: Its blocks that overlap the span, in order.
        start: Where the span begins.
        end: Where it ends, exclusive.
    """
    at = start
    for block in blocks:
        if block.start > at:
            yield from _cut(recap.text, at, min(block.start, end), None)
        first = _with_marker(recap.text, block) if block.start >= start else max(at, block.start)
        yield from _cut(recap.text, first, min(block.end, end), block)
        at = max(at, min(block.end, end))
    yield from _cut(recap.text, at, end, None)


def _with_marker(text: str, block: Block) -> int:
    """Return the offset of a bullet's marker where the readable text holds it, else of its words."""
    if not block.marker:
        return block.start
    at = text.rfind(block.marker, max(0, block.start - _MARKER_GAP - len(block.marker)), block.start)
    return at if at >= 0 and text[at + len(block.marker) : block.start].isspace() else block.start


def _cut(text: str, start: int, end: int, block: Block | None) -> Iterator[Stretch]:
    parts = (
        [trim(text, start, end)]
        if end - start <= MAX_CHARS
        else cut(text, start, end, TARGET_CHARS, MAX_CHARS)
    )
    return (Stretch(s, e, block) for s, e in parts if _WORD.search(text, s, e))


def mark_leads(text: str, stretches: Sequence[Stretch]) -> None:
    """Mark what announces the stretch behind it: a sub-heading, or words before a colon or a list."""
    titled = False  # the stretch before has a title's shape
    for at, one in enumerate(stretches):
        following = stretches[at + 1] if at + 1 < len(stretches) else None
        shaped = _shaped_as_title(text, one)
        if one.block is not None and one.block.kind == "heading":
            one.leads = one.opens = one.heads = True
        elif following is not None and following.block is not one.block:
            _mark_words(text, one, following)
            if shaped and not titled and _is_notes(text, following):
                one.leads = one.opens = one.heads = True
        # In a row of short lines only the first can be a title: the others are a list that lost its bullets.
        titled = shaped and not one.heads


def _mark_words(text: str, one: Stretch, following: Stretch) -> None:
    block, behind = one.block, following.block
    if block is None or behind is None:
        return
    deeper = block.kind == "bullet" and behind.kind == "bullet" and behind.level > block.level
    short = block.kind == "paragraph" and behind.kind in _LISTED and one.end - one.start <= MIN_CHARS
    # Also before paragraphs: text copied from a browser has lost its bullets.
    if deeper or short or text.endswith((":", "："), one.start, one.end):
        one.leads = True
        one.opens = block.kind != "bullet"


def headings_above(text: str, stretches: Sequence[Stretch]) -> dict[int, tuple[str, ...]]:
    """Return by each stretch's start the sub-headings that it stands under, outermost first, and the words that announce its list."""
    above: dict[int, tuple[str, ...]] = {}
    path: list[tuple[int, str]] = []
    lead: tuple[int, str] | None = None
    for one in stretches:
        level = one.block.level if one.block else 0
        bullet = one.block is not None and one.block.kind in _LISTED
        if one.heads:
            level = level or _UNLEVELLED
            path = [entry for entry in path if entry[0] < level]
            lead = None
        elif lead and (not bullet or level <= lead[0]):
            lead = None
        above[one.start] = tuple(words for _, words in (*path, *([lead] if lead else [])))
        if one.heads:
            path.append((level, _told(text, one)))
        elif one.leads:
            lead = (level if bullet else -1, _told(text, one))
    return above


def _told(text: str, one: Stretch) -> str:
    """Return an announcement's words on one line."""
    words = " ".join(text[one.start : one.end].split())
    return words if len(words) <= _LONGEST_HEADING else words[:_LONGEST_HEADING].rpartition(" ")[0]


def _shaped_as_title(text: str, one: Stretch) -> bool:
    """Return whether a paragraph is one short line with a capital first that ends no sentence; a question may."""
    if one.block is None or one.block.kind != "paragraph" or one.end - one.start > _LONGEST_TITLE:
        return False
    words = text[one.start : one.end]
    first = next((sign for sign in words if sign.isalnum()), "")
    return bool(first) and not first.islower() and "\n" not in words and not _NO_TITLE.search(words)


def _is_notes(text: str, one: Stretch) -> bool:
    """Return whether a stretch is what a title announces: a list, or prose."""
    if one.block is None:
        return False
    return one.block.kind in _LISTED or one.end - one.start >= _PROSE_CHARS or ends_sentence(text, one)


def ends_sentence(text: str, one: Stretch) -> bool:
    """Return whether a stretch ends with a sentence's mark."""
    return bool(_SENTENCE.search(text[max(one.start, one.end - 4) : one.end]))
