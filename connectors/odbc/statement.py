"""A stream's SQL with conditions, order and limit around it: text and bound parameters, nothing else.

Conditions stand where the SQL says `/* where */` (after a condition of its own: they are added with AND), on
the expression that the header gives (`-- column.pid: p.pid`). Other conditions, the order and the limit go
around the SQL, which becomes a derived table. Without any of them the SQL is run as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.base import Stream
from connectors.errors import BadConfiguration
from connectors.odbc.dialect import Dialect
from connectors.odbc.values import Shape

MARKER = re.compile(r"/\*\s*where\s*\*/", re.IGNORECASE)
_WITH = re.compile(r"\s*(?:--[^\n]*\n\s*|/\*.*?\*/\s*)*with\b", re.IGNORECASE | re.DOTALL)
_END = re.compile(r"[\s;]+\Z")


@dataclass(frozen=True)
class Test:
    """A condition as SQL, with `{}` for each mention of a column, and its parameters."""

    sql: str
    columns: tuple[Shape, ...]
    parameters: tuple[Any, ...] = ()


NEVER = Test("1 = 0", ())


@dataclass(frozen=True)
class Statement:
    """What is executed."""

    sql: str
    parameters: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Text:
    """A stream's SQL in one database."""

    stream: Stream
    dialect: Dialect
    quote: str
    source: str
    shapes: tuple[Shape, ...] = field(default=())

    def describe(self) -> Statement:
        """The statement that gives the columns and no row."""
        sql = self._inner(())[0]
        if not self._can_nest(sql):
            return Statement(sql)
        return Statement(f"SELECT * FROM (\n{sql}\n) q WHERE 1 = 0")  # noqa: S608 only the pack's own text

    def select(self, tests: Sequence[Test] = (), order: Sequence[Shape] = (), limit: int = 0) -> Statement:
        """The rows for which all tests hold."""
        expressions = self._expressions()
        marked = bool(MARKER.search(self.stream.query))
        inside: list[Test] = []
        outside: list[Test] = []
        for test in tests:
            known = all(shape.field.lower() in expressions for shape in test.columns)
            (inside if marked and known else outside).append(test)
        sql, parameters = self._inner(inside)
        casts = self.dialect.text_of is not None and any(self._cast(shape) for shape in self.shapes)
        plain = not self._can_nest(sql) or not _WITH.match(sql)  # some drivers take only SELECT for a query
        if plain and not (outside or order or limit or casts):
            return Statement(sql, tuple(parameters))
        if not self._can_nest(sql):
            raise BadConfiguration(
                f"source {self.source}, stream {self.stream.name}: this database cannot nest WITH; write "
                "/* where */ where conditions go, with a line `-- column.<name>: <expression>` for each"
            )
        top = f"TOP {limit} " if limit and self.dialect.limit == "top" else ""
        parts = [f"SELECT {top}{self._columns() if casts else '*'} FROM (\n{sql}\n) q"]  # noqa: S608
        if outside:
            parts.append("WHERE " + " AND ".join(self._sql(test, {}) for test in outside))
            parameters += [value for test in outside for value in test.parameters]
        if order:
            parts.append("ORDER BY " + ", ".join(self.column(shape) for shape in order))
        if limit and self.dialect.limit == "limit":
            parts.append(f"LIMIT {limit}")
        elif limit and self.dialect.limit == "fetch":
            parts.append(f"FETCH FIRST {limit} ROWS ONLY")
        return Statement(" ".join(parts), tuple(parameters))

    @property
    def can_limit(self) -> bool:
        """Whether a limit can be put around the SQL."""
        return self._can_nest(self.stream.query)

    def column(self, shape: Shape) -> str:
        """A column of the derived table."""
        return f"q.{self._quoted(shape.name)}"

    def _quoted(self, name: str) -> str:
        return f"{self.quote}{name.replace(self.quote, self.quote * 2)}{self.quote}" if self.quote else name

    def _columns(self) -> str:
        return ", ".join(
            f"{cast} AS {self._quoted(shape.name)}" if (cast := self._cast(shape)) else self.column(shape)
            for shape in self.shapes
        )

    def _cast(self, shape: Shape) -> str:
        if self.dialect.text_of is None or shape.type_name not in ("date", "timestamp", "time", "decimal"):
            return ""
        return self.dialect.text_of.format(column=self.column(shape))

    def _inner(self, tests: Sequence[Test]) -> tuple[str, list[Any]]:
        sql = _END.sub("", self.stream.query)
        expressions = self._expressions()
        conditions = "".join(f" AND {self._sql(test, expressions)}" for test in tests)
        filled, places = MARKER.subn(lambda _: conditions, sql)
        parameters = [value for test in tests for value in test.parameters]
        return filled, parameters * max(places, 1) if tests else []

    def _sql(self, test: Test, expressions: Mapping[str, str]) -> str:
        columns = [expressions.get(shape.field.lower()) or self.column(shape) for shape in test.columns]
        return f"({test.sql.format(*columns)})"

    def _expressions(self) -> dict[str, str]:
        return {
            name.partition(".")[2].lower(): f"({expression})"
            for name, expression in self.stream.options.items()
            if name.startswith("column.")
        }

    def _can_nest(self, sql: str) -> bool:
        return self.dialect.nested_with or not _WITH.match(sql)
