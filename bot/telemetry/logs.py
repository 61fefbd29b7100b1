"""What the process writes to its log.

What this program says, and of libraries and exceptions only where they stood.

Bolt logs whole requests, sockets log what they cannot read, and the words of an exception may quote what a
person typed. None of that has a place in a log, so no library's words are written, and of a foreign exception
only its name and its lines.
"""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections.abc import Callable, MutableMapping
from types import TracebackType
from typing import Any, Literal

from bot.errors import BotFault, QuestionFault
from bot.telemetry.questions import current_id
from index.errors import IndexFault

OURS = ("bot", "index", "console")
# What a record may bring along; everything else of it stays out.
FIELDS = ("surface", "kind", "form", "outcome", "ms", "stages_ms")
Form = Literal["plain", "json"]
_ExcInfo = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)  # as logging hands it over


class SilentAboutText(logging.Formatter):
    """Writes a record without anything that a library may have taken from a message."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """Write our own records as they are, a library's as the line of its code that wrote it."""
        return super().format(_without_foreign_words(record))

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802  logging's name
        """Write a traceback with the names of its exceptions and, of this program's own ones, their words."""
        return traceback_of(ei)


def _without_foreign_words(record: logging.LogRecord) -> logging.LogRecord:
    """Return a copy of a record that says of a library's only where its code wrote it."""
    written = logging.makeLogRecord(record.__dict__)
    written.exc_text = None  # another handler's way to write it
    if not _is_ours(record):
        written.msg, written.args = f"reported in {record.funcName}, line {record.lineno}", ()
    return written


def traceback_of(exc_info: _ExcInfo) -> str:
    """Return a traceback with what may be written of each exception."""
    if exc_info[1] is None:
        return ""
    lines = ["Traceback (most recent call last):"]
    lines += [line.rstrip("\n") for line in traceback.format_tb(exc_info[2])]
    return "\n".join([*lines, *(told(error) for error in _chain(exc_info[1]))])


def told(error: BaseException) -> str:
    """Return what may be written of an exception."""
    from slack_sdk.errors import SlackApiError

    name = type(error).__name__
    if isinstance(error, SlackApiError):
        return f"{name}: {error.response.get('error')}"
    if isinstance(error, OSError) and error.errno is not None:
        return f"{name}: {error.strerror}"
    ours = isinstance(error, BotFault | IndexFault) and not isinstance(
        error, QuestionFault
    )  # which quotes it
    return f"{name}: {error}" if ours else name


def set_up(form: Form = "plain") -> None:
    """Let the process write its log to standard error, as lines for people or as a JSON object a line."""
    handler = logging.StreamHandler()
    handler.setFormatter(SilentAboutText() if form == "plain" else json_lines())
    handler.addFilter(_is_worth_a_line)
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


def json_lines() -> logging.Formatter:
    """Return structlog's formatter: time, level, logger, event, the question's id, and what the record brings along."""
    import structlog

    class JsonLines(structlog.stdlib.ProcessorFormatter):
        def format(self, record: logging.LogRecord) -> str:
            return super().format(_without_foreign_words(record))

    return JsonLines(
        foreign_pre_chain=[
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(allow=FIELDS),
            _add_question,
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _write_exception,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )


def _add_question(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Add the id of the question that is being answered."""
    if question_id := current_id():
        event["question"] = question_id
    return event


def _write_exception(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Write an exception as the plain log does: without the words of those that are not ours."""
    if exc_info := event.pop("exc_info", None):
        event["exception"] = traceback_of(exc_info)
    return event


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] in OURS


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    """Return whether a record is ours, or a library's defect.

    What a library raises as well is told by whoever catches it.
    """
    return _is_ours(record) or bool(record.exc_info)


class Seldom:
    """Writes a line at most once a minute, with how often it would have been written."""

    def __init__(self, write: Callable[[str], None], every_s: float = 60.0) -> None:
        self._write = write
        self._every_s = every_s
        self._lock = threading.Lock()
        self._count = 0
        self._next = 0.0

    def __call__(self, said: str) -> None:
        """Write the line, or count it towards the next one."""
        with self._lock:
            self._count += 1
            if time.monotonic() < self._next:
                return
            count, self._count = self._count, 0
            self._next = time.monotonic() + self._every_s
        self._write(said if count == 1 else f"{said}; {count} like it since the last line")


def _chain(error: BaseException) -> list[BaseException]:
    """Return an exception and what it came from, the first cause last."""
    found: list[BaseException] = []
    at: BaseException | None = error
    while at is not None and at not in found:
        found.append(at)
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
    return found
