"""One question observed: its stages, its id, and that nothing of it can break an answer."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from time import perf_counter

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.stages import Clock, Stage, clocked, stage
from bot.errors import QuestionTooLong, SlackAway
from bot.live import LiveIndex
from bot.telemetry.health import Health
from bot.telemetry.metrics import QUESTIONS, REGISTRY
from bot.telemetry.probes import probing
from bot.telemetry.questions import current_id, identified, observing
from index.encoder.base import Encoder
from index.errors import BuildDamaged, IndexFault
from tests.notes import publish_notes

STAGES: list[Stage] = ["queue", "read", "find", "write", "deliver"]
nested = st.recursive(
    st.sampled_from(STAGES).map(lambda name: (name, ())),
    lambda inner: st.tuples(st.sampled_from(STAGES), st.lists(inner, max_size=3).map(tuple)),
    max_leaves=12,
)


def go_through(tree: tuple[Stage, tuple[object, ...]], fails: bool) -> set[str]:
    """Go through stages within stages, out of some of them by an exception; return their names."""
    name, inner = tree
    seen = {str(name)}
    with suppress(ZeroDivisionError), stage(name):
        for one in inner:
            seen |= go_through(one, not fails)  # type: ignore[arg-type]
        1 / (0 if fails else 1)
    return seen


@given(nested, st.booleans())
def test_stages_never_take_longer_than_what_they_are_stages_of(
    tree: tuple[Stage, tuple[object, ...]], fails: bool
) -> None:
    """However stages lie within each other and end, each that was gone through has its time, and together no more than all took."""
    clock, started = Clock(), perf_counter()
    with clocked(clock):
        seen = go_through(tree, fails)
    took_s = perf_counter() - started

    assert clock.spent_s.keys() == seen
    assert all(spent_s >= 0 for spent_s in clock.spent_s.values())
    assert sum(clock.spent_s.values()) <= took_s


def test_a_clock_hears_its_own_thread_only() -> None:
    """Two questions at once do not time each other."""
    both = threading.Barrier(2)

    def ask(name: Stage) -> set[str]:
        clock = Clock()
        with clocked(clock):
            both.wait()
            with stage(name):
                both.wait()
        return set(clock.spent_s)

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(ask, ["read", "find"]))

    assert found == [{"read"}, {"find"}]


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (QuestionTooLong(3_000, 2_000), "refused"),
        (SlackAway("away"), "put_off"),
        (BuildDamaged("damaged"), "failed"),
        (ValueError("a defect"), "failed"),
    ],
)
def test_what_goes_wrong_goes_on_and_is_counted(fault: Exception, outcome: str) -> None:
    """An exception is whoever asked's business as before; what came of the question is counted once."""

    def count() -> float:
        return (
            REGISTRY.get_sample_value(
                "confnotes_questions_total", {"surface": "mcp", "form": "none", "outcome": outcome}
            )
            or 0.0
        )

    before = count()
    with pytest.raises(type(fault)), observing("mcp"):
        raise fault

    assert count() == before + 1


def test_a_log_that_cannot_be_written_breaks_no_answer() -> None:
    """A handler or filter that raises takes nothing from whoever asked."""

    def broken(_record: logging.LogRecord) -> bool:
        raise RuntimeError("no log today")

    logger = logging.getLogger("bot.telemetry.questions")
    level = logger.level
    logger.setLevel(logging.INFO)
    logger.addFilter(broken)
    try:
        with observing("api") as one:
            found = one.question_id
    finally:
        logger.removeFilter(broken)
        logger.setLevel(level)

    assert found


def test_ids_stand_for_what_is_done_inside() -> None:
    """A question takes the id that it was given, else a new one, and leaves none behind."""
    with identified("job1"), observing("slack") as given_one:
        inside = current_id()
    with observing("web") as first, observing("web") as within:
        pass
    with observing("web") as second:
        pass

    assert given_one.question_id == inside == "job1"
    assert first.question_id == within.question_id != second.question_id
    assert current_id() == ""


def test_every_kind_of_engine_fault_has_a_figure_before_it_happens() -> None:
    """Series that alerts count from are there from the start: Prometheus sees no increase in the first event of a series."""
    kinds: list[type[Exception]] = [IndexFault]
    for kind in kinds:
        kinds += kind.__subclasses__()
        assert REGISTRY.get_sample_value("confnotes_engine_errors_total", {"kind": kind.__name__}) is not None
    assert {sample.labels["surface"] for family in QUESTIONS.collect() for sample in family.samples} >= {
        "slack",
        "web",
    }


def test_a_look_that_hangs_holds_no_probe(tmp_path: Path, encoder: Encoder) -> None:
    """While something that is looked at does not answer, the next probe says so instead of waiting as well."""
    publish_notes(tmp_path / "index", encoder)
    asked, go_on = threading.Event(), threading.Event()

    def hangs() -> None:
        asked.set()
        assert go_on.wait(90)

    health = Health(wait_s=0.05)
    health.needs("store", hangs)
    health.serves(LiveIndex(tmp_path / "index", encoder))
    with probing("127.0.0.1:0", health) as probes, ThreadPoolExecutor(1) as pool:
        assert probes is not None
        address = f"http://127.0.0.1:{probes.port}"
        first = pool.submit(httpx.get, f"{address}/readyz", timeout=90)
        assert asked.wait(90)
        second = httpx.get(f"{address}/readyz")
        lives = httpx.get(f"{address}/livez")
        go_on.set()

    assert (second.status_code, second.json()["lacking"]) == (503, ["an answer"])
    assert lives.status_code == 200
    assert first.result().status_code == 200
