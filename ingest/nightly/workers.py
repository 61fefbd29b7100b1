"""Read many recaps: one after the other where they are few, on all cores where they are many."""

from __future__ import annotations

import multiprocessing
import os
import threading
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from ingest.catalogue.catalogue import Catalogue
from ingest.errors import PublishError, RecapError
from ingest.recap.reading import ReadRecap, read_recap
from ingest.sources.models import Source

Outcome = ReadRecap | str  # the reading, or one line that says why there is none

# Below this a pool costs more than it saves: a worker needs half a second to start, a recap a few hundredths
# to read.
_FEW = 32

_catalogue = Catalogue()


def read_all(
    sources: Sequence[Source], catalogue: Catalogue, progress: Callable[[str, int, int], None]
) -> list[Outcome]:
    """Read recaps and give their outcomes in the same order.

    Raises:
        PublishError: A worker process was killed.
    """
    cores = min(os.cpu_count() or 1, len(sources) // (_FEW // 2))
    outcomes: list[Outcome] = []
    if len(sources) < _FEW or cores < 2:
        for source in sources:
            outcomes.append(read_one(source, catalogue))
            progress("read", len(outcomes), len(sources))
        return outcomes
    context = multiprocessing.get_context("spawn")
    try:
        with ProcessPoolExecutor(
            cores, mp_context=context, initializer=_start, initargs=(catalogue,)
        ) as pool:
            for outcome in pool.map(_read, sources, chunksize=4):
                outcomes.append(outcome)
                progress("read", len(outcomes), len(sources))
    except BrokenProcessPool as error:
        reason = "a process that reads recaps was killed, perhaps for want of memory. The live build stays; run the job again"
        raise PublishError(f"Cannot publish: {reason}.") from error
    return outcomes


def read_one(source: Source, catalogue: Catalogue) -> Outcome:
    """Read one recap; whatever goes wrong with it is one line, since the other recaps must still be published."""
    try:
        return read_recap(source, catalogue)
    except RecapError as error:
        return str(error)
    except Exception as error:  # a defect of ours: it must not take the other recaps' notes away
        place = traceback.extract_tb(error.__traceback__)[-1]
        what = f"{type(error).__name__} in {Path(place.filename).name}, line {place.lineno}"
        return str(
            RecapError(source.recap_id, what, "This is a defect of confnotes; report it with the file.")
        )


def _start(catalogue: Catalogue) -> None:
    """Give a worker the catalogue once instead of with every recap."""
    global _catalogue  # noqa: PLW0603 a worker process has no other place for it
    _catalogue = catalogue
    threading.Thread(target=_end_with_parent, name="end with the job", daemon=True).start()


def _end_with_parent() -> None:
    """Leave when the job was killed: the queue that a worker waits on would stay open for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _read(source: Source) -> Outcome:
    return read_one(source, _catalogue)
