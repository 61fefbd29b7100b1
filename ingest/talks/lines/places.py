"""What a heading announces that is no talk: a day, a conference, a block of talks, a section, other pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from index.conferences.day_mentions import DayMention, parse_heading_days, parse_range
from index.conferences.event_mentions import parse_events
from index.languages.words import either, languages
from ingest.talks.lines.heading_words import SYMBOLS, is_container, is_contents, is_section, leads_elsewhere

_FILLER = re.compile(rf"\b(?:{either('headings', 'fillers')})\b", re.IGNORECASE)
_MONTH = re.compile(
    "|".join(
        entry for language in languages() for month in language["days"].get("months", ()) for entry in month
    ),
    re.IGNORECASE,
)
_COLOCATED = re.compile(
    r"(?:[\w.&+'-]+\s+){0,4}?(?:day|days|summit|con|fest|bootcamp|kickoff|rejekts)(?:\s+(?:eu|na|europe|north america))?",
    re.IGNORECASE,
)
_EDGES = " -–—:|,.()[]!#*_／/&+"
_LONGEST = 120
_ANY_YEAR = 2024  # a leap year, so that every date is one


@dataclass(frozen=True, slots=True)
class Place:
    """A heading's part in the recap when it is no talk."""

    role: str  # "day", "event", "container", "section", "elsewhere", "contents"
    days: tuple[DayMention, ...] = ()
    keynotes: bool = False
    workshops: bool = False
    guessed: bool = False  # an event by its last word alone, such as "Day": a title may end so too


@lru_cache(maxsize=8192)
def read_place(words: str) -> Place | None:
    """Return what the heading announces, None where it may be a talk."""
    text = " ".join(SYMBOLS.sub(" ", words).split()).strip("*_ ")
    if not text or len(text) > _LONGEST:
        return None
    if leads_elsewhere(text) or is_contents(text):
        return Place("contents" if is_contents(text) else "elsewhere")
    days = parse_heading_days(text)
    rest = _without(text, days)
    if days and parse_range(text, _ANY_YEAR) is not None:
        days = ()  # "7-8 April 2022" is when the conference was
    core = " ".join(_FILLER.sub(" ", rest).split()).strip(_EDGES) if days else rest
    keynotes, workshops = "keynote" in text.lower(), "workshop" in text.lower()
    role = _role(text, rest, core, dated=bool(days))
    guessed = role == "event" and bool(rest)
    return Place(role, days, keynotes, workshops, guessed) if role else None


def _role(text: str, rest: str, core: str, *, dated: bool) -> str:
    if not rest:
        return "day" if dated else "event" if parse_events(text) else ""
    if is_section(text) or is_section(rest):
        return "section"
    if is_container(rest) or is_container(text) or is_container(core):
        return "container"
    return "event" if _COLOCATED.fullmatch(rest) else ""


def _without(text: str, days: tuple[DayMention, ...]) -> str:
    """Take the words of days, events and filling away."""
    spans = [mention.span for mention in days] + [
        span for mention in parse_events(text) for span in mention.spans
    ]
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]} {text[end:]}"
    stripped = " ".join(text.split()).strip(_EDGES)
    if not days and not spans:
        return stripped
    left = _FILLER.sub(" ", stripped)
    return stripped if re.search(r"\w{2,}", left) and re.search(r"[^\W\d]{2,}", left) else ""


def is_filler(word: str) -> bool:
    """Return whether a word of a title names no conference: "Notes", "Recap", "Trip", a month or a weekday."""
    return bool(_FILLER.fullmatch(word.strip(".,:'’"))) or is_month(word)


def is_month(word: str) -> bool:
    """Return whether a word is a month: "May", "Sept.", "octobre"."""
    return bool(_MONTH.fullmatch(word.strip(".,")))
