"""What a workspace holds: people, channels, messages, and every call the app made."""

from __future__ import annotations

import itertools
import threading
import time
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

BOT_TOKEN = "xoxb-local-bot-token"
TEAM_ID = "T0LOCAL"
BOT_USER_ID = "U0CONFBOT"
BOT_ID = "B0CONFBOT"
APP_ID = "A0CONFBOT"


@dataclass
class Channel:
    """A place messages are in; `members` are the users who see it, the bot among them where it was invited."""

    channel_id: str
    name: str
    members: set[str]
    kind: str = "channel"  # "im" for a direct conversation with the bot
    messages: list[Json] = field(default_factory=list)


@dataclass(frozen=True)
class Call:
    """One Web API call as it arrived, with what was answered."""

    method: str
    arguments: Json
    status: int
    answer: Json
    at: float


@dataclass
class ResponseUrl:
    """An address to answer a command or click on: five uses within thirty minutes."""

    channel_id: str
    user_id: str
    message_ts: str | None
    uses: int = 0
    opened_at: float = field(default_factory=time.monotonic)


class Workspace:
    """The state of the local Slack; every change happens under `lock` and wakes those who wait."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.channels: dict[str, Channel] = {}
        self.users: dict[str, Json] = {}
        self.calls: list[Call] = []
        self.ephemerals: list[Json] = []
        self.lacks: set[str] = set()  # kinds of blocks that this workspace does not have yet
        self.unfurls: list[Json] = []
        self.homes: dict[str, Json] = {}
        self.sessions: dict[tuple[str, str], list[str]] = {}  # statuses of (channel, thread) in order
        self.prompts: dict[str, list[Json]] = {}
        self.modals: list[Json] = []
        self.response_urls: dict[str, ResponseUrl] = {}
        self.triggers: dict[str, float] = {}
        self._seconds = itertools.count(1_700_000_000)
        self._numbers = itertools.count(1)
        self.add_user(BOT_USER_ID, "confnotes")

    def add_user(self, user_id: str, name: str) -> None:
        """Let a person into the workspace."""
        self.users[user_id] = {"id": user_id, "name": name, "team_id": TEAM_ID}

    def add_channel(self, channel_id: str, name: str, members: set[str], kind: str = "channel") -> Channel:
        """Open a channel."""
        channel = Channel(channel_id, name, set(members), kind)
        self.channels[channel_id] = channel
        return channel

    def next_ts(self) -> str:
        """Give the next message's timestamp: unique, increasing, six decimals."""
        return f"{next(self._seconds)}.{next(self._numbers):06d}"

    def next_id(self, prefix: str) -> str:
        """Give a fresh id such as `Ev000012`."""
        return f"{prefix}{next(self._numbers):08d}"

    def find_message(self, channel_id: str, ts: str) -> Json | None:
        """Find a message by its place and timestamp."""
        channel = self.channels.get(channel_id)
        return (
            next((message for message in channel.messages if message["ts"] == ts), None) if channel else None
        )

    def new_trigger(self, age_s: float = 0.0) -> str:
        """Open a trigger id, good once and for a while."""
        trigger = self.next_id("trigger.")
        self.triggers[trigger] = time.monotonic() - age_s
        return trigger
