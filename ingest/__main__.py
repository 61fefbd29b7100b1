"""The nightly job's entry: `python -m ingest` is `confnotes ingest`."""

from __future__ import annotations

from console.defects import boundary
from ingest.cli import ingest

if __name__ == "__main__":
    with boundary():
        ingest(prog_name="python -m ingest")
