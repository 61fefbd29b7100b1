"""What the bot remembers between messages, in one SQLite file: claims, threads, turns, feedback.

Every payload that Slack delivers is claimed under its keys before it is acknowledged, so that a redelivery, a
twin event or a second process finds it taken. A job stays open until its answer is posted; jobs of a process
that is gone are taken over. That a process lives is shown by a lock on a file of its own, which the system
lets go of however the process ends.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from bot.errors import StoreFault

SCHEMA_VERSION = 4
_OWNER_ONLY = 0o600
_PATIENCE_MS = 10_000

_SCHEMA = """
CREATE TABLE IF NOT EXISTS claims (key TEXT PRIMARY KEY, claimed_at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS jobs (
  job_id TEXT PRIMARY KEY, body TEXT, owner TEXT NOT NULL, taken_at REAL NOT NULL, finished_at REAL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS open_jobs ON jobs (owner) WHERE finished_at IS NULL;
CREATE TABLE IF NOT EXISTS threads (thread TEXT PRIMARY KEY, seen_at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS speakers (
  thread TEXT NOT NULL, ts TEXT NOT NULL, user_id TEXT NOT NULL, PRIMARY KEY (thread, ts)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS askers (thread TEXT NOT NULL, user_id TEXT NOT NULL, PRIMARY KEY (thread, user_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS turns (
  thread TEXT NOT NULL, ts TEXT NOT NULL, user_id TEXT NOT NULL, question TEXT NOT NULL, asked_at REAL NOT NULL,
  PRIMARY KEY (thread, ts)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS feedback (
  message TEXT NOT NULL, user_id TEXT NOT NULL, verdict TEXT NOT NULL, reason TEXT, question TEXT, build TEXT, quotes TEXT, hits TEXT,
  given_at REAL NOT NULL, golden TEXT, reaction INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (message, user_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS misses (question TEXT NOT NULL, miss TEXT NOT NULL, topic TEXT NOT NULL, asked_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS watches (
  user_id TEXT NOT NULL, phrase TEXT NOT NULL, seen TEXT NOT NULL, team_id TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (user_id, phrase)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS arrivals (talk_id TEXT PRIMARY KEY, arrived_at REAL NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS arrivals_by_time ON arrivals (arrived_at);
CREATE TABLE IF NOT EXISTS channels (channel_id TEXT PRIMARY KEY, shared INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS looks (user_id TEXT PRIMARY KEY, looked_at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS digests (
  team_id TEXT NOT NULL, channel_id TEXT NOT NULL, user_id TEXT NOT NULL, period TEXT NOT NULL, told_until REAL NOT NULL,
  posted_at REAL NOT NULL, PRIMARY KEY (team_id, channel_id)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Turn:
    """One question asked in a thread."""

    user_id: str
    question: str


class Store:
    """The bot's memory; safe to use from many threads and from several processes on one machine."""

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        """Open the file, creating it where it is missing.

        Raises:
            StoreFault: the file cannot be opened, or was written by a later version.
        """
        self.owner = uuid.uuid4().hex[:12]
        self._path = path
        self._clock = clock
        self._lock = threading.RLock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, _OWNER_ONLY))
            path.chmod(_OWNER_ONLY)  # SQLite gives the files beside it the same mode
            self._db = sqlite3.connect(
                path, isolation_level=None, check_same_thread=False, timeout=_PATIENCE_MS / 1000
            )
        except (OSError, sqlite3.Error) as error:
            raise _unusable(path, error) from error
        try:
            self._prepare(path)
            self._alive = self._lock_of(self.owner)
            self._alive.acquire()
        except StoreFault:
            self._db.close()
            raise
        except (OSError, sqlite3.Error) as error:
            self._db.close()
            raise _unusable(path, error) from error

    def now(self) -> float:
        """Return the time in seconds since 1970."""
        return self._clock()

    def close(self) -> None:
        """Close the file; what is unfinished may be taken over from now on."""
        with self._lock:
            self._db.close()
        self._let_go(self._alive)

    def take(self, keys: Sequence[str], body: str) -> str | None:
        """Claim a payload under all its keys and keep its job; None where any key is taken already."""
        job_id = uuid.uuid4().hex[:12]
        now = self.now()
        with self.changing() as db:
            marks = ",".join("?" * len(keys))
            if db.execute(f"SELECT 1 FROM claims WHERE key IN ({marks})", keys).fetchone():  # noqa: S608  only question marks
                return None
            db.executemany("INSERT INTO claims VALUES (?, ?)", [(key, now) for key in keys])
            db.execute("INSERT INTO jobs VALUES (?, ?, ?, ?, NULL)", (job_id, body, self.owner, now))
        return job_id

    def release(self, key: str) -> None:
        """Release a claim, so that what failed under it can be done again."""
        with self.changing() as db:
            db.execute("DELETE FROM claims WHERE key = ?", (key,))

    def finish(self, job_id: str, release: str | None = None) -> None:
        """Close a job, whose text is forgotten, and release a claim with it, so that both are gone or none."""
        with self.changing() as db:
            if release is not None:
                db.execute("DELETE FROM claims WHERE key = ?", (release,))
            db.execute("UPDATE jobs SET finished_at = ?, body = NULL WHERE job_id = ?", (self.now(), job_id))

    def take_over(self) -> list[tuple[str, str]]:
        """Take over the open jobs of processes that are gone: `(job_id, body)`, oldest first."""
        with self.reading() as db:
            rows = db.execute(
                "SELECT DISTINCT owner FROM jobs WHERE finished_at IS NULL AND owner != ?", (self.owner,)
            ).fetchall()
        gone = [owner for (owner,) in rows if self._is_gone(owner)]
        orphans: list[tuple[float, str, str]] = []
        with self.changing() as db:
            for owner in gone:
                orphans += db.execute(
                    "SELECT taken_at, job_id, body FROM jobs WHERE finished_at IS NULL AND owner = ?",
                    (owner,),
                ).fetchall()
                db.execute(
                    "UPDATE jobs SET owner = ? WHERE finished_at IS NULL AND owner = ?", (self.owner, owner)
                )
        return [(job_id, body) for _, job_id, body in sorted(orphans)]

    def open_jobs(self) -> int:
        """Count the jobs that this process has begun and not finished."""
        with self.reading() as db:
            return int(
                db.execute(
                    "SELECT count(*) FROM jobs WHERE finished_at IS NULL AND owner = ?", (self.owner,)
                ).fetchone()[0]
            )

    def speaker_before(self, thread: str, ts: str, user_id: str) -> str | None:
        """Note who wrote a message in a thread that the bot takes part in; return who wrote the one before it.

        The same message gives the same answer however often and in whatever order Slack delivers it.

        Returns:
            Their id, empty for the bot, None where the bot takes no part in the thread.
        """
        with self.changing() as db:
            if not db.execute(
                "UPDATE threads SET seen_at = ? WHERE thread = ?", (self.now(), thread)
            ).rowcount:
                return None
            db.execute("INSERT OR IGNORE INTO speakers VALUES (?, ?, ?)", (thread, ts, user_id))
            row = db.execute(
                "SELECT user_id FROM speakers WHERE thread = ? AND ts < ? ORDER BY ts DESC LIMIT 1",
                (thread, ts),
            ).fetchone()
        return str(row[0]) if row else ""

    def join_thread(self, thread: str, asker: str, ts: str) -> None:
        """Note that the bot answers somebody's message of that time in a thread."""
        with self.changing() as db:
            db.execute("INSERT OR REPLACE INTO threads VALUES (?, ?)", (thread, self.now()))
            db.execute("INSERT OR REPLACE INTO speakers VALUES (?, ?, '')", (thread, ts))
            db.execute("INSERT OR IGNORE INTO askers VALUES (?, ?)", (thread, asker))

    def note_answer(self, thread: str, ts: str) -> None:
        """Note when the bot's own message was posted in a thread.

        Whoever spoke before it no longer spoke last.
        """
        with self.changing() as db:
            db.execute("INSERT OR REPLACE INTO speakers VALUES (?, ?, '')", (thread, ts))

    def note_channel(self, channel_id: str, *, shared: bool) -> None:
        """Note whether a channel is shared with other workspaces."""
        with self.changing() as db:
            db.execute("INSERT OR REPLACE INTO channels VALUES (?, ?)", (channel_id, shared))

    def is_of_one_workspace(self, channel_id: str) -> bool:
        """Return whether a channel is known to be shared with no other workspace."""
        with self.reading() as db:
            row = db.execute("SELECT shared FROM channels WHERE channel_id = ?", (channel_id,)).fetchone()
        return row is not None and not row[0]

    def has_asked(self, thread: str, user_id: str) -> bool:
        """Return whether a person was answered in a thread."""
        with self.reading() as db:
            return (
                db.execute(
                    "SELECT 1 FROM askers WHERE thread = ? AND user_id = ?", (thread, user_id)
                ).fetchone()
                is not None
            )

    def add_turn(self, thread: str, ts: str, user_id: str, question: str) -> None:
        """Keep a question that was asked in a thread."""
        with self.changing() as db:
            db.execute(
                "INSERT OR IGNORE INTO turns VALUES (?, ?, ?, ?, ?)",
                (thread, ts, user_id, question, self.now()),
            )

    def turns(self, thread: str, before_ts: str | None = None, most: int = 10) -> list[Turn]:
        """Return a thread's last questions before a message, oldest first."""
        with self.reading() as db:
            rows = db.execute(
                "SELECT user_id, question FROM turns WHERE thread = ? AND ts < ? ORDER BY ts DESC LIMIT ?",
                (thread, before_ts or "~", most),
            ).fetchall()
        return [Turn(*row) for row in reversed(rows)]

    def last_turns(self, place: str, before_ts: str, within_s: float) -> list[Turn]:
        """Return the turns of the thread last written to in a place, "team:channel:", if not long ago."""
        with self.reading() as db:
            row = db.execute(
                "SELECT thread FROM turns WHERE thread > ? AND thread < ? AND ts < ? AND asked_at >= ?"
                " ORDER BY ts DESC LIMIT 1",
                (place, f"{place}~", before_ts, self.now() - within_s),
            ).fetchone()
        return self.turns(row[0], before_ts) if row else []

    def wipe(self) -> None:
        """Take what was forgotten out of the write-ahead log as well, where nobody else reads just now."""
        with self._lock:
            self._db.execute("PRAGMA busy_timeout = 0")  # waiting here would hold acknowledgements back
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            self._db.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")

    def forget(self, *, claims_after_s: float, questions_after_s: float) -> None:
        """Drop claims and questions that are older than they are needed or may be kept."""
        now = self.now()
        with self.changing() as db:
            db.execute("DELETE FROM claims WHERE claimed_at < ?", (now - claims_after_s,))
            db.execute("DELETE FROM jobs WHERE finished_at < ?", (now - claims_after_s,))
            db.execute("DELETE FROM misses WHERE asked_at < ?", (now - questions_after_s,))
            db.execute("DELETE FROM turns WHERE asked_at < ?", (now - questions_after_s,))
            db.execute(
                "DELETE FROM threads WHERE seen_at < ?", (now - max(claims_after_s, questions_after_s),)
            )
            db.execute("DELETE FROM askers WHERE thread NOT IN (SELECT thread FROM threads)")
            db.execute("DELETE FROM speakers WHERE thread NOT IN (SELECT thread FROM threads)")
            db.execute(
                "UPDATE feedback SET question = NULL, golden = NULL WHERE given_at < ?",
                (now - questions_after_s,),
            )

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """Yield the database inside a transaction that is rolled back when it fails."""
        with self._lock:
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
        """Yield the database for reading."""
        with self._lock:
            yield self._db

    def _lock_of(self, owner: str) -> FileLock:
        return FileLock(f"{self._path}.{owner}.alive", timeout=0, thread_local=False)

    def _is_gone(self, owner: str) -> bool:
        lock = self._lock_of(owner)
        try:
            lock.acquire()
        except Timeout:
            return False
        self._let_go(lock)
        return True

    def _let_go(self, lock: FileLock) -> None:
        lock.release()
        Path(lock.lock_file).unlink(missing_ok=True)

    def _columns(self, table: str) -> set[str]:
        return {str(name) for (name,) in self._db.execute("SELECT name FROM pragma_table_info(?)", (table,))}

    def _prepare(self, path: Path) -> None:
        self._db.execute("PRAGMA journal_mode = WAL")
        # FULL would sync on every claim; with NORMAL a power cut may lose the last claims, a killed process
        # loses nothing.
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute(
            "PRAGMA secure_delete = ON"
        )  # a forgotten question is overwritten, not only unlinked
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA_VERSION:
            raise StoreFault(
                f"Cannot use the bot's memory at {path}: it has format {version}, this version reads"
                f" {SCHEMA_VERSION}. Update confnotes."
            )
        self._db.executescript(_SCHEMA)
        if "last_user" in self._columns("threads"):
            self._db.execute("INSERT INTO speakers SELECT thread, '', last_user FROM threads")
            self._db.execute("ALTER TABLE threads DROP COLUMN last_user")
        if "golden" not in self._columns("feedback"):
            self._db.execute("ALTER TABLE feedback ADD COLUMN golden TEXT")
        if "reaction" not in self._columns("feedback"):
            self._db.execute("ALTER TABLE feedback ADD COLUMN reaction INTEGER NOT NULL DEFAULT 0")
        if "team_id" not in self._columns("watches"):
            self._db.execute("ALTER TABLE watches ADD COLUMN team_id TEXT NOT NULL DEFAULT ''")
        self._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _unusable(path: Path, error: Exception) -> StoreFault:
    return StoreFault(
        f"Cannot open the bot's memory at {path}: {error}. Move the file away or set CONFNOTES_STORE to one"
        " that can be written."
    )
