"""The commands that read notes: `confnotes ingest` and `confnotes inspect`. Heavy imports wait until a command runs."""

from __future__ import annotations

import json
import shlex
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from console.command import FILE, FOLDER, Status, complain, index_option, screen
from console.defects import Defect
from index.build.share import MOST_SHARDS, Share
from ingest.errors import AnotherJob, IngestError
from ingest.model_cli import model
from ingest.nightly.builds_cli import index
from ingest.nightly.every import repeat, seconds
from ingest.nightly.noting import note
from ingest.shards.cli import embed_one, share_of
from ingest.terminal import bars, faults, settings, status_of

if TYPE_CHECKING:
    from index.engines.qdrant import Qdrant
    from ingest.inspection.init import Draft
    from ingest.job import Job
    from ingest.nightly.report import Report
    from ingest.settings import IngestSettings
    from ingest.sharing import Sharing

CATALOGUE = click.Path(path_type=Path)  # a file, or a folder of pyvideo's data


@click.command(short_help="Read recaps and publish a build.")
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path))
@click.option(
    "--catalogue",
    type=CATALOGUE,
    help="Talks with their links: CSV, YAML, JSON, or what conference tools export.",
)
@index_option
@click.option(
    "--gate",
    type=FILE,
    help="Questions that a build has to answer before it goes live (default: CONFNOTES_GATE).",
)
@click.option("--full", is_flag=True, help="Read and embed everything again, even what did not change.")
@click.option("--accept", is_flag=True, help="Publish even if the gate objects or many talks are gone.")
@click.option(
    "--shard",
    "share",
    callback=share_of,
    metavar="K/N",
    help="Embed the share K of N of what is new, for --merge; publish nothing.",
)
@click.option(
    "--merge",
    "shards",
    type=click.IntRange(1, MOST_SHARDS),
    metavar="N",
    help="Publish what N shards embedded of the same notes; embed nothing.",
)
@click.option(
    "--every",
    callback=seconds,
    metavar="TIME",
    help="Do the same again every 24h, 90m or 30s, until stopped.",
)
@click.option(
    "--wait",
    "wait_s",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="SECONDS",
    help="Wait that long for another job to end.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be read and published; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
def ingest(
    *,
    paths: tuple[Path, ...],
    catalogue: Path | None,
    index_dir: Path | None,
    gate: Path | None,
    full: bool,
    accept: bool,
    share: Share | None,
    shards: int | None,
    every: float | None,
    wait_s: float,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Read recaps and publish a build; PATH is a folder, a file, a pattern in quotes, or a sources.yaml.

    Reads only what changed since the last time, and publishes only when something did. Ends with 0 when done,
    2 after wrong usage, 3 if some sources failed and the rest was published, 4 if nothing was published and the
    last build stays live.
    """
    if share and (shards or every or dry_run):
        raise click.UsageError("--shard goes with none of --merge, --every and --dry-run.")
    if shards and (every or dry_run):
        raise click.UsageError("--merge goes with neither --every nor --dry-run.")
    with faults():
        from ingest.job import Job
        from ingest.sharing import Sharing

        given = settings()
        job = Job(
            paths=paths or (given.notes,),
            index_dir=index_dir or given.index_dir,
            catalogue=catalogue or given.catalogue,
            full=full,
            model=given.model,
            adapter=given.encoder_adapter,
            keep_builds=given.keep_builds,
            wait_s=wait_s,
            gate=gate or given.gate,
            gate_margin=given.gate_margin,
            most_talks_lost=given.most_talks_lost,
            accept=accept,
            shards=shards or 0,
            qdrant=_qdrant(given),
            contact=given.web_contact,
            allowed_hosts=tuple(given.web_allowed_hosts.replace(",", " ").split()),
        )
        if dry_run:
            sys.exit(_rehearsed(job, as_json))
        if share:
            sys.exit(embed_one(job, share, as_json, Sharing(given, index_dir)))
        webhook = given.report_webhook.get_secret_value() if given.report_webhook else ""
        if every is None:
            sys.exit(_one_night(job, webhook, as_json, Sharing(given, index_dir)))
        repeat(lambda: _one_night(job, webhook, as_json, Sharing(given, index_dir)), every)


def _qdrant(given: IngestSettings) -> Qdrant | None:
    """Return the server that the settings name; None where builds are searched in their folder."""
    if given.engine == "local":
        return None
    from index.engines.qdrant import Qdrant

    key = given.qdrant_api_key.get_secret_value() if given.qdrant_api_key else None
    return Qdrant.at(given.qdrant_url, key, given.qdrant_collection)


def _rehearsed(job: Job, as_json: bool) -> int:
    """Say what a run would do, and return the status that it would leave with."""
    from ingest.nightly.rehearsal import print_rehearsal, rehearse

    with bars(as_json) as progress:
        rehearsal = rehearse(job, progress)
    if as_json:
        click.echo(json.dumps(rehearsal.to_json(), ensure_ascii=False))
    else:
        print_rehearsal(rehearsal, screen())
    for line in rehearsal.failed:
        complain(line)
    return rehearsal.exit_status


def _one_night(job: Job, webhook: str, as_json: bool, sharing: Sharing) -> int:
    """Do one night's work, tell what happened, and return the exit status.

    Raises:
        IngestError: The job could not do its work; Slack knows by then.
        Defect: The job met what nobody foresaw; likewise.
    """
    from ingest.nightly.run import run
    from ingest.nightly.slack_report import tell

    started = time.time()
    try:
        sharing.begin(job.index_dir, job.wait_s, complain, job.shards)
        with bars(as_json) as progress:
            report = run(job, progress)
        sharing.publish(job.index_dir, complain)
        note(job.index_dir, started, report, complain)
        sharing.note(job.index_dir, complain)
        _print(report, as_json)
    except BrokenPipeError:
        raise  # whoever read the report went away, which is click's to handle
    except IngestError as error:
        if not isinstance(error, AnotherJob):
            note(job.index_dir, started, status_of(error), complain)
            sharing.note(job.index_dir, complain)
        tell(webhook, str(error), complain)
        raise
    except Exception as error:
        note(job.index_dir, started, Status.DEFECT, complain)
        sharing.note(job.index_dir, complain)
        defect = Defect.of(error)
        tell(webhook, str(defect), complain)
        raise defect from error
    tell(webhook, report, complain)
    return report.exit_status


def _print(report: Report, as_json: bool) -> None:
    from ingest.nightly.report import print_report

    if as_json:
        click.echo(json.dumps(report.to_json(), ensure_ascii=False))
    else:
        print_report(report, screen())
    for line in report.failed:
        complain(line)


@click.command(short_help="Show how one recap is read.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--catalogue",
    type=CATALOGUE,
    help="Talks with their links: CSV, YAML, JSON, or what conference tools export.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def inspect(*, file: Path, catalogue: Path | None, as_json: bool) -> None:
    """Show how a recap is read: its talks with their lines, what was dropped and why, what is uncertain."""
    with faults():
        from ingest.inspection.inspect import inspect_file

        inspection = inspect_file(file, catalogue or settings().catalogue)
        if as_json:
            click.echo(json.dumps(inspection.to_json(), ensure_ascii=False))
        else:
            from ingest.inspection.view import print_inspection

            print_inspection(inspection, screen())


@click.command(short_help="Start with a folder of notes.")
@click.argument("folder", default=".", type=FOLDER)
def init(*, folder: Path) -> None:
    """Start with a FOLDER of notes: read them, write a sources.yaml, and name what is uncertain."""
    with faults():
        from ingest.inspection.init import draft_sources, write_sources
        from ingest.inspection.view import print_drafts

        drafts = draft_sources(folder)
        print_drafts(drafts, screen())
        path = write_sources(folder, drafts, _ask_event)
    click.echo(f"\nWrote {path}. Look through it, then:  confnotes ingest {shlex.quote(str(folder))}")


def _ask_event(draft: Draft) -> str | None:
    """Ask a person for a recap's conference; nobody is asked where nobody sits at a terminal."""
    if not sys.stdin.isatty():
        return None
    answer: str = click.prompt(
        f"Which conference is {draft.name} about? (for example “EU 2021” or “PyCon US 2024”; Enter to leave it open)",
        default=draft.event or "",
        show_default=bool(draft.event),
    )
    return answer.strip() or None


commands: tuple[click.Command, ...] = (init, ingest, inspect, index, model)
