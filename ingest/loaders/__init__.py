"""Readers: a recap's file in, its readable text and blocks out, one module a format."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from ingest.errors import RecapError
from ingest.loaders import text, transcript
from ingest.loaders.blocks import LoadedRecap
from ingest.loaders.decoding import decode
from ingest.loaders.html import reader as html
from ingest.loaders.loaded import Reading
from ingest.loaders.markdown import reader as markdown
from ingest.loaders.rst import reader as rst
from ingest.loaders.sniffing import format_of

__all__ = ["SUFFIXES", "load", "load_bytes"]

_READERS: dict[str, Callable[[str], Reading]] = {
    "text": text.read,
    "markdown": markdown.read,
    "html": html.read,
    "rst": rst.read,
    "transcript": transcript.read,
}
SUFFIXES = frozenset(
    {".txt", ".text", ".md", ".markdown", ".mdx", ".html", ".htm", ".xhtml", ".rst", ".vtt", ".srt"}
)
"""Endings of the files that are read when a folder is named."""


def load(path: Path, recap_id: str) -> LoadedRecap:
    """Read one recap's file.

    Args:
        path: The file.
        recap_id: Its name below the folder that is read, posix separators.

    Raises:
        RecapError: The file cannot be opened, is empty, binary or not valid in its encoding.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RecapError(
            recap_id, error.strerror or str(error), "Check the path and its permissions."
        ) from error
    return load_bytes(data, recap_id)


def load_bytes(data: bytes, recap_id: str, format: str | None = None) -> LoadedRecap:
    """Read one recap from its bytes.

    Args:
        data: The file's content.
        recap_id: Names the recap; its ending tells the format, together with the content.
        format: "text", "markdown", "html", "rst" or "transcript", where the caller knows better.

    Raises:
        RecapError: The content is empty, holds no words, is binary or not valid in its encoding.
        ValueError: `format` names no reader.
    """
    source = decode(data, recap_id)
    chosen = format or format_of(recap_id, source)
    if chosen not in _READERS:
        raise ValueError(f"No reader for the format {chosen!r}: known are {', '.join(sorted(_READERS))}.")
    reading = _READERS[chosen](source)
    if not reading.blocks:
        raise RecapError(
            recap_id,
            f"it holds no words that can be read as {chosen}",
            "Put the notes into it or remove it from the sources.",
        )
    digest = hashlib.sha256(data).hexdigest()
    return LoadedRecap(recap_id, digest, reading.text, reading.blocks, reading.runs, chosen, reading.meta)
