"""What nobody foresaw is one line with an id, status 1, and a traceback in a file that only its owner reads."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from confnotes import main
from console.defects import LOG_NAME, Defect, boundary
from tests.conftest import ROOT

# A program whose command meets a fault that nobody foresaw, with a secret in what it says.
BROKEN = """
import click
from confnotes import Program
@click.group(cls=Program)
def main(): pass
@main.command()
def stumble(): raise LookupError("xoxb-CANARY-1")
main(["stumble"])
"""


def call(*command: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a process of our own and return what it printed and left with."""
    return subprocess.run(
        [sys.executable, *command],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_unforeseen_fault_is_one_line_with_an_id(tmp_path: Path) -> None:
    """The line names type and place, not what the fault says; its id leads to the traceback in the log."""
    (tmp_path / "data").mkdir()
    done = call("-c", BROKEN, cwd=tmp_path)
    log = tmp_path / "data" / LOG_NAME
    number = done.stderr.split("confnotes, ")[1][:8]

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "LookupError in <string>, line 7" in done.stderr
    assert str(Path("data") / LOG_NAME) in done.stderr
    assert "CANARY" not in done.stderr
    assert number in log.read_text("utf-8")
    assert "Traceback (most recent call last)" in log.read_text("utf-8")
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_where_no_log_can_be_written_the_line_says_so(tmp_path: Path) -> None:
    """A log that is a folder, or no room for it, changes neither the line's number nor the status."""
    (tmp_path / "data" / LOG_NAME).mkdir(parents=True)
    done = call("-c", BROKEN, cwd=tmp_path)

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "could not be written" in done.stderr


def test_a_log_grows_no_further_than_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is older than a megabyte of tracebacks goes beside the log, and what was beside it goes."""
    monkeypatch.setenv("CONFNOTES_INDEX_DIR", str(tmp_path / "index"))
    log = tmp_path / LOG_NAME
    log.write_bytes(b"x" * 1_100_000)
    Defect.of(ValueError("of today"))

    assert log.stat().st_size < 10_000
    assert (tmp_path / "confnotes-defects.log.1").stat().st_size == 1_100_000


def test_half_a_surrogate_pair_is_printed_as_its_name(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """What no encoding can write is no fault: it is named."""
    code = 'from console.defects import boundary\nwith boundary(): print("a\\ud83db")'
    done = call("-c", code, cwd=tmp_path)

    assert (done.returncode, done.stdout, done.stderr) == (0, "a\\ud83db\n", "")


def test_wrong_usage_and_a_reader_that_went_away_are_no_defects(tmp_path: Path) -> None:
    """Click's own faults keep their status, and nothing is logged."""
    done = call("-m", "confnotes", "ask", "--nonsense", cwd=tmp_path)
    with pytest.raises(SystemExit) as left, boundary():
        raise SystemExit(4)

    assert done.returncode == 2
    assert left.value.code == 4
    assert not list(tmp_path.iterdir())


class _Channel(BaseHTTPRequestHandler):
    """A Slack channel's webhook that remembers what was posted."""

    def do_POST(self) -> None:
        """Take a message."""
        self.server.posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def channel() -> Iterator[HTTPServer]:
    """Serve a webhook on loopback."""
    server = HTTPServer(("127.0.0.1", 0), _Channel)
    server.posted = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


# The nightly job with an encoder that fails as nothing foresees.
STUMBLING = """
import sys
import ingest.nightly.run
def run(*_): raise LookupError("xoxb-CANARY-1")
ingest.nightly.run.run = run
from confnotes import main
main(["ingest", sys.argv[1]])
"""


def test_a_night_that_stumbles_is_told_to_slack(channel: HTTPServer, tmp_path: Path) -> None:
    """The channel hears the same line, with the number of the traceback and without what the fault said."""
    done = call(
        "-c",
        STUMBLING,
        str(tmp_path),
        cwd=tmp_path,
        CONFNOTES_REPORT_WEBHOOK=f"http://127.0.0.1:{channel.server_port}/hook",
        CONFNOTES_INDEX_DIR=str(tmp_path / "index"),
    )
    [message] = channel.posted  # type: ignore[attr-defined]
    number = done.stderr.split("confnotes, ")[1][:8]

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert number in message["text"]
    assert "CANARY" not in message["text"]


def test_a_night_with_a_broken_list_is_told_to_slack(channel: HTTPServer, tmp_path: Path) -> None:
    """Somebody spoilt sources.yaml: the nightly job's status is 2, and the channel hears why."""
    (tmp_path / "sources.yaml").write_text("sources: 5\n", encoding="utf-8")
    done = call(
        "-m",
        "confnotes",
        "ingest",
        str(tmp_path / "sources.yaml"),
        cwd=tmp_path,
        CONFNOTES_REPORT_WEBHOOK=f"http://127.0.0.1:{channel.server_port}/hook",
    )
    [message] = channel.posted  # type: ignore[attr-defined]

    assert done.returncode == 2
    assert "sources.yaml" in message["text"]


@pytest.mark.parametrize(
    "command", [("ask", "x"), ("ingest",), ("talks",), ("inspect", "x.md"), ("bot",), ("web",)]
)
def test_an_undecodable_settings_file_is_one_line(
    tmp_path: Path, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`.env` in another encoding is named with the place, whichever command reads it."""
    (tmp_path / ".env").write_bytes(b"CONFNOTES_WEB_CONTACT=caf\xe9\n")
    (tmp_path / "x.md").write_text("# Notes\n\n## Piers\n\nThe quay grew.\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, command)

    assert done.exit_code == 2
    assert done.stderr.startswith("Cannot read .env: not valid UTF-8 at byte 25")
    assert done.stderr.count("\n") == 1
