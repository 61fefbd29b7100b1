"""The fusion's weights: a linear model whose answers stand as far above the other candidates as they can.

The loss is that of ListNet's top one (Cao et al., ICML 2007) with several right answers: minus the logarithm of
the share of exp(score) that the answering candidates have.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]

from training.ranking.observing import Candidates

# Beside the mean loss, for features of standard deviation one; from 1e-5 to 1e-3 nothing changes.
PENALTY = 1e-4
# What is asked in earnest, by style: the pairs are mostly paraphrases, because the encoder needs those.
ASKED = {
    "everyday": 0.35,
    "paraphrase": 0.2,
    "keyword": 0.13,
    "detail": 0.12,
    "noisy": 0.08,
    "followup": 0.07,
    "acronym": 0.05,
}
_SCALED_BY = 10  # best candidates of each question
_STEPS = 200
_HARDEST = 40
_NEAR_DENSE = 0.2

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Lists:
    """All candidates of some questions, end to end."""

    features: Numbers  # (n, n_features)
    answers: Numbers  # (n,) 1 or 0
    question: NDArray[np.int64]  # (n,)
    starts: NDArray[np.int64]  # (n_questions,)
    weights: Numbers  # (n_questions,), sums to 1


def fit(found: Sequence[Candidates], names: Sequence[str], chosen: Sequence[str]) -> dict[str, float]:
    """Return the weight of each chosen feature, of any scale; questions without an answering candidate teach nothing."""
    columns = [list(names).index(name) for name in chosen]
    lists = _lists([_hardest(one, list(names)) for one in found if one.answers.any()], columns)
    scale = 1 / np.maximum(lists.features.std(axis=0), 1e-6)
    scaled = lists.features * scale
    solved = minimize(
        _loss,
        np.zeros(len(columns)),
        args=(scaled, lists),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": _STEPS},
    )
    return dict(zip(chosen, (solved.x * scale).tolist(), strict=True))


def _hardest(one: Candidates, names: Sequence[str]) -> Candidates:
    """Leave out the candidates that no weights would put first: all but the nearest forty and those that answer."""
    near = one.features[:, names.index("late")] + _NEAR_DENSE * one.features[:, names.index("dense")]
    kept = one.answers.copy()
    kept[np.argsort(-near, kind="stable")[:_HARDEST]] = True
    return replace(one, features=one.features[kept], answers=one.answers[kept])


def _lists(found: Sequence[Candidates], columns: Sequence[int]) -> _Lists:
    counts = np.array([len(one.answers) for one in found])
    return _Lists(
        np.concatenate([one.features[:, columns] for one in found]).astype(np.float64),
        np.concatenate([one.answers for one in found]).astype(np.float64),
        np.repeat(np.arange(len(found)), counts),
        np.cumsum(counts) - counts,
        question_weights(found),
    )


def _loss(weights: Numbers, scaled: Numbers, lists: _Lists) -> tuple[float, Numbers]:
    scores = scaled @ weights
    powers = np.exp(scores - np.maximum.reduceat(scores, lists.starts)[lists.question])
    every = np.add.reduceat(powers, lists.starts)
    right = np.maximum(np.add.reduceat(powers * lists.answers, lists.starts), 1e-300)
    loss = float((lists.weights * (np.log(every) - np.log(right))).sum() + PENALTY * weights @ weights)
    pull = powers / every[lists.question] - powers * lists.answers / right[lists.question]
    gradient: Numbers = scaled.T @ (lists.weights[lists.question] * pull) + 2 * PENALTY * weights
    return loss, gradient


def question_weights(found: Sequence[Candidates]) -> Numbers:
    """Return each question's weight, so that styles count as they are asked; they sum to 1."""
    counts = Counter(one.style for one in found)
    weights = np.array([ASKED[one.style] / counts[one.style] for one in found])
    scaled: Numbers = weights / weights.sum()
    return scaled


def brought_to_scale(
    weights: Mapping[str, float], found: Sequence[Candidates], names: Sequence[str]
) -> dict[str, float]:
    """Return the same order's weights with a `bias`: the ten best candidates have the mean and spread of decision 0002's scores.

    What reads a score as a share of the best one (which passages are shown together) goes on to mean the
    same.
    """
    after = [score(one.features, names, weights) for one in found]
    now = np.concatenate([np.sort(scores)[-_SCALED_BY:] for scores in after])
    then = np.concatenate([np.sort(one.before)[-_SCALED_BY:] for one in found])
    factor = float(then.std() / now.std())
    scaled = {name: factor * weight for name, weight in weights.items()}
    return {**scaled, "bias": float(then.mean() - factor * now.mean())}


def score(features: NDArray[np.float32], names: Sequence[str], weights: Mapping[str, float]) -> Numbers:
    """Return each candidate's weighted sum, `bias` added where there is one."""
    columns = [list(names).index(name) for name in weights if name != "bias"]
    values = np.array([weight for name, weight in weights.items() if name != "bias"])
    scores: Numbers = features[:, columns].astype(np.float64) @ values + weights.get("bias", 0.0)
    return scores
