"""HTTP mode: what is not Slack's is refused in a word, and what was begun is finished when the process is told to stop."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from bot.connections import PatientProtocol
from tests.bot.slack.conftest import Starter
from tests.bot.slack.test_running import process
from tests.ports import free_port
from tests.slack_server import BOT_TOKEN, BOT_USER_ID, SIGNING_SECRET, LocalSlack

CANARY = "canarywordquetzal"


def signed(body: str, *, secret: str = SIGNING_SECRET, stamp: str | None = None) -> dict[str, str]:
    """Return the headers that Slack sends with a body."""
    stamp = stamp or str(int(time.time()))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


NOT_SLACKS = [
    ("{not json " + CANARY, "application/json", {}, 400),
    ("payload=%7Bnot" + CANARY, "application/x-www-form-urlencoded", {}, 400),
    ("payload=%5B%22" + CANARY + "%22%5D", "application/x-www-form-urlencoded", {}, 400),
    ('["' + CANARY + '"]', "application/json", {}, 400),
    ('{"type":"' + CANARY + '"}', "application/json", {"X-Slack-Request-Timestamp": "abc"}, 400),
    ('{"type":"' + CANARY + '"}', "application/json", {"X-Slack-Request-Timestamp": "9" * 5_000}, 400),
    ('{"type":"' + CANARY + '"}', "application/json", {}, 401),
    ('{"type":"' + CANARY + '"}', "application/json", signed("other"), 401),
    ('{"type":"' + CANARY + '"}', "application/json", {**signed("x"), "X-Slack-Signature": "v0=\xe9"}, 401),
    ("[" * 100_000 + CANARY, "application/json", {}, 400),
    ("ssl_check=1&ssl_check=0&command=/kubecon&text=" + CANARY, "application/x-www-form-urlencoded", {}, 200),
]


def test_what_is_not_slacks_costs_one_line(
    slack: LocalSlack, start: Starter, caplog: pytest.LogCaptureFixture
) -> None:
    """Garbage, wrong signatures and old or broken timestamps are refused with the right status, one line for all of them."""
    start()
    found = [
        httpx.post(
            str(slack.request_url),
            content=body,
            headers=[
                (name.encode(), value.encode("latin-1"))
                for name, value in {**headers, "Content-Type": kind}.items()
            ],
        ).status_code
        for body, kind, headers, _ in NOT_SLACKS
    ]

    assert found == [status for *_, status in NOT_SLACKS]
    assert len(caplog.records) == 1
    assert CANARY not in caplog.text
    assert not slack.space.calls[1:]


def test_slacks_own_checks_are_answered(slack: LocalSlack, start: Starter) -> None:
    """The check of the address and of its certificate get what Slack waits for."""
    start()
    body = json.dumps({"type": "url_verification", "challenge": "sesame"})
    verified = httpx.post(
        str(slack.request_url), content=body, headers={**signed(body), "Content-Type": "application/json"}
    )
    checked = httpx.post(str(slack.request_url), data={"ssl_check": "1", "token": "legacy"})

    assert (verified.status_code, verified.text) == (200, '{"challenge": "sesame"}')
    assert (checked.status_code, checked.text) == (200, "")


@contextmanager
def over_http(
    slack: LocalSlack, tmp_path: Path, index_dir: Path, port: int, **more: str
) -> Iterator[subprocess.Popen[str]]:
    """Run the bot as a process that listens on a port; `more` are variables of its environment."""
    http = {"SLACK_SIGNING_SECRET": SIGNING_SECRET, "PORT": str(port), "SLACK_APP_TOKEN": ""}
    with process(slack, tmp_path, index_dir, **http, **more) as running:
        slack.request_url = f"http://127.0.0.1:{port}/slack/events"
        yield running


def is_ready(port: int) -> bool:
    """Say whether the bot answers on its port."""
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_what_was_begun_is_finished_over_http(
    slack: LocalSlack, tmp_path: Path, published: Path, told: signal.Signals
) -> None:
    """Everything that was acknowledged before the signal is answered before the process ends, with status 0."""
    port = free_port()
    with over_http(slack, tmp_path, published, port) as running:
        slack.wait_for(lambda: is_ready(port) or running.poll() is not None)
        heard = [slack.write("C1NOTES", "U1ADA", f"<@BOT> what is Mossbank? ({n})") for n in range(20)]
        running.send_signal(told)
        _, said = running.communicate(timeout=90)
    answered = [m for m in slack.space.channels["C1NOTES"].messages if m["user"] == BOT_USER_ID]

    assert all(delivery.acked_at for deliveries in heard for delivery in deliveries)
    assert len({message["thread_ts"] for message in answered}) == len(answered) == 20
    assert running.returncode == 0
    assert "everything that was begun is finished" in said


def test_a_port_that_is_taken_is_one_line(slack: LocalSlack, tmp_path: Path, published: Path) -> None:
    """A port that somebody else has is named in one line before anything is opened, with the status of wrong use."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        environment = {
            "PATH": os.environ["PATH"],
            "CONFNOTES_INDEX_DIR": str(published),
            "CONFNOTES_STORE": str(tmp_path / "bot.sqlite"),
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "SLACK_API_URL": slack.api_url,
            "PORT": str(taken.getsockname()[1]),
        }
        ended = subprocess.run(
            [sys.executable, "-m", "bot"],
            cwd=Path(__file__).resolve().parents[3],
            env=environment,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )

    assert ended.returncode == 2
    assert ended.stderr.startswith("Cannot listen on 127.0.0.1, port ")
    assert ended.stderr.count("\n") == 1


def test_connections_are_served_as_the_pages_are(slack: LocalSlack, start: Starter) -> None:
    """Answers on a kept connection leave at once, and one on which no request arrives is closed in the end."""
    running = start()
    assert running.server is not None
    with httpx.Client() as client:
        client.get(str(slack.request_url).replace("/slack/events", "/healthz"))
        kept = [one.transport.get_extra_info("socket") for one in running.server.server_state.connections]  # type: ignore[union-attr]

        assert [one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) for one in kept] == [1]
    assert running.server.config.http is PatientProtocol
