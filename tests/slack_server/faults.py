"""Trouble on demand: what the next calls of a method answer instead of doing their work."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One way to go wrong: an HTTP status with a body, an error in a good answer, or silence."""

    status: int = 200
    error: str | None = None
    retry_after_s: int | None = None
    html: bool = False
    silent: bool = False  # the connection is closed without an answer
    works_first: bool = False  # the call does its work before it fails, as after a lost answer


RATE_LIMITED = Fault(status=429, error="ratelimited", retry_after_s=1)
SERVER_ERROR = Fault(status=500, html=True)
UNAVAILABLE = Fault(status=503, html=True)
SILENCE = Fault(silent=True)
LOST_ANSWER = Fault(silent=True, works_first=True)


class Faults:
    """A plan of faults by method: a queue for the next calls, and one for every n-th call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next: dict[str, deque[Fault]] = defaultdict(deque)
        self._every: dict[str, tuple[int, Fault]] = {}
        self._counts: dict[str, int] = defaultdict(int)

    def next(self, method: str, *faults: Fault) -> None:
        """Answer the next calls of a method with these faults, in order."""
        with self._lock:
            self._next[method].extend(faults)

    def every(self, method: str, n: int, fault: Fault) -> None:
        """Answer every n-th call of a method with this fault."""
        with self._lock:
            self._every[method] = (n, fault)

    def take(self, method: str) -> Fault | None:
        """Give the fault that this call meets, if any."""
        with self._lock:
            self._counts[method] += 1
            if self._next[method]:
                return self._next[method].popleft()
            n, fault = self._every.get(method, (0, None))
            return fault if n and self._counts[method] % n == 0 else None
