"""How a run ended, written down for metrics and for `confnotes doctor`."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from index.build.last_run import LastRun, note_run
from ingest.nightly.report import Report


def note(index_dir: Path, started: float, ended: Report | int, complain: Callable[[str], None]) -> None:
    """Write down how a run ended; where that cannot be done it is one line and changes nothing else.

    Args:
        index_dir: The folder of builds.
        started: When the run began, in seconds since 1970.
        ended: Its report, or the status that it leaves with where there is none.
        complain: Is given the line.
    """
    now = time.time()
    if isinstance(ended, Report):
        status = ended.exit_status
        run = LastRun(now, now - started, status, len(ended.recaps), len(ended.failed))
    else:
        status = ended
        run = LastRun(now, now - started, status)
    published = isinstance(ended, Report) and ended.outcome == "published"
    try:
        note_run(index_dir, run, published=published, succeeded=isinstance(ended, Report))
    except OSError as error:
        complain(
            f"Cannot write down how this run ended in {index_dir}: {error.strerror or error}. The build is not affected;"
            " check the disk and permissions."
        )
