"""A database as clinics have them: names with blanks, quotes, umlauts, characters of three scripts, a table
without a key, a view that fails, generated columns, long texts; in the words of each database."""

from __future__ import annotations

from connectors.base import Catalog, Table
from tests.connectors.odbc.conftest import Database

ROWS = 300


def ugly(database: Database) -> None:
    """Make it."""
    server = database.kind == "postgresql"
    mark = "`" if database.kind == "mariadb" else '"'

    def q(name: str) -> str:
        return f"{mark}{name}{mark}"

    blob = "bytea" if server else "longblob" if database.kind == "mariadb" else "blob"
    text = "longtext" if database.kind == "mariadb" else "text"
    quoted = 'a""b' if mark == '"' else 'a"b'
    body = "X'00FF'" if not server else "'\\x00ff'"
    long = "'" + "ä" * 1500 + "'"
    generated = "GENERATED ALWAYS AS (pat * 2) STORED"
    database.run(
        f"CREATE TABLE {q('Patienten Stamm')} ({q('Nr.')} int NOT NULL PRIMARY KEY, "
        f"{q('Größe')} numeric(5,2), {q('select')} varchar(40) NOT NULL, {q('Geb-Datum')} date, "
        f"{q('登録日')} {database.stamp}, {q(quoted)} int, {q('Notiz')} {text}, {q('Bild')} {blob});"
        f"CREATE TABLE {q('Besuch')} (id int NOT NULL, lfd int NOT NULL, pat int, wert double precision, "
        f"doppelt int {generated}, PRIMARY KEY (id, lfd), UNIQUE (pat, lfd), "
        f"FOREIGN KEY (pat) REFERENCES {q('Patienten Stamm')} ({q('Nr.')}));"
        f"CREATE INDEX besuch_wert ON {q('Besuch')} (wert);"
        f"CREATE TABLE {q('ohne schlüssel')} (a int, b varchar(20));"
        f"CREATE TABLE {q('leer')} (a int);"
        f"CREATE TABLE {q('weg')} (a int);"
        f"CREATE VIEW {q('Gute Sicht')} AS SELECT a, b FROM {q('ohne schlüssel')};"
        f"INSERT INTO {q('ohne schlüssel')} VALUES (1, 'Zoë'), (2, NULL);"
    )
    rows = ", ".join(
        f"({n}, 1.{n % 100:02d}, 'Müller {n}', '1980-02-{n % 28 + 1:02d}', '2020-01-02 03:04:05', {n}, "
        f"{long if n in (0, 299) else 'NULL'}, {body if n == 0 else 'NULL'})"
        for n in range(ROWS)
    )
    database.run(f"INSERT INTO {q('Patienten Stamm')} VALUES {rows};")
    visits = ", ".join(f"({n}, {n % 3}, {n}, {n}.5)" for n in range(20))
    database.run(f"INSERT INTO {q('Besuch')} (id, lfd, pat, wert) VALUES {visits};")
    failing = "SELECT 1/(a-1) AS teil FROM leer_oder_nicht" if server else "SELECT a AS teil FROM weg"
    if server:
        database.run("CREATE TABLE leer_oder_nicht (a int); INSERT INTO leer_oder_nicht VALUES (1);")
    database.run(f"CREATE VIEW {q('Kaputte Sicht')} AS {failing}; DROP TABLE {q('weg')};")


def named(catalog: Catalog) -> dict[str, Table]:
    """Tables by name."""
    return {table.name: table for table in catalog.tables}


def kinds(table: Table) -> dict[str, str]:
    """The kinds of a table's columns by name."""
    return {column.name: column.kind for column in table.columns}
