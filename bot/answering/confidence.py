"""How sure an answer is: a small logistic model over what the search says of its best passage.

The coefficients lie in `confidence.json`, written by `benchmarks/fit_confidence.py`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from bot.answering.evidence import Found
from bot.answering.reading import Reading, is_name_like, looks_french

_MET = 0.55  # cosine from which a word counts as met: the same word in another sentence reaches 0.6 and more


def features(reading: Reading, found: Found) -> dict[str, float]:
    """Return the numbers that the model sees, each about 0 to 1."""
    if not found.evidence:
        return dict.fromkeys(_NAMES, 0.0) | {"nothing": 1.0}
    best = found.evidence[0]
    weights = [match.weight for match in best.words]
    total = sum(weights) or 1.0
    met = sum(match.weight * (match.similarity >= _MET) for match in best.words) / total
    heavy = sorted(best.words, key=lambda match: -match.weight)[:2]
    scores = [item.score for item in found.evidence[:8]]
    unknown = [word for word in reading.words if not word.known and not (reading.french and looks_french(word))]
    return {
        "late": best.late,
        "dense": best.dense,
        "met": met,
        "rarest": sum(match.similarity for match in heavy) / max(len(heavy), 1),
        "margin": scores[0] - sum(scores[1:]) / max(len(scores) - 1, 1) if len(scores) > 1 else 0.0,
        "unknown_names": float(min(sum(is_name_like(word) for word in unknown), 2)) / 2,
        "unknown_words": len(unknown) / max(len(reading.words), 1),
        "words": min(len(reading.words), 12) / 12,
        "nothing": 0.0,
    }


_NAMES = ("late", "dense", "met", "rarest", "margin", "unknown_names", "unknown_words", "words", "nothing")


def confidence(values: Mapping[str, float]) -> float:
    """Return how likely the best passage answers the question, 0 to 1."""
    model = _model()
    total = float(model["intercept"]) + sum(float(model["weights"].get(name, 0.0)) * value for name, value in values.items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def threshold() -> float:
    """Return the confidence below which an answer is withheld."""
    return float(_model()["threshold"])


@cache
def _model() -> Mapping[str, Any]:
    content: Mapping[str, Any] = json.loads(files("bot.answering").joinpath("confidence.json").read_text(encoding="utf-8"))
    return content


def feature_names() -> Sequence[str]:
    """Return the names of the features in the model's order."""
    return _NAMES
