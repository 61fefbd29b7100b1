"""The same job again and again in one process: for a single container without a scheduler."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable
from types import FrameType

import click

from console.command import complain
from console.defects import Defect
from ingest.errors import IngestError, SourcesError

_UNITS_S = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_INTERVAL = re.compile(r"(\d+(?:\.\d+)?)([smhd])")


def seconds(_ctx: click.Context, _param: click.Parameter, value: str | None) -> float | None:
    """Read a time such as 24h, 90m or 30s from the command line."""
    if value is None:
        return None
    match = _INTERVAL.fullmatch(value.strip().lower())
    found = float(match[1]) * _UNITS_S[match[2]] if match else 0.0
    if found < 1:
        raise click.BadParameter(f"{value!r} is not a time. Write it like 24h, 90m or 30s.")
    return found


def repeat(act: Callable[[], int], every_s: float) -> None:
    """Act now and then every so many seconds, counted from start to start, until the process is told to stop.

    A night that fails is told and the next one comes all the same; only a first night that cannot be right
    ends it.

    Raises:
        SourcesError: The first time, nothing to read was found.
    """
    # As a container's first process it would not be stopped by SIGTERM without a handler; unwinding removes
    # what is half written.
    signal.signal(signal.SIGTERM, _stop)
    first = True
    while True:
        started = time.monotonic()
        try:
            act()
        except (IngestError, Defect) as error:
            if first and isinstance(error, SourcesError):
                raise
            complain(str(error))
        first = False
        time.sleep(max(every_s - (time.monotonic() - started), 0.0))


def _stop(_number: int, _frame: FrameType | None) -> None:
    """Leave as asked."""
    raise SystemExit(0)
