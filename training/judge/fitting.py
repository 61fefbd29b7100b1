"""The judge's model: a logistic regression over signals, as plain numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from sklearn.preprocessing import StandardScaler  # type: ignore[import-untyped]

from training.judge.observing import Observation

# Inverse of the regularisation, beside a mean loss, and the share of the negatives' weight that searches
# without the answer have. Chosen by fitting on one writer's questions and judging the others':
# docs/decisions/0010-judge.md.
STRENGTH = 3.0
TAKEN_AWAY = 0.2
# What is asked in earnest, by style: the pairs are mostly paraphrases, because the encoder needs those.
ASKED = {
    "paraphrase": 0.25,
    "detail": 0.25,
    "keyword": 0.2,
    "noisy": 0.1,
    "followup": 0.1,
    "acronym": 0.1,
    "everyday": 0.2,
}

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Model:
    """What each signal adds to the logarithm of the odds, and what they start from."""

    intercept: float
    weights: Mapping[str, float]

    def odds(self, signals: Mapping[str, float]) -> float:
        """Return the logarithm of the odds that the passages answer the question."""
        return self.intercept + sum(self.weights[name] * value for name, value in signals.items())

    def rescaled(self, slope: float, shift: float) -> Model:
        """Return the model whose odds are a line of this one's."""
        return Model(
            slope * self.intercept + shift, {name: slope * weight for name, weight in self.weights.items()}
        )


def fit(observations: Sequence[Observation]) -> Model:
    """Learn from answers among the best passages, near misses, and searches without the answer, positives and negatives of equal weight."""
    shown = [one for one in observations if one.shown]
    near = [one for one in observations if not one.answerable]
    taken = [one for one in shown if one.without]
    asked = _weights_of(shown)
    names = sorted(shown[0].signals)
    rows = [
        [told[name] for name in names]
        for told in [one.signals for one in (*shown, *near)] + [one.without for one in taken]
    ]
    labels = [1] * len(shown) + [0] * (len(near) + len(taken))
    weights = np.concatenate(
        [
            0.5 * asked,
            np.full(len(near), 0.5 * (1 - TAKEN_AWAY) / max(len(near), 1)),
            0.5 * TAKEN_AWAY * _weights_of(taken),
        ]
    )
    scaler = StandardScaler().fit(rows)
    found = LogisticRegression(C=STRENGTH, max_iter=2000).fit(
        scaler.transform(rows), labels, sample_weight=weights
    )
    slopes = found.coef_[0] / scaler.scale_
    return Model(
        float(found.intercept_[0] - slopes @ scaler.mean_), dict(zip(names, map(float, slopes), strict=True))
    )


def hold_out(
    observations: Sequence[Observation], group: Callable[[Observation], object] = lambda one: one.event_id
) -> tuple[Numbers, Numbers]:
    """Return the odds of every observation by a model that has not seen its group, and those without its answer (NaN where it has none)."""
    odds, taken = np.zeros(len(observations)), np.full(len(observations), np.nan)
    groups = [group(one) for one in observations]
    for name in dict.fromkeys(groups):
        model = fit([one for one, its in zip(observations, groups, strict=True) if its != name])
        for at in (at for at, its in enumerate(groups) if its == name):
            odds[at] = model.odds(observations[at].signals)
            if observations[at].without:
                taken[at] = model.odds(observations[at].without)
    return odds, taken


def calibrated(observations: Sequence[Observation], odds: Numbers) -> tuple[float, float]:
    """Return slope and shift that make held-out odds true (Platt, 1999) for answers among the best passages against near misses."""
    judged = np.array([one.shown or not one.answerable for one in observations])
    labels = [one.answerable for one in observations if one.shown or not one.answerable]
    found = LogisticRegression(C=1e6).fit(odds[judged, None], labels)
    return float(found.coef_[0, 0]), float(found.intercept_[0])


def sigmoid(odds: Numbers) -> Numbers:
    """Return probabilities for logarithms of odds."""
    chances: Numbers = 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
    return chances


def _weights_of(observations: Sequence[Observation]) -> Numbers:
    """Return a weight for each answerable question so that styles count as they are asked; the sum is 1."""
    counts = Counter(one.style for one in observations)
    weights = np.array([ASKED[one.style] / counts[one.style] for one in observations])
    return weights / weights.sum() if len(weights) else weights
