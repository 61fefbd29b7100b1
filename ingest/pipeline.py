"""The nightly job: read what changed, make a build of everything, check it, publish it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from index.encoders import DEFAULT_ENCODER, DEFAULT_WEIGHTS_SHA256, weights_sha256
from index.errors import BuildUnusable, IndexFault
from index.models import Event
from index.storage import FORMAT_VERSION, current_build_id, prune, publish, read_manifest
from ingest.assembly import assemble, difference, remove_build, verify_quotes
from ingest.catalogue import Catalogue
from ingest.catalogue_files import read_catalogue
from ingest.errors import IngestError, PublishError, RecapError, SourcesError
from ingest.reading import ReadRecap
from ingest.readings import Readings, State, reading_key
from ingest.report import Difference, RecapLine, Report
from ingest.sources import Source, Sources, gather
from ingest.workers import Outcome, read_all

Progress = Callable[[str, int, int], None]  # stage, done, total


@dataclass(frozen=True, slots=True)
class Job:
    """What a run is asked to do."""

    paths: tuple[Path, ...]
    index_dir: Path
    catalogue: Path | None = None  # None: the one that sources.yaml names
    full: bool = False  # read and embed everything again
    model: str | None = None
    keep_builds: int = 3
    wait_s: float = 0.0  # for another job to end


@dataclass(slots=True)
class _Night:
    """What a run knows so far."""

    job: Job
    store: Readings
    last: State
    live: str | None
    catalogue: Catalogue
    failed: list[str]
    keys: dict[str, str] = field(default_factory=dict)
    fresh: dict[str, ReadRecap] = field(default_factory=dict)  # read in this run
    kept: set[str] = field(default_factory=set)  # their source failed, the last good reading stays
    timings_s: dict[str, float] = field(default_factory=dict)


def run(job: Job, progress: Progress | None = None) -> Report:
    """Do one night's work.

    Raises:
        SourcesError: No recaps are named, or the list of them cannot be read.
        CatalogueError: The catalogue cannot be used.
        PublishError: Nothing was published; the live build stays as it is.
    """
    from filelock import FileLock, Timeout

    sources = gather(job.paths)
    try:
        job.index_dir.mkdir(parents=True, exist_ok=True)
        with FileLock(job.index_dir / ".lock", timeout=job.wait_s):
            return _locked(job, sources, progress or (lambda _stage, _done, _total: None))
    except Timeout as error:
        raise PublishError(
            f"Cannot write to {job.index_dir}: another job is at work there. Let it end, or wait for it with --wait SECONDS."
        ) from error
    except OSError as error:
        what = error.strerror or str(error)
        raise PublishError(f"Cannot write to {job.index_dir}: {what}. The live build stays; check the disk and permissions.") from error
    except IndexFault as error:
        raise PublishError(f"Cannot publish to {job.index_dir}, the live build stays: {error}") from error


def _locked(job: Job, sources: Sources, progress: Progress) -> Report:
    """Do the work while no other job can."""
    live = _live(job.index_dir)
    if not sources.recaps:
        _refuse_nothing(job, live)
    paths = [job.catalogue] if job.catalogue else list(sources.catalogues)
    catalogue = Catalogue.join([read_catalogue(path) for path in paths])
    store = Readings(job.index_dir)
    night = _Night(job, store, store.state(), live, catalogue, [*sources.missing, *catalogue.faults])
    started = time.perf_counter()
    _read_changed(night, sources.recaps, progress)
    night.timings_s["read"] = time.perf_counter() - started
    if not night.keys:
        first = night.failed[0] if night.failed else "no reason was given"
        raise PublishError(f"Cannot publish: none of {len(sources.recaps)} recaps could be read. {first}")
    inputs = _inputs(night)
    if not job.full and live and inputs == night.last.inputs and live == night.last.build_id:
        lines = tuple(replace(line, state="kept" if line.recap_id in night.kept else "unchanged") for line in night.last.lines)
        return Report("unchanged", live, lines, tuple(night.failed), timings_s=night.timings_s)
    return _publish(night, inputs, [source.event for source in sources.recaps if source.event], progress)


def _refuse_nothing(job: Job, live: str | None) -> None:
    """Say that there is nothing to read: a mistake at first, a danger where a build is live.

    Raises:
        PublishError: Where a build is live.
        SourcesError: Else.
    """
    named = ", ".join(str(path) for path in job.paths)
    if live:
        raise PublishError(f"Cannot publish: no recaps are left in {named}. Build {live} stays live; check the path and what it holds.")
    raise SourcesError(f"Cannot read {named}: found no recaps there. Put notes there as .md, .txt or .html files, or name another path.")


def _read_changed(night: _Night, recaps: Sequence[Source], progress: Progress) -> None:
    """Read the sources whose content, hints or reader changed; for one that fails the last good reading stays."""
    changed: list[tuple[str, Source]] = []
    for source in recaps:
        try:
            digest = sha256(source.path.read_bytes()).hexdigest()
        except OSError as error:
            reason = RecapError(source.recap_id, error.strerror or str(error), "Check the path and its permissions.")
            _keep_last(night, source.recap_id, str(reason))
            continue
        key = reading_key(source, digest, night.catalogue.digest)
        if night.job.full or not night.store.has(key):
            changed.append((key, source))
        else:
            night.keys[source.recap_id] = key
    outcomes = read_all([source for _, source in changed], night.catalogue, progress)
    for (key, source), outcome in zip(changed, outcomes, strict=True):
        _take(night, source.recap_id, key, outcome)


def _take(night: _Night, recap_id: str, key: str, outcome: Outcome) -> None:
    """Store what one source gave."""
    if isinstance(outcome, str):
        _keep_last(night, recap_id, outcome)
        return
    night.store.save(key, outcome)
    night.keys[recap_id] = key
    night.fresh[recap_id] = outcome


def _keep_last(night: _Night, recap_id: str, reason: str) -> None:
    """Note a failed source, and keep what it last gave."""
    last = night.last.keys.get(recap_id)
    if last and night.store.has(last):
        night.keys[recap_id] = last
        night.kept.add(recap_id)
        reason = f"{reason} What it last gave stays."
    night.failed.append(reason)


def _publish(night: _Night, inputs: str, named: Sequence[Event], progress: Progress) -> Report:
    """Make a build, check it, and make it the live one, where it differs from that."""
    from index.build import write_build
    from index.encoders import load_encoder

    job = night.job
    readings = _all_readings(night)
    events, recaps, texts, talks, passages = assemble(readings, named)
    started = time.perf_counter()
    progress("embed", 0, len(passages))
    encoder = load_encoder(job.model)
    previous = None if job.full else night.live
    build_id = write_build(
        job.index_dir, events=events, recaps=recaps, texts=texts, talks=talks, passages=passages, encoder=encoder, previous=previous
    )
    night.timings_s["embed and write"] = time.perf_counter() - started
    same = not job.full and night.live is not None and _content(job.index_dir, build_id) == _content(job.index_dir, night.live)
    changes = Difference()
    if same and night.live and build_id != night.live:
        remove_build(job.index_dir, build_id)
    elif not same:
        verify_quotes(job.index_dir, build_id)
        changes = difference(job.index_dir, night.live, build_id)
        publish(job.index_dir, build_id)
    live = night.live if same and night.live else build_id
    lines = tuple(_line(read, night) for read in readings)
    night.store.save_state(State(live, inputs, night.keys, lines))
    night.store.prune(night.keys.values())
    prune(job.index_dir, job.keep_builds)
    return Report(
        outcome="unchanged" if same else "published",
        build_id=live,
        recaps=lines,
        failed=tuple(night.failed),
        uncertain={read.recap.recap_id: read.uncertain for read in readings if read.uncertain},
        unlinked={read.recap.recap_id: read.unlinked for read in readings if read.unlinked},
        difference=changes,
        timings_s=night.timings_s,
    )


def _all_readings(night: _Night) -> list[ReadRecap]:
    """Give every recap's reading, those of this run and the stored ones."""
    readings = []
    for recap_id, key in sorted(night.keys.items()):
        read = night.fresh.get(recap_id) or night.store.load(key)
        if read is None:
            raise IngestError(f"Cannot use the stored reading of {recap_id}: its file is damaged. Run `confnotes ingest --full`.")
        readings.append(read)
    return readings


def _line(read: ReadRecap, night: _Night) -> RecapLine:
    """Sum a recap up for the report."""
    recap_id = read.recap.recap_id
    sections = sum(talk.kind == "section" for talk in read.talks)
    return RecapLine(
        recap_id=recap_id,
        event_id=read.recap.event_id,
        day=read.recap.day,
        talks=len(read.talks) - sections,
        sections=sections,
        passages=len(read.passages),
        links=sum(bool(talk.links.keys() & {"video", "slides", "schedule"}) for talk in read.talks),
        event_certainty=read.event_certainty,
        state="kept" if recap_id in night.kept else "read" if recap_id in night.fresh else "unchanged",
    )


def _inputs(night: _Night) -> str:
    """Return a digest of everything that a build is made from."""
    parts = [str(FORMAT_VERSION), _weights(night.job.model), *(f"{name} {key}" for name, key in sorted(night.keys.items()))]
    return sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()


def _weights(model: str | None) -> str:
    """Name the weights that will embed, without loading them."""
    if model in {None, "", DEFAULT_ENCODER}:
        return DEFAULT_WEIGHTS_SHA256
    folder = Path(str(model))
    return weights_sha256(folder) if folder.is_dir() else str(model)


def _live(index_dir: Path) -> str | None:
    """Return the live build's id; None where there is none that can be read."""
    try:
        build_id = current_build_id(index_dir)
        read_manifest(index_dir / build_id)
    except IndexFault:
        return None
    return build_id


def _content(index_dir: Path, build_id: str) -> str:
    """Return the digest of what a build holds; nothing where it cannot be read."""
    try:
        return read_manifest(index_dir / build_id).content_sha256
    except BuildUnusable:
        return ""
