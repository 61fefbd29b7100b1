"""Quotes: whole sentences and bullets, verbatim by their offsets, read again from the stored text."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from rapidfuzz import fuzz

from bot.answering.language.knowledge import knowledge_of
from bot.answering.language.wordlists import is_generic, is_stop
from bot.answering.models import Quote
from bot.answering.rendering import is_wrapped
from index.models import Hit, Passage
from index.search import Searcher
from index.vocabulary.words import forms, singular, words

MAX_QUOTES = 3
QUOTE_CHARS = 420  # one quote; a passage up to this length is quoted whole
_TOTAL_CHARS = 1100  # all quotes of an answer, so that their sources fit beside them into 1,500 characters
_SAME = 85  # of 100, of two quotes' common characters
# A quote's score beside the best one's. On 130 golden questions these leave 1.9 of 3 quotes; .88 and .8 leave
# 1.8 and lose two answers, lower ones win none.
_NEAR = 0.85
_NEAR_IN_TALK = 0.77
_LOOKED_AT = 15  # hits
_GAP_CHARS = 8  # between two passages of one paragraph
_REST_CHARS = 200  # of a sentence that the passage's edge cuts
_ENDED = re.compile(r"[.!?…:;][”\"'’»)\]]*$")
_LINE = re.compile(r"[^\n]+")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[”\"')\]]*\s+(?=[^\sa-z])")


def choose_quotes(
    hits: Sequence[Hit],
    wanted: Sequence[str],
    searcher: Searcher,
    limit: int = MAX_QUOTES,
    names: Collection[str] = (),
) -> tuple[Quote, ...]:
    """Take up to `limit` quotes from the best passages, the best first; fewer where the others are not near the best.

    What says nearly the same as a better quote, or no more than the line with its talk below it, is left out.

    Args:
        hits: Passages, best first.
        wanted: The question's folded words: they decide what is kept of a long passage.
        searcher: Reads the words again.
        limit: How many quotes.
        names: The folded names among them: a quote from another talk says as many of them as the best one.
    """
    chosen: list[Quote] = []
    length = 0
    best: Hit | None = None
    for hit in [*filter(_says_more, hits[:_LOOKED_AT])] or hits[:1]:
        if len(chosen) == limit:
            break
        best = best or hit
        if not _is_near(hit, best, names):
            continue
        start, end = _whole_sentences(hit.passage, *_best_stretch(hit.passage, wanted), searcher)
        if any(
            quote.talk.recap_id == hit.passage.recap_id and quote.start < end and start < quote.end
            for quote in chosen
        ):
            continue
        text = searcher.read(hit.passage.recap_id, start, end)
        if any(_alike(text, quote.text) for quote in chosen) or (
            chosen and length + len(text) > _TOTAL_CHARS
        ):
            continue
        chosen.append(Quote(text, hit.passage.passage_id, start, end, hit.talk, hit.passage.voice))
        length += len(text)
    return tuple(chosen)


def _is_near(hit: Hit, best: Hit, names: Collection[str]) -> bool:
    if hit.talk.talk_id == best.talk.talk_id:
        return hit.score >= _NEAR_IN_TALK * best.score
    return hit.score >= _NEAR * best.score and _said(hit, names) >= _said(best, names)


def _said(hit: Hit, names: Collection[str]) -> int:
    said = {
        singular(form)
        for text in (hit.passage.text, hit.talk.title, *hit.talk.speakers)
        for form in forms(text)
    }
    return sum(singular(name) in said for name in names)


def _says_more(hit: Hit) -> bool:
    """Tell whether a passage says something beside its talk's title and speakers and the words "video" and "slides"."""
    known = forms(hit.talk.title).union(*map(forms, hit.talk.speakers))
    return any(not (form in known or is_generic(form) or is_stop(form)) for form in forms(hit.passage.text))


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


def _whole_sentences(passage: Passage, start: int, end: int, searcher: Searcher) -> tuple[int, int]:
    """Take in the rest of a sentence that a passage shares with its neighbour, where that is short."""
    knowledge = knowledge_of(searcher)
    after, before = knowledge.neighbour(passage, 1), knowledge.neighbour(passage, -1)
    if after and end == passage.end and _goes_on(passage, after, searcher):
        rest = after.start + split_units(after.text)[0][1]
        end = rest if rest - end <= _REST_CHARS else end
    if before and start == passage.start and _goes_on(before, passage, searcher):
        rest = before.start + split_units(before.text)[-1][0]
        start = rest if start - rest <= _REST_CHARS else start
    return start, end


def _goes_on(passage: Passage, after: Passage, searcher: Searcher) -> bool:
    """Tell whether the next passage begins within a sentence of this one."""
    if (
        passage.role != after.role
        or passage.voice != after.voice
        or not 0 <= after.start - passage.end <= _GAP_CHARS
    ):
        return False
    if _ENDED.search(passage.text):
        return False
    gap = searcher.read(passage.recap_id, passage.end, after.start)
    if gap.strip() or gap.count("\n") > 1:
        return False
    if "\n" not in gap:
        return True
    return is_wrapped(passage.text.rsplit("\n", 1)[-1], after.text) and not after.text[0].isupper()


def split_units(text: str) -> list[tuple[int, int]]:
    """Return the spans of a text's sentences and bullets, in order, without the white space around them."""
    spans: list[tuple[int, int]] = []
    for first, last in _unbroken(text):
        at = first
        for cut in [*(m.end() for m in _SENTENCE_END.finditer(text, first, last)), last]:
            piece = text[at:cut]
            if piece.strip():
                spans.append((at + len(piece) - len(piece.lstrip()), at + len(piece.rstrip())))
            at = cut
    return spans or [(0, len(text))]


def _unbroken(text: str) -> list[tuple[int, int]]:
    """Return the spans of a text's lines, those joined that an editor wrapped."""
    spans: list[tuple[int, int]] = []
    for line in _LINE.finditer(text):
        if (
            spans
            and spans[-1][1] + 1 == line.start()
            and is_wrapped(text[slice(*spans[-1])].strip(), line[0].strip())
        ):
            spans[-1] = (spans[-1][0], line.end())
        else:
            spans.append(line.span())
    return spans


def _score(text: str, wanted: Sequence[str]) -> float:
    said = {singular(word.form) for word in words(text)}
    return float(sum(singular(form) in said for form in wanted))
