"""A digest of a day or event: its talks in order, each with its speakers, its link and what it is about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

import numpy as np

from bot.answering.evidence.evidence import Found, allowed_talks
from bot.answering.language.knowledge import knowledge_of
from bot.answering.models import Block, Entry, Quote
from bot.answering.question.question import Question
from bot.answering.question.scope import Scope
from bot.answering.rendering import counted, place, spoken
from bot.answering.reply.outline import quote_of, statements_of
from bot.answering.reply.points import Points
from bot.answering.reply.reply import Reply
from index.build.talk_table import Rows, TalkSet
from index.models import Hit, Talk
from index.search import Searcher
from index.vocabulary.words import words

PER_PAGE = 30  # talks of a digest that are shown with what they are about
MOST = 250  # talks that are read for one answer; a headline counts all of them
_GIST_CHARS = 220  # of a talk among many
_ROOM = 1400  # characters of all gists: of few talks more is told
_KEYNOTE = "keynote"


def digest_reply(question: Question, found: Found, searcher: Searcher) -> Reply | None:
    """Return the digest of the events and days that a question names; None where it names none."""
    return digest_of(question.scope, searcher) if question.scope.limits else None


def digest_of(scope: Scope, searcher: Searcher, page: int = 1, per_page: int = PER_PAGE) -> Reply:
    """Return a page of the digest of a scope's talks."""
    talks, sections = chosen_talks(scope, searcher)
    rows = np.concatenate([talks, sections])[:MOST]
    told = _distinct(rows, searcher)
    pages = max(1, -(-len(told) // per_page))
    page = min(max(page, 1), pages)
    shown = told[(page - 1) * per_page : page * per_page]
    most = max(_GIST_CHARS, _ROOM // max(len(shown), 1))
    entries = [Entry(hit.talk, gist_of(hit.talk, searcher, most)) for hit in shown]
    headline = _headline(scope, len(talks), len(sections), searcher) + _cut(len(rows), page, pages)
    hits = tuple(Hit(hit.passage, hit.talk, hit.score, at) for at, hit in enumerate(told, 1))
    return Reply(headline, placed(entries), hits, sure=0.9, miss=None if told else "not_covered", page=page, pages=pages)


def chosen_talks(scope: Scope, searcher: Searcher) -> tuple[Rows, Rows]:
    """Return the rows of a scope's talks in order, and of the sections that say something beside them.

    Of a day, talks of no known day are left out where others are known to be of it.
    """
    knowledge = knowledge_of(searcher)
    table = knowledge.table
    within = allowed_talks(scope, knowledge) & table.with_passages
    if scope.kind:
        within &= of_kind(scope.kind, searcher)
    if scope.day is not None and (dated := within & table.of_days([scope.day])):
        within = dated
    telling = TalkSet(table.set_of(table.talk_of_row[np.flatnonzero(~table.is_heading)]).mask & table.sections.mask)
    return table.in_order(TalkSet(within.mask & ~table.sections.mask)), table.in_order(within & telling)


def of_kind(kind: str, searcher: Searcher) -> TalkSet:
    """Return the talks of a kind, by their record or their title."""
    return searcher.build.table.of_kinds([kind]) | searcher.said.titled(kind)


def placed(entries: Iterable[Entry]) -> tuple[Block, ...]:
    """Return talks that stand in order under their event and day."""
    groups = groupby(entries, key=lambda entry: place(entry.talk) or "Event not known")
    return tuple(Block(f"{heading}:", entries=tuple(members)) for heading, members in groups)


def gist_of(talk: Talk, searcher: Searcher, most: int = _GIST_CHARS) -> Quote | None:
    """Return the words of the notes that say what a talk is about, none where they say nothing."""
    statements = statements_of(searcher, talk)
    points = Points(statements, talk, searcher)
    leading = points.leading()
    if leading is None:
        return None
    last = leading
    while (
        last + 1 < len(statements)
        and statements[last + 1].passage.voice == statements[leading].passage.voice
        and statements[last + 1].end - statements[leading].start <= most
    ):
        last += 1
    while last > leading and statements[last].introduces:
        last -= 1
    return quote_of(searcher, talk, statements[leading], statements[last])


def _distinct(rows: Rows, searcher: Searcher) -> list[Hit]:
    """Return a hit a talk; of several notes on one talk the first."""
    found: dict[tuple[object, ...], Hit] = {}
    for row in searcher.build.table.first_rows(rows).tolist():
        hit = searcher.hit(row)
        key = tuple(word.form for word in words(hit.talk.title))
        found.setdefault((hit.talk.event_id, hit.talk.day, key or hit.talk.talk_id), hit)
    return list(found.values())


def _headline(scope: Scope, talks: int, sections: int, searcher: Searcher) -> str:
    noun = scope.kind or "talk"
    parts = [counted(talks, noun)] if talks or not sections else []
    parts += [counted(sections, "section")] if sections else []
    where = spoken(scope.event_ids, "or") if scope.event_ids else "the notes"
    day = "" if scope.day is None else f", day {scope.day}"
    return f"{where}{day}: {' and '.join(parts)} in the notes."


def _cut(count: int, page: int, pages: int) -> str:
    return f" Page {page} of {pages}." if pages > 1 else ""
