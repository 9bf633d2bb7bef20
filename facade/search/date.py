"""Date search: every value, stored or asked for, is an interval as long as its precision.

https://hl7.org/fhir/R4/search.html#date · https://hl7.org/fhir/R4/search.html#prefix

Intervals are half-open, in microseconds since 1970 UTC. A time without a zone is in the site's zone.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any

from facade.errors import BadRequest
from facade.search.model import Criterion, DateValue, Facts, Leaf, Leaves, Match, Setting, Statement
from facade.search.values import unescape
from facade.spec.definitions import SearchParameter
from facade.store.index import IndexRows

TABLE = "index_date"
KEY: tuple[str, ...] = ("low", "high")
MODIFIERS = frozenset({"missing"})
PREFIXES = frozenset({"eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"})
NARROW, WIDE = 55, 80  # costs
OPEN_LOW, OPEN_HIGH = -(2**63), 2**63 - 1

_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
_EPOCH = date(1970, 1, 1).toordinal()
_WIDEST = 367 * _DAY  # what a single date can span: a year, and a day of zones
_FORM = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})"
    r"(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?(Z|[+\- ][0-9]{2}:[0-9]{2})?)?)?)?"
)


@lru_cache(maxsize=65536)
def interval(text: str, tz: tzinfo = UTC) -> tuple[int, int] | None:
    """The half-open interval of a FHIR date, dateTime or instant; None if it is none.

    A blank before the offset is taken for the `+` that a query's decoding ate.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        first = date(int(year), int(month or 1), int(day or 1)).toordinal()
        if hour is None:
            end = _first_after(int(year), month and int(month), day and int(day))
            return _local_midnight(first, tz), _local_midnight(end, tz)
        if int(hour) > 23 or int(minute) > 59 or int(second or 0) > 60:
            return None
        clock = (int(hour) * 3600 + int(minute) * 60 + int(second or 0)) * _SECOND
        digits = (fraction or "")[:6]
        low = (first - _EPOCH) * _DAY + clock + int(digits.ljust(6, "0"))
        low -= _offset(zone, first, clock, tz)
    except ValueError:
        return None
    if second is None:
        return low, low + 60 * _SECOND
    return low, low + 10 ** (6 - len(digits))


def _first_after(year: int, month: int | str | None, day: int | str | None) -> int:
    """The ordinal of the day after a year, month or day; past 9999 too."""
    if day:
        return date(year, int(month or 1), int(day)).toordinal() + 1
    if month and int(month) < 12:
        return date(year, int(month) + 1, 1).toordinal()
    return date(year, 12, 31).toordinal() + 1


def _local_midnight(ordinal: int, tz: tzinfo) -> int:
    start = (ordinal - _EPOCH) * _DAY
    return start - _offset(None, ordinal, 0, tz)


def _offset(zone: str | None, ordinal: int, clock: int, tz: tzinfo) -> int:
    if zone == "Z" or (zone is None and tz is UTC):
        return 0
    if zone is None:
        day = date.fromordinal(min(ordinal, date.max.toordinal()))
        local = datetime(day.year, day.month, day.day, tzinfo=tz) + timedelta(microseconds=clock)
        return round((local.utcoffset() or timedelta()) / timedelta(microseconds=1))
    minutes = int(zone[1:3]) * 60 + int(zone[4:6])
    return (-minutes if zone[0] == "-" else minutes) * 60 * _SECOND


def _moment(params: tuple[int, ...], setting: Setting) -> Leaf:
    tz = setting.tz

    def leaf(value: Any, rows: IndexRows) -> None:
        found = interval(value, tz) if value.__class__ is str else None
        if found is not None:
            low, high = found
            for param in params:
                rows.dates.append((param, low, high))

    return leaf


def _period(params: tuple[int, ...], setting: Setting) -> Leaf:
    tz = setting.tz

    def leaf(value: Any, rows: IndexRows) -> None:
        found = _span(value, tz)
        if found is not None:
            low, high = found
            for param in params:
                rows.dates.append((param, low, high))

    return leaf


def _span(period: Any, tz: tzinfo) -> tuple[int, int] | None:
    """A Period's interval, open where an end is absent; one that ends before it starts is turned round."""
    start, end = period.get("start"), period.get("end")
    first = interval(start, tz) if start.__class__ is str else None
    last = interval(end, tz) if end.__class__ is str else None
    if first is None and last is None:
        return None
    if first is not None and last is not None and last[1] <= first[0]:
        first, last = last, first
    return first[0] if first else OPEN_LOW, last[1] if last else OPEN_HIGH


def _timing(params: tuple[int, ...], setting: Setting) -> Leaf:
    """Only the outer limits of a Timing matter, not the days that it leaves out."""
    tz = setting.tz

    def leaf(value: Any, rows: IndexRows) -> None:
        events = [interval(event, tz) for event in value.get("event") or () if event.__class__ is str]
        repeat = value.get("repeat")
        bounds = repeat.get("boundsPeriod") if repeat.__class__ is dict else None
        spans = [*events, _span(bounds, tz) if bounds.__class__ is dict else None]
        known = [span for span in spans if span is not None]
        if known:
            low, high = min(span[0] for span in known), max(span[1] for span in known)
            for param in params:
                rows.dates.append((param, low, high))

    return leaf


LEAVES: Leaves = {
    "date": (((), _moment),),
    "dateTime": (((), _moment),),
    "instant": (((), _moment),),
    "Period": (((), _period),),
    "Timing": (((), _timing),),
}


def parse_value(
    text: str, modifier: str | None, parameter: SearchParameter, facts: Facts, setting: Setting
) -> DateValue:
    text = unescape(text).strip()
    prefix, rest = (text[:2], text[2:]) if text[:2].isalpha() else ("eq", text)
    if prefix not in PREFIXES:
        raise BadRequest(
            f"Search parameter `{parameter.code}` has the unknown prefix {prefix!r}",
            expression=f"http.{parameter.code}",
        )
    found = interval(rest, setting.tz)
    if found is None:
        raise BadRequest(
            f"Search parameter `{parameter.code}` takes a date such as 2024, 2024-05, 2024-05-31 or "
            "2024-05-31T12:00:00Z",
            expression=f"http.{parameter.code}",
        )
    low, high = found
    if prefix == "ap" and setting.now is not None:
        now = round(setting.now.timestamp() * _SECOND)
        slack = abs(now - (low + high) // 2) // 10
        low, high = low - slack, high + slack
    return DateValue(prefix, low, high)


def match(criterion: Criterion, facts: Facts) -> Match:
    """The spec's interval rules; each test also bounds `low` where it can, which is what the index is on."""
    short = not facts.types & {"Period", "Timing"}
    tests: list[Statement] = []
    for value in criterion.values:
        assert isinstance(value, DateValue)
        low, high = value.low, value.high
        bound: tuple[int, ...]
        match value.prefix:
            case "eq":
                test, bound = "i.low>=? AND i.low<? AND i.high<=?", (low, high, high)
            case "ne":
                test, bound = "(i.low<? OR i.high>?)", (low, high)
            case "gt":
                test, bound = "i.high>?", (high,)
                if short:
                    test, bound = "i.low>? AND " + test, (high - _WIDEST, high)
            case "lt":
                test, bound = "i.low<?", (low,)
            case "ge":
                test, bound = "(i.low>=? OR i.high>?)", (low, high)
                if short:
                    test, bound = "i.low>? AND " + test, (low - _WIDEST, low, high)
            case "le":
                test, bound = "i.low<? AND (i.low<? OR i.high<=?)", (high, low, high)
            case "sa":
                test, bound = "i.low>=?", (high,)
            case "eb":
                test, bound = "i.low<? AND i.high<=?", (low, low)
            case _:
                test, bound = "i.low<? AND i.high>?", (high, low)
                if short:
                    test, bound = "i.low>? AND " + test, (low - _WIDEST, high, low)
        tests.append((test, bound))
    narrow = all(isinstance(value, DateValue) and value.prefix == "eq" for value in criterion.values)
    return Match(TABLE, tuple(tests), NARROW if narrow else WIDE)


def instant_test(value: DateValue, column: str) -> Statement:
    """The same rules on a column that holds a point in time, as `_lastUpdated` does."""
    low, high = value.low, value.high
    match value.prefix:
        case "eq" | "ap":
            return f"({column}>=? AND {column}<?)", (low, high)
        case "ne":
            return f"({column}<? OR {column}>=?)", (low, high)
        case "gt" | "sa":
            return f"{column}>=?", (high,)
        case "lt" | "eb":
            return f"{column}<?", (low,)
        case "ge":
            return f"{column}>=?", (low,)
        case _:
            return f"{column}<?", (high,)
