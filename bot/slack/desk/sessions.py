"""Slack's agent experience: prompts above an empty conversation, and a session that shows when the bot is at work.

Only for apps made from `deploy/slack/manifest.agent.json`. Sessions:
https://docs.slack.dev/ai/agent-sessions. The legacy `assistant.threads.*` status is not used.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.answering import examples
from bot.errors import SlackFault
from bot.slack.desk.delivery import LOST
from bot.slack.intake.jobs import Job
from bot.slack.messages import kit
from bot.slack.workspaces import Workspaces
from index.search import Searcher

LONGEST_SESSION_TITLE = 200
MOST_PROMPTS = 4
MOST_VIEWS = 10_000  # people; each is a few words
MOST_STOPPED = 1_000  # threads; whatever was under way in older ones has long ended
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Viewed:
    """A channel that somebody looks at, and the message in it if it is one."""

    channel_id: str
    message_ts: str | None = None


class Sessions:
    """Marks threads with the bot as being worked on, and knows which ones people stopped."""

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces
        self._lock = threading.Lock()
        self._stopped: dict[str, str] = {}  # thread -> when, the oldest first
        self._viewed: dict[str, Viewed] = {}  # person -> what they look at, the oldest first

    @contextmanager
    def working(self, job: Job) -> Iterator[None]:
        """Show that an answer is on its way, and that it is no longer, whatever happens in between."""
        if job.private:
            yield
            return
        self._set(job, "processing", title=kit.cut(job.text or "Question", LONGEST_SESSION_TITLE))
        try:
            yield
        finally:
            self._set(job, "active")

    def stop(self, thread: str, event_ts: str) -> None:
        """Note that somebody pressed Stop: what was asked before gets no answer any more."""
        with self._lock:
            self._stopped.pop(thread, None)
            self._stopped[thread] = event_ts
            while len(self._stopped) > MOST_STOPPED:
                del self._stopped[next(iter(self._stopped))]

    def is_stopped(self, job: Job) -> bool:
        """Say whether a job's asker no longer wants its answer."""
        return job.ts <= self._stopped.get(job.thread, "")

    def note_view(self, user_id: str, context: Mapping[str, Any]) -> None:
        """Note what somebody looks at beside the conversation with the agent: a message, else a channel."""
        viewed = next(filter(None, map(_viewed, context.get("entities") or ())), None)
        with self._lock:
            self._viewed.pop(user_id, None)
            if viewed is not None:
                self._viewed[user_id] = viewed
            while len(self._viewed) > MOST_VIEWS:
                del self._viewed[next(iter(self._viewed))]

    def viewed(self, user_id: str) -> Viewed | None:
        """Return what somebody looks at."""
        return self._viewed.get(user_id)

    def _set(self, job: Job, status: str, title: str | None = None) -> None:
        try:
            # Not patient: a status that comes late is worth nothing.
            self._workspaces.client(job.team_id, patient=False).agents_sessions_setStatus(
                channel_id=job.channel_id,
                thread_ts=job.thread_ts or job.ts,
                status=status,
                title=title,
                initiator_user_id=job.user_id,
            )
        except (SlackApiError, SlackFault, *LOST) as error:
            said = error.response.get("error") if isinstance(error, SlackApiError) else error
            _log.warning("the session status could not be set: %s", said)


def _viewed(entity: Mapping[str, Any]) -> Viewed | None:
    """Read one entity of what Slack says is viewed (https://docs.slack.dev/reference/events/app_context_changed)."""
    value = entity.get("value")
    if entity.get("type") == "slack#/types/channel_id" and isinstance(value, str):
        return Viewed(value)
    if entity.get("type") == "slack#/types/message_context" and isinstance(value, dict):
        return Viewed(str(value.get("channel_id")), str(value.get("message_ts")))
    return None


def suggest(client: WebClient, channel_id: str, searcher: Searcher) -> None:
    """Offer questions that the notes answer above an empty conversation."""
    asked = (*examples(searcher, MOST_PROMPTS - 1), "Which conferences are there?")
    # Without a thread: with one Slack answers ok to an agent app and shows nothing.
    client.assistant_threads_setSuggestedPrompts(
        channel_id=channel_id, prompts=[{"title": question, "message": question} for question in asked]
    )
