"""A real build, a local Slack, and bots that listen to it."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from pydantic import SecretStr

from bot.answering import answer
from bot.live import LiveIndex
from bot.settings import Settings
from bot.slack.app import SlackBot, create_app, watch
from bot.slack.desk.compose import Answering
from bot.slack.http import bind, create_http, create_server
from bot.slack.sockets import Sockets
from bot.telemetry.health import Health
from index.encoder.base import Encoder
from tests.notes import publish_notes
from tests.slack_server import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, LocalSlack

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    """Give a folder with a published build, not to be changed."""
    index_dir = tmp_path_factory.mktemp("slack") / "index"
    publish_notes(index_dir, encoder)
    return index_dir


@pytest.fixture(scope="session")
def live(published: Path, encoder: Encoder) -> LiveIndex:
    """Give the opened build."""
    return LiveIndex(published, encoder)


@pytest.fixture
def index_dir(published: Path, tmp_path: Path) -> Path:
    """Give a published build of the test's own."""
    return Path(shutil.copytree(published, tmp_path / "index"))


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    """Give a workspace with two people and two channels, the bot in one of them."""
    with LocalSlack() as server:
        server.add_user("U1ADA", "ada")
        server.add_user("U2BEN", "ben")
        server.add_channel("C1NOTES", "notes", "U1ADA", "U2BEN")
        server.add_channel("C2OTHER", "other", "U1ADA", "U2BEN", bot=False)
        yield server


@dataclass
class Running:
    """A bot that listens."""

    slack: LocalSlack
    bot: SlackBot
    sockets: Sockets | None = None
    server: uvicorn.Server | None = None
    thread: threading.Thread | None = None
    closed: bool = field(default=False)

    def close(self) -> None:
        """Stop as on SIGTERM: nothing new comes in, what was begun is finished."""
        if self.closed:
            return
        self.closed = True
        if self.sockets is not None:
            self.sockets.close()
        if self.server is not None and self.thread is not None:
            self.server.should_exit = True
            self.thread.join()
        self.bot.desk.close()
        self.bot.store.close()


Starter = Callable[..., Running]


@pytest.fixture
def settings(slack: LocalSlack, tmp_path: Path, published: Path) -> Settings:
    """Give the settings for the local Slack."""
    return make_settings(slack, tmp_path, published)


def make_settings(slack: LocalSlack, tmp_path: Path, index_dir: Path, **more: Any) -> Settings:
    """Make settings that read neither the environment nor a file."""
    fields: dict[str, Any] = {
        "index_dir": index_dir,
        "store": tmp_path / "bot.sqlite",
        "slack_bot_token": SecretStr(BOT_TOKEN),
        "slack_app_token": SecretStr(APP_TOKEN),
        "slack_signing_secret": SecretStr(SIGNING_SECRET),
        "slack_api_url": slack.api_url,
    }
    return Settings.model_construct(
        **{**{name: f.default for name, f in Settings.model_fields.items()}, **fields, **more}
    )


@pytest.fixture
def start(slack: LocalSlack, tmp_path: Path, live: LiveIndex, memory: Path | SecretStr) -> Iterator[Starter]:
    """Give a function that starts a bot, over HTTP or by Socket Mode with `sockets=1`, and stops it after the test.

    With `looks_after=False` its caretaker never comes to look, as on a machine that is very busy.
    """
    with ExitStack() as running:

        def starter(
            *,
            sockets: int = 0,
            answering: Answering = answer,
            index: LiveIndex = live,
            looks_after: bool = True,
            **more: Any,
        ) -> Running:
            given = {"store": memory, **more}
            bot = create_app(
                make_settings(slack, tmp_path, index.index_dir, **given), answering=answering, live=index
            )
            if looks_after:
                bot.desk.start(look_every_s=0.1)
            one = _listen_sockets(bot, slack, sockets) if sockets else _listen_http(bot, slack)
            running.callback(one.close)
            return one

        yield starter


def _listen_sockets(bot: SlackBot, slack: LocalSlack, connections: int) -> Running:
    before = len(slack.sockets.connections)
    sockets = Sockets(bot.app, APP_TOKEN, connections, ping_interval_s=1.0)
    sockets.connect()
    slack.wait_connected(before + connections)
    return Running(slack, bot, sockets=sockets)


def _listen_http(bot: SlackBot, slack: LocalSlack) -> Running:
    listening = bind("127.0.0.1", 0)
    port = listening.getsockname()[1]
    watch(bot, health := Health(), None)
    server = create_server(create_http(bot.app, SIGNING_SECRET, health))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    while not server.started:
        time.sleep(0.01)
    slack.request_url = f"http://127.0.0.1:{port}/slack/events"
    return Running(slack, bot, server=server, thread=thread)
