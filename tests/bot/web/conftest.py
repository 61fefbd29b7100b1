"""A real build behind the real application, in process and on a port of its own."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from bot.web.app import create_app
from bot.web.serving import config
from index.encoder.base import Encoder
from index.search import Searcher
from tests.notes import publish_notes


@pytest.fixture(scope="session")
def searcher(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Searcher:
    """Give the opened build of a small conference."""
    index_dir = tmp_path_factory.mktemp("web") / "index"
    publish_notes(index_dir, encoder)
    return Searcher.open(Path(index_dir), encoder)


@pytest.fixture(scope="session")
def client(searcher: Searcher) -> TestClient:
    """Give a client of the application."""
    return visitor(create_app(lambda: searcher))


def visitor(app: ASGIApp, **headers: str) -> TestClient:
    """Return a client that comes by one of the names that every server goes by."""
    return TestClient(app, base_url="http://localhost", headers=headers, follow_redirects=False)


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """Serve an application on loopback as it is served to people, and give its address."""
    with running(app) as (_, address):
        yield address


@contextmanager
def running(app: ASGIApp) -> Iterator[tuple[uvicorn.Server, str]]:
    """The same, with the server itself."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=1_024)
    server = uvicorn.Server(config(app))
    thread = threading.Thread(target=server.run, args=([listening],), name="web-under-test", daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server, f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="session")
def address(searcher: Searcher) -> Iterator[str]:
    """Give the address of the application served on loopback."""
    with served(create_app(lambda: searcher)) as found:
        yield found
