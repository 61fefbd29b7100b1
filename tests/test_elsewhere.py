"""On a system without POSIX calls and links the commands do what they do here (`tests/elsewhere.py` takes them away)."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.conftest import ROOT
from tests.ports import free_port

ELSEWHERE = ROOT / "tests" / "elsewhere.py"
QUESTION = "how much did the quay grow?"
NOTES = """# KubeCon + CloudNativeCon Europe 2021

## Piers without Tears - Ann Bee, Quay

The quay grew by 40 metres, and the crane of 1950 went to a museum.

## Ropes at Rest - Cy Dune, Hemp

A rope that rests dries from the inside out.
"""


def run(*arguments: str, folder: Path, program: tuple[str, ...] = (str(ELSEWHERE),)) -> str:
    """Run a command to its end in a folder and return what it printed."""
    done = subprocess.run(
        [sys.executable, *program, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder)},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish two recaps there, the second of them a night later and from a repository."""
    folder = tmp_path_factory.mktemp("elsewhere")
    for name, text in (
        ("notes", NOTES),
        ("repository", NOTES.replace("Europe 2021", "North America 2022").replace("40", "60")),
    ):
        (folder / name).mkdir()
        (folder / name / f"{name}.md").write_text(text, encoding="utf-8")
    run("ingest", folder=folder)
    for words in ("init -q", "add -A", "-c user.name=Ann -c user.email=ann@example.org commit -q -m Notes"):
        subprocess.run(["git", *words.split()], cwd=folder / "repository", check=True)
    (folder / "notes" / "sources.yaml").write_text(
        "sources:\n  - path: notes.md\n  - git: ../repository\n", encoding="utf-8"
    )
    run("ingest", folder=folder)
    return folder


def test_a_build_is_the_same_to_the_byte(published: Path) -> None:
    """What two nights make there is what one makes here: every file has the same digest."""
    run("ingest", "--index", "here", folder=published, program=("-m", "confnotes"))
    there, here = (
        json.loads(
            run("index", "show", "--json", "--index", index, folder=published, program=("-m", "confnotes"))
        )
        for index in ("data/index", "here")
    )

    assert there["content_sha256"] == here["content_sha256"]
    assert there["files"] == here["files"]
    assert "whole" in run("index", "verify", folder=published)


def test_questions_are_answered(published: Path) -> None:
    """A question gets the notes' words, and the list of talks is the notes'."""
    found = json.loads(run("ask", "--json", QUESTION, folder=published))

    assert found["status"] == "answered"
    assert "grew by" in found["answer"]
    assert run("talks", "--jsonl", folder=published).count("Ropes at Rest") == 2


def test_the_page_is_served(published: Path) -> None:
    """`confnotes web` says where it listens, is ready, and answers."""
    with subprocess.Popen(
        [sys.executable, ELSEWHERE, "web", "--port", str(free_port())],
        cwd=published,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "TMPDIR": str(published)},
    ) as process:
        try:
            assert process.stdout is not None
            lines = []
            while not (found := re.search(r"http://127\.0\.0\.1:\d+", lines[-1] if lines else "")):
                line = process.stdout.readline()
                assert line, "".join(lines)
                lines.append(line)
            answer = httpx.get(f"{found[0]}/api/ask", params={"q": QUESTION}, timeout=60).json()
            assert "grew by" in answer["answer"]
        finally:
            process.terminate()
