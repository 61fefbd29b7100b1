"""Two questions in one: each answered by itself, the second beside the first, and what was not answered said so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.answering.form import AnswerForm
from bot.answering.models import Answer, Block, Line
from bot.answering.rendering import answer_text
from index.models import Hit

# Forms that quote passages on a subject: two such questions on one subject have one answer.
_QUOTING = frozenset({AnswerForm.QUOTES, AnswerForm.BRIEF, AnswerForm.SIDES, AnswerForm.CHANGE})
_TOLD_TO_US = frozenset({AnswerForm.OFF_TOPIC, AnswerForm.SMALL_TALK, AnswerForm.HELP})


def are_two(forms: Sequence[AnswerForm]) -> bool:
    """Return whether questions of these forms have answers of their own: not "what is X and how does it work?"."""
    return not _QUOTING.issuperset(forms) and _TOLD_TO_US.isdisjoint(forms)


def joined(question: str, first: Answer, second: Answer) -> Answer | None:
    """Return two answers as one; None where neither was found, so that the question is answered as a whole."""
    found = [one for one in (first, second) if one.status == "answered"]
    if not found:
        return None
    lacking = [one for one in (first, second) if one.status != "answered"]
    missed = (f"Not answered: “{one.understood.text}”. {one.headline or ''}".strip() for one in lacking)
    notices = tuple(dict.fromkeys([*missed, *(note for one in found for note in one.notices)]))
    blocks = found[0].blocks if len(found) == 1 else (*found[0].blocks, *_unsaid(first, second))
    return replace(
        found[0],
        question=question,
        text=answer_text(notices, found[0].headline, blocks),
        understood=replace(found[0].understood, text=question),
        confidence=min(one.confidence for one in found),
        notices=notices,
        blocks=blocks,
        hits=_each_once([hit for one in found for hit in one.hits]),
    )


def _unsaid(first: Answer, second: Answer) -> list[Block]:
    """Return the second answer's first line and blocks without the quotes that the first one shows."""
    shown = {(quote.passage_id, quote.start) for quote in first.quotes}
    blocks = [
        replace(block, quotes=tuple(q for q in block.quotes if (q.passage_id, q.start) not in shown))
        for block in second.blocks
    ]
    kept = [block for block in blocks if block.quotes or block.entries or block.lines]
    told = second.headline if second.headline and second.headline != first.headline else ""
    kept = [Block(lines=(Line(told),)), *kept] if told else kept
    return [replace(kept[0], second=True), *kept[1:]] if kept else []


def _each_once(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    found = {(hit.passage.passage_id, hit.talk.talk_id): hit for hit in reversed(hits)}
    kept = [hit for hit in hits if found.pop((hit.passage.passage_id, hit.talk.talk_id), None)]
    return tuple(replace(hit, rank=at) for at, hit in enumerate(kept, 1))
