"""Bullets as word processors and chats set them, which Markdown does not know: "• Title", and rows of "– Title"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ingest.loaders.blocks import BULLET_SIGNS

_SPACE = "[ \t\u00a0\u200b]"
_BULLET = re.compile(rf"^[ \t>]*([{BULLET_SIGNS}]{_SPACE}+)(?=\S)", re.MULTILINE)
_DASH = re.compile(rf"^[ \t>]*([–—]{_SPACE}+)(?=\S)", re.MULTILINE)
# From one dash to the next of its list there are its own words, and lines that are empty or indented.
_OWN_LINES = re.compile(r"[^\n]*\n(?:[ \t][^\n]*\n|\r?\n)*")


def foreign_bullets(source: str, begin: int, outside: Callable[[int], bool]) -> Iterator[tuple[int, int]]:
    """Find such marks at lines' beginnings, each with the space behind it.

    A dash alone may be a speaker's in a dialogue or stand before an author's name; two in a row are a list.

    Args:
        source: Markdown.
        begin: Where it begins, behind the front matter.
        outside: Tells whether an offset stands in no code.
    """
    yield from (m.span(1) for m in _BULLET.finditer(source, begin) if outside(m.start(1)))
    dashes = [m.span(1) for m in _DASH.finditer(source, begin) if outside(m.start(1))]
    follows = False
    for number, (start, end) in enumerate(dashes):
        leads = number + 1 < len(dashes) and _go_together(source, start, end, dashes[number + 1][0])
        if leads or follows:
            yield start, end
        follows = leads


def _go_together(source: str, start: int, end: int, following: int) -> bool:
    """Return whether two dashes, the first from `start` to `end`, are the same sign and begin lines of one list."""
    line = source.rfind("\n", 0, following) + 1
    return source[start] == source[following] and _OWN_LINES.fullmatch(source, end, line) is not None


def may_hold_bullets(source: str, begin: int) -> bool:
    """Return whether any such mark begins a line."""
    return _BULLET.search(source, begin) is not None or _DASH.search(source, begin) is not None
