"""SQL Server: the sys views, which show a login only what it may see.

https://learn.microsoft.com/sql/relational-databases/system-catalog-views/
"""

from __future__ import annotations

from typing import Any

from connectors.base import CatalogColumn
from connectors.odbc.catalog.kinds import Kind, kind_of
from connectors.odbc.catalog.outline import Ask, IndexPart, KeyPart, Outline, assemble, size_of, text, whole

TABLES = """
SELECT s.name, o.name, RTRIM(o.type), p.row_count, CAST(e.value AS nvarchar(1000))
FROM sys.objects AS o JOIN sys.schemas AS s ON s.schema_id = o.schema_id
LEFT JOIN (SELECT object_id, SUM(rows) AS row_count FROM sys.partitions WHERE index_id IN (0, 1) GROUP BY object_id) AS p
  ON p.object_id = o.object_id
LEFT JOIN sys.extended_properties AS e
  ON e.class = 1 AND e.major_id = o.object_id AND e.minor_id = 0 AND e.name = 'MS_Description'
WHERE o.type IN ('U', 'V') AND o.is_ms_shipped = 0 AND s.name NOT IN ('sys', 'INFORMATION_SCHEMA')
AND HAS_PERMS_BY_NAME(QUOTENAME(s.name) + '.' + QUOTENAME(o.name), 'OBJECT', 'SELECT') = 1
"""  # noqa: E501 one line for each join
COLUMNS = """
SELECT s.name, o.name, c.name, t.name, c.max_length, c.precision, c.scale, c.is_nullable,
  CAST(e.value AS nvarchar(1000))
FROM sys.columns AS c JOIN sys.objects AS o ON o.object_id = c.object_id
JOIN sys.schemas AS s ON s.schema_id = o.schema_id
JOIN sys.types AS u ON u.user_type_id = c.user_type_id
JOIN sys.types AS t ON t.user_type_id = CASE WHEN u.is_user_defined = 1 AND u.is_assembly_type = 0
  THEN u.system_type_id ELSE u.user_type_id END
LEFT JOIN sys.extended_properties AS e
  ON e.class = 1 AND e.major_id = c.object_id AND e.minor_id = c.column_id AND e.name = 'MS_Description'
WHERE o.type IN ('U', 'V') AND o.is_ms_shipped = 0
ORDER BY s.name, o.name, c.column_id
"""
INDEXES = """
SELECT s.name, o.name, i.name, i.is_unique, i.is_primary_key, i.has_filter, c.name
FROM sys.indexes AS i JOIN sys.objects AS o ON o.object_id = i.object_id
JOIN sys.schemas AS s ON s.schema_id = o.schema_id
JOIN sys.index_columns AS x ON x.object_id = i.object_id AND x.index_id = i.index_id
JOIN sys.columns AS c ON c.object_id = x.object_id AND c.column_id = x.column_id
WHERE o.type IN ('U', 'V') AND o.is_ms_shipped = 0 AND x.is_included_column = 0 AND i.is_disabled = 0
ORDER BY s.name, o.name, i.is_primary_key DESC, i.name, x.key_ordinal
"""
KEYS = """
SELECT s.name, o.name, k.name, c.name, r.name, d.name
FROM sys.foreign_keys AS k JOIN sys.objects AS o ON o.object_id = k.parent_object_id
JOIN sys.schemas AS s ON s.schema_id = o.schema_id
JOIN sys.objects AS r ON r.object_id = k.referenced_object_id
JOIN sys.foreign_key_columns AS x ON x.constraint_object_id = k.object_id
JOIN sys.columns AS c ON c.object_id = x.parent_object_id AND c.column_id = x.parent_column_id
JOIN sys.columns AS d ON d.object_id = x.referenced_object_id AND d.column_id = x.referenced_column_id
ORDER BY s.name, o.name, k.name, x.constraint_column_id
"""
_WIDE = ("nchar", "nvarchar")
_SIZED = ("char", "varchar", "binary", "varbinary", *_WIDE)


async def read_sqlserver(ask: Ask) -> list[Outline]:
    """The tables of the connection's database that the login may read, in all its schemas."""
    ((default,),) = await ask("SELECT SCHEMA_NAME()")
    tables, columns = await ask(TABLES), await ask(COLUMNS)
    indexes, keys = await ask(INDEXES), await ask(KEYS)
    return assemble(
        [
            Outline(str(schema), str(name), "view" if text(kind) == "V" else "table", estimate=whole(rows),
                    comment=text(comment))
            for schema, name, kind, rows, comment in tables
        ],
        [((str(schema), str(table)), _column(rest)) for schema, table, *rest in columns],
        [
            IndexPart((str(schema), str(table)), str(index), bool(unique) and not filtered, bool(primary),
                      str(column))
            for schema, table, index, unique, primary, filtered, column in indexes
        ],
        [
            KeyPart((str(schema), str(table)), str(key), str(column), str(to_table), str(to_column))
            for schema, table, key, column, to_table, to_column in keys
        ],
        text(default),
    )  # fmt: skip


def _column(row: list[Any]) -> CatalogColumn:
    name, word, length, precision, scale, nullable, comment = row
    word, size, declared = text(word), None, text(word)
    if word in _SIZED:
        size = size_of(int(length) // 2 if word in _WIDE and int(length) > 0 else length)
        declared = f"{word}({size or 'max'})"
    elif word in ("decimal", "numeric"):
        declared = f"{word}({precision},{scale})"
    return CatalogColumn(
        name=str(name),
        kind=sqlserver_kind(word),
        declared=declared,
        nullable=bool(nullable),
        size=size,
        comment=text(comment),
    )


def sqlserver_kind(word: str) -> Kind:
    """`timestamp` is a row's version here, and `bit` a truth value."""
    return {"timestamp": "binary", "bit": "boolean"}.get(word) or kind_of(word)  # type: ignore[return-value]
