"""Read many recaps: one after the other where they are few, on all cores where they are many."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path

from ingest.catalogue.catalogue import Catalogue
from ingest.errors import PublishError, RecapError, Withheld
from ingest.recap.reading import ReadRecap, read_recap
from ingest.sources.models import Source

Outcome = (
    ReadRecap | Withheld | str
)  # the reading, its writer's wish, or one line that says why there is none

# Below this a pool costs more than it saves: a worker needs half a second to start, a recap a few hundredths
# to read.
_FEW = 32

MOST_CPU_S = 120.0
"""Of one recap: ten times what 20 MB of Markdown cost, so that a defect of ours cannot hold the night."""

_catalogue = Catalogue()


class _OutOfTime(BaseException):
    """A recap has had its time; nothing that catches errors on the way may keep it going."""


@contextmanager
def _budget(most_cpu_s: float) -> Iterator[None]:
    """Stop what goes on for longer, where the system can; CPU time, so that a busy machine costs no recap."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def stop(_number: int, _frame: object) -> None:
        raise _OutOfTime

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, most_cpu_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


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


def read_one(source: Source, catalogue: Catalogue, most_cpu_s: float = MOST_CPU_S) -> Outcome:
    """Read one recap; whatever goes wrong with it is one line, since the other recaps must still be published."""
    try:
        with _budget(most_cpu_s):
            return read_recap(source, catalogue)
    except RecapError as error:
        return str(error)
    except Withheld as wish:
        return wish
    except _OutOfTime:
        what = f"to read it took more than {most_cpu_s:g} s"
        return str(RecapError(source.recap_id, what, "Split it up, and report it with the file."))
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
