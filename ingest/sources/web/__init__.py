"""Sources that are no files here: web pages, feeds and git repositories, fetched by night and kept as they last were.

`fetch_source` never raises for what a server does: whatever goes wrong is one line in `Fetched.fault`.
"""

from __future__ import annotations

from ingest.sources.web.client import PoliteClient
from ingest.sources.web.feeds import fetch_feed, page_specs
from ingest.sources.web.pages import fetch_page
from ingest.sources.web.repositories import fetch_repository
from ingest.sources.web.specs import FeedSpec, Fetched, GitSpec, Limits, SourceSpec, WebSpec
from ingest.sources.web.store import SourceStore
from ingest.sources.web.urls import query_of

__all__ = [
    "FeedSpec",
    "Fetched",
    "GitSpec",
    "Limits",
    "PoliteClient",
    "SourceSpec",
    "SourceStore",
    "WebSpec",
    "fetch_source",
    "prune",
    "query_of",
]


def fetch_source(spec: SourceSpec, store: SourceStore, client: PoliteClient) -> list[Fetched]:
    """Fetch one source, and keep what it gives.

    Args:
        spec: What to fetch.
        store: What sources last gave; given where a source fails tonight.
        client: The way to the web; one for a whole run, so that pauses and robots.txt count across sources.

    Returns:
        Its recaps in a fixed order, and one without data for each fault that has none.
    """
    client.begin_source()
    if isinstance(spec, WebSpec):
        return [fetch_page(spec, store, client)]
    if isinstance(spec, FeedSpec):
        return fetch_feed(spec, store, client)
    return fetch_repository(spec, store, client)


def prune(specs: list[SourceSpec], store: SourceStore) -> None:
    """Drop what is kept of sources that nobody names any more."""
    keys = {spec.key for spec in specs}
    for spec in specs:
        if isinstance(spec, FeedSpec):
            keys |= {spec.posts_key, *(page.key for page in page_specs(spec, store))}
    store.prune(keys)
