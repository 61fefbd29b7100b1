"""How the last run of the nightly job ended: a small file beside the builds, for whoever watches over them."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from index.build.layout import FILE_MODE, WRITING_PREFIX
from index.files.plain import read_plain

NAME = "last-run.json"
_MOST_BYTES = 10_000


@dataclass(frozen=True, slots=True)
class LastRun:
    """One run, times in seconds since 1970. It names no recap and no source."""

    ended_at: float
    seconds: float
    exit_status: float
    recaps: float = 0
    sources_failed: float = 0
    published_at: float = 0.0  # when a run last published a build; 0: not known
    succeeded_at: float = 0.0  # when a run last left with a build that is up to date (0 or 3)


def note_run(index_dir: Path, run: LastRun, *, published: bool, succeeded: bool) -> None:
    """Write down how a run ended, with what is known of earlier ones; nothing where there is no folder of builds.

    Raises:
        OSError: The file cannot be written.
    """
    if not index_dir.is_dir():
        return
    before = read_run(index_dir) or LastRun(0.0, 0.0, 0)
    run = replace(
        run,
        published_at=run.ended_at if published else before.published_at,
        succeeded_at=run.ended_at if succeeded else before.succeeded_at,
    )
    handle, temporary = tempfile.mkstemp(prefix=WRITING_PREFIX, dir=index_dir)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(asdict(run), stream)
        Path(temporary).chmod(FILE_MODE)
        Path(temporary).replace(index_dir / NAME)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read_run(index_dir: Path) -> LastRun | None:
    """Return how the last run ended, None where that is not known."""
    try:
        values = json.loads(read_plain(index_dir / NAME, _MOST_BYTES))
        return LastRun(**{name: float(value) for name, value in values.items()})
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return None
