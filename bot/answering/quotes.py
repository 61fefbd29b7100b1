"""Quotes: whole sentences and bullets, verbatim by their offsets, read again from the stored text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from bot.answering.models import Quote
from index.models import Hit, Passage
from index.search import Searcher
from index.words import singular, words

MAX_QUOTES = 3
QUOTE_CHARS = 420  # one quote; a passage up to this length is quoted whole
_TOTAL_CHARS = 1050  # all quotes of an answer, so that their sources fit beside them into 1,500 characters
_SAME = 85  # of 100, of two quotes' common characters
_LINE = re.compile(r"[^\n]+")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[”\"')\]]*\s+(?=[^\sa-z])")


def choose_quotes(hits: Sequence[Hit], wanted: Sequence[str], searcher: Searcher, limit: int = MAX_QUOTES) -> tuple[Quote, ...]:
    """Take up to `limit` quotes from the best passages, the best first.

    Neighbouring passages of one talk become one quote; what says nearly the same as a better quote is left out.

    Args:
        hits: Passages, best first.
        wanted: The question's folded words: they decide what is kept of a long passage.
        searcher: Reads the words again.
        limit: How many quotes.
    """
    chosen: list[Quote] = []
    length = 0
    for hit in hits:
        if len(chosen) == limit:
            break
        start, end = _best_stretch(hit.passage, wanted)
        if any(quote.talk.recap_id == hit.passage.recap_id and quote.start < end and start < quote.end for quote in chosen):
            continue
        text = searcher.read(hit.passage.recap_id, start, end)
        if any(_alike(text, quote.text) for quote in chosen) or (chosen and length + len(text) > _TOTAL_CHARS):
            continue
        chosen.append(Quote(text, hit.passage.passage_id, start, end, hit.talk, hit.passage.voice))
        length += len(text)
    return tuple(chosen)


def _alike(one: str, other: str) -> bool:
    short, long = sorted((one.casefold(), other.casefold()), key=len)
    return short in long or fuzz.ratio(short, long) >= _SAME


def _best_stretch(passage: Passage, wanted: Sequence[str]) -> tuple[int, int]:
    """Return the offsets, in the recap, of what is quoted of a passage."""
    if len(passage.text) <= QUOTE_CHARS:
        return passage.start, passage.end
    units = split_units(passage.text)
    scores = [_score(passage.text[start:end], wanted) for start, end in units]
    best = max(range(len(units)), key=lambda at: (scores[at], -at))
    first = last = best
    while True:
        grown = [
            (score, -abs(at - best), at)
            for at, score in (
                (first - 1, scores[first - 1] if first else -1.0),
                (last + 1, scores[last + 1] if last + 1 < len(units) else -1.0),
            )
            if 0 <= at < len(units) and units[max(last, at)][1] - units[min(first, at)][0] <= QUOTE_CHARS
        ]
        if not grown:
            break
        at = max(grown)[2]
        first, last = min(first, at), max(last, at)
    return passage.start + units[first][0], passage.start + units[last][1]


def split_units(text: str) -> list[tuple[int, int]]:
    """Return the spans of a text's sentences and bullets, in order, without the white space around them."""
    spans: list[tuple[int, int]] = []
    for line in _LINE.finditer(text):
        at = line.start()
        for cut in [*(m.end() for m in _SENTENCE_END.finditer(line[0])), len(line[0])]:
            piece = text[at : line.start() + cut]
            if piece.strip():
                spans.append((at + len(piece) - len(piece.lstrip()), at + len(piece.rstrip())))
            at = line.start() + cut
    return spans or [(0, len(text))]


def _score(text: str, wanted: Sequence[str]) -> float:
    said = {singular(word.form) for word in words(text)}
    return float(sum(singular(form) in said for form in wanted))
