"""What the commands of this room share: one line for a known failure, settings, the terminal and its bars."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ingest.errors import IngestError, PublishError, SourcesError

if TYPE_CHECKING:
    from rich.console import Console

    from ingest.settings import IngestSettings

WRONG_USAGE = 2
NOT_PUBLISHED = 4
NO_INDEX = 5

FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)

_PIPED_COLUMNS = 160


@contextmanager
def one_line() -> Iterator[None]:
    """Turn a known failure into one line on standard error and its exit status."""
    try:
        yield
    except PublishError as error:
        leave(str(error), NOT_PUBLISHED)
    except IngestError as error:
        leave(str(error), WRONG_USAGE)


def leave(line: str, status: int) -> None:
    """Say one line and leave."""
    complain(" ".join(line.split()))
    sys.exit(status)


def complain(line: str) -> None:
    """Say a line on standard error; what servers and file names bring into it cannot command the terminal."""
    from console.screen import printable

    click.echo(printable(line), err=True)


def console() -> Console:
    """Give the terminal; a file or a pipe gets lines wide enough for titles and addresses."""
    from console.screen import Screen

    return Screen(width=None if sys.stdout.isatty() else _PIPED_COLUMNS)


def settings() -> IngestSettings:
    """Read the settings.

    Raises:
        SourcesError: A value cannot be used.
    """
    from pydantic import ValidationError

    from ingest.settings import IngestSettings

    try:
        return IngestSettings()
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        name = f"CONFNOTES_{'_'.join(str(part) for part in first['loc']).upper()}"
        raise SourcesError(
            f"Cannot use the setting {name}: {first['msg']}. Correct it in the environment or in .env."
        ) from None


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
