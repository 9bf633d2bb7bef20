"""Values of a record to the JSON form of a FHIR primitive.

https://hl7.org/fhir/R4/datatypes.html#primitive
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from facade.mapping.errors import MappingFailure
from facade.mapping.values import as_number, as_text

Convert = Callable[[Any], Any]

_ZONE = r"(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)"
_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?"
_DATE = r"[0-9]{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?)?"
_DAY = r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_FORMS = {
    "date": re.compile(_DATE),
    "dateTime": re.compile(rf"{_DATE}|{_DAY}T{_TIME}{_ZONE}"),
    "instant": re.compile(rf"{_DAY}T{_TIME}{_ZONE}"),
    "time": re.compile(_TIME),
}
_FILTER = {"date": "date", "dateTime": "datetime", "instant": "instant", "time": "time"}
_LOWEST = {"integer": -(2**31), "unsignedInt": 0, "positiveInt": 1}
_HIGHEST = 2**31 - 1


def converter(type: str) -> Convert | None:
    """The conversion to a FHIR primitive; None where the value's text is the JSON form."""
    if type == "boolean":
        return _boolean
    if type == "decimal":
        return _decimal
    if type in _LOWEST:
        return _integer(type)
    if type in _FORMS:
        return _temporal(type)
    return None


def _boolean(value: Any) -> bool:
    if value is True or value == "true":
        return True
    if value is False or value == "false":
        return False
    raise MappingFailure("gives no boolean; `| bool` reads Y/N, t/f, 1/0")


def _decimal(value: Any) -> Decimal:
    if value.__class__ is Decimal and value.is_finite():
        return value
    number = None if value is True or value is False else as_number(value)
    if number is None:
        raise MappingFailure("gives no decimal; `| number` is empty for what is none")
    return Decimal(number)


def _integer(type: str) -> Convert:
    lowest = _LOWEST[type]

    def convert(value: Any) -> int:
        number = None if value is True or value is False else as_number(value)
        if number is None or not lowest <= number <= _HIGHEST or number != int(number):
            raise MappingFailure(f"gives no {type}")
        return int(number)

    return convert


def _temporal(type: str) -> Convert:
    form = _FORMS[type]

    @lru_cache(maxsize=8192)
    def checked(text: str) -> str:
        if form.fullmatch(text) is None:
            raise MappingFailure(f"gives no FHIR {type}; use `| {_FILTER[type]}`")
        if type != "time" and len(text) >= 10:
            try:
                date.fromisoformat(text[:10])
            except ValueError:
                raise MappingFailure(f"gives no {type}: no such day") from None
        return text

    return lambda value: checked(value if value.__class__ is str else as_text(value))


WELL_FORMED = {
    "date": frozenset({"date"}),
    "dateTime": frozenset({"date", "datetime", "instant", "plus", "epoch"}),
    "instant": frozenset({"instant", "epoch"}),
    "time": frozenset({"time"}),
}
"""FHIR types whose form a filter guarantees, so that nothing is left to check."""

MISFITS = {
    "date": {"datetime": "date", "instant": "date", "time": "date", "epoch": "date"},
    "dateTime": {"time": "datetime"},
    "instant": {"date": "instant", "time": "instant"},
    "time": {"date": "time", "datetime": "time", "instant": "time", "epoch": "time"},
}
"""FHIR types, the filters that cannot give them, and the one that can."""
