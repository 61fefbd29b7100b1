"""Several workspaces install the app themselves; off unless a client id and secret are set."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.installation_store.sqlite3 import SQLite3InstallationStore

from bot.errors import SettingsFault, StoreFault
from bot.live import LiveIndex
from bot.slack.app import create_app
from bot.slack.installations import Installations, States
from bot.store import Store
from tests.bot.slack.conftest import Running, Starter, answer, make_settings
from tests.bot.slack.test_conversations import bot_messages
from tests.slack_server import BOT_TOKEN, LocalSlack
from tests.slack_server.transcript import message_text

IN_BOTH_DATABASES = True
OLD, NEW = (SecretStr(Fernet.generate_key().decode()) for _ in range(2))
BY_OAUTH: dict[str, Any] = {
    "installations_key": (OLD,),
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


def sealed_tokens(running: Running) -> list[Any]:
    """Return what the bot's memory holds of installations."""
    with running.bot.store.reading() as db:
        return list(db.execute("SELECT * FROM installations").fetchall())


def test_a_workspace_that_installed_the_app_is_answered(slack: LocalSlack, installed: Running) -> None:
    """Mentions, follow-ups and commands work with the token that the installation brought."""
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
    slack.wait_for(lambda: not sealed_tokens(installed))  # Bolt acknowledges before it forgets
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


def bot_of(team_id: str = "T1", enterprise_id: str | None = None, token: str = "xoxb-quetzal") -> Bot:  # noqa: S107  made up
    """Return what a workspace's installation brings."""
    return Bot(
        app_id="A1",
        team_id=team_id,
        enterprise_id=enterprise_id,
        bot_token=token,
        bot_id="B1",
        bot_user_id="U1",
        bot_scopes=["chat:write", "commands"],
        installed_at=1_000_000.5,
    )


def found(installations: Installations, team_id: str, enterprise_id: str | None = None) -> Bot | None:
    """Look a workspace up as Bolt does."""
    return installations.find_bot(enterprise_id=enterprise_id, team_id=team_id)


def test_no_token_stands_in_the_memory(slack: LocalSlack, installed: Running) -> None:
    """What the memory holds of an installation tells no token, and is opened by the key alone."""
    rows = sealed_tokens(installed)
    [(place, sealed, _)] = rows

    assert place == "T0LOCAL"
    assert BOT_TOKEN not in str(rows)
    assert json.loads(Fernet(OLD.get_secret_value()).decrypt(sealed))["bot"]["bot_token"] == BOT_TOKEN


def test_an_installation_comes_back_as_it_was(memory: Path | SecretStr) -> None:
    """Every field is kept; a workspace of an organisation is found without it; a later one replaces the earlier."""
    store = Store(memory)
    kept = Installations(store, [OLD])
    for bot in (bot_of(), bot_of("T2", "E1", "xoxb-old"), bot_of("T2", "E1", "xoxb-new")):
        kept.save_bot(bot)
    first, second, beside = found(kept, "T1"), found(kept, "T2", "E1"), found(kept, "T2")
    kept.delete_all(enterprise_id="E1", team_id="T2")
    gone = found(kept, "T2", "E1")
    store.close()

    assert first is not None
    assert first.to_dict() == bot_of().to_dict()
    assert second is not None
    assert beside is not None
    assert (second.bot_token, beside.bot_token) == ("xoxb-new", "xoxb-new")
    assert gone is None


def test_a_key_is_changed_while_the_bot_runs(
    memory: Path | SecretStr, caplog: pytest.LogCaptureFixture
) -> None:
    """First all bots open with both, then the new one seals; what was sealed before is sealed anew, and the old one goes."""
    store = Store(memory)
    Installations(store, [OLD]).save_bot(bot_of())
    readable = [
        found(Installations(store, keys), "T1") is not None for keys in ([OLD, NEW], [NEW, OLD], [NEW])
    ]
    with (
        caplog.at_level(logging.ERROR),
        pytest.raises(StoreFault, match="CONFNOTES_INSTALLATIONS_KEY") as fault,
    ):
        found(Installations(store, [OLD]), "T1")
    store.close()

    assert readable == [True, True, True]
    assert "sealed with no key" in caplog.text
    assert "\n" not in str(fault.value)


def test_an_installation_is_good_for_its_workspace_only(memory: Path | SecretStr) -> None:
    """Who can write to the memory cannot give one workspace the token of another, nor change one."""
    store = Store(memory)
    kept = Installations(store, [OLD])
    for team_id in ("T1", "T2"):
        kept.save_bot(bot_of(team_id))
    with store.changing() as db:
        db.execute("UPDATE installations SET sealed = (SELECT sealed FROM installations WHERE place = 'T1')")

    assert found(kept, "T1") is not None
    with pytest.raises(StoreFault, match="T2"):
        found(kept, "T2")
    with store.changing() as db:
        db.execute("UPDATE installations SET sealed = ?", ("A" * 100,))
    with pytest.raises(StoreFault, match="T1"):
        found(kept, "T1")
    store.close()


def test_a_state_is_good_once_and_for_ten_minutes(memory: Path | SecretStr) -> None:
    """Whichever process issued it, a state is used up by the first that consumes it, and runs out."""
    now = [1_000_000.0]
    first, second = Store(memory, clock=lambda: now[0]), Store(memory, clock=lambda: now[0])
    state, late = States(first).issue(), States(second).issue()
    used = [States(store).consume(state) for store in (second, first)]
    now[0] += 601
    ran_out = States(first).consume(late)
    first.close()
    second.close()

    assert used == [True, False]
    assert not ran_out
    assert state != late


def test_installations_of_an_earlier_version_move_in(
    tmp_path: Path, live: LiveIndex, slack: LocalSlack
) -> None:
    """The file in which tokens lay open is read once and removed; its workspaces are answered as before."""
    path = tmp_path / "installations.sqlite"
    before = SQLite3InstallationStore(database=str(path), client_id="1.2")
    before.init()  # type: ignore[no-untyped-call]
    for bot in (
        bot_of("T0LOCAL", None, "xoxb-first"),
        bot_of("T0LOCAL", None, BOT_TOKEN),
        bot_of("T2", "E1"),
    ):
        before.save_bot(bot)
    settings = make_settings(slack, tmp_path, live.index_dir, **BY_OAUTH)
    bots = [create_app(settings, answering=answer, live=live) for _ in range(2)]
    tokens = [bots[1].desk.workspaces.client(team_id).token for team_id in ("T0LOCAL", "T2")]
    for bot in bots:
        bot.desk.close()
        bot.store.close()

    assert tokens == [BOT_TOKEN, "xoxb-quetzal"]
    assert not path.exists()


def test_without_a_key_nothing_can_be_installed(slack: LocalSlack, tmp_path: Path, live: LiveIndex) -> None:
    """A missing key, and one that is none, are one line that says how to make one and shows nothing."""
    for keys, said in (((), "openssl rand"), ((SecretStr("quetzal"),), "openssl rand")):
        settings = make_settings(slack, tmp_path, live.index_dir, **{**BY_OAUTH, "installations_key": keys})
        with pytest.raises(SettingsFault, match=said) as fault:
            create_app(settings, answering=answer, live=live)

        assert "CONFNOTES_INSTALLATIONS_KEY" in str(fault.value)
        assert "quetzal" not in str(fault.value)
        assert "\n" not in str(fault.value)
