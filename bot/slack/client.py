"""The client of Slack's Web API: how long it waits, and how often it tries again."""

from __future__ import annotations

from typing import Any

from slack_sdk import WebClient
from slack_sdk.http_retry import RateLimitErrorRetryHandler, RetryHandler
from slack_sdk.http_retry.builtin_handlers import ServerErrorRetryHandler

TIMEOUT_S = 20


def web_client(token: str | None, api_url: str | None, *, patient: bool = True) -> WebClient:
    """Make a client that waits as Slack asks on 429 and tries again on 5xx, or one that gives up at once.

    A broken connection is not in the list: a POST that is repeated blindly may post twice, so `post_answer`
    looks first.
    """
    waiting: list[RetryHandler] = [
        RateLimitErrorRetryHandler(max_retry_count=10),
        ServerErrorRetryHandler(max_retry_count=3),
    ]
    handlers = waiting if patient else []
    options: dict[str, Any] = (
        {"base_url": api_url if api_url.endswith("/") else f"{api_url}/"} if api_url else {}
    )
    return WebClient(token=token, timeout=TIMEOUT_S, retry_handlers=handlers, **options)
