"""Fixtures: an open store, on SQLite and on PostgreSQL, with a clock that the test moves."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import psycopg
import pytest

from facade.store import Store
from tests.servers import PostgreSQL

Connection = psycopg.Connection[tuple[object, ...]]
Shape = tuple[list[object], list[object], list[object]]
_numbers = count(1)
LEAVING_SECONDS = 0.2


class Ticking:
    """A clock that goes on by a millisecond each time it is read."""

    def __init__(self) -> None:
        self.now = datetime(2024, 1, 31, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest) -> Callable[[], str]:
    """Makes an empty database and gives its URL."""

    def make() -> str:
        server = request.getfixturevalue("postgres_server")
        name = f"store_{next(_numbers)}"
        server.create_database(name)
        url: str = server.url(name)
        return url

    return make


class StoreDatabases:
    """Databases with a new store's tables; one that was used is emptied, which is quicker than another."""

    def __init__(self, server: PostgreSQL) -> None:
        self._server = server
        self._free: list[str] = []
        server.create_database("store_template")
        Store.open(server.url("store_template")).close()
        with self._connected("store_template") as connection:
            self._shape = self._shape_of(connection)

    @contextmanager
    def one(self) -> Iterator[str]:
        """The URL of one that nobody else has."""
        name = self._free.pop() if self._free else self._another()
        yield self._server.url(name)
        with self._connected(name) as connection:
            if self._alone(connection) and self._shape_of(connection) == self._shape:
                self._empty(connection)
                self._free.append(name)

    def _alone(self, connection: Connection) -> bool:
        """Whether nobody else is connected; a session that was closed goes on for a moment."""
        others = (
            "SELECT 1 FROM pg_stat_activity WHERE datname=current_database() AND pid<>pg_backend_pid()"
            " AND backend_type='client backend'"
        )
        deadline = time.monotonic() + LEAVING_SECONDS
        while connection.execute(others).fetchone():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.002)
        return True

    def _another(self) -> str:
        name = f"stored_{next(_numbers)}"
        with self._connected("postgres") as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE store_template".encode())
        return name

    def _empty(self, connection: Connection) -> None:
        tables, sequences, _ = self._shape
        statements = [f"DELETE FROM {table}" for table in tables if table != "store_fact"]
        statements += [f"ALTER SEQUENCE {sequence} RESTART" for sequence in sequences]
        statements.append("DELETE FROM store_fact WHERE name<>'schema'")
        connection.execute(";".join(statements).encode())

    def _shape_of(self, connection: Connection) -> Shape:
        """Its tables, sequences, and every column and index: a test that changed them has had it for good."""
        tables = "SELECT tablename FROM pg_tables WHERE schemaname='public' ORDER BY 1"
        sequences = "SELECT sequencename FROM pg_sequences WHERE schemaname='public' ORDER BY 1"
        columns = (
            "SELECT c.relname, a.attname, a.atttypid FROM pg_attribute a JOIN pg_class c ON c.oid=a.attrelid"
            " WHERE c.relnamespace='public'::regnamespace AND a.attnum>0 ORDER BY 1, 2"
        )
        version = "SELECT value FROM store_fact WHERE name='schema'"
        return (
            [name for (name,) in connection.execute(tables)],
            [name for (name,) in connection.execute(sequences)],
            [*connection.execute(columns), *connection.execute(version)],
        )

    def _connected(self, name: str) -> Connection:
        return psycopg.connect(self._server.url(name), autocommit=True)


@pytest.fixture(scope="session")
def store_databases(postgres_server: PostgreSQL) -> StoreDatabases:
    return StoreDatabases(postgres_server)


@contextmanager
def store_url(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> Iterator[str]:
    """Where a store of a kind may be opened that nobody has used."""
    if kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'facade.db'}"
    else:
        with request.getfixturevalue("store_databases").one() as url:
            yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Everything that a store promises holds on both."""
    with store_url(request, request.param, tmp_path) as url:
        opened = Store.open(url, clock=Ticking())
        yield opened
        opened.close()
