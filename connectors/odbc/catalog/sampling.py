"""A few rows of a table, as a stream would give them, and how many rows it has; both at little cost."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from connectors.base import CatalogColumn
from connectors.errors import Rejected
from connectors.odbc.catalog.outline import Outline
from connectors.odbc.failures import fault_of
from connectors.odbc.fetching import describe, take
from connectors.odbc.link import Link
from connectors.odbc.records import Unreadable
from connectors.odbc.statement import Statement
from connectors.odbc.values import Shape, body_of, plain

CUT = 1000
"""Characters of a text that a sample keeps; a longer one ends with `…`."""
CUT_BYTES = 300
COUNTED = 100_000
"""Rows that are counted; of more, the statistics' estimate is good enough."""

_LIMITS: dict[str, tuple[str, ...]] = {
    "limit": ("limit",),
    "top": ("top",),
    "fetch": ("fetch", "limit", "top", ""),
}
"""How a number of rows is asked for; a database that we do not know is tried."""

_TEXT_CUTS = {
    "mariadb": "SUBSTRING({c}, 1, {n})",
    "mysql": "SUBSTRING({c}, 1, {n})",
    "postgresql": "LEFT(CAST({c} AS text), {n})",
    "sqlite": "CASE WHEN typeof({c}) = 'text' AND length({c}) >= {n} THEN substr({c}, 1, {n}) ELSE {c} END",
    "sqlserver": "LEFT(CONVERT(nvarchar(max), {c}), {n})",
    "oracle": "DBMS_LOB.SUBSTR({c}, {n}, 1)",
}
_BYTE_CUTS = {
    "mariadb": "SUBSTRING({c}, 1, {n})",
    "mysql": "SUBSTRING({c}, 1, {n})",
    "postgresql": "SUBSTRING({c} FROM 1 FOR {n})",
    "sqlite": "CASE WHEN length({c}) > {n} THEN substr({c}, 1, {n}) ELSE {c} END",
    "sqlserver": "SUBSTRING({c}, 1, {n})",
    "oracle": "DBMS_LOB.SUBSTR({c}, {n}, 1)",
}
_OTHER_CUTS = {
    "mariadb": _BYTE_CUTS["mariadb"],
    "mysql": _BYTE_CUTS["mysql"],
    "postgresql": _TEXT_CUTS["postgresql"],
    "sqlite": "CASE WHEN length({c}) >= {n} THEN substr({c}, 1, {n}) ELSE {c} END",
    "sqlserver": "CONVERT(nvarchar({n}), {c})",
}


@dataclass
class Sampler:
    """Looks into tables over one connection. `limit` is how this database is asked for a few rows."""

    link: Link
    limits: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.limits = list(_LIMITS[self.link.dialect.limit])

    def sample(
        self, outline: Outline, rows: int
    ) -> tuple[tuple[CatalogColumn, ...], list[dict[str, Any]], bool]:
        """The columns, at most `rows` bodies, and whether that is all.

        Half are the first by key, half the last; without a key, those that come first. Blocks; raises what
        the driver raises.
        """
        columns = tuple(outline.columns) or self._described(outline)
        if not columns:
            return (), [], False
        plain = [one for one in columns if one.kind not in _BYTES_MAYBE]
        short = [one for one in plain if self._cut(one) == self.quoted(one.name)]
        first, last, whole = self._first_of(outline, [columns, plain, short], rows)
        bodies = [{one.name: body.get(one.name) for one in columns} for body in (*first, *reversed(last))]
        return columns, bodies, whole

    def count(self, outline: Outline, at_most: int = COUNTED) -> int:
        """Rows, counting no more than one above `at_most`. Blocks; raises what the driver raises."""
        table = self.table(outline)
        return int(self._first(self._limited("1 AS n", table, "", at_most + 1, counted=True)))

    def high(self, outline: Outline) -> int | None:
        """The highest hidden row number: about as many rows as there are, if few were deleted. Blocks."""
        if not outline.row_id:
            return None
        value = self._first([f"SELECT MAX({outline.row_id}) FROM {self.table(outline)}"])  # noqa: S608
        return None if value is None else int(value)

    def table(self, outline: Outline) -> str:
        """Its name in SQL."""
        name = self.quoted(outline.name)
        return name if outline.default or not outline.schema else f"{self.quoted(outline.schema)}.{name}"

    def quoted(self, name: str) -> str:
        """An identifier in SQL."""
        quote = self.link.quote
        return f"{quote}{name.replace(quote, quote * 2)}{quote}" if quote else name

    def _described(self, outline: Outline) -> tuple[CatalogColumn, ...]:
        """The columns of what no catalog tells the columns of."""
        try:
            told = describe(self.link, Statement(f"SELECT * FROM {self.table(outline)} WHERE 1 = 0"))  # noqa: S608
        except Rejected:
            return ()  # a table may have none
        shapes = [Shape(name, name.split("\0")[0], kind, size, word) for name, kind, size, word in told]
        return tuple(
            CatalogColumn(one.field, _KINDS.get(one.type_name, "other"), one.type_name) for one in shapes
        )

    def _first_of(
        self, outline: Outline, choices: list[Sequence[CatalogColumn]], rows: int
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]], bool]:
        """Both ends of the first choice of columns that is to be had.

        There are types that a driver cannot read, and types that cannot be cut.
        """
        columns, *rest = choices
        left = [one for one in rest if 0 < len(one) < len(columns)]
        try:
            return self._ends(outline, columns, rows)
        except Exception as error:
            if fault_of(error).lost or fault_of(error).stopped or not left:
                raise
        return self._first_of(outline, left, rows)

    def _ends(
        self, outline: Outline, columns: Sequence[CatalogColumn], rows: int
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]], bool]:
        given = [(one, cut) for one in columns if (cut := self._cut(one)) is not None]
        table = self.table(outline)
        listed = ", ".join(f"{cut} AS {self.quoted(one.name)}" for one, cut in given) or "1 AS n"
        described = describe(self.link, Statement(f"SELECT {listed} FROM {table} WHERE 1 = 0"))  # noqa: S608
        shapes = [
            Shape(one.name, one.name, kind, precision, declared)
            for (one, _), (_, kind, precision, declared) in zip(given, described, strict=bool(given))
        ]
        listed = ", ".join(
            f"{self._as_text(cut, shape)} AS {self.quoted(one.name)}"
            for (one, cut), shape in zip(given, shapes, strict=True)
        )
        body = body_of(shapes, self.link.encoding, self.link.ready)
        literal = [
            one.name for one, cut in given if one.kind in _BYTES_MAYBE and cut != self.quoted(one.name)
        ]
        keys = [self.quoted(name) for name in outline.order] or ([outline.row_id] if outline.row_id else [])
        names = {self.quoted(shape.name): number for number, shape in enumerate(shapes, 1)}
        if self.link.dialect.name == "generic" and all(key in names for key in keys):
            keys = [str(names[key]) for key in keys]  # SQL of 1992 orders by what it selects

        def read(order: str, at_most: int) -> list[Any]:
            def run(statement: str) -> list[Any]:
                self.link.types(True)
                return take(self.link.execute(statement), at_most)

            try:
                found: list[Any] = self._tried(self._limited(listed or "1 AS n", table, order, at_most), run)
                return found
            finally:
                self.link.close_cursor()

        def bodies(found: list[Any]) -> list[dict[str, Any]]:
            made = [body(row) for row in found if type(row) is not Unreadable]
            if self.link.dialect.name == "sqlite":
                _unliteral(made, literal)
            return [_cut_texts(one) for one in made]

        first = read(", ".join(keys), rows)
        if len(first) < rows or not keys or rows < 2:
            return bodies(first), [], len(first) < rows
        half = rows // 2
        last = read(", ".join(f"{key} DESC" for key in keys), half)
        return bodies(first[: rows - half]), bodies(last), False

    def _cut(self, column: CatalogColumn) -> str | None:
        """The column as a sample asks for it; None where it is not to be had in small pieces."""
        name, dialect = self.quoted(column.name), self.link.dialect.name
        if column.kind == "binary" and (column.size is None or column.size > CUT_BYTES):
            cut, size = _BYTE_CUTS.get(dialect), CUT_BYTES
        elif column.kind == "text" and (column.size is None or column.size > CUT):
            short = dialect == "oracle" and not column.declared.endswith("LOB")
            cut = "{c}" if short and column.size else _TEXT_CUTS.get(dialect, "{{fn SUBSTRING({c}, 1, {n})}}")
            size = CUT + 1
            if short and not column.size:
                return None  # a LONG, which nothing can be asked of
        elif column.kind == "other":
            cut, size = _OTHER_CUTS.get(dialect), CUT + 1
        else:
            return name
        return None if cut is None else cut.format(c=name, n=size)

    def _as_text(self, expression: str, shape: Shape) -> str:
        """As a stream's dates and decimals are asked for."""
        form = self.link.dialect.text_of
        if form is None or shape.type_name not in ("date", "timestamp", "time", "decimal"):
            return expression
        return form.format(column=expression)

    def _limited(self, listed: str, table: str, order: str, rows: int, *, counted: bool = False) -> list[str]:
        """The statement for a few rows, in each form that may be this database's."""
        by = f" ORDER BY {order}" if order else ""
        found = []
        for limit in self.limits:
            top = f"TOP {rows} " if limit == "top" else ""
            end = {"limit": f" LIMIT {rows}", "fetch": f" FETCH FIRST {rows} ROWS ONLY"}.get(limit, "")
            statement = f"SELECT {top}{listed} FROM {table}{by}{end}"  # noqa: S608 our own quoting
            if self.link.dialect.name == "oracle":  # which ordered by ROWNUM before it knew FETCH
                inner = f"SELECT {listed} FROM {table}{by}"  # noqa: S608
                statement = f"SELECT * FROM ({inner}) WHERE ROWNUM <= {rows}"  # noqa: S608
            found.append(f"SELECT COUNT(*) FROM ({statement}) q" if counted else statement)  # noqa: S608
        return [*found, f"SELECT COUNT(*) FROM {table}"] if counted and len(found) > 1 else found  # noqa: S608

    def _first(self, statements: list[str]) -> Any:
        def run(statement: str) -> Any:
            row = self.link.execute(statement).fetchone()
            return None if row is None else row[0]

        self.link.types(False)
        try:
            return self._tried(statements, run)
        finally:
            self.link.close_cursor()

    def _tried(self, statements: list[str], run: Callable[[str], Any]) -> Any:
        """The result of the first form that the database understands, which is the one from then on."""
        for number, statement in enumerate(statements):
            try:
                result = run(statement)
            except Exception as error:
                fault = fault_of(error)
                last = number == len(statements) - 1
                if last or fault.lost or fault.stopped or fault.state[:2] not in ("42", "37", "HY", "S1"):
                    raise
            else:
                if number < len(self.limits):
                    self.limits = [self.limits[number]]
                return result
        raise AssertionError("there is a statement")


_KINDS: dict[str, Any] = {
    "text": "text", "uuid": "text", "integer": "integer", "float": "decimal", "decimal": "decimal",
    "boolean": "boolean", "date": "date", "timestamp": "timestamp", "time": "time", "bytes": "binary",
}  # fmt: skip


_BYTES_MAYBE = ("binary", "other")
_LITERAL = re.compile(r"X'((?:[0-9A-F]{2})*)'")


def _unliteral(bodies: Sequence[dict[str, Any]], names: Sequence[str]) -> None:
    """SQLite's ODBC driver gives the bytes of an expression as the literal X'00FF'."""
    for body in bodies:
        for name in names:
            value = body[name]
            if type(value) is str and (found := _LITERAL.fullmatch(value)):
                body[name] = plain(bytes.fromhex(found[1]))


def _cut_texts(body: dict[str, Any]) -> dict[str, Any]:
    for name, value in body.items():
        if type(value) is str and len(value) > CUT:
            body[name] = value[:CUT] + "…"
    return body


def settled(columns: Sequence[CatalogColumn], bodies: Sequence[dict[str, Any]]) -> tuple[CatalogColumn, ...]:
    """Columns whose declaration tells nothing, by the values that are in them."""
    found = []
    for column in columns:
        if column.kind == "other" and not column.declared:
            types = {type(body[column.name]) for body in bodies} - {type(None)}
            kind = _BY_VALUE.get(types.pop()) if len(types) == 1 else None
            found.append(replace(column, kind=kind or "other"))
        else:
            found.append(column)
    return tuple(found)


_BY_VALUE: dict[type, Any] = {str: "text", int: "integer", float: "decimal", bool: "boolean"}
