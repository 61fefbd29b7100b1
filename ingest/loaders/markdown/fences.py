"""Stray code fences: a fence that opens no code, or that nothing closes, must not swallow a recap."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

import pyromark

_FENCE = re.compile(r"[ \t>]*(?:`{3,}|~{3,})\s*\Z")
_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+\S")
_LEAST_WORDS = 8  # of a line that reads as prose
_LEAST_LETTERS = 20  # of one in a script without spaces
_PROSE_SHARE = 0.75  # of a line's characters that are letters or spaces
_MOST_STRAYS = 20  # each one parses what follows it again
_MOST_CODE_HEADINGS = 1  # "# a comment" happens in code
_MOST_CODE_PROSE = 2


def without_strays(source: str, options: pyromark.Options) -> str:
    """Blank the lines of stray fences with spaces, so that every offset stays.

    A fence is stray where what it holds are headings and prose: with nothing to close it, one heading after
    an empty line and a line of prose are enough; between two bare fences, several of both are needed.

    Args:
        source: Markdown.
        options: The parser's, as the source will be parsed.
    """
    if "```" not in source and "~~~" not in source:
        return source
    data, begin = source.encode(), 0
    for _ in range(_MOST_STRAYS):
        found = _first_stray(data[begin:], options)
        if found is None:
            break
        start = begin + found
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        data = data[:start] + b" " * (end - start) + data[end:]
        begin = start
    return data.decode()


def _first_stray(data: bytes, options: pyromark.Options) -> int | None:
    """Return the byte where the first stray fence begins."""
    for event, where in pyromark.events_with_range(data.decode(), options=options, merge_text=False):
        if not isinstance(event, dict) or not isinstance(begun := event.get("Start"), dict):
            continue
        block = begun.get("CodeBlock")
        if isinstance(block, dict) and _is_stray(
            data[where["start"] : where["end"]].decode(), str(block["Fenced"])
        ):
            return int(where["start"])
    return None


def _is_stray(code: str, language: str) -> bool:
    """Return whether a fenced block holds a recap's words."""
    lines = code.rstrip().split("\n")
    closed = len(lines) > 1 and _FENCE.match(lines[-1]) is not None
    if closed and language:
        return False
    # An open fence may hold a whole book, and a look at its first lines is enough.
    headings, prose = (_MOST_CODE_HEADINGS + 1, _MOST_CODE_PROSE + 1) if closed else (1, 1)
    headed = (
        at for at, line in enumerate(lines[1:], start=1) if _HEADING.match(line) and _stands_apart(lines, at)
    )
    return _reaches(headed, headings) and _reaches((line for line in lines[1:] if _is_prose(line)), prose)


def _reaches(found: Iterable[object], least: int) -> bool:
    """Return whether as many are found, and look no further."""
    return sum(1 for _ in islice(found, least)) == least


def _stands_apart(lines: list[str], at: int) -> bool:
    """Return whether a heading follows an empty line: a comment in code stands with its lines."""
    return at == 1 or not lines[at - 1].strip()


def _is_prose(line: str) -> bool:
    """Return whether a line is a sentence rather than code."""
    words = line.strip()
    if not words or words.startswith("#") or (words.isascii() and len(words.split()) < _LEAST_WORDS):
        return False
    letters = sum(char.isalpha() for char in words)
    spaces = words.count(" ")
    enough = len(words.split()) >= _LEAST_WORDS or (not words.isascii() and letters >= _LEAST_LETTERS)
    return enough and letters + spaces >= _PROSE_SHARE * len(words)
