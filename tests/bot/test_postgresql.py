"""What only PostgreSQL does: go away, come back, refuse; and what is said of it."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.errors import SettingsFault, StoreAway, StoreFault
from bot.settings import Settings
from bot.slack.doctor import examine
from bot.store import Store
from console.settings import read_settings
from tests.bot.test_store import wait_for
from tests.conftest import ROOT
from tests.postgresql import PASSWORD, PostgresqlServer


@pytest.fixture
def address(postgresql: PostgresqlServer) -> str:
    """Give the address of an empty database on the server that all tests share."""
    return postgresql.database()


@pytest.mark.parametrize("how", ["fast", "immediate"])
def test_a_server_that_is_started_anew_is_not_noticed(postgresql: PostgresqlServer, how: str) -> None:
    """After a restart, or a crash, the next claim is taken by a new connection, and all that was taken is there."""
    store = Store(SecretStr(postgresql.database()))
    with ThreadPoolExecutor(8) as threads:  # so that there are several connections to lose
        list(threads.map(lambda number: store.take([f"before {number}"], ""), range(40)))
    postgresql.restart(how=how)
    again = [store.take([f"before {number}"], "") for number in range(40)]
    after = store.take(["after"], "body")
    store.close()

    assert again == [None] * 40
    assert after is not None


def test_while_the_server_is_away_nothing_is_lost(
    postgresql: PostgresqlServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Claims fail in one line without the password, what is finished is written when it is back, and nobody is declared gone."""
    address = SecretStr(postgresql.database())
    store, other = Store(address, lease_s=1.0), Store(address, lease_s=1.0)
    done, begun = store.take(["done"], "done") or "", store.take(["begun"], "begun") or ""
    postgresql.stop()
    caplog.clear()
    with pytest.raises(StoreAway) as fault:
        store.take(["new"], "new")
    with pytest.raises(StoreAway):
        store.check()
    store.finish(done)
    owed = store.open_jobs()
    wait_for(lambda: "Cannot use the bot's memory" in caplog.text)
    said = caplog.text.count("Cannot use the bot's memory")
    postgresql.start()
    wait_for(lambda: store.open_jobs() == 1)
    taken = [other.take_over() for _ in range(10)]
    found = store.take(["new"], "new")
    store.close()
    after = other.take_over()
    other.close()

    assert str(fault.value).startswith("Cannot use the bot's memory at postgresql://confnotes@127.0.0.1:")
    assert "\n" not in str(fault.value)
    assert PASSWORD not in caplog.text + str(fault.value)
    assert said <= 2  # once a process, not at every try
    assert owed == 2
    assert taken == [[]] * 10
    assert found is not None
    assert [job_id for job_id, _ in after] == [begun, found]


def test_one_database_has_room_for_others_tables(postgresql: PostgresqlServer, address: str) -> None:
    """The bot's tables are in a schema of their own, beside whatever is called the same."""
    name = address.rpartition("/")[2]
    postgresql.execute("CREATE TABLE jobs (other TEXT)", name)
    Store(SecretStr(address)).close()
    tables = postgresql.execute("SELECT schemaname FROM pg_tables WHERE tablename = 'jobs'", name)
    postgresql.execute("DROP TABLE public.jobs", name)

    assert sorted(tables) == [("confnotes",), ("public",)]


def test_a_role_without_rights_is_told_so(postgresql: PostgresqlServer, address: str) -> None:
    """A role that may not make tables, or not write them, is refused in one line; one whose schema is made for it is not."""
    name = address.rpartition("/")[2]
    postgresql.execute("DROP ROLE IF EXISTS guest")
    postgresql.execute(f"CREATE ROLE guest LOGIN PASSWORD '{PASSWORD}'")
    guest = SecretStr(address.replace("confnotes:", "guest:"))
    with pytest.raises(StoreFault, match="InsufficientPrivilege") as fault:
        Store(guest)
    postgresql.execute("CREATE SCHEMA confnotes AUTHORIZATION guest", name)
    store = Store(guest)
    taken = store.take(["key"], "")
    postgresql.execute("REVOKE ALL ON confnotes.claims FROM guest", name)
    with pytest.raises(StoreFault, match="InsufficientPrivilege") as later:
        store.take(["another"], "")
    store.close()
    postgresql.execute("DROP SCHEMA confnotes CASCADE", name)
    postgresql.execute("DROP ROLE guest")

    assert taken is not None
    assert not isinstance(later.value, StoreAway)
    assert PASSWORD not in str(fault.value) + str(later.value)


def test_what_was_to_be_stored_is_in_no_error(address: str) -> None:
    """A statement that the database refuses is told without the words that it was to store."""
    store = Store(SecretStr(address))
    with pytest.raises(StoreFault) as fault, store.changing() as db:
        db.execute("INSERT INTO looks VALUES ('U1', ?)", ("quetzalcanary",))
    store.close()

    assert "quetzalcanary" not in str(fault.value)
    assert fault.value.__cause__ is None
    assert fault.value.__suppress_context__


BAD = {
    "another password": (
        "confnotes:wrong-{password}@127.0.0.1:{port}/postgres",
        "password authentication failed",
    ),
    "nobody there": ("confnotes:{password}@127.0.0.1:9/postgres", "Connection refused"),
    "no such database": ("confnotes:{password}@127.0.0.1:{port}/nowhere", "does not exist"),
    "no port": ("confnotes:{password}@127.0.0.1:porto/postgres", "invalid integer value"),
    "a password that no address can hold": (
        "confnotes:{password}%zz@127.0.0.1:{port}/postgres",
        "Cannot read the address",
    ),
    "an option that there is not": (
        "confnotes:{password}@127.0.0.1:{port}/postgres?colour=1",
        "Cannot read the address",
    ),
    "a password with an at sign": ("confnotes:{password}@x@127.0.0.1:{port}/postgres", "Cannot"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_database_that_cannot_be_used_is_one_line(postgresql: PostgresqlServer, case: str) -> None:
    """What is wrong is said with the way out, and never with the password."""
    address, said = BAD[case]
    given = SecretStr(f"postgresql://{address.format(password=PASSWORD, port=postgresql.port)}")
    with pytest.raises(StoreFault, match=said) as fault:
        Store(given)

    assert PASSWORD not in str(fault.value)
    assert "\n" not in str(fault.value)
    assert "CONFNOTES_STORE" in str(fault.value)


def test_settings_and_doctor_show_no_password(
    address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An address of a database is a secret to whoever prints the settings; the doctor names the rest of it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONFNOTES_STORE", address)
    settings = Settings()
    findings = {finding.what: finding for finding in examine(settings)}

    assert PASSWORD not in f"{settings!r} {settings} {settings.model_dump_json()} {settings.model_dump()}"
    assert findings["memory"].well
    assert findings["memory"].said.startswith("postgresql://confnotes@127.0.0.1:")


@pytest.mark.parametrize("address", ["mysql://u:{}@h/d", "http://u:{}@h/d", "postgresql://u:{} x@h/d"])
def test_an_address_of_something_else_is_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, address: str
) -> None:
    """A store that is neither a file nor PostgreSQL is refused where it is read, without being shown."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONFNOTES_STORE", address.format(PASSWORD))
    with pytest.raises(SettingsFault, match="Cannot use the setting CONFNOTES_STORE") as fault:
        read_settings(Settings, SettingsFault)

    assert "\n" not in str(fault.value)
    assert PASSWORD not in str(fault.value)


def test_without_the_package_one_line_says_what_to_install(tmp_path: Path) -> None:
    """Whoever names a database and has no psycopg learns the extra; with a file nothing of it is needed."""
    script = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from pathlib import Path; from pydantic import SecretStr; from bot.store import Store\n"
        f"Store(Path({str(tmp_path / 'bot.sqlite')!r})).close()\n"
        "try: Store(SecretStr('postgresql://u:hunter2@h/d'))\n"
        "except Exception as fault: print(type(fault).__name__, fault)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert ended.stdout.startswith("StoreFault Cannot use PostgreSQL")
    assert "pip install 'confnotes[postgresql]'" in ended.stdout
    assert "hunter2" not in ended.stdout
