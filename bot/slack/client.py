"""The client of Slack's Web API: how long it waits, how often it tries again, and what is counted of it."""

from __future__ import annotations

import random
import threading
from contextvars import ContextVar
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry import (
    HttpRequest,
    HttpResponse,
    RateLimitErrorRetryHandler,
    RetryHandler,
    RetryState,
)
from slack_sdk.http_retry.builtin_handlers import ServerErrorRetryHandler
from slack_sdk.web import SlackResponse

from bot.errors import SlackAway
from bot.telemetry import metrics

TIMEOUT_S = 20
SHORT_S = 2.0  # a pause that is slept through even by who is to stop
_TOO_MANY, _SERVER_ERROR = 429, 500
_stopping: ContextVar[threading.Event | None] = ContextVar("stopping", default=None)


def end_waits_with(stopping: threading.Event) -> None:
    """Let this thread's later waits for Slack end as soon as the event is set."""
    _stopping.set(stopping)


class CountedClient(WebClient):
    """Slack's own client, whose calls are counted by method and by what came of them."""

    def api_call(self, api_method: str, **how: Any) -> SlackResponse:
        """Call a method.

        Raises:
            SlackApiError, OSError, HTTPException: as Slack's client does.
        """
        outcome = "away"
        try:
            response = super().api_call(api_method, **how)
            outcome = "ok"
        except SlackApiError as error:
            status = getattr(error.response, "status_code", 200)
            outcome = "refused" if status < _SERVER_ERROR else "away"
            if status == _TOO_MANY:
                metrics.RATE_LIMITED.inc()
            raise
        finally:
            metrics.CALLS.labels(api_method, outcome).inc()
        return response


class PatientWait(RateLimitErrorRetryHandler):
    """Waits as Slack asks on 429, which may be minutes, and counts it."""

    def prepare_for_next_attempt(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> None:
        """Wait.

        Raises:
            SlackAway: the thread is to stop, and the pause is a long one.
        """
        metrics.RATE_LIMITED.inc()
        stopping, pause_s = _stopping.get(), _retry_after_s(response)
        if stopping is None or pause_s <= SHORT_S:
            super().prepare_for_next_attempt(state=state, request=request, response=response, error=error)
            return
        if stopping.wait(pause_s + random.random()):  # noqa: S311  so that not all come back at once
            raise SlackAway(f"Slack takes no more for {pause_s:.0f} s, and this process is to stop before.")
        state.next_attempt_requested = True
        state.increment_current_attempt()


def _retry_after_s(response: HttpResponse | None) -> float:
    """Return how long Slack asks to wait, 0 where it does not say."""
    headers = response.headers if response is not None else {}
    said = next((values for name, values in headers.items() if name.lower() == "retry-after"), ["0"])
    return float(said[0]) if said[0].isdecimal() else 0.0


def web_client(token: str | None, api_url: str | None, *, patient: bool = True) -> WebClient:
    """Make a client that waits as Slack asks on 429 and tries again on 5xx, or one that gives up at once.

    A broken connection is not in the list: a POST that is repeated blindly may post twice, so `post_answer`
    looks first.
    """
    waiting: list[RetryHandler] = [
        PatientWait(max_retry_count=10),
        ServerErrorRetryHandler(max_retry_count=3),
    ]
    handlers = waiting if patient else []
    options: dict[str, Any] = (
        {"base_url": api_url if api_url.endswith("/") else f"{api_url}/"} if api_url else {}
    )
    return CountedClient(token=token, timeout=TIMEOUT_S, retry_handlers=handlers, **options)
