"""The words of HTML that matter to reading: which elements begin blocks, end others, carry a span, or hold no text."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from urllib.parse import unquote

from ingest.loaders.blocks import BlockKind
from ingest.loaders.html.tags import Token

HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
LISTS = {"ul", "ol", "menu", "dir"}
BLOCK_TAGS = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "button",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
    }
    | {
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "hgroup",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "nav",
    }
    | {
        "noscript",
        "optgroup",
        "option",
        "p",
        "pre",
        "search",
        "section",
        "select",
        "summary",
        "table",
        "tbody",
        "td",
        "template",
    }
    | {"tfoot", "th", "thead", "tr"}
    | HEADINGS
    | LISTS
)
STRONG = {"b", "strong"}
EMPHASIS = {"i", "em", "cite", "dfn"}
EMBEDS = {"iframe", "embed", "video", "audio", "source", "object"}
SILENT = {
    "svg", "template", "textarea", "title", "math", "video", "audio", "noembed", "xmp", "rp", "rt",
    "ac:parameter", "ac:placeholder", "ac:emoticon", "ri:user", "ac:inline-comment-marker-ref",  # Confluence's own
}  # fmt: skip
VOID_TAGS = frozenset(
    {
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    }
)
# An opening tag ends these open elements by itself, up to the element that holds them.
CLOSES = {
    "li": ({"li"}, LISTS),
    "dt": ({"dt", "dd"}, {"dl"}),
    "dd": ({"dt", "dd"}, {"dl"}),
    "tr": ({"tr", "td", "th"}, {"table"}),
    "td": ({"td", "th"}, {"tr", "table"}),
    "th": ({"td", "th"}, {"tr", "table"}),
    "option": ({"option"}, {"select"}),
}
KINDS: dict[str, BlockKind] = {"pre": "code", "blockquote": "quote", "tr": "table_row", "dd": "bullet"}
_BOLD = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
_PERMALINK = re.compile(r"header-?link|permalink|anchor|hash-?link|deep-?link|direct-link", re.IGNORECASE)
_SIGNS = re.compile(r"[\s¶#§🔗⚓\ue000-\uf8ff]*\Z")
_SPACES = re.compile(r"[ \t\r\n\f]{2,}|[\t\r\n\f]")


@dataclass(slots=True)
class Element:
    """An element that is open."""

    name: str
    role: str = ""  # "strong", "emphasis" or "link": what it says of its words
    position: int = 0  # of the text where its words begin
    url: str = ""
    items: int = 0  # a list's, so far
    reason: str = ""  # why its words are furniture
    anchor: str | None = None
    silent: bool = False
    marker: str = ""  # a list item's
    fresh: bool = False  # a list item that has begun no block yet
    linked: bool = False  # its address stands with an earlier block already


# What Google Docs makes of every link when a page is exported.
_REDIRECT = re.compile(r"https?://www\.google\.[a-z.]{2,6}/url\?(?:[^#]*&)?q=(https?[^&#]+)")


def absolute(url: str) -> str:
    """Give an address that leaves out its scheme one, and the target of a redirect; leave scripts out."""
    url = url.strip()
    if url.lower().startswith(("javascript:", "data:", "vbscript:")):
        return ""
    if url.startswith("//"):
        url = f"https:{url}"
    redirect = _REDIRECT.match(url)
    return unquote(redirect[1]) if redirect else url


def between_spaces(source: str, start: int, end: int) -> list[tuple[int, int]]:
    """Split at white space that is more than one space; (-1, -1) stands for it.

    A single space at either edge is set apart as well, for it may meet another across a tag.
    """
    pieces: list[tuple[int, int]] = []
    words = source[start:end]
    if " ".join(words.split()) == words:  # the common case: nothing to fold
        return [(start, end)]
    at = start
    if start < end and source[start] == " " and source[start : start + 2].strip():
        pieces.append((-1, -1))
        at += 1
    for found in _SPACES.finditer(source, at, end):
        if found.start() > at:
            pieces.append((at, found.start()))
        pieces.append((-1, -1))
        at = found.end()
    if at < end:
        trailing = source[end - 1] == " "
        if at < end - trailing:
            pieces.append((at, end - trailing))
        if trailing:
            pieces.append((-1, -1))
    return pieces


def role_of(source: str, token: Token) -> str:
    """Say what an inline element says of its words; bold by style, as old editors write it, is bold."""
    if token.name in STRONG:
        return "strong"
    if token.name in EMPHASIS:
        return "emphasis"
    if token.name == "span" and _BOLD.search(source, token.start, token.end):
        return "strong"
    return "link" if token.name == "a" else ""


def is_permalink(source: str, token: Token, classes: str) -> bool:
    """Say whether a link is the sign beside a heading that leads to the heading itself."""
    closing = source.find("<", token.end)
    shown = html.unescape(source[token.end : max(token.end, min(closing, token.end + 12))])
    return bool(_PERMALINK.search(classes)) and bool(_SIGNS.match(shown))
