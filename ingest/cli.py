"""The commands that read notes: `confnotes ingest` and `confnotes inspect`. Heavy imports wait until a command runs."""

from __future__ import annotations

import json
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

_PIPED_COLUMNS = 160

_DIR = click.Path(file_okay=False, path_type=Path)
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path))
@click.option("--catalogue", type=_FILE, help="Talks with their links: CSV, YAML, JSON, or the calendar (ICS) of Sched.")
@click.option("--index", "index_dir", type=_DIR, help="Folder of the builds (default: CONFNOTES_INDEX_DIR, data/index).")
@click.option("--full", is_flag=True, help="Read and embed everything again, also what did not change.")
@click.option("--wait", "wait_s", type=click.FloatRange(min=0), default=0.0, metavar="SECONDS", help="Wait for another job to end.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
def ingest(*, paths: tuple[Path, ...], catalogue: Path | None, index_dir: Path | None, full: bool, wait_s: float, as_json: bool) -> None:
    """Read recaps and publish a build; PATH is a folder, a file, a pattern in quotes, or a sources.yaml.

    Reads only what changed since the last time, and publishes only when something did. Leaves with 0 when done, 2 on wrong usage,
    3 when some sources failed and the rest is published, 4 when nothing was published and the last build stays live.
    """
    with _one_line():
        from ingest.pipeline import Job, run
        from ingest.report import print_report

        settings = _settings()
        job = Job(
            paths=paths or (settings.notes,),
            index_dir=index_dir or settings.index_dir,
            catalogue=catalogue or settings.catalogue,
            full=full,
            model=settings.model,
            keep_builds=settings.keep_builds,
            wait_s=wait_s,
            contact=settings.web_contact,
            allowed_hosts=tuple(settings.web_allowed_hosts.replace(",", " ").split()),
        )
        with _progress(as_json) as progress:
            report = run(job, progress)
        if as_json:
            click.echo(json.dumps(report.to_json(), ensure_ascii=False))
        else:
            print_report(report, _console())
        for line in report.failed:
            click.echo(line, err=True)
    sys.exit(report.exit_status)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--catalogue", type=_FILE, help="Talks with their links: CSV, YAML, JSON, or the calendar (ICS) of Sched.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def inspect(*, file: Path, catalogue: Path | None, as_json: bool) -> None:
    """Show how a recap is read: its talks with their lines, what was dropped and why, what is uncertain."""
    with _one_line():
        from ingest.inspect import inspect_file

        inspection = inspect_file(file, catalogue or _settings().catalogue)
        if as_json:
            click.echo(json.dumps(inspection.to_json(), ensure_ascii=False))
        else:
            from ingest.inspect_view import print_inspection

            print_inspection(inspection, _console())


commands: tuple[click.Command, ...] = (ingest, inspect)


@contextmanager
def _one_line() -> Iterator[None]:
    """Turn a known failure into one line on standard error and its exit status."""
    try:
        yield
    except PublishError as error:
        _leave(str(error), NOT_PUBLISHED)
    except IngestError as error:
        _leave(str(error), WRONG_USAGE)


def _leave(line: str, status: int) -> None:
    """Say one line and leave."""
    click.echo(" ".join(line.split()), err=True)
    sys.exit(status)


def _console() -> Console:
    """Give the terminal; a file or a pipe gets lines wide enough for titles and addresses."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else _PIPED_COLUMNS)


def _settings() -> IngestSettings:
    """Read the settings.

    Raises:
        SourcesError: A value cannot be used.
    """
    from pydantic import ValidationError

    from ingest.settings import IngestSettings

    try:
        return IngestSettings()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"CONFNOTES_{'_'.join(str(part) for part in first['loc']).upper()}"
        raise SourcesError(f"Cannot use the setting {name}: {first['msg']}. Correct it in the environment or in .env.") from error


@contextmanager
def _progress(quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """Show a bar on standard error, where that is a terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda _stage, _done, _total: None
        return
    from rich.console import Console
    from rich.progress import Progress, TaskID

    with Progress(console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def show(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=None)
            bars.update(tasks[stage], completed=done, total=total or None)

        yield show
