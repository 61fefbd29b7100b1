"""The doctor on this machine: each defect is found under its name, in one line with the way out."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from bot.doctor import Finding, examine_machine
from bot.live import LiveIndex
from bot.settings import Settings
from bot.telemetry.health import Health
from bot.telemetry.probes import probing
from index.build.last_run import LastRun, note_run
from index.encoder.base import Encoder
from tests.notes import publish_notes


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    """Give a folder with a published build, not to be changed."""
    index_dir = tmp_path_factory.mktemp("doctor") / "index"
    publish_notes(index_dir, encoder)
    return index_dir


@pytest.fixture
def index_dir(published: Path, tmp_path: Path) -> Path:
    """Give a published build of the test's own."""
    return Path(shutil.copytree(published, tmp_path / "index"))


def examined(index_dir: Path, **more: Any) -> dict[str, Finding]:
    """Return the findings by name."""
    how = {name: more.pop(name) for name in ("now", "usage") if name in more}
    fields: dict[str, Any] = {"index_dir": index_dir, "store": index_dir.parent / "bot.sqlite"}
    defaults = {name: field.default for name, field in Settings.model_fields.items()}
    settings = Settings.model_construct(**{**defaults, **fields, **more})
    return {finding.what: finding for finding in examine_machine(settings, **how)}


def test_a_good_machine_is_well(index_dir: Path) -> None:
    """Each thing is looked at for real: a question is answered, the memory written, the disk and the last run read."""
    note_run(index_dir, LastRun(time.time() - 7200, 3, 0, 12), published=True, succeeded=True)
    found = examined(index_dir)

    assert all(finding.well for finding in found.values()), found
    assert "a question of its own with " in found["engine"].said
    assert "12 recaps read by the job, 2 h ago, none failed" in found["sources"].said
    assert "MB are free" in found["disk"].said


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (LastRun(time.time(), 1, 4), "ended with status 4"),
        (LastRun(time.time(), 1, 2), "ended with status 2"),
        (LastRun(time.time() - 3 * 86_400, 1, 1), "3 days ago"),
        (LastRun(time.time(), 1, 3, 10, 2), "2 sources failed"),
    ],
)
def test_a_night_that_went_wrong_is_named(index_dir: Path, run: LastRun, said: str) -> None:
    """A last run that failed, or whose sources did, is to be fixed, and the line says by what command it is seen."""
    note_run(index_dir, run, published=False, succeeded=False)
    found = examined(index_dir)["sources"]

    assert not found.well
    assert said in found.said
    assert "`confnotes ingest`" in found.said


def test_a_build_of_the_future_says_that_a_clock_is_wrong(index_dir: Path) -> None:
    """Where the build is younger than this machine's clock allows, a clock is wrong."""
    made_at = datetime.fromisoformat(LiveIndex(index_dir).searcher.build.manifest.created_at).timestamp()
    behind = examined(index_dir, now=lambda: made_at - 86_400)["clock"]
    a_little = examined(index_dir, now=lambda: made_at - 30)["clock"]

    assert not behind.well
    assert "NTP" in behind.said
    assert a_little.well


def test_a_disk_that_is_too_small_is_named(index_dir: Path) -> None:
    """Too little room for the next night is told with what is wanted and how to make room."""
    found = examined(index_dir, usage=lambda _: (10_000_000, 9_000_000, 1_000_000))["disk"]

    assert not found.well
    assert "1 MB are free" in found.said
    assert "confnotes index prune" in found.said


def test_without_a_build_the_rest_is_still_looked_at(tmp_path: Path) -> None:
    """No build is one finding; memory, sources and disk are looked at all the same."""
    found = examined(tmp_path / "none" / "index")

    assert "confnotes ingest" in found["index and model"].said
    assert found["disk"].well
    assert "memory" in found


@contextmanager
def somebody_else(body: bytes) -> Iterator[int]:
    """Serve something on a port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield int(server.server_address[1])
        server.shutdown()
        thread.join()


def test_probes_say_what_runs(index_dir: Path, encoder: Encoder) -> None:
    """The doctor asks what runs: ready, not yet ready, behind with its build; nobody there is no defect."""
    health = Health()
    with probing("127.0.0.1:0", health) as probes:
        assert probes is not None
        address = f"127.0.0.1:{probes.port}"
        starting = examined(index_dir, probes=address)["probes"]
        live = LiveIndex(index_dir, encoder)
        health.serves(live)
        ready = examined(index_dir, probes=address)["probes"]
        live.trouble = "Cannot open the build."
        behind = examined(index_dir, probes=address)["probes"]
    nobody = examined(index_dir, probes=address)["probes"]

    assert not starting.well
    assert "it is starting" in starting.said
    assert ready.well
    assert live.searcher.build.build_id in ready.said
    assert not behind.well
    assert nobody.well
    assert "do not run here" in nobody.said


@pytest.mark.parametrize("body", [b"hello", json.dumps({"status": "ok"}).encode(), b"[1]"])
def test_a_port_of_somebody_else_is_named(index_dir: Path, body: bytes) -> None:
    """Another program at the probes' address is told as that."""
    with somebody_else(body) as port:
        found = examined(index_dir, probes=f"127.0.0.1:{port}")["probes"]

    assert not found.well
    assert "CONFNOTES_PROBES" in found.said
