"""Whether a process can do its work: it lives as long as it answers at all, and is ready while nothing that it needs is missing."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from bot.live import LiveIndex
from bot.telemetry.logs import told

Check = Callable[[], None]  # raises where what is looked at is not there
WAIT_S = 2.0  # for another look that is still going on; whoever probes gives up about then
_log = logging.getLogger(__name__)


class Health:
    """What a process needs, looked at whenever somebody asks. Safe to ask from many threads."""

    def __init__(self, wait_s: float = WAIT_S) -> None:
        self._wait_s = wait_s
        self._needs: dict[str, Check] = {}
        self._live: LiveIndex | None = None
        self._stopping = False
        self._looking = threading.Lock()
        self._told: dict[str, str] = {}

    def serves(self, live: LiveIndex) -> None:
        """Note that a verified build is open; what is needed besides was named before."""
        self._live = live

    def needs(self, name: str, check: Check) -> None:
        """Name something without which the process is not ready; `check` raises where it is not there."""
        self._needs[name] = check

    def stops(self) -> None:
        """Note that nothing new is taken on."""
        self._stopping = True

    def state(self) -> tuple[bool, dict[str, Any]]:
        """Return whether the process is ready, and what it says of itself: names only, why is in the log."""
        lacking = self._lacking()
        build = self._live.searcher.build if self._live is not None else None
        said = {
            "status": "not ready" if lacking else "ok",
            "lacking": lacking,
            "build": build.build_id if build is not None else None,
            "trouble": self._live.trouble if self._live is not None else None,
        }
        return not lacking, said

    def _lacking(self) -> list[str]:
        if self._stopping:
            return ["it is stopping"]
        if self._live is None:
            return ["it is starting"]
        # What hangs must not keep one thread more for every probe.
        if not self._looking.acquire(timeout=self._wait_s):
            return ["an answer"]
        try:
            return [name for name, check in self._needs.items() if not self._is_there(name, check)]
        finally:
            self._looking.release()

    def _is_there(self, name: str, check: Check) -> bool:
        """Look at one thing; the log has a line when it goes and when it is back."""
        try:
            check()
        except Exception as fault:
            why = told(fault)
            if self._told.get(name) != why:
                _log.warning("not ready, %s: %s", name, why)
            self._told[name] = why
            return False
        if self._told.pop(name, None) is not None:
            _log.warning("%s is back", name)
        return True
