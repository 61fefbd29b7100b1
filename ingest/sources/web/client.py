"""The one way to the web: slow, modest, and unmoved by what servers do."""

from __future__ import annotations

import re
import ssl
import time
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import PackageNotFoundError, version

import httpx

from ingest.errors import SourceFault, SourceGone
from ingest.sources.web.addresses import Gate, Resolver, system_resolver
from ingest.sources.web.bodies import check_length, read_body
from ingest.sources.web.robots import MOST_BYTES, ROBOT, RobotsBook
from ingest.sources.web.specs import Limits
from ingest.sources.web.transport import Deadline, PinnedTransport
from ingest.sources.web.urls import port_of, shown, web_url

ACCEPT_NOTES = "text/html, application/xhtml+xml, text/markdown, text/plain;q=0.9, */*;q=0.1"
ACCEPT_FEED = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"
_REDIRECTS = (301, 302, 303, 307, 308)
_GONE = (404, 410)
_LATER = "The next run tries again."
TIME_IS_UP = "the time that it may take in a night is over"
_ASCII = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,500}[\x21-\x7e])?")


@dataclass(frozen=True, slots=True)
class Validators:
    """What to ask with whether a page has changed, and the address that gave it."""

    url: str = ""
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """What a server gave."""

    url: httpx.URL  # after redirects
    body: bytes | None  # decompressed; None: not changed
    content_type: str = ""
    validators: Validators = Validators()


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is asked for at every address on the way to a page."""

    accept: str
    known: Validators
    most_bytes: int
    gate: Gate


class PoliteClient:
    """Fetches pages one at a time.

    It says who it is, asks robots.txt first, keeps a pause between two requests to a host, and ends whatever
    is too long, too slow or too often redirected. Only public addresses are reached, besides the allowed
    hosts that a source names itself; neither proxies nor cookies are used.

    Args:
        contact: Where the owner of a site can complain: an address of a page or a mailbox.
        allowed_hosts: Hosts that may lead to inside addresses, for sources that name them.
        limits: How much a source may cost.
        resolver: Looks names up.
        clock: Seconds, by which the time of a source and of a night is measured.
    """

    def __init__(
        self,
        contact: str = "",
        allowed_hosts: Collection[str] = (),
        limits: Limits | None = None,
        resolver: Resolver = system_resolver,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limits = limits or Limits()
        self._clock = clock
        self._night_ends = clock() + self.limits.night_s
        self._source_ends = self._night_ends
        self._silent: Counter[str] = Counter()  # host and port -> how often it let us wait
        self.gate = Gate(allowed_hosts, resolver)
        self.user_agent = user_agent(contact)
        self._tls: ssl.SSLContext | None = None
        self._robots = RobotsBook(self._read_robots)
        self._free_at: dict[str, float] = {}  # host -> when it may be asked again
        self._down: dict[str, str] = {}  # host -> why no connection came about in this run

    def begin_source(self) -> None:
        """Return the next source its time."""
        self._source_ends = min(self._clock() + self.limits.source_s, self._night_ends)

    def left_s(self) -> float:
        """Return how much time the source has left; 0 where it has none."""
        return max(self._source_ends - self._clock(), 0.0)

    def get(
        self,
        address: str,
        validators: Validators | None = None,
        accept: str = ACCEPT_NOTES,
        named: str | None = None,
    ) -> Page:
        """Fetch a page, following redirects.

        Args:
            address: Its http or https address.
            validators: What the last answer gave; asked with, an unchanged page is not sent again.
            accept: Media types, for the server.
            named: The address that sources.yaml gives, where this one was found there.

        Raises:
            SourceGone: The server says that there is no such page.
            SourceFault: Anything else that gives no page.
        """
        asked = web_url(address)
        if not self.left_s():
            raise SourceFault(shown(asked), TIME_IS_UP, _LATER)
        known = validators or Validators()
        source = web_url(named) if named else asked
        gate = self.gate.opened_for(source.host, port_of(source))
        may = partial(self._allowed_by_robots, gate)
        wish = _Wish(accept, known, self.limits.body_bytes, gate)
        page = self._follow(asked, wish, may)
        if page.body is None and known.etag.startswith('"') and page.validators.etag not in ("", known.etag):
            # 304 for another version than ours: the server's cache is confused, so ask for the whole.
            return self._follow(asked, replace(wish, known=Validators()), may)
        return page

    def _read_robots(self, address: httpx.URL, gate: Gate) -> bytes:
        """Fetch a robots.txt."""
        return (
            self._follow(address, _Wish("text/plain", Validators(), MOST_BYTES, gate), lambda _url: 0.0).body
            or b""
        )

    def _allowed_by_robots(self, gate: Gate, url: httpx.URL) -> float:
        """Refuse what robots.txt forbids; give the pause that it asks for."""
        rules = self._robots.rules(url, gate)
        if not rules.allow(url):
            raise SourceFault(
                shown(url),
                f"its robots.txt does not allow {ROBOT} there",
                "Ask its owner, or keep a copy of the notes as a file.",
            )
        return min(rules.pause_s(), self.limits.longest_pause_s)

    def _follow(self, url: httpx.URL, wish: _Wish, may: Callable[[httpx.URL], float]) -> Page:
        """Ask for a page, and for the one that it leads to, and so on."""
        first, seen = url, set[str]()
        deadline = Deadline(self.limits.total_s)
        while True:
            seen.add(str(url))
            try:
                wish.gate.check_host(url.host, port_of(url), shown(url))
                began = time.monotonic()
                pause_s = may(url)
                self._pause(url.host, pause_s)
                deadline.extend(
                    time.monotonic() - began
                )  # neither the pause nor robots.txt is the page's own time
                answer = self._ask(url, wish, deadline)
                if isinstance(answer, Page):
                    return answer
                url = self._next(url, answer, seen)
            except SourceFault as fault:
                raise _seen_from(first, url, fault) from fault

    def _next(self, url: httpx.URL, location: str, seen: Collection[str]) -> httpx.URL:
        """Return the address that a redirect leads to."""
        target = web_url(location, str(url))
        if str(target) in seen:
            raise SourceFault(
                shown(url),
                f"it redirects in a circle, back to {shown(target)}",
                "Check the address in a browser.",
            )
        if len(seen) > self.limits.redirects:
            raise SourceFault(
                shown(url),
                f"it redirects more than {self.limits.redirects} times",
                "Name the address at the end of the redirects.",
            )
        if url.scheme == "https" and target.scheme == "http":
            raise SourceFault(
                shown(url),
                f"it redirects from https to {shown(target)}",
                "Name that address itself, if it is meant.",
            )
        return target

    def _pause(self, host: str, asked_s: float) -> None:
        """Wait until a host may be asked again."""
        time.sleep(max(0.0, self._free_at.get(host, 0.0) - time.monotonic()))
        self._free_at[host] = time.monotonic() + max(self.limits.pause_s, asked_s)

    def _ask(self, url: httpx.URL, wish: _Wish, deadline: Deadline) -> Page | str:
        """Send one request; give the page, or the address that it redirects to."""
        place = f"{url.host}:{url.port}"
        if place in self._down:
            raise SourceFault(shown(url), self._down[place], _LATER)
        timeout = {
            "connect": self.limits.connect_s,
            "read": self.limits.read_s,
            "write": self.limits.read_s,
            "pool": self.limits.read_s,
        }
        conditions = _conditions(wish.known) if wish.known.url == str(url) else {}
        own = {
            "Accept": wish.accept,
            "User-Agent": self.user_agent,
            "Accept-Encoding": "gzip",
            "Connection": "close",
        }
        tls = self._certificates(url) if url.scheme == "https" else None
        try:
            with PinnedTransport(wish.gate, deadline, tls) as transport:
                request = httpx.Request("GET", url, headers=own | conditions, extensions={"timeout": timeout})
                return _taken(transport.handle_request(request), url, bool(conditions), wish.most_bytes)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            self._down[place] = f"no connection to {url.host} ({error or 'timed out'})"
            raise SourceFault(shown(url), self._down[place], _LATER) from error
        except httpx.TimeoutException as error:
            self._silent[place] += 1
            if self._silent[place] >= self.limits.silences:
                self._down[place] = f"{url.host} let us wait {self._silent[place]} times in this run"
            what = (
                f"not done after {deadline.seconds:g} s"
                if deadline.left_s() <= 0
                else f"silent for {self.limits.read_s:g} s"
            )
            raise SourceFault(shown(url), what, _LATER) from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            raise SourceFault(shown(url), f"the answer broke off or is not HTTP ({error})", _LATER) from error

    def _certificates(self, url: httpx.URL) -> ssl.SSLContext:
        """Load the certificates that hosts are checked against: certifi's, or those that SSL_CERT_FILE or SSL_CERT_DIR name."""
        try:
            self._tls = self._tls or httpx.create_ssl_context()
        except OSError as error:
            raise SourceFault(
                shown(url),
                f"the certificates cannot be loaded ({error})",
                "Check SSL_CERT_FILE and SSL_CERT_DIR.",
            ) from error
        return self._tls


def user_agent(contact: str) -> str:
    """Say who asks, and where to complain."""
    try:
        number = version("confnotes")
    except PackageNotFoundError:
        number = "0"
    words = " ".join(re.sub(r"[^\x20-\x7e]|[()]", "", contact).split())
    return f"{ROBOT}/{number}" + (
        f" (reads conference recaps; contact: {words})" if words else " (reads conference recaps)"
    )


def _conditions(known: Validators) -> dict[str, str]:
    """Ask for a page only where it has changed."""
    named = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in named.items() if value}


def _taken(response: httpx.Response, url: httpx.URL, conditional: bool, most_bytes: int) -> Page | str:
    """Take what a server answered."""
    status, where = response.status_code, shown(url)
    if status in _REDIRECTS and response.headers.get("location"):
        return str(response.headers["location"])
    validators = Validators(
        str(url), _plain(response.headers.get("etag")), _plain(response.headers.get("last-modified"))
    )
    if status == 304 and conditional:
        check_length(response, where)
        return Page(url, None, validators=validators)
    if status not in (200, 203):
        raise _refused(response, where)
    return Page(
        url, read_body(response, most_bytes, where), response.headers.get("content-type", ""), validators
    )


def _plain(value: str | None) -> str:
    """Keep a validator that can be sent back as it came."""
    return value if value and _ASCII.fullmatch(value) else ""


def _refused(response: httpx.Response, where: str) -> SourceFault:
    """Say what a server answered instead of a page."""
    status = response.status_code
    what = f"the server answered {status} {response.reason_phrase}".rstrip()
    if status in _GONE:
        return SourceGone(where, what, "Take it out of sources.yaml, or correct its address.", status)
    if status in (401, 403):
        return SourceFault(
            where, what, "Ask its owner for access, or keep a copy of the notes as a file.", status
        )
    later = response.headers.get("retry-after", "")
    what += f" and asks to come back after {later} s" if later.isdigit() and len(later) < 8 else ""
    return SourceFault(where, what, _LATER, status)


def _seen_from(first: httpx.URL, url: httpx.URL, fault: SourceFault) -> SourceFault:
    """Tell a fault of the page that was asked for, naming the redirect that led to it."""
    what = fault.what if url == first else f"it redirects to {shown(url)}: {fault.what}"
    return type(fault)(shown(first), what, fault.way_out, fault.status)
