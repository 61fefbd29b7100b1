"""Which form of an encoder runs: eight bits on onnxruntime where the model allows it, else sentence-transformers.

The default model's form is made once, by `confnotes model fetch` or with the wheel. Another model's form is
kept in the person's cache folder and made again when the weights, the adapter or the model's description
change; that takes a second and needs `onnx`, but no torch.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import logging
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from index.encoder.adapter import Adapter, choose_adapter
from index.encoder.base import DEFAULT_ENCODER, Encoder, TokenVectors
from index.encoder.export import read_shape, write_form
from index.encoder.graph import NotExportable
from index.encoder.onnx import CHECK_FILE, FORM_VERSION, OnnxEncoder, read_form
from index.encoder.reference import SentenceTransformersEncoder
from index.encoder.weights import DEFAULT_WEIGHTS_SHA256, cached_folder, default_folder, weights_revision
from index.errors import EncoderUnavailable

REFERENCE_PREFIX = "reference:"
SHIPPED_FORM = Path(__file__).with_name("model")  # comes with the wheel, or from `confnotes model fetch`
CHECKED_PASSAGES = 16
# Eight bits give .9995 for a passage and .9986 for the worst token of 200 passages; a wrong pooling or tokenizer
# is far below.
MIN_COSINE = 0.995
MIN_TOKEN_COSINE = 0.98
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
    """Load the default model, or any sentence-transformers model by name or folder, in its fastest form.

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
    chosen = choose_adapter(adapter, name)
    wants_reference = asked.startswith(REFERENCE_PREFIX)
    if name == DEFAULT_ENCODER and not wants_reference and (form := default_form(chosen)):
        return OnnxEncoder(form, name, None, merged=chosen)
    folder = (
        default_folder()
        if name == DEFAULT_ENCODER
        else Path(name)
        if Path(name).is_dir()
        else cached_folder(name)
    )
    if wants_reference:
        return SentenceTransformersEncoder(
            str(folder), name=name, revision=weights_revision(folder, name), adapter=chosen
        )
    known = DEFAULT_WEIGHTS_SHA256 if name == DEFAULT_ENCODER else revision
    return open_form(folder, name, known, adapter=chosen)


def default_form(adapter: Adapter | None) -> Path | None:
    """Return the folder of the default model's form with an adapter; None where it was not fetched."""
    wanted = (FORM_VERSION, DEFAULT_WEIGHTS_SHA256, adapter.digest if adapter else "")
    for folder in (SHIPPED_FORM, fetched_folder(adapter)):
        form = read_form(folder) if folder else None
        if form and (form.version, form.revision, form.adapter) == wanted:
            return folder
    return None


def fetched_folder(adapter: Adapter | None) -> Path | None:
    """Return where a person's own copy of the default model's form lies; None for a person without a home."""
    kept = _kept()
    names = (DEFAULT_WEIGHTS_SHA256[:16], str(FORM_VERSION), adapter.digest[:16] if adapter else "none")
    return kept / "-".join(names) if kept else None


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
    """Compare an exported model with its reference on real passages, once; where they disagree the reference runs.

    Without sentence-transformers or the published weights nothing is compared, and the build's manifest says
    nothing about it.
    """
    if not isinstance(encoder, OnnxEncoder) or encoder.check or not texts:
        return encoder
    reference = _reference_of(encoder)
    if reference is None:
        return encoder
    sample = [texts[row] for row in np.unique(np.linspace(0, len(texts) - 1, CHECKED_PASSAGES).astype(int))]
    found = compare(encoder, reference, sample)
    if found["min_cosine"] < MIN_COSINE or found["min_token_cosine"] < MIN_TOKEN_COSINE:
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


def _reference_of(encoder: OnnxEncoder) -> SentenceTransformersEncoder | None:
    if not importlib.util.find_spec("sentence_transformers"):
        return None
    try:
        folder = encoder.model or default_folder()
    except EncoderUnavailable:
        return None
    return SentenceTransformersEncoder(str(folder), encoder.name, encoder.revision, encoder.merged)


def compare(encoder: Encoder, reference: Encoder, texts: Sequence[str]) -> dict[str, float]:
    """Return how far two forms of one encoder are apart: the smallest cosine of any text and of any token.

    Tokens that are cut differently count as a cosine of 0.
    """
    pooled, token = _closeness(encoder.encode_tokens(texts), reference.encode_tokens(texts))
    return {"passages": len(texts), "min_cosine": pooled, "min_token_cosine": token}


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
    kept = cache_dir or _kept()
    if revision is None or kept is None or read_form(kept / f"{revision[:16]}-{key}") is None:
        revision = weights_revision(model, name)
    known: str = revision
    if kept is not None:
        try:
            folder = kept / f"{known[:16]}-{key}"
            write_once(folder, lambda writing: write_form(model, writing, known, adapter))
            return OnnxEncoder(folder, name, model, merged=adapter)
        except OSError:
            _log.info("cannot keep the exported encoder in %s", kept)
    # A read-only home: the files live until they are loaded; what is mapped outlives its name.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        write_form(model, Path(temporary), known, adapter)
        return OnnxEncoder(Path(temporary), name, model, merged=adapter)


def _kept() -> Path | None:
    """Return the person's folder of exported models; None for a person without a home."""
    try:
        return Path.home() / ".cache" / "confnotes" / "encoders"
    except RuntimeError:
        return None


def write_once(folder: Path, write: Callable[[Path], None]) -> None:
    """Write an exported model beside its place and give it its name; one that is whole already stays.

    Raises:
        OSError: it cannot be written there.
    """
    if read_form(folder):
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    writing = Path(tempfile.mkdtemp(prefix=".writing-", dir=folder.parent))
    try:
        write(writing)
        writing.chmod(0o755)
        _settle(writing, folder)
    finally:
        shutil.rmtree(writing, ignore_errors=True)


def _settle(writing: Path, folder: Path) -> None:
    """Return a written form its name; one that another process finished in the meantime stays."""
    if folder.exists() and not read_form(folder):
        shutil.rmtree(folder, ignore_errors=True)
    try:
        writing.rename(folder)
    except OSError:
        if not read_form(folder):
            raise


def _key(model: Path, adapter: Adapter | None) -> str:
    """Return a digest of what an exported model depends on, the weights aside."""
    digest = hashlib.sha256(f"{FORM_VERSION}\n".encode())
    for name in _DESCRIPTION:
        path = model / name
        digest.update(f"{name}\n".encode() + (path.read_bytes() if path.is_file() else b""))
    digest.update(adapter.digest.encode() if adapter else b"")
    return digest.hexdigest()[:16]


def _write_check(folder: Path, check: Mapping[str, float | int | str]) -> None:
    try:
        (folder / CHECK_FILE).write_text(json.dumps(check, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    except OSError:
        _log.info("cannot keep in %s how far the encoder is from its reference", folder)
