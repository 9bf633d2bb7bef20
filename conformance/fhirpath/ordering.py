"""Which of two values comes first, as FHIRPath compares: only as far as both of them say.

https://hl7.org/fhirpath/N1/#comparison
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?", re.ASCII
)
_TIME = re.compile(r"T?(\d\d:\d\d(?::\d\d(?:\.\d+)?)?)", re.ASCII)


def order(left: Any, right: Any) -> int | None:
    """-1, 0 or 1: `left` is less, the same, more. None where it cannot be said (types, units, precision)."""
    if isinstance(left, dict) and isinstance(right, dict):
        return _quantities(left, right)
    if _is_number(left) and _is_number(right):
        return _sign(left, right)
    if not isinstance(left, str) or not isinstance(right, str):
        return None
    first, second = _DATE.fullmatch(left), _DATE.fullmatch(right)
    if first and second:
        return _dates(first, second)
    if (one := _TIME.fullmatch(left)) and (other := _TIME.fullmatch(right)):
        return _sign(one[1], other[1])
    return _sign(left, right)


def _quantities(left: dict[str, Any], right: dict[str, Any]) -> int | None:
    names = ("system", "code") if "code" in left or "code" in right else ("unit",)
    if any(left.get(name) != right.get(name) for name in names):
        return None
    return order(left.get("value"), right.get("value"))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _sign(left: Any, right: Any) -> int:
    return int(left > right) - int(left < right)


def _dates(first: re.Match[str], second: re.Match[str]) -> int | None:
    """By the spans of time that they cover, wider where one tells its zone and the other does not."""
    try:
        (begin, end), (other_begin, other_end) = _span(first), _span(second)
    except (ValueError, OverflowError):  # no such day; told elsewhere
        return None
    if first[0] == second[0] or (first[8] and second[8] and (begin, end) == (other_begin, other_end)):
        return 0
    slack = timedelta(hours=0 if bool(first[8]) == bool(second[8]) else 14)
    if end + slack <= other_begin:
        return -1
    if other_end + slack <= begin:
        return 1
    return None


def _span(match: re.Match[str]) -> tuple[datetime, datetime]:
    """The first moment, and the first after it, to the microsecond; as if in UTC where no zone is told."""
    year, month, day = int(match[1]), int(match[2] or 1), int(match[3] or 1)
    if match[4] is None:
        begin = datetime(year, month, day, tzinfo=UTC)
        if match[2] is None:
            return begin, datetime(year + 1, 1, 1, tzinfo=UTC)
        if match[3] is None:
            after = date(year + month // 12, month % 12 + 1, 1)
            return begin, datetime(after.year, after.month, 1, tzinfo=UTC)
        return begin, begin + timedelta(days=1)
    zone = "+00:00" if match[8] in (None, "Z") else match[8]
    second = min(int(match[6] or 0), 59)
    begin = datetime.fromisoformat(
        f"{match[1]}-{match[2]}-{match[3]}T{match[4]}:{match[5]}:{second:02}{zone}"
    )
    fraction = match[7] or ""
    begin += timedelta(microseconds=int(fraction[1:7].ljust(6, "0")) if fraction else 0)
    length = timedelta(minutes=1) if match[6] is None else timedelta(microseconds=1)
    return begin, begin + length
