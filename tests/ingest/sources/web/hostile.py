"""A web server on loopback that does whatever a test tells it to, byte by byte, over real sockets."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.parser import Parser
from email.utils import formatdate

Act = Callable[[socket.socket, "Asked"], None]
LIFE_S = 60.0


@dataclass(frozen=True)
class Asked:
    """One request that came in."""

    path: str
    headers: dict[str, str]  # names in lower case
    at_s: float


@dataclass
class HostileServer:
    """Serves `acts` by path; anything else is 404. Ends by itself after a minute."""

    acts: dict[str, Act] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    asked: list[Asked] = field(default_factory=list)

    def __enter__(self) -> HostileServer:
        """Listen on a free port of loopback."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(1)
        self.port = self._listener.getsockname()[1]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening."""
        self._over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes `accept`
        self._thread.join(5)
        self._listener.close()

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        """Give the address of a path."""
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}{path}"

    def paths(self) -> list[str]:
        """List what was asked for, without robots.txt."""
        return [one.path for one in self.asked if one.path != "/robots.txt"]

    def last(self, path: str) -> Asked:
        """Give the last request for a path."""
        return [one for one in self.asked if one.path == path][-1]

    def _serve(self) -> None:
        ends = time.monotonic() + LIFE_S
        while not self._over.is_set() and time.monotonic() < ends:
            with contextlib.suppress(OSError):
                connection, _ = self._listener.accept()
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            connection.settimeout(5)
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            with connection:
                asked = _read(connection)
                if asked:
                    self.asked.append(asked)
                    self.acts.get(asked.path, status(404))(connection, asked)
                    with contextlib.suppress(OSError):
                        connection.shutdown(socket.SHUT_WR)


def _read(connection: socket.socket) -> Asked | None:
    """Read one request's head."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return None
        data += more
    first, _, rest = data.decode("latin-1").partition("\r\n")
    headers = {name.lower(): value for name, value in Parser().parsestr(rest).items()}
    return Asked(first.split()[1], headers, time.monotonic())


def head(code: int, *lines: str) -> bytes:
    """Write a response's head."""
    return "\r\n".join([f"HTTP/1.1 {code} Said", f"Date: {formatdate(usegmt=True)}", *lines, "", ""]).encode(
        "latin-1"
    )


def raw(data: bytes) -> Act:
    """Send bytes as they are."""
    return lambda connection, _asked: connection.sendall(data)


def status(code: int, *lines: str) -> Act:
    """Answer with a status and no body."""
    return raw(head(code, "Content-Length: 0", *lines))


def page(body: bytes | str, *lines: str, kind: str = "text/html; charset=utf-8") -> Act:
    """Answer with a page."""
    data = body.encode() if isinstance(body, str) else body
    return raw(head(200, f"Content-Type: {kind}", f"Content-Length: {len(data)}", *lines) + data)


def redirect(to: str, code: int = 302) -> Act:
    """Send elsewhere."""
    return status(code, f"Location: {to}")


def tagged(body: str, etag: str) -> Act:
    """Answer a page with an ETag, and 304 to those who have it."""

    def act(connection: socket.socket, asked: Asked) -> None:
        known = asked.headers.get("if-none-match") == etag
        (status(304, f"ETag: {etag}") if known else page(body, f"ETag: {etag}"))(connection, asked)

    return act


def dripping(first: bytes, every_s: float, piece: bytes) -> Act:
    """Send something, then a piece again and again, until nobody listens."""

    def act(connection: socket.socket, _asked: Asked) -> None:
        connection.sendall(first)
        for _ in _ticks(every_s):
            connection.sendall(piece)

    return act


def _ticks(every_s: float) -> Iterator[None]:
    """Tick for a minute at most."""
    ends = time.monotonic() + LIFE_S
    while time.monotonic() < ends:
        time.sleep(every_s)
        yield
