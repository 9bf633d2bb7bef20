"""Quantity search: a number with a unit, in whatever unit of UCUM it was stored.

https://hl7.org/fhir/R4/search.html#quantity

A stored quantity has a row with its code, another with its `unit` where that is not the code, and one in base
units where its unit is UCUM's: under the parameter's number + CANONICAL.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from facade.errors import BadRequest
from facade.search import number, ucum
from facade.search.model import Criterion, Facts, Leaf, Leaves, Match, Setting, Statement
from facade.search.number import GREATEST, LEAST, NumberValue, as_float, compare, exact, parse_number
from facade.search.values import split_unescaped, unescape
from facade.spec.definitions import SearchParameter
from facade.store.index import LONGEST, IndexRows

TABLE = "index_quantity"
KEY: tuple[str, ...] = ("low", "high", "system", "code")
MODIFIERS = frozenset({"missing"})
CANONICAL = 50_000
UCUM = "http://unitsofmeasure.org"
CURRENCY = "urn:iso:std:iso:4217"


@dataclass(frozen=True, slots=True)
class QuantityValue:
    """A number, with the system and code of its unit (empty: any). `unit` where it is looked up in base
    units."""

    number: NumberValue
    system: str = ""
    code: str = ""
    unit: ucum.Unit | None = None


def parse_value(
    text: str, modifier: str | None, parameter: SearchParameter, facts: Facts, setting: Setting
) -> QuantityValue:
    form = "a number, or `number|system|code`, such as 5.4, gt5.4||mg or 5.4|http://unitsofmeasure.org|mg"
    parts = [unescape(part) for part in split_unescaped(text, "|")]
    if len(parts) > 3:
        raise BadRequest(
            f"Search parameter `{parameter.code}` takes {form}", expression=f"http.{parameter.code}"
        )
    found = parse_number(parameter, parts[0], form)
    system, code = (*parts[1:], "", "")[:2]
    unit = ucum.canonical(code) if system == UCUM and code else None
    return QuantityValue(found, system, code[:LONGEST], unit)


def _quantity(params: tuple[int, ...], setting: Setting) -> Leaf:
    def leaf(value: Any, rows: IndexRows) -> None:
        found = exact(value.get("value"))
        if found is None:
            rows.present(params)
            return
        low: Fraction | None = found
        high: Fraction | None = found
        comparator = value.get("comparator", "")
        if comparator[:1] == "<":
            low = None
        elif comparator[:1] == ">":
            high = None
        _add(rows, params, (low, high), value, open_end=comparator in ("<", ">"))

    return leaf


def _add(
    rows: IndexRows,
    params: Iterable[int],
    ends: tuple[Fraction | None, Fraction | None],
    named: Any,
    *,
    open_end: bool = False,
) -> None:
    """The rows of an interval in the unit of a quantity."""
    get = named.get
    system, code, text = get("system", ""), get("code", ""), get("unit", "")
    low, high = _closed(*ends, open_end=open_end)
    unit = ucum.canonical(code) if system == UCUM and code else None
    for param in params:
        rows.quantities.append((param, low, high, system, code))
        if text and text != code:
            rows.quantities.append((param, low, high, "", text))
    if unit is not None:
        first, last = (None if end is None else unit.convert(end) for end in ends)
        low, high = _closed(first, last, open_end=open_end)
        for param in params:
            rows.quantities.append((param + CANONICAL, low, high, "", unit.base))


def _closed(low: Fraction | None, high: Fraction | None, *, open_end: bool) -> tuple[float, float]:
    """A closed interval; `<5` ends at the number before 5."""
    first = LEAST if low is None else as_float(low)
    last = GREATEST if high is None else as_float(high)
    if open_end:
        return (
            (first, math.nextafter(last, LEAST)) if low is None else (math.nextafter(first, GREATEST), last)
        )
    return first, last


def _money(params: tuple[int, ...], setting: Setting) -> Leaf:
    def leaf(value: Any, rows: IndexRows) -> None:
        found = exact(value.get("value"))
        if found is not None:
            _add(rows, params, (found, found), {"system": CURRENCY, "code": value.get("currency", "")})

    return leaf


def _range(params: tuple[int, ...], setting: Setting) -> Leaf:
    def leaf(value: Any, rows: IndexRows) -> None:
        low, high = value.get("low") or {}, value.get("high") or {}
        ends = exact(low.get("value")), exact(high.get("value"))
        if ends != (None, None):
            _add(rows, params, ends, low if low.get("code") or low.get("unit") else high)

    return leaf


def _sampled(params: tuple[int, ...], setting: Setting) -> Leaf:
    """From the least to the greatest of the values."""

    def leaf(value: Any, rows: IndexRows) -> None:
        origin = value.get("origin") or {}
        start = exact(origin.get("value")) or Fraction(0)
        factor = exact(value.get("factor", 1)) or Fraction(1)
        try:
            points = [
                start + factor * Fraction(part)
                for part in value.get("data", "").split()
                if part not in ("E", "U", "L")
            ]
        except (ValueError, ZeroDivisionError, AttributeError):
            return
        if points:
            _add(rows, params, (min(points), max(points)), origin)

    return leaf


LEAVES: Leaves = {
    **dict.fromkeys(
        ("Quantity", "Age", "Duration", "Count", "Distance", "MoneyQuantity", "SimpleQuantity"),
        (((), _quantity),),
    ),
    "Money": (((), _money),),
    "Range": (((), _range),),
    "SampledData": (((), _sampled),),
}


def match(criterion: Criterion, facts: Facts) -> Match:
    """In base units, or as stored; `Reader` parts values that want one from those that want the other."""
    canonical = bool(criterion.values) and criterion.values[0].unit is not None
    tests = tuple(_test(value) for value in criterion.values)
    narrow = all(value.number.prefix in ("eq", "ap") for value in criterion.values)
    cost = number.NARROW if narrow else number.WIDE
    return Match(TABLE, tests, cost, offset=CANONICAL if canonical else 0)


def _test(value: QuantityValue) -> Statement:
    if value.unit is not None:
        sql, values = compare(value.number, value.unit.convert)
        return f"{sql} AND i.code=?", (*values, value.unit.base)
    sql, values = compare(value.number)
    if value.system:
        sql += " AND i.system=(SELECT id FROM system_uri WHERE uri=?)"
        values = (*values, value.system)
    if value.code:
        sql, values = f"{sql} AND i.code=?", (*values, value.code)
    return sql, values
