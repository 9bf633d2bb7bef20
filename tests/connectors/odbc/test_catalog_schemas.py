"""The real schemas, OpenEMR, OSCAR, OpenHospital in MariaDB, told whole and alike by both ways of asking."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import Any

import pytest

from connectors.base import Catalog
from connectors.odbc.connector import open_connector
from tests.connectors.odbc.conftest import Clock
from tests.generators.openemr import openemr_database
from tests.paths import SHARED, needs_shared
from tests.servers import MariaDB, mariadb

pytestmark = needs_shared
EHR = SHARED / "ehr"


@pytest.fixture(scope="module")
def mariadb_server() -> Iterator[MariaDB]:
    """One of its own: the driver's questions take longer the more tables there are, whosever."""
    with mariadb() as server:
        yield server


async def catalog(connection: str, sample: int = 50, **options: Any) -> Catalog:
    connector = open_connector("emr", {"connection": connection, **options}, {}, Clock())
    try:
        return await connector.catalog(sample=sample)
    finally:
        await connector.aclose()


def oscar(server: MariaDB) -> str:
    connection = server.create_database("oscarlook")
    server.run(None, "ALTER DATABASE oscarlook CHARACTER SET latin1; SET GLOBAL innodb_strict_mode=0;")
    for name in (
        "oscarinit.sql",
        "oscarinit_on.sql",
        "caisi/initcaisi.sql",
        "oscardata.sql",
        "e2e_setup.sql",
    ):
        script = (EHR / "oscar" / name).read_bytes()
        server.run("oscarlook", b"SET foreign_key_checks=0;\n" + script)
    return connection


def openhospital(server: MariaDB) -> str:
    connection = server.create_database("ohlook")
    server.run("ohlook", gzip.decompress((EHR / "openhospital" / "oh_demo_dump.sql.gz").read_bytes()))
    return connection


@pytest.mark.parametrize("name", ["openemr", "oscar", "openhospital"])
async def test_a_real_schema(mariadb_server: MariaDB, name: str) -> None:
    make = {"openemr": lambda server: openemr_database(server, 40, name="emrlook"), "oscar": oscar}
    connection = make.get(name, openhospital)(mariadb_server)
    found = await catalog(connection)
    listed, columns = _counted(mariadb_server, connection)
    assert (len(found.tables), sum(len(table.columns) for table in found.tables)) == (listed, columns)
    assert [table.name for table in found.tables if table.problem] == []
    assert len(found.tables) >= {"openemr": 200, "oscar": 500, "openhospital": 60}[name]
    assert all(len(table.sample) == min(table.rows or 0, 50) for table in found.tables)
    assert await catalog(connection, max_connections=1) == found
    if name == "oscar":  # the driver's own functions, asked table by table, take a minute for 500
        return
    generic = {table.name: table for table in (await catalog(connection, sample=0, dialect="generic")).tables}
    assert set(generic) == {table.name for table in found.tables}
    for table in found.tables:
        other = generic[table.name]
        assert [(c.name, c.kind) for c in other.columns] == [(c.name, c.kind) for c in table.columns]
        assert set(other.foreign_keys) == set(table.foreign_keys)
        if table.primary_key:  # whose order the driver does not keep
            assert set(other.primary_key) == set(table.primary_key)


def _counted(server: MariaDB, connection: str) -> tuple[int, int]:
    """What the server's own client says of tables and columns."""
    name = connection.partition("Database=")[2].partition(";")[0]
    told = server.run(
        None,
        f"SELECT COUNT(*) FROM information_schema.tables WHERE table_schema='{name}';"
        f"SELECT COUNT(*) FROM information_schema.columns WHERE table_schema='{name}';",
    )
    tables, columns = told.split()
    return int(tables), int(columns)
