"""Which addresses may be reached: public ones, and hosts that a person allowed by name.

A host's addresses are looked up once and the connection goes to the very addresses that were checked, so that
a name which changes its answer in between gains nothing.
"""

from __future__ import annotations

import ipaddress
import queue
import re
import socket
import threading
from collections.abc import Callable, Collection, Sequence

from ingest.errors import SourceFault

Resolver = Callable[[str, int], Sequence[str]]  # host, port -> addresses
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

ALLOW = "If it is meant, name the host in CONFNOTES_WEB_ALLOWED_HOSTS."
NAME_IT = "The host is allowed only for a source whose own address in sources.yaml names it, and at the port that it names."
# A page at one of them often leads to the same page at the other.
_WEB_PORTS = frozenset([80, 443])

# IANA's registry of special-purpose addresses; Python's own `is_private` differs between its patch releases.
_CLOSED_V4 = tuple(
    (ipaddress.IPv4Network(network), what)
    for network, what in (
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "a carrier's inside"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "reserved"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "a benchmark's"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("168.63.129.16/32", "a cloud's inside"),  # Azure's host, at a public number
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
)
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_CLOSED_V6 = tuple(
    (ipaddress.IPv6Network(network), what)
    for network, what in (
        ("2001::/23", "a protocol's own"),  # Teredo, ORCHID, benchmarks
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "a 6to4 tunnel"),
        ("3fff::/20", "documentation"),
    )
)
_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_NUMBER = re.compile(r"(?:0[xX][0-9a-fA-F]*|[0-9]+)")


def closed(address: str) -> str | None:
    """Say what kind of inside address this is, or None for one on the public internet.

    An IPv4 address inside an IPv6 one (mapped, NAT64) counts as itself. Of IPv6 only global unicast is
    public.

    Raises:
        ValueError: It is no address.
    """
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv4Address):
        return next((what for network, what in _CLOSED_V4 if ip in network), None)
    if ip.scope_id is not None:
        return "link-local"
    if ip in _MAPPED or ip in _NAT64:
        return closed(str(ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)))
    if ip not in _GLOBAL_V6:
        return (
            "loopback"
            if ip.is_loopback
            else "multicast"
            if ip.is_multicast
            else "link-local"
            if ip.is_link_local
            else "private or reserved"
        )
    if int(ip) >> 32 & 0xFFFF_FFFF in (
        0x0000_5EFE,
        0x0200_5EFE,
    ):  # ISATAP: the last 32 bits are an IPv4 address
        return closed(str(ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)))
    return next((what for network, what in _CLOSED_V6 if ip in network), None)


def literal(host: str) -> str | None:
    """Return the address where a host is one as people write it, else None."""
    try:
        return str(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        return None


def disguised(host: str) -> bool:
    """Return whether a host is a number in another notation: 2130706433, 0x7f.1, 0177.0.0.1."""
    last = host.rstrip(".").rpartition(".")[2]
    return literal(host) is None and _NUMBER.fullmatch(last) is not None


def system_resolver(host: str, port: int) -> list[str]:
    """Look a name up as the system does.

    Raises:
        OSError: There is no such name, or nobody to ask.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Gate:
    """Decides which hosts are reached, at which ports and addresses.

    An allowed host is open to a source that names it itself, at the port that it names: what a page redirects
    to or a feed lists was written by others, who could else lead us to whatever else runs there.

    Args:
        allowed_hosts: Hosts that may lead to inside addresses, each as `host` or `host:port`.
        resolver: Looks names up.
        opened: The one allowed host that is open, folded, and its ports; none by default.
    """

    def __init__(
        self,
        allowed_hosts: Collection[str] = (),
        resolver: Resolver = system_resolver,
        opened: tuple[str, frozenset[int]] = ("", frozenset()),
    ) -> None:
        self._allowed = frozenset(_folded(host) for host in allowed_hosts)
        self._resolver = resolver
        self.opened = opened

    def opened_for(self, host: str, port: int) -> Gate:
        """Return the gate of a source that names a host and a port itself."""
        named = _folded(host)
        ports = _WEB_PORTS if port in _WEB_PORTS else frozenset([port])
        if named not in self._allowed:
            ports = frozenset([port]) if f"{named}:{port}" in self._allowed else frozenset()
        return Gate(self._allowed, self._resolver, (named, ports) if ports else ("", frozenset()))

    def check_host(self, host: str, port: int, shown: str) -> None:
        """Refuse what needs no look-up to be refused.

        Raises:
            SourceFault: The host is an inside address, or a number in disguise.
        """
        if self._is_open(host, port):
            return
        if disguised(host):
            raise SourceFault(
                shown,
                f"its host {host} is a number in disguise",
                "Write the address as four numbers, or as a name.",
            )
        address = literal(host)
        kind = closed(address) if address else None
        if kind:
            raise SourceFault(shown, f"{host} is an inside address ({kind})", self._way_out(host))

    def addresses(self, host: str, port: int, within_s: float) -> list[str]:
        """Look a host up and give its addresses, all of them checked, in the order in which to try them.

        One inside address among public ones refuses the host: nobody has both by accident.

        Raises:
            SourceFault: There is none, or one of them may not be reached.
        """
        self.check_host(host, port, host)
        address = literal(host)
        if address:
            return [address]
        found = self._look_up(host, port, within_s)
        for one in [] if self._is_open(host, port) else found:
            kind = closed(one)
            if kind:
                raise SourceFault(
                    host, f"its name leads to {one}, an inside address ({kind})", self._way_out(host)
                )
        return found

    def _is_open(self, host: str, port: int) -> bool:
        name, ports = self.opened
        return _folded(host) == name and port in ports

    def _way_out(self, host: str) -> str:
        folded = _folded(host)
        named = any(one == folded or one.rpartition(":")[0] == folded for one in self._allowed)
        return NAME_IT if named else ALLOW

    def _look_up(self, host: str, port: int, within_s: float) -> list[str]:
        """Look a name up, aside: the system's look-up has no time limit of its own."""
        answers: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

        def ask() -> None:
            try:
                answers.put([str(ipaddress.ip_address(one)) for one in self._resolver(host, port)])
            except (
                OSError,
                ValueError,
            ) as error:  # UnicodeError, for labels that no name has, is a ValueError
                answers.put(error)

        threading.Thread(target=ask, name=f"look up {host}", daemon=True).start()
        try:
            found = answers.get(timeout=max(within_s, 0.001))
        except queue.Empty:
            raise SourceFault(
                host, f"its name was not found within {within_s:.0f} s", "Try again later."
            ) from None
        if isinstance(found, Exception):
            raise SourceFault(
                host, f"its name cannot be looked up ({found})", "Check the address and the network."
            ) from found
        if not found:
            raise SourceFault(host, "its name leads to no address", "Check the address.")
        return found


def _folded(host: str) -> str:
    """Compare hosts without case, brackets and the dot at their end."""
    return host.strip().strip("[]").rstrip(".").casefold()
