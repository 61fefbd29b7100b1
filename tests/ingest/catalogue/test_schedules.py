"""What starts the job every night, and what it tells Slack."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from ingest.cli import commands
from ingest.nightly.report import Difference, Report
from ingest.nightly.slack_report import message, tell
from tests.conftest import ROOT

Night = Callable[..., Report]
NIGHTLY = (ROOT / "docs" / "nightly.md").read_text(encoding="utf-8")


class Channel:
    """An incoming webhook on loopback."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.status, self.words = 200, "ok"
        channel = self

        class Taking(BaseHTTPRequestHandler):
            """Keeps what is posted."""

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                channel.texts.append(body["text"])
                self.send_response(channel.status)
                self.end_headers()
                self.wfile.write(channel.words.encode())

            def log_message(self, *_: object) -> None:
                """Stay quiet."""

        self.server = HTTPServer(("127.0.0.1", 0), Taking)
        self.url = f"http://127.0.0.1:{self.server.server_port}/services/T0/B0/secret"


@pytest.fixture
def channel() -> Iterator[Channel]:
    """Listen on loopback."""
    opened = Channel()
    thread = threading.Thread(target=opened.server.serve_forever, args=(0.02,))
    thread.start()
    yield opened
    opened.server.shutdown()
    thread.join()
    opened.server.server_close()


def environment(tmp_path: Path, **more: str) -> dict[str, str]:
    """Give a command's surroundings."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "CONFNOTES_INDEX_DIR": str(tmp_path / "index"), **more}


def test_slack_hears_what_changed_or_failed(harbour: Path, tmp_path: Path, channel: Channel) -> None:
    """The first night and a failure are told, a quiet night is not, and a night that publishes nothing says why."""
    [ingest] = [one for one in commands if one.name == "ingest"]
    surroundings = {"CONFNOTES_REPORT_WEBHOOK": channel.url, "CONFNOTES_INDEX_DIR": str(tmp_path / "index")}

    def night() -> int:
        return CliRunner().invoke(ingest, [str(harbour)], env=surroundings).exit_code

    statuses = [night(), night()]
    (harbour / "bad.md").write_bytes(b"\x00")
    statuses.append(night())
    for path in harbour.iterdir():
        path.unlink()
    statuses.append(night())
    first, failed, nothing = channel.texts

    assert statuses == [0, 0, 3, 4]
    assert first.startswith("*New notes are live*: 3 talks of 2 recaps.")
    assert "• Lifting Crates with Robots (day1.md)" in first
    assert failed.startswith(":warning: Failed")
    assert "bad.md" in failed
    assert "published nothing" in nothing
    assert "no recaps are left" in nothing


def test_other_peoples_words_cannot_speak_for_us(night: Night) -> None:
    """A title with a mention or a link is plain text in Slack, and many titles are cut short."""
    title = "Piers <!channel> & <https://evil.example|here>\n(day2.md)"
    text = message(replace(night(), difference=Difference(new=(title,) * 9)))

    assert text is not None
    assert "• Piers &lt;!channel&gt; &amp; &lt;https://evil.example|here&gt; (day2.md)" in text
    assert "New (9):" in text
    assert "… and 4 more" in text


def test_a_channel_that_takes_nothing_is_one_line(channel: Channel) -> None:
    """An archived channel and a server that is down change nothing but one line, which never holds the secret address."""
    lines: list[str] = []
    channel.status, channel.words = 410, "channel_is_archived\n<!channel>"
    tell(channel.url, "Cannot publish: a test.", lines.append)
    tell("http://127.0.0.1:9/services/secret", "Cannot publish: a test.", lines.append)
    tell("no address", "Cannot publish: a test.", lines.append)
    tell("", "Cannot publish: a test.", lines.append)

    assert len(lines) == 3
    assert "410 channel_is_archived" in lines[0]
    assert all(
        "secret" not in line and "\n" not in line and "CONFNOTES_REPORT_WEBHOOK" in line for line in lines
    )


def test_every_goes_on_until_it_is_stopped(harbour: Path, tmp_path: Path) -> None:
    """A container that repeats the job survives a bad night, takes a later change, and ends at once when told to, with status 0."""
    said = tmp_path / "said.txt"
    with said.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "ingest", str(harbour), "--every", "1s"],
            env=environment(tmp_path),
            stdout=subprocess.PIPE,
            stderr=stream,
            text=True,
        )
    pointer = tmp_path / "index" / "CURRENT"
    _until(pointer.exists)
    first = pointer.read_text()
    kept = {path: path.read_bytes() for path in harbour.iterdir()}
    for path in kept:
        path.unlink()
    _until(lambda: "no recaps are left" in said.read_text())
    for path, content in kept.items():
        path.write_bytes(content.replace(b"forty crates", b"fifty crates"))
    _until(lambda: pointer.read_text() != first)
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=90)

    assert process.returncode == 0
    assert "Published build" in out
    assert "Traceback" not in said.read_text()


def test_every_does_not_repeat_wrong_usage(tmp_path: Path) -> None:
    """Where the first night finds no recaps at all, and for a time that is none, the command leaves with 2."""
    [ingest] = [one for one in commands if one.name == "ingest"]
    nowhere = CliRunner().invoke(ingest, [str(tmp_path / "nowhere"), "--every", "1h"])
    no_time = [
        CliRunner().invoke(ingest, [str(tmp_path), "--every", word]) for word in ("daily", "0h", "24", "-1h")
    ]

    assert nowhere.exit_code == 2
    assert [one.exit_code for one in no_time] == [2, 2, 2, 2]
    assert all("24h, 90m or 30s" in one.stderr for one in no_time)


def test_every_option_that_is_documented_exists() -> None:
    """docs/nightly.md names only commands and options that there are."""
    every = {
        f"{one.name} {sub}" if one.name == "index" else str(one.name)
        for one in commands
        for sub in getattr(one, "commands", [""])
    }
    options = {
        option
        for one in commands
        for each in [one, *getattr(one, "commands", {}).values()]
        for parameter in each.params
        for option in parameter.opts
    }
    named = set(re.findall(r"`confnotes (index [a-z]+|ingest|inspect)", NIGHTLY))

    assert {name for name in every if name.startswith("index")} <= named <= every
    assert set(re.findall(r"(--[a-z]+)", NIGHTLY)) <= options


def _until(true: Callable[[], bool]) -> None:
    """Wait for something to happen."""
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)
