"""Queries for date parameters.

https://hl7.org/fhir/R4/search.html#date · https://hl7.org/fhir/R4/search.html#prefix
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

from conformance.matching.expressions import Found
from conformance.matching.leeway.times import stored, zoned
from conformance.matching.parameters import Parameter
from conformance.suites.search.query import Query, one
from conformance.suites.search.scope import Scope

PREFIXES = ("ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")


def queries(scope: Scope, parameter: Parameter) -> Iterator[Query]:
    """The date as it is, its year, month, day and minute, and every prefix, about a date in the middle."""
    type, code = parameter.type, parameter.code
    values = [found for _, found in scope.values(parameter)]
    known = [(span, text) for found in values for span, text in _texts(found)]
    if not known:
        return
    points = [text for found in values if found.type != "Period" for _, text in _texts(found)]
    certain = bool(points) and code != "_lastUpdated"  # of that the server may know more than it tells
    prefixes = PREFIXES if code != "_lastUpdated" else PREFIXES[1:5]
    first, middle = (points or [known[0][1]])[0], sorted(known)[len(known) // 2][1]
    if code == "_lastUpdated":
        yield one("date.lt", type, code, "lt1990-01-01", positive=False, optional="the prefix lt")
        first, middle = (re.sub(r"\.\d+", "", text) for text in (first, middle))
    if certain:
        yield one("date.instant", type, code, first)
        moved = next((text for text in map(elsewhere, points) if text), None)
        if moved:
            yield one("date.zone", type, code, moved)
    for query in _partial(type, code, first):
        yield replace(query, positive=certain and query.positive)
    for prefix in prefixes:
        about = f"the prefix {prefix}"
        positive = certain and prefix in ("ge", "le")
        yield one(f"date.{prefix}", type, code, f"{prefix}{middle}", positive=positive, optional=about)
        if prefix in ("sa", "eb") and len(middle) > 7:
            yield one(f"date.{prefix}", type, code, f"{prefix}{middle[:7]}", positive=False, optional=about)


def elsewhere(text: str) -> str | None:
    """The same time as it is told in another zone; None for what has no seconds and zone."""
    if not re.fullmatch(r".{10}T\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)", text):
        return None
    try:
        when = datetime.fromisoformat(text)
        zone = timezone(
            timedelta(hours=-7) if when.utcoffset() != timedelta(hours=-7) else timedelta(hours=4)
        )
        return when.astimezone(zone).isoformat()
    except (OverflowError, ValueError):
        return None


def _texts(found: Found) -> list[tuple[object, str]]:
    """A date, or the ends of a period, with where it begins."""
    span = _span(found)
    if span is None:
        return []
    if found.type == "Period":
        return [
            (span, found.value[name]) for name in ("start", "end") if isinstance(found.value.get(name), str)
        ]
    return [(span, found.value)]


def _span(found: Found) -> object | None:
    try:
        return stored(found)
    except (AttributeError, TypeError, ValueError):
        return None


def _partial(type: str, code: str, text: str) -> Iterator[Query]:
    yield one("date.partial", type, code, text[:4])
    if len(text) >= 7:
        yield one("date.partial", type, code, text[:7])
    if len(text) >= 10:
        if not zoned(text):
            yield one("date.partial", type, code, text[:10])
        else:  # in which zone a day begins is the server's choice
            day = date.fromisoformat(text[:10])
            if date.min < day < date.max:
                first, last = day - timedelta(days=1), day + timedelta(days=1)
                items = ((code, f"ge{first}"), (code, f"le{last}"))
                yield Query("and", type, items, positive=True, optional="a repeated date")
    found = re.fullmatch(r"(.{10}T\d\d:\d\d):\d\d(?:\.\d+)?(Z|[+-]\d\d:\d\d)", text)
    if found:
        yield one("date.partial", type, code, f"{found[1]}{found[2]}")
