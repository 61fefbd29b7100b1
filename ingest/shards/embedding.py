"""One job's share of what is new: read like every night, embedded here, and left beside the builds for the job that merges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from index.build.contents import Contents
from index.build.shard_writer import write_shard
from index.build.shards import make_place
from index.build.share import Share
from index.encoder.base import Encoder
from ingest.job import Job, Progress
from ingest.nightly.audiences import audiences, public
from ingest.nightly.contents import assemble
from ingest.nightly.publishing import load_for, writing
from ingest.nightly.run import alone_in, complete, named_events, read_night
from ingest.sources.listing import gather
from ingest.sources.models import Sources


@dataclass(frozen=True, slots=True)
class ShareReport:
    """What a job did of its share; texts of private recaps are counted with the others."""

    shard: str  # as in 3/8
    embedded: int  # texts in this shard
    new: int  # texts in all shards together
    failed: tuple[str, ...] = ()  # one line each: sources that could not be read
    audiences: tuple[str, ...] = ()  # that have a shard of their own

    @property
    def exit_status(self) -> int:
        """Return the status that the process leaves with: 0 done, 3 done, but some sources failed."""
        return 3 if self.failed else 0

    @property
    def line(self) -> str:
        """Return what a person sees."""
        if not self.new:
            return "Nothing is new: no shard is needed."
        count = self.shard.partition("/")[2]
        return (
            f"Shard {self.shard}: embedded {self.embedded} of {self.new} new texts. Once all {count} shards are there, publish them "
            f"with `confnotes ingest --merge {count}`."
        )

    def to_json(self) -> Mapping[str, Any]:
        """Return everything as plain values."""
        return {"outcome": "embedded", **asdict(self), "exit_status": self.exit_status}


def embed_share(job: Job, share: Share, progress: Progress, encoder: Encoder | None = None) -> ShareReport:
    """Embed a share of what the notes have that the live build has not; nothing is published.

    Other jobs are kept out only while the notes are read, so that all shards can be made at the same time in
    one folder.

    Raises:
        SourcesError: No recaps are named, or the list of them cannot be read.
        CatalogueError: The catalogue cannot be used.
        PublishError: The shard could not be made.
    """
    sources = gather(job.paths)
    with alone_in(job.index_dir, job):
        sources = complete(job, sources, progress)
    report = _one_share(job, public(sources), share, progress, encoder)
    for folder, seen in audiences(sources, job.index_dir):
        own = _one_share(replace(job, index_dir=folder), seen, share, progress, encoder)
        report = replace(
            report,
            embedded=report.embedded + own.embedded,
            new=report.new + own.new,
            failed=tuple(dict.fromkeys((*report.failed, *own.failed))),
            audiences=(*report.audiences, folder.name),
        )
    return report


def _one_share(
    job: Job, sources: Sources, share: Share, progress: Progress, encoder: Encoder | None
) -> ShareReport:
    with alone_in(job.index_dir, job):
        night = read_night(job, sources, progress)
        inputs = night.inputs()
        if night.stands(inputs):
            return ShareReport(str(share), 0, 0, tuple(night.failed))
        contents = assemble(night.readings(), named_events(sources))
        shards = make_place(job.index_dir)
    encoder = encoder or load_for(job, contents)
    with alone_in(shards, job, lock=f".{share.name}.lock"), writing(job.index_dir):
        embedded, new = write_shard(
            job.index_dir,
            share,
            notes=inputs,
            contents=Contents(*contents),
            encoder=encoder,
            previous=night.source,
            progress=lambda done, total: progress("embed", done, total),
        )
    return ShareReport(str(share), embedded, new, tuple(night.failed))
