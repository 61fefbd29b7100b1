"""The store in one SQLite file: the default, which needs nothing else; for the processes of one machine."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.errors import StoreAway, StoreFault
from bot.store.database import check_format, migrate

_OWNER_ONLY = 0o600
_PATIENCE_MS = 10_000
_BEFORE_MIGRATIONS = 4  # the last format that was brought up to date by looking at the columns
_PASSING = {  # the primary codes of what may be over at the next try
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
}


class SqliteDatabase:
    """One connection to the file, for all threads."""

    def __init__(self, path: Path) -> None:
        """Open the file, creating it where it is missing.

        Raises:
            StoreFault: it cannot be opened, or was written by a later version.
        """
        self.name = str(path)
        self._lock = threading.RLock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, _OWNER_ONLY))
            path.chmod(_OWNER_ONLY)  # SQLite gives the files beside it the same mode
            self._db = sqlite3.connect(
                path, isolation_level=None, check_same_thread=False, timeout=_PATIENCE_MS / 1000
            )
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from error
        try:
            self._prepare()
        except sqlite3.Error as error:
            self._db.close()
            raise self._unusable(error) from error
        except StoreFault:
            self._db.close()
            raise

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """Give a transaction that no other process has at the same time."""
        with self._lock, self._faults():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if (
                    self._db.in_transaction
                ):  # a full disk ends some transactions by itself, and not the one that cannot be committed
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give statements that only read."""
        with self._lock, self._faults():
            yield self._db

    def wipe(self, *, forgot: bool) -> None:  # noqa: ARG002  as quick either way
        """Take what was deleted out of the write-ahead log as well, where nobody else reads just now."""
        with self._lock:
            self._db.execute("PRAGMA busy_timeout = 0")  # waiting here would hold acknowledgements back
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            self._db.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def _prepare(self) -> None:
        self._db.create_function("clock_s", 0, time.time)
        self._db.execute("PRAGMA journal_mode = WAL")
        # FULL would sync on every claim; with NORMAL a power cut may lose the last claims, a killed process
        # loses nothing.
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute(
            "PRAGMA secure_delete = ON"
        )  # a forgotten question is overwritten, not only unlinked
        with self.changing() as db:
            version = int(db.execute("PRAGMA user_version").fetchone()[0])
            check_format(self.name, version)
            early = 0 < version <= _BEFORE_MIGRATIONS
            if early:  # the first of them had another table of this name
                db.execute("DROP TABLE IF EXISTS processes")
            newest = migrate(db, self.name)
            if early:
                self._adopt()
            # Versions from before the migrations refuse the file by this number.
            db.execute(f"PRAGMA user_version = {newest}")

    def _adopt(self) -> None:
        """Give the tables of a file of the formats 1 to 4 the columns that they lack."""
        for left in Path(self.name).parent.glob(f"{Path(self.name).name}.*.alive"):
            left.unlink(missing_ok=True)  # by which processes were known to live
        if "last_user" in self._columns("threads"):
            self._db.execute("INSERT INTO speakers SELECT thread, '', last_user FROM threads")
            self._db.execute("ALTER TABLE threads DROP COLUMN last_user")
        if "golden" not in self._columns("feedback"):
            self._db.execute("ALTER TABLE feedback ADD COLUMN golden TEXT")
        if "reaction" not in self._columns("feedback"):
            self._db.execute("ALTER TABLE feedback ADD COLUMN reaction INTEGER NOT NULL DEFAULT 0")
        if "team_id" not in self._columns("watches"):
            self._db.execute("ALTER TABLE watches ADD COLUMN team_id TEXT NOT NULL DEFAULT ''")

    def _columns(self, table: str) -> set[str]:
        return {str(name) for (name,) in self._db.execute("SELECT name FROM pragma_table_info(?)", (table,))}

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            # The code of a closed or foreign connection is none.
            code = getattr(error, "sqlite_errorcode", None)
            passing = code is not None and code & 0xFF in _PASSING
            kind = StoreAway if passing else StoreFault
            raise kind(
                f"Cannot use the bot's memory at {self.name}: {error}. Look at its disk and its folder."
            ) from error

    def _unusable(self, error: Exception) -> StoreFault:
        return StoreFault(
            f"Cannot open the bot's memory at {self.name}: {error}. Move the file away or set CONFNOTES_STORE to one"
            " that can be written."
        )
