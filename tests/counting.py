"""What something costs, counted in calls and in lines that run: no clock is read, so that a busy machine changes nothing."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from types import FrameType
from typing import Any


def operations(act: Callable[[], object]) -> Counter[str]:
    """Count the calls, those of functions in C among them, and the lines that run, by where they stand.

    Lines count what a loop does within one function; calls what it has others do.
    """
    seen: Counter[str] = Counter()

    def called(_frame: FrameType, event: str, argument: Any) -> None:
        if event == "c_call":
            seen[getattr(argument, "__qualname__", "")] += 1

    def ran(frame: FrameType, event: str, _argument: Any) -> Any:
        if event in {"call", "line"}:
            seen[f"{frame.f_code.co_qualname}:{frame.f_lineno}"] += 1
        return ran

    before, profiled = sys.gettrace(), sys.getprofile()
    sys.setprofile(called)
    sys.settrace(ran)
    try:
        act()
    finally:
        sys.settrace(before)
        sys.setprofile(profiled)
    return seen
