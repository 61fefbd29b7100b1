"""A PostgreSQL of the tests' own: on a free port of this machine, in a temporary folder, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Self

from tests.ports import free_port

REQUIRED = "CONFNOTES_REQUIRE_POSTGRESQL"  # set: a machine without a server fails instead of skipping
PASSWORD = "pw-Kanarienvogel7"  # no word of any message, so that a test sees where it is shown
_DEBIAN = Path("/usr/lib/postgresql")
_FOR_THE_OWNER_OF_THE_TESTS = "nobody"  # initdb refuses root


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, the newest there is, None where there is none."""
    newest_first = sorted(_DEBIAN.glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    found = shutil.which("initdb")
    return next(iter([*newest_first, *([Path(found).resolve().parent] if found else [])]), None)


class PostgresqlServer:
    """The server; use it as a context manager. It can be stopped and started again in between."""

    def __init__(self, folder: Path) -> None:
        self._programs = folder
        self._account: dict[str, Any] = {}
        self._root = Path(tempfile.mkdtemp(prefix="confnotes-postgresql-"))
        if os.getuid() == 0:
            account = pwd.getpwnam(_FOR_THE_OWNER_OF_THE_TESTS)
            os.chown(self._root, account.pw_uid, account.pw_gid)
            self._account = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        self.port = free_port()

    @property
    def data(self) -> Path:
        """The folder of the server's files."""
        return self._root / "data"

    def __enter__(self) -> Self:
        word = self._root / "password"
        word.write_text(PASSWORD)
        if self._account:
            os.chown(word, self._account["user"], self._account["group"])
        self._call(
            *("initdb", "-D", self.data, "-U", "confnotes", "--pwfile", word, "-A", "scram-sha-256"),
            *("-E", "UTF8", "--locale", "C.UTF-8", "--no-sync"),
        )
        with (self.data / "postgresql.conf").open("a") as settings:
            settings.write(
                f"listen_addresses = '127.0.0.1'\nport = {self.port}\nunix_socket_directories = '{self._root}'\n"
                "fsync = off\nmax_connections = 60\nshared_buffers = 16MB\nautovacuum = off\n"
            )
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop("immediate")
        shutil.rmtree(self._root)

    def start(self) -> None:
        """Start the server and wait until it takes connections."""
        self._call("pg_ctl", "-D", self.data, "-w", "-t", "60", "-s", "-l", self._root / "log", "start")

    def stop(self, how: str = "fast") -> None:
        """Stop the server: `fast` ends all connections, `immediate` is as if it crashed."""
        self._call("pg_ctl", "-D", self.data, "-w", "-t", "60", "-s", "-m", how, "stop")

    def restart(self, down_s: float = 0.0, how: str = "fast") -> None:
        """Stop the server and start it again after a while."""
        self.stop(how)
        time.sleep(down_s)
        self.start()

    def database(self) -> str:
        """Empty the database that tests have in turn, and return its address, the password in it."""
        if not self.execute("SELECT 1 FROM pg_database WHERE datname = 'test'"):
            self.execute("CREATE DATABASE test")
        self.execute("DROP SCHEMA IF EXISTS confnotes CASCADE", "test")
        return f"postgresql://confnotes:{PASSWORD}@127.0.0.1:{self.port}/test"

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run one statement as the owner of everything."""
        import psycopg

        address = f"postgresql://confnotes:{PASSWORD}@127.0.0.1:{self.port}/{database}"
        with psycopg.connect(address, autocommit=True) as connection:
            done = connection.execute(statement.encode())
            return done.fetchall() if done.description else []

    def _call(self, program: str, *arguments: object) -> None:
        done = subprocess.run(
            [str(self._programs / program), *map(str, arguments)],
            cwd=self._root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # a started server keeps what it inherits
            stderr=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            text=True,
            check=False,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            **self._account,
        )
        if done.returncode:
            log = self._root / "log"
            raise RuntimeError(
                f"{program} failed: {done.stderr or (log.read_text() if log.exists() else '')}"
            )
