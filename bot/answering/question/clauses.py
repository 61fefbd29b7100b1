"""The clauses of a question, and the two questions that a message may ask."""

from __future__ import annotations

import re
from functools import cache

from bot.answering.language.wordlists import languages
from index.conferences.day_mentions import parse_days
from index.languages.words import either

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


def halves(text: str) -> tuple[str, str] | None:
    """Return the two questions of a plain text, joined by a word for "and": "who gave it | and when was it"; None where it asks one."""
    match = _two_questions().fullmatch(text)
    return (match["first"].rstrip(" ,;?!"), match["second"]) if match else None


@cache
def _two_questions() -> re.Pattern[str]:
    asks = {said for language in languages().values() for said in language.wh}
    words = "|".join(sorted(map(re.escape, asks), key=len, reverse=True))
    return re.compile(
        rf"(?P<first>(?:[\w'’]+\s+){{0,4}}?(?:{words})\b.*?\w.*?[,;?]?)\s+"
        rf"(?:{either('bylines', 'and')})\s+(?P<second>(?:[\w'’]+\s+)?(?:{words})\b.*\w.*)",
        re.IGNORECASE,
    )
