"""How well weights order candidates, question by question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from training.ranking.fitting import fit, question_weights, score
from training.ranking.observing import Candidates

MEASURES = ("R@1", "MRR@10", "@400", "@800", "talk@1")
_RANKS = 10
_BUDGETS = (400, 800)  # characters of the passages, joined
FOLDS = 5


def measure(found: Sequence[Candidates], orders: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the measures of each question, (n_questions, 5), for the scores of its candidates."""
    return np.array([_measures(one, scores) for one, scores in zip(found, orders, strict=True)])


def _measures(one: Candidates, scores: NDArray[np.float64]) -> tuple[float, ...]:
    order = np.argsort(-np.round(scores, 5), kind="stable")
    right = np.flatnonzero(one.answers[order][:_RANKS])
    rank = int(right[0]) + 1 if len(right) else 0
    read = int((one.lengths[order][:rank] + 1).sum())
    return (
        float(rank == 1),
        1 / rank if rank else 0.0,
        *(float(0 < read <= budget) for budget in _BUDGETS),
        float(one.is_talk[order[0]]),
    )


def hold_out(
    found: Sequence[Candidates], names: Sequence[str], chosen: Sequence[str]
) -> list[NDArray[np.float64]]:
    """Return each question's scores by weights that were learnt without its conference."""
    dealt = folds(found)
    fitted = [
        fit([one for one in found if dealt[one.event_id] != fold], names, chosen) for fold in range(FOLDS)
    ]
    return [score(one.features, names, fitted[dealt[one.event_id]]) for one in found]


def folds(found: Sequence[Candidates]) -> dict[str, int]:
    """Deal conferences out to folds of about equal size, and return each one's fold."""
    sizes: dict[str, int] = {}
    for one in found:
        sizes[one.event_id] = sizes.get(one.event_id, 0) + 1
    filled = [0] * FOLDS
    dealt: dict[str, int] = {}
    for event_id in sorted(sizes, key=lambda name: (-sizes[name], name)):
        dealt[event_id] = filled.index(min(filled))
        filled[dealt[event_id]] += sizes[event_id]
    return dealt


def summary(found: Sequence[Candidates], values: NDArray[np.float64]) -> dict[str, dict[str, float]]:
    """Return the mean of each measure, by style and over all styles as they are asked."""
    weights = question_weights(found)
    styles = sorted({one.style for one in found})
    parts = {"asked": weights}
    parts |= {style: np.array([one.style == style for one in found]) / 1.0 for style in styles}
    return {
        name: {
            measure_name: round(float(part @ values[:, at] / part.sum()), 4)
            for at, measure_name in enumerate(MEASURES)
        }
        for name, part in parts.items()
    }


def difference(
    found: Sequence[Candidates], values: NDArray[np.float64], others: NDArray[np.float64]
) -> Mapping[str, tuple[float, float]]:
    """Return the mean difference of each measure over questions as they are asked, and its standard error."""
    weights = question_weights(found)
    gap = values - others
    means = weights @ gap
    errors = np.sqrt((weights[:, None] ** 2 * (gap - means) ** 2).sum(axis=0))
    return {
        name: (round(float(mean), 4), round(float(error), 4))
        for name, mean, error in zip(MEASURES, means, errors, strict=True)
    }
