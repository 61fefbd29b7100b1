"""How long the stages of one question take: told by the code that goes through them, heard by whoever asks with a clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import perf_counter
from typing import Literal

Stage = Literal["queue", "read", "find", "write", "deliver"]


class Clock:
    """The seconds that each stage of one question took; a stage inside another one counts for itself alone."""

    def __init__(self) -> None:
        self.spent_s: dict[str, float] = {}
        self._open: list[str] = []
        self._since = 0.0

    def begin(self, name: str) -> None:
        """Begin a stage."""
        self._credit()
        self._open.append(name)

    def end(self) -> None:
        """End the stage that was begun last."""
        self._credit()
        self._open.pop()

    def _credit(self) -> None:
        """Give the time since the last change to the stage that it belongs to."""
        now = perf_counter()
        if self._open:
            name = self._open[-1]
            self.spent_s[name] = self.spent_s.get(name, 0.0) + now - self._since
        self._since = now


_CLOCK: ContextVar[Clock | None] = ContextVar("clock", default=None)


@contextmanager
def clocked(clock: Clock) -> Iterator[None]:
    """Let a clock hear the stages of what is done inside, on this thread."""
    token = _CLOCK.set(clock)
    try:
        yield
    finally:
        _CLOCK.reset(token)


@contextmanager
def stage(name: Stage) -> Iterator[None]:
    """Count the time inside as a stage's, where a clock runs; as a decorator, the time of a function."""
    clock = _CLOCK.get()
    if clock is None:
        yield
        return
    clock.begin(name)
    try:
        yield
    finally:
        clock.end()
