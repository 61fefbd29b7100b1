"""The encoder as it answers: a fused graph on onnxruntime, the model's own tokenizer, and nothing else.

`index.encoder.export` writes the folder that is read here, `index.encoder.load` says which one; torch and
transformers are never imported.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index.encoder.adapter import Adapter
from index.encoder.base import TokenVectors, Vectors, unit
from index.encoder.graph import word_rows
from index.encoder.runtime import load_onnxruntime
from index.errors import EncoderUnavailable

FORM_VERSION = 3  # of what `index.encoder.export` writes
GRAPH_FILE = "model.onnx"
WEIGHTS_FILE = "model.weights"
TOKENIZER_FILE = "tokenizer.json"
FORM_FILE = "form.json"  # the last file to be written
CHECK_FILE = "check.json"  # how far the form is from the reference, once it was compared
# Passages of one length go through together: 4 to 8 are fastest, more only costs memory
# (benchmarks/encoders.py).
BATCH = 8
# More threads than this bring nothing to texts of a few hundred tokens.
MAX_THREADS = 8


@dataclass(frozen=True, slots=True)
class Form:
    """What a folder with an exported model says about itself."""

    version: int
    revision: str  # sha256 of the weights that it was made from
    dim: int
    max_tokens: int
    pooling: str  # mean or cls
    sizes_bytes: Mapping[str, int]
    adapter: str = ""  # sha256 of the adapter that the weights were changed by


class OnnxEncoder:
    """A BERT-like model on onnxruntime; safe to share between threads."""

    form = "onnx, eight bits"

    def __init__(self, folder: Path, name: str, model: Path | None, *, merged: Adapter | None = None) -> None:
        """Load an exported model.

        Args:
            folder: What `index.encoder.export.write_form` wrote.
            name: The name that builds know the model by.
            model: The sentence-transformers folder that it was made from, where it is at hand.
            merged: The adapter that the weights in the folder were changed by.

        Raises:
            EncoderUnavailable: the folder is not whole, or onnxruntime cannot run it.
        """
        form = read_form(folder)
        if form is None:
            raise EncoderUnavailable(
                f"Cannot load the encoder {name} from {folder}: its files are not whole. Remove the folder and retry."
            )
        self.name = name
        self.revision = form.revision
        self.adapter = form.adapter
        self.merged = merged
        self.dim = form.dim
        self.max_tokens = form.max_tokens
        self.check = read_check(folder)
        self.folder = folder
        self.model = model
        self._pooling = form.pooling
        self._session: Any = _session(folder / GRAPH_FILE, name)
        self._tokenizer = _tokenizer(folder, name, form.max_tokens)
        self._words = word_rows(folder / WEIGHTS_FILE, self._tokenizer.get_vocab_size(), form.dim)

    def pieces(self, text: str) -> list[int]:
        """Return a text's word pieces without the model's marks, at most `max_tokens` of them."""
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        ids: list[int] = encoding.ids
        return ids

    def words(self, pieces: Sequence[int]) -> Vectors:
        """Return the rows of some word pieces, (n_pieces, dim) float32, before positions and the layers."""
        values, scales = self._words
        rows: Vectors = (values[pieces] * scales[pieces]).reshape(len(pieces), self.dim)
        return rows

    def encode_question(self, text: str) -> TokenVectors:
        """Return a question's token vectors and its pooled vector."""
        return self.encode_tokens([text])[0]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text, (n_texts, dim) float32."""
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        for position, tokens in self._passes(texts):
            vectors[position] = tokens.pooled
        return vectors

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Return each text's token vectors and its pooled vector, in the order of the texts."""
        found = dict(self._passes(texts))
        return [found[position] for position in range(len(texts))]

    def _passes(self, texts: Sequence[str]) -> Iterator[tuple[int, TokenVectors]]:
        """Return every text's position and vectors, in any order.

        Only texts of one length share a pass, so nothing is padded: padding changes the last bits of a
        vector, and an incremental build has to equal a full one to the byte.
        """
        encodings = [self._tokenizer.encode(text) for text in texts]
        by_length: dict[int, list[int]] = defaultdict(list)
        for position, encoding in enumerate(encodings):
            by_length[len(encoding.ids)].append(position)
        for positions in by_length.values():
            for start in range(0, len(positions), BATCH):
                batch = positions[start : start + BATCH]
                states = self._run([encodings[position] for position in batch])
                for position, text_states in zip(batch, states, strict=True):
                    yield position, self._vectors(encodings[position], text_states)

    def _run(self, encodings: Sequence[Any]) -> Vectors:
        """Return the last layer's states, (n_texts, n_pieces, dim) float32."""
        pieces = np.array([encoding.ids for encoding in encodings], dtype=np.int32)
        kinds = np.array([encoding.type_ids for encoding in encodings], dtype=np.int32)
        states: Vectors = self._session.run(None, {"pieces": pieces, "kinds": kinds})[0]
        return states

    def _vectors(self, encoding: Any, states: Vectors) -> TokenVectors:
        pooled = states.mean(axis=0) if self._pooling == "mean" else states[0]
        kept = [position for position, special in enumerate(encoding.special_tokens_mask) if not special]
        return TokenVectors(
            vectors=unit(states[kept]),
            spans=tuple(encoding.offsets[position] for position in kept),
            words=tuple(encoding.word_ids[position] for position in kept),
            pooled=unit(pooled[None, :])[0],
        )


def read_form(folder: Path) -> Form | None:
    """Return what an exported model says about itself; None where it is missing or a file has not the size it had."""
    try:
        form = Form(**json.loads((folder / FORM_FILE).read_text(encoding="utf-8")))
        whole = all((folder / name).stat().st_size == size for name, size in form.sizes_bytes.items())
    except (OSError, ValueError, TypeError):
        return None
    return form if whole else None


def read_check(folder: Path) -> Mapping[str, float | int | str]:
    """Return how far an exported model is from its reference; nothing where that was not measured."""
    try:
        values = json.loads((folder / CHECK_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def _session(graph: Path, name: str) -> Any:
    try:
        onnxruntime = load_onnxruntime()
    except ImportError as error:
        raise EncoderUnavailable(
            f"Cannot load the encoder {name}: onnxruntime is not installed. Run `make install`."
        ) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = min(os.cpu_count() or 1, MAX_THREADS)
    options.enable_mem_pattern = False  # one is kept for every length of text, and saves no time
    options.graph_optimization_level = (
        onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    )  # it is written fused
    # Threads that spin between questions burn 40 CPU ms a question in an idle bot, and stall on a busy
    # machine.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its own exceptions have no common base
        raise EncoderUnavailable(
            f"Cannot load the encoder {name} from {graph.parent}: {' '.join(str(error).split())[:200]}. Remove the folder and retry."
        ) from error


def _tokenizer(folder: Path, name: str, max_tokens: int) -> Any:
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
    except Exception as error:  # it raises nothing narrower
        raise EncoderUnavailable(
            f"Cannot load the encoder {name}: {folder / TOKENIZER_FILE} is not a tokenizer ({error})."
        ) from error
    # A model's tokenizer.json may carry a padding and a shorter limit of its own; sentence-transformers
    # ignores both.
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    return tokenizer
