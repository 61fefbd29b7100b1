"""Jupyter notebooks: their Markdown cells, read where they stand in the file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from ingest.loaders.blocks import FormatError, LoadedText
from ingest.loaders.rewriting import Rewriter

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_ESCAPE = re.compile(
    r"(?:\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.)", re.DOTALL
)


def read(source: str) -> LoadedText:
    """Read a notebook's Markdown cells as one Markdown text.

    Args:
        source: The decoded file.

    Returns:
        The words of its Markdown cells; code and its output are no notes.

    Raises:
        FormatError: It is none.
    """
    try:
        loaded = json.loads(source, parse_int=str, parse_float=str)
    except (ValueError, RecursionError) as error:
        raise FormatError(str(error)) from error
    if not isinstance(loaded, dict) or not isinstance(loaded.get("cells"), list):
        raise FormatError("no list of cells")
    writer = Rewriter(source)
    told = loaded.get("metadata")
    title = told.get("title") if isinstance(told, dict) else None
    if isinstance(title, str) and title.strip():
        writer.meta["title"] = title.strip()
    strings = _STRING.finditer(source)
    for cell in loaded["cells"]:
        words = _source(cell)
        if words and cell.get("cell_type") == "markdown":
            for found in _places(strings, words):
                _write(writer, found)
            writer.add("\n\n")
    return writer.read(plain=False)


def _source(cell: Any) -> list[str]:
    """Return a cell's lines as the file's strings hold them."""
    written = cell.get("source") if isinstance(cell, dict) else None
    if isinstance(written, str):
        return [written] if written else []
    return [line for line in written if isinstance(line, str) and line] if isinstance(written, list) else []


def _places(strings: Iterator[re.Match[str]], words: list[str]) -> list[re.Match[str]]:
    """Find the next strings of the file that hold these words, one after the other."""
    found: list[re.Match[str]] = []
    for string in strings:
        if _value(string[0]) == words[len(found)]:
            found.append(string)
            if len(found) == len(words):
                return found
        elif found and string[0] != '""':
            found = []
    return []


def _value(literal: str) -> str | None:
    try:
        value = json.loads(literal, strict=False)
    except ValueError:
        return None
    return value if isinstance(value, str) else None


def _write(writer: Rewriter, string: re.Match[str]) -> None:
    """Write a string's characters, escapes decoded."""
    at = string.start() + 1
    for escape in _ESCAPE.finditer(writer.source, at, string.end() - 1):
        writer.raw(at, escape.start())
        writer.instead(escape.start(), escape.end(), json.loads(f'"{escape[0]}"'))
        at = escape.end()
    writer.raw(at, string.end() - 1)
