"""What is counted and timed while the bot runs. No label takes a value that somebody typed, and no value is a text.

Names follow https://prometheus.io/docs/practices/naming/. What is read off at the moment of a scrape instead stands
in `gauges.py`.
"""

from __future__ import annotations

from typing import Literal, get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)

from index.errors import IndexFault

Surface = Literal["slack", "web", "api", "mcp"]


def kinds_of(fault: type[Exception]) -> list[str]:
    """Return the names of a fault's class and of all below it."""
    return [fault.__name__, *(name for kind in fault.__subclasses__() for name in kinds_of(kind))]


REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

QUESTIONS = Counter(
    "confnotes_questions",
    "Questions by surface, form of the answer, and what came of them.",
    ["surface", "form", "outcome"],
    registry=REGISTRY,
)
IN_PROGRESS = Gauge(
    "confnotes_questions_in_progress",
    "Questions that are being answered.",
    ["surface"],
    registry=REGISTRY,
)
# A search takes some 10 to 50 ms; what takes longer waits for its turn or for Slack.
QUESTION_SECONDS = Histogram(
    "confnotes_question_seconds",
    "From taking a question to having delivered its answer.",
    ["surface"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=REGISTRY,
)
STAGE_SECONDS = Histogram(
    "confnotes_stage_seconds",
    "A question's stages: queue, read, find, write, deliver.",
    ["stage"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
ENGINE_ERRORS = Counter(
    "confnotes_engine_errors",
    "Questions that failed because the index or its engine failed, by kind of fault.",
    ["kind"],
    registry=REGISTRY,
)
NO_FORM = "none"  # a command, a card, a note, a failure: no answer of the notes
SURFACES: tuple[Surface, ...] = get_args(Surface)
# Prometheus sees no increase in a series that begins with its first event: what alerts count from begins with 0.
for _surface in SURFACES:
    QUESTIONS.labels(_surface, NO_FORM, "failed")
for _kind in kinds_of(IndexFault):
    ENGINE_ERRORS.labels(_kind)

# Slack waits three seconds.
ACK_SECONDS = Histogram(
    "confnotes_slack_ack_seconds",
    "From receiving something from Slack to acknowledging it.",
    ["mode"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3),
    registry=REGISTRY,
)
CLAIMS = Counter(
    "confnotes_slack_claims",
    "What Slack delivered for the bot to answer: taken, or repeated and left alone.",
    ["outcome"],
    registry=REGISTRY,
)
TAKEOVERS = Counter(
    "confnotes_slack_takeovers",
    "Unfinished answers taken over from a process that is gone.",
    registry=REGISTRY,
)
CALLS = Counter(
    "confnotes_slack_calls",
    "Calls of Slack's Web API by method and outcome: ok, refused, away.",
    ["method", "outcome"],
    registry=REGISTRY,
)
RATE_LIMITED = Counter(
    "confnotes_slack_rate_limited",
    "Times that Slack asked to wait (429).",
    registry=REGISTRY,
)
RECONNECTS = Counter(
    "confnotes_slack_reconnects",
    "Socket Mode connections that had to be opened anew by the watchdog.",
    registry=REGISTRY,
)
