"""Which addresses are reached: checked by their number, whatever they are written as and whatever name led to them."""

from __future__ import annotations

import contextlib
import ipaddress
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import SourceFault
from ingest.sources.web import FeedSpec, Limits, PoliteClient, SourceStore, WebSpec, fetch_source
from ingest.sources.web.addresses import Gate, closed, disguised
from ingest.sources.web.urls import public_link, recap_name, web_url
from tests.ingest.sources.web.conftest import LIMITS
from tests.ingest.sources.web.hostile import HostileServer, page, redirect

INSIDE = [
    *(
        "0.0.0.9",
        "10.1.2.3",
        "100.100.100.200",
        "127.0.0.1",
        "127.255.0.9",
        "169.254.169.254",
        "172.31.0.1",
        "192.0.0.192",
    ),
    *(
        "192.168.1.1",
        "198.19.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "168.63.129.16",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
    ),
    *(
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
    ),
    *(
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001:0:4136:e378::1",
        "2001:db8::1",
        "fec0::1",
        "2606:4700::5efe:10.0.0.1",
    ),
]
OUTSIDE = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.215.14",
    "172.15.0.1",
    "172.32.0.1",
    "2606:4700::1111",
    "2a00:1450::1",
    "64:ff9b::808:808",
    "::ffff:8.8.8.8",
]
NUMBERS = [
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "127.1",
    "0x7f.1",
    "127.0.0.1.",
    "017700000001",
    "1.2.3",
    "256.1.1.1",
]


@pytest.mark.parametrize("address", INSIDE)
def test_inside_addresses_are_closed(address: str) -> None:
    """Private, loopback, link-local, reserved, multicast and metadata addresses are closed, also within others."""
    assert closed(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_public_addresses_are_open(address: str) -> None:
    """Addresses on the internet are open, just beside the closed ones too."""
    assert closed(address) is None


@given(st.ip_addresses(v=4))
def test_an_address_counts_the_same_however_it_is_wrapped(address: ipaddress.IPv4Address) -> None:
    """An IPv4 address inside an IPv6 one opens nothing that it does not open itself, and Python's private ones are closed."""
    kind = closed(str(address))

    assert closed(f"::ffff:{address}") == kind
    assert closed(str(ipaddress.IPv6Address(int(ipaddress.IPv6Address("64:ff9b::")) + int(address)))) == kind
    assert kind or not (
        address.is_private
        or address.is_multicast
        or address.is_loopback
        or address.is_link_local
        or address.is_reserved
    )


@given(st.ip_addresses(v=6))
def test_only_global_unicast_is_open(address: ipaddress.IPv6Address) -> None:
    """What Python calls private, local or multicast is closed, besides a public IPv4 address inside."""
    inside = (
        address.is_private
        or address.is_multicast
        or address.is_link_local
        or address.is_loopback
        or address.is_site_local
    )

    assert closed(str(address)) or address.ipv4_mapped or not inside


@given(st.integers(0, 2**32 - 1), st.sampled_from(["{:d}", "0x{:x}", "0{:o}"]))
def test_numbers_in_disguise_are_refused(number: int, notation: str) -> None:
    """A host that is a number in another notation is refused, whichever address it means."""
    host = notation.format(number)

    assert disguised(host)
    with pytest.raises(SourceFault, match="number in disguise"):
        Gate(resolver=lambda _host, _port: ["1.1.1.1"]).addresses(host, 80, 1)


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_a_fault(text: str) -> None:
    """Reading an address gives one with scheme and host, or one line."""
    read = None
    with contextlib.suppress(SourceFault):
        read = web_url(text, "https://quay.example/notes/")

    assert read is None or (read.scheme in ("http", "https") and read.host)
    name = recap_name(read, "text/html") if read else "x"
    assert ".." not in name.split("/")
    assert not name.startswith("/")


@pytest.mark.parametrize("host", NUMBERS)
def test_disguises_of_loopback(host: str) -> None:
    """Other ways to write loopback end before anybody is asked."""
    with pytest.raises(SourceFault):
        Gate(resolver=lambda _host, _port: pytest.fail("was looked up")).addresses(host, 80, 1)


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_refused(address: str, server: HostileServer, store: SourceStore) -> None:
    """A name is refused for one inside address among public ones, and no connection is made."""
    client = PoliteClient(limits=LIMITS, resolver=lambda _host, _port: ["93.184.215.14", address])
    [fetched] = fetch_source(WebSpec(server.url("/", "quay.example")), store, client)

    assert "its name leads to" in (fetched.fault or "")
    assert server.asked == []


def test_a_name_is_looked_up_once_for_each_connection(server: HostileServer, store: SourceStore) -> None:
    """The connection goes to the address that was checked: a name that answers differently the next time is checked anew."""
    answers = iter([["127.0.0.1"], ["127.0.0.1"], ["192.0.2.1"], ["192.0.2.1"]])
    looked_up: list[str] = []

    def flipping(host: str, _port: int) -> list[str]:
        looked_up.append(host)
        return next(answers)

    server.acts["/"] = page("<p>The crane lifts.</p>")
    [fetched] = fetch_source(
        WebSpec(server.url("/", "quay.example")), store, PoliteClient("", {"Quay.Example."}, LIMITS, flipping)
    )

    assert fetched.fault is None
    assert looked_up == ["quay.example", "quay.example"]  # robots.txt and the page
    assert server.last("/").headers["host"] == f"quay.example:{server.port}"


def test_a_redirect_is_looked_up_too(server: HostileServer, store: SourceStore) -> None:
    """A redirect to a name that leads inside is refused, though the first name was allowed."""
    server.acts["/"] = redirect(f"http://inside.example:{server.port}/secret")
    client = PoliteClient("", {"quay.example"}, LIMITS, lambda _host, _port: ["127.0.0.1"])
    [fetched] = fetch_source(WebSpec(server.url("/", "quay.example")), store, client)

    assert "redirects to http://inside.example" in (fetched.fault or "")
    assert "127.0.0.1, an inside address (loopback)" in (fetched.fault or "")
    assert server.paths() == ["/"]


def test_an_allowed_host_is_open_only_to_sources_that_name_it(
    server: HostileServer, store: SourceStore
) -> None:
    """Neither a redirect nor a feed of another host, itself allowed, leads to an allowed one; a source of its own does, afterwards too."""
    client = PoliteClient(
        "", {"quay.example", "wiki.example", "127.0.0.1"}, LIMITS, lambda _host, _port: ["127.0.0.1"]
    )
    inside = [server.url("/secret", host) for host in ("wiki.example", "127.0.0.1")]
    items = "".join(f"<item><title>recap</title><link>{address}</link></item>" for address in inside)
    server.acts |= {
        "/a": redirect(inside[0]),
        "/b": redirect(inside[1]),
        "/feed": page(f"<rss><channel>{items}</channel></rss>", kind="application/rss+xml"),
    }
    refused = [
        *(
            one
            for path in ("/a", "/b")
            for one in fetch_source(WebSpec(server.url(path, "quay.example")), store, client)
        ),
        *fetch_source(FeedSpec(server.url("/feed", "quay.example")), store, client),
    ]
    asked = server.paths()
    server.acts["/secret"] = page("<p>The crane lifts.</p>")
    [own] = fetch_source(WebSpec(inside[0]), store, client)

    assert len(refused) == 4
    for one in refused:
        assert one.data is None
        assert "an inside address (loopback)" in (one.fault or "")
        assert "only for a source whose own address in sources.yaml names it" in (one.fault or "")
        assert "\n" not in (one.fault or "")
    assert asked == ["/a", "/b", "/feed"]
    assert own.fault is None


def test_a_look_up_that_hangs_is_left(store: SourceStore) -> None:
    """The system's look-up has no time limit; ours has."""
    never = threading.Event()

    def hanging(_host: str, _port: int) -> list[str]:
        never.wait(10)
        return []

    client = PoliteClient(limits=Limits(total_s=0.2, pause_s=0.0), resolver=hanging)
    [fetched] = fetch_source(WebSpec("http://quay.example/"), store, client)
    never.set()

    assert "its name was not found within" in (fetched.fault or "")


def test_a_look_up_that_fails_is_one_line(store: SourceStore) -> None:
    """Errors of the look-up, and answers that are no addresses, are one line."""

    def failing(_host: str, _port: int) -> list[str]:
        raise OSError("nobody knows\nthis name")

    lines = []
    for resolver in (failing, lambda _host, _port: ["no address"], lambda _host, _port: []):
        client = PoliteClient(limits=LIMITS, resolver=resolver)
        [fetched] = fetch_source(WebSpec("http://quay.example/"), store, client)
        lines.append(fetched.fault or "")

    assert "nobody knows this name" in lines[0]
    assert "cannot be looked up" in lines[1]
    assert "no address" in lines[2]


def test_passwords_and_queries_are_not_shown(store: SourceStore, client: PoliteClient) -> None:
    """A password in an address is refused, and neither it nor a query is ever shown."""
    [fetched] = fetch_source(WebSpec("http://eve:secret@127.0.0.1/notes?key=secret"), store, client)

    assert "holds a user name or password" in (fetched.fault or "")
    assert "secret" not in (fetched.fault or "")


@pytest.mark.parametrize(
    ("address", "media_type", "name"),
    [
        ("https://quay.example/2021/kubecon-eu/", "text/html", "quay.example/2021/kubecon-eu.html"),
        ("https://quay.example", "text/html", "quay.example/index.html"),
        ("https://quay.example/notes.md", "text/plain", "quay.example/notes.md"),
        ("https://quay.example/notes", "text/plain", "quay.example/notes.txt"),
        ("https://quay.example/a%20b/../c.php", "text/html", "quay.example/c.php.html"),
        ("http://127.0.0.1:8080/%2e%2e/%2Fetc", "text/html", "127.0.0.1-8080/etc.html"),
    ],
)
def test_recaps_are_named_after_their_address(address: str, media_type: str, name: str) -> None:
    """A page's recap has its host and path as name, and the ending of its format."""
    assert recap_name(web_url(address), media_type) == name


def test_pages_that_differ_in_their_query_have_different_names() -> None:
    """`?p=1` and `?p=2` are two recaps."""
    one, two = (recap_name(web_url(f"https://quay.example/?p={n}"), "text/html") for n in (1, 2))

    assert one != two
    assert one.endswith(".html")


@pytest.mark.parametrize(
    ("allowed", "named", "asked", "open_"),
    [
        ("wiki.corp", ("wiki.corp", 8443), ("wiki.corp", 8443), True),
        ("wiki.corp", ("wiki.corp", 8443), ("wiki.corp", 8444), False),
        ("wiki.corp", ("wiki.corp", 8443), ("wiki.corp", 443), False),
        ("wiki.corp", ("wiki.corp", 80), ("wiki.corp", 443), True),
        ("wiki.corp", ("wiki.corp", 80), ("wiki.corp", 8080), False),
        ("wiki.corp", ("wiki.corp", 80), ("other.corp", 80), False),
        ("wiki.corp:8443", ("WIKI.corp.", 8443), ("wiki.corp", 8443), True),
        ("wiki.corp:8443", ("wiki.corp", 8444), ("wiki.corp", 8444), False),
        ("wiki.corp:8443", ("wiki.corp", 80), ("wiki.corp", 80), False),
        ("other.corp", ("wiki.corp", 80), ("wiki.corp", 80), False),
    ],
)
def test_an_allowed_host_is_open_at_the_port_that_the_source_names(
    allowed: str, named: tuple[str, int], asked: tuple[str, int], open_: bool
) -> None:
    """Host and port count together; the web's own two ports are one."""
    gate = Gate([allowed], lambda _host, _port: ["10.0.0.1"]).opened_for(*named)
    found: list[str] = []
    with contextlib.suppress(SourceFault):
        found = gate.addresses(*asked, 1)

    assert found == (["10.0.0.1"] if open_ else [])


def test_a_redirect_to_another_port_of_an_allowed_host_is_refused(
    server: HostileServer, store: SourceStore, client: PoliteClient
) -> None:
    """What runs beside the wiki on the same machine is not asked, and the line says how it could be."""
    with HostileServer() as beside:
        server.acts["/here"] = redirect(beside.url("/admin"))
        [fetched] = fetch_source(WebSpec(server.url("/here")), store, client)

        assert beside.paths() == []
    assert "at the port that it names" in (fetched.fault or "")


@pytest.mark.parametrize(
    ("address", "hidden", "link"),
    [
        ("https://a.example/n?token=x", "token=x", "https://a.example/n"),
        ("https://a.example/n?p=1&token=x", "token=x", "https://a.example/n?p=1"),
        ("https://a.example/n?p=1", "", "https://a.example/n?p=1"),
        ("https://a.example/n", "token=x", "https://a.example/n"),
        ("https://a.example/n?a=1&b=2", "a=1&b=2", "https://a.example/n"),
    ],
)
def test_a_link_shows_nothing_of_a_sources_own_query(address: str, hidden: str, link: str) -> None:
    """The parts of the query that sources.yaml names are left out, others stay."""
    assert public_link(address, hidden) == link
