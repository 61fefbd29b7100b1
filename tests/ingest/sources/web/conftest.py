"""Fixtures for sources that are fetched: a hostile server, a store, a client in a hurry."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.sources.web import Fetched, Limits, PoliteClient, SourceStore, WebSpec, fetch_source
from tests.ingest.sources.web.hostile import HostileServer

LIMITS = Limits(
    redirects=3, body_bytes=200_000, connect_s=2.0, read_s=5.0, total_s=10.0, pause_s=0.0, repository_s=20.0
)
HURRIED = replace(LIMITS, read_s=0.4, total_s=0.8)


@pytest.fixture
def server() -> Iterator[HostileServer]:
    """Serve on loopback."""
    with HostileServer() as running:
        yield running


@pytest.fixture
def store(tmp_path: Path) -> SourceStore:
    """Give an empty store."""
    return SourceStore(tmp_path / "sources")


@pytest.fixture
def client() -> PoliteClient:
    """Give a client that may reach loopback by its number."""
    return PoliteClient("notes@harbour.example", {"127.0.0.1"}, LIMITS)


@pytest.fixture
def fetch(server: HostileServer, store: SourceStore, client: PoliteClient) -> Callable[..., Fetched]:
    """Give the fetching of one page of the server, as a function of its path."""

    def one(path: str, **changes: str) -> Fetched:
        [fetched] = fetch_source(WebSpec(server.url(path), **changes), store, client)  # type: ignore[arg-type]
        return fetched

    return one
