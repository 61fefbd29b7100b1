"""People: speakers by company, subject, event or talk, where somebody works, and who said something."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bot.answering.evidence.evidence import Found, allowed_talks
from bot.answering.language.knowledge import knowledge_of
from bot.answering.models import Entry
from bot.answering.question.question import Question
from bot.answering.rendering import counted, spoken
from bot.answering.reply.card import headline_of, person_card_reply
from bot.answering.reply.digest import MOST, chosen_talks, placed
from bot.answering.reply.lists import list_talks, topics_of
from bot.answering.reply.quotes import quote_blocks
from bot.answering.reply.reply import Reply
from index.models import Hit, Talk
from index.search import Searcher
from index.vocabulary.words import find_phrase

_NAMED = 12  # people in the first line; all of them stand with their talks
_FEW_WORDS = 3  # of a subject that many may have spoken about; a longer one is one person's


def people_reply(question: Question, found: Found, searcher: Searcher) -> Reply | None:
    """Return the people that a question asks for, with their talks."""
    knowledge = knowledge_of(searcher)
    allowed = allowed_talks(question.scope, knowledge)
    if question.speakers:
        rows = sorted({row for rows in question.speakers.values() for row in rows})
        return person_card_reply(tuple(question.speakers), rows, searcher, allowed)
    if question.companies:
        return _of_companies(question, searcher)
    if question.titled or question.talks:
        return _of_talk(question, found, searcher)
    topics = topics_of(question, knowledge)
    if not topics and question.scope.limits:
        talks, _ = chosen_talks(question.scope, searcher)
        return _listed([knowledge.talk(row) for row in talks.tolist()[:MOST]], question, searcher, "")
    if topics and sum(len(topic.split()) for topic in topics) <= _FEW_WORDS:
        listed = list_talks(question, found, searcher)
        named = [hit.talk for hit in listed.hits if hit.talk.speakers]
        if len(named) > 1:
            return _listed(named, question, searcher, f" on “{listed.topic}”")
    return _of_talk(question, found, searcher)


def _of_companies(question: Question, searcher: Searcher) -> Reply | None:
    """Return the speakers of some companies, with their talks."""
    knowledge = knowledge_of(searcher)
    table = knowledge.table
    within = allowed_talks(question.scope, knowledge)
    employed = table.set_of([])
    for company in question.companies:
        employed |= searcher.said.employed(company)
    talks = [knowledge.talk(row) for row in table.in_order(employed & within).tolist()[:MOST]]
    return _listed(talks, question, searcher, f" from {spoken(question.companies, 'or')}", question.companies)


def _listed(
    talks: Sequence[Talk], question: Question, searcher: Searcher, which: str, companies: Sequence[str] = ()
) -> Reply | None:
    people = list(dict.fromkeys(name for talk in talks for name in speakers_of(talk, companies)))
    if not people:
        return None
    shown = spoken(people) if len(people) <= _NAMED else f"{', '.join(people[:_NAMED])} and {len(people) - _NAMED} more"
    limits = [spoken(question.scope.event_ids, "or"), f"day {question.scope.day}" if question.scope.day is not None else ""]
    where = f", {', '.join(filter(None, limits))}" if any(limits) else ""
    headline = f"{counted(len(people), 'speaker')}{which}{where}: {shown}."
    table, rows = searcher.build.table, searcher.build.stored_talks
    firsts = [int(table.rows_of(row)[0]) for talk in talks if (row := rows.row(talk.talk_id)) is not None and table.rows_of(row)]
    hits = tuple(searcher.hit(row, 1.0, at) for at, row in enumerate(firsts, 1))
    return Reply(headline, placed(Entry(talk) for talk in talks), hits, sure=0.9)


def speakers_of(talk: Talk, companies: Sequence[str] = ()) -> list[str]:
    """Return a talk's speakers, those of some companies where companies are given and it is known who is of which."""
    if not companies or len(talk.affiliations) != len(talk.speakers):
        return list(talk.speakers)
    return [
        speaker
        for speaker, company in zip(talk.speakers, talk.affiliations, strict=True)
        if any(find_phrase(company, one) for one in companies)
    ]


def _of_talk(question: Question, found: Found, searcher: Searcher) -> Reply | None:
    """Return who gave the talk that the best passage is of, and that passage."""
    hits = found.hits
    if not hits:
        return None
    wanted = [word.form for word in question.words]
    names = [word.form for word in question.words if word.known and (word.capital or not word.real)]
    talk = hits[0].talk
    said = headline_of(talk, named=False) if talk.speakers else None
    return Reply(said or None, quote_blocks(hits, wanted, searcher, names), hits)
