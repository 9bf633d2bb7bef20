"""Which of two values is greater, as FHIRPath compares: only as far as both say.

https://hl7.org/fhirpath/N1/#comparison
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

_MOMENT = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d)?)?)?)?"
)
_TIME = re.compile(r"T?\d\d:\d\d(:\d\d(\.\d+)?)?")


def compare(left: Any, right: Any) -> int | None:
    """-1, 0 or 1; None where it cannot be said (other types, units or precisions)."""
    left, right = _plain(left), _plain(right)
    if isinstance(left, dict) and isinstance(right, dict):
        if any(left.get(name) != right.get(name) for name in ("system", "code")):
            return None
        if "code" not in left and left.get("unit") != right.get("unit"):
            return None
        left, right = _plain(left.get("value")), _plain(right.get("value"))
    if _is_number(left) and _is_number(right):
        return _sign(left > right, left < right)
    if not isinstance(left, str) or not isinstance(right, str):
        return None
    first, second = _MOMENT.fullmatch(left), _MOMENT.fullmatch(right)
    if first and second:
        return _compare_moments(first, second)
    if _TIME.fullmatch(left) and _TIME.fullmatch(right):
        left, right = left.lstrip("T"), right.lstrip("T")
    return _sign(left > right, left < right)


def _sign(greater: bool, less: bool) -> int:
    return int(greater) - int(less)


def data_of(value: Any) -> Any:
    """The JSON value of a node of fhirpathpy, or the value itself."""
    return getattr(value, "data", value)


def _plain(value: Any) -> Any:
    """The same, and the text of a date or time."""
    data = data_of(value)
    text = getattr(data, "asStr", None)
    return text if isinstance(text, str) else data


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _compare_moments(first: re.Match[str], second: re.Match[str]) -> int | None:
    zones = bool(first[8]), bool(second[8])
    if first[4] and second[4] and zones[0] == zones[1]:
        try:
            one, other = _instant(first), _instant(second)
        except ValueError:  # no such day or hour, which is told elsewhere
            return None
        if one != other:
            return (one > other) - (one < other)
        return 0 if bool(first[6]) == bool(second[6]) else None
    for at in range(1, 6):
        if first[at] is None or second[at] is None:
            return 0 if first[at] is second[at] else None
        if at > 3 and zones[0] != zones[1]:
            return None
        if first[at] != second[at]:
            return 1 if first[at] > second[at] else -1
    return None


def _instant(match: re.Match[str]) -> tuple[datetime, Decimal]:
    zone = match[8]
    year, month, day, hour, minute = (int(match[at]) for at in range(1, 6))
    seconds = Decimal(f"{match[6] or 0}.{match[7] or 0}")
    if zone is None or zone == "Z":
        at = datetime(year, month, day, hour, minute, tzinfo=UTC)
    else:
        at = datetime.fromisoformat(f"{match[1]}-{match[2]}-{match[3]}T{match[4]}:{match[5]}{zone}")
    return at.astimezone(UTC), seconds
