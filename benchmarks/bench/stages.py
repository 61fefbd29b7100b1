"""Latency by stage: the time inside public functions, watched from outside; nothing in the product knows of it.

    python -m benchmarks.bench.stages INDEX QUESTIONS ROUNDS

One process asks every question once, unrecorded caches and all ("first"), then round after round, plain and
watched in turns. A searcher keeps the vectors of its last 32 questions: of fewer than that nothing is encoded
again.
"""

from __future__ import annotations

import functools
import importlib
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.bench.figures import over_rounds
from benchmarks.bench.processes import measure
from bot.answering import answer, prepare
from bot.answering.evidence import confidence
from bot.answering.question import understanding
from bot.evaluation.questions import read_questions
from index.ranking import fusion
from index.ranking.dense import DenseRanker
from index.ranking.late import LateRanker
from index.ranking.lexical import LexicalRanker
from index.search import Searcher

WHOLE, REST = "whole", "rest"
_ANSWERING = importlib.import_module("bot.answering.answer")  # the package's own `answer` is the function
ROOMS = ("bot.", "index.")
Rounds = dict[str, list[list[float]]]


class Clock:
    """Adds up the seconds inside watched functions; one that calls another is not charged for it."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._inner: list[float] = []

    def timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function, timed."""

        @functools.wraps(function)
        def watched(*arguments: Any, **named: Any) -> Any:
            self._inner.append(0.0)
            started = time.perf_counter()
            try:
                return function(*arguments, **named)
            finally:
                taken = time.perf_counter() - started
                self.seconds[stage] += taken - self._inner.pop()
                if self._inner:
                    self._inner[-1] += taken

        return watched

    @contextmanager
    def watching(self, stages: Mapping[str, Sequence[tuple[object, str]]]) -> Iterator[None]:
        """Time public functions of modules and methods of classes, wherever they were imported to."""
        undo: list[tuple[object, str, object]] = []
        for stage, watched in stages.items():
            for owner, name in watched:
                function = getattr(owner, name)
                for place, called in _places(owner, name, function):
                    undo.append((place, called, function))
                    setattr(place, called, self.timed(stage, function))
        try:
            yield
        finally:
            for place, called, function in undo:
                setattr(place, called, function)


def _places(owner: object, name: str, function: object) -> list[tuple[object, str]]:
    if isinstance(owner, type):
        return [(owner, name)]
    ours = [module for path, module in list(sys.modules.items()) if path.startswith(ROOMS)]
    return [
        (module, called)
        for module in ours
        for called, value in list(vars(module).items())
        if value is function
    ]


def stages_of(searcher: Searcher) -> dict[str, list[tuple[object, str]]]:
    """Return the stages of an answer, in order, with what is watched for each."""
    return {
        "understanding": [(understanding, "understand")],
        "encode": [(type(searcher.encoder), "encode_question")],
        "lexical": [(LexicalRanker, "search"), (LexicalRanker, "search_rare")],
        "dense": [(DenseRanker, "search"), (DenseRanker, "vectors")],
        "late interaction": [(LateRanker, "similarities")],
        "ranking": [(fusion, "word_weights"), (fusion, "rank")],
        "judging": [(confidence, "confidence")],
        "quotes": [(_ANSWERING, "reply_of"), (_ANSWERING, "quotes_reply")],
    }


def ask_rounds(searcher: Searcher, questions: Sequence[Mapping[str, Any]], rounds: int) -> Rounds:
    """Return milliseconds a question for each round: `first`, `whole`, and for each stage and the rest of a watched round."""
    stages = stages_of(searcher)
    found: Rounds = defaultdict(list)
    found["first"].append([_timed(searcher, question) for question in questions])
    for _ in range(rounds):
        found[WHOLE].append([_timed(searcher, question) for question in questions])
        rows = _watched(searcher, questions, stages)
        for stage in (*stages, REST):
            found[stage].append([row[stage] for row in rows])
    return found


def _watched(
    searcher: Searcher,
    questions: Sequence[Mapping[str, Any]],
    stages: Mapping[str, Sequence[tuple[object, str]]],
) -> list[dict[str, float]]:
    rows = []
    clock = Clock()
    with clock.watching(stages):
        for question in questions:
            clock.seconds.clear()
            whole = _timed(searcher, question)
            row = {stage: clock.seconds[stage] * 1000 for stage in stages}
            rows.append({**row, REST: whole - sum(row.values())})
    return rows


def _timed(searcher: Searcher, question: Mapping[str, Any]) -> float:
    started = time.perf_counter()
    answer(question["question"], searcher=searcher, history=question["history"])
    return (time.perf_counter() - started) * 1000


def latency(
    index_dir: Path, questions: Path, rounds: int, processes: int, work: Path
) -> list[dict[str, object]]:
    """Return a row for each stage: the median over all rounds of several processes."""
    runs: list[Rounds] = [
        measure("benchmarks.bench.stages", index_dir, questions, rounds, work=work) for _ in range(processes)
    ]
    return [{"stage": stage, **over_rounds([one for run in runs for one in run[stage]])} for stage in runs[0]]


if __name__ == "__main__":
    opened = Searcher.open(Path(sys.argv[1]))
    prepare(opened)
    print(json.dumps(ask_rounds(opened, read_questions(Path(sys.argv[2])), int(sys.argv[3]))))
