"""No secret is echoed: starts that fail, with a canary in every secret, say nothing of them and write them nowhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import Settings
from ingest.settings import IngestSettings
from tests.conftest import ROOT

SECRETS = {
    "SLACK_BOT_TOKEN": "xoxb-1234567890-CANARY1",
    "SLACK_APP_TOKEN": "xapp-1-A1234567890-CANARY2",
    "SLACK_SIGNING_SECRET": "0123456789abcdef0123456789CANARY3"[:32],
    "SLACK_CLIENT_SECRET": "fedcba98765432100123456789CANARY4"[-32:],
    "CONFNOTES_REPORT_WEBHOOK": "http://127.0.0.1:9/services/CANARY5",
}


def test_no_form_of_a_secret_is_echoed(tmp_path: Path) -> None:
    """Secrets as copying spoils them, addresses with passwords, sources with keys, settings that cannot be read: one line says it."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.canaries"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    said = json.loads(done.stdout)

    assert said["found"] == {}
    assert said["starts"] >= 90
    assert said["secrets"] == 12


def test_settings_hold_secrets_that_nothing_prints(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither repr, nor str, nor a dump as JSON of both rooms' settings shows one."""
    monkeypatch.chdir(tmp_path)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    for settings in (Settings(), IngestSettings()):
        shown = f"{settings!r} {settings} {settings.model_dump_json()} {settings.model_dump()}"

        assert "CANARY" not in shown
