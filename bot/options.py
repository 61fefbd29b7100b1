"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

_Command = Callable[..., None]


def index_option(command: _Command) -> _Command:
    """Let a command take the folder of the builds."""
    return click.option(
        "--index",
        "index_dir",
        type=click.Path(path_type=Path),
        metavar="DIRECTORY",
        help="Folder of the builds (default: CONFNOTES_INDEX_DIR, data/index).",
    )(command)


def scope_options(command: _Command) -> _Command:
    """Let a command be limited to an event and a day."""
    command = click.option("--day", type=int, metavar="N", help="Limit to a conference day.")(command)
    return click.option("--event", metavar="EVENT", help='Limit to a conference, for example "EU 2021".')(
        command
    )
