"""Ports of loopback for the processes that tests start."""

from __future__ import annotations

import itertools
import random
import socket

# Below those that the system gives to connections, so that none is taken before the process listens; where to begin is
# drawn, so that several test processes, each with ports of its own, do not meet.
_FIRST, _LAST = 20_000, 32_000
_next = itertools.count(random.randrange(_LAST - _FIRST))  # noqa: S311  not secret


def free_port() -> int:
    """Return a port on which nothing listens, another one at each call."""
    for number in _next:
        port = _FIRST + number % (_LAST - _FIRST)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise AssertionError
