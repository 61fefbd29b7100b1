"""The clauses of a question, and the two questions that a message may ask."""

from __future__ import annotations

import re
from functools import cache
from itertools import islice

from bot.answering.language.wordlists import languages
from index.conferences.day_mentions import parse_days
from index.languages.words import either

Span = tuple[int, int]

# Words in front of the one that asks: "and in which year was it".
_MOST_LED = 4
_MOST_JOINTS = 8  # "and"s that may part two questions
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
    for joint in islice(_joint().finditer(text), _MOST_JOINTS):
        first, second = text[: joint.start()].rstrip(" ,;?!"), text[joint.end() :]
        if _asks(_MOST_LED).match(first) and _asks(1).match(second):
            return first, second
    return None


@cache
def _joint() -> re.Pattern[str]:
    return re.compile(rf"(?<!\s)\s+(?:{either('bylines', 'and')})\s+", re.IGNORECASE)


@cache
def _asks(led: int) -> re.Pattern[str]:
    """Return how a question begins: with a word that asks, behind so many others at most, and more behind it."""
    asks = {said for language in languages().values() for said in language.wh}
    words = "|".join(sorted(map(re.escape, asks), key=len, reverse=True))
    return re.compile(rf"(?:[\w'’]+\s+){{0,{led}}}?(?:{words})\b.*\w", re.IGNORECASE)
