"""What is read off at the moment of a scrape: the build, the last run of the nightly job, the store, the sockets, the disk."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.errors import StoreFault
from bot.holdings import package_version
from bot.live import LiveIndex
from bot.store import Store
from bot.telemetry.health import Health
from index.build.last_run import read_run

_COUNTS = ("events", "recaps", "talks", "passages")


class Gauges(Collector):
    """Reads off one process; what it does not have is left out."""

    def __init__(
        self,
        health: Health,
        live: LiveIndex,
        store: Store | None = None,
        sockets: Callable[[], int] | None = None,
    ) -> None:
        self._health = health
        self._live = live
        self._store = store
        self._sockets = sockets

    def collect(self) -> Iterator[Metric]:
        """Yield what there is to read."""
        version = GaugeMetricFamily("confnotes_info", "The version that runs; always 1.", labels=["version"])
        version.add_metric([package_version()], 1)
        yield version
        ready, _ = self._health.state()
        yield _gauge("confnotes_ready", "1 while the process is ready, as /readyz says.", float(ready))
        yield from _of_build(self._live)
        yield from _of_last_run(self._live.index_dir)
        yield from _of_disk(self._live.index_dir)
        if self._store is not None:
            yield from _of_store(self._store)
        if self._sockets is not None:
            yield _gauge("confnotes_slack_sockets", "Open Socket Mode connections.", self._sockets())


def _of_build(live: LiveIndex) -> Iterator[Metric]:
    manifest = live.searcher.build.manifest
    made_at = datetime.fromisoformat(manifest.created_at).timestamp()
    yield _gauge("confnotes_build_made_timestamp_seconds", "When the build that answers was made.", made_at)
    yield _gauge(
        "confnotes_build_bytes", "Size of the build that answers.", float(sum(manifest.sizes.values()))
    )
    holds = GaugeMetricFamily("confnotes_build_holds", "What the build that answers holds.", labels=["what"])
    for what in _COUNTS:
        holds.add_metric([what], manifest.counts.get(what, 0))
    yield holds
    yield _gauge(
        "confnotes_build_refused",
        "1 while a newer build is there that could not be opened: the last good one answers.",
        float(live.trouble is not None),
    )


def _of_last_run(index_dir: Path) -> Iterator[Metric]:
    if (run := read_run(index_dir)) is None:
        return
    for name, what, value in (
        ("last_run_timestamp_seconds", "When the nightly job last ended.", run.ended_at),
        ("last_success_timestamp_seconds", "When it last left an up-to-date build.", run.succeeded_at),
        ("last_publish_timestamp_seconds", "When it last published a build.", run.published_at),
        ("last_run_seconds", "How long its last run took.", run.seconds),
        ("last_run_exit_status", "What its last run ended with (docs/nightly.md).", run.exit_status),
        ("last_run_recaps", "Recaps of its last run.", run.recaps),
        ("last_run_sources_failed", "Sources that failed in its last run.", run.sources_failed),
    ):
        if value or not name.endswith("timestamp_seconds"):
            yield _gauge(f"confnotes_ingest_{name}", what, value)


def _of_disk(index_dir: Path) -> Iterator[Metric]:
    try:
        free = shutil.disk_usage(index_dir).free
    except OSError:
        return
    yield _gauge("confnotes_disk_free_bytes", "Room on the disk that holds the builds.", float(free))


def _of_store(store: Store) -> Iterator[Metric]:
    started = time.perf_counter()
    try:
        counts = store.counts()
    except StoreFault:
        yield _gauge("confnotes_store_reachable", "1 while the bot's memory answers.", 0.0)
        return
    took_s = time.perf_counter() - started
    yield _gauge("confnotes_store_reachable", "1 while the bot's memory answers.", 1.0)
    yield _gauge("confnotes_store_look_seconds", "How long reading these counts took.", took_s)
    yield _gauge("confnotes_open_jobs", "Answers that are owed.", counts["open_jobs"])
    yield _gauge(
        "confnotes_oldest_open_job_seconds",
        "How long the oldest of them is owed.",
        counts["oldest_open_job_s"],
    )
    yield _gauge("confnotes_watches", "Topics that people watch.", counts["watches"])
    yield _gauge("confnotes_digests", "Channels that are told what is new.", counts["digests"])
    given = GaugeMetricFamily("confnotes_feedback", "Verdicts on answers that are kept.", labels=["verdict"])
    for verdict in ("up", "down"):
        given.add_metric([verdict], counts[f"feedback_{verdict}"])
    yield given


def _gauge(name: str, what: str, value: float) -> Metric:
    return GaugeMetricFamily(name, what, value=value)
