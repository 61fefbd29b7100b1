"""Listening: what the page may be bound to, and connections that are not kept open for nothing."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Callable

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.errors import SettingsFault
from bot.web.guard import is_loopback

REQUEST_WITHIN_S = 10.0  # a request that takes longer to arrive is not a person's
KEEP_ALIVE_S = 5
CONNECTIONS = 1_000  # at once; one more is told to come again


class PatientProtocol(H11Protocol):
    """HTTP/1.1 that closes a connection whose request does not arrive: uvicorn itself waits for ever."""

    _arrives_by: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._await_request()

    def data_received(self, data: bytes) -> None:
        """Take bytes; stop waiting once a whole request is there."""
        super().data_received(data)
        if self.conn.their_state in {h11.IDLE, h11.SEND_BODY}:
            self._await_request()
        else:
            self._stop_waiting()

    def on_response_complete(self) -> None:
        """Leave the next request to the keep-alive time."""
        self._stop_waiting()
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _await_request(self) -> None:
        if self._arrives_by is None:
            self._arrives_by = self.loop.call_later(REQUEST_WITHIN_S, self._close_late)

    def _stop_waiting(self) -> None:
        if self._arrives_by is not None:
            self._arrives_by.cancel()
            self._arrives_by = None

    def _close_late(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()


def check_reach(host: str, token: str, *, insecure: bool) -> None:
    """Refuse to open private notes to a network that nobody meant.

    Raises:
        SettingsFault: The address is reached from other machines, and neither a token nor `insecure` was given.
    """
    if is_loopback(host) or token:
        return
    if not insecure:
        raise SettingsFault(
            f"Cannot serve the notes on {host} without a token: everybody who reaches it could read them. "
            "Set CONFNOTES_WEB_TOKEN, or add --insecure."
        )
    print(f"Warning: everybody who reaches {host} can read the notes (--insecure).", file=sys.stderr, flush=True)


def serve(app: ASGIApp, host: str, port: int, ready: Callable[[str], None] | None = None) -> None:
    """Serve an application until the process is told to stop.

    Args:
        app: The application.
        host: Address to listen on.
        port: TCP port.
        ready: Called with the page's address once it is listened on; prints it by default.

    Raises:
        SettingsFault: The address cannot be listened on.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=1_024)
    except OSError as error:
        reason = error.strerror or str(error)
        raise SettingsFault(
            f"Cannot serve the web page on {host}:{port}: {reason}. Name another with --host and --port."
        ) from error
    shown = f"[{host}]" if ":" in host else host
    (ready or _say)(f"http://{shown}:{listening.getsockname()[1]}/")
    uvicorn.Server(config(app)).run(sockets=[listening])


def config(app: ASGIApp) -> uvicorn.Config:
    """Return how the application is served."""
    return uvicorn.Config(
        app,
        http=PatientProtocol,
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=10,
        limit_concurrency=CONNECTIONS,
        h11_max_incomplete_event_size=32_768,
    )


def _say(address: str) -> None:
    print(f"Serving on {address} (Ctrl-C stops)", flush=True)
