"""How well a judge tells answers from near misses: separation, what a threshold costs and catches, and whether its numbers are true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.answering.evidence.evidence import gather
from bot.answering.evidence.signals import signals
from bot.answering.question.understanding import understand
from bot.evaluation.evaluation import auroc
from bot.evaluation.questions import read_questions
from index.search import Searcher
from training.judge.fitting import Model, Numbers, sigmoid
from training.judge.observing import Observation

_COSTS = (0.005, 0.01, 0.02, 0.03, 0.04, 0.06, 0.08, 0.1, 0.15, 0.2, 0.3, 0.5)
_BINS = 5


def measure(
    observations: Sequence[Observation], chances: Numbers, taken: Numbers, held_out: frozenset[str]
) -> dict[str, Any]:
    """Return the figures of held-out probabilities; `held_out` are conferences with about a fifth of the near misses."""
    near = np.array([not one.answerable for one in observations])
    found = np.array([one.shown for one in observations])
    detail = found & np.array([one.style == "detail" for one in observations])
    fifth = np.array([one.event_id in held_out for one in observations])
    plain = np.array([one.signals["late"] for one in observations])
    return {
        "questions": {
            "near_miss": int(near.sum()),
            "answerable": int((~near).sum()),
            "answer_among_best": int(found.sum()),
        },
        "auroc": _auroc(chances[found], chances[near]),
        "auroc_by_similarity": _auroc(plain[found], plain[near]),
        "auroc_all_answerable": _auroc(chances[~near], chances[near]),
        "auroc_detail_only": _auroc(chances[detail], chances[near]),
        "auroc_answer_taken_away": _auroc(chances[found & ~np.isnan(taken)], taken[~np.isnan(taken)]),
        "held_out_fifth": {
            "events": sorted(held_out),
            "near_miss": int((near & fifth).sum()),
            "answer_among_best": int((found & fifth).sum()),
            "auroc": _auroc(chances[found & fifth], chances[near & fifth]),
            "auroc_all_answerable": _auroc(chances[~near & fifth], chances[near & fifth]),
            "auroc_by_similarity": _auroc(plain[found & fifth], plain[near & fifth]),
        },
        "curve": _curve(chances, near, found, taken),
        "reliability": _reliability(chances[near | found], found[near | found]),
    }


def check(
    path: Path, searcher: Searcher, model: Model, near: Numbers, thresholds: Mapping[str, float]
) -> dict[str, Any]:
    """Look at other questions, never learnt from: how many a threshold takes, and how they stand to held-out near misses."""
    chances = []
    for question in read_questions(path):
        if question["type"] not in {"unanswerable", "list"}:
            asked = understand(question["question"], searcher, question["history"])
            values = signals(asked, gather(asked, searcher))
            chances.append(float(sigmoid(np.array(model.odds(values)))) if values else 0.0)
    return {
        "questions": f"{path.parent.name}/{path.name}",
        "answerable": len(chances),
        "auroc_against_near_misses": _auroc(np.array(chances), near),
        **{name: round(float(np.mean(np.array(chances) < value)), 3) for name, value in thresholds.items()},
    }


def _curve(
    chances: Numbers, near: NDArray[np.bool_], found: NDArray[np.bool_], taken: Numbers
) -> list[dict[str, float]]:
    """Return for some costs, as shares of the answers among the best that a threshold takes, what else it takes."""
    told = []
    for cost in _COSTS:
        threshold = float(np.quantile(chances[found], cost))
        answered = (near | found) & (chances >= threshold)
        told.append(
            {
                "false_abstain": cost,
                "threshold": round(threshold, 4),
                "near_misses_caught": round(float((chances[near] < threshold).mean()), 3),
                "caught_without_answer": round(float((taken[~np.isnan(taken)] < threshold).mean()), 3),
                "false_abstain_all_answerable": round(float((chances[~near] < threshold).mean()), 3),
                "coverage": round(float(answered.sum() / (near | found).sum()), 3),
                "risk": round(float(near[answered].mean()), 3),
            }
        )
    return told


def _reliability(chances: Numbers, right: NDArray[np.bool_]) -> list[dict[str, float]]:
    """Return for five bins of equal size the mean probability and the share that was right."""
    order = np.argsort(chances, kind="stable")
    return [
        {
            "predicted": round(float(chances[part].mean()), 3),
            "right": round(float(right[part].mean()), 3),
            "questions": len(part),
        }
        for part in np.array_split(order, _BINS)
    ]


def _auroc(higher: Numbers, lower: Numbers) -> float | None:
    found = auroc(higher.tolist(), lower.tolist())
    return None if found is None else round(found, 3)
