"""Every kind of database passes the connector contract."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from connectors.base import Condition, Stream
from connectors.testing import Case, CatalogCase, catalog_contract, source_contract
from tests.connectors.odbc.conftest import Database
from tests.servers import PASSWORD

STREAM = Stream("visit", "SELECT id, name, changed FROM visit", ("id",), "incremental", "changed", overlap=60)
_current: list[Database] = []


@pytest.fixture(autouse=True)
def visits(database: Database) -> Any:
    rows = ", ".join(f"({n}, 'Ann {n}', '2024-01-02 03:04:{n // 2:02d}')" for n in range(60))
    database.run(f"CREATE TABLE visit (id int PRIMARY KEY, name varchar(20), changed {database.stamp})")
    database.run(f"INSERT INTO visit VALUES {rows}")
    _current.append(database)
    yield
    _current.clear()


@asynccontextmanager
async def make() -> AsyncIterator[Case]:
    async with _current[0].open(STREAM, fetch_size=7, page_rows=13) as connector:
        yield Case(
            connector,
            "visit",
            keys=frozenset(map(str, range(60))),
            columns=frozenset(("id", "name", "changed")),
            incremental=True,
            slice=((Condition("id", "in", ["3", "5", "99"]), Condition("id", "<", 5)), frozenset(("3",))),
            secret=PASSWORD,
        )


@asynccontextmanager
async def make_catalog() -> AsyncIterator[CatalogCase]:
    async with _current[0].open() as connector:
        columns = frozenset(("id", "name", "changed"))
        yield CatalogCase(connector, "visit", columns, key=("id",), rows=60, secret=PASSWORD)


TestSource = source_contract(make)
TestCatalog = catalog_contract(make_catalog)
