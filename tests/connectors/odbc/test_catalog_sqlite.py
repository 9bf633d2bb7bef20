"""Catalogs of SQLite files: whatever SQLite lets a column be."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.base import Catalog, ForeignKey
from connectors.odbc.catalog.sampling import COUNTED
from tests.connectors.odbc.conftest import Database, open_database
from tests.connectors.odbc.ugly import kinds, named


@pytest.fixture(params=["sqlite", "sqlite-odbc"])
def file(request: pytest.FixtureRequest, tmp_path: Any) -> Database:
    return open_database(request, request.param, tmp_path)


async def catalog(database: Database, sample: int = 20, **options: Any) -> Catalog:
    async with database.open(**options) as connector:
        return await connector.catalog(sample=sample)


async def test_words_of_sqlite(file: Database) -> None:
    file.run(
        "CREATE TABLE t (a INTEGER PRIMARY KEY, b VARCHAR(9), c NUMERIC, d DATETIME, e BOOLEAN, f BLOB, g, "
        "h UNSIGNED BIG INT, i DOUBLE, j DATE, k CHARACTER(20), l weird);"
        "INSERT INTO t (b, c, d, e, g, i, k) VALUES ('x', 1.5, '2020-01-02 03:04:05', 1, 'frei', 98.6, 'y');"
    )
    (table,) = (await catalog(file)).tables
    assert " ".join(kinds(table).values()) == (
        "integer text decimal timestamp boolean binary text integer decimal date text other"
    )
    assert (table.columns[1].size, table.columns[10].size) == (9, 20)


async def test_keys_as_sqlite_lets_them_be_written(file: Database) -> None:
    file.run(
        "CREATE TABLE haus (nr INTEGER, zusatz TEXT, PRIMARY KEY (nr, zusatz)) WITHOUT ROWID;"
        "CREATE TABLE wohnung (id INTEGER PRIMARY KEY, a, b, c REFERENCES WOHNUNG, d UNIQUE, "
        "e REFERENCES nirgends (x), FOREIGN KEY (a, b) REFERENCES Haus);"
        "CREATE UNIQUE INDEX u ON wohnung (a) WHERE b IS NULL; CREATE INDEX x ON wohnung (lower(a));"
        "INSERT INTO haus VALUES (2, 'b'), (1, 'a'), (1, 'b'); CREATE VIRTUAL TABLE v USING fts5(txt);"
    )
    tables = named(await catalog(file, sample=2))
    assert tables["haus"].primary_key == ("nr", "zusatz")
    assert tables["haus"].sample == ({"nr": 1, "zusatz": "a"}, {"nr": 2, "zusatz": "b"})
    assert set(tables["wohnung"].foreign_keys) == {
        ForeignKey(("a", "b"), "haus", ("nr", "zusatz")),
        ForeignKey(("c",), "wohnung", ("id",)),
    }
    assert (tables["wohnung"].unique, tables["wohnung"].indexed) == ((("d",),), (("a",),))
    assert [column.name for column in tables["v"].columns] == ["txt"]


async def test_rows_without_a_key_are_sampled_from_both_ends(file: Database) -> None:
    values = ", ".join(f"({n})" for n in range(100))
    file.run(f"CREATE TABLE t (a INTEGER); INSERT INTO t VALUES {values};")
    (table,) = (await catalog(file, sample=4)).tables
    assert [row["a"] for row in table.sample] == [0, 1, 98, 99]
    assert table.rows == 100


async def test_many_rows_are_not_counted(file: Database) -> None:
    file.run(
        "CREATE TABLE t (a); WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 150000) "
        "INSERT INTO t SELECT n FROM c;"
    )
    assert (await catalog(file)).tables[0].rows == 150_000 > COUNTED
    file.run("ANALYZE; UPDATE sqlite_stat1 SET stat = '777777'")
    assert (await catalog(file)).tables[0].rows == 777_777


async def test_a_view_without_end_holds_up_nobody_for_long(file: Database) -> None:
    file.run(
        "CREATE TABLE t (a int); INSERT INTO t VALUES (1); CREATE VIEW endlos AS "
        "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT MAX(n) AS m FROM c;"
    )
    tables = named(await catalog(file, statement_timeout="1s", max_connections=1))
    assert tables["endlos"].problem == "looking into it took longer than 1s and was given up"
    assert tables["t"].rows == 1


async def test_huge_values_are_cut(file: Database) -> None:
    file.run(
        "CREATE TABLE t (a TEXT, b BLOB, c); INSERT INTO t VALUES "
        "(printf('%.*c', 5000000, 'x'), zeroblob(5000000), zeroblob(900)), ('kurz', x'00', 'frei');"
    )
    (table,) = (await catalog(file)).tables
    huge, small = table.sample
    assert huge["a"] == "x" * 1000 + "…"
    assert huge["b"] == "A" * 400
    assert len(huge["c"]) <= 1400
    assert small == {"a": "kurz", "b": "AA==", "c": "frei"}
