"""What a searcher asks of an engine: which passages are worth ranking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from index.build.reader import Build
from index.build.talk_table import TalkSet
from index.encoder.base import Vectors
from index.ranking.dense import Rows

# A word of the question that so few passages hold is a name to most people: all of them are candidates.
RARE_AT_MOST = 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question as an engine is asked it."""

    text: str
    context: str  # the turn before; its words count a little
    vector: Vectors  # (dim,), of unit length
    depth: int  # how many rows by words, and how many by vector
    talks: TalkSet | None  # None: no limit


@dataclass(frozen=True, slots=True)
class Proposals:
    """Rows of a build, those by words and by vector best first."""

    lexical: Rows
    lexical_scores: Vectors  # BM25, in the order of `lexical`
    dense: Rows
    rare: Rows  # every row with a word of the question that at most `RARE_AT_MOST` passages hold


class Engine(Protocol):
    """Searches one build; safe to share between threads."""

    def propose(self, wanted: Wanted) -> Proposals:
        """Return the candidates for a question, all of them within the wanted talks.

        Raises:
            EngineUnavailable: it cannot be asked.
        """
        ...


EngineOf = Callable[[Build], Engine]
