"""Tests in SQL: the pushed-down slice, the watermark, and where a page begins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

from connectors.base import Condition, Where
from connectors.errors import BadConfiguration
from connectors.odbc.binding import NoSuchValue, bind
from connectors.odbc.dialect import Dialect
from connectors.odbc.statement import NEVER, Test
from connectors.odbc.values import Shape

_RANGES = ("<", "<=", ">", ">=")


def find(name: str, shapes: Sequence[Shape], here: str) -> Shape:
    """The column of this name, whatever its case; raises BadConfiguration with what was meant."""
    for shape in shapes:
        if name in (shape.field, shape.name):
            return shape
    for shape in shapes:
        if name.lower() == shape.field.lower():
            return shape
    names = [shape.field for shape in shapes]
    close = get_close_matches(name, names, 1)
    meant = f"did you mean `{close[0]}`?" if close else f"it gives {', '.join(names)}"
    raise BadConfiguration(f"{here}: the SQL gives no column `{name}`; {meant}")


def slice_tests(where: Where, shapes: Sequence[Shape], dialect: Dialect, here: str) -> list[Test]:
    """The tests of a slice."""
    return [
        _slice_test(condition, find(condition.column, shapes, here), dialect, here) for condition in where
    ]


def _slice_test(condition: Condition, shape: Shape, dialect: Dialect, here: str) -> Test:
    if condition.op == "in":
        values = [condition.value] if isinstance(condition.value, str) else list(condition.value)
        return _one_of(shape, values, dialect)
    if condition.op == "=":
        return _one_of(shape, [condition.value], dialect)
    if condition.op not in _RANGES:
        raise BadConfiguration(f"{here}: there is no condition `{condition.op}`")
    try:
        bound = bind(condition.value, shape, dialect)
    except NoSuchValue:
        raise BadConfiguration(
            f"{here}: `{shape.field}` holds {shape.type_name} and cannot be compared with the value given"
        ) from None
    return _range(condition.op, shape, bound)


def _one_of(shape: Shape, values: Iterable[Any], dialect: Dialect) -> Test:
    bound: list[Any] = []
    null = False
    for value in values:
        if value is None:
            null = True
            continue
        try:
            bound += bind(value, shape, dialect)
        except NoSuchValue:
            continue
    parts = ["{} IS NULL"] if null else []
    for start in range(0, len(bound), dialect.in_list):
        some = bound[start : start + dialect.in_list]
        parts.append("{} = ?" if len(some) == 1 else f"{{}} IN ({', '.join('?' * len(some))})")
    columns = len(parts)
    if dialect.blanks_count and shape.kind in (None, str):
        for padded in [value for value in bound if isinstance(value, str) and value]:
            parts.append(_PADDED)
            columns += 3
            bound += [padded + " ", padded + "!", padded]
    if not parts:
        return NEVER
    return Test(" OR ".join(parts), (shape,) * columns, tuple(bound))


_PADDED = "({} >= ? AND {} < ? AND RTRIM({}) = ?)"
"""The value with blanks after it, as a CHAR column holds it. The range lets an index be used; `!` follows the
blank."""


def from_watermark(shape: Shape, since: str, dialect: Dialect, here: str) -> Test:
    """Rows at or after a cursor. At: rows that share the last one's may have come later."""
    try:
        bound = bind(since, shape, dialect)
    except NoSuchValue:
        raise BadConfiguration(
            f"{here}: the stored cursor does not fit `{shape.field}` ({shape.type_name}); "
            "read the stream whole"
        ) from None
    return _range(">=", shape, bound)


def _range(op: str, shape: Shape, bound: Sequence[Any]) -> Test:
    """A range. In SQLite a value that is a number as well as text is compared with each as its own kind.

    `+column` has no affinity, which would turn the text into a number again.
    """
    if shape.kind is not None or len(bound) == 1:
        return Test(f"{{}} {op} ?", (shape,), (bound[0],))
    number, text = bound
    if op in (">", ">="):  # all text comes after all numbers, so the first part may use an index
        return Test(f"{{}} {op} ? AND (typeof({{}}) <> 'text' OR +{{}} {op} ?)", (shape,) * 3, (number, text))
    sql = f"(typeof({{}}) <> 'text' AND {{}} {op} ?) OR (typeof({{}}) = 'text' AND +{{}} {op} ?)"
    return Test(sql, (shape,) * 4, (number, text))


def without(shape: Shape) -> Test:
    """Rows that have no watermark."""
    return Test("{} IS NULL", (shape,))


def having(shape: Shape) -> Test:
    """Rows that have one."""
    return Test("{} IS NOT NULL", (shape,))


def page_start(shapes: Sequence[Shape], values: Sequence[Any]) -> Test:
    """Rows at or after a row, in the order of these columns; NULL comes first.

    `a >= ? AND (a > ? OR (a = ? AND b >= ?))`: the first part is redundant, and lets an index be used.
    """
    sql, columns, parameters = _at_or_after(shapes, values)
    if len(shapes) > 1 and values[0] is not None:
        sql = f"{{}} >= ? AND ({sql})"
        columns, parameters = [shapes[0], *columns], [values[0], *parameters]
    return Test(sql, tuple(columns), tuple(parameters))


def _at_or_after(shapes: Sequence[Shape], values: Sequence[Any]) -> tuple[str, list[Shape], list[Any]]:
    shape, value = shapes[0], values[0]
    if len(shapes) == 1:
        return ("1 = 1", [], []) if value is None else ("{} >= ?", [shape], [value])
    rest, columns, parameters = _at_or_after(shapes[1:], values[1:])
    if value is None:
        return f"{{}} IS NOT NULL OR ({{}} IS NULL AND ({rest}))", [shape, shape, *columns], parameters
    return (
        f"{{}} > ? OR ({{}} = ? AND ({rest}))",
        [shape, shape, *columns],
        [value, value, *parameters],
    )
