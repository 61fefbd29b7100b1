"""People: speakers by company, subject, event or talk, where somebody works, and who said something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bot.answering.evidence.evidence import Found, allowed_talks
from bot.answering.language.knowledge import knowledge_of
from bot.answering.language.wordlists import is_generic
from bot.answering.models import Block, Entry, Quote
from bot.answering.question.people import is_company
from bot.answering.question.question import Question
from bot.answering.rendering import counted, spoken
from bot.answering.reply.card import headline_of, names_somebody, person_card_reply
from bot.answering.reply.digest import MOST, chosen_talks, headed, placed
from bot.answering.reply.lists import list_talks, topics_of
from bot.answering.reply.outline import Statement, quote_of, statements_of
from bot.answering.reply.quotes import quote_blocks
from bot.answering.reply.reply import Reply
from index.models import Hit, Talk
from index.search import Searcher
from index.vocabulary.words import find_phrase, words

_NAMED = 12  # people in the first line; all of them stand with their talks
_MOST_NAMING = 8  # statements of one talk that name somebody
_LOOKED_AT = 12  # talks without speakers that are read for names
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
    topics = topics_of(question, knowledge)
    parts = (*topics, *(word.text for word in question.words))
    part = knowledge.table.set_of([row for name in parts for row in headed(name, allowed, searcher)])
    if not topics and question.scope.kind:
        kind = question.scope.kind
        part |= (knowledge.table.of_kinds([kind]) | searcher.said.titled(kind)) & allowed
    if part or (not topics and question.scope.limits):
        talks, sections = chosen_talks(question.scope, searcher, part or None)
        told = [knowledge.talk(row) for row in [*talks.tolist(), *sections.tolist()][:MOST]]
        return _listed(told, question, searcher, "")
    if question.titled or question.talks:
        return _of_talk(question, found, searcher)
    if topics and sum(len(topic.split()) for topic in topics) <= _FEW_WORDS:
        listed = list_talks(question, found, searcher)
        named = [hit.talk for hit in listed.hits if hit.talk.speakers]
        if len(named) > 1 and any(_mentions(hit, topics) for hit in listed.hits):
            return _listed(named, question, searcher, f" on “{listed.topic}”")
    return _of_talk(question, found, searcher)


def _mentions(hit: Hit, topics: Sequence[str]) -> bool:
    return any(find_phrase(text, topic) for topic in topics for text in (hit.passage.text, hit.talk.title))


def _of_companies(question: Question, searcher: Searcher) -> Reply | None:
    """Return the speakers of some companies, with their talks."""
    knowledge = knowledge_of(searcher)
    table = knowledge.table
    within = allowed_talks(question.scope, knowledge)
    employed = table.set_of([])
    for company in question.companies:
        employed |= searcher.said.employed(company) | searcher.said.titled(company)
    talks = [knowledge.talk(row) for row in table.in_order(employed & within).tolist()[:MOST]]
    return _listed(talks, question, searcher, f" from {spoken(question.companies, 'or')}", question.companies)


def _listed(
    talks: Sequence[Talk], question: Question, searcher: Searcher, which: str, companies: Sequence[str] = ()
) -> Reply | None:
    people = list(dict.fromkeys(name for talk in talks for name in speakers_of(talk, companies)))
    quoted = (
        []
        if companies
        else [
            block
            for talk in talks[:_LOOKED_AT]
            if not talk.speakers and (block := naming_block(talk, searcher))
        ]
    )
    if not people and not quoted:
        return None
    talks = [talk for talk in talks if speakers_of(talk, companies)]
    shown = (
        spoken(people)
        if len(people) <= _NAMED
        else f"{', '.join(people[:_NAMED])} and {len(people) - _NAMED} more"
    )
    limits = [
        spoken(question.scope.event_ids, "or"),
        f"day {question.scope.day}" if question.scope.day is not None else "",
    ]
    where = f", {', '.join(filter(None, limits))}" if any(limits) else ""
    headline = f"{counted(len(people), 'speaker')}{which}{where}: {shown}." if people else None
    rows = (searcher.build.stored_talks.row(talk.talk_id) for talk in talks)
    noted = [row for row in rows if row is not None and row in searcher.build.table.noted]
    hits = searcher.openings(np.array(noted, dtype=np.int64))
    return Reply(headline, (*placed(Entry(talk) for talk in talks), *quoted), hits, sure=0.9)


def naming_block(talk: Talk, searcher: Searcher) -> Block | None:
    """Return what the notes of a talk without known speakers say of who gave it; None where they name nobody."""
    statements = statements_of(searcher, talk)
    naming = [one for one in statements if names_somebody(one.text)][:_MOST_NAMING]
    return Block(quotes=tuple(quote_of(searcher, talk, one, one) for one in naming)) if naming else None


def speakers_of(talk: Talk, companies: Sequence[str] = ()) -> list[str]:
    """Return a talk's speakers, those of some companies where companies are given and it is known who is of which."""
    if not companies or len(talk.affiliations) != len(talk.speakers):
        return list(talk.speakers)
    return [
        speaker
        for speaker, company in zip(talk.speakers, talk.affiliations, strict=True)
        if any(is_company(one, company) for one in companies)
    ]


def _of_talk(question: Question, found: Found, searcher: Searcher) -> Reply | None:
    """Return who gave the talk that the best passage is of, and that passage."""
    hits = found.hits
    if not hits:
        return None
    wanted = [word.form for word in question.words]
    knowledge = knowledge_of(searcher)
    # In a language whose nouns all have capitals, or that has a word of the name's spelling, the notes tell a name.
    names = [
        word.form
        for word in question.words
        if word.known and (word.capital or not word.real or knowledge.is_name(word.form))
    ]
    talk = hits[0].talk
    if talk.speakers:  # the line that names them says no more than the first line of the answer
        hits = tuple(hit for hit in hits if hit.passage.role == "body") or hits
    blocks = quote_blocks(hits, wanted, searcher, names=names)
    if not talk.speakers and (naming := _nearest_naming(hits[0], searcher)):
        return Reply(None, _led_by(naming, blocks), hits)
    said = headline_of(talk, searcher, named=bool(question.titled))
    return Reply(said or None, blocks, hits)


def _nearest_naming(hit: Hit, searcher: Searcher) -> Quote | None:
    """Return the statement of a passage's talk that names somebody, nearest to the passage and rather before it."""
    naming = [one for one in statements_of(searcher, hit.talk) if names_somebody(one.text)]
    if not naming:
        return None
    passage = hit.passage

    def distance(one: Statement) -> tuple[bool, int, int]:
        # "the great talk by ..." rather than "the blog post by ..."
        on_talk = any(is_generic(word.form) for word in words(one.text))
        return not on_talk, max(passage.start - one.end, 0), max(one.start - passage.end, 0)

    near = min(naming, key=distance)
    return quote_of(searcher, hit.talk, near, near)


def _led_by(naming: Quote, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Put the quote that names somebody in front, which may be among the quotes already."""
    first, *others = blocks
    holding = [one for one in first.quotes if one.start <= naming.start and naming.end <= one.end]
    apart = [one for one in first.quotes if one.end <= naming.start or naming.end <= one.start]
    return (replace(first, quotes=(*(holding or [naming]), *apart)), *others)
