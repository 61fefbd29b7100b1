"""A peer's process as the benchmark sees it: built, started, asked in rounds, ended."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from benchmarks.bench.machine import ROOT
from benchmarks.bench.processes import environment
from benchmarks.peers.registry import Peer

# No telemetry and no tracing; what keeps a library from asking the network.
QUIET = {
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "LANGSMITH_TRACING": "false",
    "ANONYMIZED_TELEMETRY": "False",
    "DO_NOT_TRACK": "1",
    "TQDM_DISABLE": "1",
}


class PeerError(Exception):
    """A peer did not do what it was asked; the message is the last line that it wrote."""


class Running:
    """A started process; use it as a context manager."""

    def __init__(self, peer: Peer, python: Path, what: str, folder: Path, model: Path) -> None:
        self.peer = peer
        self._said = folder / f"{peer.name}.log"
        arguments = [str(python), "-m", f"benchmarks.peers.{peer.module}", what, str(folder), str(model)]
        self._started = time.perf_counter()
        with self._said.open("w") as said:
            self._process = subprocess.Popen(
                arguments,
                cwd=ROOT,
                env=environment(**QUIET, **dict(peer.surroundings)),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait()

    def hear(self) -> dict[str, Any]:
        """Wait for the next reply; `since_start_s` is added to it.

        Raises:
            PeerError: the process ended without one.
        """
        for line in self._process.stdout or ():
            if line.startswith('{"reply"'):
                return {**json.loads(line), "since_start_s": time.perf_counter() - self._started}
        lines = [
            line
            for line in self._said.read_text(encoding="utf-8", errors="replace").splitlines()
            if line.strip()
        ]
        raise PeerError(lines[-1][:300] if lines else "it ended without a word")

    def ask(self, questions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Ask every question once and return times, hits and memory.

        Raises:
            PeerError: the process ended.
        """
        assert self._process.stdin is not None
        asked = [{"text": question["question"], "history": question["history"]} for question in questions]
        with suppress(BrokenPipeError):  # why it ended, the reply says
            self._process.stdin.write(json.dumps(asked) + "\n")
            self._process.stdin.flush()
        return self.hear()
