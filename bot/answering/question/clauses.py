"""The clauses of a question, and which of them are asides."""

from __future__ import annotations

import re

Span = tuple[int, int]

_BREAK = re.compile(r"\s*(?:[,:;.!?…](?=\s|$)|\s[-–—](?=\s)|[()])+\s*")


def clauses(text: str) -> list[Span]:
    """Return the spans of a text between the signs that separate clauses, in order."""
    found: list[Span] = []
    at = 0
    for match in _BREAK.finditer(text):
        if match.start() > at:
            found.append((at, match.start()))
        at = match.end()
    if at < len(text):
        found.append((at, len(text)))
    return found
