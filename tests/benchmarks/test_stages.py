"""Stages are watched from outside, and the product is as before when nobody watches."""

from __future__ import annotations

import importlib
from pathlib import Path

from benchmarks.bench.stages import REST, WHOLE, Clock, ask_rounds, stages_of
from index.encoder.base import Encoder
from index.ranking.late import LateRanker
from index.search import Searcher
from tests.notes import publish_notes

QUESTIONS = [
    {"question": text, "history": []}
    for text in ("how much did Lanternfish save?", "what does Quillwort write a day?")
]

answering = importlib.import_module("bot.answering.answer")


def test_every_stage_of_an_answer_is_timed(tmp_path: Path, plain_encoder: Encoder) -> None:
    """Each stage takes time, together no more than the whole, and afterwards everything is what it was."""
    publish_notes(tmp_path, plain_encoder)
    searcher = Searcher.open(tmp_path, plain_encoder)
    before = (answering.quotes_reply, LateRanker.similarities)
    rounds = ask_rounds(searcher, QUESTIONS, 1)

    assert set(rounds) == {"first", WHOLE, REST, *stages_of(searcher)}
    assert all(len(values) == len(QUESTIONS) for [values] in rounds.values())
    # A question that was just asked is not encoded again.
    assert all(ms > 0 for stage, [values] in rounds.items() if stage != "encode" for ms in values)
    assert (answering.quotes_reply, LateRanker.similarities) == before


def test_a_function_is_not_charged_for_another_that_is_watched() -> None:
    """Time inside a watched function goes to the innermost stage."""
    clock = Clock()
    inner = clock.timed("inner", lambda: sum(range(200_000)))
    clock.timed("outer", inner)()

    assert clock.seconds["inner"] > clock.seconds["outer"] > 0
