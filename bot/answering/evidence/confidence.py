"""How sure an answer is: a small calibrated model over what a question and the best passages show.

The coefficients lie in `confidence.json`, written by `training.judge.run`, which says how they are found. Where
the best passages were read (`index.ranking.reader`), `reading.json` joins what reading said to the odds of the
first model; `training.reader.judging` writes it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from bot.answering.evidence.evidence import Found
from bot.answering.evidence.signals import signals
from bot.answering.question.question import Question

_SHOWN = 3  # passages that an answer quotes at most


def confidence(question: Question, found: Found) -> float:
    """Return how likely the best passages answer the question, 0 to 1; 0 where nothing was found.

    Calibrated on questions that the notes answer and three times fewer that they only touch on.
    """
    values = signals(question, found)
    if not values:
        return 0.0
    plain, after = _model("confidence.json"), _model("reading.json")
    odds = _odds(plain, values)
    read = reading_signals(found)
    if not read:
        return _chance(odds)
    # What the reader alone holds for no answer is shown under a line of doubt: it is misled by how a question
    # is asked ("which city ..."), and a wrong "the notes do not say" cannot be seen.
    least = float(after["refuse_below"]) if _chance(odds) >= float(plain["doubt_below"]) else 0.0
    return max(_chance(_odds(after, {"unread": odds, **read})), least)


def reading_signals(found: Found) -> dict[str, float]:
    """Return what reading said of the best passages; nothing where none was read.

    first: whether the first one answers. shown: the best of those that an answer quotes at most.
    """
    bodies = [hit.passage.role == "body" for hit in found.hits]
    answers = [
        item.reading.answers
        for item, body in zip(found.evidence, bodies, strict=True)
        if item.reading and (body or not any(bodies))
    ]
    if not answers:
        return {}
    return {"first": answers[0], "shown": max(answers[:_SHOWN])}


def refuse_below(found: Found) -> float:
    """Return the confidence below which an answer is withheld."""
    return float(_model_of(found)["refuse_below"])


def doubt_below(found: Found) -> float:
    """Return the confidence below which an answer says that it may be none."""
    return float(_model_of(found)["doubt_below"])


def _chance(odds: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))


def _odds(model: Mapping[str, Any], values: Mapping[str, float]) -> float:
    weights: Mapping[str, float] = model["weights"]
    return float(model["intercept"]) + sum(weights[name] * value for name, value in values.items())


def _model_of(found: Found) -> Mapping[str, Any]:
    return _model("reading.json" if reading_signals(found) else "confidence.json")


@cache
def _model(name: str) -> Mapping[str, Any]:
    content: Mapping[str, Any] = json.loads(
        files("bot.answering.evidence").joinpath(name).read_text(encoding="utf-8")
    )
    return content
