"""What all commands share: options, exit statuses, and one line where something known goes wrong."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

import click

if TYPE_CHECKING:
    from rich.console import Console

DEFAULT_INDEX_DIR = Path("data/index")
FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)

_PIPED_COLUMNS = 160
_Command = TypeVar("_Command", bound=Callable[..., None])


class Status(IntEnum):
    """The exit statuses of every command; README says what each one means to a script."""

    DONE = 0
    DEFECT = 1
    USAGE = 2
    SOURCES_FAILED = 3
    NOT_PUBLISHED = 4
    NO_INDEX = 5


index_option: Callable[[_Command], _Command] = click.option(
    "--index",
    "index_dir",
    type=FOLDER,
    metavar="DIRECTORY",
    help=f"Folder of the builds (default: CONFNOTES_INDEX_DIR, {DEFAULT_INDEX_DIR}).",
)


@contextmanager
def one_line(statuses: Mapping[type[Exception], Status]) -> Iterator[None]:
    """Turn a known fault into one line on standard error and its exit status.

    Args:
        statuses: By class of fault; the first class that a fault is of counts.
    """
    try:
        yield
    except tuple(statuses) as fault:
        leave(str(fault), next(status for kind, status in statuses.items() if isinstance(fault, kind)))


def leave(line: str, status: int) -> None:
    """Print one line on standard error and end the process."""
    complain(line)
    sys.exit(status)


def leave_behind() -> NoReturn:
    """End the process as done, without waiting for threads that are still at work."""
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(Status.DONE)


def complain(line: str) -> None:
    """Print one line on standard error.

    What servers and file names bring into it commands no terminal, and begins no line of its own that would
    look like one of ours.
    """
    from console.screen import printable

    click.echo(printable(" ".join(line.split())), err=True)


def screen() -> Console:
    """Return the terminal; a file or a pipe gets lines wide enough for titles and addresses."""
    from console.screen import Screen

    return Screen(width=None if sys.stdout.isatty() else _PIPED_COLUMNS)
