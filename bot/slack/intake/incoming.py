"""Decide what Slack's payloads ask for. Pure, but for asking the store who spoke last in a thread."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.answering.language.markup import plain_question
from bot.slack.intake.jobs import Job
from bot.slack.mrkdwn import mentions_somebody_else, read
from bot.store import Store

Json = Mapping[str, Any]

_HEARD_SUBTYPES = {None, "", "file_share", "thread_broadcast"}
# What people say to close a conversation; an answer to it would be noise.
_COURTESY = re.compile(
    r"[\W_]*(?:(?:ok(?:ay)?|thanks?|thank you|thx|ty|cheers|cool|great|nice|perfect|awesome|super|merci|danke|got it|good to know"
    r"|very|so much|a lot"
    r"|that helps|no worries|np|lol|haha|wow|yes|no|yep|nope)[\W_]*)+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Doors:
    """Who may ask and where; empty collections let everybody of the bot's own workspace in."""

    bot_user_id: str
    team_id: str
    channels: Collection[str] = ()
    teams: Collection[str] = ()
    external_users: bool = False
    many: bool = False  # every workspace that installed the app has doors of its own

    def of(self, body: Json) -> Doors:
        """Return the doors of the workspace that a payload was sent for."""
        if not self.many:
            return self
        sent_for: Json = next(iter(body.get("authorizations") or ()), {})
        team_id = sent_for.get("team_id") or (body.get("team") or {}).get("id") or body.get("team_id") or ""
        return replace(self, team_id=str(team_id), bot_user_id=str(sent_for.get("user_id") or ""))

    def open_to(self, team_id: str, channel_id: str) -> bool:
        """Say whether a person of that workspace may ask in that channel."""
        known = team_id in (self.teams or (self.team_id,)) or self.external_users
        return known and (not self.channels or channel_id in self.channels or channel_id.startswith("D"))


def keys_of(body: Json) -> tuple[str, str]:
    """Return the keys that an event is claimed under: its own id, and the message, which a twin event shares."""
    event = body["event"]
    return f"event:{body['event_id']}", f"message:{event.get('channel')}:{event.get('ts')}"


def from_mention(body: Json, doors: Doors) -> Job | None:
    """Return what a mention asks, None where it is not for us."""
    event, doors = body["event"], doors.of(body)
    if not _by_a_person(event, doors) or not doors.open_to(_team(body), event["channel"]):
        return None
    return _job("mention", body, doors)


def from_message(body: Json, doors: Doors, store: Store) -> Job | None:
    """Return what a message asks: every direct message, and in our threads what follows on an answer."""
    event, doors = body["event"], doors.of(body)
    if not _by_a_person(event, doors) or not doors.open_to(_team(body), event["channel"]):
        return None
    if event.get("channel_type") == "im":
        return _job("direct", body, doors)
    if not event.get("thread_ts") or f"<@{doors.bot_user_id}" in event.get("text", ""):
        return None  # a mention comes as an event of its own
    job = _job("follow_up", body, doors)
    before = store.speaker_before(job.thread, job.ts, job.user_id)
    return (
        job if before is not None and _is_for_us(job, before, event.get("text", ""), doors, store) else None
    )


def says_something(text: str) -> bool:
    """Say whether a text has words, not only marks and emoji."""
    return any(character.isalnum() for character in plain_question(text))


def _is_for_us(job: Job, before: str, raw: str, doors: Doors, store: Store) -> bool:
    """Say whether a message without a mention goes on with the bot: its author asked here before, and nobody spoke in between."""
    if before not in ("", job.user_id) or mentions_somebody_else(raw, doors.bot_user_id):
        return False
    if not says_something(job.text) or _COURTESY.fullmatch(job.text):
        return False
    return store.has_asked(job.thread, job.user_id)


def _by_a_person(event: Json, doors: Doors) -> bool:
    if event.get("subtype") not in _HEARD_SUBTYPES or event.get("hidden"):
        return False
    if event.get("bot_id") or event.get("bot_profile") or event.get("app_id"):
        return False
    return event.get("user") not in (None, "", "USLACKBOT", doors.bot_user_id)


def _team(body: Json) -> str:
    event = body["event"]
    return str(event.get("user_team") or event.get("team") or body.get("team_id") or "")


def _job(kind: Any, body: Json, doors: Doors) -> Job:
    event = body["event"]
    team_id = doors.team_id if doors.many else str(body.get("team_id") or "")
    return Job(
        kind=kind,
        team_id=team_id,
        channel_id=event["channel"],
        user_id=event["user"],
        text=read(event.get("text") or "", doors.bot_user_id),
        ts=event["ts"],
        thread_ts=event.get("thread_ts") or "",
        has_file=bool(event.get("files")),
        stranger=_team(body) != team_id,
    )
