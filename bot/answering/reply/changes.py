"""Change over time: what the notes of each event say, in the order of dates, and which say nothing."""

from __future__ import annotations

import re

from bot.answering.evidence.evidence import gather
from bot.answering.language.knowledge import Knowledge, event_year, knowledge_of
from bot.answering.models import Quote
from bot.answering.question.question import Question
from bot.answering.question.scope import Scope
from bot.answering.reply.facts import Parts
from bot.answering.reply.quotes import choose_quotes
from index.models import Event, Hit
from index.search import Searcher
from index.vocabulary.words import find_phrase

_ENDS = 2  # of a range
_LATE = "9999"
_CHANGING = re.compile(r"(?:chang|evol|evolu|years?$|time$|today$)", re.IGNORECASE)


def change_parts(question: Question, searcher: Searcher) -> Parts:
    """Return the best quote of each event that mentions the subject, oldest first, and a headline naming the silent events."""
    knowledge = knowledge_of(searcher)
    quotes: list[Quote] = []
    hits: list[Hit] = []
    silent: list[str] = []
    for event in sorted(_asked_for(question, knowledge), key=_when):
        within = [
            hit
            for hit in gather(question, searcher, Scope(event_ids=(event.event_id,))).hits
            if _mentions(hit, question, knowledge)
        ]
        quotes += choose_quotes(within, [word.form for word in question.words], searcher, limit=1)
        hits += within[:3]
        if not within:
            silent.append(event.event_id)
    said = f" {', '.join(silent)}: nothing." if silent else ""
    return f"By event, oldest first.{said}", tuple(quotes), tuple(hits)


def _asked_for(question: Question, knowledge: Knowledge) -> tuple[Event, ...]:
    """Return the events of a range of time that the question names, all of them where it names none."""
    named = set(question.scope.event_ids)
    within = tuple(event for event in knowledge.events if event.event_id in named)
    years = [year for event in within if (year := event_year(event)) is not None]
    if len(set(years)) < _ENDS:
        return knowledge.events
    return tuple(event for event in knowledge.events if min(years) <= (event_year(event) or 0) <= max(years))


def _when(event: Event) -> tuple[str, str]:
    return (event.starts_on.isoformat() if event.starts_on else _LATE, event.event_id)


def _mentions(hit: Hit, question: Question, knowledge: Knowledge) -> bool:
    """Tell whether a passage is about what changed: it says one of the names, or all of the plain words where there is no name."""
    known = [
        word
        for word in question.words
        if word.known and not knowledge.is_everywhere(word.text) and not _CHANGING.match(word.text)
    ]
    names = [word.text for word in known if not word.real or knowledge.is_name(word.form)]
    said = [
        any(_says(hit, name) for name in (word, *knowledge.aliases.others(word)))
        for word in names or [word.text for word in known]
    ]
    return any(said) if names else bool(said) and all(said)


def _says(hit: Hit, name: str) -> bool:
    return bool(find_phrase(hit.passage.text, name) or find_phrase(hit.talk.title, name))
