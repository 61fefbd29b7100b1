"""Tells a page's article from its furniture: menus, banners, share buttons, related posts, comments.

The evidence, strongest first: elements that say what they are (`nav`, `article`), roles, names that page
builders give (`class="sidebar"`), and how much of an element's text is links. A name never outweighs where
the prose is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.loaders.html.elements import BLOCK_TAGS, CLOSES, HEADINGS, VOID_TAGS
from ingest.loaders.html.tags import Token, attributes

_BY_TAG = {
    "nav": "navigation",
    "footer": "footer",
    "aside": "aside",
    "form": "form",
    "button": "button",
    "select": "form",
    "noscript": "no script",
    "dialog": "dialog",
    "search": "search",
}
_BY_ROLE = {
    "navigation": "navigation",
    "contentinfo": "footer",
    "complementary": "aside",
    "search": "search",
    "dialog": "dialog",
    "menu": "navigation",
    "alertdialog": "dialog",
}
_BY_NAME = {
    "navigation": "nav navbar navigation menu topbar breadcrumb breadcrumbs pagination pager skiplink skip prevnext hamburger",
    "header": "masthead banner siteheader",
    "footer": "footer colophon copyright",
    "sidebar": "sidebar aside widget widgets",
    "cookie banner": "cookie cookies consent gdpr",
    "share buttons": "share sharing sharedaddy addthis social socials sharebuttons",
    "related posts": "related relatedposts recommended recommendations",
    "comments": "comments comment disqus respond commentlist discussion",
    "newsletter": "newsletter subscribe subscription signup optin",
    "table of contents": "toc tableofcontents",
    "advertisement": "advert advertisement ads adsbygoogle promo",
    "search": "search searchform",
    "dialog": "modal popup overlay lightbox",
}
_NAMES = {name: reason for reason, names in _BY_NAME.items() for name in names.split()}
_NAMED = {"div", "section", "ul", "ol", "header", "td", "details", "menu"}
_PARTS = (BLOCK_TAGS - HEADINGS) - {
    "p",
    "li",
    "tr",
    "thead",
    "tbody",
    "tfoot",
    "hr",
    "option",
    "summary",
    "caption",
    "dt",
    "dd",
}
_NAME = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_SECTION = re.compile(
    r"\b(?:section|outline|level\d)"
)  # its id is made from its heading's words and tells nothing
_ROOTS = {"article", "main"}
_LONGEST_ID = 30
# Of the page's text: an element with more is no furniture, whatever it is called; comments can outgrow the
# article.
_MOST_NAMED_SHARE, _MOST_SAID_SHARE, _MOST_COMMENTS_SHARE = 0.3, 0.5, 0.8
_ROOT_SHARE = 0.5
_RIVAL_SHARE = 0.1  # a second article with this much of the prose: the page is several articles
_HOLDER_SHARE = 0.95
_DEEPEST = 200  # elements; deeper ones count as their ancestor's text


@dataclass(slots=True)
class _Part:
    """An element that may hold the article or be furniture; its counts are characters of all that is in it."""

    name: str
    start: int  # of its opening tag
    parent: int
    reason: str = ""
    by_id: bool = False
    root: bool = False
    text: int = 0  # outside links
    linked: int = 0
    headings: int = 0
    prose: int = 0  # text outside furniture


def furniture(source: str, page: Sequence[Token]) -> dict[int, str]:
    """Find the furniture of a page.

    Args:
        source: The page.
        page: Its tokens.

    Returns:
        The offset of each furniture element's opening tag, and why it is furniture.
    """
    parts = _Outline(source).read(page)
    _add_up(parts)
    whole = parts[0].text
    for part in parts:
        if part.reason and _is_doubtful(part, whole):
            part.reason = ""
    _add_up_prose(parts)
    reasons = {part.start: part.reason for part in parts if part.reason}
    root = _said_root(parts)
    for number in _beside(parts, root or _densest(parts)):
        part = parts[number]
        if root:
            reasons.setdefault(part.start, "outside the article")
        elif part.linked > part.text and not part.headings:
            reasons.setdefault(part.start, "mostly links, outside the article")
    return reasons


def _is_doubtful(part: _Part, whole: int) -> bool:
    """Return whether what speaks for the article outweighs an element's name."""
    if part.headings and (part.reason == "header" or (part.by_id and part.name == "section")):
        return True  # the article's own head; a section's id is made from its heading
    if part.reason == "comments":
        return part.text > _MOST_COMMENTS_SHARE * whole
    return part.text > (_MOST_SAID_SHARE if part.name in _BY_TAG else _MOST_NAMED_SHARE) * whole


class _Outline:
    """Walks a page's tokens and lists its parts."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.parts = [_Part("", -1, 0)]
        self.stack = [("", 0)]  # open elements: name, number of the part they belong to
        self.counts: dict[str, int] = {}
        self.links = self.headings = 0

    def read(self, page: Sequence[Token]) -> list[_Part]:
        """Return the parts, each after the part that holds it, with the text directly in it."""
        for token in page:
            if token.kind == "text":
                self._text(token)
            elif token.kind == "close":
                self._close(token.name)
            elif token.name not in VOID_TAGS:
                self._open(token)
        return self.parts

    def _text(self, token: Token) -> None:
        length = len(self.source[token.start : token.end].strip())
        part = self.parts[self.stack[-1][1]]
        if self.links:
            part.linked += length
        else:
            part.text += length
        part.headings += bool(length and self.headings)

    def _open(self, token: Token) -> None:
        name = token.name
        top = self.stack[-1][0]
        if (name in BLOCK_TAGS and top == "p") or (name in CLOSES and top == name):
            self._close(top)
        at = self.stack[-1][1]
        if name in _PARTS and len(self.stack) < _DEEPEST:
            self.parts.append(_part(self.source, token, at))
            at = len(self.parts) - 1
        self.stack.append((name, at))
        self.counts[name] = self.counts.get(name, 0) + 1
        self.links += name == "a"
        self.headings += name in HEADINGS

    def _close(self, name: str) -> None:
        if not self.counts.get(name):
            return
        closed = ""
        while closed != name:
            closed = self.stack.pop()[0]
            self.counts[closed] -= 1
            self.links -= closed == "a"
            self.headings -= closed in HEADINGS


def _part(source: str, token: Token, parent: int) -> _Part:
    """Judge an element by its name and its attributes."""
    name = token.name
    part = _Part(name, token.start, parent, _BY_TAG.get(name, ""), root=name in _ROOTS)
    if name == "header":
        part.reason = "header"
    given = attributes(source, token)
    role = given.get("role", "").lower()
    part.root = part.root or role == "main" or given.get("itemprop", "").lower() == "articlebody"
    part.reason = part.reason or _BY_ROLE.get(role, "")
    if "hidden" in given or "display:none" in given.get("style", "").replace(" ", "").lower():
        part.reason = "hidden"
    elif not part.reason and name in _NAMED and not part.root:
        classes, identity = given.get("class", "")[:300], given.get("id", "")
        part.reason = _named(classes)
        if not part.reason and len(identity) <= _LONGEST_ID and not _SECTION.search(classes):
            part.reason, part.by_id = _named(identity), True
    return part


def _named(words: str) -> str:
    """Judge an element by the words of its class or id."""
    return next((_NAMES[word.lower()] for word in _NAME.findall(words) if word.lower() in _NAMES), "")


def _add_up(parts: list[_Part]) -> None:
    """Add every part's counts to the part that holds it."""
    for part in reversed(parts[1:]):
        holder = parts[part.parent]
        holder.text += part.text
        holder.linked += part.linked
        holder.headings += part.headings


def _add_up_prose(parts: list[_Part]) -> None:
    """Count the text outside furniture; needs `_add_up`."""
    for part in parts:
        part.prose = part.text
    for part in reversed(parts[1:]):
        lost = part.text if part.reason else part.text - part.prose
        if part.reason:
            part.prose = 0
        parts[part.parent].prose -= lost


def _said_root(parts: list[_Part]) -> int:
    """Return the smallest element that calls itself the article and holds most prose; 0 if none."""
    total = max(1, parts[0].prose)
    articles = [
        number
        for number, part in enumerate(parts)
        if part.name == "article" and part.prose > _RIVAL_SHARE * total
    ]
    several = any(parts[b].start > parts[a].start and not _within(parts, b, a) for a, b in pairwise(articles))
    said = [
        number
        for number, part in enumerate(parts)
        if part.root and part.prose >= _ROOT_SHARE * total and not (several and part.name == "article")
    ]
    return min(said, key=lambda number: (parts[number].text + parts[number].linked, -number), default=0)


def _within(parts: list[_Part], number: int, holder: int) -> bool:
    """Return whether a part lies in another."""
    while number > holder:
        number = parts[number].parent
    return number == holder


def _densest(parts: list[_Part]) -> int:
    """Return the deepest element that still holds nearly all the prose."""
    total = parts[0].prose
    root = 0
    for number, part in enumerate(parts):
        if number and part.parent == root and total and part.prose >= _HOLDER_SHARE * total:
            root = number
    return root


def _beside(parts: list[_Part], root: int) -> list[int]:
    """List the parts that stand beside the root or beside an element around it."""
    around = set()
    at = root
    while at:
        around.add(at)
        at = parts[at].parent
    around.add(0)
    holders = around - {root}
    return [
        number
        for number, part in enumerate(parts)
        if number and number not in around and part.parent in holders
    ]
