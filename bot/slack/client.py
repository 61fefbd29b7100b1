"""The client of Slack's Web API: how long it waits, how often it tries again, and what is counted of it."""

from __future__ import annotations

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

from bot.telemetry import metrics

TIMEOUT_S = 20
_TOO_MANY, _SERVER_ERROR = 429, 500


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
    """Waits as Slack asks on 429, and counts it."""

    def prepare_for_next_attempt(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> None:
        """Wait."""
        metrics.RATE_LIMITED.inc()
        super().prepare_for_next_attempt(state=state, request=request, response=response, error=error)


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
