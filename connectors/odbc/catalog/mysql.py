"""MariaDB and MySQL: one query for each part of information_schema.

https://mariadb.com/kb/en/information-schema/ · https://dev.mysql.com/doc/refman/8.0/en/information-schema.html
"""

from __future__ import annotations

from collections.abc import Awaitable

from connectors.base import CatalogColumn
from connectors.odbc.catalog.kinds import kind_of
from connectors.odbc.catalog.outline import (
    Ask,
    IndexPart,
    KeyPart,
    Outline,
    Row,
    assemble,
    size_of,
    text,
    whole,
)

_SYSTEM = "NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys')"
_TYPES = {"BASE TABLE": "table", "SYSTEM VERSIONED": "table", "VIEW": "view"}


async def read_mysql(ask: Ask) -> list[Outline]:
    """The tables of the connection's database, or of all that the login sees if it names none."""
    ((default,),) = await ask("SELECT DATABASE()")
    default = text(default)
    here = "= DATABASE()" if default else _SYSTEM

    def asked(sql: str) -> Awaitable[list[Row]]:
        return ask(sql.replace("{here}", here))

    tables = await asked(
        "SELECT table_schema, table_name, table_type, table_rows, table_comment "
        "FROM information_schema.tables WHERE table_schema {here}"
    )
    columns = await asked(
        "SELECT table_schema, table_name, column_name, column_type, is_nullable, character_maximum_length, "
        "column_comment FROM information_schema.columns WHERE table_schema {here} "
        "ORDER BY table_schema, table_name, ordinal_position"
    )
    indexes = await asked(
        "SELECT table_schema, table_name, index_name, non_unique, column_name, sub_part "
        "FROM information_schema.statistics WHERE table_schema {here} "
        "ORDER BY table_schema, table_name, index_name <> 'PRIMARY', index_name, seq_in_index"
    )
    keys = await asked(
        "SELECT table_schema, table_name, constraint_name, column_name, referenced_table_name, "
        "referenced_column_name FROM information_schema.key_column_usage WHERE table_schema {here} "
        "AND referenced_table_name IS NOT NULL "
        "ORDER BY table_schema, table_name, constraint_name, ordinal_position"
    )
    return assemble(
        [
            Outline(
                schema=str(schema),
                name=str(name),
                kind="view" if _TYPES[text(kind)] == "view" else "table",
                estimate=whole(rows) if _TYPES[text(kind)] == "table" else None,
                comment="" if _TYPES[text(kind)] == "view" else text(comment),  # a broken view's is its error
            )
            for schema, name, kind, rows, comment in tables
            if text(kind) in _TYPES  # not sequences
        ],
        [
            (
                (str(schema), str(table)),
                CatalogColumn(
                    name=str(name),
                    kind=kind_of(text(declared)),
                    declared=text(declared),
                    nullable=text(nullable) == "YES",
                    size=size_of(size),
                    comment=text(comment),
                ),
            )
            for schema, table, name, declared, nullable, size, comment in columns
        ],
        [
            IndexPart(
                (str(schema), str(table)),
                str(index),
                not int(non_unique) and part is None,  # unique by the first letters of a text says less
                str(index) == "PRIMARY" and part is None,
                None if column is None else str(column),
            )
            for schema, table, index, non_unique, column, part in indexes
        ],
        [
            KeyPart((str(schema), str(table)), str(key), str(column), str(to_table), str(to_column))
            for schema, table, key, column, to_table, to_column in keys
        ],
        default,
    )
