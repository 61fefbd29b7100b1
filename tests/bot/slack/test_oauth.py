"""Several workspaces install the app themselves; off unless a client id and secret are set."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bot.errors import SettingsFault
from bot.live import LiveIndex
from bot.slack.app import create_app
from tests.bot.slack.conftest import Running, Starter, answer, make_settings
from tests.bot.slack.test_conversations import bot_messages
from tests.slack_server import LocalSlack
from tests.slack_server.transcript import message_text

BY_OAUTH: dict[str, Any] = {
    "slack_client_id": "1.2",
    "slack_client_secret": SecretStr("hush"),
    "slack_bot_token": None,
    "slack_app_token": None,
    "port": 3000,
}


def install(slack: LocalSlack, code: str = "good-code") -> httpx.Response:
    """Go through the pages of an installation as a browser does."""
    address = (slack.request_url or "").removesuffix("/slack/events")
    page = httpx.get(f"{address}/slack/install")
    state = re.search(r"state=([\w-]+)", page.text)[1]  # type: ignore[index]
    cookie = {"Cookie": page.headers["set-cookie"].split(";")[0]}
    return httpx.get(f"{address}/slack/oauth_redirect", params={"code": code, "state": state}, headers=cookie)


@pytest.fixture
def installed(slack: LocalSlack, start: Starter) -> Running:
    """Give a bot that one workspace has installed."""
    running = start(**BY_OAUTH)
    assert install(slack).status_code == 200
    return running


def test_a_workspace_that_installed_the_app_is_answered(
    slack: LocalSlack, installed: Running, tmp_path: Path
) -> None:
    """Mentions, follow-ups and commands work with the token that the installation brought, which only we can read."""
    slack.write("C1NOTES", "U1ADA", "<@BOT> what is Lanternfish?")
    slack.wait_for(lambda: bot_messages(slack, "C1NOTES"))
    slack.write(
        "C1NOTES", "U1ADA", "how many nodes did it save?", bot_messages(slack, "C1NOTES")[0]["thread_ts"]
    )
    slack.wait_for(lambda: len(bot_messages(slack, "C1NOTES")) == 2)
    slack.command("C1NOTES", "U1ADA", "what is Quillwort?")
    [private] = slack.wait_for(lambda: slack.space.ephemerals)

    assert "38%" in message_text(bot_messages(slack, "C1NOTES")[1])
    assert "2 TB a day" in message_text(private)
    assert (tmp_path / "installations.sqlite").stat().st_mode & 0o077 == 0


def test_other_workspaces_are_not_answered(slack: LocalSlack, installed: Running) -> None:
    """A workspace that has not installed the app, or no longer, gets no answer."""
    event = {
        "type": "app_mention",
        "user": "U1ADA",
        "text": "<@U0CONFBOT> what is Mossbank?",
        "channel": "C1NOTES",
        "ts": "1.1",
        "team": "T9",
    }
    body = slack.envelope(event) | {
        "team_id": "T9",
        "authorizations": [{"team_id": "T9", "user_id": "U9BOT", "is_bot": True}],
    }
    slack.deliver("events_api", body)
    slack.deliver("events_api", slack.envelope({"type": "app_uninstalled"}))
    slack.write("C1NOTES", "U1ADA", "<@BOT> what is Mossbank?")
    installed.close()

    assert not bot_messages(slack, "C1NOTES")


def test_a_wrong_code_installs_nothing(slack: LocalSlack, start: Starter) -> None:
    """When Slack refuses the code, nothing is installed and the page says so."""
    start(**BY_OAUTH)

    assert install(slack, code="stolen").status_code >= 400


def test_without_a_client_there_is_nothing_to_install(slack: LocalSlack, start: Starter) -> None:
    """A bot for one workspace has no page to install it."""
    start()
    address = (slack.request_url or "").removesuffix("/slack/events")

    assert httpx.get(f"{address}/slack/install").status_code == 404


def test_installing_needs_http(slack: LocalSlack, tmp_path: Path, live: LiveIndex) -> None:
    """With a client but no port the message says what is missing."""
    with pytest.raises(SettingsFault, match="SLACK_SIGNING_SECRET and PORT"):
        create_app(
            make_settings(slack, tmp_path, live.index_dir, **{**BY_OAUTH, "port": None}),
            answering=answer,
            live=live,
        )
