"""`confnotes ingest --shard K/N`: one job's share. Heavy imports wait until it runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from console.command import complain, screen
from index.build.share import Share
from ingest.terminal import bars

if TYPE_CHECKING:
    from ingest.job import Job
    from ingest.sharing import Sharing


def share_of(_ctx: click.Context, _param: click.Parameter, value: str | None) -> Share | None:
    """Read a share such as 3/8 from the command line."""
    try:
        return Share.read(value) if value is not None else None
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is not a share: {error}. Write it like 3/8.") from error


def embed_one(job: Job, share: Share, as_json: bool, sharing: Sharing) -> int:
    """Embed a share, say what came of it, and return the exit status.

    Raises:
        IngestError: The job could not do its work.
    """
    from ingest.shards.embedding import embed_share

    sharing.begin(job.index_dir, job.wait_s, complain)
    with bars(as_json) as progress:
        report = embed_share(job, share, progress)
    sharing.hand_over(job.index_dir, share, report.audiences)
    if as_json:
        click.echo(json.dumps(report.to_json(), ensure_ascii=False))
    else:
        screen().print(report.line, highlight=False, markup=False, emoji=False)
    for line in report.failed:
        complain(line)
    return report.exit_status
