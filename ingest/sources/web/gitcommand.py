"""The `git` command in a cage: no hooks, no submodules, no configuration but ours, one protocol, limited time and disk."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from ingest.errors import SourceFault, SourceGone
from ingest.sources.web.specs import Limits

_LATER = "Check the repository's address and reference; the next run tries again."
# curloptResolve, which ties a host's name to the address that was checked, came with 2.37.
OLDEST = (2, 37)
_GONE = re.compile(
    r"repository '.*' not found|does not appear to be a git repository|(?:couldn't find|no such) remote ref"
)
_LIMITED = 'ulimit -f "$1" && shift && exec "$@"'
_BLOCK_BYTES = 512  # what POSIX counts `ulimit -f` in
_ROOM_BYTES = 1_000_000  # less is none
_SETTINGS = {
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "credential.helper": "",
    "fetch.recurseSubmodules": "false",
    "gc.auto": "0",
    "http.followRedirects": "false",
    "http.lowSpeedLimit": "100",
    "http.lowSpeedTime": "30",
    "maintenance.auto": "false",
    "protocol.allow": "never",
    "submodule.recurse": "false",
    "transfer.bundleURI": "false",  # a server must not send us elsewhere
    "transfer.unpackLimit": "1",  # one pack, which the limit on a file's size ends
}


class CagedGit:
    """Runs git for one repository in an empty folder.

    Args:
        folder: An empty folder: its bare repository and all output go there.
        shown: The repository as it may be shown.
        protocol: The one that is allowed: https, http or file.
        limits: How long it may take, how large a file may get.
        pinned: curl's "host:port:address" for the host that was checked.
    """

    def __init__(self, folder: Path, shown: str, protocol: str, limits: Limits, pinned: str = "") -> None:
        self._folder = folder
        self._shown = shown
        self._limits = limits
        self._ends = time.monotonic() + limits.repository_s
        settings = {**_SETTINGS, f"protocol.{protocol}.allow": "always"} | (
            {"http.curloptResolve": pinned} if pinned else {}
        )
        self._settings = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        kept = {
            name: os.environ[name] for name in ("PATH", "SSL_CERT_FILE", "SSL_CERT_DIR") if name in os.environ
        }
        self._environment = {
            **kept,
            "GIT_ALLOW_PROTOCOL": protocol,
            "GIT_ASKPASS": "true",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_DIR": str(folder / "repository"),
            "GIT_TERMINAL_PROMPT": "0",
            "HOME": str(folder),
            "LC_ALL": "C",
        }

    def run(self, *words: str, given: bytes = b"") -> bytes:
        """Run a git command and give what it printed.

        Raises:
            SourceFault: It failed, took too long, or wrote too much.
        """
        git = shutil.which("git")
        if git is None:
            raise SourceFault(self._shown, "there is no git command here", "Install git 2.37 or later.")
        blocks = str(self._limits.repository_bytes // _BLOCK_BYTES)
        # Windows has no shell that limits what a command may write; the limit on its time stays.
        limited = ["/bin/sh", "-c", _LIMITED, "sh", blocks] if hasattr(os, "killpg") else []
        command = [*limited, git, *self._settings, *words]
        printed, said = self._folder / "printed", self._folder / "said"
        given_path = self._folder / "given"
        try:
            given_path.write_bytes(given)
            with given_path.open("rb") as stdin, printed.open("wb") as stdout, said.open("wb") as stderr:
                status = self._wait(subprocess.Popen(  # noqa: S603  (a list, and no word of a stranger begins with a dash)
                    command, stdin=stdin, stdout=stdout, stderr=stderr, env=self._environment, cwd=self._folder, start_new_session=True
                ))  # fmt: skip
            if status:
                raise self._fault(status, said.read_bytes())
            return printed.read_bytes()
        except OSError as error:
            raise SourceFault(
                self._shown,
                f"git cannot be run ({error.strerror or error})",
                "Check git, the disk and permissions.",
            ) from error

    def check_version(self) -> None:
        """Refuse a git that does not know how to be tied to an address.

        Raises:
            SourceFault: It is too old.
        """
        said = self.run("version").decode("utf-8", "replace")
        found = re.search(r"(\d+)\.(\d+)", said)
        if not found or (int(found[1]), int(found[2])) < OLDEST:
            raise SourceFault(self._shown, f"this is {said.strip()}", "Install git 2.37 or later.")

    def _wait(self, process: subprocess.Popen[bytes]) -> int:
        """Wait for a command; at the time limit end it with all that it started."""
        try:
            return process.wait(max(0.1, self._ends - time.monotonic()))
        except subprocess.TimeoutExpired:
            raise SourceFault(
                self._shown, f"git was not done after {self._limits.repository_s:g} s", _LATER
            ) from None
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                if hasattr(os, "killpg"):
                    os.killpg(process.pid, signal.SIGKILL)
                else:  # Windows has no groups of processes to end
                    process.kill()
            process.wait()

    def _fault(self, status: int, said: bytes) -> SourceFault:
        """Return the line in which git says what is wrong."""
        lines = [line.strip() for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
        # Which of git's programs the limit on a file's size ended, and what the others say of it, differs
        # between versions.
        full = self._limits.repository_bytes // _BLOCK_BYTES * _BLOCK_BYTES
        if any(path.stat().st_size >= full for path in self._folder.rglob("*") if path.is_file()):
            return SourceFault(
                self._shown,
                f"it is larger than {self._limits.repository_bytes / 1e6:g} MB",
                "Keep its notes in one of their own.",
            )
        if shutil.disk_usage(self._folder).free < _ROOM_BYTES:  # git's own words found no room either
            return SourceFault(
                self._shown,
                "the disk of temporary files is full",
                "Make room there, or name another folder by TMPDIR.",
            )
        telling = [line for line in lines if line.startswith(("fatal:", "error:"))] or lines
        what = telling[0] if telling else f"git ended with status {status}"
        return (SourceGone if any(_GONE.search(line) for line in lines) else SourceFault)(
            self._shown, what, _LATER
        )


def one_word(text: str) -> bool:
    """Return whether a text can be an argument of git: no option, no line breaks."""
    return bool(text) and not text.startswith("-") and text.isprintable()


def branches(names: Sequence[str]) -> list[str]:
    """Return the full names under which references may be listed, branches before tags."""
    return [
        full
        for name in names
        for full in (f"refs/heads/{name}", f"refs/tags/{name}^{{}}", f"refs/tags/{name}")
    ]
