"""Quantity search: a number with a unit, in whatever unit of UCUM it was stored.

https://hl7.org/fhir/R4/search.html#quantity

A stored quantity has one index row: as it stood, and beside that in base units where its unit is UCUM's.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from facade.errors import BadRequest
from facade.search import number, ucum
from facade.search.model import Criterion, Facts, Leaf, Leaves, Match, Setting, Statement
from facade.search.number import GREATEST, LEAST, NumberValue, as_float, compare, exact, parse_number
from facade.search.values import split_unescaped, unescape
from facade.spec.definitions import SearchParameter
from facade.store.index import LONGEST, IndexRows

TABLE = "index_quantity"
KEY: tuple[str, ...] = ("low", "high", "system", "code", "unit")
MODIFIERS = frozenset({"missing"})
UCUM = "http://unitsofmeasure.org"
CURRENCY = "urn:iso:std:iso:4217"
_POINT = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?")
_POINTS = frozenset({"Money", "MoneyQuantity", "SimpleQuantity"})
"""Types whose values are points: they have no comparator."""
_Interval = tuple[float, float, str | None, float | None, float | None]


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
    if len(parts) not in (1, 3):
        raise BadRequest(
            f"Search parameter `{parameter.code}` takes {form}", expression=f"http.{parameter.code}"
        )
    found = parse_number(parameter, parts[0], form)
    system, code = (*parts[1:], "", "")[:2]
    unit = ucum.canonical(code) if system == UCUM and code else None
    return QuantityValue(found, system, code[:LONGEST], unit)


def _quantity(params: tuple[int, ...], setting: Setting) -> Leaf:
    def leaf(value: Any, rows: IndexRows) -> None:
        number = value.get("value")
        known = number.__class__ in (int, float, Decimal)
        found = _of_number(number, str(value.get("comparator", "")), _ucum_code(value)) if known else None
        if found is None:
            rows.present(params, value)
        else:
            _add(rows, params, found, value)

    return leaf


@lru_cache(16384, typed=True)  # measured values repeat, and exact arithmetic is slow
def _of_number(value: Decimal, comparator: str, code: str) -> _Interval | None:
    found = exact(value)
    if found is None:
        return None
    low = None if comparator[:1] == "<" else found
    high = None if comparator[:1] == ">" else found
    return _interval(low, high, code, open_end=comparator in ("<", ">"))


def _interval(low: Fraction | None, high: Fraction | None, code: str, *, open_end: bool = False) -> _Interval:
    """An interval as it stands, and in base units if the unit is known."""
    unit = ucum.canonical(code) if code else None
    stated = _closed(low, high, open_end=open_end)
    if unit is None:
        return (*stated, None, None, None)
    first, last = (None if end is None else unit.convert(end) for end in (low, high))
    return (*stated, unit.base, *_closed(first, last, open_end=open_end))


def _ucum_code(named: Any) -> str:
    """The code of a quantity's unit if it is UCUM's, else empty."""
    code = named.get("code", "") if named.get("system") == UCUM else ""
    return code if code.__class__ is str else ""


def _add(rows: IndexRows, params: Iterable[int], found: _Interval, named: Any) -> None:
    """An interval's rows, in the unit of a quantity."""
    get = named.get
    low, high, *base = found
    code, text = get("code", ""), get("unit", "")
    rest = (get("system", ""), code, "" if text == code else text, *base)
    for param in params:
        rows.quantities.append((param, low, high, *rest))


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
            named = {"system": CURRENCY, "code": value.get("currency", "")}
            _add(rows, params, _interval(found, found, ""), named)

    return leaf


def _range(params: tuple[int, ...], setting: Setting) -> Leaf:
    """In the unit of its low end, or of the only end that has one; ends not to be compared are no range."""

    def leaf(value: Any, rows: IndexRows) -> None:
        low, high = value.get("low") or {}, value.get("high") or {}
        first, last = exact(low.get("value")), exact(high.get("value"))
        named = low if _named(low) and first is not None else high
        if first is not None and last is not None and _named(low) and _named(high) != _named(low):
            last = _in_unit(last, high, low) if _named(high) else last
            if last is None:
                return
        if first is not None or last is not None:
            _add(rows, params, _interval(first, last, _ucum_code(named)), named)

    return leaf


def _named(quantity: Any) -> tuple[str, str] | None:
    get = quantity.get
    unit = get("code") or get("unit")
    return (get("system", ""), unit) if unit else None


def _in_unit(value: Fraction, source: Any, target: Any) -> Fraction | None:
    """A value of the source's unit in that of the target; None if they cannot be compared."""
    said, wanted = (ucum.canonical(_ucum_code(one)) for one in (source, target))
    if said is None or wanted is None or said.base != wanted.base:
        return None
    return (said.convert(value) - wanted.offset) / wanted.factor


def _sampled(params: tuple[int, ...], setting: Setting) -> Leaf:
    """From the least to the greatest of the values."""

    def leaf(value: Any, rows: IndexRows) -> None:
        origin = value.get("origin") or {}
        start, factor = exact(origin.get("value", 0)), exact(value.get("factor", 1))
        said = [exact(Decimal(part)) for part in value.get("data", "").split() if _POINT.fullmatch(part)]
        points = [point for point in said if point is not None]
        if points and start is not None and factor is not None:
            low, high = sorted(start + factor * end for end in (min(points), max(points)))
            _add(rows, params, _interval(low, high, _ucum_code(origin)), origin)

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
    spread = not facts.types <= _POINTS
    tests = tuple(test for value in criterion.values for test in _tests(value, spread))
    narrow = all(value.number.prefix in ("eq", "ap") for value in criterion.values)
    return Match(TABLE, tests, number.NARROW if narrow else number.WIDE)


def _tests(value: QuantityValue, spread: bool) -> Iterable[Statement]:
    if value.unit is not None:
        compared = compare(
            value.number, value.unit.convert, spread=spread, low="i.base_low", high="i.base_high"
        )
        return [(f"i.base=? AND {sql}", (value.unit.base, *values)) for sql, values in compared]
    more: Statement = ("", ())
    if value.system:
        more = " AND i.system=(SELECT id FROM system_uri WHERE uri=?)", (value.system,)
        if value.code:
            more = f"{more[0]} AND i.code=?", (*more[1], value.code)
    elif value.code:
        more = " AND (i.code=? OR i.unit=?)", (value.code, value.code)
    compared = compare(value.number, spread=spread)
    return [(f"{sql}{more[0]}", (*values, *more[1])) for sql, values in compared]
