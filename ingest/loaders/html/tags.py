"""Cuts HTML into tags and text with exact offsets, in linear time for any input.

Why not a parser library: html.parser in the Pythons this runs on is quadratic on unclosed mark-up
(CVE-2025-6069), and lxml and html5lib give no offsets. The cutting follows the WHATWG tokenizer where it
decides what is text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

TokenKind = Literal["text", "open", "close"]


class Token(NamedTuple):
    """A stretch of the source: words, or one tag."""

    kind: TokenKind
    start: int
    end: int
    name: str = ""  # of the tag, lower case


_MARKUP = re.compile(r"<(?:!--|[!?]|/?[a-zA-Z])")
# A quote counts only after "=": an apostrophe elsewhere in a tag opens nothing.
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)(?:[^>=]|=\s*+(?:\"[^\"]*\"|'[^']*')?)*+>")
_PLAIN_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)[^>]*>")
_DECLARATIONS = {"<!--", "<!", "<?"}
_COMMENT_END = re.compile(r"--!?>")
_ATTRIBUTE = re.compile(r"""([^\s=/>"']+)(?:\s*+=\s*+(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?""")
_RAW = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE)
    for name in ("script", "style", "textarea", "title", "xmp", "iframe", "noembed")
}
_READABLE_RAW = {"title", "textarea", "xmp"}
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});?")


def tokens(source: str, start: int = 0, end: int | None = None) -> Iterator[Token]:
    """Cut a stretch of HTML into tokens in order; comments, doctypes, scripts and styles give none.

    Args:
        source: The page.
        start: Where the stretch begins.
        end: Where it ends, exclusive; the page's end where it is None.
    """
    end = len(source) if end is None else end
    tag = _TAG
    at = text = start
    while (found := _MARKUP.search(source, at, end)) is not None:
        begin = found.start()
        if found[0] in _DECLARATIONS:
            yield from _text(text, begin)
            at = text = _after_declaration(source, begin, end)
            continue
        match = tag.match(source, begin, end)
        if match is None:
            # a quote that never closes: from here on quotes mean nothing, else the scan would repeat
            tag = _PLAIN_TAG
            if (match := tag.match(source, begin, end)) is None:
                break  # no ">" is left: the rest is words
        yield from _text(text, begin)
        name = match[2].lower()
        yield Token("close" if match[1] else "open", begin, match.end(), name)
        at = text = match.end()
        if not match[1] and name in _RAW:
            at = text = _raw_end(source, name, at, end)
            if name in _READABLE_RAW:
                yield from _text(match.end(), at)
    yield from _text(text, end)


def _text(start: int, end: int) -> Iterator[Token]:
    """Return a text token unless it is empty."""
    if start < end:
        yield Token("text", start, end)


def _raw_end(source: str, name: str, start: int, end: int) -> int:
    """Find where the content of an element that holds no tags ends."""
    closing = _RAW[name].search(source, start, end)
    return closing.start() if closing else end


def _after_declaration(source: str, begin: int, end: int) -> int:
    """Find where a comment, doctype or processing instruction ends."""
    if source.startswith("<!--", begin):
        if source.startswith(("<!-->", "<!--->"), begin):
            return source.index(">", begin) + 1
        closing = _COMMENT_END.search(source, begin + 4, end)
        return closing.end() if closing else end
    if source.startswith("<![CDATA[", begin):
        closing_at = source.find("]]>", begin, end)
        return closing_at + 3 if closing_at >= 0 else end
    closing_at = source.find(">", begin, end)
    return closing_at + 1 if closing_at >= 0 else end


def attributes(source: str, token: Token) -> dict[str, str]:
    """Return a tag's attributes: names in lower case, values decoded, the first of a name counts."""
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(source, token.start + 1 + len(token.name), token.end - 1):
        value = next((part for part in match.groups()[1:] if part is not None), "")
        found.setdefault(match[1].lower(), html.unescape(value))
    return found


def entities(source: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """Find the character references in a stretch of text.

    Yields:
        (start, end, characters) for every reference that stands for other characters.
    """
    if source.find("&", start, end) < 0:
        return
    for match in _ENTITY.finditer(source, start, end):
        characters = html.unescape(match[0])
        if characters != match[0]:
            yield match.start(), match.end(), characters
