"""The reference form of an encoder: sentence-transformers itself, which runs any model that gives token embeddings.

Other forms are compared with it. torch is imported when an encoder is made, not before.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from index.encoder.adapter import Adapter
from index.encoder.base import MAX_TOKENS, TokenVectors, Vectors, unit
from index.errors import EncoderUnavailable


class SentenceTransformersEncoder:
    """Any sentence-transformers model that gives token embeddings, without a network; on a GPU where there is one."""

    form = "sentence-transformers"
    check: Mapping[str, float | int | str] = {}

    def __init__(self, path: str, name: str, revision: str, adapter: Adapter | None = None) -> None:
        stay_offline()
        try:
            import torch
            from sentence_transformers import SentenceTransformer
            from transformers.utils.logging import disable_progress_bar

            # it draws "Loading weights" on stderr, whatever the hub's own variables say
            disable_progress_bar()
            self._model: Any = SentenceTransformer(path, device=_device(torch), local_files_only=True)
        except ModuleNotFoundError as error:
            raise EncoderUnavailable(
                f"Cannot load the encoder {name} in its original form: {error.name} is not installed. "
                "Run `pip install 'confnotes[models]'`."
            ) from error
        except (ImportError, OSError, ValueError) as error:
            raise EncoderUnavailable(
                f"Cannot load the encoder {name} from {path}: {_one_line(error)}. "
                "Name a sentence-transformers model that is on this machine."
            ) from error
        self._torch: Any = torch
        self._lock = threading.Lock()
        self.adapter = adapter.digest if adapter else ""
        if adapter:
            adapter.merge(dict(self._model.named_parameters()), revision)
        self._model.eval()
        self.name = name
        self.revision = revision
        self.max_tokens = min(int(self._model.max_seq_length or MAX_TOKENS), MAX_TOKENS)
        self.dim = int(self._model.get_embedding_dimension())

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text, (n_texts, dim) float32."""
        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        return np.stack([tokens.pooled for tokens in self.encode_tokens(texts)])

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Return each text's token vectors and its pooled vector, one text a pass.

        A batch would be faster (71 against 46 passages a second on two cores), but its padding and its shape
        change the last bits of a vector, and an incremental build has to equal a full one to the byte.
        """
        return [self._encode_one(text) for text in texts]

    def encode_question(self, text: str) -> TokenVectors:
        """Return a question's token vectors and its pooled vector."""
        return self._encode_one(text)

    def _encode_one(self, text: str) -> TokenVectors:
        encoding = self._tokenize(text)
        special = encoding.pop("special_tokens_mask")[0].tolist()
        spans = encoding.pop("offset_mapping")[0].tolist()
        words = encoding.word_ids(0)
        with self._torch.inference_mode():
            output = self._model(dict(encoding.to(self._model.device)))
        kept = [i for i, mark in enumerate(special) if not mark]
        vectors = output["token_embeddings"][0].float().cpu().numpy()[kept]
        pooled = output["sentence_embedding"][0].float().cpu().numpy()
        return TokenVectors(
            vectors=unit(vectors),
            spans=tuple((start, end) for start, end in (spans[i] for i in kept)),
            words=tuple(words[i] for i in kept),
            pooled=unit(pooled[None, :])[0],
        )

    def _tokenize(self, text: str) -> Any:
        # The fast tokenizers keep truncation settings between calls: two threads must not set them at once.
        with self._lock:
            return self._model.tokenizer(
                text,
                truncation=True,
                max_length=self.max_tokens,
                return_tensors="pt",
                return_offsets_mapping=True,
                return_special_tokens_mask=True,
            )


def _device(torch: Any) -> str:
    return "cuda" if torch.cuda.is_available() else "cpu"


def stay_offline() -> None:
    """Keep the hub's libraries from the network, their reports and their progress bars."""
    # Read by huggingface_hub and transformers when they are imported: no hub, no telemetry, no progress bars
    # on stderr.
    for variable in (
        "HF_HUB_OFFLINE",
        "TRANSFORMERS_OFFLINE",
        "HF_HUB_DISABLE_TELEMETRY",
        "HF_HUB_DISABLE_PROGRESS_BARS",
    ):
        os.environ.setdefault(variable, "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]
