"""The build that is being asked: follows the index's pointer, so that a nightly build is served without a restart.

A new build is opened and checked beside the old one and takes its place between two questions. When it cannot
be opened the old one stays, and the log and the status say so. So it is at the start where the live build has
another format: during an upgrade the versions before and after it run side by side, each on builds that it reads.
"""

from __future__ import annotations

import gc
import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from bot.answering import prepare
from index.build.layout import CURRENT_FILE, audience_folder, current_build_id, list_builds
from index.encoder.base import Encoder
from index.engines.local import LocalEngine
from index.engines.proposals import EngineOf
from index.errors import EncoderMismatch, FormatMismatch, IndexFault
from index.ranking.reader import ReaderSetting
from index.search import Searcher

if TYPE_CHECKING:
    from bot.settings import Settings
    from index.build.replica import Replica

POLL_S = 5.0
STOP_S = 1.0
# A network volume may show a new build's files late: one that was refused is looked at again after a while.
AGAIN_AFTER_S = 300.0
_log = logging.getLogger(__name__)


def reader_setting(settings: Settings) -> ReaderSetting:
    """Return what the settings say of the reader."""
    return ReaderSetting(settings.reader, settings.reader_ms)


def engine_of(settings: Settings) -> EngineOf:
    """Return what makes the search engine that the settings name.

    Raises:
        EngineUnavailable: Qdrant has no address, or its package is not installed.
    """
    if settings.engine == "local":
        return LocalEngine
    from index.engines.qdrant import Qdrant

    key = settings.qdrant_api_key.get_secret_value() if settings.qdrant_api_key else None
    return Qdrant.at(settings.qdrant_url, key, settings.qdrant_collection).engine


class LiveIndex:
    """Gives the searcher of the newest build that could be opened."""

    def __init__(
        self,
        index_dir: Path,
        encoder: Encoder | None = None,
        adapter: str | None = None,
        reader: ReaderSetting | None = None,
        *,
        replica: Replica | None = None,
        engine: EngineOf = LocalEngine,
    ) -> None:
        """Open the live build.

        Args:
            index_dir: The folder of builds.
            encoder: An embedding model that is loaded already.
            adapter: The encoder's, as the settings name it.
            reader: What the settings say of the reader.
            replica: Fetches builds into the folder.
            engine: Where candidates come from, as the settings name it.

        Raises:
            IndexFault: there is none, or it cannot be used.
        """
        self.index_dir = index_dir
        self._replica = replica
        self._far = replica.start() if replica else None  # why the newest build could not be fetched
        if self._far:
            _log.error("an earlier build is served: %s", self._far)
        self.trouble: str | None = self._far
        self._adapter = adapter
        self._reader = reader or ReaderSetting()
        self._engine = engine
        self._refused: str | None = None
        self._refused_at = 0.0
        try:
            self._searcher = _opened(index_dir, encoder, adapter, self._reader, engine=engine)
        except FormatMismatch as fault:
            self._searcher = _last_readable(index_dir, encoder, adapter, self._reader, fault, engine=engine)
            self._keep_old(current_build_id(index_dir), fault)
        self._following: list[Callable[[Searcher], None]] = []
        self._audiences: dict[Path, LiveIndex] = {}
        self._opening = threading.Lock()
        self._has_left = False  # a build that was replaced may be in memory still
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    @classmethod
    def of(cls, settings: Settings, index_dir: Path | None = None) -> LiveIndex:
        """Open the build that the settings name, from their object store if they name one.

        Args:
            settings: What the surroundings say.
            index_dir: A folder that somebody named instead; it is meant alone.

        Raises:
            IndexFault: there is none, or it cannot be used.
        """
        replica = None
        if settings.index and index_dir is None:
            from index.build.remote import connect
            from index.build.replica import Replica

            key = settings.build_key.get_secret_value() if settings.build_key else ""
            replica = Replica(connect(settings.index, key), settings.index_dir, AGAIN_AFTER_S)
        return cls(
            index_dir or settings.index_dir,
            adapter=settings.encoder_adapter,
            reader=reader_setting(settings),
            replica=replica,
            engine=engine_of(settings),
        )

    @property
    def searcher(self) -> Searcher:
        """Return the searcher; a question keeps the one that it began with."""
        return self._searcher

    def for_audience(self, channel_id: str, team_id: str) -> Searcher:
        """Return the searcher of what may be shown in a channel of a workspace.

        Where no private recaps are kept for it, or their build cannot be opened, that is what everybody may see.
        """
        ids = [one for one in (team_id, channel_id) if one.isalnum() and one.isascii()]
        for some in (ids, ids[1:], ids[:1]):
            folder = audience_folder(self.index_dir, *some)
            if some and (folder / CURRENT_FILE).is_file():
                own = self._audience(folder)
                if own is not None:
                    return own.searcher
        return self.searcher

    def _audience(self, folder: Path) -> LiveIndex | None:
        with self._opening:
            if folder not in self._audiences:
                try:
                    self._audiences[folder] = LiveIndex(
                        folder, self._searcher.encoder, self._adapter, self._reader, engine=self._engine
                    )
                except IndexFault as fault:
                    _log.error("the recaps for %s cannot be asked: %s", folder.name, fault)
                    return None
            return self._audiences[folder]

    def _fetch(self) -> None:
        """Bring the folder to what the object store says, if there is one."""
        if self._replica is not None:
            far = self._replica.fetch()
            if far and far != self._far:
                _log.error("the new build is not taken, %s stays: %s", self._searcher.build.build_id, far)
            self._far = far

    def on_change(self, act: Callable[[Searcher], None]) -> None:
        """Call `act` with the searcher of every later build."""
        self._following.append(act)

    def refresh(self) -> bool:
        """Take the pointer's build where it is another one; say whether it was taken."""
        self._fetch()
        for folder, own in list(self._audiences.items()):
            if (folder / CURRENT_FILE).is_file():
                own.refresh()
            else:  # nobody names this audience any more
                del self._audiences[folder]
        build_id: str | None = None
        try:
            build_id = current_build_id(self.index_dir)
            if build_id == self._searcher.build.build_id:
                self._refused, self.trouble = None, self._far
                return False
            if build_id == self._refused and time.monotonic() - self._refused_at < AGAIN_AFTER_S:
                return False
            fresh = _opened(
                self.index_dir, self._searcher.encoder, self._adapter, self._reader, engine=self._engine
            )
        except Exception as fault:  # whatever a strange build does, the one that answers goes on answering
            self._keep_old(build_id, fault)
            return False
        if self._stopped.is_set():  # meanwhile: nobody asks any more
            return False
        self._searcher, self._refused, self.trouble = fresh, None, self._far
        self._has_left = True
        _log.info("now serving build %s", fresh.build.build_id)
        for act in self._following:
            act(fresh)
        return True

    def follow(self, poll_s: float = POLL_S) -> None:
        """Look at the pointer every few seconds, on a thread of its own."""
        self._thread = threading.Thread(target=self._watch, args=(poll_s,), name="live-index", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop following; a build that is being fetched or opened just now is not waited for for long."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(STOP_S)

    def _watch(self, poll_s: float) -> None:
        while not self._stopped.wait(poll_s):
            try:
                if not self.refresh():
                    self._let_go()
            except Exception:
                # The thread must live on: the next build may be a good one.
                _log.exception("could not take a new build; %s stays", self._searcher.build.build_id)

    def _let_go(self) -> None:
        """Free builds that were replaced, once the questions that began with them had time to end.

        The parts of a build know each other, so that only the collector frees it, and left to itself that may
        take days: meanwhile its 32 files are open, and the disk of a build that was removed is taken.
        """
        own = list(self._audiences.values())
        if self._has_left or any(one._has_left for one in own):
            for one in (self, *own):
                one._has_left = False
            gc.collect()

    def _keep_old(self, build_id: str | None, fault: Exception) -> None:
        serving = self._searcher.build.build_id
        if str(fault) != self.trouble:
            _log.error("the new build is not taken, %s stays: %s", serving, fault)
        self.trouble, self._refused, self._refused_at = str(fault), build_id, time.monotonic()


def _last_readable(
    index_dir: Path,
    encoder: Encoder | None,
    adapter: str | None,
    reader: ReaderSetting,
    fault: FormatMismatch,
    *,
    engine: EngineOf,
) -> Searcher:
    """Open the newest build before the live one that has this version's format.

    Later ones are not looked at: somebody went back from them.

    Raises:
        IndexFault: there is none: the fault that was given; or it cannot be used.
    """
    live = current_build_id(index_dir)
    for build_id in reversed([one for one in list_builds(index_dir) if one < live]):
        with suppress(FormatMismatch):
            return _opened(index_dir, encoder, adapter, reader, build_id, engine=engine)
    raise fault


def _opened(
    index_dir: Path,
    encoder: Encoder | None,
    adapter: str | None,
    reader: ReaderSetting,
    build_id: str | None = None,
    *,
    engine: EngineOf,
) -> Searcher:
    try:
        searcher = Searcher.open(index_dir, encoder, build_id, adapter, reader, engine=engine)
    except EncoderMismatch:  # the nightly job has another model: the build's own is loaded
        searcher = Searcher.open(index_dir, None, build_id, adapter, reader, engine=engine)
    # What the first question would wait for: whoever asks next does not, and eight who ask at once do not
    # each do it.
    prepare(searcher)
    return searcher
