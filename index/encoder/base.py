"""Text in, vectors out: one forward pass gives a text's vector and the vectors of its tokens.

`Encoder` is what the rest of the package asks for. It has two forms: `index.encoder.reference` is
sentence-transformers itself, `index.encoder.onnx` is what answers; `index.encoder.load` chooses between them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

DEFAULT_ENCODER = "all-MiniLM-L6-v2"
MAX_TOKENS = 256  # what the default model was trained with; longer texts are cut


@dataclass(frozen=True, slots=True)
class TokenVectors:
    """A text's tokens, word pieces without the model's own marks, in text order.

    `vectors` is (n_tokens, dim) float32, each of unit length. `spans` are character offsets into the text;
    pieces of one word share its number in `words` (0, 1, ... in text order), so that a weight can be given to
    a word as a whole. `pooled` is (dim,) float32, the whole text's unit vector from the same pass.
    """

    vectors: Vectors
    spans: tuple[tuple[int, int], ...]
    words: tuple[int, ...]
    pooled: Vectors


class Encoder(Protocol):
    """A model that embeds texts."""

    name: str
    revision: str  # sha256 of the weights, hexadecimal
    dim: int
    max_tokens: int
    form: str  # what runs it; forms differ in the last bits of a vector
    adapter: str  # sha256 of the adapter that its weights were changed by, hexadecimal; empty for none
    check: Mapping[
        str, float | int | str
    ]  # how far this form was found to be from the reference; empty where that was not measured

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text, (n_texts, dim) float32; equal texts get equal bytes, whatever stands beside them."""
        ...

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Return each text's token vectors and its pooled vector, in the order of the texts."""
        ...

    def encode_question(self, text: str) -> TokenVectors:
        """Return a question's token vectors and its pooled vector, as near to those of `encode_tokens` as ranking needs."""
        ...


def unit(vectors: Vectors) -> Vectors:
    """Scale each row to length one; a row of zeros stays as it is."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Vectors = (vectors / np.where(lengths > 0, lengths, 1.0)).astype(np.float32)
    return scaled
