"""`confnotes index`: look after the builds on disk. Heavy imports wait until a command runs."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from console.command import Status, complain, index_option, leave, screen
from ingest.terminal import faults, settings

_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_build = click.argument("build", required=False)

_NAMES = {"talks": "talks and sections"}  # a manifest counts both: a section is a talk of that kind


@click.group(short_help="Look after the builds on disk.")
def index() -> None:
    """Look after the builds on disk: list, examine, check, go back, remove.

    BUILD is an id or the beginning of one; left out, it is the live build. Ends with 5 if no build can be
    used.
    """


@index.command("list")
@index_option
@_json
def list_(index_dir: Path | None, as_json: bool) -> None:
    """List the builds, oldest first."""
    with faults():
        from index.build.layout import current_build_id
        from ingest.nightly.builds import builds

        folder = _folder(index_dir)
        found = builds(folder)
        if as_json:
            click.echo(json.dumps([line.to_json() for line in found], ensure_ascii=False))
            return
        for line in found:
            counts = line.manifest.counts if line.manifest else {}
            said = (
                ", ".join(
                    f"{counts[what]} {_NAMES.get(what, what)}" for what in ("recaps", "talks", "passages")
                )
                if counts
                else line.trouble
            )
            click.echo(
                f"{'*' if line.live else ' '} {line.build_id}  {said}, {line.mb} MB"
                + ("  (live)" if line.live else "")
            )
        current_build_id(folder)  # says in one line what is wrong where nothing is live


@index.command()
@_build
@index_option
@_json
def show(build: str | None, index_dir: Path | None, as_json: bool) -> None:
    """Show a build: its counts, what it was made with, and its recaps."""
    with faults():
        from index.build.layout import current_build_id
        from index.files.records import read_lines
        from index.models import Recap
        from ingest.nightly.builds import describe, named

        folder = _folder(index_dir)
        build_id = named(folder, build)
        line = describe(folder, build_id, current_build_id(folder))
        if line.manifest is None:
            leave(line.trouble, Status.NO_INDEX)
            return
        recaps = [recap.recap_id for recap in read_lines(folder / build_id / "recaps.jsonl", Recap)]
        if as_json:
            click.echo(json.dumps({**line.to_json(), "recaps": recaps}, ensure_ascii=False))
            return
        manifest = line.manifest
        rows: dict[str, Any] = {
            "build": f"{build_id}{' (live)' if line.live else ''}",
            "made": manifest.created_at,
            "holds": ", ".join(
                f"{count} {_NAMES.get(what, what)}" for what, count in manifest.counts.items()
            ),
            "size": f"{line.mb} MB in {len(manifest.files)} files",
            "encoder": f"{manifest.encoder.name} ({manifest.encoder.revision[:12]}, {manifest.encoder.form})",
            "content": manifest.content_sha256,
            "recaps": "\n".join(recaps),
        }
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, 2))
        for name, value in rows.items():
            table.add_row(name, Text(str(value)))
        screen().print(table)


@index.command(short_help="Check every file, count and place of a build.")
@_build
@index_option
@click.option("--all", "every", is_flag=True, help="Check all builds.")
def verify(build: str | None, index_dir: Path | None, every: bool) -> None:
    """Check a build: every file's digest, every count, every engine, every passage's place in its recap."""
    with faults():
        from index.build.layout import list_builds
        from index.errors import IndexFault
        from ingest.errors import PublishError
        from ingest.nightly.builds import check, named

        folder = _folder(index_dir)
        wanted = list_builds(folder) if every and list_builds(folder) else [named(folder, build)]
        bad = 0
        for build_id in wanted:
            try:
                manifest = check(folder, build_id)
                click.echo(
                    f"{build_id}: whole, {len(manifest.files)} files, {manifest.counts['passages']} passages in their place"
                )
            except (IndexFault, PublishError, OSError) as error:
                bad += 1
                click.echo(" ".join(str(error).split()), err=True)
    sys.exit(Status.NO_INDEX if bad else 0)


@index.command(short_help="Make an earlier build live.")
@_build
@index_option
def rollback(build: str | None, index_dir: Path | None) -> None:
    """Make an earlier build live, by default the one before; it stays until the notes change, or `confnotes ingest --full`."""
    with faults():
        from ingest.nightly.builds import go_back
        from ingest.sharing import Sharing

        folder = _folder(index_dir)
        sharing = Sharing(settings(), index_dir)
        sharing.begin(folder, 0.0, complain)
        before, now = go_back(folder, build)
        sharing.publish(folder, complain)
        click.echo(f"Build {now} is live instead of {before}, until the notes change.")


@index.command()
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    help="How many to keep, the live one always (default: CONFNOTES_KEEP_BUILDS, 3).",
)
@index_option
def prune(keep: int | None, index_dir: Path | None) -> None:
    """Remove old builds, leftovers of killed jobs, and unmerged shards."""
    with faults():
        from ingest.nightly.builds import clear

        removed = clear(_folder(index_dir), keep or settings().keep_builds)
        click.echo("\n".join(f"removed {name}" for name in removed) or "Nothing to remove.")


def _folder(index_dir: Path | None) -> Path:
    """Return the folder of builds."""
    return index_dir or settings().index_dir
