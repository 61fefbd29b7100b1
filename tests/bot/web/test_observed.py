"""The page seen from outside: probes on a port of their own, questions counted, and one id for a defect."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from click.testing import CliRunner

from bot.live import LiveIndex
from bot.telemetry.gauges import Gauges
from bot.telemetry.health import Health
from bot.telemetry.probes import probing
from bot.web.app import create_app
from confnotes import main
from index.search import Searcher
from tests.bot.test_store import wait_for
from tests.bot.web.conftest import served, visitor
from tests.conftest import ROOT
from tests.ports import free_port
from tests.scrape import Scrape


def test_questions_of_page_programs_and_assistants_are_counted(searcher: Searcher) -> None:
    """Page, interface and tools count under surfaces of their own; what cannot be taken counts as refused."""
    client = visitor(create_app(lambda: searcher))
    with probing("127.0.0.1:0", Health()) as probes:
        assert probes is not None
        address = f"http://127.0.0.1:{probes.port}"
        before = Scrape(address)
        client.get("/", params={"q": "how fast does Mossbank restore a volume?"})
        client.get("/api/ask", params={"q": "how fast does Mossbank restore a volume?"})
        client.get("/api/ask", params={"q": "what is Mossbank?", "event": "Zanzibar 1890"})
        client.get("/")
        after = Scrape(address)

    def came(**labels: str) -> float:
        sample = "confnotes_questions_total"
        return after.value(sample, **labels) - before.value(sample, **labels)

    assert came(surface="web") == came(surface="web", form="quotes", outcome="answered") == 1
    assert came(surface="api", outcome="answered") == 1
    assert came(surface="api", outcome="refused") == 1


def test_figures_are_not_on_the_pages_port(searcher: Searcher) -> None:
    """The port that people use shows no metrics; the probes' port shows those of the build, and nothing else."""
    live = LiveIndex(searcher.build.folder.parent, searcher.encoder)
    health = Health()
    with probing("127.0.0.1:0", health) as probes, served(create_app(lambda: searcher)) as page:
        assert probes is not None
        address = f"http://127.0.0.1:{probes.port}"
        starting = httpx.get(f"{address}/readyz")
        probes.gauges = Gauges(health, live)
        health.serves(live)
        ready = httpx.get(f"{address}/readyz")
        shown, elsewhere = Scrape(address), httpx.get(f"{address}/api/ask?q=x")
        on_page = httpx.get(f"{page}/metrics")
        head = httpx.head(f"{address}/readyz")
        health.stops()
        stopping = httpx.get(f"{address}/readyz")

    assert on_page.status_code == 404
    assert (starting.status_code, ready.status_code, stopping.status_code) == (503, 200, 503)
    assert (head.status_code, head.content) == (200, b"")
    assert elsewhere.status_code == 404
    assert shown.value("confnotes_build_holds", what="passages") == len(searcher.build.passages)
    assert "confnotes_store_reachable" not in shown.names()


def test_a_defects_id_is_its_questions_id(searcher: Searcher, caplog: pytest.LogCaptureFixture) -> None:
    """The id on the page of a defect is that of the question's own line."""

    class Broken:
        build = searcher.build

        def __getattr__(self, name: str) -> object:
            raise RuntimeError("kept secret")

    with caplog.at_level("INFO"):
        reply = visitor(create_app(Broken)).get("/api/ask", params={"q": "what is Mossbank?"})  # type: ignore[arg-type,return-value]
    fault_id = reply.json()["detail"].partition("logged as ")[2][:8]

    assert reply.status_code == 500
    assert [
        record.outcome
        for record in caplog.records
        if fault_id in record.message and hasattr(record, "outcome")
    ] == ["failed"]  # type: ignore[attr-defined]


@contextmanager
def web_process(index_dir: Path, folder: Path, **more: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run `confnotes web` and give its address."""
    port = free_port()
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(ROOT), **more}
    running = subprocess.Popen(
        [sys.executable, "-m", "confnotes", "web", "--index", str(index_dir), "--port", str(port)],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert running.stdout is not None
        running.stdout.readline()  # "Serving on …"
        yield running, f"http://127.0.0.1:{port}"
    finally:
        running.kill()
        running.communicate()


def listens(address: str) -> bool:
    """Return whether somebody takes connections there."""
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", urlsplit(address).port or 0)) == 0


def test_the_pages_process_writes_an_object_a_line(searcher: Searcher, tmp_path: Path) -> None:
    """With CONFNOTES_LOG=json a question is one line with its id and stages, and no word of it."""
    probes = free_port()
    more = {"CONFNOTES_LOG": "json", "CONFNOTES_PROBES": f"127.0.0.1:{probes}"}
    with web_process(searcher.build.folder.parent, tmp_path, **more) as (running, address):
        wait_for(lambda: listens(address) or running.poll() is not None)
        reply = httpx.get(f"{address}/api/ask", params={"q": "what is Mossbank quetzal?"}, timeout=90)
        ready = httpx.get(f"http://127.0.0.1:{probes}/readyz")
        running.terminate()
        _, said = running.communicate(timeout=90)
    [line] = [json.loads(line) for line in said.splitlines()]

    assert reply.status_code == 200
    assert ready.status_code == 200
    assert (line["surface"], line["question"] in line["event"]) == ("api", True)
    assert "quetzal" not in said


@pytest.mark.parametrize("address", ["9464", "localhost", "127.0.0.1:99999", "127.0.0.1:x", ":9464"])
def test_an_address_for_probes_that_is_none_is_one_line(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is no host and port is refused before anything is opened, with an example of what is."""
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["web"], env={"CONFNOTES_PROBES": address})

    assert done.exit_code == 2
    assert "CONFNOTES_PROBES" in done.stderr
    assert "127.0.0.1:9464" in done.stderr
    assert done.stderr.count("\n") == 1
