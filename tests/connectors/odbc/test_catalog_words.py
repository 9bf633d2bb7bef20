"""SQL Server and Oracle, of which no server can be had here: their statements parse, and what they answer is
read right; and the kinds of all databases' words."""

from __future__ import annotations

from typing import Any

import pytest
import sqlglot

from connectors.base import ForeignKey
from connectors.odbc.catalog import oracle, sqlserver
from connectors.odbc.catalog.kinds import kind_of, kind_of_code
from connectors.odbc.catalog.oracle import oracle_kind, oracle_sql, read_oracle
from connectors.odbc.catalog.sqlserver import read_sqlserver, sqlserver_kind


@pytest.mark.parametrize("name", ["TABLES", "COLUMNS", "INDEXES", "KEYS"])
def test_statements_of_sql_server_are_its_sql(name: str) -> None:
    sqlglot.parse_one(getattr(sqlserver, name), dialect="tsql")


@pytest.mark.parametrize("name", ["DEFAULT", "TABLES", "COLUMNS", "PRIMARY", "INDEXES", "KEYS"])
def test_statements_of_oracle_are_its_sql(name: str) -> None:
    sql = oracle_sql(getattr(oracle, name))
    assert "{" not in sql
    sqlglot.parse_one(sql, dialect="oracle")


class Answers:
    """Gives each statement its rows, by a word in it."""

    def __init__(self, rows: dict[str, list[tuple[Any, ...]]]) -> None:
        self.rows = rows

    async def __call__(self, sql: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        (word,) = [word for word in self.rows if word in sql]
        return self.rows[word]


async def test_what_sql_server_answers() -> None:
    ask = Answers(
        {
            "SCHEMA_NAME()": [("dbo",)],
            "sys.partitions": [
                ("dbo", "Patient", "U ", 1200, "Alle Patienten"),
                ("arch", "Besuch", "U ", 0, None),
                ("dbo", "Sicht", "V ", None, None),
            ],
            "c.max_length": [
                ("dbo", "Patient", "Nr", "int", 4, 10, 0, False, None),
                ("dbo", "Patient", "Name", "nvarchar", 80, 0, 0, True, "Nachname"),
                ("dbo", "Patient", "Notiz", "varchar", -1, 0, 0, True, None),
                ("dbo", "Patient", "Wert", "decimal", 5, 8, 2, True, None),
                ("dbo", "Patient", "Stand", "timestamp", 8, 0, 0, False, None),
                ("dbo", "Patient", "Aktiv", "bit", 1, 1, 0, False, None),
                ("arch", "Besuch", "Pat", "int", 4, 10, 0, True, None),
                ("dbo", "Sicht", "Nr", "int", 4, 10, 0, True, None),
            ],
            "sys.index_columns": [
                ("dbo", "Patient", "PK", True, True, False, "Nr"),
                ("dbo", "Patient", "a", True, False, False, "Name"),
                ("dbo", "Patient", "b", True, False, True, "Wert"),
                ("arch", "Besuch", "c", False, False, False, "Pat"),
            ],
            "sys.foreign_keys": [("arch", "Besuch", "FK", "Pat", "Patient", "Nr")],
        }
    )
    patient, view, visit = await read_sqlserver(ask)
    assert (patient.name, patient.default, patient.estimate, patient.comment) == (
        "Patient",
        True,
        1200,
        "Alle Patienten",
    )
    assert [(c.name, c.kind, c.declared, c.size, c.nullable, c.comment) for c in patient.columns] == [
        ("Nr", "integer", "int", None, False, ""),
        ("Name", "text", "nvarchar(40)", 40, True, "Nachname"),
        ("Notiz", "text", "varchar(max)", None, True, ""),
        ("Wert", "decimal", "decimal(8,2)", None, True, ""),
        ("Stand", "binary", "timestamp", None, False, ""),
        ("Aktiv", "boolean", "bit", None, False, ""),
    ]
    assert (patient.primary_key, patient.unique, patient.indexed) == (("Nr",), [("Name",)], [("Wert",)])
    assert (view.kind, view.estimate) == ("view", None)
    assert (visit.schema, visit.default, visit.foreign_keys) == (
        "arch",
        False,
        [ForeignKey(("Pat",), "Patient", ("Nr",))],
    )


async def test_what_oracle_answers() -> None:
    ask = Answers(
        {
            "CURRENT_SCHEMA": [("EMR",)],
            "all_tables": [("EMR", "PATIENT", "T", 5000000, "Alle"), ("ALT", "BESUCH", "V", None, None)],
            "all_tab_columns": [
                ("EMR", "PATIENT", "NR", "NUMBER", 10, 0, 0, "N", None),
                ("EMR", "PATIENT", "WERT", "NUMBER", 8, 2, 0, "Y", None),
                ("EMR", "PATIENT", "FREI", "NUMBER", None, None, 0, "Y", None),
                ("EMR", "PATIENT", "NAME", "VARCHAR2", None, None, 40, "Y", "Nachname"),
                ("EMR", "PATIENT", "GEB", "DATE", None, None, 0, "Y", None),
                ("EMR", "PATIENT", "NOTIZ", "CLOB", None, None, 0, "Y", None),
                ("EMR", "PATIENT", "BILD", "BLOB", None, None, 0, "Y", None),
                ("EMR", "PATIENT", "STAND", "TIMESTAMP(6) WITH TIME ZONE", None, 6, 0, "Y", None),
                ("ALT", "BESUCH", "PAT", "NUMBER", None, 0, 0, "Y", None),
            ],
            "'P'": [("EMR", "PATIENT", "SYS_C1", "NR")],
            "all_indexes": [
                ("EMR", "PATIENT", "I1", "UNIQUE", "NORMAL", "NR"),
                ("EMR", "PATIENT", "I2", "NONUNIQUE", "NORMAL", "NAME"),
                ("EMR", "PATIENT", "I3", "NONUNIQUE", "FUNCTION-BASED NORMAL", "SYS_NC1$"),
            ],
            "'R'": [("ALT", "BESUCH", "F", "PAT", "PATIENT", "NR")],
        }
    )
    patient, visit = await read_oracle(ask)
    assert (patient.estimate, patient.comment, patient.default) == (5000000, "Alle", True)
    assert [(column.kind, column.declared, column.size) for column in patient.columns] == [
        ("integer", "NUMBER(10,0)", None),
        ("decimal", "NUMBER(8,2)", None),
        ("decimal", "NUMBER", None),
        ("text", "VARCHAR2(40)", 40),
        ("timestamp", "DATE", None),
        ("text", "CLOB", None),
        ("binary", "BLOB", None),
        ("timestamp", "TIMESTAMP(6) WITH TIME ZONE", None),
    ]
    assert (patient.primary_key, patient.unique, patient.indexed) == (("NR",), [], [("NAME",)])
    assert (visit.kind, visit.schema, visit.columns[0].kind) == ("view", "ALT", "integer")
    assert visit.foreign_keys == [ForeignKey(("PAT",), "PATIENT", ("NR",))]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (
            "text",
            "varchar(20)|nvarchar2(5)|character varying|CHAR(3)|longtext|CLOB|enum('a')|uuid|xml|name|memo",
        ),
        (
            "integer",
            "int(11) unsigned|tinyint(1)|BIGINT|smallint|int4|serial|year(4)|COUNTER|mediumint(9)|byte|LONG",
        ),
        (
            "decimal",
            "decimal(8,2)|NUMERIC|double precision|float|real|money|number(5)|binary_double|currency|float8",
        ),
        ("boolean", "bit(1)|boolean|bool|YESNO|logical"),
        ("date", "date|DATE"),
        ("time", "time|time(6)|time without time zone"),
        (
            "timestamp",
            "datetime|timestamp with time zone|TIMESTAMP(6)|datetime2(7)|smalldatetime|datetimeoffset(7)",
        ),
        ("binary", "blob|longblob|bytea|varbinary(16)|image|RAW(16)|long raw|bit(9)|rowversion|longbinary"),
        ("other", "geometry|text[]|interval day to second|tsvector|daterange|sql_variant|hierarchyid||point"),
    ],
)
def test_kinds_of_words(kind: str, words: str) -> None:
    assert {word: kind_of(word) for word in words.split("|")} == dict.fromkeys(words.split("|"), kind)


def test_kinds_where_a_word_means_another_thing() -> None:
    assert (sqlserver_kind("timestamp"), sqlserver_kind("datetime2"), sqlserver_kind("bit")) == (
        "binary",
        "timestamp",
        "boolean",
    )
    assert (oracle_kind("DATE", None), oracle_kind("LONG", None), oracle_kind("LONG RAW", None)) == (
        "timestamp",
        "text",
        "binary",
    )
    assert (kind_of_code(93), kind_of_code(-9), kind_of_code(-7), kind_of_code(-151, "geometry")) == (
        "timestamp",
        "text",
        "boolean",
        "other",
    )
