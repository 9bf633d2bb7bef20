"""Date search: every value is an interval.

https://hl7.org/fhir/R4/search.html#date · https://hl7.org/fhir/R4/search.html#prefix

Taken here: "the range above the value" begins where the value's own range ends (else the second half of `ge`
would say nothing), and a Period that ends before it starts is read the other way round.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Any

from conformance.matching.asked import prefixed
from conformance.matching.expressions import Found

Interval = tuple[Fraction, Fraction]
"""Half-open, in seconds since 1970 UTC."""
BEFORE_ALL, AFTER_ALL = Fraction(-(10**15)), Fraction(10**15)
_FORM = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?"
)


@lru_cache(65536)
def interval(text: str) -> Interval | None:
    """The time that a date or dateTime covers; without a zone it is in UTC here."""
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    if hour is None:
        start = _days(int(year), int(month or 1), int(day or 1))
        if day:
            return start, start + 86400
        if month:
            return start, _days(int(year) + int(month) // 12, int(month) % 12 + 1, 1)
        return start, _days(int(year) + 1, 1, 1)
    low = _days(int(year), int(month), int(day)) + int(hour) * 3600 + int(minute) * 60
    low += int(second or 0) + Fraction(fraction or 0)
    if zone and zone != "Z":
        ahead = int(zone[1:3]) * 3600 + int(zone[4:]) * 60
        low += ahead if zone[0] == "-" else -ahead
    if second is None:
        return low, low + 60
    return low, low + Fraction(1, 10 ** len(fraction[1:] if fraction else ""))


def _days(year: int, month: int, day: int) -> Fraction:
    if year > 9999:
        return _days(9999, 12, 31) + 86400
    since = datetime(year, month, day, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return Fraction(since // timedelta(seconds=1))


def stored(found: Found) -> Interval | None:
    """The time that a stored value covers."""
    value = found.value
    match found.type:
        case "date" | "dateTime":
            return interval(value)
        case "instant":
            # "a fixed point in time with an interval smaller than the precision of the system"
            known = interval(value)
            return known and (known[0], known[0] + Fraction(1, 10**9))
        case "Period":
            return _period(value)
        case "Timing":
            return _timing(value)
        case _:
            return None  # texts, ages: no time that could be compared


def _period(period: dict[str, Any]) -> Interval | None:
    start, end = (interval(period.get(name) or "") for name in ("start", "end"))
    if start is None and end is None:
        return None
    if start and end and end[1] <= start[0]:
        start, end = end, start
    return start[0] if start else BEFORE_ALL, end[1] if end else AFTER_ALL


def _timing(timing: dict[str, Any]) -> Interval | None:
    spans = [interval(event) for event in timing.get("event", ())]
    bounds = timing.get("repeat", {}).get("boundsPeriod")
    spans.append(_period(bounds) if bounds else None)
    known = [span for span in spans if span]
    return (min(low for low, _ in known), max(high for _, high in known)) if known else None


def matches(found: Found, wanted: str, now: datetime) -> bool:
    target = stored(found)
    return target is not None and compare(target, wanted, now)


def compare(target: Interval, wanted: str, now: datetime) -> bool:
    prefix, text = prefixed(wanted)
    asked = interval(text)
    assert asked is not None, wanted
    (low, high), (first, last) = asked, target
    within = low <= first and last <= high
    match prefix:
        case "eq":
            return within
        case "ne":
            return not within
        case "gt":
            return last > high
        case "lt":
            return first < low
        case "ge":
            return last > high or within
        case "le":
            return first < low or within
        case "sa":
            return first >= high
        case "eb":
            return last <= low
    middle = (low + high) / 2
    slack = abs(Fraction((now - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(seconds=1)) - middle) / 10
    return first < high + slack and last > low - slack
