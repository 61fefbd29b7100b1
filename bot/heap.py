"""A long-running process gives memory back: what a burst of questions took does not stay with every thread that answered."""

from __future__ import annotations

import ctypes

# From glibc's malloc.h; its manual, "Malloc Tunable Parameters", says what they do.
_M_TRIM_THRESHOLD, _M_ARENA_MAX = -1, -8
_TRIM_BYTES = (
    128 * 1024
)  # the default to begin with; set, it no longer grows with the largest block that was freed
_ARENAS = 1


def hold_little() -> bool:
    """Let all threads share one heap that shrinks, where the C library is glibc; say whether it is.

    By default each thread that allocates gets a heap of its own, and none shrinks: after 1,000 questions the
    bot on five recaps held 325 MB, with this 223 MB (`benchmarks/bench`, `--only memory`). To be called
    before threads start.
    """
    try:
        change = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):  # another C library, or another system
        return False
    return bool(change(_M_ARENA_MAX, _ARENAS)) and bool(change(_M_TRIM_THRESHOLD, _TRIM_BYTES))
