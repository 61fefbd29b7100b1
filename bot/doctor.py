"""Look at what bot and page stand on by this machine alone, and say what to fix: one line each, with the way out."""

from __future__ import annotations

import json
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from bot.answering import answer, examples, extent_text
from bot.answering.rendering import counted
from bot.errors import BotFault
from bot.live import LiveIndex
from bot.settings import Settings
from bot.store import Store
from index.build.last_run import read_run
from index.errors import IndexFault
from index.search import Searcher

CLOCK_OFF_S = 60.0  # Slack refuses what is five minutes off; a build's name says when it was made
_LEAST_FREE_BYTES = 200_000_000
_PROBE_WITHIN_S = 5.0
_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    well: bool
    said: str


def look(what: str, act: Callable[[], str]) -> Finding:
    """Look at one thing; a fault of ours is what is to be fixed."""
    try:
        return Finding(what, True, act())
    except (BotFault, IndexFault) as fault:
        return Finding(what, False, str(fault))


def examine_machine(
    settings: Settings,
    *,
    now: Callable[[], float] = time.time,
    usage: Callable[[Path], tuple[int, int, int]] = shutil.disk_usage,
) -> Iterator[Finding]:
    """Look at index and model, engine, memory, sources, disk, clock and probes, in this order.

    Args:
        settings: What the surroundings say.
        now: This machine's clock, in seconds since 1970.
        usage: Says of a folder's disk what it holds in bytes: all, used, free.
    """
    opened: list[Searcher] = []

    def index() -> str:
        searcher = LiveIndex.of(settings).searcher
        opened.append(searcher)
        build = searcher.build
        return f"build {build.build_id}, {extent_text(searcher)}, model {build.manifest.encoder.name}"

    yield look("index and model", index)
    for searcher in opened:
        yield look("engine", lambda found=searcher: _engine(found))  # type: ignore[misc]
    yield look("memory", lambda: _memory(settings))
    yield look("sources", lambda: _sources(settings.index_dir, now()))
    yield look("disk", lambda: _disk(settings.index_dir, opened, usage))
    for searcher in opened:
        yield look("clock", lambda found=searcher: _clock(found, now()))  # type: ignore[misc]
    if settings.probes:
        yield look("probes", lambda: _probes(str(settings.probes)))


def _engine(searcher: Searcher) -> str:
    """Ask a question that the notes answer, with every part of the way that a person's question goes."""
    question = next(iter(examples(searcher, 1)), "What was said?")
    started = time.perf_counter()
    found = answer(question, searcher=searcher)
    ms = (time.perf_counter() - started) * 1000
    rankers = ", ".join(f"{name} {kind}" for name, kind in searcher.build.manifest.rankers.items())
    return f"answered a question of its own with {counted(len(found.quotes), 'quote')} in {ms:.0f} ms ({rankers})"


def _memory(settings: Settings) -> str:
    store = Store(settings.store)
    try:
        store.check()
        counts = store.counts()
    finally:
        store.close()
    owed = f", {counted(int(counts['open_jobs']), 'answer')} owed" if counts["open_jobs"] else ""
    return f"{store.name} can be written{owed}"


def _sources(index_dir: Path, now_s: float) -> str:
    run = read_run(index_dir)
    if run is None:
        return (
            "how the last run of the job ended is not known here; the next `confnotes ingest` writes it down"
        )
    ago = _ago(now_s - run.ended_at)
    if run.exit_status not in {0, 3}:
        raise BotFault(
            f"The last run of the job, {ago} ago, ended with status {run.exit_status:.0f} and the last build stays. Run"
            " `confnotes ingest` to see why; docs/nightly.md says what each status means."
        )
    if run.sources_failed:
        raise BotFault(
            f"{counted(int(run.sources_failed), 'source')} failed in the last run of the job, {ago} ago; what they last gave stays. Run"
            " `confnotes ingest` to see which and why."
        )
    return f"{counted(int(run.recaps), 'recap')} read by the job, {ago} ago, none failed"


def _disk(folder: Path, opened: list[Searcher], usage: Callable[[Path], tuple[int, int, int]]) -> str:
    build_bytes = sum(opened[0].build.manifest.sizes.values()) if opened else 0
    needed = 2 * build_bytes + _LEAST_FREE_BYTES
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    try:
        _, _, free = usage(folder)
    except OSError as error:
        raise BotFault(
            f"Cannot look at the disk of {folder}: {error.strerror}. Check its permissions."
        ) from error
    if free < needed:
        raise BotFault(
            f"{_megabytes(free)} are free at {folder}, a night wants {_megabytes(needed)}. Make room, or remove old builds"
            " with `confnotes index prune --keep 1`."
        )
    return f"{_megabytes(free)} are free at {folder}, a night wants {_megabytes(needed)}"


def _clock(searcher: Searcher, now_s: float) -> str:
    ahead_s = datetime.fromisoformat(searcher.build.manifest.created_at).timestamp() - now_s
    if ahead_s > CLOCK_OFF_S:
        raise BotFault(
            f"The build was made {_ago(ahead_s)} from now: this machine's clock, or that of the job, is wrong. Let both"
            " be set by NTP (`timedatectl set-ntp true`)."
        )
    return f"the build was made {_ago(-ahead_s)} ago by this machine's clock"


def _probes(address: str) -> str:
    host, _, port = address.rpartition(":")
    reached = "127.0.0.1" if host in {"0.0.0.0", ""} else "[::1]" if host == "[::]" else host  # noqa: S104  only compared
    url = f"http://{reached}:{port}/readyz"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=_PROBE_WITHIN_S) as reply:
            said = _read(reply)
    except urllib.error.HTTPError as error:
        said = _read(error)
    except OSError:
        return f"nobody answers at {address}: bot and page do not run here"
    if not isinstance(said, dict) or "lacking" not in said:
        raise BotFault(
            f"Somebody else answers at {address}. Set CONFNOTES_PROBES to an address that is free."
        )
    if said["lacking"]:
        raise BotFault(
            f"What runs at {address} is not ready, it lacks: {', '.join(map(str, said['lacking']))}. Its log says why."
        )
    if said.get("trouble"):
        raise BotFault(f"What runs at {address} answers from an older build: {said['trouble']}")
    return f"what runs at {address} is ready, build {said.get('build')}"


def _read(reply: IO[bytes]) -> object:
    try:
        return json.load(reply)
    except ValueError:
        return None


def _ago(seconds: float) -> str:
    """Return a time in the unit that a person would use."""
    if seconds >= 2 * _DAY_S:
        return f"{seconds / _DAY_S:.0f} days"
    if seconds >= 2 * 3600:
        return f"{seconds / 3600:.0f} h"
    return f"{max(seconds, 0) / 60:.0f} min"


def _megabytes(count: float) -> str:
    return f"{count / 1e6:,.0f} MB"
