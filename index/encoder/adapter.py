"""A small difference of an encoder's weights that was learnt from questions, added to them when a model is loaded or exported.

An adapter is a safetensors file. For a matrix W (out, in) of the model it holds two factors of half
precision, `NAME.down` (rank, in) and `NAME.up` (out, rank), and W + up @ down takes its place; its metadata,
JSON under the key `adapter`, names the model and the weights that it was trained on. One ships for the
default model: `index/encoder/adapter/`, with its card beside it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.encoder.base import DEFAULT_ENCODER
from index.errors import EncoderMismatch, EncoderUnavailable

NO_ADAPTER = "none"
SHIPPED = Path(__file__).parent / "adapter" / "adapter.safetensors"

Array = NDArray[np.float32]
WAY_OUT = "Name an adapter of this model in CONFNOTES_ENCODER_ADAPTER, or set it to none."


@dataclass(frozen=True, slots=True)
class Adapter:
    """An adapter's file and its sha256, hexadecimal, by which builds know it."""

    path: Path
    digest: str

    def differences(self, revision: str, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Array]:
        """Return what is added to each matrix of the model, (out, in) float32, by the matrix's name without `.weight`.

        Args:
            revision: The sha256 of the model's weights.
            shapes: The model's tensors by name; a difference that finds no matrix would go unnoticed.

        Raises:
            EncoderUnavailable: it was trained on other weights or another shape, or is no adapter.
        """
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(self.path, framework="numpy") as stored:
                trained_on = json.loads((stored.metadata() or {}).get("adapter", "{}")).get(
                    "weights_sha256", ""
                )
                names = [name.removesuffix(".down") for name in stored.keys() if name.endswith(".down")]  # noqa: SIM118  no mapping
                factors = {
                    name: (stored.get_tensor(f"{name}.up"), stored.get_tensor(f"{name}.down"))
                    for name in names
                }
        except (SafetensorError, OSError, ValueError, AttributeError) as error:
            raise EncoderUnavailable(
                f"Cannot use the adapter {self.path}: {' '.join(str(error).split())[:200]}. {WAY_OUT}"
            ) from error
        if trained_on != revision:
            raise EncoderUnavailable(
                f"Cannot use the adapter {self.path}: it was trained on weights with sha256 {trained_on[:12] or 'unknown'}, the model "
                f"has {revision[:12]}. {WAY_OUT}"
            )
        found = {
            name: up.astype(np.float32) @ down.astype(np.float32) for name, (up, down) in factors.items()
        }
        if lost := [
            name for name, difference in found.items() if shapes.get(f"{name}.weight") != difference.shape
        ]:
            raise EncoderUnavailable(
                f"Cannot use the adapter {self.path}: the model has no matrix {lost[0]} of its shape. {WAY_OUT}"
            )
        return found

    def merge(self, weights: Mapping[str, Any], revision: str) -> None:
        """Add the differences to a loaded model's weights, torch tensors by name, each ending in the matrix's own name.

        Raises:
            EncoderUnavailable: see `differences`.
        """
        own = {
            name[name.find("encoder.layer.") :]: weight
            for name, weight in weights.items()
            if "encoder.layer." in name
        }
        for name, difference in self.differences(
            revision, {name: tuple(weight.shape) for name, weight in own.items()}
        ).items():
            weight = own[f"{name}.weight"]
            weight.data += weight.new_tensor(difference)


def choose_adapter(setting: str | None, model: str) -> Adapter | None:
    """Return the adapter that a setting asks for: nothing said is the shipped one for the default model and none for others.

    Args:
        setting: Empty, `none`, or a file.
        model: The model's name or folder.

    Raises:
        EncoderUnavailable: the file cannot be read.
    """
    if setting == NO_ADAPTER or (not setting and model != DEFAULT_ENCODER):
        return None
    path = Path(setting) if setting else SHIPPED
    try:
        with path.open("rb") as stream:
            return Adapter(path, hashlib.file_digest(stream, "sha256").hexdigest())
    except OSError as error:
        raise EncoderUnavailable(
            f"Cannot load the adapter {path}: {error.strerror or error}. {WAY_OUT}"
        ) from error


def adapter_digest(setting: str | None, model: str) -> str:
    """Return the digest of the adapter that a setting asks for; nothing where it asks for none.

    Raises:
        EncoderUnavailable: the file cannot be read.
    """
    chosen = choose_adapter(setting, model)
    return chosen.digest if chosen else ""


def adapter_of_build(made_with: str, setting: str | None, model: str) -> str | None:
    """Return the setting by which to load a build's encoder.

    Where nothing is set, a build without an adapter is searched without one: it was made before there was
    one, or on purpose.

    Args:
        made_with: The digest of the adapter that the build was made with; empty for none.
        setting: What is asked for: empty, `none`, or a file.
        model: The name of the build's model.

    Raises:
        EncoderMismatch: the build was made with another one than is asked for; the message says what to do.
        EncoderUnavailable: the file cannot be read.
    """
    if not setting and not made_with:
        return NO_ADAPTER
    wanted = adapter_digest(setting, model)
    if wanted != made_with:
        named = "CONFNOTES_ENCODER_ADAPTER names" if setting else "this version ships"
        raise EncoderMismatch(
            f"made with {name_adapter(made_with)}, {named} {name_adapter(wanted)}. Make it anew with `confnotes ingest`, or set "
            f"CONFNOTES_ENCODER_ADAPTER to {'the one it was made with' if made_with else NO_ADAPTER}."
        )
    return setting


def name_adapter(digest: str) -> str:
    """Return how a person reads which adapter it was."""
    return f"the adapter {digest[:12]}" if digest else "no adapter"
