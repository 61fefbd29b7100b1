"""Questions whose answer is known, as the product sees them: what a search says of its best passages, and whether they answer."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.answering.evidence.evidence import Found, gather
from bot.answering.evidence.signals import signals
from bot.answering.question.understanding import understand
from index.search import Searcher
from training.pairs import Pair, shared

_SHOWN = 3  # passages that an answer quotes at most
# A passage holds an answer when they share this much of the shorter one; it is none without any of it when
# they share less than the second.
_MIN_SHARED = 0.3
_MOST_SHARED = 0.15
_OVER = 1.05  # what a share may be exceeded by


@dataclass(frozen=True, slots=True)
class Observation:
    """A question's signals; those of the same search without the passages that answer it; where it belongs."""

    signals: dict[str, float]
    without: dict[str, float]  # empty where the answer is not among what would be shown
    answerable: bool
    shown: bool  # a passage with the answer is among the best
    style: str
    event_id: str


def observe(pairs: Iterable[Pair], searcher: Searcher) -> list[Observation]:
    """Ask every question that finds something as the product does, and look at what it finds."""
    found = (_observation(pair, searcher) for pair in pairs)
    return [observation for observation in found if observation.signals]


def _observation(pair: Pair, searcher: Searcher) -> Observation:
    question = understand(pair.question, searcher, pair.history)
    found = gather(question, searcher)
    bodies = [hit for hit in found.hits if hit.passage.role == "body"] or found.hits
    shown = pair.answers and any(shared(pair, hit.passage) >= _MIN_SHARED for hit in bodies[:_SHOWN])
    recap = searcher.build.recaps.get(pair.file)
    return Observation(
        signals=signals(question, found),
        without=signals(question, _without(found, pair)) if shown else {},
        answerable=pair.answers,
        shown=shown,
        style=pair.style,
        event_id=(recap.event_id if recap else None) or pair.file,
    )


def _without(found: Found, pair: Pair) -> Found:
    """Return what a search would have found in notes that lack the answer."""
    kept = [at for at, hit in enumerate(found.hits) if shared(pair, hit.passage) < _MOST_SHARED]
    return Found(tuple(found.hits[at] for at in kept), tuple(found.evidence[at] for at in kept))


def some_events(observations: Sequence[Observation], share: float = 0.2) -> frozenset[str]:
    """Return conferences, drawn once and for all by their names' digests, that hold at most about a share of the near misses."""
    near = Counter(one.event_id for one in observations if not one.answerable)
    chosen: set[str] = set()
    for event_id in sorted(near, key=lambda name: hashlib.sha256(name.encode()).digest()):
        if sum(near[one] for one in chosen) + near[event_id] <= share * near.total() * _OVER:
            chosen.add(event_id)
    return frozenset(chosen)
