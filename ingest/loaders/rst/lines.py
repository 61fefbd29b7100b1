"""The lines of a reStructuredText file, and what a line alone tells."""

from __future__ import annotations

import re
from typing import NamedTuple

ADORNMENT = re.compile(r"([!-/:-@\[-`{-~])\1+")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_NOT_ID = re.compile(r"[^a-z0-9]+")


class Line(NamedTuple):
    """One line of the source."""

    start: int
    first: int  # of its words
    end: int  # of its words
    indent: int  # in columns
    words: str


def lines_of(source: str) -> list[Line]:
    """Cut a source into lines with their offsets."""
    lines = []
    for found in _LINE.finditer(source):
        raw = found[0]
        words = raw.strip()
        margin = raw[: len(raw) - len(raw.lstrip())] if raw[0].isspace() else ""
        first = found.start() + len(margin)
        lines.append(
            Line(
                found.start(),
                first,
                first + len(words),
                len(margin.expandtabs()) if "\t" in margin else len(margin),
                words,
            )
        )
    return lines


def adornment_of(words: str) -> str:
    """Return the sign that a line repeats to mark a title; empty where it is none."""
    return words[0] if len(words) >= 3 and ADORNMENT.fullmatch(words) else ""


def section_id(title: str) -> str:
    """Return the id that docutils gives a section with this title."""
    return _NOT_ID.sub("-", title.lower()).strip("-")
