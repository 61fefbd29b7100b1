"""Adapters: added to the weights in every form, named in a build, and never mixed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open

from index.build.layout import file_sha256, read_manifest
from index.build.writer import publish
from index.encoder.adapter import SHIPPED, Adapter, choose_adapter
from index.encoder.base import Encoder
from index.encoder.load import MIN_TOKEN_COSINE, checked, compare, load_encoder, open_form
from index.encoder.onnx import OnnxEncoder
from index.encoder.reference import SentenceTransformersEncoder
from index.encoder.weights import DEFAULT_WEIGHTS_SHA256, weights_sha256
from index.errors import EncoderMismatch, EncoderUnavailable
from index.search import Query, Searcher
from tests.index.conftest import small_notes
from tests.index.models import SHIPPED as MODEL
from tests.index.models import TEXTS, copy_of_shipped, small_adapter, small_bert

QUERY = "encoder.layer.0.attention.self.query"
WIDE = "encoder.layer.0.intermediate.dense"
MOST_BYTES = 3_000_000


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """Make a small model."""
    return small_bert(tmp_path / "model", layers=1, heads=2, hidden=16, pooling="mean_tokens")


@pytest.fixture
def adapter(tmp_path: Path, model: Path) -> Adapter:
    """Make an adapter of the small model."""
    path = small_adapter(
        tmp_path / "small.safetensors", weights_sha256(model), {QUERY: (16, 16), WIDE: (48, 16)}
    )
    return Adapter(path, file_sha256(path))


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an adapter of the model that ships, another than the shipped one."""
    path = tmp_path_factory.mktemp("other") / "other.safetensors"
    return small_adapter(path, DEFAULT_WEIGHTS_SHA256, {QUERY: (384, 384)}, strength=0.1)


def test_both_forms_add_it_to_the_weights(tmp_path: Path, model: Path, adapter: Adapter) -> None:
    """The exported model equals its reference, and neither equals the model without the adapter."""
    exported = open_form(model, "small", cache_dir=tmp_path / "cache", adapter=adapter)
    reference = SentenceTransformersEncoder(str(model), "small", weights_sha256(model), adapter)
    plain = open_form(model, "small", cache_dir=tmp_path / "cache")
    found = compare(exported, reference, TEXTS)

    assert isinstance(exported, OnnxEncoder)
    assert min(found["min_cosine"], found["min_token_cosine"]) >= MIN_TOKEN_COSINE
    assert compare(exported, plain, TEXTS)["min_token_cosine"] < 0.99
    assert (exported.adapter, reference.adapter, plain.adapter) == (adapter.digest, adapter.digest, "")
    assert checked(exported, TEXTS) is exported


def test_exports_with_and_without_it_lie_beside_each_other(
    tmp_path: Path, model: Path, adapter: Adapter
) -> None:
    """What was exported with one adapter is not taken for the model with another or none."""
    some = [
        open_form(model, "small", cache_dir=tmp_path / "cache", adapter=one)
        for one in (None, adapter, None, adapter)
    ]

    assert len(list((tmp_path / "cache").iterdir())) == 2
    assert some[0].encode(TEXTS).tobytes() == some[2].encode(TEXTS).tobytes()
    assert some[1].encode(TEXTS).tobytes() == some[3].encode(TEXTS).tobytes()


def test_a_model_that_cannot_be_exported_has_it_too(tmp_path: Path, other: Path) -> None:
    """The original form, which takes over for other poolings, adds the same differences."""
    changes = {"pooling_mode_mean_tokens": False, "pooling_mode_max_tokens": True}
    model = copy_of_shipped(tmp_path / "model", pooling=changes)
    encoder = load_encoder(str(model), adapter=str(other))

    assert isinstance(encoder, SentenceTransformersEncoder)
    assert encoder.adapter == file_sha256(other)
    assert not np.allclose(encoder.encode(["tides"]), load_encoder(str(model)).encode(["tides"]), atol=1e-3)


@pytest.mark.parametrize(
    ("revision", "shapes", "reason"),
    [
        ("0" * 64, {QUERY: (16, 16)}, "trained on weights with sha256 000000000000"),
        (
            "",
            {"encoder.layer.9.output.dense": (16, 48)},
            r"no matrix encoder\.layer\.9\.output\.dense of its shape",
        ),
        ("", {QUERY: (16, 24)}, "no matrix"),
    ],
    ids=["other weights", "no such layer", "other width"],
)
def test_an_adapter_of_another_model_is_refused(
    tmp_path: Path, model: Path, revision: str, shapes: dict[str, tuple[int, int]], reason: str
) -> None:
    """Weights and shapes have to be those that it was trained on, in either form; one line says what to do."""
    path = small_adapter(tmp_path / "wrong.safetensors", revision or weights_sha256(model), shapes)

    for name in (str(model), f"reference:{model}"):
        with pytest.raises(EncoderUnavailable, match=reason) as caught:
            load_encoder(name, adapter=str(path))
        assert "set it to none" in str(caught.value)
        assert "\n" not in str(caught.value)


def test_what_is_no_adapter_is_refused(tmp_path: Path, model: Path) -> None:
    """A file that is not there or holds something else is named in one line."""
    (tmp_path / "notes.txt").write_text("no weights at all")

    for name, reason in (("nowhere", "No such file"), ("notes.txt", "notes.txt")):
        with pytest.raises(EncoderUnavailable, match=reason):
            load_encoder(str(model), adapter=str(tmp_path / name))


def test_the_shipped_adapter_is_for_the_shipped_model_alone(model: Path) -> None:
    """It is on by default there, off where none is asked for, and no other model gets it; it is small and has a card."""
    with safe_open(SHIPPED, framework="numpy") as stored:
        told = json.loads(stored.metadata()["adapter"])

    assert choose_adapter(None, str(model)) is None
    assert choose_adapter("none", "all-MiniLM-L6-v2") is None
    assert load_encoder().adapter == file_sha256(SHIPPED)
    assert load_encoder(adapter="none").adapter == ""
    assert (told["model"], told["weights_sha256"]) == ("all-MiniLM-L6-v2", weights_sha256(MODEL))
    assert SHIPPED.stat().st_size <= MOST_BYTES
    assert "Licence" in (SHIPPED.parent / "README.md").read_text(encoding="utf-8")


def test_a_build_names_its_adapter_and_is_searched_with_it(tmp_path: Path, encoder: Encoder) -> None:
    """The manifest has the digest, the searcher loads that adapter by itself, and without one nothing is named."""
    with_it = small_notes().write(tmp_path, encoder)
    without = small_notes().write(tmp_path, load_encoder(adapter="none"))
    manifests = [json.loads((tmp_path / one / "manifest.json").read_text()) for one in (with_it, without)]
    searchers = [Searcher.open(tmp_path, build_id=one) for one in (with_it, without)]
    hits = [one.search(Query("who paid for the quay?"))[0].passage.text for one in searchers]

    assert manifests[0]["encoder"]["adapter"] == file_sha256(SHIPPED)
    assert "adapter" not in manifests[1]["encoder"]
    assert [one.encoder.adapter for one in searchers] == [file_sha256(SHIPPED), ""]
    assert hits == ["Café owners paid for half of it."] * 2


def test_another_adapter_than_the_build_has_is_refused(tmp_path: Path, encoder: Encoder, other: Path) -> None:
    """Asking for none or another one, or having a build of one that is not at hand, ends in one line with the way out."""
    publish(tmp_path, small_notes().write(tmp_path, load_encoder(adapter=str(other))))
    shipped = small_notes().write(tmp_path, encoder)

    assert Searcher.open(tmp_path, adapter=str(other)).encoder.adapter == file_sha256(other)
    for adapter, build_id, reason in (
        (None, None, "this version ships the adapter"),
        ("none", None, "CONFNOTES_ENCODER_ADAPTER names no adapter"),
        (str(other), shipped, f"names the adapter {file_sha256(other)[:12]}"),
    ):
        with pytest.raises(EncoderMismatch, match=reason) as caught:
            Searcher.open(tmp_path, build_id=build_id, adapter=adapter)
        assert "`confnotes ingest`" in str(caught.value)
        assert "\n" not in str(caught.value)
    with pytest.raises(EncoderMismatch, match="no adapter"):
        Searcher.open(tmp_path, load_encoder(adapter="none"), build_id=shipped)


def test_vectors_of_another_adapter_are_not_taken_over(tmp_path: Path, encoder: Encoder) -> None:
    """A build after another adapter is the one that is made from nothing."""
    plain = load_encoder(adapter="none")
    first = small_notes().write(tmp_path / "one", plain)
    after = small_notes().write(tmp_path / "one", encoder, previous=first)
    fresh = small_notes().write(tmp_path / "two", encoder)

    assert read_manifest(tmp_path / "one" / after).files == read_manifest(tmp_path / "two" / fresh).files
    assert read_manifest(tmp_path / "one" / after).files != read_manifest(tmp_path / "one" / first).files
