"""Bytes of a recap to its characters, or one clear line why not."""

from __future__ import annotations

import codecs
import os
import re
import stat
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from ingest.errors import RecapError

MOST_BYTES = 25_000_000
"""Of one recap: a book has one or two million, and what 20 million cost is measured (docs/ingest.md)."""

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
_SAVE_AS_TEXT = "Save the notes as UTF-8 text, Markdown or HTML."
# What begins a file that people take for text, what it is, and the way out.
_SIGNATURES = (
    (b"%PDF", "a PDF", "Export the notes as Markdown, HTML or DOCX from where they were written."),
    (b"{\\rtf", "a rich text file (RTF)", "Save it as DOCX or as UTF-8 text."),
    (b"\xd0\xcf\x11\xe0", "an old Office file (DOC, PPT, XLS)", "Save it as DOCX or as UTF-8 text."),
    (b"\x89PNG", "a picture", "Write out what it shows."),
    (b"\xff\xd8\xff", "a picture", "Write out what it shows."),
    (b"GIF8", "a picture", "Write out what it shows."),
    (b"ID3", "a recording", "Give its transcript as VTT, SRT or text."),
    (b"OggS", "a recording", "Give its transcript as VTT, SRT or text."),
    (b"\x1aE\xdf\xa3", "a recording", "Give its transcript as VTT, SRT or text."),
    (b"\x1f\x8b", "a packed file", "Unpack it first."),
    (b"PK\x03\x04", "an archive or an Office file", "Unpack it, or save the notes as DOCX, Markdown or HTML."),
    (b"PK\x05\x06", "an empty archive", _SAVE_AS_TEXT),
    (b"SQLite format 3", "a database", "Export the notes from the program that wrote it."),
)  # fmt: skip
# Charsets that notes were saved in before UTF-8, for the detector to choose from; others are exotic, and guessing
# among them turned short German and French notes into Turkish or Hebrew.
_CANDIDATES = [
    "cp1252",
    "cp1250",
    "cp1251",
    "koi8_r",
    "cp932",
    "gb18030",
    "big5",
    "cp949",
    "euc_jp",
]
_NAMES = {
    "cp1252": "Windows-1252",
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "cp932": "Shift JIS",
    "cp949": "EUC-KR",
}
_SURE_SHARE = 0.25  # of a text's bytes; with fewer beyond ASCII the Western charset is the likeliest


class Decoded(NamedTuple):
    """A file's characters, and what a person should know of how they were read."""

    text: str
    notice: str = ""


def read_bytes(path: Path, recap_id: str) -> bytes:
    """Read one recap's file.

    Raises:
        RecapError: It is no ordinary file, too large, or cannot be opened.
    """
    try:
        # Opened without waiting: a FIFO that nobody writes to would hold the night.
        with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as stream:
            found = os.fstat(stream.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise RecapError(
                    recap_id, "it is not an ordinary file", "Put the notes into a file of their own."
                )
            if found.st_size > MOST_BYTES:
                raise _too_large(recap_id, found.st_size)
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise RecapError(
            recap_id, error.strerror or str(error), "Check the path and its permissions."
        ) from error
    if len(data) > MOST_BYTES:
        raise _too_large(recap_id, len(data))
    return data


def _too_large(recap_id: str, size: int) -> RecapError:
    return RecapError(recap_id, f"it has {size:,} bytes, at most {MOST_BYTES:,} are read", "Split it up.")


def decode(data: bytes, recap_id: str) -> Decoded:
    """Decode a recap.

    UTF-8, UTF-16 or UTF-32 by its byte order mark, an HTML page also by its declared charset; what is none of these
    is read in the charset that fits best, with a notice.

    Args:
        data: The file's bytes.
        recap_id: Names the file in errors.

    Returns:
        The characters without the byte order mark, newlines as they are.

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
    if not mark and (unmarked := _utf16(data[:65536])):
        encoding = unmarked
    try:
        decoded = Decoded(data[len(mark) :].decode(encoding))
    except UnicodeDecodeError as error:
        decoded = _decode_otherwise(data, recap_id, encoding, len(mark) + error.start, marked=bool(mark))
    _refuse_controls(decoded.text, recap_id)
    return decoded


def _refuse_binary(head: bytes, recap_id: str) -> None:
    """Refuse a file that begins like another kind, or whose first bytes hold a NUL: no text in UTF-8 does."""
    kind = next(((what, way_out) for sign, what, way_out in _SIGNATURES if head.startswith(sign)), None)
    if kind is not None and (b"\x00" in head or head.startswith((b"%PDF", b"{\\rtf", b"PK"))):
        raise RecapError(recap_id, f"it is {kind[0]}", kind[1])
    at = head.find(b"\x00")
    if at >= 0 and not _utf16(head):
        raise RecapError(recap_id, f"it is a binary file (a NUL at byte {at})", _SAVE_AS_TEXT)


def _utf16(head: bytes) -> str:
    """Return which UTF-16 bytes without a mark are in: nearly every second byte is NUL, no other is."""
    half = max(1, len(head) // 2)
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if len(head) < 8 or max(even, odd) <= 0.7 * half or min(even, odd) >= 0.02 * half:
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _refuse_controls(text: str, recap_id: str) -> None:
    """Refuse decoded characters that only a binary file has, and a file of white space."""
    if not text.strip():
        raise RecapError(
            recap_id, "the file is empty", "Put the notes into it or remove it from the sources."
        )
    count = len(_CONTROL.findall(text))
    if count > len(text) * _MOST_CONTROL_SHARE or "\x00" in text:
        raise RecapError(recap_id, f"it is a binary file ({count} control characters)", _SAVE_AS_TEXT)


def _decode_otherwise(data: bytes, recap_id: str, encoding: str, at: int, *, marked: bool) -> Decoded:
    """Decode in the charset that a page declares, else in the one that fits best."""
    declared = _DECLARED.search(data[:2048]) if PurePosixPath(recap_id).suffix.lower() in _MARKUP else None
    if declared:
        try:
            return Decoded(data.decode(declared[1].decode("ascii")))
        except (LookupError, UnicodeDecodeError, ValueError):
            pass
    charset = "" if marked else _detected(data)
    if charset:
        name = _NAMES.get(charset, charset.replace("_", "-").upper())
        notice = (
            f"it is not UTF-8 (byte {at}) and was read as {name}; save it as UTF-8 to be sure of every letter"
        )
        return Decoded(data.decode(charset), notice)
    name = encoding.upper()
    found = f"0x{data[at]:02x}" if at < len(data) else "the end of the file"
    raise RecapError(
        recap_id, f"not valid {name} at byte {at} ({found})", "Save the file as UTF-8 and run again."
    )


def _detected(data: bytes) -> str:
    """Name the charset that fits best; empty where none does."""
    from charset_normalizer import from_bytes

    foreign = sum(byte >= 0x80 for byte in data[:200_000])
    if foreign < _SURE_SHARE * min(len(data), 200_000) and _decodes(data, "cp1252"):
        words = data.decode("cp1252")
        if _reads_western(words):
            return "cp1252"
    best = from_bytes(data[:200_000], cp_isolation=_CANDIDATES).best()
    candidates = [best.encoding] if best is not None else []
    return next((name for name in candidates if _decodes(data, name)), "")


def _decodes(data: bytes, charset: str) -> bool:
    try:
        data.decode(charset)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


_WESTERN = re.compile("[À-ÖØ-öø-ÿŒœŠšŽžŸ–—‘’‚“”„…•€«»°§©®™¿¡ºª\xa0·´²³½]")
_BEYOND = re.compile("[^\x00-\x7f]")


def _reads_western(words: str) -> bool:
    """Return whether all beyond ASCII is Western European, with no capitals inside words."""
    beyond = _BEYOND.findall(words)
    capitals = len(re.findall("[a-zà-ÿ][À-ÖØ-Þ]", words))
    return len(_WESTERN.findall(words)) == len(beyond) and capitals <= 0.1 * len(beyond)
