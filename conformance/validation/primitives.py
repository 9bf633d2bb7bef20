"""Whether a JSON value is of a primitive type, and in its format.

https://hl7.org/fhir/R4/datatypes.html#primitive · https://hl7.org/fhir/R4/json.html#primitive

The formats are R4's own regular expressions; those that backtrack without end on hostile text (base64Binary,
markdown) are looked at in code.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

_WHOLE: Mapping[str, tuple[int, int]] = {
    "integer": (-(2**31), 2**31 - 1),
    "unsignedInt": (0, 2**31 - 1),
    "positiveInt": (1, 2**31 - 1),
}
_BY_CODE = frozenset({"base64Binary", "markdown", "string", "xhtml", "decimal", "boolean"})
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_LONGEST = 1024 * 1024  # characters of a string


def fault(value: Any, type: str, pattern: str) -> str:
    """What is wrong with a value, in words; empty if nothing. `pattern` is the type's regular expression."""
    if type == "boolean":
        return "" if isinstance(value, bool) else _kind(value, "true or false")
    if type == "decimal":
        return (
            ""
            if isinstance(value, int | Decimal) and not isinstance(value, bool)
            else _kind(value, "a number")
        )
    if type in _WHOLE:
        if not isinstance(value, int) or isinstance(value, bool):
            return _kind(value, "a whole number")
        low, high = _WHOLE[type]
        return "" if low <= value <= high else f"is not between {low} and {high}, as {type} wants"
    if not isinstance(value, str):
        return _kind(value, "a string")
    return _text_fault(value, type, pattern)


def _text_fault(value: str, type: str, pattern: str) -> str:
    if not value:
        return "is an empty string"
    if type == "base64Binary":
        packed = "".join(value.split())
        fine = len(packed) % 4 == 0 and re.fullmatch(r"[0-9A-Za-z+/]*={0,2}", packed)
        return "" if fine else "is not base64"
    if type in _BY_CODE:
        if len(value) > _LONGEST:
            return "is longer than 1 MB"
        return "" if value.strip() or type == "markdown" else "is nothing but white space"
    if pattern and not _compiled(pattern).fullmatch(value):
        return f"is not in the format of {type}"
    if type in ("date", "dateTime", "instant") and (day := _DAY.match(value)) and not _is_day(day):
        return "is no day of the calendar"
    return ""


def _kind(value: Any, wanted: str) -> str:
    names = {bool: "a boolean", str: "a string", dict: "an object", list: "an array", type(None): "null"}
    return f"is {names.get(type(value), 'a number')}, where {wanted} belongs"


@lru_cache(256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(
        pattern, re.ASCII
    )  # R4's \S and \d are those of ASCII, as in the reference implementation


def _is_day(match: re.Match[str]) -> bool:
    try:
        date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return False
    return True
