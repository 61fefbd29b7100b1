"""The nightly job: read what changed, make a build of everything, check it, publish it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from index.build.layout import CURRENT_FILE, FOLDER_MODE, current_build_id, list_builds
from index.build.reader import open_build
from index.encoder.base import Encoder
from index.errors import IndexFault, NoBuild
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
    from filelock import FileLock, Timeout

    sources = gather(job.paths)
    gates = [job.gate] if job.gate else sources.gates
    questions = tuple(question for path in gates for question in read_questions(path))
    try:
        _make_folder(job.index_dir)
        with FileLock(job.index_dir / ".lock", timeout=job.wait_s):
            return _every_build(Tools(progress or _silent, encoder, questions), job, sources)
    except Timeout as error:
        raise AnotherJob(
            f"Cannot write to {job.index_dir}: another job is at work there. Let it end, or wait for it with --wait SECONDS."
        ) from error
    except OSError as error:
        what = error.strerror or "a file could not be written to its end"
        raise PublishError(
            f"Cannot write to {job.index_dir}: {what}. The live build stays; check the disk and permissions."
        ) from error
    except IndexFault as error:
        raise PublishError(f"Cannot publish to {job.index_dir}, the live build stays: {error}") from error


def _make_folder(folder: Path) -> None:
    """Make the folder of builds, and those above it, so that the bot's account may enter them; others stay as they are."""
    if not folder.is_dir():
        if folder.parent != folder:
            _make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        folder.chmod(FOLDER_MODE)


def _silent(_stage: str, _done: int, _total: int) -> None:
    """Tell nobody."""


def _every_build(tools: Tools, job: Job, sources: Sources) -> Report:
    """Make the public build, and one for each audience of private recaps, while no other job can."""
    started = time.perf_counter()
    fetched: dict[str, float] = {}
    if sources.remotes:
        from ingest.sources.remote import fetch_remotes

        sources = fetch_remotes(sources, job, tools.progress)
        fetched["fetch"] = time.perf_counter() - started
    if sources.recaps and not public(sources).recaps:
        raise PublishError(
            f"Cannot publish to {job.index_dir}: every recap is private (visible_in). What everybody may ask, where there "
            "is a build of it, stays as it was and may still quote them: keep a recap public, or remove that folder."
        )
    report = _one_build(tools, job, public(sources))
    failed: dict[str, None] = dict.fromkeys(report.failed)
    made: dict[str, str] = {}
    for folder, seen in audiences(sources, job.index_dir):
        try:
            _make_folder(folder)
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
    )
    started = time.perf_counter()
    night.read_changed(tools.progress)
    night.timings_s["read"] = time.perf_counter() - started
    if not night.keys:
        first = next(iter([*night.failed, *night.withheld]), "no reason was given")
        raise PublishError(f"Cannot publish: none of {len(sources.recaps)} recaps could be read. {first}")
    inputs = night.inputs()
    if (
        not job.full
        and live
        and night.trusted
        and inputs == night.last.inputs
        and live == night.last.build_id
    ):
        if checks:
            store.save_state(state.checked(checks))
        lines = tuple(
            replace(line, state="kept" if line.recap_id in night.kept else "unchanged")
            for line in night.last.lines
        )
        return Report(
            "unchanged",
            live,
            lines,
            tuple(night.failed),
            timings_s=night.timings_s,
            withheld=tuple(night.withheld),
        )
    return publish_night(night, inputs, [source.event for source in sources.recaps if source.event], tools)


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
