"""Bring a message to where it belongs: once, within Slack's limits, and never silently lost."""

from __future__ import annotations

import http.client
import itertools
import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry import RetryHandler
from slack_sdk.http_retry.builtin_handlers import ConnectionErrorRetryHandler, ServerErrorRetryHandler
from slack_sdk.web import SlackResponse
from slack_sdk.webhook import WebhookClient

from bot.errors import SlackAway, SlackFault
from bot.slack.client import TIMEOUT_S, PatientWait
from bot.slack.intake.jobs import Job
from bot.slack.messages.cards import diverted
from bot.slack.messages.message import Message
from bot.telemetry import metrics

METADATA = "confnotes_answer"
_BLOCKS_REFUSED = {
    "invalid_blocks",
    "invalid_blocks_format",
    "msg_blocks_too_long",
    "msg_too_long",
    "too_many_attachments",
}
_PLACE_REFUSED = {  # by Slack's error, why a channel does not take a message
    "not_in_channel": "I am not in it",
    "channel_not_found": "I cannot see it",
    "is_archived": "it is archived",
    "restricted_action": "it is not open to me",
    "restricted_action_thread_only_channel": "it takes threads only",
    "restricted_action_read_only_channel": "it is read-only",
    "restricted_action_non_threadable_channel": "it takes no threads",
}
THREAD_READ = 100  # messages of somebody else's thread
VIEW_READ = 10  # messages of a channel that is looked at
NEWS_READ, NEWS_PAGES = 200, 5  # messages of a channel that are looked through for news, the newest first
LOST = (OSError, http.client.HTTPException)  # the connection broke: Slack may have taken the message or not
_PAUSES_S = (0.0, 0.0, 1.0)  # before each attempt; a Slack that is away for longer is the desk's business
_NO_UNFURL: dict[str, Any] = {"unfurl_links": False, "unfurl_media": False, "parse": "none", "mrkdwn": False}
_log = logging.getLogger(__name__)


def is_away(error: Exception) -> bool:
    """Return whether an error means that Slack is not there, rather than that it refuses something."""
    return isinstance(error, LOST) or (
        isinstance(error, SlackApiError) and getattr(error.response, "status_code", 200) >= 500
    )


@contextmanager
def while_slack_is_there() -> Iterator[None]:
    """Tell a Slack that is away from one that refuses something.

    Raises:
        SlackAway: it cannot be reached, or has nothing but server errors.
    """
    try:
        yield
    except (SlackApiError, *LOST) as error:
        if not is_away(error):
            raise
        said = f"it answers {error.response.status_code}" if isinstance(error, SlackApiError) else error
        raise SlackAway(f"Cannot reach Slack: {said}. It will be tried again.") from error


def post_answer(client: WebClient, job: Job, job_id: str, message: Message) -> str | None:
    """Post a job's answer in its thread, or to the asker alone where the channel does not take it.

    Returns:
        When it was posted in the thread, as Slack's timestamp; None where it is not known.

    Raises:
        SlackApiError: Slack refuses it in every form.
    """
    thread_ts = job.thread_ts or job.ts

    def post(**content: Any) -> SlackResponse:
        return client.chat_postMessage(
            channel=job.channel_id, thread_ts=thread_ts, **_marked(job_id), **content, **_NO_UNFURL
        )

    try:
        return _once(lambda: _with_fallback(post, message), lambda: is_posted(client, job, job_id))
    except SlackApiError as error:
        refusal = str(error.response.get("error"))
        if refusal not in _PLACE_REFUSED:
            raise
        _log.warning(
            "job %s: its channel does not take the answer (%s), it goes to the asker", job_id, refusal
        )
        post_to_person(
            client, job.user_id, diverted(message, job.channel_id, job.text, _PLACE_REFUSED[refusal])
        )
        return None


def thread_before(client: WebClient, job: Job) -> list[dict[str, Any]]:
    """Read what stands in a job's thread before its message, oldest first; nothing where that is not allowed.

    Raises:
        OSError, HTTPException, SlackApiError: Slack is away.
    """
    try:
        found = client.conversations_replies(
            channel=job.channel_id, ts=job.thread_ts, latest=job.ts, inclusive=False, limit=THREAD_READ
        )
    except SlackApiError as error:
        if is_away(error):
            raise
        _log.warning("job %s: its thread cannot be read: %s", job.thread, error.response.get("error"))
        return []
    messages: list[dict[str, Any]] = found.get("messages", [])
    return [message for message in messages if str(message.get("ts", "")) < job.ts]


def message_viewed(client: WebClient, channel_id: str, message_ts: str | None) -> dict[str, Any] | None:
    """Read the message that somebody looks at, of a channel the last one that a person wrote.

    None where it may not be read.
    """
    try:
        if message_ts:
            found = client.conversations_replies(channel=channel_id, ts=message_ts, limit=1)
        else:
            found = client.conversations_history(channel=channel_id, limit=VIEW_READ)
    except SlackApiError as error:
        _log.info("what is viewed cannot be read: %s", error.response.get("error"))
        return None
    messages: list[dict[str, Any]] = found.get("messages", [])
    return next((message for message in messages if message_ts or not message.get("bot_id")), None)


def unfurl(client: WebClient, event: Mapping[str, Any], cards: Mapping[str, Any]) -> None:
    """Show cards below the addresses of a message.

    Raises:
        SlackApiError: Slack does not take them.
    """
    if event.get("unfurl_id") and event.get("source"):
        place: dict[str, Any] = {"unfurl_id": str(event["unfurl_id"]), "source": str(event["source"])}
    else:
        place = {"channel": str(event["channel"]), "ts": str(event["message_ts"])}
    client.chat_unfurl(unfurls={url: dict(card) for url, card in cards.items()}, **place)


def post_to_person(client: WebClient, user_id: str, message: Message) -> SlackResponse:
    """Send a direct message."""
    return _with_fallback(
        lambda **content: client.chat_postMessage(channel=user_id, **content, **_NO_UNFURL), message
    )


def post_news(client: WebClient, to: str, job_id: str, message: Message) -> SlackResponse:
    """Post a message that nobody asked for just now, to a channel or a person, so that `is_told` finds it."""
    return _with_fallback(
        lambda **content: client.chat_postMessage(channel=to, **_marked(job_id), **content, **_NO_UNFURL),
        message,
    )


def why_refused(error: SlackApiError) -> str | None:
    """Return why a channel does not take a message, None where something else is wrong with it."""
    return _PLACE_REFUSED.get(str(error.response.get("error")))


def show_privately(
    client: WebClient, channel_id: str, user_id: str, thread_ts: str | None, message: Message
) -> None:
    """Show a message to one person in a channel."""
    place: dict[str, Any] = {"channel": channel_id, "user": user_id} | (
        {"thread_ts": thread_ts} if thread_ts else {}
    )
    _with_fallback(lambda **content: client.chat_postEphemeral(**place, **content, parse="none"), message)


def show_in_thread(client: WebClient, job: Job, message: Message) -> bool:
    """Show a message to the asker in the job's thread and say whether the thread takes it.

    Raises:
        OSError, HTTPException, SlackApiError: Slack is away.
    """
    try:
        show_privately(client, job.channel_id, job.user_id, job.thread_ts, message)
    except SlackApiError as error:
        if is_away(error):
            raise
        _log.warning("a thread does not take a private answer: %s", error.response.get("error"))
        return False
    return True


def is_posted(client: WebClient, job: Job, job_id: str) -> bool:
    """Look in the thread whether a job's answer is there already.

    Raises:
        OSError, HTTPException, SlackApiError: Slack is away and does not say.
    """
    try:
        found = client.conversations_replies(
            channel=job.channel_id,
            ts=job.thread_ts or job.ts,
            oldest=job.ts,
            limit=200,
            include_all_metadata=True,
        )
    except SlackApiError as error:
        if is_away(error):
            raise
        _log.warning("job %s: cannot look for its answer: %s", job_id, error.response.get("error"))
        return False
    return _holds(found, job_id)


def is_told(client: WebClient, channel_id: str | None, user_id: str, job_id: str) -> bool:
    """Look whether a job's news are posted already, in a channel, else among the person's direct messages.

    Slack has no key that would keep a message from being posted twice (it ignores `client_msg_id` of apps), so
    that whoever repeats has to look.

    Raises:
        OSError, HTTPException, SlackApiError: Slack is away and does not say.
    """
    try:
        place = channel_id or str(client.conversations_open(users=user_id)["channel"]["id"])
        pages = client.conversations_history(channel=place, limit=NEWS_READ, include_all_metadata=True)
        return any(_holds(page, job_id) for page in itertools.islice(pages, NEWS_PAGES))
    except SlackApiError as error:
        if is_away(error):
            raise
        _log.warning("job %s: cannot look for its news: %s", job_id, error.response.get("error"))
        return False


def _marked(job_id: str) -> dict[str, Any]:
    """Return the metadata by which a job's message is known again."""
    return {"metadata": {"event_type": METADATA, "event_payload": {"job": job_id}}}


def _holds(found: SlackResponse, job_id: str) -> bool:
    """Return whether a job's message is among some."""
    messages: list[dict[str, Any]] = found.get("messages", [])
    return any(
        message.get("metadata", {}).get("event_payload", {}).get("job") == job_id for message in messages
    )


def respond(url: str, message: Message, *, in_channel: bool = False, replace: bool = False) -> None:
    """Answer to a response URL, which Slack takes five times within thirty minutes.

    Raises:
        SlackFault: the address is no longer good, or the message is refused in every form.
    """
    how = {
        "response_type": "in_channel" if in_channel else "ephemeral",
        "replace_original": replace,
        "mrkdwn": False,
    }
    error: str | None = "no blocks"
    for blocks in filter(None, (message.blocks, message.simple)):
        if error is not None and "blocks" in error:
            error = _send(url, {**how, "text": message.text, "blocks": list(blocks)})
    if error is not None and "blocks" in error:
        _log.warning("blocks refused at a response address: %s", error)
        error = _send(url, {**how, "text": message.plain_text})
    if error is not None:
        raise SlackFault(
            f"Cannot answer to a response address: {error[:200]}. It is good for five uses within 30 minutes; ask again."
        )


def remove(url: str) -> None:
    """Take a private message away."""
    try:
        error = _send(url, {"delete_original": True})
    except LOST as lost:  # what came before it is done all the same
        error = str(lost)
    if error is not None:
        _log.warning("could not take a private message away: %s", error[:200])


def _with_fallback(post: Callable[..., SlackResponse], message: Message) -> SlackResponse:
    """Post a message; where blocks are refused, with kinds that every workspace has, then as plain words."""
    for blocks in filter(None, (message.blocks, message.simple)):
        try:
            return post(text=message.text, blocks=list(blocks))
        except SlackApiError as error:
            if error.response.get("error") not in _BLOCKS_REFUSED:
                raise
            details = error.response.get("response_metadata", {}).get("messages", [])
            level = logging.INFO if blocks is message.blocks and message.simple else logging.ERROR
            _log.log(level, "blocks refused: %s %s", error.response.get("error"), details[:3])
    return post(text=message.plain_text)


def _once(post: Callable[[], SlackResponse], posted: Callable[[], bool]) -> str | None:
    """Post, and where the connection broke look whether it was taken before posting again.

    Raises:
        OSError, HTTPException: the connection broke every time.
    """
    lost: Exception | None = None
    for pause_s in _PAUSES_S:
        time.sleep(pause_s)
        try:
            return str(post().get("ts") or "") or None if lost is None or not posted() else None
        except LOST as error:
            lost = error
    if lost is None:
        return None
    raise lost


def _send(url: str, body: dict[str, Any]) -> str | None:
    """Send to a response URL and return what was refused, None when it was taken."""
    handlers: list[RetryHandler] = [
        ConnectionErrorRetryHandler(),
        PatientWait(max_retry_count=3),
        ServerErrorRetryHandler(max_retry_count=3),
    ]
    outcome = "away"
    try:
        answer = WebhookClient(url, timeout=TIMEOUT_S, retry_handlers=handlers).send_dict(body)
        taken = answer.status_code == 200 and not answer.body.startswith('{"ok":false')
        outcome = "ok" if taken else "refused" if answer.status_code < 500 else "away"
    finally:
        metrics.CALLS.labels("response_url", outcome).inc()
    if taken:
        return None
    return f"{answer.status_code} {_error_in(answer.body)}"


def _error_in(body: str) -> str:
    try:
        return str(json.loads(body).get("error", body))
    except (ValueError, AttributeError):
        return body
