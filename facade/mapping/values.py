"""How values of a record are read: blanks trimmed, what counts as empty, as text, as a number, as true."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from facade.mapping.errors import MappingFailure

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")


def clean(value: Any) -> Any:
    """A value as the language sees it: text trimmed, empty things None, lists without their empty items."""
    if value.__class__ is str:
        return value.strip() or None
    if value.__class__ is list:
        return [kept for item in value if (kept := clean(item)) is not None] or None
    if value.__class__ is dict:
        return value or None
    return value


def one(value: Any) -> Any:
    """The value itself, or the first of a list."""
    while value.__class__ is list:
        value = value[0] if value else None
    return value


def many(value: Any) -> list[Any]:
    """A list of the value's items; of one item if it is no list; of none if it is empty."""
    if value is None:
        return []
    return value if value.__class__ is list else [value]


def as_text(value: Any) -> str:
    """The value (a list's first) as text."""
    if value.__class__ is str:
        return value
    value = one(value)
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, (str, int, Decimal)):
        return str(value)
    if isinstance(value, float):
        return repr(value)
    raise MappingFailure("needs a single value, and got an object")


def as_number(value: Any) -> Decimal | int | None:
    """The value as an exact number; None if it is none. Text of digits, sign and point counts."""
    if value.__class__ is int:
        return value
    if value.__class__ is str:
        return Decimal(value) if _NUMBER.fullmatch(value) and value.isascii() else None
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    if isinstance(value, float):
        number = Decimal(repr(value))
        return number if number.is_finite() else None
    return None


def truth(value: Any) -> bool:
    """Not empty and not the boolean false."""
    return value is not None and value is not False
