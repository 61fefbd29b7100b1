"""Cut long text where a reader would: at sentence ends, then at clauses, then between words; never inside one."""

from __future__ import annotations

import re

# A sentence ends at its mark, with what closes it, before white space; or at the marks of languages that
# write none. The look-behinds keep a million dots in a row linear.
_SENTENCE_END = re.compile(r"(?:(?<![.!?…])[.!?…]++[\"'”’»)\]]*+(?=\s)|[。！？]++[」』）]*+)")
_CLAUSE_END = re.compile(r"(?:(?<![;:,–—])[;:,–—]++(?=\s)|[、；，])")
_SPACE = re.compile(r"\s+")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|approx|resp|incl|nr|fig|dr|mr|mrs|ms|prof|st|inc|ltd|bzw|z\.b)|\b[A-Z])\.$",
    re.IGNORECASE,
)


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Narrow a stretch to its words: white space at both ends is left out."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def sentence_ends(text: str, start: int, end: int) -> list[int]:
    """List the offsets after each sentence of a stretch; abbreviations and initials end none."""
    ends = []
    for match in _SENTENCE_END.finditer(text, start, end):
        mark = text[max(start, match.start() - 8) : match.start() + 1]
        if match.group() == "." and _ABBREVIATION.search(mark):
            continue
        ends.append(match.end())
    return ends


def cut(text: str, start: int, end: int, target: int, limit: int) -> list[tuple[int, int]]:
    """Cut a stretch into parts near `target` characters.

    A part is longer than `limit` only where a single word is.

    Args:
        text: The whole text.
        start: Where the stretch begins.
        end: Where it ends, exclusive.
        target: The size to aim at.
        limit: The size to stay within.

    Returns:
        Trimmed spans in order, which hold every word of the stretch.
    """
    sentences = sentence_ends(text, start, end)
    parts: list[tuple[int, int]] = []
    at, place = start, 0
    while at < end:
        stop = end
        if end - at > limit:
            while place < len(sentences) and sentences[place] <= at:
                place += 1
            stop = _stop(text, (at, end), sentences[place : place + limit], target, limit)
        span = trim(text, at, stop)
        if span[0] < span[1]:
            parts.append(span)
        at = stop
    return parts


def _stop(text: str, rest: tuple[int, int], sentences: list[int], target: int, limit: int) -> int:
    """Choose where the first part of what is left ends."""
    at, end = rest
    reach = at + limit
    within = [stop for stop in sentences if stop <= reach]
    # Half the target at least: a first sentence of three words is no part of its own.
    fit = [stop for stop in within if stop - at >= target // 2]
    if fit:
        return min(fit, key=lambda stop: abs(stop - at - target))
    # A short sentence of its own reads better than one that breaks off.
    if within and within[-1] - at >= target // 5:
        return within[-1]
    for pattern in (_CLAUSE_END, _SPACE):
        stops = [match.end() for match in pattern.finditer(text, at + target // 2, reach)]
        if stops:
            return min(stops, key=lambda stop: abs(stop - at - target))
    if within:
        return within[-1]
    earlier = [match.end() for match in _SPACE.finditer(text, at + 1, min(at + target // 2, end))]
    if earlier:
        return earlier[-1]
    later = _SPACE.search(text, reach, end)
    return later.end() if later else end
