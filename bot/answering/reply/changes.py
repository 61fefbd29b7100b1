"""Change over time: what the notes of each event say, in the order of dates, and which say nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from bot.answering.evidence.evidence import Found, gather
from bot.answering.language.knowledge import Knowledge, event_year, knowledge_of
from bot.answering.models import Block
from bot.answering.question.question import Question
from bot.answering.question.scope import Scope
from bot.answering.reply.quotes import ANSWER_CHARS, quote_blocks
from bot.answering.reply.reply import Reply
from index.models import Event, Hit
from index.search import Searcher
from index.vocabulary.words import find_phrase

_ENDS = 2  # of a range
_LATE = "9999"
_LOOKED_FOR = 32  # words in a passage
_CHANGING = re.compile(r"(?:chang|evol|evolu|years?$|time$|today$)", re.IGNORECASE)


def change_reply(question: Question, _: Found, searcher: Searcher) -> Reply | None:
    """Return the best quotes of each event that mentions the subject, oldest first, and a headline naming the silent events."""
    knowledge = knowledge_of(searcher)
    blocks: list[Block] = []
    hits: list[Hit] = []
    silent: list[str] = []
    told: list[tuple[Event, list[Hit]]] = []
    mentions = _mentioned(question, knowledge)
    for event in sorted(_asked_for(question, knowledge), key=_when):
        found = gather(question, searcher, Scope(event_ids=(event.event_id,)))
        within = [hit for hit in found.hits if mentions(hit)]
        told += [(event, within)] if within else []
        silent += [] if within else [event.event_id]
    if len(told) < _ENDS:
        return None
    wanted = [word.form for word in question.words]
    for event, within in told:
        quoted = quote_blocks(within, wanted, searcher, room=ANSWER_CHARS // len(told), most=2)
        blocks += [replace(block, heading=f"{event.event_id}:") for block in quoted]
        hits += within[:3]
    said = f" {', '.join(silent)}: nothing." if silent else ""
    return Reply(f"By event, oldest first.{said}", tuple(blocks), tuple(hits))


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


def _mentioned(question: Question, knowledge: Knowledge) -> Callable[[Hit], bool]:
    """Return what tells a passage about what changed: it says one of the names, or all of the plain words where there is no name."""
    said_of = [word for word in question.words if word.known and not _CHANGING.match(word.text)]
    known = [word for word in said_of if not knowledge.is_everywhere(word.text)] or said_of
    names = [word.text for word in known if not word.real or knowledge.is_name(word.form)]
    asked = list(dict.fromkeys(names or [word.text for word in known]))[:_LOOKED_FOR]
    spellings = [(word, *knowledge.aliases.others(word)) for word in asked]

    def mentions(hit: Hit) -> bool:
        said = (any(_says(hit, name) for name in group) for group in spellings)
        return any(said) if names else bool(asked) and all(said)

    return mentions


def _says(hit: Hit, name: str) -> bool:
    return bool(find_phrase(hit.passage.text, name) or find_phrase(hit.talk.title, name))
