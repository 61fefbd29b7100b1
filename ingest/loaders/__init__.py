"""Readers: a recap's file in, its readable text and blocks out, one module a format."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path, PurePosixPath

from ingest.errors import RecapError
from ingest.loaders import asciidoc, conversation, mediawiki, notebook, org, text, transcript, word
from ingest.loaders.blocks import FormatError, LoadedRecap, LoadedText
from ingest.loaders.decoding import decode, read_bytes
from ingest.loaders.html import reader as html
from ingest.loaders.markdown import reader as markdown
from ingest.loaders.rst import reader as rst
from ingest.loaders.sniffing import BY_SUFFIX, format_of

__all__ = ["SUFFIXES", "load", "load_bytes", "read_bytes"]

_READERS: dict[str, Callable[[str], LoadedText]] = {
    "text": text.read,
    "markdown": markdown.read,
    "mdx": partial(markdown.read, mdx=True),
    "html": html.read,
    "rst": rst.read,
    "asciidoc": asciidoc.read,
    "org": org.read,
    "mediawiki": mediawiki.read,
    "notebook": notebook.read,
    "transcript": transcript.read,
    "conversation": conversation.read,
}
_KNOWN_AS = {"mdx": "markdown"}  # what the talk finder and the links of a page know it as
SUFFIXES = frozenset({".txt", ".text", *BY_SUFFIX})
"""Endings of the files that are read when a folder is named."""


def load(path: Path, recap_id: str) -> LoadedRecap:
    """Read one recap's file.

    Args:
        path: The file.
        recap_id: Its name below the folder that is read, posix separators.

    Raises:
        RecapError: The file cannot be opened, is empty, too large, binary or not valid in its encoding.
    """
    return load_bytes(read_bytes(path, recap_id), recap_id)


def load_bytes(data: bytes, recap_id: str, format: str | None = None) -> LoadedRecap:
    """Read one recap from its bytes.

    Args:
        data: The file's content.
        recap_id: Names the recap; its ending tells the format, together with the content.
        format: "text", "markdown", "html", ..., where the caller knows better.

    Raises:
        RecapError: The content is empty, holds no words, is binary or data, or not valid in its encoding.
        ValueError: `format` names no reader.
    """
    notice = ""
    if format is None and _is_word(data, recap_id):
        chosen, loaded = "word", _read_word(data, recap_id)
    else:
        source, notice = decode(data, recap_id)
        chosen = format or format_of(recap_id, source)
        loaded = _read_text(source, chosen, recap_id)
    if not loaded.blocks:
        raise RecapError(
            recap_id,
            f"it holds no words that can be read as {chosen}",
            "Put the notes into it or remove it from the sources.",
        )
    return LoadedRecap(
        recap_id=recap_id,
        source_sha256=hashlib.sha256(data).hexdigest(),
        text=loaded.text,
        blocks=loaded.blocks,
        runs=loaded.runs,
        format=_KNOWN_AS.get(chosen, chosen),
        meta=loaded.meta,
        notices=(notice,) if notice else (),
    )


def _is_word(data: bytes, recap_id: str) -> bool:
    """Say whether a file is a Word document."""
    return data.startswith(b"PK") and (
        PurePosixPath(recap_id).suffix.lower() == ".docx" or b"word/document.xml" in data[:4096]
    )


def _read_word(data: bytes, recap_id: str) -> LoadedText:
    """Read a Word document.

    Raises:
        RecapError: It is damaged.
    """
    try:
        return word.read(data)
    except FormatError as error:
        what = " ".join(str(error).split())[:120]
        raise RecapError(
            recap_id, f"it is no Word document that can be opened ({what})", "Save it as DOCX again."
        ) from error


def _read_text(source: str, chosen: str, recap_id: str) -> LoadedText:
    """Read a text in its format.

    Raises:
        RecapError: It is data, or a notebook that is damaged.
        ValueError: There is no such format.
    """
    if chosen == "data":
        raise RecapError(
            recap_id,
            "it is JSON or XML, which nobody wrote to be read",
            "Give a schedule or list of talks with --catalogue, and notes as Markdown, HTML or text.",
        )
    if chosen not in _READERS:
        raise ValueError(f"No reader for the format {chosen!r}: known are {', '.join(sorted(_READERS))}.")
    try:
        return _READERS[chosen](source)
    except FormatError as error:
        what = " ".join(str(error).split())[:120]
        raise RecapError(
            recap_id, f"it is no Jupyter notebook ({what})", "Save it from Jupyter again."
        ) from error
