"""A response's body: decompressed within a limit, and as long as it was announced."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

import httpx

from ingest.errors import SourceFault
from ingest.sources.web.transport import WatchedStream

_GZIP = 16 + zlib.MAX_WBITS
_SHRINK = "Take it out of sources.yaml, or keep a copy of the notes as a file."
_BROKEN = "Tell who runs the server; the next run tries again."


def read_body(response: httpx.Response, most_bytes: int, where: str) -> bytes:
    """Read a body.

    httpx would decompress a whole packet at once, and layer upon layer; here not a byte beyond the limit is
    made.

    Raises:
        SourceFault: It is too long, compressed in a way that was not asked for, damaged, or not as long as
            announced.
        httpx.TransportError: Connection or time failed.
    """
    layers = [name.strip().lower() for name in response.headers.get("content-encoding", "").split(",")]
    layers = [name for name in layers if name not in ("", "identity")]
    pieces: Iterator[bytes] = _raw(response, most_bytes, where)
    if layers:
        if layers not in (["gzip"], ["x-gzip"]):
            raise SourceFault(
                where, f"it is compressed as {', '.join(layers)}, which was not asked for", _BROKEN
            )
        pieces = _inflated(pieces, most_bytes, where)
    body = b"".join(pieces)
    check_length(response, where)
    return body


def check_length(response: httpx.Response, where: str) -> None:
    """Refuse a response after which the server sent more than it had announced: what was read is then not the whole.

    Raises:
        SourceFault: More bytes came.
    """
    stream = response.extensions.get("network_stream")
    response.close()
    if not isinstance(stream, WatchedStream):
        return
    if response.status_code == 304:
        if stream.beyond(0):
            raise SourceFault(where, "it answered 304 Not Modified and sent a body all the same", _BROKEN)
        return
    announced = response.headers.get("content-length", "")
    if (
        announced.isascii()
        and announced.isdigit()
        and "transfer-encoding" not in response.headers
        and stream.beyond(int(announced))
    ):
        raise SourceFault(where, f"the body is longer than the {announced} bytes that it announced", _BROKEN)


def _raw(response: httpx.Response, most_bytes: int, where: str) -> Iterator[bytes]:
    """Return the body as it comes over the wire, up to the limit."""
    size = 0
    for piece in response.iter_raw():
        size += len(piece)
        if size > most_bytes:
            raise _too_long(most_bytes, where)
        yield piece


def _inflated(pieces: Iterable[bytes], most_bytes: int, where: str) -> Iterator[bytes]:
    """Decompress gzip, of one member or several, up to the limit."""
    inflater = zlib.decompressobj(_GZIP)
    size = 0
    for piece in pieces:
        rest = piece
        while rest:
            if inflater.eof:
                inflater = zlib.decompressobj(_GZIP)
            try:
                made = inflater.decompress(rest, most_bytes - size + 1)
            except zlib.error as error:
                raise SourceFault(where, f"its gzip is damaged ({error})", _BROKEN) from error
            size += len(made)
            if size > most_bytes:
                raise _too_long(most_bytes, where)
            yield made
            rest = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
    if not inflater.eof:
        raise SourceFault(where, "its gzip ends in the middle", _BROKEN)


def _too_long(most_bytes: int, where: str) -> SourceFault:
    """Say that a body does not end in time."""
    return SourceFault(where, f"the body is longer than {most_bytes / 1_000_000:g} MB", _SHRINK)
