"""Connections of every server of ours: none is kept open for nothing, and what is to be sent leaves at once."""

from __future__ import annotations

import asyncio
import socket

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST_WITHIN_S = 10.0  # a request that takes longer to arrive is neither a person's nor Slack's


class PatientProtocol(H11Protocol):
    """HTTP/1.1 that closes a connection whose request does not arrive: uvicorn itself waits for ever."""

    _arrives_by: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        # Headers and body are two writes: the second would wait for the client's acknowledgement of the first, 40 ms
        # on every request but the first. asyncio sets this only on sockets that name TCP, which accepted ones do not.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
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
