"""One small database of each kind, behind the connector."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Record, Stream, Where
from connectors.odbc import OdbcConnector
from connectors.odbc.connector import open_connector
from tests import servers

KINDS = ("mariadb", "postgresql", "sqlite", "sqlite-odbc")


@dataclass
class Clock:
    """The present, moved by hand; sleeping moves it."""

    now: datetime = datetime(2024, 5, 6, 12, 0, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


@dataclass
class Database:
    """A database that can be changed with SQL and opened as a source."""

    kind: str
    options: Mapping[str, Any]
    run: Callable[[str], object]
    server: servers.Server | None = None
    clock: Clock = field(default_factory=Clock)

    @property
    def stamp(self) -> str:
        """The type of a time stamp."""
        return "timestamp" if self.kind == "postgresql" else "datetime"

    @asynccontextmanager
    async def open(self, *streams: Stream, **options: Any) -> AsyncIterator[OdbcConnector]:
        """A connector with these streams."""
        given = {**self.options, **options}
        connector = open_connector("emr", given, {stream.name: stream for stream in streams}, self.clock)
        connector._pool._sleep = self.clock.sleep
        connector._reader._sleep = self.clock.sleep
        connector._cataloguer._sleep = self.clock.sleep
        try:
            yield connector
        finally:
            await connector.aclose()

    async def read(
        self, stream: Stream, since: str | None = None, where: Where | None = None, **options: Any
    ) -> list[Record]:
        """All records of a stream."""
        async with self.open(stream, **options) as connector:
            return [record async for record in connector.read(stream.name, since, where)]


def _file(path: Path, kind: str) -> Database:
    def run(sql: str) -> None:
        connection = sqlite3.connect(path)
        connection.executescript(sql)
        connection.commit()
        connection.close()

    run("PRAGMA user_version = 1")
    if kind == "sqlite":
        return Database(kind, {"url": f"sqlite:///{path.as_posix()}"}, run)
    driver = servers.odbc_driver("SQLite3", "libsqlite3odbc.so")
    return Database(kind, {"connection": f"Driver={driver};Database={path}"}, run)


def open_database(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> Database:
    """An empty database of a kind."""
    if kind.startswith("sqlite"):
        return _file(tmp_path / "legacy.db", kind)
    server = request.getfixturevalue("mariadb_server" if kind == "mariadb" else "postgres_server")
    connection = server.create_database("emr")
    return Database(kind, {"connection": connection}, lambda sql: server.run("emr", sql), server)


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    return open_database(request, request.param, tmp_path)


@pytest.fixture(params=["mariadb", "postgresql"])
def server_database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    return open_database(request, request.param, tmp_path)


@pytest.fixture
def mariadb(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    return open_database(request, "mariadb", tmp_path)


@pytest.fixture
def postgresql(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    return open_database(request, "postgresql", tmp_path)


@pytest.fixture
def sqlite(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    return open_database(request, "sqlite", tmp_path)
