"""A fault that nobody foresaw: one line with an id for the person, the traceback in a file."""

from __future__ import annotations

import io
import os
import secrets
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from console.command import DEFAULT_INDEX_DIR, Status, leave

LOG_NAME = "confnotes-defects.log"
_MOST_BYTES = 1_000_000  # of the log; the one before it stays beside it
_FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)


class Defect(Exception):  # noqa: N818  (a defect is the contract's word)
    """A fault of confnotes itself. Its text is the line that a person sees; the traceback was written down."""

    @classmethod
    def of(cls, error: Exception) -> Defect:
        """Write an error's traceback down and return the line about it.

        The line names the type and the place only: what an error says may hold a secret or somebody's words.
        """
        if isinstance(error, cls):
            return error
        number = secrets.token_hex(4)
        frames = traceback.extract_tb(error.__traceback__)
        place = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
        return cls(
            f"Cannot go on: a defect of confnotes, {number}: {type(error).__name__}{place}. "
            f"{_written(number, error)}"
        )


@contextmanager
def boundary() -> Iterator[None]:
    """End the process with one line and `Status.DEFECT` where something goes wrong that nobody foresaw."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Half a surrogate pair, or a letter that the terminal's encoding lacks, is named instead of raised.
            stream.reconfigure(errors="backslashreplace")
    try:
        yield
    except Exception as error:
        leave(str(Defect.of(error)), Status.DEFECT)


def log_file() -> Path:
    """Return where tracebacks are written: beside the folder of builds, else among the temporary files."""
    index_dir = Path(os.environ.get("CONFNOTES_INDEX_DIR") or DEFAULT_INDEX_DIR)
    beside = index_dir.parent
    if beside.is_dir() and os.access(beside, os.W_OK):
        return beside / LOG_NAME
    return Path(tempfile.gettempdir()) / LOG_NAME


def _written(number: str, error: Exception) -> str:
    """Write a traceback to the log, and say where it is."""
    try:
        path = log_file()
        if path.is_file() and path.stat().st_size > _MOST_BYTES:
            path.replace(path.with_suffix(".log.1"))
        # Only its owner reads it: an error may say what a line of the notes says.
        with os.fdopen(os.open(path, _FLAGS, 0o600), "a", encoding="utf-8", errors="backslashreplace") as log:
            log.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {number} {Path(sys.argv[0]).name}\n")
            log.writelines(traceback.format_exception(error))
    except OSError as trouble:
        why = trouble.strerror or trouble
        return f"The traceback could not be written ({why}); make room and try again to see it."
    return f"Report it with the traceback of that number in {path}."
