"""Fusion: exact words, headings and the rest of a talk speak for a passage, and its evidence says how much."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from index.encoder.base import Encoder
from index.ranking.fusion import WEIGHTS_FILE, load_fusion
from index.search import Filter, Query, Ranking, Searcher
from tests.conftest import ROOT
from tests.index.conftest import Notes, small_notes

NOTES = """The harbour scheduler by Ann Bee
Gotchas with the scheduler: a full quay stops every ship, and nobody is told.
New in 1.18: ships may be moored twice.
New in 1.19: cranes restart by themselves.
The load balancer sends boats to free piers.
Tides, Quays, Cranes, Piers

Papers of the port by Carl Dee
The clerk signs forms in the morning.
K8s is the name of pier eight, S3 that of the shed.
"""


@pytest.fixture(scope="module")
def harbour(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    """Open a build of notes with versions, compounds and a bare list."""
    folder = tmp_path_factory.mktemp("harbour")
    build_id = small_notes({"harbour/day1.txt": NOTES}).write(folder, encoder)
    return Searcher.open(folder, encoder, build_id=build_id)


def feature(ranking: Ranking, name: str) -> dict[str, float]:
    """Return a feature of every hit by the first words of its passage."""
    return {
        hit.passage.text[:11]: item.features[name]
        for hit, item in zip(ranking.hits, ranking.evidence, strict=True)
    }


def test_a_score_is_the_weighted_sum_of_the_features_shown(harbour: Searcher) -> None:
    """Every hit's evidence adds up to its score, and names the features that the weights name."""
    weights = load_fusion()
    for item in harbour.rank(Query("what is new in 1.19?", k=20)):
        total = weights["bias"] + sum(weights[name] * value for name, value in item.features.items())

        assert set(item.features) == set(weights) - {"bias"}
        assert item.score == pytest.approx(total, abs=1e-4)


def test_the_version_asked_for_is_told_from_others(harbour: Searcher) -> None:
    """A passage that says the version comes before one that says another."""
    ranking = harbour.search(Query("what is new in v1.19?"))
    lacking = feature(ranking, "numbers_lacking")

    assert ranking[0].passage.text.startswith("New in 1.19")
    assert lacking["New in 1.19"] == 0.0
    assert lacking["New in 1.18"] == 1.0


@pytest.mark.parametrize("asked", ["load balancer", "loadbalancer", "load-balancer", "Load Balancers"])
def test_a_compound_is_said_in_each_spelling(harbour: Searcher, asked: str) -> None:
    """Closed, hyphenated, spaced and in either number, a name is said by the same passage and no other."""
    said = feature(harbour.search(Query(asked, k=20)), "said_anywhere")

    assert said.pop("The load ba") == 1.0
    assert set(said.values()) == {0.0}


@pytest.mark.parametrize(("asked", "found"), [("k8s", "K8s is the "), ("what is S3", "K8s is the ")])
def test_names_with_a_digit_keep_their_last_letter(harbour: Searcher, asked: str, found: str) -> None:
    """K8s and S3 are found by their whole name."""
    assert harbour.search(Query(asked))[0].passage.text.startswith(found)


@pytest.mark.parametrize(
    ("asked", "side_by_side"),
    [
        ("load balancer", 1),
        ("balancer boats", 1),
        ("load boats", 0),
        ("boats balancer", 0),
        ("piers tides", 0),
    ],
)
def test_words_stand_side_by_side_with_one_between(harbour: Searcher, asked: str, side_by_side: int) -> None:
    """A name with a word put into it is still that name; not in another order, nor from one passage to the next."""
    assert feature(harbour.search(Query(asked)), "pairs")["The load ba"] == side_by_side


def test_words_of_the_title_count_for_every_passage_of_the_talk(harbour: Searcher) -> None:
    """What a talk's title says, its passages say, and those of another talk do not."""
    said = feature(harbour.search(Query("harbour", k=20)), "said_anywhere")

    assert said["New in 1.18"] == 1.0
    assert said["The clerk s"] == 0.0


def test_the_turn_before_counts_less_than_the_question(harbour: Searcher) -> None:
    """Behind an earlier question on one passage, a question on another one finds its own."""
    text = "who signs forms?"
    best = harbour.rank(Query(text, context="what does the load balancer do?"))[0]
    spans = [word.start for word in best.words]

    assert harbour.build.passages[best.row].text.startswith("The clerk signs")
    assert spans == sorted(spans)
    assert [word.word for word in best.words][-4:] == ["who", "signs", "forms", "?"]


def test_talks_without_passages_give_nothing(encoder: Encoder, tmp_path: Path) -> None:
    """Limited to a talk that has no passages, a question finds nothing and ends well."""
    notes = small_notes({"harbour/day1.txt": NOTES})
    first = notes.talks[0].talk_id
    kept = [passage for passage in notes.passages if passage.talk_id != first]
    build_id = Notes(notes.events, notes.recaps, notes.texts, notes.talks, kept).write(tmp_path, encoder)
    searcher = Searcher.open(tmp_path, encoder, build_id=build_id)

    assert (
        len(searcher.search(Query("what is new in 1.19?", filter=Filter(talk_ids=frozenset({first}))))) == 0
    )


def test_the_weights_say_where_they_are_from() -> None:
    """The file of weights names its source and holds numbers only."""
    content = json.loads((ROOT / "index" / "ranking" / WEIGHTS_FILE).read_text(encoding="utf-8"))

    assert content["source"].startswith("training.ranking.run, ")
    assert all(isinstance(weight, float) for weight in content["weights"].values())
    assert content["weights"]["late"] == max(content["weights"].values())
