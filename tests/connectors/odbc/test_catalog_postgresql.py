"""Catalogs of PostgreSQL databases: schemas, partitions, types of its own, rights on columns."""

from __future__ import annotations

from typing import Any

from connectors.base import Catalog, ForeignKey
from tests.connectors.odbc.conftest import Database
from tests.connectors.odbc.ugly import kinds, named
from tests.servers import PASSWORD, USER


async def catalog(database: Database, **options: Any) -> Catalog:
    async with database.open(**options) as connector:
        return await connector.catalog(sample=20)


async def test_words_of_postgresql(postgresql: Database) -> None:
    postgresql.run(
        "CREATE TYPE farbe AS ENUM ('rot'); CREATE DOMAIN plz AS varchar(5) NOT NULL;"
        "CREATE TABLE t (a serial PRIMARY KEY, b numeric(8,2), c boolean, d timestamptz, e uuid, f jsonb, "
        "g text[], h interval, i bytea, j farbe, k plz, l real, m time, n xml, o inet, p char(3), "
        "q tsvector);COMMENT ON TABLE t IS 'Alles'; COMMENT ON COLUMN t.b IS 'der Wert';"
        "CREATE INDEX ON t (b, c); CREATE INDEX ON t (lower(k)); CREATE UNIQUE INDEX ON t (p) WHERE c;"
        "INSERT INTO t (b, c, d, g, j, k, l) VALUES (1.50, true, '2020-01-02 03:04:05+02', '{x,y}', 'rot', "
        "'1010', 98.6);"
    )
    (table,) = (await catalog(postgresql)).tables
    assert " ".join(kinds(table).values()) == (
        "integer decimal boolean timestamp text text other other binary text text decimal time text text "
        "text other"
    )
    assert (table.primary_key, table.unique) == (("a",), ())
    assert set(table.indexed) == {("b", "c"), ("p",)}
    assert (table.comment, table.columns[1].comment) == ("Alles", "der Wert")
    assert (table.columns[10].size, table.columns[10].nullable, table.columns[15].size) == (5, False, 3)
    (row,) = table.sample
    wanted = {
        "a": 1,
        "b": "1.50",
        "c": True,
        "d": "2020-01-02T01:04:05+00:00",
        "g": "{x,y}",
        "j": "rot",
        "l": 98.6,
    }
    assert {name: row[name] for name in wanted} == wanted


async def test_schemas_partitions_and_tables_without_columns(postgresql: Database) -> None:
    postgresql.run(
        'CREATE SCHEMA "Zweig stelle"; CREATE TABLE pat (id int PRIMARY KEY); INSERT INTO pat VALUES (1);'
        'CREATE TABLE "Zweig stelle".pat (id int REFERENCES public.pat (id), "Zimmer Nr" int);'
        'INSERT INTO "Zweig stelle".pat VALUES (1, 7);'
        "CREATE TABLE leer (); INSERT INTO leer DEFAULT VALUES;"
        "CREATE TABLE geteilt (id int, t date) PARTITION BY RANGE (t);"
        "CREATE TABLE teil PARTITION OF geteilt FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');"
        "INSERT INTO geteilt VALUES (1, '2020-02-02'); CREATE MATERIALIZED VIEW m AS SELECT * FROM pat;"
    )
    found = await catalog(postgresql)
    assert [(table.schema, table.name, table.kind, table.rows) for table in found.tables] == [
        ("", "geteilt", "table", 1),
        ("", "leer", "table", 1),
        ("", "m", "view", 1),
        ("", "pat", "table", 1),
        ("Zweig stelle", "pat", "table", 1),
    ]
    assert found.tables[-1].sample == ({"id": 1, "Zimmer Nr": 7},)
    assert found.tables[-1].foreign_keys == (ForeignKey(("id",), "pat", ("id",)),)
    assert [table.problem for table in found.tables] == [None] * 5


async def test_a_login_sees_the_columns_that_it_may(postgresql: Database) -> None:
    postgresql.run(
        "CREATE TABLE offen (id int, name text, geheim text); INSERT INTO offen VALUES (1, 'x', 'y');"
        "CREATE TABLE zu (id int); DROP ROLE IF EXISTS eng; CREATE ROLE eng LOGIN PASSWORD 'eng';"
        "GRANT SELECT (id, name) ON offen TO eng;"
    )
    connection = str(postgresql.options["connection"]).replace(f"PWD={{{PASSWORD}}}", "PWD=eng")
    (table,) = (await catalog(postgresql, connection=connection.replace(f"UID={USER}", "UID=eng"))).tables
    assert (table.name, table.rows, table.sample) == ("offen", 1, ({"id": 1, "name": "x"},))
    postgresql.run("DROP OWNED BY eng; DROP ROLE eng;")


async def test_a_column_that_cannot_be_had_leaves_the_others(postgresql: Database) -> None:
    postgresql.run(
        "CREATE TYPE paar AS (a int, b int);"
        "CREATE FUNCTION wirft(paar) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'nie'; END $$;"
        "CREATE CAST (paar AS text) WITH FUNCTION wirft(paar);"
        "CREATE TABLE t (id int PRIMARY KEY, p paar, name text); INSERT INTO t VALUES (1, ROW(1, 2), 'x');"
    )
    (table,) = (await catalog(postgresql)).tables
    assert (table.problem, table.rows, table.sample) == (None, 1, ({"id": 1, "p": None, "name": "x"},))
    assert [column.name for column in table.columns] == ["id", "p", "name"]


async def test_a_view_that_hangs_and_one_that_divides_by_zero(postgresql: Database) -> None:
    postgresql.run(
        "CREATE TABLE t (id int); INSERT INTO t VALUES (1);"
        "CREATE VIEW lahm AS SELECT CAST(pg_sleep(60) AS text) AS s FROM t;"
        "CREATE VIEW null AS SELECT 1 / (id - 1) AS q FROM t;".replace("VIEW null", 'VIEW "null"')
    )
    tables = named(await catalog(postgresql, statement_timeout="1s"))
    assert tables["lahm"].problem == "looking into it took longer than 1s and was given up"
    assert tables["null"].problem == "the view fails in the database itself (SQLSTATE 22012, code 1)"
    assert tables["t"].rows == 1
