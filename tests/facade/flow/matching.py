"""The two sides of a slice, read plainly: whether a resource matches a criterion as the store sees it, and
whether a row satisfies a condition as a database does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

from connectors.base import Condition
from facade.search import Setting, extract
from facade.search.covered import numbers_of
from facade.search.kinds import facts
from facade.search.model import Criterion, DateValue, ReferenceValue, TokenValue
from facade.store.index import IndexRows


def matches(resource: Mapping[str, Any], criterion: Criterion, zone: tzinfo) -> bool:
    """By the resource's own index rows and the spec's rules."""
    parameter = criterion.parameter
    if parameter.code == "_id":
        return any(isinstance(v, TokenValue) and v.code == resource["id"] for v in criterion.values)
    rows = _rows_of(resource, zone)
    numbers = numbers_of(parameter)
    assert criterion.modifier not in ("not", "missing"), "these are never pushed"
    for value in criterion.values:
        if isinstance(value, DateValue):
            stored = [(low, high) for number, low, high in rows.dates if number in numbers]
            found = any(by_prefix(low, high, value) for low, high in stored)
        elif isinstance(value, ReferenceValue):
            found = any(n in numbers and t in value.targets for n, t in rows.references)
        else:
            assert isinstance(value, TokenValue)
            systems = facts(parameter).systems
            found = any(
                number in numbers
                and value.code in (None, code)
                and (value.system in (None, system) or (not system and value.system in systems))
                for number, code, system in rows.tokens
            )
        if found:
            return True
    return False


_KEPT = 20_000
_extracted: dict[tuple[int, tzinfo], tuple[Mapping[str, Any], IndexRows]] = {}


def _rows_of(resource: Mapping[str, Any], zone: tzinfo) -> IndexRows:
    """Its index rows, extracted once for hundreds of searches. The resource is kept, so its id is its own."""
    found = _extracted.get((id(resource), zone))
    if found is None:
        if len(_extracted) >= _KEPT:
            _extracted.clear()
        found = _extracted[id(resource), zone] = (resource, extract(dict(resource), Setting(zone)))
    return found[1]


def by_prefix(low: int, high: int, wanted: DateValue) -> bool:
    """https://hl7.org/fhir/R4/search.html#prefix"""
    within = wanted.low <= low < wanted.high and high <= wanted.high  # a day that clocks skip is empty
    rules = {
        "eq": within,
        "ne": not within,
        "gt": high > wanted.high,
        "lt": low < wanted.low,
        "ge": high > wanted.high or within,
        "le": low < wanted.low or within,
        "sa": low >= wanted.high,
        "eb": low < wanted.low and high <= wanted.low,
        "ap": low < wanted.high and high > wanted.low,
    }
    return rules[wanted.prefix]


def satisfies(body: Mapping[str, Any], condition: Condition) -> bool:
    """A column of numbers compares numbers, any other its text as it stands; NULL is nothing."""
    value = body.get(condition.column)
    if value is None:
        return False
    if condition.op in ("=", "in"):
        wanted = [condition.value] if condition.op == "=" else list(condition.value)
        return any(_compare(value, one) == 0 for one in wanted)
    sign = _compare(value, condition.value)
    assert sign is not None, "a range is of the column's own kind"
    return {"<": sign < 0, "<=": sign <= 0, ">": sign > 0, ">=": sign >= 0}[condition.op]


def _compare(value: Any, wanted: str) -> int | None:
    if isinstance(value, bool):
        return (
            0
            if wanted.lower() in (("true", "t", "1", "y", "yes") if value else ("false", "f", "0", "n", "no"))
            else 1
        )
    if isinstance(value, (int, float)):
        try:
            number = float(wanted)
        except ValueError:
            return None
        return (value > number) - (value < number)
    text = str(value)
    return (text > wanted) - (text < wanted)
