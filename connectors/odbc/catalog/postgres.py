"""PostgreSQL: pg_catalog, in words that every version since 9 knows.

https://www.postgresql.org/docs/current/catalogs.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from connectors.base import CatalogColumn
from connectors.odbc.catalog.kinds import Kind, kind_of
from connectors.odbc.catalog.outline import Ask, IndexPart, KeyPart, Outline, assemble, size_of, text, whole

_SEEN = """
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
AND has_schema_privilege(n.oid, 'USAGE')
AND (has_table_privilege(c.oid, 'SELECT') OR has_any_column_privilege(c.oid, 'SELECT'))
AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class p ON p.oid = i.inhparent
                WHERE i.inhrelid = c.oid AND p.relkind = 'p')
"""
_NUMBER = re.compile(r"-?\d+")


async def read_postgres(ask: Ask) -> list[Outline]:
    """The tables of all schemas that the login may read; partitions count with their table."""
    ((default,),) = await ask("SELECT current_schema()")
    tables = await ask(
        "SELECT CAST(c.oid AS bigint), n.nspname, c.relname, CAST(c.relkind AS text), "
        "CAST(c.reltuples AS bigint), obj_description(c.oid, 'pg_class') " + _SEEN
    )
    columns = await ask(
        "SELECT CAST(a.attrelid AS bigint), a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), "
        "format_type(CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END, NULL), "
        "CAST(t.typtype AS text), CASE WHEN a.attnotnull OR t.typnotnull THEN 1 ELSE 0 END, "
        "CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END, "
        "col_description(a.attrelid, a.attnum), "
        "CASE WHEN has_column_privilege(a.attrelid, a.attnum, 'SELECT') THEN 1 ELSE 0 END "
        "FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid "
        "WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid IN "
        "(SELECT c.oid {seen}) ORDER BY a.attrelid, a.attnum".replace("{seen}", _SEEN)
    )
    indexes = await ask(
        "SELECT CAST(i.indrelid AS bigint), c.relname, CASE WHEN i.indisprimary THEN 1 ELSE 0 END, "
        "CASE WHEN i.indisunique AND i.indpred IS NULL THEN 1 ELSE 0 END, CAST(i.indkey AS text) "
        "FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid "
        "WHERE i.indisvalid ORDER BY i.indrelid, i.indisprimary DESC, c.relname"
    )
    keys = await ask(
        "SELECT CAST(k.conrelid AS bigint), k.conname, CAST(k.confrelid AS bigint), CAST(k.conkey AS text), "
        "CAST(k.confkey AS text) FROM pg_catalog.pg_constraint k WHERE k.contype = 'f' "
        "ORDER BY k.conrelid, k.conname"
    )
    places = {int(oid): (str(schema), str(name)) for oid, schema, name, *_ in tables}
    names = {(int(oid), int(number)): str(name) for oid, number, name, *_ in columns}
    return assemble(
        [
            Outline(
                schema=str(schema),
                name=str(name),
                kind="view" if kind in ("v", "m") else "table",
                estimate=whole(rows) if kind in ("r", "m") else None,
                comment=text(comment),
            )
            for _, schema, name, kind, rows, comment in tables
        ],
        [(places[int(oid)], _column(rest)) for oid, _, *rest in columns if int(rest[-1])],
        _index_parts(indexes, places, names),
        _key_parts(keys, places, names),
        text(default),
    )


def _column(row: list[Any]) -> CatalogColumn:
    name, declared, base, of_type, filled, modifier, comment, _ = row
    kind: Kind = "text" if of_type == "e" else kind_of(str(base))
    sized = str(base).startswith(("character", '"char"')) and int(modifier) > 4
    return CatalogColumn(
        name=str(name),
        kind=kind,
        declared=str(declared),
        nullable=not int(filled),
        size=size_of(int(modifier) - 4) if sized else None,
        comment=text(comment),
    )


def _index_parts(
    rows: list[tuple[Any, ...]],
    places: Mapping[int, tuple[str, str]],
    names: Mapping[tuple[int, int], str],
) -> list[IndexPart]:
    return [
        IndexPart(places[int(oid)], str(name), bool(int(unique)), bool(int(primary)), column)
        for oid, name, primary, unique, numbers in rows
        if int(oid) in places
        for column in _named(int(oid), numbers, names)
    ]


def _key_parts(
    rows: list[tuple[Any, ...]],
    places: Mapping[int, tuple[str, str]],
    names: Mapping[tuple[int, int], str],
) -> list[KeyPart]:
    parts = []
    for oid, key, to, numbers, to_numbers in rows:
        if int(oid) in places and int(to) in places:
            pairs = zip(_named(int(oid), numbers, names), _named(int(to), to_numbers, names), strict=True)
            parts += [
                KeyPart(places[int(oid)], str(key), column or "", places[int(to)][1], to_column or "")
                for column, to_column in pairs
            ]
    return parts


def _named(oid: int, numbers: Any, names: Mapping[tuple[int, int], str]) -> list[str | None]:
    """The columns of `1 3` or `{1,3}`; an expression is number 0 and has no name."""
    return [names.get((oid, int(number))) for number in _NUMBER.findall(str(numbers))]
