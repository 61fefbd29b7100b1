"""No secret is echoed: starts that fail, with a canary in every secret, say nothing of them and write them nowhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.settings import Settings
from ingest.settings import IngestSettings
from tests.conftest import ROOT

# Well formed, so that what fails is not the secret itself; that a malformed one is not shown is tested where it is read.
SECRETS = {
    "SLACK_BOT_TOKEN": "xoxb-1234567890-CANARY1",
    "SLACK_APP_TOKEN": "xapp-1-A1234567890-CANARY2",
    "SLACK_SIGNING_SECRET": "0123456789abcdef0123456789CANARY3"[:32],
    "SLACK_CLIENT_SECRET": "fedcba98765432100123456789CANARY4"[-32:],
    "CONFNOTES_REPORT_WEBHOOK": "http://127.0.0.1:9/services/CANARY5",
}
AWAY = {"SLACK_API_URL": "http://127.0.0.1:9/api/"}  # nobody listens there
NOTES = "# KubeCon Europe 2021\n\n## Piers - Ann Bee, Quay\n\nThe quay grew by 40 metres.\n"


def nothing(_folder: Path) -> None:
    """Prepare nothing."""


def a_broken_pointer(folder: Path) -> None:
    """Point to a build that is not there."""
    (folder / "data" / "index").mkdir(parents=True)
    (folder / "data" / "index" / "CURRENT").write_text("20200101T000000Z-abcdef\n", encoding="utf-8")


def an_undecodable_file(folder: Path) -> None:
    """Write settings in another encoding, a secret among them."""
    (folder / ".env").write_bytes(b"SLACK_BOT_TOKEN=xoxb-CANARY6\nCONFNOTES_WEB_CONTACT=caf\xe9\n")


def a_file_without_sense(folder: Path) -> None:
    """Write settings that are no settings, a secret among them."""
    (folder / ".env").write_text('SLACK_BOT_TOKEN="xoxb-CANARY6\nPORT=zero\n', encoding="utf-8")


def empty_notes(folder: Path) -> None:
    """Make a recap that cannot be read."""
    (folder / "notes").mkdir()
    (folder / "notes" / "a.md").write_text("", encoding="utf-8")


def a_store_that_is_a_folder(folder: Path) -> None:
    """Put a folder where the bot keeps what it was asked."""
    (folder / "data" / "bot.sqlite").mkdir(parents=True)


# Command, what surrounds it, and its exit status.
STARTS: dict[str, tuple[tuple[str, ...], Callable[[Path], None], dict[str, str], int]] = {
    "bot that cannot reach Slack": (("bot",), nothing, {}, 2),
    "bot over HTTP that cannot reach Slack": (("bot",), a_broken_pointer, {"PORT": "18999"}, 2),
    "bot without its token": (("bot",), nothing, {"SLACK_BOT_TOKEN": ""}, 2),
    "bot without a way to hear": (("bot",), nothing, {"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": ""}, 2),
    "bot on an impossible port": (("bot",), nothing, {"PORT": "99999999"}, 2),
    "bot with an undecodable file": (("bot",), an_undecodable_file, {}, 2),
    "bot with a file without sense": (("bot",), a_file_without_sense, {}, 2),
    "bot whose store is a folder": (("bot",), a_store_that_is_a_folder, {}, 2),
    "web without an index": (("web",), nothing, {}, 5),
    "web with a file without sense": (("web",), a_file_without_sense, {}, 2),
    "ask on a broken pointer": (("ask", "x"), a_broken_pointer, {}, 5),
    "ask with an undecodable file": (("ask", "x"), an_undecodable_file, {}, 2),
    "ingest with nobody to tell": (("ingest",), empty_notes, {}, 4),
    "ingest of nothing": (("ingest",), nothing, {}, 2),
    "ingest with a hook that is no address": (
        ("ingest",),
        empty_notes,
        {"CONFNOTES_REPORT_WEBHOOK": "htp:/\\CANARY7"},
        4,
    ),
    "ingest with a hook on an impossible port": (
        ("ingest",),
        empty_notes,
        {"CONFNOTES_REPORT_WEBHOOK": "http://127.0.0.1:99999999/CANARY7"},
        4,
    ),
    "ingest with an impossible number": (("ingest",), empty_notes, {"CONFNOTES_KEEP_BUILDS": "many"}, 2),
}


@pytest.mark.parametrize("start", STARTS)
def test_a_start_that_fails_shows_no_secret(tmp_path: Path, start: str) -> None:
    """One line says what is wrong; no canary stands in it, nor in any file that the start left."""
    command, prepare, changes, status = STARTS[start]
    prepare(tmp_path)
    before = set(tmp_path.rglob("*"))
    done = subprocess.run(
        [sys.executable, "-m", "confnotes", *command],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), **AWAY, **SECRETS, **changes},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    written = {
        path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path not in before
    }

    assert done.returncode == status, done.stderr
    assert "CANARY" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert not [path for path, content in written.items() if b"CANARY" in content]


def test_no_form_of_a_secret_is_echoed(tmp_path: Path) -> None:
    """Secrets as copying spoils them, addresses with passwords, sources with keys, in the environment and in .env."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.canaries"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    said = json.loads(done.stdout)

    assert said["found"] == {}
    assert said["starts"] >= 60
    assert said["secrets"] == 12


def test_settings_hold_secrets_that_nothing_prints(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither repr, nor str, nor a dump as JSON of both rooms' settings shows one."""
    monkeypatch.chdir(tmp_path)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    for settings in (Settings(), IngestSettings()):
        shown = f"{settings!r} {settings} {settings.model_dump_json()} {settings.model_dump()}"

        assert "CANARY" not in shown
