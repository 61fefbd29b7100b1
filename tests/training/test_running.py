"""Training: the loss falls, a seed gives its bytes, and a run that was stopped ends as one that was not."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.build.layout import file_sha256
from index.encoder.adapter import Adapter
from index.encoder.load import REFERENCE_PREFIX, load_encoder
from index.encoder.weights import weights_sha256
from tests.training.conftest import pairs

pytest.importorskip("torch", reason="training needs torch")

from training.adapter.batches import is_quoted
from training.adapter.corpus import Corpus, Example, examples, folds
from training.adapter.join import factors_of, join
from training.adapter.network import Network
from training.adapter.objective import embed
from training.adapter.ranking import judge
from training.adapter.recipe import Recipe
from training.adapter.running import pace, train
from training.adapter.validate import adapted, gain, summary
from training.adapter.writing import write_adapter
from training.pairs import Texts

RECIPE = Recipe(rank=2, epochs=30, batch=3, rate=3e-3, layers=2, half=False, noise=0.5)


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Train on one thread: so small a model gains nothing from more, and on a busy machine they wait for each other."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


@pytest.fixture(scope="module")
def corpus(corpus_dir: Path, model: Path) -> Corpus:
    """Open the corpus with the small model's tokenizer."""
    return Corpus(corpus_dir, model)


@pytest.fixture(scope="module")
def learnt(corpus: Corpus) -> list[Example]:
    """Give the examples of the pairs."""
    return examples(corpus, pairs())


def written(network: Network, model: Path, path: Path) -> bytes:
    """Return an adapter's bytes."""
    write_adapter(network, model, path)
    return path.read_bytes()


def test_a_near_miss_is_no_example_and_a_follow_up_keeps_its_turn(learnt: list[Example]) -> None:
    """Each answered pair becomes an example with the passage that holds the answer, as the product would search for it."""
    assert len(learnt) == 5
    assert learnt[-1].text == "how do I graft? and when is that?"
    assert {example.event_id for example in learnt} == {"Harbour 2024", "Orchard 2025"}
    assert all(len(example.rows) == 1 for example in learnt)


def test_the_network_computes_what_the_reference_computes(
    corpus: Corpus, model: Path, learnt: list[Example]
) -> None:
    """Without training, token vectors and pooled vectors are those of the encoder's reference form."""
    encoder = load_encoder(f"{REFERENCE_PREFIX}{model}")
    network = Network(model, 2, 1)
    asked = [example.text for example in learnt]
    queries, _ = embed(network, [corpus.query(text) for text in asked], [corpus.passage(0)])
    expected = encoder.encode_tokens(asked)
    tokens = queries.tokens[queries.weights > 0].detach().numpy()

    assert np.allclose(queries.pooled.detach().numpy(), [one.pooled for one in expected], atol=1e-5)
    assert all(np.isclose(tokens @ tokens.T, 1, atol=1e-5).any(axis=1))
    assert np.allclose(tokens[:3], expected[0].vectors[:3], atol=1e-5)


def test_the_loss_falls_and_the_same_seed_gives_the_same_bytes(
    corpus: Corpus, model: Path, learnt: list[Example], tmp_path: Path
) -> None:
    """On a handful of pairs the loss falls by a third, a second run writes the same file, and another seed another one."""
    losses: list[float] = []
    first = train(model, corpus, learnt, RECIPE, heard=lambda _step, _steps, loss: losses.append(loss))
    again = train(model, corpus, learnt, RECIPE)
    other = train(model, corpus, learnt, replace(RECIPE, seed=9))
    files = [
        written(network, model, tmp_path / f"{at}.safetensors")
        for at, network in enumerate((first, again, other))
    ]
    found = judge(first, corpus, learnt, range(len(corpus.passages)))
    before = judge(Network(model, 2, 1), corpus, learnt, range(len(corpus.passages)))

    assert sum(losses[-6:]) < 0.7 * sum(losses[:6])
    assert files[0] == files[1] != files[2]
    assert found.reciprocal.mean() > before.reciprocal.mean()


def test_a_run_that_was_stopped_is_taken_up(
    corpus: Corpus, model: Path, learnt: list[Example], tmp_path: Path
) -> None:
    """A run that breaks off after it was written down ends with the same bytes as one that never stopped."""

    class Stopped(Exception):  # noqa: N818  it is no error
        """The machine was switched off."""

    def stop(step: int, _steps: int, _loss: float) -> None:
        if step == 55:
            raise Stopped

    checkpoint = tmp_path / "run.safetensors"
    steps: list[int] = []
    with pytest.raises(Stopped):
        train(model, corpus, learnt, RECIPE, checkpoint=checkpoint, heard=stop)
    taken_up = train(
        model, corpus, learnt, RECIPE, checkpoint=checkpoint, heard=lambda step, *_: steps.append(step)
    )
    whole = train(model, corpus, learnt, RECIPE)

    assert steps[0] == 51
    assert written(taken_up, model, tmp_path / "one") == written(whole, model, tmp_path / "two")


def test_a_checkpoint_of_another_run_is_not_taken_up(
    corpus: Corpus, model: Path, learnt: list[Example], tmp_path: Path
) -> None:
    """Other pairs or another recipe begin from nothing."""
    steps: list[int] = []
    train(model, corpus, learnt, RECIPE, checkpoint=tmp_path / "run")
    train(
        model,
        corpus,
        learnt[:-1],
        RECIPE,
        checkpoint=tmp_path / "run",
        heard=lambda step, *_: steps.append(step),
    )

    assert steps[0] == 1


def test_what_was_learnt_answers_in_the_product(
    corpus: Corpus, model: Path, learnt: list[Example], tmp_path: Path
) -> None:
    """The written adapter, loaded by the product, gives the vectors that the network was trained to, up to half precision."""
    network = train(model, corpus, learnt, RECIPE)
    path = tmp_path / "adapter.safetensors"
    write_adapter(network, model, path)
    encoder = load_encoder(str(model), adapter=str(path))
    queries, _ = embed(network, [corpus.query(example.text) for example in learnt], [corpus.passage(0)])
    expected = encoder.encode([example.text for example in learnt])

    assert Adapter(path, file_sha256(path)).digest == encoder.adapter
    assert encoder.revision == weights_sha256(model)
    assert (queries.pooled.detach().numpy() * expected).sum(axis=1).min() > 0.999


def test_learning_in_the_last_layer_leaves_the_others(
    model: Path, corpus: Corpus, learnt: list[Example]
) -> None:
    """Where only some layers learn, no other matrix has factors."""
    network = train(model, corpus, learnt, replace(RECIPE, layers=1, epochs=1))

    assert {name.split(".")[2] for name in network.factors} == {"1"}


def test_the_pace_rises_and_falls() -> None:
    """The learning rate goes up over the warm-up and then down in a line, and is never 0."""
    shares = [pace(step, 20, 0.1) for step in range(20)]

    assert shares[:3] == [0.5, 1.0, 1.0]
    assert all(one > two > 0 for one, two in itertools.pairwise(shares[2:]))


def test_a_conference_is_never_in_two_folds(learnt: list[Example]) -> None:
    """Folds are dealt by conference, the largest first."""
    assert folds(learnt, 2) == {"Harbour 2024": 0, "Orchard 2025": 1}


def test_what_is_left_out_is_asked_and_not_learnt(corpus: Corpus, model: Path, learnt: list[Example]) -> None:
    """A fold trains on the other conferences, asks about its own, and says what that gained; several folds have a standard error."""
    found = [
        gain(model, corpus, learnt, [event_id], replace(RECIPE, epochs=5))
        for event_id in ("Harbour 2024", "Orchard 2025")
    ]
    total = summary(found)

    assert [(one["questions"], one["learnt_from"]) for one in found] == [(4, 1), (1, 4)]
    assert found[0]["gain"]["mrr"] == 0  # one example alone has no wrong passage to learn from
    assert set(found[1]["gain_by_style"]) == {"followup"}
    assert total["mrr"]["mean_gain"] == pytest.approx(sum(one["gain"]["mrr"] for one in found) / 2, abs=1e-4)
    assert total["shown"]["standard_error"] >= 0


def test_joined_adapters_are_their_mean(
    corpus: Corpus, model: Path, learnt: list[Example], tmp_path: Path
) -> None:
    """Two runs of rank 2 joined at rank 4 are exactly half of both, at any scale; adapters of other weights are refused."""
    paths = []
    for seed in (1, 2):
        paths.append(tmp_path / f"{seed}.safetensors")
        write_adapter(train(model, corpus, learnt, replace(RECIPE, seed=seed, epochs=5)), model, paths[-1])
    kept = join(paths, tmp_path / "both.safetensors", rank=4, scale=0.5)
    one, two, both = (factors_of(path) for path in (*paths, tmp_path / "both.safetensors"))
    name = "encoder.layer.1.output.dense"
    expected = (one[f"{name}.up"] @ one[f"{name}.down"] + two[f"{name}.up"] @ two[f"{name}.down"]) / 4
    found = gain(
        model,
        corpus,
        learnt,
        ["Orchard 2025"],
        RECIPE,
        network=adapted(model, tmp_path / "both.safetensors", RECIPE),
    )
    (model / "other.safetensors").write_bytes(
        paths[0].read_bytes().replace(weights_sha256(model)[:8].encode(), b"0" * 8)  # in its metadata
    )

    assert kept == pytest.approx(1, abs=1e-3)
    assert np.allclose(both[f"{name}.up"] @ both[f"{name}.down"], expected, atol=1e-3)
    assert found["questions"] == 1
    assert load_encoder(str(model), adapter=str(tmp_path / "both.safetensors")).adapter
    with pytest.raises(ValueError, match="different weights"):
        join([paths[1], model / "other.safetensors"], tmp_path / "neither", rank=4, scale=1)


def test_what_a_pair_quotes_may_stand_for_the_passage(corpus: Corpus, texts_dir: Path, model: Path) -> None:
    """With texts at hand an example knows its quote and the pair's own context, and training takes them as often as the recipe says."""
    pair = replace(pairs()[-1], context="OrchardDays 2025; Grafting; Ann Bee")
    [example] = examples(corpus, [pair], Texts([texts_dir]))

    assert (example.context, example.quote) == (
        "OrchardDays 2025. Grafting. Ann Bee. ",
        "Graft in March, when the sap rises.",
    )
    assert is_quoted(example, replace(RECIPE, as_quoted=1.0), epoch=0)
    assert not is_quoted(example, RECIPE, epoch=0)
    assert train(model, corpus, [example, example], replace(RECIPE, as_quoted=1.0, epochs=1)).factors
