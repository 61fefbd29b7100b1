"""How the ranking's weights are learnt and measured: on made-up candidates, and from pairs to features on a small corpus."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.search import Searcher
from tests.training.conftest import pairs

pytest.importorskip("scipy", reason="the weights are fitted with SciPy")

from training.ranking.fitting import ASKED, brought_to_scale, fit, question_weights, score
from training.ranking.measuring import MEASURES, difference, hold_out, measure, summary
from training.ranking.observing import Candidates, observe

NAMES = ("late", "dense", "said", "noise")
_EVENTS = ("Pier 2019", "Quay 2020", "Mole 2021", "Jetty 2022", "Slip 2023")


def made_up(count: int = 200) -> list[Candidates]:
    """Draw questions with twelve candidates, of which one answers: it is nearer and says more, but for chance."""
    numbers = np.random.default_rng(8)
    found = []
    for at in range(count):
        answers = np.arange(12) == at % 12
        features = numbers.normal(0.5, 0.1, (12, 4)).astype(np.float32)
        features[answers, 0] += 0.1
        features[answers, 2] += 0.2
        style = ("everyday", "paraphrase")[at % 2]
        lengths = np.full(12, 300)
        found.append(Candidates(features, features[:, 0], answers, lengths, answers, _EVENTS[at % 5], style))
    return found


def test_what_tells_the_answer_gets_its_weight() -> None:
    """A feature that the answers have more of weighs more, one of chance next to nothing, and twice is the same."""
    weights = fit(made_up(), NAMES, NAMES)

    assert weights["said"] > weights["late"] > 1
    assert abs(weights["noise"]) < weights["late"] / 3
    assert fit(made_up(), NAMES, NAMES) == weights
    assert set(fit(made_up(), NAMES, ("late", "said"))) == {"late", "said"}


def test_a_conference_is_ranked_by_weights_that_have_not_seen_it() -> None:
    """What one conference's answers are changes nothing in how its own candidates are ordered."""
    found = made_up()
    turned = [replace(one, answers=~one.answers) if one.event_id == "Quay 2020" else one for one in found]
    inside = [at for at, one in enumerate(found) if one.event_id == "Quay 2020"]
    before, after = hold_out(found, NAMES, NAMES), hold_out(turned, NAMES, NAMES)

    assert all(np.allclose(before[at], after[at]) for at in inside)


def test_learnt_weights_find_more_than_one_ranker() -> None:
    """Held out, two features find more than one, and the difference is told with its error."""
    found = made_up()
    one, two = (
        measure(found, [c.before.astype(float) for c in found]),
        measure(found, hold_out(found, NAMES, NAMES)),
    )
    gain, error = difference(found, two, one)["R@1"]

    assert gain > 2 * error > 0
    assert summary(found, two)["asked"]["MRR@10"] > summary(found, one)["asked"]["MRR@10"]


def test_the_scale_of_scores_is_kept() -> None:
    """Brought to scale, the order is the same and the best scores have the mean and spread of those before."""
    found = made_up()
    weights = fit(found, NAMES, NAMES)
    scaled = brought_to_scale(weights, found, NAMES)
    best = np.concatenate([np.sort(score(one.features, NAMES, scaled))[-10:] for one in found])
    then = np.concatenate([np.sort(one.before)[-10:] for one in found])

    assert best.mean() == pytest.approx(then.mean(), abs=1e-4)
    assert best.std() == pytest.approx(then.std(), abs=1e-4)
    assert all(
        np.argmax(score(one.features, NAMES, scaled)) == np.argmax(score(one.features, NAMES, weights))
        for one in found
    )


def test_measures_are_those_of_the_order() -> None:
    """The second place is half a reciprocal rank, and what is read ends with the passage that answers."""
    one = Candidates(
        np.zeros((3, 1), np.float32),
        np.zeros(3, np.float32),
        np.array([False, True, False]),
        np.array([500, 200, 10]),
        np.array([True, True, False]),
        "Pier 2019",
        "everyday",
    )
    values = dict(zip(MEASURES, measure([one], [np.array([3.0, 2.0, 1.0])])[0].tolist(), strict=True))

    assert values == {"R@1": 0.0, "MRR@10": 0.5, "@400": 0.0, "@800": 1.0, "talk@1": 1.0}


def test_styles_count_as_they_are_asked() -> None:
    """However many questions a style has, its weight is its share."""
    found = made_up(90)[:60] + [one for one in made_up(90)[60:] if one.style == "everyday"]
    weights = question_weights(found)
    everyday = float(weights[[one.style == "everyday" for one in found]].sum())

    assert everyday == pytest.approx(ASKED["everyday"] / (ASKED["everyday"] + ASKED["paraphrase"]))


def test_questions_are_searched_as_the_product_does(corpus_dir: Path) -> None:
    """Every answerable pair gives its candidates, and the passage that it quotes is among those that answer."""
    names, found = observe(pairs(), Searcher.open(corpus_dir))

    assert "late" in names
    assert found
    assert all(one.features.shape == (len(one.answers), len(names)) for one in found)
    assert all(one.answers.any() for one in found)
