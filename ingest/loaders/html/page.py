"""What an HTML page says of itself: title, author, date, address, language."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ingest.loaders.html.tags import attributes, tokens

_HEAD = 200_000  # characters in which a page says what it is
# First of each line counts: what was written for sharing is the cleanest.
_WANTED = {
    "title": ("og:title", "twitter:title", "dc.title", "citation_title", "<title>"),
    "author": (
        "author",
        "article:author",
        "dc.creator",
        "citation_author",
        "parsely-author",
        "ld:author",
        "<author>",
        "twitter:creator",
    ),
    "date": (
        "article:published_time",
        "date",
        "dc.date",
        "datepublished",
        "ld:date",
        "pubdate",
        "citation_date",
        "<time>",
    ),
    "url": ("<canonical>", "og:url", "ld:url", "twitter:url"),
    "language": ("<lang>", "og:locale", "content-language", "language"),
    "tags": ("keywords", "news_keywords"),
    "site": ("og:site_name",),
    "description": ("og:description", "description"),
}
_SCRIPT_END = re.compile("</script", re.IGNORECASE)
_SPACE = re.compile(r"\s+")


def page_meta(source: str) -> dict[str, str | tuple[str, ...]]:
    """Read a page's own account of itself; keys as `LoadedRecap.meta` has them."""
    said: dict[str, list[str]] = {}
    for name, value in _statements(source[:_HEAD]):
        text = _SPACE.sub(" ", value).strip()
        if text:
            said.setdefault(name, []).append(text)
    meta: dict[str, str | tuple[str, ...]] = {}
    for key, names in _WANTED.items():
        values = next((said[name] for name in names if name in said), None)
        if values:
            meta[key] = tuple(part.strip() for part in values[0].split(",")) if key == "tags" else values[0]
    # An author given as a profile's address names nobody.
    if str(meta.get("author", "")).startswith("http"):
        del meta["author"]
    return meta


def _statements(head: str) -> Iterator[tuple[str, str]]:
    """List (name, value) for every statement in the head."""
    for token in tokens(head):
        if token.kind != "open" or token.name not in _TAGS:
            continue
        given = attributes(head, token)
        yield from _TAGS[token.name](head, token.end, given)


def _from_meta(_: str, __: int, given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    name = (
        given.get("property") or given.get("name") or given.get("itemprop") or given.get("http-equiv") or ""
    )
    yield name.lower(), given.get("content", "")


def _from_link(_: str, __: int, given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if given.get("rel", "").lower() == "canonical":
        yield "<canonical>", given.get("href", "")


def _from_html(_: str, __: int, given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield "<lang>", given.get("lang") or given.get("xml:lang") or ""


def _from_title(head: str, at: int, _: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    end = head.find("<", at)
    yield "<title>", html.unescape(head[at:end] if end >= 0 else head[at : at + 500])


def _from_time(_: str, __: int, given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield "<time>", given.get("datetime", "")


def _from_anchor(head: str, at: int, given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if "author" in given.get("rel", "").lower().split():
        yield "<author>", html.unescape(head[at : max(at, head.find("<", at))])


def _from_script(head: str, at: int, given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Read schema.org's JSON, where the page carries it."""
    if given.get("type", "").lower() != "application/ld+json":
        return
    end = _SCRIPT_END.search(head, at)
    try:
        said = json.loads(head[at : end.start() if end else at])
    except (ValueError, RecursionError):
        return
    graph = said.get("@graph", [said]) if isinstance(said, dict) else said
    for thing in graph if isinstance(graph, list) else []:
        if isinstance(thing, dict) and "datePublished" in thing:
            yield "ld:date", str(thing["datePublished"])
            yield "ld:author", _name(thing.get("author"))
            yield "ld:url", str(thing.get("url") or "")


def _name(author: Any) -> str:
    first = author[0] if isinstance(author, list) and author else author
    return str(first.get("name") or "") if isinstance(first, dict) else str(first or "")


_TAGS = {
    "meta": _from_meta,
    "link": _from_link,
    "html": _from_html,
    "title": _from_title,
    "time": _from_time,
    "a": _from_anchor,
    "script": _from_script,
}
