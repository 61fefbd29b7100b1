"""The four commands that answer, started on an index that may be damaged: each refuses in one line, or answers rightly.

`ask` and `talks` end by themselves; `bot` and `web` are told to stop once they were asked. They start from a
process that has everything imported, or, where asked for, as anybody would start them.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import bot.slack.app  # a child then starts with everything imported
import bot.web.serving  # noqa: F401
from confnotes import main as main_command
from tests.slack_server import APP_TOKEN, BOT_TOKEN, LocalSlack

DONE, DEFECT, REFUSED, NO_INDEX = 0, 1, 4, 5
ROOT = Path(__file__).resolve().parents[1]
_PATIENCE_S = 600.0
_LOOK_S = 0.005
_SERVING = "Serving on "
_LISTENING = "listening by Socket Mode"


@dataclass(frozen=True, slots=True)
class Told:
    """How a command ended, and what it said; of `web` also what its page answered."""

    command: str
    status: int
    out: str
    err: str

    def check(self) -> bool:
        """Return whether it answered; where not, it refused as it should.

        Raises:
            AssertionError: It did neither.
        """
        said = f"{self.command}: status {self.status}: {self.err[:600]} {self.out[:300]}"
        assert self.status in (DONE, NO_INDEX), said
        if self.status == NO_INDEX:
            assert self.err.count("\n") == 1, said
            assert not self.out, said
            return False
        if self.command == "bot":
            assert _LISTENING in self.err, said
        else:
            assert not self.err, said
            assert "crates" in self.out or "Pier" in self.out, said
        return True


@dataclass(slots=True)
class _Started:
    """A command that runs."""

    pid: int
    stem: Path
    status: int | None = None

    def out(self) -> str:
        return self.stem.with_suffix(".out").read_text(encoding="utf-8", errors="replace")

    def err(self) -> str:
        return self.stem.with_suffix(".err").read_text(encoding="utf-8", errors="replace")

    def has_ended(self) -> bool:
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.status = os.waitstatus_to_exitcode(status) if pid else None
        return self.status is not None

    def until(self, condition: Callable[[], bool]) -> bool:
        """Wait until something is so, or the command ended; return whether it is so."""
        ends = time.monotonic() + _PATIENCE_S
        while not condition():
            if self.has_ended():
                return condition()
            assert time.monotonic() < ends, f"waited in vain: {self.out()} {self.err()}"
            time.sleep(_LOOK_S)
        return True

    def stop(self) -> None:
        """Tell it to stop, and wait."""
        if not self.has_ended():
            os.kill(self.pid, signal.SIGTERM)
        self.until(self.has_ended)


@dataclass
class Surfaces:
    """Starts the commands on a folder of builds."""

    folder: Path  # for what they write
    index_dir: Path
    slack_url: str
    number: int = field(default=0)

    def told(self, *, real: bool = False) -> list[Told]:
        """Start all four, one after the other.

        Args:
            real: Start each as a process of its own from nothing, as people do, and not out of this one.
        """
        return [
            self._ended("ask", "how many crates?", "--json", real=real),
            self._ended("talks", "--jsonl", real=real),
            self._bot(real=real),
            self._web(real=real),
        ]

    def _ended(self, *words: str, real: bool) -> Told:
        started = self._start(*words, real=real)
        started.until(started.has_ended)
        return Told(words[0], started.status or 0, started.out(), started.err())

    def _bot(self, *, real: bool) -> Told:
        surroundings = {
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_APP_TOKEN": APP_TOKEN,
            "SLACK_API_URL": self.slack_url,
            "CONFNOTES_STORE": str(self.folder / "bot.sqlite"),
        }
        started = self._start("bot", real=real, surroundings=surroundings)
        if started.until(lambda: _LISTENING in started.err()):
            started.stop()
        return Told("bot", started.status or 0, started.out(), started.err())

    def _web(self, *, real: bool) -> Told:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        started = self._start("web", "--port", str(port), real=real)
        if not started.until(lambda: _SERVING in started.out()):
            return Told("web", started.status or 0, started.out(), started.err())
        status, page = _page(f"http://127.0.0.1:{port}/api/ask?q=how+many+crates%3F")
        started.stop()
        err = started.err()
        if status == 503:  # it was opened, and what the answer needs is damaged: the page says so in a line
            return Told("web", NO_INDEX, "", err if err else f"{page.strip()}\n")
        left = DONE if started.status in (DONE, -signal.SIGTERM) and status == 200 else DEFECT
        return Told("web", left, page, err)

    def _start(self, *words: str, real: bool, surroundings: Mapping[str, str] | None = None) -> _Started:
        self.number += 1
        stem = self.folder / f"said-{self.number}"
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "CONFNOTES_"))
        }
        environment = {**kept, "CONFNOTES_INDEX_DIR": str(self.index_dir), **(surroundings or {})}
        with stem.with_suffix(".out").open("w") as out, stem.with_suffix(".err").open("w") as err:
            if real:
                program = [sys.executable, "-m", "confnotes", *words]
                child = subprocess.Popen(
                    program,
                    cwd=self.folder,
                    env={**environment, "PYTHONPATH": str(ROOT)},
                    stdout=out,
                    stderr=err,
                )
                child.returncode = 0  # we wait for it ourselves
                return _Started(child.pid, stem)
            pid = os.fork()
            if pid == 0:
                os.dup2(out.fileno(), 1)
                os.dup2(err.fileno(), 2)
                _be(words, environment, self.folder)
            return _Started(pid, stem)


def _be(words: tuple[str, ...], environment: Mapping[str, str], folder: Path) -> None:
    """Be a command, and end with it."""
    status = DEFECT
    try:
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(folder)
        main_command(list(words), prog_name="confnotes", standalone_mode=True)
    except SystemExit as left:
        status = left.code if isinstance(left.code, int) else 0
    except BaseException as error:  # the child must not go on as its parent
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _page(address: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(address, timeout=_PATIENCE_S) as page:  # noqa: S310 our own
            return page.status, page.read().decode("utf-8")
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode("utf-8")


@contextlib.contextmanager
def slack_beside() -> Iterator[str]:
    """Run a Slack in a process of its own, as what has threads cannot be forked; give the address of its Web API."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        with LocalSlack() as slack:
            os.write(writing, f"{slack.api_url}\n".encode())
            while True:
                signal.pause()
    os.close(writing)
    try:
        with os.fdopen(reading, encoding="utf-8") as line:
            yield line.readline().strip()
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
