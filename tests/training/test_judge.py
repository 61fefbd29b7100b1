"""How the judge of answers is fitted and measured: on made-up signals, and from pairs to numbers on a small corpus."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bot.answering.evidence import confidence as shipped
from index.search import Searcher
from tests.training.conftest import pairs

pytest.importorskip("sklearn", reason="the judge is fitted with scikit-learn")

from training.judge.fitting import calibrated, fit, hold_out, sigmoid
from training.judge.measuring import measure
from training.judge.observing import Observation, observe, some_events
from training.pairs import NEAR_MISS

_EVENTS = ("Pier 2019", "Quay 2020", "Mole 2021", "Jetty 2022", "Slip 2023")


def made_up(count: int = 400) -> list[Observation]:
    """Draw questions of which every fourth is a near miss, whose words are met worse."""
    numbers = np.random.default_rng(8)
    observations = []
    for at in range(count):
        answerable = at % 4 > 0
        met, late = (0.6, 0.5) if answerable else (0.35, 0.5)
        drawn = {"met": met + numbers.normal(0, 0.12), "late": late + numbers.normal(0, 0.1)}
        without = {**drawn, "met": drawn["met"] - 0.2} if answerable and at % 4 > 1 else {}
        style = ("paraphrase", "detail", "keyword")[at % 3] if answerable else NEAR_MISS
        observations.append(Observation(drawn, without, answerable, bool(without), style, _EVENTS[at % 5]))
    return observations


def test_the_model_learns_what_tells_answers_from_near_misses() -> None:
    """A signal that differs gets its weight and sign, one that does not next to none."""
    model = fit(made_up())

    assert model.weights["met"] > 2
    assert abs(model.weights["late"]) < model.weights["met"] / 4
    assert fit(made_up()) == model


def test_a_conference_is_judged_by_a_model_that_has_not_seen_it() -> None:
    """What one conference's questions say changes nothing in how they are judged."""
    observations = made_up()
    turned = [
        Observation(one.signals, one.without, one.answerable, one.shown, one.style, one.event_id)
        for one in observations
    ]
    inside = [at for at, one in enumerate(observations) if one.event_id == "Quay 2020"]
    for at in inside:
        one = turned[at]
        turned[at] = Observation(
            one.signals,
            {},
            not one.answerable,
            not one.answerable,
            NEAR_MISS if one.answerable else "detail",
            one.event_id,
        )

    odds, _ = hold_out(observations)
    others, _ = hold_out(turned)

    assert np.allclose(odds[inside], others[inside])
    assert not np.allclose(odds, others)


def test_calibrated_odds_are_true() -> None:
    """Over all judged questions the mean probability is the share that is right."""
    observations = made_up(2000)
    odds, _ = hold_out(observations)
    slope, shift = calibrated(observations, odds)
    judged = [one.shown or not one.answerable for one in observations]
    chances = sigmoid(slope * odds + shift)[judged]
    rescaled = fit(observations).rescaled(slope, shift)

    assert chances.mean() == pytest.approx(
        np.mean([one.shown for one in observations if one.shown or not one.answerable]), abs=0.01
    )
    assert rescaled.odds({"met": 0.5, "late": 0.5}) == pytest.approx(
        slope * fit(observations).odds({"met": 0.5, "late": 0.5}) + shift
    )


def test_the_curve_gives_costs_and_catches() -> None:
    """Refusing more answerable questions catches more near misses, and the figures count every question."""
    observations = made_up(2000)
    odds, taken = hold_out(observations)
    told = measure(observations, sigmoid(odds), sigmoid(taken), some_events(observations))
    caught = [point["near_misses_caught"] for point in told["curve"]]

    assert told["questions"] == {"near_miss": 500, "answerable": 1500, "answer_among_best": 1000}
    assert told["auroc"] > 0.85
    assert told["auroc_by_similarity"] < 0.6
    assert caught == sorted(caught)
    assert sum(part["questions"] for part in told["reliability"]) == 1500


def test_the_held_out_fifth_is_always_the_same() -> None:
    """Conferences with about a fifth of the near misses are drawn by their names, whatever the order of the questions."""
    observations = made_up()
    drawn = some_events(observations)

    assert drawn == some_events(observations[::-1])
    assert len(drawn) == 1


def test_pairs_are_observed_as_the_product_searches(corpus_dir: Path) -> None:
    """Each pair gives the signals of its search, and those without its passage where the search finds that."""
    observations = observe(pairs(), Searcher.open(corpus_dir))

    assert [one.answerable for one in observations] == [pair.answers for pair in pairs()]
    assert any(one.without and one.without != one.signals for one in observations)
    assert not any(one.without for one in observations if not one.answerable)


def test_the_shipped_model_weighs_every_signal(corpus_dir: Path) -> None:
    """The numbers that ship name the signals that a search gives, no more and no less."""
    content = json.loads(Path(shipped.__file__).with_name("confidence.json").read_text(encoding="utf-8"))
    [observation, *_] = observe(pairs(), Searcher.open(corpus_dir))

    assert content["weights"].keys() == observation.signals.keys()
    assert 0 < content["refuse_below"] < content["doubt_below"] < 1
