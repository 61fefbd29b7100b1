"""Which form of an encoder runs: the exported one where the model allows it, sentence-transformers where it does not.

An exported model is kept in the person's cache folder and is made again whenever the weights, the model's
description or a library's version is another; making it takes under a second and needs no torch.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import logging
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from index.encoder.adapter import Adapter, choose_adapter
from index.encoder.base import DEFAULT_ENCODER, Encoder, TokenVectors
from index.encoder.export import FORM_VERSION, read_shape, write_form
from index.encoder.graph import NotExportable
from index.encoder.onnx import CHECK_FILE, OnnxEncoder, read_form
from index.encoder.reference import SentenceTransformersEncoder
from index.encoder.runtime import load_onnxruntime
from index.encoder.weights import DEFAULT_WEIGHTS_SHA256, cached_folder, default_folder, weights_revision

REFERENCE_PREFIX = "reference:"
CHECKED_PASSAGES = 16
# fp32 in another order of additions gives 0.9999998; a wrong pooling or tokenizer is far below this.
MIN_COSINE = 0.9999
# Eight bits give .999 to .9997 for the default model, per-channel int8, which does cost answers, .98.
MIN_QUESTION_COSINE = 0.99
_DESCRIPTION = (
    "config.json",
    "modules.json",
    "sentence_bert_config.json",
    "1_Pooling/config.json",
    "tokenizer.json",
)
_log = logging.getLogger(__name__)


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
    asked = name_or_path or ""
    name = asked.removeprefix(REFERENCE_PREFIX) or DEFAULT_ENCODER
    folder = (
        default_folder()
        if name == DEFAULT_ENCODER
        else Path(name)
        if Path(name).is_dir()
        else cached_folder(name)
    )
    chosen = choose_adapter(adapter, name)
    if asked.startswith(REFERENCE_PREFIX):
        return SentenceTransformersEncoder(
            str(folder), name=name, revision=weights_revision(folder, name), adapter=chosen
        )
    known = DEFAULT_WEIGHTS_SHA256 if name == DEFAULT_ENCODER else revision
    return open_form(folder, name, known, adapter=chosen)


def open_form(
    model: Path,
    name: str,
    revision: str | None = None,
    *,
    cache_dir: Path | None = None,
    adapter: Adapter | None = None,
) -> Encoder:
    """Open a model in the fastest form that it has.

    Args:
        model: A sentence-transformers folder.
        name: The name that builds know the model by.
        revision: The sha256 that its weights should have; spares reading them when they are at hand in
            exported form.
        cache_dir: Where exported models are kept; by default the person's cache folder.
        adapter: Added to the weights before they are written or loaded.

    Raises:
        EncoderUnavailable: the model cannot be loaded in any form.
    """
    try:
        return _exported(model, name, revision, cache_dir=cache_dir, adapter=adapter)
    except NotExportable as reason:
        _log.warning(
            "The encoder %s runs in its original form: %s. It needs sentence-transformers and torch, takes seconds to load, "
            "three times the memory and four times as long a question.",
            name,
            reason,
        )
    return SentenceTransformersEncoder(
        str(model), name=name, revision=weights_revision(model, name), adapter=adapter
    )


def checked(encoder: Encoder, texts: Sequence[str]) -> Encoder:
    """Compare an exported model with its reference on real passages, once; where they disagree the reference takes over.

    Without sentence-transformers nothing is compared, and the build's manifest says nothing about it.
    """
    if (
        not isinstance(encoder, OnnxEncoder)
        or encoder.check
        or not texts
        or not importlib.util.find_spec("sentence_transformers")
    ):
        return encoder
    reference = SentenceTransformersEncoder(
        str(encoder.model), encoder.name, encoder.revision, encoder.merged
    )
    sample = [texts[row] for row in np.unique(np.linspace(0, len(texts) - 1, CHECKED_PASSAGES).astype(int))]
    found = compare(encoder, reference, sample)
    if (
        min(found["min_cosine"], found["min_token_cosine"]) < MIN_COSINE
        or found["min_question_cosine"] < MIN_QUESTION_COSINE
    ):
        _log.warning(
            "The encoder %s runs in its original form: exported it differs from it (%s).",
            encoder.name,
            json.dumps(found),
        )
        return reference
    from importlib.metadata import version

    encoder.check = {
        **found,
        "reference": f"sentence-transformers {version('sentence-transformers')}, torch {version('torch')}",
    }
    _write_check(encoder.folder, encoder.check)
    return encoder


def compare(encoder: Encoder, reference: Encoder, texts: Sequence[str]) -> dict[str, float]:
    """Return how far two forms of one encoder are apart: the smallest cosine of any passage and of any token.

    The same for the texts taken as questions. Tokens that are cut differently count as a cosine of 0.
    """
    expected = reference.encode_tokens(texts)
    pooled, token = _closeness(encoder.encode_tokens(texts), expected)
    question, question_token = _closeness([encoder.encode_question(text) for text in texts], expected)
    return {
        "passages": len(texts),
        "min_cosine": pooled,
        "min_token_cosine": token,
        "min_question_cosine": question,
        "min_question_token_cosine": question_token,
    }


def _closeness(found: Sequence[TokenVectors], expected: Sequence[TokenVectors]) -> tuple[float, float]:
    pooled, by_token = [1.0], [1.0]
    for one, other in zip(found, expected, strict=True):
        pooled.append(float(one.pooled @ other.pooled))
        same = one.spans == other.spans and one.words == other.words
        by_token += (one.vectors * other.vectors).sum(axis=1).tolist() if same else [0.0]
    return round(min(pooled), 7), round(min(by_token), 7)


def _exported(
    model: Path, name: str, revision: str | None, *, cache_dir: Path | None, adapter: Adapter | None
) -> OnnxEncoder:
    read_shape(model)
    key = _key(model, adapter)
    folder = _cached(cache_dir, revision, key)
    if folder is None or read_form(folder) is None:
        revision = weights_revision(model, name)
        folder = _cached(cache_dir, revision, key)
    if folder is not None:
        try:
            _write_once(model, folder, revision, adapter)
            return OnnxEncoder(folder, name, model, merged=adapter)
        except OSError:
            _log.info("cannot keep the exported encoder in %s", folder)
    # A read-only home: the files live until they are loaded; what is mapped outlives its name.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        write_form(model, Path(temporary), revision or weights_revision(model, name), adapter)
        encoder = OnnxEncoder(Path(temporary), name, model, merged=adapter)
        encoder.hold()
        return encoder


def _cached(cache_dir: Path | None, revision: str | None, key: str) -> Path | None:
    """Return where an exported model is kept; None where its weights are not known, or a person has no home."""
    try:
        kept = cache_dir or Path.home() / ".cache" / "confnotes" / "encoders"
    except RuntimeError:
        return None
    return kept / f"{revision[:16]}-{key}" if revision else None


def _write_once(model: Path, folder: Path, revision: str | None, adapter: Adapter | None) -> None:
    if read_form(folder) or revision is None:
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    writing = Path(tempfile.mkdtemp(prefix=".writing-", dir=folder.parent))
    try:
        write_form(model, writing, revision, adapter)
        writing.chmod(0o755)
        _settle(writing, folder)
    finally:
        shutil.rmtree(writing, ignore_errors=True)


def _settle(writing: Path, folder: Path) -> None:
    """Give a written form its name; one that another process finished in the meantime stays."""
    if folder.exists() and not read_form(folder):
        shutil.rmtree(folder, ignore_errors=True)
    try:
        writing.rename(folder)
    except OSError:
        if not read_form(folder):
            raise


def _key(model: Path, adapter: Adapter | None) -> str:
    """Return a digest of what an exported model depends on, the weights aside."""
    try:
        onnxruntime = load_onnxruntime()
    except ModuleNotFoundError as error:
        raise NotExportable("onnxruntime is not installed") from error
    digest = hashlib.sha256(f"{FORM_VERSION} {onnxruntime.__version__}\n".encode())
    for name in _DESCRIPTION:
        path = model / name
        digest.update(f"{name}\n".encode() + (path.read_bytes() if path.is_file() else b""))
    digest.update(adapter.digest.encode() if adapter else b"")
    return digest.hexdigest()[:16]


def _write_check(folder: Path, check: Mapping[str, float | int | str]) -> None:
    if folder.is_dir():
        (folder / CHECK_FILE).write_text(json.dumps(check, indent=2, sort_keys=True) + "\n", encoding="utf-8")
