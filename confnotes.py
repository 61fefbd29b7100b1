"""The command line's composition root: mounts the commands of `ingest` and `bot`, nothing else."""

from __future__ import annotations

import os
from typing import Any

import click

from bot.cli import commands as bot_commands
from console.defects import boundary
from console.guides import guide
from ingest.cli import commands as ingest_commands


class Program(click.Group):
    """The command line; what nobody foresaw is one line, and its traceback stands in a file."""

    def main(self, *arguments: Any, **options: Any) -> Any:
        """Run the command that the arguments name."""
        if not options.get("standalone_mode", True):
            return super().main(*arguments, **options)
        with boundary():
            return super().main(*arguments, **options)


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="confnotes")
def main() -> None:
    """Ask conference recaps: the notes' own words, the talk, and a link straight back."""
    # Read when numpy is imported. A question's products are small: a second thread only spins, 20 ms of CPU a
    # question on a busy machine, and answers come from several threads anyway.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


for command in (*ingest_commands, *bot_commands, guide):
    main.add_command(command)

if __name__ == "__main__":
    main()
