"""The store in PostgreSQL, for bots on several machines (extra `postgresql`)."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout
from pydantic import SecretStr

from bot.errors import StoreAway, StoreFault
from bot.store.database import migrate

SCHEMA = "confnotes"
CONNECTIONS = 8
# Slack waits three seconds for an acknowledgement; what cannot be claimed by then it sends again.
PATIENCE_S = 2.5
START_S = 30.0
_DEFAULTS: dict[str, Any] = {  # of libpq, where the address says nothing else
    "application_name": "confnotes",
    "connect_timeout": 3,
    "keepalives_idle": 10,
    "tcp_user_timeout": 5_000,
}
_SESSION = f"SET search_path TO {SCHEMA}; SET statement_timeout TO '10s'; SET lock_timeout TO '5s'"
_CLOCK = (
    "CREATE OR REPLACE FUNCTION clock_s() RETURNS double precision LANGUAGE sql AS"
    " 'SELECT extract(epoch FROM clock_timestamp())::double precision'"
)
_MIGRATING = 0x636F6E66  # "conf", the number of the lock that who migrates holds
_WITH_TEXTS = ("jobs", "turns", "misses", "feedback", "watches", "installations")
_PASSING = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.ReadOnlySqlTransaction)


class _Sqlish:
    """Runs the store's statements, whose placeholder is `?`."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> psycopg.Cursor[Any]:
        """Run a statement."""
        return self._connection.execute(_translated(statement), _storable(values))

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]], /) -> psycopg.Cursor[Any]:
        """Run a statement once for each row of values."""
        cursor = self._connection.cursor()
        cursor.executemany(_translated(statement), [_storable(row) for row in rows])
        return cursor


class PostgresqlDatabase:
    """A pool of connections, each looked at before it is used, since the server may have been started anew."""

    def __init__(self, address: SecretStr) -> None:
        """Connect, and make or bring up to date the tables, in a schema of their own.

        Raises:
            StoreFault: the address cannot be read, the server cannot be reached or refuses, or a later version
                wrote the tables.
        """
        try:
            given = conninfo_to_dict(address.get_secret_value())
        except psycopg.Error:  # its words quote the address
            raise StoreFault(
                "Cannot read the address in CONFNOTES_STORE. Write it as postgresql://USER:PASSWORD@HOST:5432/NAME,"
                " with % followed by two digits for characters that an address cannot hold."
            ) from None
        self._secret = str(given.get("password") or "")
        self.name = _shown(given)
        conninfo = make_conninfo(**{**_DEFAULTS, **given})
        try:
            with psycopg.connect(conninfo, autocommit=True) as connection:
                self._prepare(connection)
        except psycopg.Error as error:
            raise StoreFault(
                f"Cannot open the bot's memory at {self.name}: {self._reason(error)}. Check CONFNOTES_STORE, the server"
                " and the rights of the role, which makes tables."
            ) from None
        self._pool = ConnectionPool(
            conninfo,
            kwargs={"autocommit": True},
            min_size=1,
            max_size=CONNECTIONS,
            timeout=PATIENCE_S,
            configure=_configure,
            reconnect_timeout=PATIENCE_S,  # then it waits until it is asked again, instead of for longer and longer
            open=True,
            name="store",
        )
        with self._faults():  # nobody waits for an acknowledgement yet
            self._pool.wait(START_S)

    @contextmanager
    def changing(self) -> Iterator[_Sqlish]:
        """Give a transaction."""
        with self._connection() as connection, connection.transaction():
            yield _Sqlish(connection)

    @contextmanager
    def reading(self) -> Iterator[_Sqlish]:
        """Give statements that only read."""
        with self._connection() as connection:
            yield _Sqlish(connection)

    def wipe(self, *, forgot: bool) -> None:
        """Write the tables that hold words anew, without what was deleted.

        Where another session holds one of them it waits for the next time. What the server's write-ahead log,
        its replicas and its backups hold is the server's to forget.
        """
        if not forgot:
            return
        for table in _WITH_TEXTS:
            with suppress(StoreAway), self.reading() as db:
                db.execute(f"VACUUM (FULL) {table}")

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    def _prepare(self, connection: psycopg.Connection[Any]) -> None:
        with connection.transaction():
            db = _Sqlish(connection)
            db.execute("SELECT pg_advisory_xact_lock(?)", (_MIGRATING,))
            # Asked first, since making it needs rights even where it is there.
            if db.execute("SELECT 1 FROM pg_namespace WHERE nspname = ?", (SCHEMA,)).fetchone() is None:
                db.execute(f"CREATE SCHEMA {SCHEMA}")
            db.execute(f"SET LOCAL search_path TO {SCHEMA}")
            db.execute(_CLOCK)
            migrate(db, self.name, 'TEXT COLLATE "C"')

    @contextmanager
    def _connection(self) -> Iterator[psycopg.Connection[Any]]:
        """Give a connection that works.

        After a restart of the server all that the pool has are dead. The pool's own check pauses for a second
        behind each, so that one who asks would give up before they are through.
        """
        deadline = time.monotonic() + PATIENCE_S
        with self._faults():
            while not _works(connection := self._pool.getconn(deadline - time.monotonic())):
                self._pool.putconn(connection)
            try:
                yield connection
            finally:
                self._pool.putconn(connection)

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as error:
            kind = StoreAway if isinstance(error, _PASSING) else StoreFault
            way = "It is tried again" if kind is StoreAway else "Check the rights of the role and the tables"
            # Not "from": a database's words may quote what was to be stored.
            raise kind(f"Cannot use the bot's memory at {self.name}: {self._reason(error)}. {way}.") from None

    def _reason(self, error: psycopg.Error) -> str:
        """Return what is wrong in a line that quotes neither a password nor what was to be stored."""
        if isinstance(error, PoolClosed):
            return "it is closed"
        if isinstance(error, PoolTimeout):
            return f"it gives no connection within {PATIENCE_S:g} seconds"
        if error.sqlstate is not None:
            return f"{error.diag.message_primary if isinstance(error, _PASSING) else type(error).__name__}"
        said = str(error).strip().partition("\n")[0]
        return said.replace(self._secret, "…") if self._secret else said


def _configure(connection: psycopg.Connection[Any]) -> None:
    connection.execute(_SESSION.encode())


def _works(connection: psycopg.Connection[Any]) -> bool:
    try:
        connection.execute(b"")
    except _PASSING:
        return False
    return True


def _shown(given: dict[str, Any]) -> str:
    place = f"{given.get('host') or 'localhost'}:{given.get('port') or 5432}"
    return f"postgresql://{given.get('user') or ''}@{place}/{given.get('dbname') or ''}"


def _translated(statement: str) -> bytes:
    return statement.replace("?", "%s").encode()


def _storable(values: Sequence[Any]) -> tuple[Any, ...]:
    """Replace the one character that PostgreSQL's texts cannot hold."""
    return tuple(value.replace("\0", "\ufffd") if isinstance(value, str) else value for value in values)
