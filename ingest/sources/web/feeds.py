"""Feeds: the posts of an RSS or Atom feed whose title, categories or address match a pattern, each fetched as a page.

A feed names its newest posts only. Every post that ever matched stays a source; one that the feed no longer
names is given as it was kept, without asking again.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ingest.errors import SourceFault
from ingest.sources.web.client import ACCEPT_FEED, TIME_IS_UP, PoliteClient
from ingest.sources.web.pages import ask, fetch_page, kept_page
from ingest.sources.web.specs import FeedSpec, Fetched, WebSpec
from ingest.sources.web.store import Part, Record, SourceStore
from ingest.sources.web.urls import shown, web_url

_MOST_WORDS = 500  # characters of a title or category that are looked at
_MOST_ENTRIES = 2_000
_MOST_POSTS = 1_000  # that are remembered
_TAG = re.compile(r"<[^<>]{0,300}>")


@dataclass(frozen=True, slots=True)
class Post:
    """One entry of a feed."""

    title: str
    url: str
    categories: tuple[str, ...] = ()


def fetch_feed(spec: FeedSpec, store: SourceStore, client: PoliteClient) -> list[Fetched]:
    """Fetch the posts of a feed that match; where the feed fails, give those that are kept."""
    try:
        re.compile(spec.match)
    except re.error as error:
        fault = SourceFault(
            shown(spec.feed), f"{spec.match!r} is not a pattern ({error})", "Correct `match` in sources.yaml."
        )
        return [Fetched(spec.feed, None, fault=str(fault))]
    remembered = store.record(spec.posts_key)
    known = (
        {part.url: Post(part.name, part.url, tuple(part.labels.splitlines())) for part in remembered.parts}
        if remembered
        else {}
    )
    try:
        answered = ask(spec.key, spec.feed, store, client, ACCEPT_FEED, notes=False)
        where = answered.record.final_url
        listed = {
            post.url: post for post in read_feed(answered.data, answered.record.parts[0].media_type, where)
        }
        known = listed | {url: post for url, post in known.items() if url not in listed}
        _remember(spec, store, known.values())
    except SourceFault as fault:
        kept = f"{fault} The posts that it gave before stay." if known else str(fault)
        return [Fetched(spec.feed, None, fault=kept), *_posts(spec, store, client, known, set())]
    return _posts(spec, store, client, known, set(listed))


def page_specs(spec: FeedSpec, store: SourceStore) -> list[WebSpec]:
    """List the pages that a feed has led to so far, for pruning the store."""
    remembered = store.record(spec.posts_key)
    return [WebSpec(part.url, spec.on_missing) for part in remembered.parts] if remembered else []


def read_feed(data: bytes, content_type: str, where: str) -> list[Post]:
    """Read a feed's posts, in its order, each address once.

    Raises:
        SourceFault: It is no RSS or Atom.
    """
    import feedparser

    headers = {"content-location": where, "content-type": content_type or "application/xml"}
    try:
        # As a stream: bytes alone may also be a path or an address, which the parser would open.
        parsed = feedparser.parse(io.BytesIO(data), response_headers=headers)
    except Exception as error:  # the parser mends what it can, and has no error of its own for the rest
        raise _no_feed(where, type(error).__name__) from error
    if not parsed.get("version"):
        broken = parsed.get("bozo_exception")
        raise _no_feed(where, " ".join(str(broken).split())[:120] if broken else "neither RSS nor Atom")
    return list({post.url: post for post in _entries(parsed.entries, where)}.values())


def _no_feed(where: str, why: str) -> SourceFault:
    return SourceFault(shown(where), f"it is not a feed ({why})", "Check the feed's address in a browser.")


def _entries(entries: Sequence[Mapping[str, Any]], where: str) -> Iterator[Post]:
    """Return the entries that lead to a page."""
    for entry in entries[:_MOST_ENTRIES]:
        try:
            url = str(web_url(_link(entry), where))
        except SourceFault:
            continue  # mailto:, a broken address: nothing to read there
        categories = (tag.get("term") or tag.get("label") or "" for tag in entry.get("tags") or [])
        yield Post(
            _words(entry.get("title")), url, tuple(words for one in categories if (words := _words(one)))[:20]
        )


def _link(entry: Mapping[str, Any]) -> str:
    """Return an entry's address: its alternate link, else its permanent id."""
    links = [link.get("href", "") for link in entry.get("links") or [] if link.get("rel") == "alternate"]
    identity = str(entry.get("id") or "")
    candidates = [
        *links,
        entry.get("link") or "",
        identity if identity.startswith(("http://", "https://")) else "",
    ]
    return next((one for one in candidates if one), "")


def _words(value: object) -> str:
    """Return words on one line, without the mark-up that some feeds put into titles."""
    words = html.unescape(_TAG.sub("", str(value or "")))
    return " ".join(words.encode("utf-8", "replace").decode().split())[:_MOST_WORDS]


def _remember(spec: FeedSpec, store: SourceStore, posts: Iterable[Post]) -> None:
    """Keep the list of posts, so that a pattern that is widened later finds older ones too."""
    parts = tuple(Part(post.title, post.url, labels="\n".join(post.categories)) for post in posts)[
        :_MOST_POSTS
    ]
    last = store.record(spec.posts_key)
    if last is None or last.parts != parts:
        store.keep(Record(spec.posts_key, spec.feed, parts=parts))


def _posts(
    spec: FeedSpec, store: SourceStore, client: PoliteClient, known: dict[str, Post], listed: set[str]
) -> list[Fetched]:
    """Return the posts that match: those kept, asked again while the feed names them, and at most so many new ones.

    Posts that were never read are asked for first, then those that were asked longest ago: where the feed's
    time is over, the rest is given as it was kept, with one line for all of them, and has its turn another
    night.
    """
    pages = [WebSpec(post.url, spec.on_missing, spec.hidden) for post in _matching(spec, known.values())]
    records = {page.url: store.record(page.key) for page in pages}
    new = [page for page in pages if records[page.url] is None][: spec.most]
    kept = [page for page in pages if records[page.url] is not None]
    again = [page for page in kept if page.url in listed or spec.on_missing == "drop"]
    again.sort(key=lambda page: record.fetched_at if (record := records[page.url]) else "")
    given: dict[str, Fetched] = {}
    for page in (*new, *again):
        if client.left_s():
            given[page.url] = fetch_page(page, store, client, named=spec.feed)
    waiting = len(new) + len(again) - len(given)
    given |= {page.url: kept_page(page, store) for page in kept if page.url not in given}
    in_order = [given[page.url] for page in pages if page.url in given]
    if not waiting:
        return in_order
    what = f"{TIME_IS_UP}; {waiting} posts were not asked for"
    return [
        *in_order,
        Fetched(spec.feed, None, fault=str(SourceFault(shown(spec.feed), what, "The next run goes on."))),
    ]


def _matching(spec: FeedSpec, posts: Iterable[Post]) -> Iterator[Post]:
    """Yield the posts in whose title, address or categories the pattern is found."""
    pattern = re.compile(spec.match, re.IGNORECASE)
    return (post for post in posts if any(map(pattern.search, (post.title, post.url, *post.categories))))
