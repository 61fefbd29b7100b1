"""One request to one host: the connection goes to an address that was checked, and nothing lasts longer than the deadline."""

from __future__ import annotations

import contextlib
import re
import ssl
import time
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Any

import httpcore
import httpx

from ingest.sources.web.addresses import Gate

_HEAD_END = re.compile(rb"\r?\n\r?\n")
_INTERIM = re.compile(rb"\s*HTTP/1\.[01] 1\d\d")
_MOST_HEAD_BYTES = 300_000  # h11 refuses a head of more than 100 KB; several interim ones may come first
_LINGER_S = 0.1
_LINGER_BYTES = 4_096
_MAPPED: dict[type[Exception], type[httpx.TransportError]] = {
    httpcore.ConnectTimeout: httpx.ConnectTimeout,
    httpcore.ReadTimeout: httpx.ReadTimeout,
    httpcore.WriteTimeout: httpx.WriteTimeout,
    httpcore.PoolTimeout: httpx.PoolTimeout,
    httpcore.ConnectError: httpx.ConnectError,
    httpcore.NetworkError: httpx.NetworkError,
    httpcore.ProtocolError: httpx.ProtocolError,
    httpcore.UnsupportedProtocol: httpx.UnsupportedProtocol,
}


class Deadline:
    """The moment at which a source has taken long enough."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._ends = time.monotonic() + seconds

    def left_s(self) -> float:
        """Say how much time is left, 0 when none is."""
        return max(0.0, self._ends - time.monotonic())

    def extend(self, seconds: float) -> None:
        """Return time back that was spent waiting out of politeness."""
        self._ends += seconds


class WatchedStream(httpcore.NetworkStream):
    """A connection that keeps to the deadline and counts what the server sent after its response's head."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline
        self._head = b""
        self._tail = b""
        self._head_ended = False
        self._closed = False
        self.after_head_bytes = 0

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what is there, counted."""
        data = self._inner.read(max_bytes, self._within(timeout, httpcore.ReadTimeout))
        self._count(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write before the deadline."""
        self._inner.write(buffer, self._within(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        """Take what the server sends beyond its response, for a moment, then close."""
        if not self._closed:
            self._closed = True
            with contextlib.suppress(
                httpcore.NetworkError, httpcore.TimeoutException
            ):  # nothing more comes: as it should be
                self._count(
                    self._inner.read(_LINGER_BYTES, max(0.001, min(_LINGER_S, self._deadline.left_s())))
                )
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Start TLS for the host's name, not for the address that it was found at."""
        self._closed = True
        inner = self._inner.start_tls(
            ssl_context, server_hostname, self._within(timeout, httpcore.ConnectTimeout)
        )
        return WatchedStream(inner, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """Pass on what the connection says of itself."""
        return self._inner.get_extra_info(info)

    def _within(self, timeout: float | None, fault: type[httpcore.TimeoutException]) -> float:
        """Return the time that one operation may take."""
        left = self._deadline.left_s()
        if left <= 0:
            raise fault("deadline")
        return left if timeout is None else min(timeout, left)

    def _count(self, data: bytes) -> None:
        """Count the bytes after the head of the final response."""
        self._tail = (self._tail + data)[-2:]
        if self._head_ended:
            self.after_head_bytes += len(data)
            return
        self._head += data
        while end := _HEAD_END.search(self._head):
            rest = self._head[end.end() :]
            if not _INTERIM.match(self._head):
                self._head_ended = True
                self.after_head_bytes = len(rest)
                return
            self._head = rest
        self._head = self._head[:_MOST_HEAD_BYTES]

    def beyond(self, announced_bytes: int) -> int:
        """Say how many bytes came beyond an announced body; one line end, which old servers add, is none."""
        extra = max(0, self.after_head_bytes - announced_bytes)
        return 0 if 0 < extra <= 2 and b"\r\n".endswith(self._tail[-extra:]) else extra


class _PinnedBackend(httpcore.NetworkBackend):
    """Connects to the addresses that the gate gives, and to no others."""

    def __init__(self, gate: Gate, deadline: Deadline) -> None:
        self._gate = gate
        self._deadline = deadline
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Look the host up, check its addresses, connect to the first that answers."""
        last: Exception = httpcore.ConnectTimeout("deadline")
        for address in self._gate.addresses(host, port, self._deadline.left_s()):
            left = self._deadline.left_s()
            if left <= 0:
                break
            try:
                inner = self._inner.connect_tcp(
                    address, port, min(timeout or left, left), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
            else:
                return WatchedStream(inner, self._deadline)
        raise last

    def sleep(self, seconds: float) -> None:
        """Wait; httpcore asks for it between retries, of which there are none."""
        time.sleep(seconds)


class _BodyStream(httpx.SyncByteStream):
    """A response's body as it comes over the wire."""

    def __init__(self, inner: httpcore.Response) -> None:
        self._inner = inner

    def __iter__(self) -> Iterator[bytes]:
        """Return the body's pieces."""
        try:
            yield from self._inner.iter_stream()
        except tuple(_MAPPED) as error:
            raise _mapped(error) from error

    def close(self) -> None:
        """Close the connection."""
        self._inner.close()


class PinnedTransport(httpx.BaseTransport):
    """Sends one request over one connection of its own.

    httpx's own transport takes no network backend; this one hands httpcore ours, and maps its exceptions.
    """

    def __init__(self, gate: Gate, deadline: Deadline, tls: ssl.SSLContext | None) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls, max_connections=1, network_backend=_PinnedBackend(gate, deadline)
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and give the response's head; the body is read from its stream.

        Raises:
            SourceFault: The host may not be reached.
            httpx.TransportError: Connection, time or protocol failed.
        """
        url = request.url
        asked = httpcore.Request(
            method=request.method,
            url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            extensions=request.extensions,
        )
        try:
            answer = self._pool.handle_request(asked)
        except tuple(_MAPPED) as error:
            raise _mapped(error) from error
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_BodyStream(answer), extensions=answer.extensions
        )

    def close(self) -> None:
        """Close the connection."""
        self._pool.close()

    def __exit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        """Close the connection at the end of a `with`."""
        self.close()


def _mapped(error: Exception) -> httpx.TransportError:
    """Return httpx's exception for one of httpcore's."""
    kind = next(ours for theirs, ours in _MAPPED.items() if isinstance(error, theirs))
    return kind(str(error))
