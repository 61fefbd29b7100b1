"""What the bot remembers: claims, jobs, threads and turns; feedback, watches and digests add their own statements.

Every payload that Slack delivers is claimed under its keys before it is acknowledged, so that a redelivery, a
twin event or a second process finds it taken. A job stays open until its answer is posted. A process shows that
it lives by a lease that it renews, in the database and by the database's clock, so that processes on any number
of machines agree on it; jobs of a process whose lease has run out are taken over by another one.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from bot.errors import StoreAway, StoreFault
from bot.store.database import Database, Statements

LEASE_S = 15.0
ORDER_S = 3.0
_SIGNS_A_LEASE = 5  # how often a lease is renewed before it would run out
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Turn:
    """One question asked in a thread."""

    user_id: str
    question: str


class Store:
    """The bot's memory; safe to use from many threads and from several processes."""

    def __init__(
        self,
        address: Path | SecretStr,
        *,
        lease_s: float = LEASE_S,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Open the memory, making what is missing, and begin to show that this process lives.

        Args:
            address: A SQLite file, or the address of a PostgreSQL database.
            lease_s: How long this process may be silent before others take over what it has begun.
            clock: Tells the time of what is kept for so long; leases have the database's own.

        Raises:
            StoreFault: it cannot be opened, or was written by a later version.
        """
        self.owner = uuid.uuid4().hex[:12]
        self._lease_s = lease_s
        self._clock = clock
        self._held: set[str] = set()  # jobs that this process works on
        self._done: set[str] = set()  # of these, what is finished
        self._owed: dict[str, str | None] = {}  # what is finished and could not be written so yet
        self._db = _open(address)
        self._closed = threading.Event()
        try:
            self.check()
        except StoreFault:
            self._db.close()
            raise
        self._signs = threading.Thread(target=self._show_life, name="sign-of-life", daemon=True)
        self._signs.start()

    @property
    def name(self) -> str:
        """Where the memory is, without a password."""
        return self._db.name

    def now(self) -> float:
        """Return the time in seconds since 1970."""
        return self._clock()

    def check(self) -> None:
        """Show that this process lives, and with it that the memory can be written.

        Raises:
            StoreFault: it cannot; StoreAway where that may pass.
        """
        with self.changing() as db:
            # A lease that had run out begins anew: for others this process was gone.
            db.execute(
                "INSERT INTO processes VALUES (?, clock_s(), clock_s() + ?) ON CONFLICT (owner) DO UPDATE SET"
                " alive_until = excluded.alive_until, alive_since = CASE WHEN processes.alive_until < clock_s()"
                " THEN excluded.alive_since ELSE processes.alive_since END",
                (self.owner, self._lease_s),
            )

    def counts(self) -> Mapping[str, float]:
        """Count what there is, for whoever looks after the bot.

        Raises:
            StoreFault: the memory cannot be read.
        """
        names = ("open_jobs", "oldest_open_job_s", "watches", "digests", "feedback_up", "feedback_down")
        with self.reading() as db:
            row = db.execute(
                "SELECT (SELECT count(*) FROM jobs WHERE finished_at IS NULL),"
                " (SELECT min(taken_at) FROM jobs WHERE finished_at IS NULL),"
                " (SELECT count(*) FROM watches), (SELECT count(*) FROM digests),"
                " (SELECT count(*) FROM feedback WHERE verdict = 'up'),"
                " (SELECT count(*) FROM feedback WHERE verdict = 'down')"
            ).fetchone()
        found = dict(zip(names, row, strict=True))
        oldest = found["oldest_open_job_s"]
        return found | {"oldest_open_job_s": 0.0 if oldest is None else max(0.0, self.now() - oldest)}

    def close(self) -> None:
        """Let go of the memory; what is unfinished may be taken over from now on."""
        self._closed.set()
        self._signs.join(ORDER_S)  # it may wait for a memory that is away
        with suppress(StoreFault):  # then the lease runs out
            self._pay()
            with self.changing() as db:
                db.execute("DELETE FROM processes WHERE owner = ?", (self.owner,))
        self._db.close()

    def take(self, keys: Sequence[str], body: str) -> str | None:
        """Claim a payload under all its keys and keep its job; None where any key is taken already."""
        job_id = uuid.uuid4().hex[:12]
        self._held.add(job_id)
        try:
            self._claim(keys, job_id, body)
        except _Taken:
            self._held.discard(job_id)
            return None
        except BaseException:
            # Where the connection broke at the end the job may be there all the same: `take_over` finds it.
            self._held.discard(job_id)
            raise
        return job_id

    def release(self, key: str) -> None:
        """Release a claim, so that what failed under it can be done again."""
        with self.changing() as db:
            db.execute("DELETE FROM claims WHERE key = ?", (key,))

    def owns(self, job_id: str) -> bool:
        """Return whether a job is open and still this process's, to be asked before its answer is posted.

        After a silence longer than the lease another process has it.
        """
        with self.reading() as db:
            return (
                db.execute(
                    "SELECT 1 FROM jobs WHERE job_id = ? AND owner = ? AND finished_at IS NULL",
                    (job_id, self.owner),
                ).fetchone()
                is not None
            )

    def leave(self, job_id: str) -> None:
        """Leave a job to the process that took it over."""
        self._done.add(job_id)

    def finish(self, job_id: str, release: str | None = None) -> None:
        """Close a job, whose text is forgotten, and release a claim with it, so that both are gone or none.

        Where the memory cannot be reached that is done as soon as it can.
        """
        self._owed[job_id] = release
        with suppress(StoreAway):
            self._pay_one(job_id)

    def take_over(self) -> list[tuple[str, str]]:
        """Take over the open jobs of processes that are gone: `(job_id, body)`, oldest first.

        Gone is who ended in order, or whose lease has run out. The latter is judged only by a process that was
        there itself for a whole lease without a gap: after the database was away, or all slept, nobody is gone
        until everybody had time to say that they live.
        """
        done = set(self._done)
        with self.reading() as db:
            gone = db.execute(
                "SELECT DISTINCT jobs.owner FROM jobs LEFT JOIN processes ON processes.owner = jobs.owner"
                " WHERE jobs.finished_at IS NULL AND jobs.owner != ? AND (processes.owner IS NULL"
                " OR processes.alive_until < clock_s() AND EXISTS (SELECT 1 FROM processes AS own"
                " WHERE own.owner = ? AND own.alive_until >= clock_s() AND own.alive_since < clock_s() - ?))",
                (self.owner, self.owner, self._lease_s),
            ).fetchall()
            own = db.execute(
                "SELECT taken_at, job_id, body FROM jobs WHERE finished_at IS NULL AND owner = ?",
                (self.owner,),
            ).fetchall()
        # What seemed to fail when it was taken, and was written all the same.
        found = [row for row in own if row[1] not in self._held]
        if gone:
            with self.changing() as db:
                for (owner,) in gone:
                    found += db.execute(
                        "UPDATE jobs SET owner = ? WHERE finished_at IS NULL AND owner = ?"
                        " RETURNING taken_at, job_id, body",
                        (self.owner, owner),
                    ).fetchall()
        self._held.update(job_id for _, job_id, _ in found)
        self._held.difference_update(
            done
        )  # not sooner: a job that was open when it was read may be finished by now
        self._done.difference_update(done)
        return [(job_id, body) for _, job_id, body in sorted(found)]

    def open_jobs(self) -> int:
        """Count the jobs that this process has begun and not finished."""
        return len(self._held - self._done)

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
            db.execute("INSERT INTO speakers VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (thread, ts, user_id))
            row = db.execute(
                "SELECT user_id FROM speakers WHERE thread = ? AND ts < ? ORDER BY ts DESC LIMIT 1",
                (thread, ts),
            ).fetchone()
        return str(row[0]) if row else ""

    def join_thread(self, thread: str, asker: str, ts: str) -> None:
        """Note that the bot answers somebody's message of that time in a thread."""
        with self.changing() as db:
            db.execute(
                "INSERT INTO threads VALUES (?, ?) ON CONFLICT (thread) DO UPDATE SET seen_at = excluded.seen_at",
                (thread, self.now()),
            )
            self._note_own(db, thread, ts)
            db.execute("INSERT INTO askers VALUES (?, ?) ON CONFLICT DO NOTHING", (thread, asker))

    def note_answer(self, thread: str, ts: str) -> None:
        """Note when the bot's own message was posted in a thread.

        Whoever spoke before it no longer spoke last.
        """
        with self.changing() as db:
            self._note_own(db, thread, ts)

    def note_channel(self, channel_id: str, *, shared: bool) -> None:
        """Note whether a channel is shared with other workspaces."""
        with self.changing() as db:
            db.execute(
                "INSERT INTO channels VALUES (?, ?) ON CONFLICT (channel_id) DO UPDATE SET shared = excluded.shared",
                (channel_id, shared),
            )

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
                "INSERT INTO turns VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
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
        """Take what was forgotten out of the files as well, where that is quick; to be done now and then."""
        self._db.wipe(forgot=False)

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
            db.execute("DELETE FROM processes WHERE alive_until < clock_s() - ?", (claims_after_s,))
        self._db.wipe(forgot=True)

    def changing(self) -> AbstractContextManager[Statements]:
        """Give a transaction, which is undone when what is done in it fails.

        Raises:
            StoreAway: the memory cannot be reached or written just now.
            StoreFault: it refuses a statement for another reason.
        """
        return self._db.changing()

    def reading(self) -> AbstractContextManager[Statements]:
        """Give statements that only read.

        Raises:
            StoreAway, StoreFault: as for `changing`.
        """
        return self._db.reading()

    def _claim(self, keys: Sequence[str], job_id: str, body: str) -> None:
        now = self.now()
        # In one order, so that two processes with the same keys do not each wait for the other.
        claims = [(key, now) for key in sorted(set(keys))]
        with self.changing() as db:
            made = db.executemany("INSERT INTO claims VALUES (?, ?) ON CONFLICT DO NOTHING", claims)
            if made.rowcount < len(claims):
                raise _Taken  # which undoes the others
            db.execute("INSERT INTO jobs VALUES (?, ?, ?, ?, NULL)", (job_id, body, self.owner, now))

    def _note_own(self, db: Statements, thread: str, ts: str) -> None:
        db.execute(
            "INSERT INTO speakers VALUES (?, ?, '') ON CONFLICT (thread, ts) DO UPDATE SET user_id = ''",
            (thread, ts),
        )

    def _show_life(self) -> None:
        """Renew the lease until the memory is closed, and write what is owed."""
        away = False
        while not self._closed.wait(self._lease_s / _SIGNS_A_LEASE):
            try:
                self.check()
                self._pay()
            except StoreFault as fault:
                if not away:
                    _log.error("%s", fault)
                away = True
                continue
            if away:
                _log.info("the bot's memory at %s is there again", self.name)
            away = False

    def _pay(self) -> None:
        for job_id in list(self._owed):
            self._pay_one(job_id)

    def _pay_one(self, job_id: str) -> None:
        key = self._owed.get(job_id)
        with self.changing() as db:
            if key is not None:
                db.execute("DELETE FROM claims WHERE key = ?", (key,))
            db.execute("UPDATE jobs SET finished_at = ?, body = NULL WHERE job_id = ?", (self.now(), job_id))
        self._done.add(job_id)
        self._owed.pop(job_id, None)


class _Taken(Exception):  # noqa: N818  no error
    """A key is taken already."""


def _open(address: Path | SecretStr) -> Database:
    if isinstance(address, Path):
        from bot.store.sqlite import SqliteDatabase

        return SqliteDatabase(address)
    try:
        from bot.store.postgresql import PostgresqlDatabase
    except ImportError:
        raise StoreFault(
            "Cannot use PostgreSQL: the packages psycopg and psycopg_pool are not installed. Install them with"
            " `pip install 'confnotes[postgresql]'`, or set CONFNOTES_STORE to a file."
        ) from None

    return PostgresqlDatabase(address)
