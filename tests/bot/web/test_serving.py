"""Listening as it is served to people: connections that do nothing, many at once, and ports that are taken."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
import pytest

from bot import connections
from bot.errors import SettingsFault
from bot.web import serving
from bot.web.app import create_app
from bot.web.serving import serve
from index.search import Searcher
from tests.bot.web.conftest import running, served


def test_a_taken_port_is_one_line(searcher: Searcher) -> None:
    """Where the port is taken, the page says so with the way out instead of a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(SettingsFault, match=rf"127\.0\.0\.1:{port}.*--port"):
            serve(create_app(lambda: searcher), "127.0.0.1", port)


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"GET / HT",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
        b"POST /api/ask HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nx",
        b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HT",
    ],
    ids=["nothing", "half a line", "half a header", "half a body", "half a second request"],
)
def test_a_request_that_never_arrives_is_hung_up_on(
    searcher: Searcher, begun: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection on which no whole request comes is closed, whatever was sent; it would be kept for ever."""
    monkeypatch.setattr(connections, "REQUEST_WITHIN_S", 0.2)
    monkeypatch.setattr(serving, "KEEP_ALIVE_S", 1)
    with served(create_app(lambda: searcher)) as address:
        parts = urlsplit(address)
        with socket.create_connection((parts.hostname, parts.port), timeout=90) as line:
            line.sendall(begun)
            while line.recv(4096):
                pass
        assert httpx.get(f"{address}/livez").status_code == 200


def test_many_at_once_and_many_slow_ones_lose_nothing(searcher: Searcher) -> None:
    """With 100 half requests open, 100 whole ones at the same time are all answered."""
    with served(create_app(lambda: searcher)) as address:
        parts = urlsplit(address)
        slow = [socket.create_connection((parts.hostname, parts.port)) for _ in range(100)]
        for line in slow:
            line.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        with ThreadPoolExecutor(50) as pool, httpx.Client(timeout=90) as client:
            replies = list(pool.map(lambda _: client.get(f"{address}/talks"), range(100)))
        for line in slow:
            line.close()

    assert [reply.status_code for reply in replies] == [200] * 100


def test_no_answer_waits_for_an_acknowledgement(searcher: Searcher) -> None:
    """Connections send what they have at once: otherwise every request but the first takes 40 ms longer."""
    with running(create_app(lambda: searcher)) as (server, address), httpx.Client() as client:
        client.get(f"{address}/livez")
        accepted = [one.transport.get_extra_info("socket") for one in server.server_state.connections]  # type: ignore[union-attr]

        assert [one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) for one in accepted] == [1]
