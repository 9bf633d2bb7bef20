"""A value that arrives as text (a cursor, a search value) as a parameter of its column's own type."""

from __future__ import annotations

import base64
import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from connectors.odbc.dialect import Dialect
from connectors.odbc.values import Shape

_NUMBER = re.compile(r"-?\d{1,18}(\.\d+)?")
_PARTIAL = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?")


class NoSuchValue(ValueError):
    """No value of this column can equal the given one."""


def bind(value: Any, shape: Shape, dialect: Dialect) -> list[Any]:
    """The parameters that stand for a value, mostly one; raises NoSuchValue."""
    if not isinstance(value, str):
        return [str(value) if isinstance(value, (date, time)) and dialect.text_times else value]
    try:
        return _bind(value, shape.kind, dialect)
    except (ValueError, InvalidOperation):
        raise NoSuchValue from None


def _bind(text: str, kind: type | None, dialect: Dialect) -> list[Any]:
    if kind is int:
        return [int(text)]
    if kind is Decimal:
        number = Decimal(text)
        if not number.is_finite():
            raise NoSuchValue
        return [number]
    if kind is float:
        return [float(text)]
    if kind is bool:
        return [_boolean(text)]
    if kind is datetime or kind is date:
        return _moment(text, kind, dialect)
    if kind in (bytes, bytearray):
        return [base64.b64decode(text, validate=True)]
    if kind is UUID:
        return [UUID(text)]
    if kind is time and not dialect.text_times:
        return [time.fromisoformat(text)]
    if kind is None:
        return _dynamic(text)
    return [text]


def _dynamic(text: str) -> list[Any]:
    """Where values have types and columns do not: the number, and the text that looks like it."""
    if not (found := _NUMBER.fullmatch(text)):
        return [text]
    return [float(text) if found[1] else int(text), text]


def _boolean(text: str) -> bool:
    if text.lower() in ("true", "t", "1", "y", "yes"):
        return True
    if text.lower() in ("false", "f", "0", "n", "no"):
        return False
    raise NoSuchValue


def _moment(text: str, kind: type, dialect: Dialect) -> list[Any]:
    """A date or time stamp; of a year or month its first day."""
    if found := _PARTIAL.fullmatch(text):
        text = f"{found[1]}-{found[2] or '01'}-{found[3] or '01'}"
    if dialect.text_times:
        if not _MOMENT.fullmatch(text):
            raise NoSuchValue
        if dialect.name == "sqlite":  # there a time stamp is text, mostly with a space
            return [text.replace("T", " ")] if "T" not in text else [text.replace("T", " "), text]
        return [text]
    if kind is date:
        return [date.fromisoformat(text[:10])]
    return [datetime.fromisoformat(text)]


def step_back(cursor: str, overlap: float, shape: Shape) -> str:
    """The cursor to read on from, `overlap` (seconds, or units of a number) before the last one.

    Text that is neither a time nor a number has nothing to step by and is given back.
    """
    if not overlap:
        return cursor
    try:
        if shape.kind in (int, float, Decimal) or (shape.kind is None and _NUMBER.fullmatch(cursor)):
            number = Decimal(cursor) - Decimal(str(overlap))
            return format(number.to_integral_value() if shape.kind is int else number, "f")
        if len(cursor) == 10:
            midnight = datetime.fromisoformat(cursor)
            return (midnight - timedelta(seconds=overlap)).date().isoformat()
        moment = datetime.fromisoformat(cursor) - timedelta(seconds=overlap)
    except (ValueError, OverflowError, InvalidOperation):
        return cursor
    digits = len(cursor.partition(".")[2].split("+")[0].split("-")[0])
    return moment.isoformat(
        cursor[10], "microseconds" if digits > 3 else "milliseconds" if digits else "auto"
    )
