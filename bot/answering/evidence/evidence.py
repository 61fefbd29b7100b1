"""What the notes hold on a question: the ranked passages within its limits, and why each stands where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import and_, or_

from bot.answering.form import AnswerForm
from bot.answering.language.knowledge import Knowledge, knowledge_of
from bot.answering.question.question import Question
from bot.answering.question.scope import Scope
from bot.answering.stages import stage
from index.build.talk_table import TalkSet
from index.models import Hit
from index.ranking.fusion import Evidence
from index.search import Filter, Query, Searcher

# Forms that are about a talk: where a question names one by words of its title, about that one.
_OF_A_TALK = frozenset({AnswerForm.TALK, AnswerForm.BRIEF, AnswerForm.LINK})
# How much better than the best other one a passage is that is quoted to a follow-up again.
_AGAIN = 1.1
DEPTH = 30  # passages looked at for one answer


@dataclass(frozen=True, slots=True)
class Found:
    """Hits, best first, with the evidence behind each, and the limits that held."""

    hits: tuple[Hit, ...] = ()
    evidence: tuple[Evidence, ...] = ()


@stage("find")
def gather(
    question: Question, searcher: Searcher, scope: Scope | None = None, within: TalkSet | None = None
) -> Found:
    """Search the notes within the question's limits, or within others: of a scope, or some talks."""
    limits = _filter(question, question.scope if scope is None else scope, searcher)
    if within is not None:
        limits = Filter(talks=within)
    if limits is None:
        return Found()
    ranking = searcher.search(Query(question.search_text, filter=limits, context=question.context, k=DEPTH))
    return Found(_of_named(ranking.hits, _named(question, searcher), searcher), ranking.evidence)


def fresh_first(found: Found, question: Question) -> Found:
    """Return what was found with the passages last that were quoted to earlier turns: whoever asks on wants to read on.

    A passage that stands out stays where it is: it may be what the follow-up asks for.
    """
    if not question.shown:
        return found
    pairs = list(zip(found.hits, found.evidence, strict=True))
    fresh = max((hit.score for hit, _ in pairs if hit.passage.passage_id not in question.shown), default=0.0)
    again = _AGAIN * fresh if question.words else float("inf")
    pairs.sort(key=lambda pair: pair[0].passage.passage_id in question.shown and pair[0].score < again)
    return Found(tuple(hit for hit, _ in pairs), tuple(evidence for _, evidence in pairs))


def allowed_talks(scope: Scope, knowledge: Knowledge) -> TalkSet:
    """Return the talks within the limits."""
    allowed = knowledge.talks_within(scope.event_ids, scope.excluded_ids, scope.day)
    for day in scope.also:
        allowed |= knowledge.talks_within(scope.event_ids, scope.excluded_ids, day)
    if scope.not_kind:
        allowed = knowledge.table.but(allowed, knowledge.table.of_kinds([scope.not_kind]))
    return allowed


def _filter(question: Question, scope: Scope, searcher: Searcher) -> Filter | None:
    """Return the limits as the searcher takes them, None where nothing is left within them."""
    knowledge = knowledge_of(searcher)
    table = knowledge.table
    allowed = allowed_talks(scope, knowledge)
    if named := _named(question, searcher):
        kept = (allowed & named) or (named if question.titled else None)
        allowed = table.with_owners(kept) if kept else allowed
    if (
        question.form is AnswerForm.LINK
        and not question.titled
        and (naming := _named_talks(question, searcher))
    ):
        allowed = (allowed & naming) or allowed
    for subject in question.excluded:
        # "not about Karpenter" leaves out the talks on it, not those that mention it.
        allowed = table.but(allowed, searcher.said.titled(subject))
    if not allowed:
        return None
    return Filter() if allowed.everything else Filter(talks=allowed)


def _named(question: Question, searcher: Searcher) -> TalkSet | None:
    """Return the talks that a question names by title or speaker, None where it names none."""
    table = searcher.build.table
    if question.titled:
        return table.set_of(question.titled)
    if question.talks and question.form in _OF_A_TALK and not question.speakers:
        return table.set_of(question.talks)
    if not question.speakers:
        return None
    # A person asked for by name: their talks, and whatever else the notes say of them.
    named = table.set_of(row for rows in question.speakers.values() for row in rows)
    return reduce(or_, map(searcher.said.talks, question.speakers), named)


def _of_named(hits: Sequence[Hit], named: TalkSet | None, searcher: Searcher) -> tuple[Hit, ...]:
    """Return hits with the talk that was asked for where that shares its notes with another."""
    table, talks = searcher.build.table, searcher.build.stored_talks
    sharing = (named & table.sharing) if named else ()
    owned = {talks.rows[int(table.owners[row])].talk_id: talks.rows[row] for row in reversed([*sharing])}
    theirs = {talks.rows[row].talk_id for row in (named or ())} if owned else set()
    return tuple(
        replace(hit, talk=owned[hit.talk.talk_id])
        if hit.talk.talk_id in owned and hit.talk.talk_id not in theirs
        else hit
        for hit in hits
    )


def _named_talks(question: Question, searcher: Searcher) -> TalkSet | None:
    """Return the talks that say every name of the question, None where it has none."""
    knowledge = knowledge_of(searcher)
    names = [word.text for word in question.words if word.known and (word.capital or not word.real)]
    said = [
        reduce(or_, (searcher.said.talks(one) for one in (name, *knowledge.aliases.others(name))))
        for name in names
    ]
    return reduce(and_, said) if said else None
