"""The fenced blocks of the documents, and a clean place in which their commands are run."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import textwrap
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import PATIENT_MS, ROOT
from tests.ports import free_port

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
INSTALLS, NOT_RUN, GOES_ON = "installs", "not run", "goes on"
_MARKS = (INSTALLS, NOT_RUN, GOES_ON)
_BLOCK = re.compile(
    r"(?:^ *<!-- (?P<mark>[^:\n]+): (?P<reason>.+?) -->\n)?"
    r"^(?P<indent> *)```(?P<language>\S*)[^\n]*\n(?P<text>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
_PORT = "8000"
_PATIENCE_S = 60


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block."""

    language: str
    text: str
    line: int
    mark: str | None = None  # one of the marks where a comment before it says so
    reason: str = ""

    @property
    def runs(self) -> bool:
        """Return whether its commands are run here."""
        return self.language in {"sh", "console"} and self.mark not in {INSTALLS, NOT_RUN}


def blocks(document: Path) -> list[Block]:
    """Return a document's blocks in order."""
    text = document.read_text(encoding="utf-8")
    return [
        Block(
            found["language"],
            textwrap.dedent(found["text"]),
            text.count("\n", 0, found.start("language")) + 1,
            found["mark"] if found["mark"] in _MARKS else None,
            found["reason"] or "",
        )
        for found in _BLOCK.finditer(text)
    ]


def tracked(folder: Path) -> None:
    """Copy what a clone of the project holds, as it is now, into a folder."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target)


@dataclass(slots=True)
class Clone:
    """A copy of the project with this environment as its own, a home and a port that nobody else uses."""

    folder: Path
    home: Path
    port: int = field(default_factory=free_port)
    going_on: list[subprocess.Popen[str]] = field(default_factory=list)

    def borrow_environment(self) -> None:
        """Put this environment in the place of the one that `make` would install; it counts as up to date."""
        environment = self.folder / ".venv"
        environment.mkdir()
        for one in Path(sys.prefix).iterdir():
            if not one.name.startswith("installed"):
                (environment / one.name).symlink_to(one)
        for name in ("installed", "installed-dev"):
            (environment / name).touch()

    def run(self, block: Block) -> str:
        """Run a block of commands and return what it printed; it has to end with 0, or go on where it says so."""
        script = block.text.replace(_PORT, str(self.port))
        process = subprocess.Popen(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        if block.mark == GOES_ON:
            self.going_on.append(process)
            self._await_port(process)
            return ""
        printed, _ = process.communicate(timeout=_PATIENCE_S * 10)
        assert process.returncode == 0, (
            f"line {block.line} ended with {process.returncode}:\n{script}\n{printed}"
        )
        return printed

    def stop(self) -> None:
        """End what goes on."""
        for process in self.going_on:
            os.killpg(process.pid, 15)
            process.communicate(timeout=_PATIENCE_S)
        self.going_on.clear()

    def environment(self) -> dict[str, str]:
        """Return the environment of a person who has just arrived: no setting but one, no way out to the network."""
        nowhere = "http://127.0.0.1:9"
        return {
            "PATH": f"{self.folder / '.venv' / 'bin'}:{os.environ['PATH']}",
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "PORT": str(self.port),
            "PIP_NO_INDEX": "1",
            "CONFNOTES_READER_MS": f"{PATIENT_MS:.0f}",
            **dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), nowhere),
            "no_proxy": "127.0.0.1,localhost",
        }

    def _await_port(self, process: subprocess.Popen[str]) -> None:
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline and process.poll() is None:
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError(f"nothing listens on {self.port}: {process.args!r} ended with {process.poll()}")
