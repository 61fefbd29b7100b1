"""What headings of recaps are made of, by the vocabulary of `index.languages`."""

from __future__ import annotations

import re

from index.languages.words import either, phrases

SYMBOLS = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d]+")  # emoji and flags


def _whole(*patterns: str) -> re.Pattern[str]:
    return re.compile(r"\W*(?:" + "|".join(patterns) + r")\W*", re.IGNORECASE)


def _words(name: str) -> str:
    """Return an alternation of what all languages list among their words of headings."""
    return either("headings", name)


_CONTAINER = _whole(
    rf"(?:(?:{_words('adjectives')})\s+)*(?:{_words('containers')})(?:\s+(?:{_words('container_tails')}))?",
    _words("halves"),
    _words("rooms"),
)
_KEYNOTES = re.compile(r"\W*(?:the\s+)?keynotes\b(?:\s+\S+){0,6}\W*|.*\bkeynotes?\W*", re.IGNORECASE)
_BREAK = _whole(_words("breaks"))
_SECTION = _whole(rf"(?:(?:{_words('articles')})\s+)?(?:{_words('sections')}|{_words('breaks')})")
_CONTENTS = _whole(_words("contents"))
_ELSEWHERE = re.compile(rf"\W*(?:{_words('elsewhere')})(?!\w).{{0,30}}", re.IGNORECASE)
_COUNTER = re.compile(rf"\W*(?:\d+\s*(?:{_words('counters')})(?![^\W\d_])\W*)+", re.IGNORECASE)
_PAGE_LINE = _whole(_words("page_lines"))
_UPDATED = re.compile(rf"(?:{_words('updated')})\s*:?\s*.{{4,30}}", re.IGNORECASE)
_NUMERAL = r"(?:\d{1,3}|[IVX]{1,4}|[A-Z])"
_PREFIX = re.compile(
    rf"(?P<word>{either('kinds', 'prefixes')})(?:\s*#?{_NUMERAL})?\s*(?::|：|\s[-–—|]\s|-\s|[–—])\s*",
    re.IGNORECASE,
)
_KINDS = tuple(
    (
        kind,
        re.compile(rf"(?<!\w)(?:{either('kinds', kind)})(?!\w)|{unspaced or '(?!)'}", re.IGNORECASE),
    )
    for kind in ("keynote", "panel", "workshop")
    for unspaced in ["|".join(entry for entry in phrases("kinds", kind) if not entry.isascii())]
)


def is_container(words: str) -> bool:
    """Return whether a heading only gathers talks: "Keynotes", "Sessions", "Vorträge"."""
    return len(words) < 80 and bool(_CONTAINER.fullmatch(words) or _KEYNOTES.fullmatch(words))


def is_section(words: str) -> bool:
    """Return whether a heading is about no talk: "Wrapping up", "Notes on autoscaling", "まとめ"."""
    return len(words) < 120 and bool(_SECTION.fullmatch(words))


def is_break(words: str) -> bool:
    """Return whether a heading is a pause after which the day goes on: "Lunch", "Mittagspause"."""
    return len(words) < 40 and bool(_BREAK.fullmatch(words))


def is_contents(words: str) -> bool:
    """Return whether the words announce a table of contents."""
    return len(words) < 40 and bool(_CONTENTS.fullmatch(words))


def leads_elsewhere(words: str) -> bool:
    """Return whether the words announce other pages: other days, related posts, upcoming conferences."""
    return len(words) < 90 and bool(_ELSEWHERE.fullmatch(words))


def is_counter(words: str) -> bool:
    """Return whether the words are a page's counters or the date of an update."""
    return len(words) < 80 and bool(
        _COUNTER.fullmatch(words) or _UPDATED.fullmatch(words) or _PAGE_LINE.fullmatch(words)
    )


def kind_prefix(words: str) -> re.Match[str] | None:
    """Match what a talk is announced as before its title: "Keynote: ", "Talk 3: ", "Chapitre 2 - "."""
    return _PREFIX.match(words)


def kind_of(*texts: str) -> str:
    """Name the kind of talk that the first telling text speaks of."""
    for words in texts:
        for kind, pattern in _KINDS:
            if pattern.search(words):
                return kind
    return "session"
