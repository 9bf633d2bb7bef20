"""Date search, with what is left open: the zone of what has none, what is nearer than a second, `ap`.

https://hl7.org/fhir/R4/search.html#date · https://hl7.org/fhir/R4/search.html#prefix

A value without a zone is somewhere between UTC−12 and UTC+14: where the other value has a zone, only what
holds in all of them is certain. For `gt` and `lt` it is open whether the range above a value begins where the
value's own range ends or where it begins.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from conformance.matching import dates
from conformance.matching.asked import prefixed
from conformance.matching.expressions import Found
from conformance.matching.verdict import Verdict

Span = tuple[int, int]
"""Half-open, in nanoseconds since 1970 UTC."""
SECOND = 10**9
HOUR = 3600 * SECOND
_ZONED = re.compile(r"T.*(?:Z|[+-]\d\d:\d\d)$")
SHIFTS = range(
    -14 * HOUR, 15 * HOUR, HOUR // 2
)  # how far two times may be apart that are read as of one zone


@lru_cache(65536)
def zoned(text: str) -> bool:
    """Whether a date or time says in which zone it is."""
    return _ZONED.search(text) is not None


@lru_cache(65536)
def span(text: str) -> Span | None:
    """The time that a date or dateTime covers; without a zone it is in UTC here."""
    found = dates.interval(text)
    return found and (int(found[0] * SECOND), int(found[1] * SECOND))


def fits(found: Found, wanted: str) -> Verdict:
    """Whether a stored value is what the prefixed date asks for."""
    prefix, text = prefixed(wanted)
    asked, target = span(text), stored(found)
    if asked is None or target is None:
        return None
    if prefix == "ap":
        return True if _compare("eq", asked, target) else None
    said = {zoned(one) for one in _texts(found)}
    if said == {zoned(text)}:
        return _compare(prefix, asked, target)
    if len(said) > 1:
        return None
    if all(abs(one - other) > 15 * HOUR for one in asked for other in target):
        return _compare(prefix, asked, target)
    verdicts = {_compare(prefix, (asked[0] + shift, asked[1] + shift), target) for shift in SHIFTS}
    return verdicts.pop() if len(verdicts) == 1 else None


def stored(found: Found) -> Span | None:
    """The time a value covers; of an instant, that of its last digit. None for timings and texts."""
    if found.type in ("date", "dateTime", "instant"):
        return span(found.value) if isinstance(found.value, str) else None
    return _period(found.value) if found.type == "Period" else None


def _period(period: dict[str, Any]) -> Span | None:
    """None for one that ends before it starts, or that cannot be read."""
    ends = [text for name in ("start", "end") if (text := period.get(name))]
    spans = [span(text) for text in ends]
    if not spans or None in spans:
        return None
    start, end = (span(period[name]) if period.get(name) else None for name in ("start", "end"))
    if start and end and start[0] >= end[1]:
        return None
    low = start[0] if start else int(dates.BEFORE_ALL) * SECOND
    return low, end[1] if end else int(dates.AFTER_ALL) * SECOND


def _texts(found: Found) -> list[str]:
    if found.type == "Period":
        return [found.value[name] for name in ("start", "end") if found.value.get(name)]
    return [found.value]


def _compare(prefix: str, asked: Span, target: Span) -> Verdict:
    if target == asked:
        return prefix in ("eq", "ge", "le")
    (low, high), (first, last) = asked, target
    if (
        0 < abs(low - first) < SECOND
        or 0 < abs(low - last) < SECOND
        or 0 < abs(high - first) < SECOND
        or 0 < abs(high - last) < SECOND
    ):
        return None
    within = low <= first and last <= high
    apart = last <= low or first >= high
    match prefix:
        case "eq" | "ne":
            return within == (prefix == "eq")
        case "gt":
            return _beyond(beyond=last > high, apart=apart)
        case "lt":
            return _beyond(beyond=first < low, apart=apart)
        case "ge":
            return True if within else _beyond(beyond=last > high, apart=apart)
        case "le":
            return True if within else _beyond(beyond=first < low, apart=apart)
        case "sa":
            return first >= high
        case "eb":
            return last <= low
    return None


def _beyond(*, beyond: bool, apart: bool) -> Verdict:
    if beyond:
        return True
    return False if apart else None
