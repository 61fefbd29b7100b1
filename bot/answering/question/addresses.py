"""Pasted web addresses: which talks of the notes they lead to, in whatever spelling."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from bot.answering.language.data import read_data
from index.models import Talk
from index.search import Searcher

# What ends an address in a sentence is not part of it, except a bracket that it opened.
_ADDRESS = re.compile(
    r"(?:https?://|\bwww\.|\b(?=[\w.-]+\.(?:com|org|net|io|be|co|de|fr|dev|tv)/\S))"
    r"[^\s<>\"“”|]*[^\s<>\"“”|.,;:!?'’)\]}]",
    re.IGNORECASE,
)
_UNCHANGED = re.compile(r"[A-Za-z0-9_-]+")  # what is written the same in every spelling of an address
_MOST_READ = 200  # records that hold an address's longest word and are compared: "talk" may be in all of them
_REMEMBERED = 4_096  # addresses: those of the same records are compared with every one that is asked about


@dataclass(frozen=True, slots=True)
class Address:
    """A web address in a text, and where it stands."""

    url: str
    start: int
    end: int


def addresses_in(text: str) -> tuple[Address, ...]:
    """Return the web addresses of a text, in order."""
    found = (match for match in _ADDRESS.finditer(text))
    return tuple(Address(match[0], *match.span()) for match in found if address_key(match[0]))


def talks_at(url: str, searcher: Searcher) -> tuple[int, ...]:
    """Return the rows of the talks that an address leads to: a recording, slides, a page of the schedule.

    The records are looked through for the part that names the thing, and only those that hold it are read.
    """
    key = address_key(url)
    if key is None:
        return ()
    rows = searcher.build.stored_talks.rows
    telling = max(_UNCHANGED.findall(key[1]), key=len, default="")
    candidates = rows.rows_holding(telling)[:_MOST_READ] if telling else []
    return tuple(row for row in candidates if any(address_key(link) == key for link in _links(rows[row])))


def with_titles(text: str, searcher: Searcher) -> str:
    """Return a text in which each address of a talk is the talk's title: it names the talk as surely."""
    for address in reversed(addresses_in(text)):
        rows = talks_at(address.url, searcher)
        if rows and (title := searcher.build.stored_talks.rows[rows[0]].title):
            text = f"{text[: address.start]}“{title}”{text[address.end :]}"
    return text


@lru_cache(_REMEMBERED)
def address_key(url: str) -> tuple[str, str] | None:
    """Return what two addresses of the same thing have in common, None for what is no address of one thing."""
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    if "." not in host:
        return None
    bare = f"{host}{parts.path}{'?' if parts.query else ''}{parts.query}"
    for site in _sites():
        if any(host == one or host.endswith(f".{one}") for one in site["hosts"]):
            named = re.search(site["id"], bare)
            return (str(site["name"]), named[1]) if named else None
    path = unquote(parts.path).strip("/")
    if not path:
        return None
    ignored = _ignored()
    query = sorted(pair for pair in parse_qsl(parts.query) if pair[0].lower() not in ignored)
    more = "&".join(f"{name}={value}" for name, value in query)
    return host, f"{path}?{more}" if more else path


def _links(talk: Talk) -> set[str]:
    return {url for url in (talk.url, *talk.links.values()) if url}


@cache
def _sites() -> list[dict[str, Any]]:
    return list(read_data("talk_sites.yaml")["sites"])


@cache
def _ignored() -> frozenset[str]:
    return frozenset(read_data("talk_sites.yaml")["ignored"])
