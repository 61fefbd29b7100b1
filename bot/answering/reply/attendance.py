"""How many people came to a conference, as the notes tell it outside of their talks."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import numpy as np

from bot.answering.evidence.evidence import allowed_talks
from bot.answering.language.data import read_data
from bot.answering.language.knowledge import knowledge_of
from bot.answering.question.question import Question
from bot.answering.reply.quotes import quote_blocks
from bot.answering.reply.reply import Reply
from index.search import Searcher
from index.vocabulary.words import words

_LOOKED_AT = 200  # passages
_MOST = 3  # quotes
_SURE = 0.8


def attendance_reply(question: Question, searcher: Searcher) -> Reply | None:
    """Return what the notes tell of how many people came; None where something else is asked, or they tell nothing."""
    if not _asks(question):
        return None
    knowledge = knowledge_of(searcher)
    about = allowed_talks(question.scope, knowledge) & knowledge.table.sections
    said = [searcher.said.rows(word, about) for word in sorted(_listed("people"))]
    rows = np.unique(np.concatenate(said))[:_LOOKED_AT]
    told = [hit for row in rows.tolist() if _told().search((hit := searcher.hit(row, 1.0)).passage.text)]
    bodies = [hit for hit in told if hit.passage.role == "body"] or told
    if not bodies:
        return None
    return Reply(
        None, quote_blocks(bodies, sorted(_listed("people")), searcher, most=_MOST), tuple(bodies), sure=_SURE
    )


def _asks(question: Question) -> bool:
    """Return whether a question is for how many people came, and for nothing beside."""
    said = {word.form for word in words(question.text)}
    asked = {word.form for word in question.words}
    people, attends = _listed("people"), _listed("attends")
    return bool(
        _how_many().search(question.text) and said & people and said & attends and asked <= people | attends
    )


@cache
def _how_many() -> re.Pattern[str]:
    asking = "|".join(map(re.escape, _data()["how_many"]))
    return re.compile(rf"\b(?:{asking})\s+(?:{'|'.join(map(re.escape, _data()['people']))})\b", re.IGNORECASE)


@cache
def _told() -> re.Pattern[str]:
    """Return how a line tells it: "about 640 people", "1,200 curious visitors"."""
    people = "|".join(map(re.escape, _data()["people"]))
    return re.compile(rf"\b\d[\d.,]*\+?\s+(?:\w+\s+)?(?:{people})\b", re.IGNORECASE)


@cache
def _listed(kind: str) -> frozenset[str]:
    return frozenset(word.form for said in _data()[kind] for word in words(said))


@cache
def _data() -> dict[str, list[str]]:
    content: dict[str, list[str]] = read_data(Path(__file__).with_name("attendance.yaml"))
    return content
