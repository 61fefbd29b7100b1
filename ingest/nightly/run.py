"""The nightly job: read what changed, make a build of everything, check it, publish it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from index.build.durable import make_folder
from index.build.layout import CURRENT_FILE, current_build_id, list_builds
from index.build.reader import open_build
from index.build.shards import remove_shards
from index.encoder.base import Encoder
from index.errors import IndexFault, NoBuild, ShardsUnusable
from index.models import Event
from ingest.catalogue.catalogue import Catalogue
from ingest.catalogue.files import read_catalogue
from ingest.errors import AnotherJob, PublishError, SourcesError
from ingest.job import Job, Progress
from ingest.nightly.audiences import audiences, forget_others, public
from ingest.nightly.cache import Readings, State
from ingest.nightly.gate import read_questions
from ingest.nightly.health import Checks, examine
from ingest.nightly.night import Night
from ingest.nightly.publishing import Tools, publish_night
from ingest.nightly.report import Report
from ingest.nightly.tidying import tidy
from ingest.sources.folders import unread_lines
from ingest.sources.listing import gather
from ingest.sources.models import Sources

__all__ = ["Job", "Progress", "run"]

if TYPE_CHECKING:
    from index.engines.qdrant import Qdrant

_MOST_REASONS = 3  # in one line


def run(job: Job, progress: Progress | None = None, encoder: Encoder | None = None) -> Report:
    """Do one night's work.

    Args:
        job: What to do.
        progress: Told how far a stage is.
        encoder: An embedding model that is loaded already; else it is loaded when there is something to
            embed.

    Raises:
        SourcesError: No recaps are named, or the list of them cannot be read.
        CatalogueError: The catalogue cannot be used.
        PublishError: Nothing was published; the live build stays as it is.
    """
    sources = gather(job.paths)
    gates = [job.gate] if job.gate else sources.gates
    questions = tuple(question for path in gates for question in read_questions(path))
    with alone_in(job.index_dir, job):
        return _every_build(Tools(progress or silent, encoder, questions), job, sources)


@contextmanager
def alone_in(folder: Path, job: Job, lock: str = ".lock") -> Iterator[None]:
    """Keep other jobs out of a folder, which is made where there is none, and turn what fails there into one line.

    Raises:
        AnotherJob: One is at work there, also after the time that this one may wait.
        PublishError: The folder cannot be written, or what is in it cannot be used.
    """
    from filelock import FileLock, Timeout

    try:
        make_folder(folder)
        with FileLock(folder / lock, timeout=job.wait_s):
            yield
    except Timeout as error:
        raise AnotherJob(
            f"Cannot write to {job.index_dir}: another job is at work there. Let it end, or wait for it with --wait SECONDS."
        ) from error
    except OSError as error:
        what = error.strerror or "a file could not be written to its end"
        raise PublishError(
            f"Cannot write to {job.index_dir}: {what}. The live build stays; check the disk and permissions."
        ) from error
    except ShardsUnusable as error:
        raise PublishError(str(error)) from error
    except IndexFault as error:
        raise PublishError(f"Cannot publish to {job.index_dir}, the live build stays: {error}") from error


def silent(_stage: str, _done: int, _total: int) -> None:
    """Tell nobody."""


def _every_build(tools: Tools, job: Job, sources: Sources) -> Report:
    """Make the public build, and one for each audience of private recaps, while no other job can."""
    started = time.perf_counter()
    sources, remote = complete(job, sources, tools.progress), bool(sources.remotes)
    fetched = {"fetch": time.perf_counter() - started} if remote else {}
    report = _one_build(tools, job, public(sources))
    failed: dict[str, None] = dict.fromkeys(report.failed)
    made: dict[str, str] = {}
    for folder, seen in audiences(sources, job.index_dir):
        try:
            make_folder(folder)
            own = _one_build(replace(tools, questions=()), replace(job, index_dir=folder), seen)
            made[folder.name] = own.build_id
            failed |= dict.fromkeys(own.failed)
        except (PublishError, IndexFault, OSError) as error:
            failed[f"The recaps for {folder.name} stay as they were: {error}"] = None
    folders = {folder for folder, _ in audiences(sources, job.index_dir)}
    forget_others(job.index_dir, folders)
    if job.qdrant:
        failed |= dict.fromkeys(_mirrored(job.qdrant, job.index_dir, folders))
    timings_s = {**fetched, **report.timings_s}
    return replace(
        report,
        failed=tuple(failed),
        audiences=made,
        timings_s=timings_s,
        unread=unread_lines(sources.unread),
        ignored=sources.ignored,
    )


def complete(job: Job, sources: Sources, progress: Progress) -> Sources:
    """Fetch what lies elsewhere and add it.

    Raises:
        PublishError: Nothing would be left for everybody to ask.
    """
    if sources.remotes:
        from ingest.sources.remote import fetch_remotes

        sources = fetch_remotes(sources, job, progress)
    if sources.recaps and not public(sources).recaps:
        raise PublishError(
            f"Cannot publish to {job.index_dir}: every recap is private (visible_in). What everybody may ask, where there "
            "is a build of it, stays as it was and may still quote them: keep a recap public, or remove that folder."
        )
    return sources


def _mirrored(qdrant: Qdrant, index_dir: Path, audience_folders: Iterable[Path]) -> list[str]:
    """Let Qdrant hold every live build, also where nothing was published, and none that is gone; return what failed.

    Kept builds keep their collections: a bot asks one until it notices the new pointer, and somebody may go
    back to it.
    """
    kept = []
    try:
        for folder in (index_dir, *audience_folders):
            if (folder / CURRENT_FILE).is_file():
                qdrant.write(open_build(folder))
                kept += list_builds(folder)
        qdrant.keep(current_build_id(index_dir), kept)
    except IndexFault as fault:
        return [str(fault)]
    return []


def _one_build(tools: Tools, job: Job, sources: Sources) -> Report:
    """Read what changed and publish one build of it."""
    night = read_night(job, sources, tools.progress)
    inputs = night.inputs()
    report = (
        _unchanged(night)
        if night.stands(inputs)
        else publish_night(night, inputs, named_events(sources), tools)
    )
    return _without_shards(job, report) if job.shards else report


def _unchanged(night: Night) -> Report:
    """Remember what was found of the live build's files, and say that it stays."""
    if night.checks:
        night.store.save_state(night.last.checked(night.checks))
    lines = tuple(
        replace(line, state="kept" if line.recap_id in night.kept else "unchanged")
        for line in night.last.lines
    )
    return Report(
        "unchanged",
        night.last.build_id,
        lines,
        tuple(night.failed),
        timings_s=night.timings_s,
        withheld=tuple(night.withheld),
    )


def _without_shards(job: Job, report: Report) -> Report:
    """Remove the shards, which have served or are of other notes; the build is live by now, so a failure is only told."""
    try:
        remove_shards(job.index_dir)
    except OSError as error:
        said = f"Cannot remove the shards in {job.index_dir}: {error.strerror or error}. The build is live; check permissions."
        return replace(report, failed=(*report.failed, said))
    return report


def named_events(sources: Sources) -> list[Event]:
    """Return the conferences that a person named."""
    return [source.event for source in sources.recaps if source.event]


def read_night(job: Job, sources: Sources, progress: Progress) -> Night:
    """Read what changed of the recaps for one build.

    Raises:
        SourcesError, PublishError: There is nothing to read.
        CatalogueError: The catalogue cannot be used.
    """
    tidy(job.index_dir)
    store = Readings(job.index_dir)
    state = store.state()
    live, trouble, checks = _live(job, state)
    if not sources.recaps:
        _refuse_nothing(job, live, sources.missing)
    paths = [job.catalogue] if job.catalogue else list(sources.catalogues)
    catalogue = Catalogue.join([read_catalogue(path) for path in paths])
    night = Night(
        job,
        store,
        state,
        live,
        trouble,
        catalogue,
        [*sources.missing, *catalogue.faults],
        {source.recap_id: source for source in sources.recaps},
        sources.closed,
        checks,
    )
    started = time.perf_counter()
    night.read_changed(progress)
    night.timings_s["read"] = time.perf_counter() - started
    if not night.keys:
        first = next(iter([*night.failed, *night.withheld]), "no reason was given")
        raise PublishError(f"Cannot publish: none of {len(sources.recaps)} recaps could be read. {first}")
    return night


def _refuse_nothing(job: Job, live: str | None, missing: Sequence[str]) -> None:
    """Say that there is nothing to read: a mistake at first, a danger where a build is live.

    Raises:
        PublishError: Where a build is live.
        SourcesError: Else.
    """
    named = ", ".join(str(path) for path in job.paths)
    reason = " ".join(missing[:_MOST_REASONS])
    if live:
        why = f" {reason}" if reason else ""
        raise PublishError(
            f"Cannot publish: no recaps are left in {named}.{why} Build {live} stays live; check the path and what it holds."
        )
    if missing:
        raise SourcesError(f"Cannot read {named}: none of the sources listed there gives a recap. {reason}")
    raise SourcesError(
        f"Cannot read {named}: found no recaps there. Put notes there as .md, .txt or .html files, or name another path."
    )


def _live(job: Job, state: State) -> tuple[str | None, str, Checks | None]:
    """Look at the live build as whoever asks it does.

    Returns:
        Its id, None where there is none that can be named; why it cannot be asked, empty where it can; and what
        is known of its files.
    """
    try:
        build_id = current_build_id(job.index_dir)
    except NoBuild:
        return None, "", None
    except IndexFault as fault:
        return None, str(fault), None
    known = state.checks if state.build_id == build_id else None
    try:
        return build_id, "", examine(job.index_dir, job.adapter, known, time.time())
    except IndexFault as fault:
        return build_id, str(fault), None
