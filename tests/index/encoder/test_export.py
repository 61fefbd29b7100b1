"""Exported models: any BERT-like shape is written from its description, everything else is refused with the reason."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from index.encoder.base import DEFAULT_ENCODER
from index.encoder.export import read_shape, write_form
from index.encoder.graph import NotExportable
from index.encoder.load import MIN_COSINE, MIN_TOKEN_COSINE, checked, compare, load_encoder, open_form
from index.encoder.onnx import FORM_FILE, WEIGHTS_FILE, OnnxEncoder, read_check
from index.encoder.reference import SentenceTransformersEncoder
from index.encoder.weights import weights_sha256
from index.errors import EncoderUnavailable
from tests.index.models import SHIPPED, TEXTS, copy_of_shipped, small_bert


@pytest.mark.parametrize(
    ("layers", "heads", "hidden", "pooling"),
    [(1, 4, 32, "mean_tokens"), (3, 2, 48, "cls_token")],
    ids=["mean", "first token"],
)
def test_any_shape_of_bert_equals_its_reference(
    tmp_path: Path, layers: int, heads: int, hidden: int, pooling: str
) -> None:
    """Layers, heads, width, positions, epsilon, limit and pooling are read from the model's folder."""
    model = small_bert(tmp_path / "model", layers=layers, heads=heads, hidden=hidden, pooling=pooling)
    reference = load_encoder(f"reference:{model}")
    exported = open_form(model, str(model), cache_dir=tmp_path / "cache")
    found = compare(exported, reference, TEXTS)

    assert isinstance(exported, OnnxEncoder)
    assert (exported.name, exported.revision, exported.dim, exported.max_tokens) == (
        str(model),
        reference.revision,
        hidden,
        40,
    )
    assert reference.max_tokens == 40
    assert min(found["min_cosine"], found["min_token_cosine"]) >= MIN_TOKEN_COSINE


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"config": {"model_type": "roberta"}}, "model_type is roberta"),
        ({"config": {"hidden_act": "relu"}}, "hidden_act is relu"),
        ({"config": {"position_embedding_type": "relative_key"}}, "position_embedding_type"),
        ({"config": {"is_decoder": True}}, "is_decoder"),
        ({"sentence_bert_config": {"do_lower_case": True}}, "do_lower_case"),
        ({"pooling": {"pooling_mode_max_tokens": True}}, "pools by mean and max"),
        ({"pooling": {"pooling_mode": "lasttoken"}}, "pools by lasttoken"),
    ],
)
def test_what_the_graph_cannot_say_is_refused(tmp_path: Path, changes: dict[str, Any], reason: str) -> None:
    """A model that differs from BERT with mean or CLS pooling is refused, and the reason names the difference."""
    model = copy_of_shipped(tmp_path / "model", **changes)

    with pytest.raises(NotExportable, match=reason):
        read_shape(model)


def test_a_further_module_is_refused(tmp_path: Path) -> None:
    """A projection after the pooling would be lost."""
    model = copy_of_shipped(tmp_path / "model")
    modules = json.loads((model / "modules.json").read_text())
    modules.insert(
        2, {"idx": 2, "name": "2", "path": "2_Dense", "type": "sentence_transformers.models.Dense"}
    )
    (model / "modules.json").write_text(json.dumps(modules))

    with pytest.raises(NotExportable, match="Transformer, Pooling, Dense, Normalize"):
        read_shape(model)


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "config.json", "modules.json"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    """Without its weights, tokenizer or description a model cannot be written."""
    model = copy_of_shipped(tmp_path / "model")
    (model / name).unlink()

    with pytest.raises(NotExportable, match=name):
        read_shape(model)


def test_weights_that_are_not_as_described_are_refused(tmp_path: Path) -> None:
    """Half precision is not widened silently, and a missing tensor is named."""
    model = small_bert(tmp_path / "model", layers=1, heads=2, hidden=16, pooling="mean_tokens")
    weights = load_file(model / "model.safetensors")
    half = {name: tensor.astype(np.float16) for name, tensor in weights.items()}
    (tmp_path / "out").mkdir()

    save_file(half, model / "model.safetensors")
    with pytest.raises(NotExportable, match="float16"):
        write_form(model, tmp_path / "out", "0" * 64)
    save_file({name: weights[name] for name in weights if "query" not in name}, model / "model.safetensors")
    with pytest.raises(NotExportable, match="query"):
        write_form(model, tmp_path / "out", "0" * 64)


def test_a_model_that_cannot_be_exported_runs_in_its_original_form(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It still works, and one line says why and what that costs."""
    model = copy_of_shipped(
        tmp_path / "model", pooling={"pooling_mode_mean_tokens": False, "pooling_mode_max_tokens": True}
    )
    with caplog.at_level(logging.WARNING):
        encoder = load_encoder(str(model))

    assert isinstance(encoder, SentenceTransformersEncoder)
    assert encoder.encode(["tides"]).shape == (1, 384)
    assert len(caplog.messages) == 1
    assert "it pools by max" in caplog.text
    assert "three times the memory" in caplog.text


def test_a_model_is_exported_once(tmp_path: Path) -> None:
    """The second time nothing is written, and a damaged copy is written again."""
    model = small_bert(tmp_path / "model", layers=1, heads=2, hidden=16, pooling="mean_tokens")
    first = open_form(model, "small", cache_dir=tmp_path / "cache")
    assert isinstance(first, OnnxEncoder)
    weights = first.folder / WEIGHTS_FILE
    written_at = weights.stat().st_mtime_ns
    again = open_form(model, "small", weights_sha256(model), cache_dir=tmp_path / "cache")
    kept_at = weights.stat().st_mtime_ns
    expected = first.encode(TEXTS).tobytes()
    del first, again
    weights.unlink()
    weights.write_bytes(b"cut")
    mended = open_form(model, "small", cache_dir=tmp_path / "cache")

    assert kept_at == written_at
    assert mended.encode(TEXTS).tobytes() == expected
    assert [path.name[0] for path in (tmp_path / "cache").iterdir()] != ["."]


def test_another_description_is_another_export(tmp_path: Path) -> None:
    """Equal weights with another pooling are not answered from the first one's copy."""
    model = small_bert(tmp_path / "model", layers=1, heads=2, hidden=16, pooling="mean_tokens")
    mean = open_form(model, "small", cache_dir=tmp_path / "cache")
    (model / "1_Pooling/config.json").write_text(
        json.dumps({"word_embedding_dimension": 16, "pooling_mode": "cls"})
    )
    first_token = open_form(model, "small", mean.revision, cache_dir=tmp_path / "cache")

    assert isinstance(first_token, OnnxEncoder)
    assert not np.allclose(mean.encode(TEXTS[1:2]), first_token.encode(TEXTS[1:2]))


def test_no_place_to_keep_it_is_no_obstacle(tmp_path: Path) -> None:
    """With a cache that cannot be written the model is exported for this process alone."""
    model = small_bert(tmp_path / "model", layers=1, heads=2, hidden=16, pooling="mean_tokens")
    (tmp_path / "cache").write_text("a file, not a folder")
    encoder = open_form(model, "small", cache_dir=tmp_path / "cache")
    kept = open_form(model, "small", cache_dir=tmp_path / "elsewhere")

    assert isinstance(encoder, OnnxEncoder)
    assert not encoder.folder.exists()
    assert encoder.encode(TEXTS).tobytes() == kept.encode(TEXTS).tobytes()


def test_the_default_model_is_exported_only_with_the_weights_that_were_reviewed(tmp_path: Path) -> None:
    """Other weights under the default's name are refused when they would be written."""
    model = small_bert(tmp_path / "model", layers=1, heads=2, hidden=16, pooling="mean_tokens")

    with pytest.raises(EncoderUnavailable, match="Cannot trust the encoder"):
        open_form(model, DEFAULT_ENCODER, cache_dir=tmp_path / "cache")


def test_an_export_is_compared_with_its_reference_once(tmp_path: Path) -> None:
    """The figures stand beside the export, and the next process reads them."""
    model = small_bert(tmp_path / "model", layers=1, heads=2, hidden=16, pooling="mean_tokens")
    encoder = checked(open_form(model, "small", cache_dir=tmp_path / "cache"), TEXTS)
    again = open_form(model, "small", cache_dir=tmp_path / "cache")

    assert isinstance(encoder, OnnxEncoder)
    assert float(encoder.check["min_cosine"]) >= MIN_COSINE
    assert encoder.check["passages"] == len(TEXTS)
    assert "torch" in str(encoder.check["reference"])
    assert again.check == read_check(encoder.folder) == encoder.check


def test_an_export_that_differs_does_not_run(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where the comparison fails the reference takes over, and a line says so."""
    model = small_bert(tmp_path / "model", layers=1, heads=2, hidden=16, pooling="mean_tokens")
    good = open_form(model, "small", cache_dir=tmp_path / "cache")
    assert isinstance(good, OnnxEncoder)
    form = json.loads((good.folder / FORM_FILE).read_text())
    (good.folder / FORM_FILE).write_text(json.dumps({**form, "pooling": "cls"}))
    with caplog.at_level(logging.WARNING):
        encoder = checked(open_form(model, "small", cache_dir=tmp_path / "cache"), TEXTS)

    assert isinstance(encoder, SentenceTransformersEncoder)
    assert "differs" in caplog.text
    assert not read_check(good.folder)


def test_the_shipped_model_has_the_shape_that_its_config_says() -> None:
    """What the graph is written from, for the model that everybody uses."""
    shape = read_shape(SHIPPED)

    assert (shape.layers, shape.heads, shape.hidden, shape.max_tokens, shape.pooling) == (
        6,
        12,
        384,
        256,
        "mean",
    )
