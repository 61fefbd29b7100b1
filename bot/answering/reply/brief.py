"""A brief of a talk or subject: what it is first, then the main points in reading order, other talks after it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.answering.evidence.evidence import Found
from bot.answering.language.wordlists import english
from bot.answering.models import Block, Entry
from bot.answering.question.question import Question
from bot.answering.reply.outline import statements_of, topic_terms
from bot.answering.reply.points import Points, point_quotes
from bot.answering.reply.quotes import ANSWER_CHARS, QUOTE_CHARS, quote_blocks
from bot.answering.reply.reply import Reply
from index.models import Hit, Talk
from index.search import Searcher
from index.vocabulary.words import words

_LOOKED_AT = 8  # passages that say which talk is asked about
_OF_TALK = 0.5  # share of their score from which one talk is
_TITLED = 0.7  # of the best passage's score, from which a talk with the subject for its title is meant
_OTHERS = 3  # talks named after the brief
_NEAR = 0.6  # of the best passage's score, from which another talk's passage bears on the subject


def brief_reply(question: Question, found: Found, searcher: Searcher) -> Reply | None:
    """Return the main points of the talk that a question is about, or of what the notes say on its subject."""
    hits = tuple(hit for hit in found.hits if hit.passage.role == "body") or found.hits
    if not hits:
        return None
    subject = {term for word in question.words for term in topic_terms(word.text)}
    talk = _asked_talk(question, hits, subject, searcher)
    if talk is None:
        return None
    goes_on = _asks_for_more(question)
    block = brief_block(talk, searcher, subject, told=question.shown if goes_on else ())
    if block is None:
        return Reply(f"The notes say no more on “{talk.title}”.", hits=hits) if goes_on else None
    mine = [hit for hit in hits if hit.talk.talk_id == talk.talk_id]
    others = [hit for hit in hits if hit.talk.talk_id != talk.talk_id]
    ranked = tuple(Hit(hit.passage, hit.talk, hit.score, at) for at, hit in enumerate([*mine, *others], 1))
    also = (
        ()
        if goes_on
        else _also(block, [hit for hit in others if hit.score >= _NEAR * hits[0].score], subject, searcher)
    )
    return Reply(None, (block, *also), ranked)


def _asks_for_more(question: Question) -> bool:
    """Return whether a question only asks to go on: "tell me more", not "what do the notes say about that?"."""
    if not question.follow_up or question.words:
        return False
    more = english().more | question.language.more
    return any(word.form in more for word in words(question.text))


def _also(
    block: Block, others: Sequence[Hit], subject: Collection[str], searcher: Searcher
) -> tuple[Block, ...]:
    """Return what other talks say of the subject: quotes where there is room for them, else the talks."""
    saying = [hit for hit in others if _said(hit, subject)]
    if not saying:
        return ()
    room = ANSWER_CHARS - sum(len(quote.text) for quote in block.quotes)
    if room >= QUOTE_CHARS:
        return quote_blocks(saying, sorted(subject), searcher, room=room, most=_OTHERS)
    talks = {hit.talk.talk_id: hit.talk for hit in saying}
    return (Block("Also in:", entries=tuple(Entry(talk) for talk in [*talks.values()][:_OTHERS])),)


def _said(hit: Hit, subject: Collection[str]) -> bool:
    """Return whether a passage says all of a subject, itself or with its talk's title."""
    return set(subject) <= {*topic_terms(hit.passage.text), *topic_terms(hit.talk.title)}


def brief_block(
    talk: Talk,
    searcher: Searcher,
    subject: Collection[str] = (),
    room: int = ANSWER_CHARS,
    told: Collection[str] = (),
) -> Block | None:
    """Return a talk's main points as quotes; None where its notes say nothing that was not `told` (passages) already."""
    statements = statements_of(searcher, talk)
    points = Points(statements, talk, searcher, subject, told)
    leading = points.leading()
    if leading is None:
        return None
    chosen = points.chosen(room, (leading,))
    return Block(quotes=tuple(point_quotes(statements, chosen, talk, searcher, leading)))


def _asked_talk(
    question: Question, hits: Sequence[Hit], subject: Collection[str], searcher: Searcher
) -> Talk | None:
    theirs = frozenset(row for rows in question.speakers.values() for row in rows)
    rows = question.titled or question.talks & theirs or theirs or question.talks
    talks = searcher.build.stored_talks.rows
    named = [talks[row] for row in sorted(rows)]
    if named:
        return next((hit.talk for hit in hits if hit.talk in named), hits[0].talk)
    near = hits[:_LOOKED_AT]
    best = next(
        (hit for hit in near if hit.score >= _TITLED * hits[0].score and _is_titled(hit.talk, subject)),
        hits[0],
    )
    talk = best.talk
    share = sum(hit.score for hit in near if hit.talk.talk_id == talk.talk_id) / (
        sum(hit.score for hit in near) or 1.0
    )
    on_it = not set(subject).isdisjoint(topic_terms(talk.title))
    return talk if on_it or share >= _OF_TALK else None


def _is_titled(talk: Talk, subject: Collection[str]) -> bool:
    return bool(subject) and set(subject) <= set(topic_terms(talk.title))
