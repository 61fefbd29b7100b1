"""The bot's memory in both databases."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.postgresql import REQUIRED, PostgresqlServer, programs

DATABASES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlServer]:
    """Give a PostgreSQL server of the tests' own, or skip where there is none."""
    folder = programs()
    if folder is None:
        missing = "PostgreSQL's server is not installed here (Debian's package postgresql)"
        if os.environ.get(REQUIRED):
            pytest.fail(missing)
        pytest.skip(missing)
    with PostgresqlServer(folder) as server:
        yield server


@pytest.fixture
def memory(request: pytest.FixtureRequest, tmp_path: Path) -> Path | SecretStr:
    """Give the address of an empty memory: a file, or a database where a test asks for one."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return tmp_path / "bot.sqlite"
    server: PostgresqlServer = request.getfixturevalue("postgresql")
    return SecretStr(server.database())


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests of modules that say so with a memory in each database."""
    if "memory" in metafunc.fixturenames and getattr(metafunc.module, "IN_BOTH_DATABASES", False):
        metafunc.parametrize("memory", DATABASES, indirect=True)
