"""A row of a driver as a plain tree, without loss: what each column's values become is decided once.

| the driver gives | the record holds |
|---|---|
| text | the same text; bytes that are not its encoding are read as cp1252 |
| whole number, boolean | the same |
| floating point | the same; of single precision the shortest digits; NaN and infinity as text |
| decimal | its exact digits as text |
| date, time stamp, time | `2020-01-02`, `2020-01-02T03:04:05[.ffffff][+02:00]`, `03:04:05`, or its text |
| bytes | base64 |
"""

from __future__ import annotations

import base64
import re
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from math import isfinite, isnan
from typing import Any
from uuid import UUID

ERROR = "$error"
"""The member of a body that says which of its columns could not be read; the record is for quarantine."""

_OFFSET = re.compile(r"(.*\d)([+-]\d\d)(?::?(\d\d))?$")
_SINGLE_PRECISIONS = (7, 9, 24)


@dataclass(frozen=True)
class Shape:
    """One column: its name in the database, its name in the record, and what its driver says of its type.

    `kind` is a Python type, or None where values have types and columns do not (SQLite).
    """

    name: str
    field: str
    kind: type | None
    precision: int = 0
    declared: str = ""
    """What was said of a column without a kind."""

    @property
    def type_name(self) -> str:
        """For a person."""
        return _NAMES.get(self.kind, "any") if self.kind else self.declared or "any"


_NAMES: dict[type | None, str] = {
    str: "text", int: "integer", float: "float", Decimal: "decimal", bool: "boolean", date: "date",
    datetime: "timestamp", time: "time", bytearray: "bytes", bytes: "bytes", UUID: "uuid",
}  # fmt: skip


def body_of(
    shapes: Sequence[Shape], encoding: str | None, ready: frozenset[type]
) -> Callable[[Sequence[Any]], dict[str, Any]]:
    """The function that makes a row into a body.

    `encoding`: text comes as latin-1 and is really this. `ready`: kinds that come as the text they should be.
    """
    names = tuple(shape.field for shape in shapes)
    repair = repairer(encoding or "utf-8")
    texts = tuple(shape.field for shape in shapes if shape.kind is str) if encoding else ()
    others = [
        (shape.field, convert)
        for shape in shapes
        if shape.kind not in ready and (convert := _converter(shape, repair if encoding else None))
    ]

    def body(row: Sequence[Any]) -> dict[str, Any]:
        tree = dict(zip(names, row, strict=True))
        for name in texts:
            text = tree[name]
            if text is not None and not text.isascii():
                tree[name] = repair(text)
        try:
            for name, convert in others:
                if (value := tree[name]) is not None:
                    tree[name] = convert(value)
        except (ValueError, ArithmeticError, TypeError):
            return _careful(tree, others)
        return tree

    return body


def bodies_of(
    shapes: Sequence[Shape], encoding: str | None, ready: frozenset[type]
) -> Callable[[Sequence[Any]], list[dict[str, Any]]]:
    """The function that makes many rows into bodies as `body_of` does, column by column, in half the time."""
    names = tuple(shape.field for shape in shapes)
    one = body_of(shapes, encoding, ready)
    repair = repairer(encoding or "utf-8") if encoding else None
    columns = [
        (at, convert)
        for at, shape in enumerate(shapes)
        if (convert := _column_converter(shape, repair, shape.kind in ready))
    ]

    def bodies(rows: Sequence[Any]) -> list[dict[str, Any]]:
        if len(rows) < FEW:
            return [one(row) for row in rows]
        values = list(zip(*rows, strict=True))
        if len(values) != len(names):
            raise ValueError("a row has other columns than were described")
        try:
            for at, convert in columns:
                values[at] = convert(values[at])
        except (ValueError, ArithmeticError, TypeError, AttributeError):
            return [one(row) for row in rows]
        return [dict(zip(names, row)) for row in zip(*values, strict=True)]  # noqa: B905 as many, as checked

    return bodies


FEW = 8
"""Rows that are not worth to be turned into columns."""

_Column = Callable[[tuple[Any, ...]], tuple[Any, ...]]


def _column_converter(shape: Shape, repair: Callable[[str], str] | None, ready: bool) -> _Column | None:
    """As `_converter`, and the repair of text, for all values of a column."""
    single_value = None if ready else _converter(shape, repair)
    if shape.kind is str and repair is not None:
        return lambda column: column if _ascii(column) else _each(_repaired(repair), column)
    if single_value is None:
        return None
    if single_value is _well_formed:
        return lambda column: column if _ascii(column) else _each(_well_formed, column)
    if shape.kind is float and single_value is _float:
        return lambda column: column if _finite(column) else _each(_float, column)
    if shape.kind is None or single_value is plain:
        each, plain_text = single_value, repair is None
        return lambda column: column if _is_plain(column, plain_text) else _each(each, column)
    return lambda column: _each(single_value, column)


def _each(convert: Callable[[Any], Any], column: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple([None if value is None else convert(value) for value in column])


def _repaired(repair: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: text if text.isascii() else repair(text)


def _ascii(column: tuple[Any, ...]) -> bool:
    return all(map(str.isascii, filter(None, column)))


def _finite(column: tuple[Any, ...]) -> bool:
    return all(map(isfinite, filter(None, column)))


def _is_plain(column: tuple[Any, ...], text: bool) -> bool:
    """Whether values that have their own types need nothing done. `text`: nor does text of any kind."""
    kinds = set(map(type, column))
    return kinds <= _PLAIN or (
        kinds <= _PLAIN_OR_TEXT and (text or _ascii(tuple(filter(lambda value: type(value) is str, column))))
    )


_PLAIN = frozenset((int, bool, type(None)))
_PLAIN_OR_TEXT = _PLAIN | {str}


def _careful(tree: dict[str, Any], others: Sequence[tuple[str, Callable[[Any], Any]]]) -> dict[str, Any]:
    """As above where a value is known to fail: it becomes None, and the column is named."""
    failed = []
    for name, convert in others:
        if tree[name] is not None and not isinstance(tree[name], str):
            try:
                tree[name] = convert(tree[name])
            except (ValueError, ArithmeticError, TypeError):
                tree[name] = None
                failed.append(name)
    return {**tree, ERROR: f"the value of {', '.join(failed)} cannot be read"} if failed else tree


def repairer(encoding: str) -> Callable[[str], str]:
    """Text that was decoded as latin-1, decoded as it should be: never fails."""

    def repair(text: str) -> str:
        raw = text.encode("latin-1")
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            return decode(raw)

    return repair


def decode(raw: bytes) -> str:
    """UTF-8, or else cp1252, whose five unused bytes are kept as their code."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        pass
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError:
        return "".join(chr(byte) if byte in _UNUSED else bytes((byte,)).decode("cp1252") for byte in raw)


_UNUSED = frozenset((0x81, 0x8D, 0x8F, 0x90, 0x9D))


def plain(value: Any) -> Any:
    """Any driver's value, by its own type."""
    kind = type(value)
    if kind is str or kind is int or kind is bool or value is None:
        return value
    if kind is float:
        return _float(value)
    if kind is bytes or kind is bytearray or kind is memoryview:
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, Decimal):
        return _decimal(value)
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    return str(value)


def _converter(shape: Shape, repair: Callable[[str], str] | None) -> Callable[[Any], Any] | None:
    kind = shape.kind
    if kind is int or kind is bool:
        return None
    if kind is str:
        return None if repair else _well_formed
    if kind is float:
        return single if shape.precision in _SINGLE_PRECISIONS else _float
    if kind is Decimal:
        return _decimal
    if kind is datetime:
        return _timestamp
    if kind in (date, time):
        return _iso
    if repair is None:
        return plain
    return lambda value: repair(value) if type(value) is str and not value.isascii() else plain(value)


def _well_formed(text: str) -> str:
    """Text as it is, without the half characters that JSON cannot hold."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _float(value: Any) -> Any:
    if isinstance(value, float) and value - value != 0:  # NaN and infinity have no JSON form
        return "NaN" if isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def single(value: Any) -> Any:
    """The shortest decimal that is this number in single precision: 98.6, not 98.5999984741211."""
    if not isinstance(value, float) or value - value != 0:
        return _float(value)
    try:
        wanted = struct.pack("<f", value)
    except OverflowError:
        return value
    for digits in (6, 7, 8, 9):
        short = float(f"{value:.{digits}g}")
        if struct.pack("<f", short) == wanted:
            return short
    return value


def _decimal(value: Any) -> str:
    return (
        value if isinstance(value, str) else format(value, "f") if isinstance(value, Decimal) else str(value)
    )


def _iso(value: Any) -> str:
    return value if isinstance(value, str) else str(value.isoformat())


def _timestamp(value: Any) -> str:
    if not isinstance(value, str):
        return str(value.isoformat())
    if len(value) == 19 and value[10] == " " and value[:4].isdigit() and value[17:].isdigit():
        return f"{value[:10]}T{value[11:]}"  # as most are
    return iso_text(value)


def iso_text(text: str) -> str:
    """`2020-01-02 03:04:05+02` as `2020-01-02T03:04:05+02:00`; other text (`infinity`, `… BC`) as it is."""
    if len(text) < 11 or text[10] != " " or not text[:4].isdigit() or text.endswith("BC"):
        return text
    iso = f"{text[:10]}T{text[11:]}"
    if len(iso) > 19 and (found := _OFFSET.fullmatch(iso)):
        return f"{found[1]}{found[2]}:{found[3] or '00'}"
    return iso


# What an output converter of pyodbc is given: the bytes of SQL_C_BINARY, which is text from some drivers.


def raw_text(raw: bytes) -> str:
    """A date, time or decimal as the driver's text."""
    return raw.decode("ascii", "replace")


def raw_timestamp(raw: bytes) -> str:
    """A time stamp as the driver's text."""
    return iso_text(raw.decode("ascii", "replace"))


def raw_single(raw: bytes) -> Any:
    """A REAL as the driver's text."""
    text = raw.decode("ascii", "replace")
    try:
        return _float(float(text))
    except ValueError:
        return text


def raw_timestamp_offset(raw: bytes) -> str:
    """SQL Server's DATETIMEOFFSET: SQL_SS_TIMESTAMPOFFSET_STRUCT."""
    if len(raw) < 20:
        return raw_text(raw)
    year, month, day, hour, minute, second, nanos, zone_hour, zone_minute = struct.unpack("<6hI2h", raw[:20])
    digits = f"{nanos:09d}".rstrip("0")
    sign = "-" if zone_hour < 0 or zone_minute < 0 else "+"
    fraction = f".{digits}" if digits else ""
    return (
        f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}{fraction}"
        f"{sign}{abs(zone_hour):02d}:{abs(zone_minute):02d}"
    )
