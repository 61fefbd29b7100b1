"""Questions as the product searches them: every candidate's features, and which candidates answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.answering.question.understanding import understand
from index.ranking.fusion import Evidence
from index.search import Query, Searcher
from training.pairs import Pair, shared

Numbers = NDArray[np.float32]
_DENSE_BEFORE = 0.2
_TALK_BEFORE = 0.2
_DEPTH = 50  # as the product asks
_EVERYTHING = 10_000
_MIN_SHARED = 0.3  # of the shorter one: a quote may begin in the line above
# Passages that share so many of their words are the same notes in two files, and no wrong answer.
_SAME_WORDS = 0.5


@dataclass(frozen=True, slots=True)
class Candidates:
    """A question's candidates in the order of rows: features, which answer, how long they are, and where it belongs."""

    features: Numbers  # (n, n_features)
    before: Numbers  # (n,), the score of decision 0002
    answers: NDArray[np.bool_]
    lengths: NDArray[np.int64]  # characters
    is_talk: NDArray[np.bool_]  # of a talk that an answering candidate is of
    event_id: str
    style: str


def observe(pairs: Iterable[Pair], searcher: Searcher) -> tuple[tuple[str, ...], list[Candidates]]:
    """Ask every answerable question as the product does; return the features' names and what was found.

    A question whose passage is no candidate is kept: its rank is none.
    """
    notes = list(searcher.build.passages)
    words = [frozenset(passage.text.lower().split()) for passage in notes]
    found: list[Candidates] = []
    names: tuple[str, ...] = ()
    for pair in pairs:
        if not pair.answers:
            continue
        reading = understand(pair.question, searcher, pair.history)
        query = Query(reading.search_text, context=reading.context, depth=_DEPTH, k=_EVERYTHING)
        evidence = sorted(searcher.rank(query), key=lambda item: item.row)
        passages = {item.row: notes[item.row] for item in evidence}
        right = [row for row, passage in passages.items() if shared(pair, passage) >= _MIN_SHARED]
        kept = [
            item
            for item in evidence
            if item.row in right or not any(_same(words[item.row], words[row]) for row in right)
        ]
        if not kept:
            continue
        names = tuple(kept[0].features)
        talks = {passages[row].talk_id for row in right}
        recap = searcher.build.recaps.get(pair.file)
        found.append(
            Candidates(
                np.array([list(item.features.values()) for item in kept], dtype=np.float32),
                np.array([_before(item) for item in kept], dtype=np.float32),
                np.array([item.row in right for item in kept]),
                np.array([len(passages[item.row].text) for item in kept]),
                np.array([passages[item.row].talk_id in talks for item in kept]),
                (recap.event_id if recap else None) or pair.file,
                pair.style,
            )
        )
    return names, found


def _before(item: Evidence) -> float:
    return item.late + _DENSE_BEFORE * item.dense + _TALK_BEFORE * item.talk


def _same(one: frozenset[str], two: frozenset[str]) -> bool:
    return len(one & two) > _SAME_WORDS * len(one | two)
