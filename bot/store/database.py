"""What the store asks of a database. There are two: `sqlite.py` and `postgresql.py`.

Both run the same statements. What only one of them understands stands in its module: how it is opened, its clock,
its locks, its errors, and how what was deleted leaves its files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from importlib import resources
from typing import Any, Protocol

from bot.errors import StoreFault


class Rows(Protocol):
    """What a statement gave."""

    @property
    def rowcount(self) -> int:
        """How many rows were written."""

    def fetchone(self) -> Any:
        """Return the next row, None behind the last."""

    def fetchall(self) -> list[Any]:
        """Return all rows that are left."""

    def __iter__(self) -> Iterator[Any]: ...


class Statements(Protocol):
    """Runs statements; `?` stands for a value, `clock_s()` for the database's clock in seconds since 1970."""

    def execute(self, statement: str, values: Sequence[Any] = ..., /) -> Rows:
        """Run a statement."""

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]], /) -> Rows:
        """Run a statement once for each row of values."""


class Database(Protocol):
    """A database with the store's tables in their newest format."""

    @property
    def name(self) -> str:
        """Where it is, without a password."""

    def changing(self) -> AbstractContextManager[Statements]:
        """Give a transaction, which is undone when what is done in it fails.

        Raises:
            StoreAway: the database cannot be reached or written just now. Whether the transaction was written
                is unknown where that happened at its very end.
            StoreFault: it refuses a statement for another reason.
        """

    def reading(self) -> AbstractContextManager[Statements]:
        """Give statements that only read.

        Raises:
            StoreAway, StoreFault: as for `changing`.
        """

    def wipe(self, *, forgot: bool) -> None:
        """Take what was deleted out of the files as well, as far as that can be done while others work.

        Args:
            forgot: Rows were just deleted for their age, which is seldom and may take longer.
        """

    def close(self) -> None:
        """Let go of everything."""


def migrate(db: Statements, name: str, spelling: str = "TEXT") -> int:
    """Bring the tables to the newest format, inside a transaction that no other process has as well.

    Args:
        db: The transaction.
        name: What the database is called in errors.
        spelling: The type of columns whose texts compare by their code points.

    Returns:
        The format.

    Raises:
        StoreFault: a later version wrote them.
    """
    db.execute(
        "CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, applied_at DOUBLE PRECISION NOT NULL)"
    )
    done = int(db.execute("SELECT coalesce(max(number), 0) FROM migrations").fetchone()[0])
    known = _migrations()
    check_format(name, done)
    for number, script in known.items():
        if number > done:
            for statement in filter(str.strip, script.split(";")):
                db.execute(statement.replace("TEXT", spelling))
            db.execute("INSERT INTO migrations VALUES (?, clock_s())", (number,))
    return max(known)


def check_format(name: str, number: int) -> None:
    """Check that no later version wrote a database of this format.

    Raises:
        StoreFault: one did.
    """
    if number > (newest := max(_migrations())):
        raise StoreFault(
            f"Cannot use the bot's memory at {name}: it has format {number}, this version reads {newest}. Update"
            " confnotes."
        )


def _migrations() -> dict[int, str]:
    """Return the scripts that bring the tables from each format to the next, in their order."""
    scripts = [
        one for one in (resources.files(__package__) / "migrations").iterdir() if one.name.endswith(".sql")
    ]
    return {
        int(one.name.partition("-")[0]): _without_comments(one.read_text("utf-8"))
        for one in sorted(scripts, key=lambda one: one.name)
    }


def _without_comments(script: str) -> str:
    return "\n".join(line for line in script.splitlines() if not line.startswith("--"))
