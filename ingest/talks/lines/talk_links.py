"""Links of a talk: its recording, its slides, its page in the schedule."""

from __future__ import annotations

from collections.abc import Iterable

from ingest.links import LinkKind, kind_of, kinds_named

_LONGEST_LABEL = 60


def kind_of_link(url: str, words: str = "") -> LinkKind | None:
    """Classify a link by the words that carry it, else by its address; None where it is no talk's own."""
    if not url.lower().startswith(("http://", "https://")):
        return None
    by_address = kind_of(url)
    label = "" if len(words) > _LONGEST_LABEL or "://" in words else words
    # "Session details" is said of many a page, and of recordings too: there the address knows better.
    named = (kind for kind in kinds_named(label) if kind != "schedule" or by_address in {None, "schedule"})
    return next(named, by_address)


def is_talk_page(url: str) -> bool:
    """Tell whether the address alone says that it is one talk's recording, slides or schedule page."""
    return kind_of(url) is not None


def names_material(words: str) -> bool:
    """Tell whether a link's words name talk material ("Slides", "Page de la session") rather than a title."""
    return len(words.split()) <= 4 and next(kinds_named(words), None) is not None


def own_links(found: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Keep the first link of each kind of (address, words) pairs."""
    links: dict[str, str] = {}
    for url, words in found:
        kind = kind_of_link(url, words)
        if kind is not None:
            links.setdefault(kind, url)
    return links
