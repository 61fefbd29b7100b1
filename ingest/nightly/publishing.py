"""The publish transaction: a build is written beside the live one, checked in every way, and only then made the live one."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from index.build.doubts import Doubts, write_doubts
from index.build.layout import prune, publish, read_manifest, remove_build
from index.build.reader import open_build
from index.encoder.base import Encoder
from index.errors import BuildUnusable
from index.models import Event
from ingest.errors import PublishError
from ingest.job import Job, Progress
from ingest.nightly.cache import State
from ingest.nightly.contents import Contents, assemble, difference, verify_quotes
from ingest.nightly.gate import Limits, Question, lost_talks, measure, objection, opened
from ingest.nightly.health import Checks
from ingest.nightly.night import Night
from ingest.nightly.report import Difference, Report


@dataclass(frozen=True, slots=True)
class Tools:
    """What a run works with."""

    progress: Progress
    encoder: Encoder | None = None
    questions: tuple[Question, ...] = ()  # the gate's


def publish_night(night: Night, inputs: str, named: Sequence[Event], tools: Tools) -> Report:
    """Make a build of a night's readings, check it, and make it the live one where it differs from that.

    Raises:
        PublishError: A check failed; the live build stays and the new one is removed.
        IndexFault: The build cannot be written.
    """
    job = night.job
    readings = night.readings()
    contents = assemble(readings, named)
    encoder = tools.encoder or load_for(job, contents)
    build_id = _write(night, inputs, contents, encoder, tools.progress)
    same = (
        not job.full
        and night.trusted
        and _content(job.index_dir, build_id) == _content(job.index_dir, night.live)
    )
    changes = Difference()
    started = time.perf_counter()
    if same and night.live:
        if build_id != night.live:
            remove_build(job.index_dir / build_id)
    else:
        changes = _go_live(night, build_id, contents, encoder, tools.questions)
    night.timings_s["check and publish"] = time.perf_counter() - started
    live = night.live if same and night.live else build_id
    lines = tuple(night.line(read) for read in readings)
    _settle(night, State(live, inputs, night.keys, lines))
    report = Report(
        outcome="unchanged" if same else "published",
        build_id=live,
        recaps=lines,
        failed=tuple(night.failed),
        uncertain={read.recap.recap_id: read.uncertain for read in readings if read.uncertain},
        unlinked={read.recap.recap_id: read.unlinked for read in readings if read.unlinked},
        difference=changes,
        timings_s=night.timings_s,
        withheld=tuple(night.withheld),
        twins=night.twins,
        repaired=night.trouble,
    )
    return _with_doubts(job.index_dir, report)


def load_for(job: Job, contents: Contents) -> Encoder:
    """Load the embedding model that a job names, and check it on what is to be embedded.

    Raises:
        EncoderUnavailable: It cannot be loaded.
    """
    from index.encoder.load import checked, load_encoder

    return checked(load_encoder(job.model, adapter=job.adapter), [passage.text for passage in contents[-1]])


def _with_doubts(index_dir: Path, report: Report) -> Report:
    """Leave what a person should look at beside the builds, where the bot's page shows it; a failure is only told."""
    doubts = Doubts(
        report.build_id,
        report.uncertain,
        report.unlinked,
        len(report.failed),
        len(report.withheld),
        len(report.twins),
    )
    try:
        write_doubts(index_dir, doubts)
    except OSError as error:
        said = f"Cannot write to {index_dir}: {error.strerror or error}. The build is live; check the disk and permissions."
        return replace(report, failed=(*report.failed, said))
    return report


def _write(night: Night, inputs: str, contents: Contents, encoder: Encoder, progress: Progress) -> str:
    """Write the build beside the live one.

    Raises:
        ShardsUnusable: It was to be made of shards, and they do not fit.
        PublishError: The engines cannot write their files, as on a full disk.
    """
    from index.build.shards import Shards
    from index.build.writer import write_build

    events, recaps, texts, talks, passages = contents
    started = time.perf_counter()
    try:
        with writing(night.job.index_dir):
            return write_build(
                night.job.index_dir,
                events=events,
                recaps=recaps,
                texts=texts,
                talks=talks,
                passages=passages,
                encoder=encoder,
                previous=night.source,
                shards=Shards(night.job.shards, inputs) if night.job.shards else None,
                progress=lambda done, total: progress("embed", done, total),
            )
    finally:
        night.timings_s["embed and write"] = time.perf_counter() - started


@contextlib.contextmanager
def writing(index_dir: Path) -> Iterator[None]:
    """Turn what FAISS and tantivy say of a full disk, which is not much, into one line.

    Raises:
        PublishError: They cannot write their files.
    """
    try:
        yield
    except (RuntimeError, ValueError) as error:
        what = " ".join(str(error).split())[:200]
        raise PublishError(
            f"Cannot write to {index_dir}: {what}. The live build stays; check the disk and permissions."
        ) from error


def _go_live(
    night: Night, build_id: str, contents: Contents, encoder: Encoder, questions: Sequence[Question]
) -> Difference:
    """Check a written build and make it the live one; one that fails is removed.

    Raises:
        PublishError: A check failed.
    """
    index_dir = night.job.index_dir
    try:
        verify_quotes(index_dir, build_id)
        if not night.job.accept:
            _pass_gate(night, build_id, encoder, questions)
        changes = difference(index_dir, night.live, contents[3], contents[4])
        if night.job.qdrant:  # whoever sees the pointer finds the collection
            night.job.qdrant.write(open_build(index_dir, build_id))
        publish(index_dir, build_id)
    except BaseException:
        if build_id != night.live:
            with contextlib.suppress(OSError):
                remove_build(index_dir / build_id)
        raise
    return changes


def _pass_gate(night: Night, build_id: str, encoder: Encoder, questions: Sequence[Question]) -> None:
    """Compare a build with the live one.

    Raises:
        PublishError: It must not go live.
    """
    from index.search import Searcher

    index_dir, limits = night.job.index_dir, Limits(night.job.gate_margin, night.job.most_talks_lost)
    reason = None
    if before := _live_talks(night):
        after = read_manifest(index_dir / build_id).counts.get("talks", 0)
        reason = lost_talks(before, after, limits)
    if questions and not reason:
        searcher = Searcher.open(index_dir, encoder=encoder, build_id=build_id)
        # A damaged build may answer anything.
        earlier = opened(index_dir, night.live, searcher) if night.live and night.trusted else None
        reason = objection(
            measure(earlier, questions) if earlier else None, measure(searcher, questions), limits
        )
    if reason:
        raise PublishError(
            f"Cannot publish: {reason}. {f'Build {night.live} stays live' if night.live else 'Nothing is live'}; repair the notes, or "
            "publish all the same with `confnotes ingest --accept`."
        )


def _live_talks(night: Night) -> int:
    """Return how many talks the live build holds; of a damaged one, how many it held when it was published."""
    if night.live and night.trusted:
        return read_manifest(night.job.index_dir / night.live).counts.get("talks", 0)
    return sum(line.talks + line.sections for line in night.last.lines)


def _settle(night: Night, state: State) -> None:
    """Remember what was published and remove what nobody needs; the build is live by now, so a failure is only told."""
    job = night.job
    try:
        night.store.save_state(state.checked(Checks.of_whole(job.index_dir / state.build_id, time.time())))
        night.store.prune(night.keys.values())
        prune(job.index_dir, job.keep_builds, job.grace_s)
    except OSError as error:
        night.failed.append(
            f"Cannot tidy up in {job.index_dir}: {error.strerror or error}. The build is live; check the disk and permissions."
        )


def _content(index_dir: Path, build_id: str | None) -> str:
    """Return the digest of what a build holds; nothing where it cannot be read."""
    try:
        return read_manifest(index_dir / build_id).content_sha256 if build_id else ""
    except BuildUnusable:
        return ""
