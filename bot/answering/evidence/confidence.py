"""How sure an answer is: a small calibrated model over what a question and the best passages show.

The coefficients lie in `confidence.json`, written by `training.judge.run`, which says how they are found.
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


def confidence(question: Question, found: Found) -> float:
    """Return how likely the best passages answer the question, 0 to 1; 0 where nothing was found.

    Calibrated on questions that the notes answer and three times fewer that they only touch on.
    """
    values = signals(question, found)
    if not values:
        return 0.0
    model = _model()
    weights: Mapping[str, float] = model["weights"]
    odds = float(model["intercept"]) + sum(weights[name] * value for name, value in values.items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))


def refuse_below() -> float:
    """Return the confidence below which an answer is withheld."""
    return float(_model()["refuse_below"])


def doubt_below() -> float:
    """Return the confidence below which an answer says that it may be none."""
    return float(_model()["doubt_below"])


@cache
def _model() -> Mapping[str, Any]:
    content: Mapping[str, Any] = json.loads(
        files("bot.answering.evidence").joinpath("confidence.json").read_text(encoding="utf-8")
    )
    return content
