"""The bot as a process: what it needs to start, that it stays on this machine, and how it stops."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.errors import SettingsFault, SlackFault, StoreAway, StoreFault
from bot.live import LiveIndex
from bot.slack.app import create_app
from bot.store import Store
from tests.bot.slack.conftest import Starter, answer, make_settings
from tests.bot.slack.test_conversations import bot_messages
from tests.conftest import PATIENT_MS, ROOT
from tests.slack_server import APP_TOKEN, BOT_TOKEN, LocalSlack
from tests.slack_server.transcript import message_text

# Stands before everything else in the process: whatever leaves loopback, names included, is refused and
# written down.
GUARD = """
import socket, sys
def closed(what):
    sys.stderr.write(f"NETWORK CLOSED: {what}\\n")
    raise OSError("the network is closed")
def guard(real):
    def connect(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            closed(address)
        return real(self, address)
    return connect
socket.socket.connect = guard(socket.socket.connect)
socket.socket.connect_ex = guard(socket.socket.connect_ex)
names = socket.getaddrinfo
def lookup(host, *rest, **more):
    if host not in ("127.0.0.1", "::1", "localhost", None, ""):
        closed(host)
    return names(host, *rest, **more)
socket.getaddrinfo = lookup
"""


@contextmanager
def process(
    slack: LocalSlack, tmp_path: Path, index_dir: Path, **more: str
) -> Iterator[subprocess.Popen[str]]:
    """Run the bot with the network closed but for loopback; `more` are variables of its environment."""
    (tmp_path / "sitecustomize.py").write_text(GUARD)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}",
        "CONFNOTES_INDEX_DIR": str(index_dir),
        "CONFNOTES_STORE": str(tmp_path / "bot.sqlite"),
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_API_URL": slack.api_url,
        "OMP_NUM_THREADS": "1",
        "CONFNOTES_READER_MS": f"{PATIENT_MS:.0f}",
        **more,
    }
    running = subprocess.Popen(
        [sys.executable, "-m", "confnotes", "bot"],
        cwd=tmp_path,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


def test_the_bot_stays_on_this_machine_and_stops_when_told(
    slack: LocalSlack, tmp_path: Path, published: Path
) -> None:
    """With the network closed but for loopback it answers, tries to reach nothing else, and ends cleanly on SIGTERM."""
    with process(slack, tmp_path, published) as running:
        slack.wait_for(lambda: len(slack.sockets.connections) == 2 or running.poll() is not None)
        slack.write("C1NOTES", "U1ADA", "<@BOT> how fast does Mossbank restore a volume?")
        [message] = slack.wait_for(lambda: bot_messages(slack, "C1NOTES"))
        running.send_signal(signal.SIGTERM)
        _, said = running.communicate(timeout=90)

    assert "14 seconds" in message_text(message)
    assert running.returncode == 0
    assert "NETWORK CLOSED" not in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("missing", "named"),
    [({"slack_bot_token": None}, "SLACK_BOT_TOKEN"), ({"slack_app_token": None}, "SLACK_APP_TOKEN")],
)
def test_a_missing_token_is_named_in_one_line(
    slack: LocalSlack, tmp_path: Path, live: LiveIndex, missing: dict[str, None], named: str
) -> None:
    """Without a token the message names it and says where to get it."""
    settings = make_settings(slack, tmp_path, live.index_dir, **missing)
    with pytest.raises(SettingsFault, match=named) as raised:
        create_app(settings, answering=answer, live=live)

    assert "\n" not in str(raised.value)
    assert "docs/slack.md" in str(raised.value)


def test_over_http_no_app_token_is_needed(slack: LocalSlack, tmp_path: Path, live: LiveIndex) -> None:
    """A signing secret and a port are enough beside the bot token."""
    bot = create_app(
        make_settings(slack, tmp_path, live.index_dir, slack_app_token=None, port=3000),
        answering=answer,
        live=live,
    )
    bot.desk.close()
    bot.store.close()

    assert bot.app


def test_a_wrong_token_is_one_line(slack: LocalSlack, tmp_path: Path, live: LiveIndex) -> None:
    """Slack's refusal of the bot token names the setting and never the token."""
    settings = make_settings(slack, tmp_path, live.index_dir, slack_bot_token=SecretStr("xoxb-wrong"))
    with pytest.raises(SlackFault, match=r"invalid_auth.*SLACK_BOT_TOKEN") as raised:
        create_app(settings, answering=answer, live=live)

    assert "xoxb-wrong" not in str(raised.value)


def test_a_memory_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    """A file that is no database, or one of a later version, is refused with the way out."""
    (tmp_path / "text.sqlite").write_text("no database" * 100)
    later = Store(tmp_path / "later.sqlite")
    with later.reading() as memory:
        memory.execute("PRAGMA user_version = 99")
    later.close()

    with pytest.raises(StoreFault, match="Move the file away"):
        Store(tmp_path / "text.sqlite")
    with pytest.raises(StoreFault, match="format 99"):
        Store(tmp_path / "later.sqlite")


def test_a_full_disk_does_not_outlast_itself(tmp_path: Path) -> None:
    """What cannot be written is refused, and the next claim is taken as if nothing had been."""
    store = Store(tmp_path / "bot.sqlite")
    with store.reading() as memory:
        [pages] = memory.execute("PRAGMA page_count").fetchone()
        memory.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreAway, match="full"):
        store.take(["large"], "x" * 1_000_000)
    with store.reading() as memory:
        memory.execute("PRAGMA max_page_count = 100000")

    assert store.take(["large"], "{}") is not None
    store.close()


def test_forgetting_is_not_done_at_every_look(slack: LocalSlack, start: Starter, tmp_path: Path) -> None:
    """What is old goes when the bot starts; while it looks for orphans it does not read whole tables again."""

    def found(what: str) -> list[tuple[str]]:
        with store.reading() as memory:
            return memory.execute(what).fetchall()

    claims = "SELECT key FROM claims WHERE key = 'old'"

    before = Store(tmp_path / "bot.sqlite", clock=lambda: 0.0)
    before.finish(str(before.take(["old"], "")))
    before.close()
    store = start().bot.store
    slack.wait_for(lambda: not found(claims))
    with store.changing() as memory:
        memory.execute("INSERT INTO claims VALUES ('old', 0)")
    for number in range(3):  # an orphan that is gone shows that the bot has looked
        gone = Store(tmp_path / "bot.sqlite")
        gone.take([f"orphan {number}"], "{}")
        gone.close()
        slack.wait_for(lambda: not found("SELECT job_id FROM jobs WHERE finished_at IS NULL"))

    assert found(claims) == [("old",)]
