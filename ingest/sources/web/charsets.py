"""Bytes of a page to UTF-8: by its byte order mark, the server's word, or the page's own."""

from __future__ import annotations

import codecs
import re

from ingest.errors import SourceFault

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_HEADER = re.compile(r"""charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{1,40})""", re.IGNORECASE)
_META = re.compile(rb"""<meta\s[^>]{0,300}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{1,40})""", re.IGNORECASE)
_XML = re.compile(rb"""\A\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9_:.-]{1,40})""")
_HEAD_BYTES = 2048
# What https://encoding.spec.whatwg.org/#names-and-labels knows, as Python names it: its other codecs (zlib,
# rot13) are none of text.
_KNOWN = frozenset(
    [
        "utf-8",
        "ascii",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "cp866",
        "cp874",
        "koi8-r",
        "koi8-u",
        "mac-roman",
        "mac-cyrillic",
        "gb2312",
        "gbk",
    ]
    + [
        "gb18030",
        "big5",
        "big5hkscs",
        "euc_jp",
        "iso2022_jp",
        "shift_jis",
        "cp932",
        "euc_kr",
        "cp949",
        "tis-620",
    ]
    + [f"cp{number}" for number in range(1250, 1259)]
    + [f"iso8859-{number}" for number in range(1, 17) if number != 12]
)
_ALIASES = {
    "x-sjis": "shift_jis",
    "x-gbk": "gbk",
    "macintosh": "mac-roman",
    "x-mac-cyrillic": "mac-cyrillic",
    "windows-31j": "cp932",
}
# Browsers read these labels as Windows does, and pages count on it.
_AS_WINDOWS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
}


def to_utf8(data: bytes, content_type: str, where: str) -> bytes:
    """Write a page in UTF-8, without a byte order mark.

    Args:
        data: The body.
        content_type: The response's header, which may name a charset.
        where: The page as it may be shown.

    Raises:
        SourceFault: The charset is unknown, or the page is not written in it.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _recoded(data[len(mark) :], encoding, "its byte order mark", where)
    if named := _HEADER.search(content_type):
        return _recoded(data, _known(named[1], where), "the server", where)
    head = data[:_HEAD_BYTES]
    if named_within := _XML.search(head) or _META.search(head):
        encoding = _known(named_within[1].decode("ascii"), where)
        # A page whose declaration can be read as ASCII is not in UTF-16, whatever it says.
        return _recoded(data, "utf-8" if encoding.startswith("utf-16") else encoding, "the page", where)
    return _recoded(data, "utf-8", "", where)


def _known(label: str, where: str) -> str:
    """Return Python's name of a charset."""
    folded = label.strip().lower()
    try:
        name = codecs.lookup(_ALIASES.get(folded, folded)).name
    except (LookupError, ValueError):
        name = ""
    if name not in _KNOWN:
        raise SourceFault(
            where,
            f"it names the unknown charset {label!r}",
            "Tell who runs the server, or keep a copy as a file.",
        )
    return _AS_WINDOWS.get(name, name)


def _recoded(data: bytes, encoding: str, who: str, where: str) -> bytes:
    """Decode strictly: a page read in the wrong charset would be quoted with wrong words."""
    try:
        return data.decode(encoding).encode("utf-8")
    except UnicodeError as error:
        at = f" at byte {error.start}" if isinstance(error, UnicodeDecodeError) else ""
        said = (
            f"it is not the {encoding.upper()} that {who} says it is"
            if who
            else "it names no charset and is not UTF-8"
        )
        raise SourceFault(where, said + at, "Tell who runs the server, or keep a copy as a file.") from error
