"""A brief of a talk or subject: what it is first, then the main points in reading order, other talks after it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

from bot.answering.evidence.evidence import Found
from bot.answering.models import Block, Entry, Quote
from bot.answering.question.question import Question
from bot.answering.reply.outline import Statement, quote_of, statements_of, topic_terms
from bot.answering.reply.points import Points
from bot.answering.reply.quotes import ANSWER_CHARS, quote_blocks
from bot.answering.reply.reply import Reply
from index.models import Hit, Talk
from index.search import Searcher

_LOOKED_AT = 8  # passages that say which talk is asked about
_OF_TALK = 0.5  # share of their score from which one talk is
_JOINED = 40  # characters left out between two points up to which they are one quote
_OTHERS = 3  # talks named after the brief


def brief_reply(question: Question, found: Found, searcher: Searcher) -> Reply | None:
    """Return the main points of the talk that a question is about, or of what the notes say on its subject."""
    hits = tuple(hit for hit in found.hits if hit.passage.role == "body") or found.hits
    if not hits:
        return None
    subject = {term for word in question.words for term in topic_terms(word.text)}
    talk = _asked_talk(question, hits, subject, searcher)
    if talk is None:
        return None
    block = brief_block(talk, searcher, subject)
    if block is None:
        return None
    room = ANSWER_CHARS - sum(len(quote.text) for quote in block.quotes)
    others = [hit for hit in hits if hit.talk.talk_id != talk.talk_id]
    ordered = [hit for hit in hits if hit.talk.talk_id == talk.talk_id] + others
    ranked = tuple(Hit(hit.passage, hit.talk, hit.score, at) for at, hit in enumerate(ordered, 1))
    return Reply(None, (block,), ranked)


def brief_block(
    talk: Talk, searcher: Searcher, subject: Collection[str] = (), room: int = ANSWER_CHARS
) -> Block | None:
    """Return a talk's main points as quotes; None where its notes say nothing."""
    statements = statements_of(searcher, talk)
    points = Points(statements, talk, searcher, subject)
    leading = points.leading()
    if leading is None:
        return None
    chosen = points.chosen(room, (leading,))
    return Block(quotes=tuple(point_quotes(statements, chosen, talk, searcher, leading)))


def point_quotes(
    statements: Sequence[Statement], chosen: Sequence[int], talk: Talk, searcher: Searcher, leading: int | None
) -> Iterable[Quote]:
    """Yield the points as quotes, neighbours as one, the leading one first and the others in reading order."""
    runs: list[list[int]] = []
    for at in chosen:
        if runs and _follows(statements, runs[-1][-1], at):
            runs[-1] = [runs[-1][0], at]
        else:
            runs.append([at, at])
    if leading is not None:
        runs.sort(key=lambda run: not run[0] <= leading <= run[1])
    shown: set[int] = set()
    for first, last in runs:
        parent = statements[first].parent
        lead = statements[parent] if parent is not None and parent not in shown else None
        if parent is not None:
            shown.add(parent)
        shown.update(range(first, last + 1))
        if lead is not None and _follows(statements, parent or 0, first):
            yield quote_of(searcher, talk, lead, statements[last])
        else:
            yield quote_of(searcher, talk, statements[first], statements[last], lead)


def _follows(statements: Sequence[Statement], one: int, other: int) -> bool:
    """Tell whether two statements are one quote: nothing or little stands between them."""
    first, second = statements[one], statements[other]
    return (
        first.passage.recap_id == second.passage.recap_id
        and first.passage.voice == second.passage.voice
        and 0 <= second.start - first.end <= _JOINED
        and other - one <= 2
    )


def _asked_talk(
    question: Question, hits: Sequence[Hit], subject: Collection[str], searcher: Searcher
) -> Talk | None:
    rows = question.titled or question.talks
    talks = searcher.build.stored_talks.rows
    named = [hit.talk for hit in hits if any(talks[row].talk_id == hit.talk.talk_id for row in rows)]
    if named:
        return named[0]
    talk = hits[0].talk
    near = hits[:_LOOKED_AT]
    share = sum(hit.score for hit in near if hit.talk.talk_id == talk.talk_id) / (sum(hit.score for hit in near) or 1.0)
    named = not set(subject).isdisjoint(topic_terms(talk.title))
    return talk if named or share >= _OF_TALK else None
