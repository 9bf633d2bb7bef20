"""Which columns of which tables the streams of a pack read, by the SQL itself."""

from __future__ import annotations

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.scope import Scope, traverse_scope

from facade.mapping import Pack


def read_columns(pack: Pack) -> set[tuple[str, str]]:
    """(table, column) of every stream. A column that no table can be found for is an AssertionError."""
    found = set()
    for name, stream in pack.streams.items():
        for scope in traverse_scope(sqlglot.parse_one(stream.query, dialect="mysql")):
            for column in scope.columns:
                source = _source(scope, column)
                assert source is not None, f"{name}: whose column is {column.sql()}?"
                if isinstance(source, exp.Table):
                    found.add((source.name, column.name))
    return found


def _source(scope: Scope, column: exp.Column) -> exp.Expression | Scope | None:
    """The table or derived table that a column comes from, here or further out."""
    at: Scope | None = scope
    while at is not None:
        if not column.table:
            return next(iter(at.sources.values())) if len(at.sources) == 1 else None
        if column.table in at.sources:
            return at.sources[column.table]
        at = at.parent
    return None
