"""Titles in plain prose whose mark-up was lost: runs of capitalised words beside the words that introduce a talk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.talks.lines.name_words import GIVEN_NAMES, RUN_SMALL_WORDS
from ingest.talks.lines.names import SURE, person_score
from ingest.talks.lines.people import parse_people

_TOKEN = re.compile(r"\S+")
_OPENERS = "“\"‘'«(["
_CLOSERS = "”\"’'»)]"
_CUE = re.compile(
    r"(?:watched|attended|saw|see|seen|visited|joined|caught|called|titled|entitled|named|covered|presented|talks?|talk|session"
    r"|keynote|workshop|presentation|about|with"
    r"|in|into|for|on|was|is|and|has,|to|then|of|discussed in|went to|:|…|\.\.\.|—|–|-)[\s,:]*$",
    re.IGNORECASE,
)
_OWNED = re.compile(
    r"\b(?:the|a|an|my|our|your|their|his|her|its|this|that|these|those|some|each|every|all|any)\s*$|[)”]\s*$",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"^[\s,]*(?:is|was|are|were|talks?|talked|starts?|started|covers?|covered|shows?|showed|gives?|gave|goes|went|explains?"
    r"|explained|describes?|described"
    r"|introduces?|introduced|presents?|presented|discusses|discussed|looks?|looked|takes?|took|offers?|offered|focus(?:es|ed)?"
    r"|walked|walks|has|had|by|from)\b"
)
_END = re.compile(r"[.!?…]+[\"”’')\]]*$")
_INNER_END = re.compile(r"[!?]+$")
_NUMBERED = re.compile(r"^v?\d+(?:\.\d+)*$|^v\d", re.IGNORECASE)
_PRONOUNS = frozenset({"I", "I'll", "I’ll", "I've", "I’ve", "I'm", "I’m", "I'd", "I’d"})
_CONJUNCTIONS = frozenset({"But", "And", "So", "Then", "Also", "Or"})
_KNOWN_NAME = 0.85
_LEAST_WORDS = 3
_LONGEST_WORDS = 26


@dataclass(frozen=True, slots=True)
class Run:
    """Capitalised words in a row, a title perhaps."""

    start: int
    end: int
    words: int  # content words
    opens: bool  # stands at the start of a sentence
    score: float


@dataclass(slots=True)
class _Token:
    start: int
    end: int
    core: str
    capital: bool
    small: bool
    ends: bool  # a sentence ends with it
    inner: bool  # with ! or ?
    comma: bool
    colon: bool


def find_runs(text: str) -> list[Run]:
    """List the title-like runs of a paragraph, each with a score from 0 to 1."""
    tokens = [_token(match) for match in _TOKEN.finditer(text)]
    runs = []
    at = 0
    while at < len(tokens):
        if not tokens[at].capital:
            at += 1
            continue
        last = _extend(tokens, at)
        run = _as_run(text, tokens, at, last)
        if run is not None:
            runs.append(run)
        at = last + 1
    return runs


def _token(match: re.Match[str]) -> _Token:
    raw = match[0]
    core = raw.strip(_OPENERS + _CLOSERS + ".,;:!?…")
    small = raw.lower().strip(",") in RUN_SMALL_WORDS or core.lower() in RUN_SMALL_WORDS
    capital = bool(core) and (
        core[0].isupper()
        or any(ch.isupper() for ch in core)
        or bool(_NUMBERED.match(core))
        or core[0].isdigit()
    )
    return _Token(
        match.start(),
        match.end(),
        core,
        capital,
        small and not (capital and core[:1].isupper()),
        bool(_END.search(raw)),
        bool(_INNER_END.search(raw.rstrip(_CLOSERS))),
        raw.endswith(","),
        raw.endswith(":"),
    )


def _extend(tokens: list[_Token], first: int) -> int:
    """Find the last token of the run that begins at `first`."""
    last = at = first
    while at + 1 < len(tokens) and at - first < _LONGEST_WORDS:
        here, following = tokens[at], tokens[at + 1]
        if here.ends and not (here.inner and _goes_on(tokens, at + 1)):
            break
        if following.capital:
            last = at + 1
        elif not (following.small or _lower_term(tokens, at + 1)) or (
            following.small and here.comma and not _capital_soon(tokens, at + 1)
        ):
            break
        at += 1
    return last


def _capital_soon(tokens: list[_Token], at: int) -> bool:
    return at + 1 < len(tokens) and tokens[at + 1].capital


def _lower_term(tokens: list[_Token], at: int) -> bool:
    """Accept one lower-case word where the title goes on behind its colon, as in "CLI for kubectl: A New Way"."""
    token = tokens[at]
    return (
        token.colon
        and token.core.isalnum()
        and at > 0
        and tokens[at - 1].small
        and at + 1 < len(tokens)
        and tokens[at + 1].capital
    )


def _goes_on(tokens: list[_Token], at: int) -> bool:
    """Return whether a title goes on behind its exclamation or question mark, or a new sentence begins."""
    count = at
    while (
        count < len(tokens)
        and (tokens[count].capital or tokens[count].small)
        and not tokens[count].ends
        and not tokens[count].comma
    ):
        count += 1
    closed = (
        count < len(tokens)
        and (tokens[count].ends or tokens[count].comma)
        and (tokens[count].capital or tokens[count].small)
    )
    length = count - at + closed
    return length >= 4 or (closed and length >= 2)


def _as_run(text: str, tokens: list[_Token], first: int, last: int) -> Run | None:
    kept = tokens[first : last + 1]
    content = [token for token in kept if (token.capital and len(token.core) > 1) or token.core.isdigit()]
    while kept and kept[-1].core in _PRONOUNS:
        kept = kept[:-1]
    if kept and kept[0].core in _CONJUNCTIONS:
        kept = kept[1:]
        content = content[1:]
    if (
        len(content) < _LEAST_WORDS
        or not kept
        or _is_listing(kept)
        or _people_from(kept, text[kept[0].start : kept[-1].end])
    ):
        return None
    start, end = kept[0].start, kept[-1].end
    raw = text[start:end]
    lead = len(raw) - len(raw.lstrip(_OPENERS))
    tail = len(raw.rstrip(".,;:…"))
    trimmed = raw[lead:tail]
    if trimmed.endswith(tuple(_CLOSERS)) and not any(ch in trimmed for ch in "(["):
        tail = len(trimmed.rstrip(_CLOSERS)) + lead
    start, end = start + lead, start + tail
    before, after = text[max(0, start - 40) : start], text[end : end + 30]
    opens = start == 0 or bool(re.search(r"[.!?…]\s*$", before)) or not before.strip()
    return Run(start, end, len(content), opens, _score(kept, before, after, opens, len(content)))


def _is_listing(kept: list[_Token]) -> bool:
    """Tell "A, B and C", names of things in a row."""
    commas = sum(token.comma for token in kept[:-1])
    return commas >= 1 and not any(token.colon for token in kept) and len(kept) - 1 <= 2 * commas + 2


def _people_from(kept: list[_Token], text: str) -> bool:
    """Tell "A & B from Company", people rather than a title."""
    cores = [token.core for token in kept]
    if any(token.colon for token in kept):
        return False
    known = person_score(" ".join(cores[:2])) >= _KNOWN_NAME or (
        len(cores) > 2 and cores[1] in {"&", "and", ""} and cores[0].lower() in GIVEN_NAMES
    )
    people = None if known else parse_people(text)
    return known or (people is not None and people.certainty >= SURE)


def _score(kept: list[_Token], before: str, after: str, opens: bool, words: int) -> float:
    score = 0.2 + 0.05 * min(words, 6)
    if _OWNED.search(before) and not opens:
        return 0.0
    score += 0.2 if any(token.small for token in kept[1:-1]) else 0.0
    score += 0.2 if any(token.colon for token in kept[:-1]) else 0.0
    if opens:
        score += 0.25 if _VERB.match(after) else -0.05
    elif _CUE.search(before):
        score += 0.2
    return min(score, 1.0)


def cut_at_and(text: str, run: Run) -> Iterator[tuple[int, int]]:
    """Cut "Title One and Title Two" where the words before announce two talks."""
    for match in re.finditer(r"\s+and\s+(?=[A-Z])", text[run.start : run.end]):
        left, right = text[run.start : run.start + match.start()], text[run.start + match.end() : run.end]
        if len(left.split()) >= 4 and len(right.split()) >= 4 and ":" in left + right:
            yield run.start, run.start + match.start()
            yield run.start + match.end(), run.end
            return
    yield run.start, run.end
