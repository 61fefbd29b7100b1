"""One question observed: counted, timed by stage, and told in one line of the log under an id. Observing breaks no answer."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from time import perf_counter
from typing import TYPE_CHECKING

from bot.answering.stages import Clock, clocked
from bot.errors import JobLost, QuestionFault, SlackAway, StoreAway
from bot.telemetry import metrics
from bot.telemetry.metrics import NO_FORM, Surface
from index.errors import IndexFault

if TYPE_CHECKING:
    from bot.answering.models import Answer

_BEGUN: ContextVar[tuple[str, float]] = ContextVar("begun", default=("", 0.0))  # an id, and since when
_log = logging.getLogger(__name__)


class Asked:
    """What is known of a question so far; `outcome` is what came of it."""

    def __init__(self, surface: Surface, kind: str, question_id: str, waited_s: float) -> None:
        self.surface = surface
        self.kind = kind
        self.question_id = question_id
        self.form = NO_FORM
        self.outcome = "told"
        self.clock = Clock()
        self._started = perf_counter() - waited_s
        if waited_s:
            self.clock.spent_s["queue"] = waited_s

    @property
    def seconds(self) -> float:
        """Return how long it has taken."""
        return perf_counter() - self._started

    def answered(self, answer: Answer) -> None:
        """Note the answer."""
        self.form = answer.understood.form.value
        self.outcome = answer.miss or "answered"

    def refused(self) -> None:
        """Note that it was no question that can be taken: too long, or of an unknown conference."""
        self.outcome = "refused"

    def silent(self) -> None:
        """Note that it was none, and got no reply."""
        self.outcome = "silent"


@contextmanager
def identified(question_id: str = "") -> Iterator[str]:
    """Give what is done inside an id, a new one by default: it stands in the log's lines and in an apology."""
    found = question_id or secrets.token_hex(4)
    token = _BEGUN.set((found, perf_counter()))
    try:
        yield found
    finally:
        _BEGUN.reset(token)


def current_id() -> str:
    """Return the id of what is being done, empty where it has none."""
    return _BEGUN.get()[0]


@contextmanager
def observing(surface: Surface, kind: str = "", *, waited_s: float = 0.0) -> Iterator[Asked]:
    """Observe one question, under the id that it has or a new one.

    Args:
        surface: Where it was asked.
        kind: How, in the surface's words: one of a few.
        waited_s: How long it waited before it was given its id.
    """
    known, begun_at = _BEGUN.get()
    if known:
        waited_s += perf_counter() - begun_at
    with identified(known) as question_id:
        one = Asked(surface, kind or surface, question_id, waited_s)
        progress = metrics.IN_PROGRESS.labels(surface)
        progress.inc()
        try:
            with clocked(one.clock):
                yield one
        except QuestionFault:
            one.refused()
            raise
        except (SlackAway, StoreAway, JobLost):
            one.outcome = "put_off"
            raise
        except Exception as fault:
            one.form, one.outcome = NO_FORM, "failed"
            if isinstance(fault, IndexFault):
                metrics.ENGINE_ERRORS.labels(type(fault).__name__).inc()
            raise
        finally:
            progress.dec()
            with suppress(Exception):  # whatever a log's handler does, the answer is given
                _note(one)


def _note(one: Asked) -> None:
    """Count a question and write its line."""
    seconds = one.seconds
    metrics.QUESTIONS.labels(one.surface, one.form, one.outcome).inc()
    metrics.QUESTION_SECONDS.labels(one.surface).observe(seconds)
    for name, spent_s in one.clock.spent_s.items():
        metrics.STAGE_SECONDS.labels(name).observe(spent_s)
    _log.info(
        "%s %s: %s %s in %.0f ms",
        "job" if one.surface == "slack" else "question",
        one.question_id,
        one.kind,
        one.outcome,
        seconds * 1000,
        extra={
            "surface": one.surface,
            "kind": one.kind,
            "form": one.form,
            "outcome": one.outcome,
            "ms": round(seconds * 1000, 1),
            "stages_ms": {name: round(spent_s * 1000, 1) for name, spent_s in one.clock.spent_s.items()},
        },
    )
