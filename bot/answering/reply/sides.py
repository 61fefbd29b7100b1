"""Sides: what the notes say on each of the things that a question compares, what they say of both first.

Of what they say nothing is told so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.answering.evidence.evidence import Found, gather
from bot.answering.language.knowledge import knowledge_of
from bot.answering.models import Block, Quote
from bot.answering.question.question import Question
from bot.answering.rendering import spoken
from bot.answering.reply.quotes import ANSWER_CHARS, quote_blocks
from bot.answering.reply.reply import Reply
from index.models import Hit
from index.search import Searcher
from index.vocabulary.words import find_phrase

_FEWEST = 2


def sides_reply(question: Question, found: Found, searcher: Searcher) -> Reply | None:
    """Return the passages on both sides, then the best of each side; None where the notes say too little on them."""
    if len(question.sides) < _FEWEST:
        return None
    on = {
        side: [hit for hit in _hits_on(side, question, searcher) if _says(hit, side, searcher)]
        for side in question.sides
    }
    told = [side for side in question.sides if on[side]]
    silent = [side for side in question.sides if not on[side]]
    if not told or any(_is_told_absent(side, question) or _is_known(side, question) for side in silent):
        return None
    both = [hit for hit in found.hits if sum(_says(hit, side, searcher) for side in told) >= _FEWEST]
    room = ANSWER_CHARS // (len(told) + bool(both))
    wanted = [word.form for word in question.words]
    blocks: list[Block] = []
    hits: list[Hit] = []
    for heading, members in [(spoken(told), both), *((side, on[side]) for side in told)]:
        fresh = [hit for hit in members if all(hit.passage != other.passage for other in hits)]
        quoted = _unsaid(quote_blocks(fresh, wanted, searcher, room=room, most=2), blocks)
        blocks += [
            replace(block, heading=f"{heading}:" if at == 0 else "") for at, block in enumerate(quoted)
        ]
        shown = {quote.passage_id for block in quoted for quote in block.quotes}
        hits += [hit for hit in fresh if hit.passage.passage_id in shown] or fresh[:1]
    said = f"Nothing on {spoken([f'“{side}”' for side in silent], 'or')} in the notes." if silent else None
    ranked = tuple(Hit(hit.passage, hit.talk, hit.score, at) for at, hit in enumerate(hits, 1))
    return Reply(said, tuple(blocks), ranked)


def _is_told_absent(side: str, question: Question) -> bool:
    """Return whether a side is a name that the answer says to be absent anyway."""
    return any(word.text in side for word in question.unknown_names)


def _is_known(side: str, question: Question) -> bool:
    """Return whether the notes say all of a side's words, in this or another form, although no passage on it was found."""
    return all(word.known for word in question.words if word.text in side)


def _unsaid(quoted: Sequence[Block], said: Sequence[Block]) -> list[Block]:
    """Return the blocks without the quotes that an earlier side shows already, whole or in part."""
    earlier = [quote for block in said for quote in block.quotes]
    left = [
        replace(block, quotes=tuple(q for q in block.quotes if not any(_shares(q, one) for one in earlier)))
        for block in quoted
    ]
    return [block for block in left if block.quotes]


def _shares(quote: Quote, other: Quote) -> bool:
    same = quote.talk.recap_id == other.talk.recap_id
    return quote.text == other.text or (same and quote.start < other.end and other.start < quote.end)


def _hits_on(side: str, question: Question, searcher: Searcher) -> Sequence[Hit]:
    alone = replace(question, search_text=side, context="")
    return [hit for hit in gather(alone, searcher).hits if hit.passage.role == "body"]


def _says(hit: Hit, side: str, searcher: Searcher) -> bool:
    names = (side, *knowledge_of(searcher).aliases.others(side))
    return any(find_phrase(text, name) for name in names for text in (hit.passage.text, hit.talk.title))
