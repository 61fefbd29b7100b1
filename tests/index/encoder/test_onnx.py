"""The encoder that answers: equal to the reference, equal to itself in any company, and without torch."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.encoder.base import Encoder
from index.encoder.load import MIN_COSINE, MIN_TOKEN_COSINE, compare, load_encoder
from index.encoder.onnx import FORM_FILE, GRAPH_FILE, WEIGHTS_FILE, OnnxEncoder
from index.errors import EncoderUnavailable
from tests.index.models import SHIPPED, TEXTS

SENTENCES = [
    "The quay grew by 40 metres.",
    "The pier grew by 50 metres.",
    "Nobody mends a pier at night.",
    "Tides come and go; harbours stay, mostly.",
    "",
    "Eve Effing said that the quay is paid for by the people who stand on it, and by nobody else.",
]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    """Load the model that ships."""
    return load_encoder()


@pytest.fixture(scope="module")
def reference() -> Encoder:
    """Load the same model with sentence-transformers."""
    return load_encoder("reference:")


def test_the_shipped_model_runs_on_onnxruntime(encoder: Encoder) -> None:
    """The model that ships is BERT-like, so nothing runs it but onnxruntime."""
    assert isinstance(encoder, OnnxEncoder)
    assert (encoder.dim, encoder.max_tokens) == (384, 256)


def test_both_forms_give_the_same_vectors(encoder: Encoder, reference: Encoder, notes: Path) -> None:
    """Texts and tokens turn by less than eight bits allow; spans and words are equal."""
    paragraphs = [
        block
        for path in sorted(notes.glob("*.md"))
        for block in path.read_text(encoding="utf-8").split("\n\n")
        if block
    ][:12]
    found = compare(encoder, reference, [*TEXTS, *paragraphs])

    assert (encoder.name, encoder.revision) == (reference.name, reference.revision)
    assert found["min_cosine"] >= MIN_COSINE
    assert found["min_token_cosine"] >= MIN_TOKEN_COSINE


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=20))
def test_a_text_has_the_same_bytes_in_any_company(encoder: Encoder, texts: list[str]) -> None:
    """A vector does not depend on what is embedded beside it: an incremental build equals a full one."""
    alone = [encoder.encode_tokens([text])[0] for text in texts]
    together = encoder.encode_tokens(texts)

    assert [tokens.vectors.tobytes() for tokens in together] == [tokens.vectors.tobytes() for tokens in alone]
    assert encoder.encode(texts).tobytes() == np.stack([tokens.pooled for tokens in alone]).tobytes()


@given(text=st.text(max_size=60))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_tokens_are_slices_of_the_text(encoder: Encoder, text: str) -> None:
    """Any text has finite unit vectors, and spans that lie in it, in order, one word's pieces together."""
    [tokens] = encoder.encode_tokens([text])

    assert len(tokens.vectors) == len(tokens.spans) == len(tokens.words)
    assert all(0 <= start <= end <= len(text) for start, end in tokens.spans)
    assert list(tokens.words) == sorted(tokens.words)
    assert np.allclose(np.linalg.norm(tokens.vectors, axis=1), 1, atol=1e-5)
    assert abs(float(np.linalg.norm(tokens.pooled)) - 1) < 1e-5


def test_nothing_to_embed_gives_nothing(encoder: Encoder) -> None:
    """No texts give an empty matrix and an empty list."""
    assert encoder.encode([]).shape == (0, 384)
    assert encoder.encode_tokens([]) == []


def test_a_question_is_embedded_as_a_passage_is(encoder: Encoder) -> None:
    """The same words have the same vectors, whoever asks for them."""
    for text in TEXTS:
        question = encoder.encode_question(text)
        [passage] = encoder.encode_tokens([text])

        assert question.vectors.tobytes() == passage.vectors.tobytes()
        assert question.pooled.tobytes() == passage.pooled.tobytes()


def test_a_folder_that_is_not_whole_is_refused_in_one_line(encoder: OnnxEncoder, tmp_path: Path) -> None:
    """Weights that are shorter than they were written are not mapped."""
    form = json.loads((encoder.folder / FORM_FILE).read_text())
    (tmp_path / FORM_FILE).write_text(json.dumps(form))
    (tmp_path / WEIGHTS_FILE).write_bytes(b"short")

    with pytest.raises(EncoderUnavailable, match="not whole") as refused:
        OnnxEncoder(tmp_path, "small", SHIPPED)
    assert "\n" not in str(refused.value)


def test_damaged_files_are_refused_in_one_line(encoder: OnnxEncoder, tmp_path: Path) -> None:
    """A graph or a tokenizer that its library cannot read is named, without a traceback's lines."""
    form = json.loads((encoder.folder / FORM_FILE).read_text())
    form["sizes_bytes"] = {}
    (tmp_path / FORM_FILE).write_text(json.dumps(form))
    (tmp_path / GRAPH_FILE).write_bytes(b"no graph")

    with pytest.raises(EncoderUnavailable, match="Cannot load the encoder small") as refused:
        OnnxEncoder(tmp_path, "small", SHIPPED)
    assert "\n" not in str(refused.value)


def test_torch_stays_out() -> None:
    """Loading the encoder and embedding a question imports neither torch nor transformers, nor what writes the graph."""
    code = (
        "import sys; from index.encoder.load import load_encoder; import index.search\n"
        "load_encoder().encode_question('what is new')\n"
        "print(sorted({'torch', 'transformers', 'sentence_transformers', 'onnx', 'huggingface_hub'} & set(sys.modules)))"
    )
    load_encoder()  # written before, as ingestion does
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
