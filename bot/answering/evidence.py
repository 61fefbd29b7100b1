"""What the notes hold on a question: the ranked passages within its limits, and why each stands where it stands."""

from __future__ import annotations

from dataclasses import dataclass

from bot.answering.knowledge import Knowledge
from bot.answering.reading import Reading
from bot.answering.scope import Scope
from index.fusion import Evidence
from index.models import Hit
from index.search import Filter, Query, Searcher

DEPTH = 30  # passages looked at for one answer


@dataclass(frozen=True, slots=True)
class Found:
    """Hits, best first, with the evidence behind each, and the limits that held."""

    hits: tuple[Hit, ...] = ()
    evidence: tuple[Evidence, ...] = ()


def gather(reading: Reading, searcher: Searcher, knowledge: Knowledge, scope: Scope | None = None) -> Found:
    """Search the notes within the question's limits, or within others."""
    limits = _filter(reading, reading.scope if scope is None else scope, searcher, knowledge)
    if limits is None:
        return Found()
    ranking = searcher.search(Query(reading.search_text, filter=limits, context=reading.context, k=DEPTH))
    return Found(ranking.hits, ranking.evidence)


def allowed_talks(scope: Scope, knowledge: Knowledge) -> frozenset[str]:
    """Return the ids of the talks within the limits."""
    return frozenset(talk.talk_id for talk in knowledge.talks if scope.allows(talk))


def _filter(reading: Reading, scope: Scope, searcher: Searcher, knowledge: Knowledge) -> Filter | None:
    """Return the limits as the searcher takes them, None where nothing is left within them."""
    allowed = allowed_talks(scope, knowledge) if scope.limits else frozenset(knowledge.talk_by_id)
    if reading.titled:
        allowed = (allowed & reading.titled) or reading.titled
    elif reading.speakers:
        # A person asked for by name: their talks, and whatever else the notes say of them.
        named = {talk_id for talk_ids in reading.speakers.values() for talk_id in talk_ids}
        named |= {hit.talk.talk_id for name in reading.speakers for hit in searcher.mentions(name)}
        allowed = (allowed & named) or allowed
    if reading.wish.wanted == "link" and not reading.titled and (naming := _named_talks(reading, searcher, knowledge)):
        allowed = (allowed & naming) or allowed
    if not allowed:
        return None
    return Filter() if len(allowed) == len(knowledge.talks) else Filter(talk_ids=allowed)


def _named_talks(reading: Reading, searcher: Searcher, knowledge: Knowledge) -> frozenset[str]:
    """Return the ids of the talks that say every name of the question."""
    names = [word.text for word in reading.words if word.known and (word.capital or not word.real)]
    said = [{hit.talk.talk_id for one in (name, *knowledge.aliases.others(name)) for hit in searcher.mentions(one)} for name in names]
    return frozenset(set.intersection(*said)) if said else frozenset()
