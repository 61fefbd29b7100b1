"""What servers do wrong, each of it one line, and never an exception."""

from __future__ import annotations

import gzip
import random
import socket
import time
import zlib
from collections.abc import Callable

import pytest

from ingest.sources.web import Fetched, Limits, PoliteClient, SourceStore, WebSpec, fetch_source
from tests.ingest.sources.web.conftest import HURRIED, LIMITS
from tests.ingest.sources.web.hostile import (
    Asked,
    HostileServer,
    dripping,
    head,
    page,
    raw,
    redirect,
    status,
    tagged,
)

NOTES = "<html><body><h1>Quay Day 1</h1><p>The crane lifts forty crates an hour.</p></body></html>"
BOMB = gzip.compress(gzip.compress(bytes(30_000_000)))
Fetch = Callable[..., Fetched]

CASES = {
    "redirect loop": (redirect("/here"), "redirects in a circle"),
    "redirect to a metadata address": (
        redirect("http://169.254.169.254/latest/meta-data/"),
        "169.254.169.254 is an inside address (link-local)",
    ),
    "redirect to loopback in disguise": (redirect("http://2130706433/"), "a number in disguise"),
    "redirect to loopback as IPv6": (redirect("http://[::ffff:127.0.0.1]/"), "inside address (loopback)"),
    "redirect to a file": (redirect("file:///etc/passwd"), "file is not fetched"),
    "redirect to nowhere": (redirect("http://"), "redirects in a circle"),
    "redirect to another service": (redirect("gopher://127.0.0.1:25/x"), "gopher is not fetched"),
    "redirect to no address": (redirect("http://[::1"), "not an address"),
    "endless body": (dripping(head(200, "Content-Type: text/html"), 0.0, b"x" * 65536), "longer than 0.2 MB"),
    "endless head": (
        dripping(b"HTTP/1.1 200 OK\r\n", 0.0, b"X-More: " + b"x" * 900 + b"\r\n"),
        "broke off or is not HTTP",
    ),
    "gzip bomb": (page(gzip.compress(bytes(30_000_000)), "Content-Encoding: gzip"), "longer than 0.2 MB"),
    "gzip bomb in a gzip bomb": (page(BOMB, "Content-Encoding: gzip, gzip"), "compressed as gzip, gzip"),
    "unknown compression": (page(zlib.compress(b"x"), "Content-Encoding: deflate"), "compressed as deflate"),
    "damaged gzip": (page(b"\x1f\x8b\x08" + b"junk" * 20, "Content-Encoding: gzip"), "gzip is damaged"),
    "half a gzip": (
        page(gzip.compress(NOTES.encode())[:-12], "Content-Encoding: gzip"),
        "gzip ends in the middle",
    ),
    "length too large": (
        raw(head(200, "Content-Type: text/html", "Content-Length: 900") + NOTES.encode()),
        "broke off",
    ),
    "length too small": (
        raw(head(200, "Content-Type: text/html", "Content-Length: 30") + NOTES.encode()),
        "longer than the 30 bytes",
    ),
    "length that is none": (
        raw(head(200, "Content-Type: text/html", "Content-Length: -5") + NOTES.encode()),
        "broke off",
    ),
    "two lengths": (raw(head(200, "Content-Length: 5", "Content-Length: 6") + b"hello!"), "broke off"),
    "broken pieces": (
        raw(head(200, "Content-Type: text/html", "Transfer-Encoding: chunked") + b"zz\r\nhello\r\n"),
        "broke off",
    ),
    "no HTTP": (raw(b"SSH-2.0-OpenSSH_9.2\r\n"), "broke off or is not HTTP"),
    "nothing": (raw(b""), "broke off"),
    "304 unasked": (status(304), "answered 304"),
    "wrong charset": (
        page(NOTES.encode() + b"\xff\xfe\xfa"),
        "not the UTF-8 that the server says it is at byte",
    ),
    "unknown charset": (page(NOTES, kind="text/html; charset=klingon"), "unknown charset 'klingon'"),
    "a charset that is no charset": (page(NOTES, kind="text/html; charset=zlib"), "unknown charset 'zlib'"),
    "no charset": (page(b"<p>caf\xe9</p>", kind="text/html"), "names no charset and is not UTF-8 at byte 6"),
    "no text": (page(b"%PDF-1.7", kind="application/pdf"), "application/pdf, not a page of text"),
    "empty page": (page(b" \n"), "the page is empty"),
    "part of a page": (
        raw(head(206, "Content-Type: text/html", "Content-Length: 3") + b"<p>"),
        "answered 206",
    ),
    "gone": (status(410), "answered 410"),
    "forbidden": (status(403), "answered 403"),
    "too many requests": (status(429, "Retry-After: 120"), "come back after 120 s"),
    "down": (status(503), "answered 503"),
    "a terminal's commands": (raw(b"HTTP/1.1 500 \x1b[31mred\x07\r\nContent-Length: 0\r\n\r\n"), "500"),
}

SLOW = {
    "endless early answers": (
        dripping(b"", 0.0, b"HTTP/1.1 103 Early Hints\r\n\r\n"),
        "not done after 0.8 s",
    ),
    "slow drip in the head": (dripping(b"HTTP/1.1 200 OK\r\nX-Slow: ", 0.1, b"x"), "not done after 0.8 s"),
    "slow drip": (dripping(head(200, "Content-Type: text/html"), 0.1, b"x"), "not done after 0.8 s"),
    "silence in the body": (
        dripping(head(200, "Content-Type: text/html") + b"<p>", 3, b""),
        "silent for 0.4 s",
    ),
    "silence": (dripping(b"", 3, b""), "silent for 0.4 s"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_misdeed_is_one_line(case: str, server: HostileServer, fetch: Fetch) -> None:
    """Whatever a server does ends soon, as one printable line that names the page."""
    act, words = CASES[case]
    server.acts["/here"] = act
    fetched = fetch("/here")

    assert fetched.data is None
    assert fetched.fault is not None
    assert words in fetched.fault
    assert fetched.fault.startswith(f"Cannot fetch {server.url('/here')}: ")
    assert fetched.fault.isprintable()
    assert len(fetched.fault) < 600


@pytest.mark.parametrize("case", SLOW)
def test_what_is_slow_is_ended(case: str, server: HostileServer, store: SourceStore) -> None:
    """A server that is slow, in whatever part of its answer, is left at the time limit, and the page stays as it was."""
    server.acts["/here"] = page(NOTES)
    spec = WebSpec(server.url("/here"))
    fetch_source(spec, store, PoliteClient(allowed_hosts={"127.0.0.1"}, limits=LIMITS))
    act, words = SLOW[case]
    server.acts["/here"] = act
    began = time.monotonic()
    [fetched] = fetch_source(spec, store, PoliteClient(allowed_hosts={"127.0.0.1"}, limits=HURRIED))

    assert time.monotonic() - began < 45  # the server goes on for 60
    assert words in (fetched.fault or "")
    assert fetched.data == NOTES.encode()


@pytest.mark.parametrize("case", CASES)
def test_a_misdeed_takes_no_notes_away(case: str, server: HostileServer, fetch: Fetch) -> None:
    """A page that was read once is given again, marked with the fault, whatever its server does next."""
    server.acts["/here"] = page(NOTES)
    first = fetch("/here")
    server.acts["/here"] = CASES[case][0]
    second = fetch("/here")

    assert first.changed
    assert first.fault is None
    assert (second.name, second.data, second.changed) == (first.name, NOTES.encode(), False)
    assert second.fault is not None
    assert second.fault.endswith("What it last gave stays.")


def test_too_many_redirects(server: HostileServer, fetch: Fetch) -> None:
    """A chain of redirects ends at the limit."""
    server.acts |= {f"/{n}": redirect(f"/{n + 1}") for n in range(20)}
    fetched = fetch("/0")

    assert "redirects more than 3 times" in (fetched.fault or "")
    assert server.paths() == ["/0", "/1", "/2", "/3"]


def test_304_with_a_changed_body(server: HostileServer, fetch: Fetch) -> None:
    """A body after 304 Not Modified is a fault, and the page stays as it was."""
    server.acts["/here"] = page(NOTES, 'ETag: "1"')
    fetch("/here")
    changed = b"<p>Buy crates here!</p>"
    server.acts["/here"] = raw(head(304, 'ETag: "1"', f"Content-Length: {len(changed)}") + changed)
    fetched = fetch("/here")

    assert "answered 304 Not Modified and sent a body" in (fetched.fault or "")
    assert fetched.data == NOTES.encode()


def test_304_for_another_version(server: HostileServer, fetch: Fetch) -> None:
    """A 304 that names another version than ours is not believed: the whole page is asked for."""
    server.acts["/here"] = tagged(NOTES, '"1"')
    fetch("/here")
    newer = NOTES.replace("forty", "fifty")

    def confused(connection: socket.socket, asked: Asked) -> None:
        known = "if-none-match" in asked.headers
        (status(304, 'ETag: "2"') if known else page(newer, 'ETag: "2"'))(connection, asked)

    server.acts["/here"] = confused
    fetched = fetch("/here")

    assert (fetched.data, fetched.changed, fetched.fault) == (newer.encode(), True, None)


def test_a_line_end_beyond_the_length_is_no_fault(server: HostileServer, fetch: Fetch) -> None:
    """Old servers add a line end after the body; it is ignored."""
    server.acts["/here"] = raw(
        head(200, "Content-Type: text/html", f"Content-Length: {len(NOTES)}") + NOTES.encode() + b"\r\n"
    )

    assert fetch("/here").fault is None


def test_gzip_and_early_hints_are_read(server: HostileServer, fetch: Fetch) -> None:
    """A page in two gzip members, after an early hint, is read like any other."""
    body = gzip.compress(NOTES[:40].encode()) + gzip.compress(NOTES[40:].encode())
    whole = (
        head(200, "Content-Type: text/html", "Content-Encoding: gzip", f"Content-Length: {len(body)}") + body
    )
    server.acts["/here"] = raw(b"HTTP/1.1 103 Early Hints\r\nLink: </x.css>\r\n\r\n" + whole)
    fetched = fetch("/here")

    assert (fetched.data, fetched.fault) == (NOTES.encode(), None)


def test_noise_is_a_fault(server: HostileServer, store: SourceStore) -> None:
    """Random bytes, and good answers with random bytes changed, never raise."""
    dice = random.Random(6)  # noqa: S311  (noise, not a secret)
    good = head(200, "Content-Type: text/html", 'ETag: "1"', f"Content-Length: {len(NOTES)}") + NOTES.encode()
    hurried = Limits(body_bytes=10_000, read_s=0.2, total_s=0.4, pause_s=0.0)
    for turn in range(80):
        noise = bytearray(good if turn % 4 else dice.randbytes(dice.randrange(300)))
        for _ in range(dice.randrange(1, 6) if noise else 0):
            noise[dice.randrange(len(noise))] = dice.randrange(256)
        server.acts[f"/{turn}"] = raw(bytes(noise))
        client = PoliteClient(allowed_hosts={"127.0.0.1"}, limits=hurried)
        [fetched] = fetch_source(WebSpec(server.url(f"/{turn}")), store, client)

        assert (fetched.data is None) == (fetched.fault is not None)
        assert (fetched.fault or "x").isprintable()


def test_a_host_that_is_down_is_asked_once(store: SourceStore) -> None:
    """When no connection comes about, the host's other pages do not wait for it again."""
    with HostileServer() as gone:
        pass
    client = PoliteClient(allowed_hosts={"127.0.0.1"}, limits=HURRIED)
    lines = [fetch_source(WebSpec(gone.url(f"/{n}")), store, client)[0].fault for n in range(3)]

    assert all("no connection to 127.0.0.1" in (line or "") for line in lines)
