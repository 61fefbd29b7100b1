"""The reader's training: lists of what is read, a run that is taken up where it stopped, and an export that says the same."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.encoder.base import Encoder
from index.encoder.load import open_form
from index.encoder.weights import weights_sha256
from index.search import Searcher
from tests.training.conftest import pairs

pytest.importorskip("torch", reason="training needs torch")

from index.encoder.onnx import OnnxEncoder
from index.ranking.reader import Card
from index.ranking.reader import Reader as ShippedReader
from training.reader.batches import plan
from training.reader.export import write_reader
from training.reader.lists import Notes, pair_lists, without_groups
from training.reader.network import Pieces, Reader, learnt
from training.reader.recipe import Recipe
from training.reader.squad import squad_lists
from training.reader.texts import ANSWERS, OTHER, TAKEN_AWAY, UNANSWERED, ReadList
from training.reader.train import train

RECIPE = Recipe(exits=(2,), apart=1, epochs=6, per_step=3, near_times=2, rate=3e-3, noise=0.5)
ARTICLE = {
    "title": "Lighthouses",
    "paragraphs": [
        {
            "context": "The tower was built in 1811. Its lamp burns oil. Two keepers live below it.",
            "qas": [
                {
                    "id": "a",
                    "question": "When was the tower built?",
                    "is_impossible": False,
                    "answers": [{"text": "1811", "answer_start": 23}],
                },
                {
                    "id": "b",
                    "question": "When was the lamp replaced?",
                    "is_impossible": True,
                    "answers": [],
                    "plausible_answers": [{"text": "oil", "answer_start": 44}],
                },
            ],
        },
        {"context": "A fog horn sounds at night. Ships hear it from four miles.", "qas": []},
    ],
}


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Train on one thread: so small a model gains nothing from more."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


@pytest.fixture(scope="module")
def lists(corpus_dir: Path, encoder: Encoder) -> list[ReadList]:
    """Give what is read for each pair."""
    notes = Notes.of(Searcher.open(corpus_dir, encoder))
    return list(pair_lists([(pair, "first") for pair in pairs()], notes))


def test_a_list_holds_what_the_pair_quotes_and_what_the_ranking_finds(lists: list[ReadList]) -> None:
    """Texts stand as they are ranked, the quoted one is an answer or what a near miss is about, and nothing else is called one."""
    assert len(lists) == len(pairs())
    for one in lists:
        wanted = UNANSWERED if one.style == "near_miss" else ANSWERS
        scores = [text.score for text in one.texts if text.score is not None]

        assert Counter(text.label for text in one.texts)[wanted] == 1
        assert {text.label for text in one.texts} == {wanted, OTHER}
        assert scores == sorted(scores, reverse=True)
    assert lists[-1].question == "how do I graft? and when is that?"


def test_what_is_left_out_is_not_even_a_wrong_text(lists: list[ReadList]) -> None:
    """Without some notes their questions are gone, and their passages from among the texts of others."""
    gone = {text.group for one in lists for text in one.texts if text.group.startswith("harbour/")}
    (kept,) = without_groups(lists, gone)

    assert kept.question == lists[-1].question
    assert {text.group for text in lists[-1].texts} & gone
    assert {text.group for text in kept.texts} == {"orchard.txt"}


def test_public_questions_come_with_what_looks_like_an_answer_and_is_none(tmp_path: Path) -> None:
    """An answerable question has its window and the same without the answering sentence, an unanswerable one what was mistaken."""
    path = tmp_path / "squad.json"
    path.write_text(json.dumps({"data": [ARTICLE]}), encoding="utf-8")
    answerable, unanswerable = squad_lists(path)
    told = {text.label: text.text for text in answerable.texts}

    assert "1811" in told[ANSWERS]
    assert told[TAKEN_AWAY] == "Its lamp burns oil. Two keepers live below it."
    assert told[OTHER].startswith(("A fog horn", "Ships hear"))
    assert [text.label for text in unanswerable.texts] == [UNANSWERED, OTHER]
    assert squad_lists(path) == [answerable, unanswerable]


def test_every_epoch_sees_each_list_and_its_own_text(lists: list[ReadList]) -> None:
    """A plan follows from the seed and the epoch, shows each near miss as often as the recipe says, and never drops the quoted text."""
    steps = plan(lists, replace(RECIPE, noise=0.0), 0)
    seen = Counter(one.question for step in steps for one in step)

    assert plan(lists, RECIPE, 1) == plan(lists, RECIPE, 1) != plan(lists, RECIPE, 2)
    assert seen == {one.question: 2 if one.style == "near_miss" else 1 for one in lists}
    assert all(one.texts[0].label in (ANSWERS, UNANSWERED) for step in steps for one in step)


def test_a_run_that_was_stopped_ends_as_one_that_was_not(
    lists: list[ReadList], model: Path, tmp_path: Path
) -> None:
    """Taken up from its checkpoint a run gives the same weights, and the lower layers stay what they were."""
    checkpoint = tmp_path / "checkpoint.safetensors"
    whole = train(lists, RECIPE, None, model=model)
    train(lists, RECIPE, None, checkpoint, 4, model=model, checkpoint_every=3)
    resumed = train(lists, RECIPE, None, checkpoint, model=model)
    fresh = Reader(model, RECIPE.exits, RECIPE.apart)

    assert checkpoint.is_file()
    assert set(learnt(whole)) == set(learnt(resumed))
    assert all(bool((value == learnt(resumed)[name]).all()) for name, value in learnt(whole).items())
    assert any(bool((value != learnt(fresh)[name]).any()) for name, value in learnt(whole).items())
    assert not any("layer.0." in name or "embeddings" in name for name in learnt(whole))


def test_what_ships_says_what_was_trained(lists: list[ReadList], model: Path, tmp_path: Path) -> None:
    """The exported graph in eight bits gives each text the numbers of the network, up to rounding."""
    encoder = open_form(model, "small", cache_dir=tmp_path / "forms")
    assert isinstance(encoder, OnnxEncoder)
    reader = Reader(model, RECIPE.exits, RECIPE.apart).eval()
    reader.half = False
    pieces = Pieces(model, 24, 30)  # a longer question is not read
    for layers in RECIPE.exits:
        card = Card(weights_sha256(model), layers, 5, 0.1, 24, 30, pieces.start, pieces.end)
        write_reader(reader, model, card, tmp_path / str(layers))
        shipped = ShippedReader(tmp_path / str(layers), encoder, 1e9)
        for one in lists:
            expected = reader([pieces.row(one.question, text) for text in one.texts])[layers].detach().numpy()
            found = shipped.read(one.question, [text.whole for text in one.texts])

            assert np.allclose([(said.order, said.answers) for said in found], expected, atol=0.2)
