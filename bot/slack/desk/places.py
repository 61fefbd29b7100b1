"""How much is searched at the same time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

COUNTS_S = 1.0  # no answer takes as long on a machine that has room (docs/reliability.md)


class Places:
    """So many pieces of work at once; one that takes long no longer counts, so that it holds nobody else up."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._begun: dict[object, float] = {}
        self._changed = threading.Condition()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Wait for a place and hold it."""
        ours = object()
        with self._changed:
            while (left_s := self._taken_for_s()) > 0:
                self._changed.wait(left_s)
            self._begun[ours] = time.monotonic()
        try:
            yield
        finally:
            with self._changed:
                del self._begun[ours]
                self._changed.notify()

    def _taken_for_s(self) -> float:
        """Return for how long the last place is taken at most; 0 where there is one."""
        now = time.monotonic()
        lefts = sorted(left for at in self._begun.values() if (left := at + COUNTS_S - now) > 0)
        return lefts[-self._at_once] if len(lefts) >= self._at_once else 0.0
