"""Pages that behave: asked politely, read in their charset, kept and asked again only for what changed."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.sources.web import Fetched, PoliteClient, SourceStore, WebSpec, fetch_source, prune
from ingest.sources.web.client import user_agent
from tests.ingest.sources.web.conftest import LIMITS
from tests.ingest.sources.web.hostile import HostileServer, page, redirect, status, tagged

NOTES = "<html><body><h1>Quay Day 1</h1><p>The café lifts forty crates.</p></body></html>"
Fetch = Callable[..., Fetched]


def test_a_page_is_read_and_kept(server: HostileServer, fetch: Fetch, store: SourceStore) -> None:
    """A page gives a recap named after its address, with the address to link to and a file to read."""
    server.acts["/2021/quay"] = page(NOTES)
    fetched = fetch("/2021/quay")

    assert fetched == Fetched(
        f"127.0.0.1-{server.port}/2021/quay.html",
        NOTES.encode(),
        "text/html",
        server.url("/2021/quay"),
        changed=True,
        path=fetched.path,
    )
    assert fetched.path is not None
    assert fetched.path.read_bytes() == NOTES.encode()
    assert fetched.path.is_relative_to(store.folder)


def test_the_client_says_who_it_is(server: HostileServer, fetch: Fetch) -> None:
    """Every request names the project and a contact, and accepts one layer of gzip."""
    server.acts["/"] = page(NOTES)
    fetch("/")
    headers = server.last("/").headers

    assert headers["user-agent"].startswith("confnotes/")
    assert "contact: notes@harbour.example" in headers["user-agent"]
    assert headers["accept-encoding"] == "gzip"
    assert server.last("/robots.txt").headers["user-agent"] == headers["user-agent"]


def test_a_contact_cannot_forge_headers() -> None:
    """Line breaks and brackets in the setting do not reach the header."""
    assert "\n" not in user_agent("a@b.example\r\nX-Evil: (1)")
    assert user_agent("").endswith("(reads conference recaps)")


def test_an_unchanged_page_is_not_sent_again(server: HostileServer, fetch: Fetch) -> None:
    """The ETag of the last answer is sent; 304 gives what is kept, unchanged."""
    server.acts["/"] = tagged(NOTES, '"v1"')
    fetch("/")
    second = fetch("/")

    assert server.last("/").headers["if-none-match"] == '"v1"'
    assert (second.data, second.changed, second.fault) == (NOTES.encode(), False, None)


def test_last_modified_is_sent_as_it_came(server: HostileServer, fetch: Fetch) -> None:
    """A date without an ETag serves as well."""
    when = "Wed, 05 May 2021 10:00:00 GMT"
    server.acts["/"] = page(NOTES, f"Last-Modified: {when}")
    fetch("/")
    second = fetch("/")

    assert server.last("/").headers["if-modified-since"] == when
    assert not second.changed


def test_a_changed_page_is_told(server: HostileServer, fetch: Fetch) -> None:
    """Other words under the same address are a change."""
    server.acts["/"] = tagged(NOTES, '"v1"')
    first = fetch("/")
    server.acts["/"] = tagged(NOTES.replace("forty", "fifty"), '"v2"')
    second = fetch("/")

    assert second.changed
    assert (second.name, b"fifty" in (second.data or b"")) == (first.name, True)


def test_a_redirect_renames_nothing(server: HostileServer, fetch: Fetch) -> None:
    """A page that moves keeps its name, is linked where it lies now, and validators go only to the address that gave them."""
    server.acts |= {"/old": tagged(NOTES, '"old"'), "/new": tagged(NOTES, '"new"')}
    before = fetch("/old")
    server.acts["/old"] = redirect("/new#top", 301)
    moved = fetch("/old")
    fetch("/old")

    assert (moved.name, moved.changed, moved.url) == (before.name, False, server.url("/new"))
    assert "if-none-match" not in server.last("/old").headers
    assert server.last("/new").headers["if-none-match"] == '"new"'


@pytest.mark.parametrize(("code", "stays"), [(404, False), (410, False), (503, True), (403, True)])
def test_a_page_that_is_gone_is_dropped_where_told_so(
    code: int, stays: bool, server: HostileServer, fetch: Fetch
) -> None:
    """With on_missing: drop a page that its server calls gone is dropped; one that is down stays all the same."""
    server.acts["/"] = page(NOTES)
    fetch("/")
    server.acts["/"] = status(code)
    fetched = fetch("/", on_missing="drop")

    assert (fetched.data is not None) is stays
    assert f"answered {code}" in (fetched.fault or "")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (NOTES.encode("utf-8"), "text/html"),
        (NOTES.encode("iso-8859-1"), "text/html; charset=ISO-8859-1"),
        (NOTES.encode("utf-8-sig"), "text/html; charset=iso-8859-1"),
        (NOTES.encode("utf-16"), "text/html"),
        (NOTES.replace("<body>", '<meta charset="windows-1252"><body>').encode("cp1252"), "text/html"),
        (
            NOTES.replace("<body>", "<meta http-equiv=x content='text/html; charset=latin1'><body>").encode(
                "cp1252"
            ),
            "text/html",
        ),
        (
            ('<?xml version="1.0" encoding="iso-8859-15"?>' + NOTES).encode("iso-8859-15"),
            "application/xhtml+xml",
        ),
        (NOTES.encode("shift_jis", "xmlcharrefreplace"), "text/html; charset='Shift_JIS'"),
    ],
)
def test_charsets(body: bytes, kind: str, server: HostileServer, fetch: Fetch) -> None:
    """A page comes in UTF-8 without its mark: by the mark before the server's word before its own."""
    server.acts["/"] = page(body, kind=kind)
    fetched = fetch("/")

    assert fetched.fault is None
    assert "café" in (fetched.data or b"").decode().replace("caf&#233;", "café")
    assert not (fetched.data or b"").startswith(b"\xef\xbb\xbf")


def test_robots_txt_is_honoured(server: HostileServer, fetch: Fetch) -> None:
    """A page that robots.txt forbids is not asked for; the longest rule decides, with wildcards."""
    server.acts |= {
        "/robots.txt": page(
            "User-agent: confnotes\nDisallow: /*/private\nAllow: /a/private/open\n", kind="text/plain"
        )
    }
    server.acts |= {path: page(NOTES) for path in ("/a/private/x", "/a/private/open", "/b")}
    lines = [fetch(path).fault for path in ("/a/private/x", "/a/private/open", "/b")]

    assert "robots.txt does not allow confnotes" in (lines[0] or "")
    assert lines[1:] == [None, None]
    assert server.paths() == ["/a/private/open", "/b"]
    assert len(server.asked) == 3  # robots.txt once


def test_robots_txt_that_fails_forbids(server: HostileServer, fetch: Fetch) -> None:
    """Where robots.txt cannot be had the page is not asked for; where there is none it is."""
    server.acts |= {"/robots.txt": status(500), "/": page(NOTES)}

    assert "its robots.txt, which must be asked first: the server answered 500" in (fetch("/").fault or "")
    assert server.paths() == []


def test_a_redirect_asks_the_robots_of_its_target(server: HostileServer, fetch: Fetch) -> None:
    """A redirect leads to no page that robots.txt forbids."""
    server.acts |= {
        "/robots.txt": page("User-agent: *\nDisallow: /closed\n", kind="text/plain"),
        "/": redirect("/closed"),
        "/closed": page(NOTES),
    }

    assert "/closed: its robots.txt does not allow" in (fetch("/").fault or "")
    assert server.paths() == ["/"]


def test_a_pause_between_requests_to_a_host(server: HostileServer, store: SourceStore) -> None:
    """Two requests to one host are as far apart as the setting, or longer where robots.txt asks for it."""
    server.acts |= {
        "/robots.txt": page("User-agent: *\nCrawl-delay: 0.4\n", kind="text/plain"),
        "/1": page(NOTES),
        "/2": page(NOTES),
    }
    client = PoliteClient(allowed_hosts={"127.0.0.1"}, limits=replace(LIMITS, pause_s=0.2))
    for path in ("/1", "/2"):
        fetch_source(WebSpec(server.url(path)), store, client)
    robots, one, two = [asked.at_s for asked in server.asked]

    assert one - robots >= 0.18
    assert two - one >= 0.38


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Make a certificate for quay.example."""
    if not shutil.which("openssl"):
        pytest.skip("there is no openssl command")
    file = tmp_path / "quay.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=quay",
    ]
    names = [
        "-addext",
        "subjectAltName=DNS:quay.example",
        "-keyout",
        str(file),
        "-out",
        str(tmp_path / "public.pem"),
    ]
    subprocess.run([*command, *names], check=True, capture_output=True)
    file.write_bytes(file.read_bytes() + (tmp_path / "public.pem").read_bytes())
    return file


def test_tls_is_for_the_name_not_the_address(
    certificate: Path, store: SourceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over https the server is asked and checked under its name, though the connection goes to the checked address."""
    asked_names: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda _socket, name, _context: asked_names.append(name)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.parent / "public.pem"))
    client = PoliteClient("", {"quay.example", "other.example"}, LIMITS, lambda _host, _port: ["127.0.0.1"])
    with HostileServer({"/": page(NOTES), "/down": redirect("http://quay.example/")}, tls=context) as server:
        good, bad, down = (
            fetch_source(WebSpec(server.url(path, host)), store, client)[0]
            for host, path in (("quay.example", "/"), ("other.example", "/"), ("quay.example", "/down"))
        )

    assert good.fault is None
    assert asked_names[0] == "quay.example"
    assert "CERTIFICATE_VERIFY_FAILED" in (bad.fault or "")
    assert "redirects from https to" in (down.fault or "")


def test_a_damaged_body_is_fetched_anew(server: HostileServer, fetch: Fetch) -> None:
    """What is kept is checked by its digest; damaged, it counts as absent and the page is asked for as a whole."""
    server.acts["/"] = tagged(NOTES, '"v1"')
    path = fetch("/").path
    assert path is not None
    path.write_bytes(b"junk")
    fetched = fetch("/")

    assert (fetched.data, fetched.fault) == (NOTES.encode(), None)
    assert "if-none-match" not in server.last("/").headers


@pytest.mark.parametrize(
    "junk", [b"", b"[]", b"null", b'{"format": 1}', b'{"format": 1, "parts": 3, "source": 4}', b"\xff\x00"]
)
def test_a_damaged_record_counts_as_none(
    junk: bytes, server: HostileServer, fetch: Fetch, store: SourceStore
) -> None:
    """A record that cannot be read costs a request, nothing else."""
    server.acts["/"] = tagged(NOTES, '"v1"')
    fetch("/")
    [record] = store.folder.glob("records/*.json")
    record.write_bytes(junk)

    assert fetch("/").fault is None
    prune([WebSpec(server.url("/"))], store)
    assert len(list(store.folder.glob("bodies/*"))) == 1


def test_a_disk_that_takes_nothing_is_one_line(
    server: HostileServer, fetch: Fetch, store: SourceStore
) -> None:
    """Where the store cannot be written the page is a fault, and what was kept stays."""
    server.acts["/"] = page(NOTES)
    fetch("/")
    bodies = store.folder / "bodies"
    shutil.rmtree(bodies)
    bodies.write_bytes(b"in the way")
    fetched = fetch("/")

    assert fetched.data is None
    assert "cannot be kept in" in (fetched.fault or "")


def test_prune_drops_what_nobody_names(server: HostileServer, fetch: Fetch, store: SourceStore) -> None:
    """A source that was taken out of the list leaves nothing behind; the others stay."""
    server.acts |= {"/1": page(NOTES), "/2": page(NOTES + "!")}
    fetch("/1")
    fetch("/2")
    prune([WebSpec(server.url("/2"))], store)
    server.acts.clear()

    assert fetch("/1").data is None
    assert fetch("/2").data is not None
    assert sum(path.is_file() for path in store.folder.rglob("*")) == 2


def test_a_killed_write_leaves_the_last_state(
    server: HostileServer, fetch: Fetch, store: SourceStore
) -> None:
    """What a killed run leaves half written is in nobody's way."""
    server.acts["/"] = tagged(NOTES, '"v1"')
    fetch("/")
    for folder in ("bodies", "records"):
        (store.folder / folder / ".writing-abc").write_bytes(b"ha")
    prune([WebSpec(server.url("/"))], store)

    assert fetch("/").data == NOTES.encode()
    assert not list(store.folder.rglob(".writing-*"))
