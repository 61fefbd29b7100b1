"""The words of a conference's names, and editions that the notes do not have."""

from __future__ import annotations

import re

from bot.answering.language.knowledge import Knowledge, event_year
from bot.answering.language.wordlists import is_real_word
from index.models import Event
from index.vocabulary.words import forms

_EDITION = re.compile(
    r"\b(?P<name>[^\W\d_]\w{3,})(?:\s+(?:EU|NA|US|Europe|North America|Asia|India|Japan|China))?\s+(?P<year>20\d\d)\b",
    re.IGNORECASE,
)


def unknown_edition(question: str, knowledge: Knowledge) -> re.Match[str] | None:
    """Find a conference named with a year of which the notes have none: "KubeCon 2031"."""
    for match in _EDITION.finditer(question):
        name = match["name"].lower()
        fits = [event for event in knowledge.events if name in named_words(event)]
        is_conference = bool(fits) and not is_real_word(name)
        if (is_conference or name.endswith(("con", "conf"))) and int(match["year"]) not in map(
            event_year, fits
        ):
            return match
    return None


def named_words(event: Event) -> frozenset[str]:
    """Return the folded words of an event's id and name."""
    return forms(f"{event.event_id} {event.name}")
