"""Catalogs of MariaDB databases as they are met: old encodings, hanging views, narrow logins, many tables."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Any

import pytest

from connectors.base import Catalog
from connectors.errors import Unreachable
from connectors.odbc.catalog.sampling import COUNTED
from tests.connectors.odbc.conftest import Database
from tests.connectors.odbc.ugly import kinds, named
from tests.servers import PASSWORD, USER


async def catalog(database: Database, **options: Any) -> Catalog:
    async with database.open(**options) as connector:
        return await connector.catalog(sample=20)


async def test_words_of_mariadb(mariadb: Database) -> None:
    mariadb.run(
        "CREATE TABLE t (a tinyint(1), b bit(1), c bit(9), d year, e enum('x','y'), f set('a'), "
        "g json, h float, i decimal(8,2), j mediumint unsigned, k time, l datetime, m date, "
        "n varbinary(16), o geometry, p char(3) COMMENT 'das Kürzel', q bigint AUTO_INCREMENT, "
        "r timestamp NULL, s mediumtext, KEY (p(2)), UNIQUE KEY (a, b), UNIQUE (s(10)), PRIMARY KEY (q), "
        "KEY (d, k)) COMMENT 'Alles';"
        "INSERT INTO t SET a=1, b=1, e='x', h=98.6, i=1.50, k='03:04:05', m='0000-00-00', "
        "l='0000-00-00', d=1999, o=POINT(1,2), s='';"
        "CREATE SEQUENCE folge; CREATE TABLE alt (a int) WITH SYSTEM VERSIONING;"
    )
    found = await catalog(mariadb)
    assert [table.name for table in found.tables] == ["alt", "t"]
    (_, table) = found.tables
    assert " ".join(kinds(table).values()) == (
        "integer boolean binary integer text text text decimal decimal integer time timestamp date binary "
        "other text integer timestamp text"
    )
    assert (table.primary_key, table.unique) == (("q",), (("a", "b"),))
    assert set(table.indexed) == {("p",), ("s",), ("d", "k")}
    assert table.comment == "Alles"
    assert {column.name: column.comment for column in table.columns}["p"] == "das Kürzel"
    (row,) = table.sample
    wanted = {"e": "x", "h": 98.6, "i": "1.50", "k": "03:04:05", "m": "0000-00-00", "d": 1999, "q": 1}
    assert {name: row[name] for name in wanted} == wanted
    assert row["l"] == "0000-00-00T00:00:00"


async def test_a_database_of_another_encoding(mariadb: Database) -> None:
    mariadb.run(
        "ALTER DATABASE emr CHARACTER SET latin1; CREATE TABLE `Ärzte` (`Größe` varchar(20)) CHARSET latin1;"
        "INSERT INTO `Ärzte` VALUES ('Jörg');"
    )
    (table,) = (await catalog(mariadb)).tables
    assert (table.name, table.sample) == ("Ärzte", ({"Größe": "Jörg"},))


async def test_a_connection_without_a_database_sees_all_of_them(mariadb: Database) -> None:
    assert mariadb.server is not None
    mariadb.server.run(None, "CREATE DATABASE IF NOT EXISTS zweite; CREATE TABLE zweite.z (id int);")
    mariadb.run("CREATE TABLE a (id int)")
    connection = str(mariadb.options["connection"]).replace("Database=emr;", "")
    try:
        found = await catalog(mariadb, connection=connection)
        ours = {(t.schema, t.name): t.rows for t in found.tables if t.schema in ("emr", "zweite")}
        assert ours == {("emr", "a"): 0, ("zweite", "z"): 0}
        assert not {t.schema for t in found.tables} & {
            "mysql",
            "information_schema",
            "performance_schema",
            "sys",
        }
        assert "z" not in named(await catalog(mariadb))
    finally:
        mariadb.server.run(None, "DROP DATABASE zweite")


async def test_a_login_sees_what_it_may(mariadb: Database) -> None:
    assert mariadb.server is not None
    mariadb.run(
        "CREATE TABLE offen (id int, name varchar(9)); INSERT INTO offen VALUES (1, 'x');"
        "CREATE TABLE zu (id int); CREATE VIEW sicht AS SELECT * FROM zu;"
        "CREATE OR REPLACE USER eng@'%' IDENTIFIED BY 'eng'; GRANT SELECT ON offen TO eng@'%';"
        "CREATE OR REPLACE USER nichts@'%' IDENTIFIED BY 'nichts'; GRANT SHOW VIEW ON sicht TO nichts@'%';"
    )
    connection = str(mariadb.options["connection"]).replace(f"PWD={{{PASSWORD}}}", "PWD=eng")
    found = await catalog(mariadb, connection=connection.replace(f"UID={USER}", "UID=eng"))
    assert [(table.name, table.rows) for table in found.tables] == [("offen", 1)]
    nothing = connection.replace("PWD=eng", "PWD=nichts").replace(f"UID={USER}", "UID=nichts")
    (view,) = (await catalog(mariadb, connection=nothing)).tables
    assert (
        view.problem
        == "the login has no right to this; grant it, or leave it out (SQLSTATE 42000, code 1142)"
    )


async def test_a_view_that_hangs_holds_up_nobody_for_long(mariadb: Database) -> None:
    mariadb.run(
        "CREATE TABLE t (id int); INSERT INTO t VALUES (1), (2); CREATE TABLE z (id int);"
        "CREATE VIEW lahm AS SELECT SLEEP(60) AS s FROM t;"
    )
    tables = named(await catalog(mariadb, statement_timeout="1s"))
    assert tables["lahm"].problem == "looking into it took longer than 1s and was given up"
    assert [column.name for column in tables["lahm"].columns] == ["s"]
    assert (tables["t"].rows, tables["z"].rows) == (2, 0)


async def test_large_tables_are_estimated_and_not_counted(mariadb: Database) -> None:
    mariadb.run(
        f"CREATE TABLE gross (id int PRIMARY KEY) SELECT seq AS id FROM seq_1_to_{COUNTED * 2};"
        f"CREATE TABLE genau (id int) SELECT seq AS id FROM seq_1_to_{COUNTED // 10};"
        "CREATE VIEW sicht AS SELECT * FROM gross; ANALYZE TABLE gross;"
    )
    tables = named(await catalog(mariadb))
    assert tables["genau"].rows == COUNTED // 10
    assert COUNTED <= (tables["gross"].rows or 0) <= COUNTED * 4
    assert tables["sicht"].rows == COUNTED
    assert [row["id"] for row in tables["gross"].sample][-1] == COUNTED * 2


async def test_a_thousand_tables(mariadb: Database) -> None:
    mariadb.run(
        "".join(f"CREATE TABLE t{n:04d} (id int PRIMARY KEY, a text) ENGINE=Aria;" for n in range(1000))
    )
    found = await catalog(mariadb)
    assert [table.name for table in found.tables] == [f"t{n:04d}" for n in range(1000)]
    assert {table.rows for table in found.tables} == {0}


async def test_no_more_connections_than_allowed_and_none_that_writes(mariadb: Database) -> None:
    mariadb.run("".join(f"CREATE TABLE t{n} (id int);" for n in range(40)))
    mariadb.run("SET GLOBAL general_log=0; SET GLOBAL log_output='TABLE'; TRUNCATE mysql.general_log;")
    mariadb.run("SET GLOBAL general_log=1;")
    await catalog(mariadb, max_connections=3)
    mariadb.run("SET GLOBAL general_log=0;")
    log = mariadb.run(f"SELECT command_type, argument FROM mysql.general_log WHERE user_host LIKE '{USER}%'")
    lines = str(log).splitlines()
    assert sum(line.startswith("Connect") for line in lines) <= 4
    said = [line.split("\t", 1)[1].upper() for line in lines if line.startswith(("Query", "Execute"))]
    assert said
    assert {text.split()[0] for text in said if text.strip()} <= {"SELECT", "SET", "SHOW"}


async def test_a_server_that_has_one_connection_left(mariadb: Database) -> None:
    mariadb.run(
        "".join(f"CREATE TABLE t{n} (id int);" for n in range(20))
        + "CREATE OR REPLACE USER knapp@'%' IDENTIFIED BY 'x'; GRANT SELECT ON emr.* TO knapp@'%';"
        "SET GLOBAL max_connections=10;"
    )
    connection = str(mariadb.options["connection"]).replace(f"PWD={{{PASSWORD}}}", "PWD=x")
    connection = connection.replace(f"UID={USER}", "UID=knapp")
    try:
        async with AsyncExitStack() as others:
            for _ in range(9):
                other = await others.enter_async_context(mariadb.open(connection=connection))
                await other.check()  # stays connected
            found = await catalog(mariadb, connection=connection, max_connections=4)
    finally:
        mariadb.run("SET GLOBAL max_connections=151;")
    assert [table.rows for table in found.tables] == [0] * 20


async def test_a_database_that_dies_meanwhile_is_told(mariadb: Database) -> None:
    server = mariadb.server
    assert server is not None
    mariadb.run("".join(f"CREATE TABLE t{n} (id int);" for n in range(5)))

    def kill(name: str, number: int, of: int) -> None:
        if number == 3:
            server.kill()

    try:
        async with mariadb.open(max_connections=1, connect_attempts=1) as connector:
            with pytest.raises(Unreachable, match="source emr: the database cannot be reached: "):
                await connector.catalog(sample=5, progress=kill)
    finally:
        server.start()


async def test_a_lost_connection_costs_one_table(mariadb: Database) -> None:
    mariadb.run("".join(f"CREATE TABLE t{n} (id int); INSERT INTO t{n} VALUES (1);" for n in range(5)))

    def cut(name: str, number: int, of: int) -> None:
        if number == 3:
            processes = f"FROM information_schema.processlist WHERE user='{USER}'"
            mariadb.run(str(mariadb.run(f"SELECT GROUP_CONCAT('KILL ', id, ';' SEPARATOR '') {processes}")))

    async with mariadb.open(max_connections=1) as connector:
        found = await connector.catalog(sample=5, progress=cut)
    problems = {table.name: table.problem for table in found.tables if table.problem}
    assert list(problems) == ["t2"]
    assert problems["t2"].startswith("the connection to the database was lost")
    assert [table.rows for table in found.tables if not table.problem] == [1] * 4
