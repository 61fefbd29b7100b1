"""What the commands of this room share: which fault has which status, its settings, and progress bars."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from console.command import Status, one_line
from index.errors import IndexFault
from ingest.errors import IngestError, PublishError, SourcesError

if TYPE_CHECKING:
    from ingest.settings import IngestSettings


_STATUSES: dict[type[Exception], Status] = {
    PublishError: Status.NOT_PUBLISHED,
    IngestError: Status.USAGE,
    IndexFault: Status.NO_INDEX,
}


def faults() -> AbstractContextManager[None]:
    """Turn a known fault into one line on standard error and its exit status."""
    return one_line(_STATUSES)


def status_of(fault: Exception) -> Status:
    """Return the status that a known fault ends the process with."""
    return next(status for kind, status in _STATUSES.items() if isinstance(fault, kind))


def settings() -> IngestSettings:
    """Read the settings.

    Raises:
        SourcesError: A value cannot be used.
    """
    from console.settings import read_settings
    from ingest.settings import IngestSettings

    return read_settings(IngestSettings, SourcesError)


@contextmanager
def bars(quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """Show a bar for each stage on standard error, where that is a terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda _stage, _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        tasks: dict[str, TaskID] = {}

        def show(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = shown.add_task(stage, total=None)
            shown.update(tasks[stage], completed=done, total=total or None)

        yield show
