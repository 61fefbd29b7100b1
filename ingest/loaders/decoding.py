"""Bytes of a recap to its characters, or one clear line why not."""

from __future__ import annotations

import codecs
import re
from pathlib import PurePosixPath

from ingest.errors import RecapError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark starts with UTF-16's
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"""(?:charset\s*=\s*["']?|encoding\s*=\s*["'])([A-Za-z0-9_:.-]{2,40})""")
_MARKUP = {".html", ".htm", ".xhtml"}
# Control characters that no text editor writes; a few may slip in by copying, a binary file is full of them.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MOST_CONTROL_SHARE = 0.01


def decode(data: bytes, recap_id: str) -> str:
    """Decode a recap: UTF-8, UTF-16 or UTF-32 by its byte order mark, an HTML page also by its declared charset.

    Args:
        data: The file's bytes.
        recap_id: Names the file in errors.

    Returns:
        The characters without the byte order mark; newlines as they are.

    Raises:
        RecapError: The file is empty, binary, or not in the encoding it should be in.
    """
    if not data.strip():
        raise RecapError(
            recap_id, "the file is empty", "Put the notes into it or remove it from the sources."
        )
    mark, encoding = next(((bom, name) for bom, name in _BOMS if data.startswith(bom)), (b"", "utf-8"))
    if not mark:
        _refuse_binary(data[:65536], recap_id)
    try:
        text = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        text = _decode_as_declared(data, recap_id, encoding, len(mark) + error.start)
    _refuse_controls(text, recap_id)
    return text


def _refuse_binary(head: bytes, recap_id: str) -> None:
    """Refuse a file whose first bytes hold a NUL: no text in UTF-8 does."""
    at = head.find(b"\x00")
    if at >= 0:
        raise RecapError(
            recap_id,
            f"it is a binary file (a NUL at byte {at})",
            "Save the notes as UTF-8 text, Markdown or HTML.",
        )


def _refuse_controls(text: str, recap_id: str) -> None:
    """Refuse decoded characters that only a binary file has, and a file of white space."""
    if not text.strip():
        raise RecapError(
            recap_id, "the file is empty", "Put the notes into it or remove it from the sources."
        )
    count = len(_CONTROL.findall(text))
    if count > len(text) * _MOST_CONTROL_SHARE or "\x00" in text:
        raise RecapError(
            recap_id,
            f"it is a binary file ({count} control characters)",
            "Save the notes as UTF-8 text, Markdown or HTML.",
        )


def _decode_as_declared(data: bytes, recap_id: str, encoding: str, at: int) -> str:
    """Try the charset that an HTML page declares; say where the file is broken where that fails too."""
    declared = _DECLARED.search(data[:2048]) if PurePosixPath(recap_id).suffix.lower() in _MARKUP else None
    if declared:
        try:
            return data.decode(declared[1].decode("ascii"))
        except (LookupError, UnicodeDecodeError, ValueError):
            pass
    name = encoding.upper()
    found = f"0x{data[at]:02x}" if at < len(data) else "the end of the file"
    raise RecapError(
        recap_id, f"not valid {name} at byte {at} ({found})", "Save the file as UTF-8 and run again."
    )
