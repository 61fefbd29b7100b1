"""What a host's robots.txt allows, after RFC 9309."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import httpx
from protego import Protego

from ingest.errors import SourceFault
from ingest.sources.web.addresses import Gate
from ingest.sources.web.urls import shown

ROBOT = "confnotes"  # the product token that a robots.txt names us by
MOST_BYTES = 512_000  # section 2.5 asks for 500 KiB at least


@dataclass(frozen=True, slots=True)
class Rules:
    """A host's wishes."""

    parsed: Protego | None  # None: it has none

    def allow(self, url: httpx.URL) -> bool:
        """Return whether a page may be fetched."""
        return self.parsed is None or bool(self.parsed.can_fetch(str(url), ROBOT))

    def pause_s(self) -> float:
        """Return the pause between two requests that the host asks for."""
        return float(self.parsed.crawl_delay(ROBOT) or 0.0) if self.parsed else 0.0


class RobotsBook:
    """The rules of every host that a run meets, each fetched once through each gate: a host closed to one source is open to another."""

    def __init__(self, read: Callable[[httpx.URL, Gate], bytes]) -> None:
        self._read = read
        self._rules: dict[tuple[str, tuple[str, frozenset[int]]], Rules | SourceFault] = {}

    def rules(self, url: httpx.URL, gate: Gate) -> Rules:
        """Return the rules for a page's host.

        No robots.txt (any 4xx but 429) allows everything; one that cannot be fetched forbids everything until
        the next run (section 2.3.1).

        Raises:
            SourceFault: The rules cannot be fetched.
        """
        address = url.copy_with(path="/robots.txt", query=None)
        key = (str(address), gate.opened)
        if key not in self._rules:
            self._rules[key] = self._fetch(address, gate)
        known = self._rules[key]
        if isinstance(known, SourceFault):
            raise SourceFault(shown(url), known.what, known.way_out)
        return known

    def _fetch(self, address: httpx.URL, gate: Gate) -> Rules | SourceFault:
        """Fetch and read one robots.txt."""
        try:
            return Rules(Protego.parse(self._read(address, gate).decode("utf-8", "replace")))
        except SourceFault as fault:
            if 400 <= fault.status < 500 and fault.status != 429:
                return Rules(None)
            return SourceFault(
                shown(address), f"its robots.txt, which must be asked first: {fault.what}", fault.way_out
            )
