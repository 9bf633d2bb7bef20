"""Oracle: the ALL_ views, which show a login what it may see.

https://docs.oracle.com/en/database/oracle/oracle-database/19/refrn/static-data-dictionary-views.html
"""

from __future__ import annotations

from typing import Any

from connectors.base import CatalogColumn
from connectors.odbc.catalog.kinds import Kind, kind_of
from connectors.odbc.catalog.outline import Ask, IndexPart, KeyPart, Outline, assemble, size_of, text, whole

_SYSTEM = """(SELECT username FROM all_users WHERE username LIKE 'APEX%' OR username LIKE 'FLOWS%'
  OR username IN ('SYS', 'SYSTEM', 'XDB', 'CTXSYS', 'MDSYS', 'OLAPSYS', 'ORDSYS', 'ORDDATA', 'ORDPLUGINS',
  'WMSYS', 'EXFSYS', 'DBSNMP', 'OUTLN', 'SYSMAN', 'LBACSYS', 'DVSYS', 'GSMADMIN_INTERNAL', 'APPQOSSYS',
  'OJVMSYS', 'AUDSYS', 'DBSFWUSER', 'REMOTE_SCHEDULER_AGENT', 'ANONYMOUS', 'SI_INFORMTN_SCHEMA'))"""

DEFAULT = "SELECT SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA') FROM dual"
TABLES = """
SELECT t.owner, t.table_name, 'T', t.num_rows, c.comments
FROM all_tables t LEFT JOIN all_tab_comments c ON c.owner = t.owner AND c.table_name = t.table_name
WHERE t.owner {ours} AND t.nested = 'NO' AND t.table_name NOT LIKE 'BIN$%'
UNION ALL
SELECT v.owner, v.view_name, 'V', NULL, c.comments
FROM all_views v LEFT JOIN all_tab_comments c ON c.owner = v.owner AND c.table_name = v.view_name
WHERE v.owner {ours}
"""
COLUMNS = """
SELECT t.owner, t.table_name, t.column_name, t.data_type, t.data_precision, t.data_scale,
  t.char_length, t.nullable, c.comments
FROM all_tab_columns t LEFT JOIN all_col_comments c
  ON c.owner = t.owner AND c.table_name = t.table_name AND c.column_name = t.column_name
WHERE t.owner {ours}
ORDER BY t.owner, t.table_name, t.column_id
"""
PRIMARY = """
SELECT k.owner, k.table_name, k.constraint_name, c.column_name
FROM all_constraints k JOIN all_cons_columns c ON c.owner = k.owner AND c.constraint_name = k.constraint_name
WHERE k.constraint_type = 'P' AND k.owner {ours}
ORDER BY k.owner, k.table_name, k.constraint_name, c.position
"""
INDEXES = """
SELECT i.owner, i.table_name, i.index_name, i.uniqueness, i.index_type, c.column_name
FROM (SELECT table_owner AS owner, owner AS index_owner, table_name, index_name, uniqueness, index_type
      FROM all_indexes) i
JOIN all_ind_columns c ON c.index_owner = i.index_owner AND c.index_name = i.index_name
WHERE i.owner {ours}
ORDER BY i.owner, i.table_name, i.index_name, c.column_position
"""
KEYS = """
SELECT k.owner, k.table_name, k.constraint_name, c.column_name, r.table_name, r.column_name
FROM all_constraints k
JOIN all_cons_columns c ON c.owner = k.owner AND c.constraint_name = k.constraint_name
JOIN all_cons_columns r
  ON r.owner = k.r_owner AND r.constraint_name = k.r_constraint_name AND r.position = c.position
WHERE k.constraint_type = 'R' AND k.owner {ours}
ORDER BY k.owner, k.table_name, k.constraint_name, c.position
"""


def oracle_sql(sql: str) -> str:
    """A statement with Oracle's own schemas left out."""
    return sql.replace("{ours}", f"NOT IN {_SYSTEM}")


async def read_oracle(ask: Ask) -> list[Outline]:
    """The tables of all schemas that the login may read, but for Oracle's own."""
    ((default,),) = await ask(DEFAULT)
    tables, columns, primary, indexes, keys = [
        await ask(oracle_sql(sql)) for sql in (TABLES, COLUMNS, PRIMARY, INDEXES, KEYS)
    ]
    parts = [
        IndexPart((str(owner), str(table)), f"{name} (key)", True, True, str(column))
        for owner, table, name, column in primary
    ]
    parts += [
        IndexPart(
            (str(owner), str(table)),
            str(index),
            text(unique) == "UNIQUE",
            False,
            None if text(kind).startswith("FUNCTION") else str(column),
        )
        for owner, table, index, unique, kind, column in indexes
    ]
    return assemble(
        [
            Outline(
                schema=str(owner),
                name=str(name),
                kind="view" if text(kind) == "V" else "table",
                estimate=whole(rows),
                comment=text(comment),
            )
            for owner, name, kind, rows, comment in tables
        ],
        [((str(owner), str(table)), _column(rest)) for owner, table, *rest in columns],
        parts,
        [
            KeyPart((str(owner), str(table)), str(key), str(column), str(to_table), str(to_column))
            for owner, table, key, column, to_table, to_column in keys
        ],
        text(default),
    )


def _column(row: list[Any]) -> CatalogColumn:
    name, word, precision, scale, length, nullable, comment = row
    digits, decimals, declared = whole(precision), whole(scale), text(word)
    size = size_of(length)
    if text(word) == "NUMBER" and digits is not None:
        declared = f"NUMBER({digits},{decimals or 0})"
    elif size:
        declared = f"{word}({size})"
    return CatalogColumn(
        name=str(name),
        kind=oracle_kind(text(word), decimals),
        declared=declared,
        nullable=text(nullable) != "N",
        size=size,
        comment=text(comment),
    )


def oracle_kind(word: str, scale: int | None) -> Kind:
    """A DATE has a time of day, LONG is text, and a NUMBER without decimals is whole."""
    if word == "NUMBER":
        return "integer" if scale == 0 else "decimal"
    return {"DATE": "timestamp", "LONG": "text", "ROWID": "text"}.get(word) or kind_of(word)  # type: ignore[return-value]
