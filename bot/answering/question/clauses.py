"""The clauses of a question, and which of them are asides."""

from __future__ import annotations

import re

from index.conferences.day_mentions import parse_days

Span = tuple[int, int]

_BREAK = re.compile(r"\s*(?:[,:;.!?…](?=\s|$)|\s[-–—](?=\s)|[()])+\s*")


def clauses(text: str) -> list[Span]:
    """Return the spans of a text between the signs that separate clauses, in order; those within a date do not: "5. Mai"."""
    found: list[Span] = []
    at = 0
    dates = [mention.span for mention in parse_days(text)]
    for match in _BREAK.finditer(text):
        if any(start < match.start() and match.end() < end for start, end in dates):
            continue
        if match.start() > at:
            found.append((at, match.start()))
        at = match.end()
    if at < len(text):
        found.append((at, len(text)))
    return found
