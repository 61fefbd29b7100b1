"""The golden gate: named questions that a new build has to answer before it may go live, and how far its figures may fall.

What is measured is retrieval: a question counts as answered when one of the first hits says the words, or
belongs to the talk, that are expected. What the bot makes of these hits is not measured here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import IndexFault
from index.models import Hit
from index.vocabulary.words import find_phrase, squeeze
from ingest.errors import SourcesError

if TYPE_CHECKING:
    from index.search import Searcher

HITS = 10  # as many as an answer is made from
# A folder with a handful of talks may lose half of them because somebody took a file away.
FEW_TALKS = 10


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a build may fall behind the one before it."""

    margin: float = 0.05  # of each figure, which go from 0 to 1
    talks_lost: float = 0.3  # share


@dataclass(frozen=True, slots=True)
class Question:
    """A question with what its answer says: words, a talk's title, or both."""

    text: str
    words: tuple[str, ...] = ()  # any of them
    talk: str = ""
    must: bool = False

    def answered_by(self, hit: Hit) -> bool:
        """Return whether a hit is what is expected."""
        said = not self.words or any(find_phrase(hit.passage.text, words) for words in self.words)
        return said and (not self.talk or squeeze(self.talk) == squeeze(hit.talk.title))


@dataclass(frozen=True, slots=True)
class Figures:
    """How well a build answers the questions."""

    answered: float = 0.0  # share with the expected hit among the first ten
    reciprocal_rank: float = 0.0  # mean of 1 / rank of the first such hit
    missed: tuple[str, ...] = ()  # questions that must be answered and are not


def read_questions(path: Path) -> tuple[Question, ...]:
    """Read questions, one JSON object a line: `question`, and `expect` (words, or a list of them), `talk` or both; `must` is a switch.

    Raises:
        SourcesError: The file cannot be used; the line is named.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not valid UTF-8"
        raise SourcesError(
            f"Cannot read the gate's questions {path}: {reason}. Check the path, or take it out of the settings."
        ) from error
    questions = tuple(
        _question(path, number, line) for number, line in enumerate(lines, start=1) if line.strip()
    )
    if not questions:
        raise SourcesError(
            f"Cannot use the gate's questions {path}: it holds none. Write one JSON object a line."
        )
    return questions


def _question(path: Path, number: int, line: str) -> Question:
    """Read one line."""
    try:
        values: Mapping[str, Any] = json.loads(line)
        text, talk, must = values["question"], values.get("talk") or "", values.get("must", False)
        expected = values.get("expect") or []
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _unusable(path, number, "no JSON object with a `question`") from error
    words = (
        (expected,)
        if isinstance(expected, str)
        else tuple(expected)
        if isinstance(expected, list)
        else (None,)
    )
    if not all(isinstance(one, str) and squeeze(one) for one in (text, *words)) or not isinstance(talk, str):
        raise _unusable(path, number, "a `question`, `expect` or `talk` that is not text")
    if not words and not talk:
        raise _unusable(path, number, "neither `expect` nor `talk`")
    if not isinstance(must, bool):
        raise _unusable(path, number, "a `must` that is neither true nor false")
    return Question(text, tuple(str(one) for one in words), talk, must)


def _unusable(path: Path, number: int, what: str) -> SourcesError:
    """Name the line that cannot be used."""
    example = '{"question": "who lifts crates?", "expect": "forty crates", "must": true}'
    return SourcesError(
        f"Cannot use the gate's questions {path}: line {number} has {what}. Write it like {example}."
    )


def measure(searcher: Searcher, questions: Sequence[Question]) -> Figures:
    """Ask a build all questions."""
    ranks = [_rank(searcher, question) for question in questions]
    return Figures(
        answered=sum(rank is not None for rank in ranks) / len(ranks),
        reciprocal_rank=sum(1 / rank for rank in ranks if rank) / len(ranks),
        missed=tuple(
            question.text
            for question, rank in zip(questions, ranks, strict=True)
            if question.must and rank is None
        ),
    )


def _rank(searcher: Searcher, question: Question) -> int | None:
    """Return the rank of the first expected hit; None where there is none among the first ten."""
    from index.search import Query

    hits = searcher.search(Query(question.text, k=HITS))
    return next((hit.rank for hit in hits if question.answered_by(hit)), None)


def objection(before: Figures | None, after: Figures, limits: Limits) -> str | None:
    """Say in a few words why a build must not go live; None where it may."""
    if after.missed:
        more = f" and {len(after.missed) - 1} more" if len(after.missed) > 1 else ""
        return f"a question that must be answered is not: “{after.missed[0]}”{more}"
    if before is None:
        return None
    for name, old, new in (
        ("answered questions", before.answered, after.answered),
        ("mean reciprocal rank", before.reciprocal_rank, after.reciprocal_rank),
    ):
        if old - new > limits.margin:
            return f"{name} fell from {old:.2f} to {new:.2f}, by more than {limits.margin:.2f}"
    return None


def lost_talks(before: int, after: int, limits: Limits) -> str | None:
    """Say in a few words that too many talks are gone; None where the number is as it may be."""
    lost = before - after
    if lost > max(FEW_TALKS, limits.talks_lost * before):
        return f"the number of talks fell from {before} to {after}, by more than {limits.talks_lost:.0%}"
    return None


def opened(index_dir: Path, build_id: str, like: Searcher) -> Searcher | None:
    """Open an earlier build for comparison with the encoder of another one; None where it cannot be compared."""
    from index.search import Searcher

    try:
        return Searcher.open(index_dir, encoder=like.encoder, build_id=build_id)
    except IndexFault:
        return None
