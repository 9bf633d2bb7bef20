"""Number and quantity search.

https://hl7.org/fhir/R4/search.html#number · https://hl7.org/fhir/R4/search.html#quantity

Taken here: a stored number is exact, as in the table of numbers ("searching for values in the range [99.5 ...
100.5)"); for `gt`, `lt`, `ge`, `le`, `sa` and `eb` the number asked for is exact too ("the implicit precision
of the number is ignored"). A Range is closed at both ends; a comparator opens one.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from conformance.matching.asked import plain, prefixed, split
from conformance.matching.expressions import Found
from conformance.matching.units import UCUM, canonical

MONEY = "urn:iso:std:iso:4217"
QUANTITIES = frozenset({"Quantity", "Age", "Duration", "Count", "Distance", "Money", "Range", "SampledData"})
_ENDLESS = Fraction(10**40)


class Target(NamedTuple):
    """A stored value; None is an open end."""

    low: Fraction | None
    high: Fraction | None
    without_end: bool = False  # its one end is not itself in it (comparators < and >)
    system: str = ""
    code: str = ""
    unit: str = ""


def half_step(text: str) -> Fraction:
    """Half of the last significant digit's worth: of 100 it is 0.5, of 1e2 it is 5."""
    mantissa, _, exponent = text.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    if "e" in text.lower():
        # 1e2 has one significant digit, so the range is [95, 105): half of a tenth of the last digit's worth,
        # as the spec's own table says; 5.40e-3 is ± 0.000005, the usual half.
        digits = len(mantissa.lstrip("+-").replace(".", "").lstrip("0"))
        if digits <= 1:
            return Fraction(1, 20) * Fraction(10) ** (int(exponent) - decimals)
    return Fraction(1, 2) * Fraction(10) ** (int(exponent or 0) - decimals)


def targets(found: Found) -> list[Target]:
    value = found.value
    match found.type:
        case "integer" | "positiveInt" | "unsignedInt":
            exact = Fraction(value)
            return [Target(exact, exact)]
        case "decimal":
            return [_decimal(value)]
        case "Money":
            return [_decimal(value["value"], MONEY, value.get("currency", ""))] if "value" in value else []
        case "Range":
            return _range(value)
        case "SampledData":
            return _sampled(value)
        case _ if found.type in QUANTITIES:
            return [_quantity(value)] if "value" in value else []
        case _:
            return []


def _decimal(value: Any, system: str = "", code: str = "", unit: str = "") -> Target:
    exact = Fraction(Decimal(str(value)))
    return Target(exact, exact, False, system, code, unit)


def _quantity(value: dict[str, Any]) -> Target:
    made = _decimal(value["value"], value.get("system", ""), value.get("code", ""), value.get("unit", ""))
    match value.get("comparator"):
        case "<" | "<=" as sign:
            return made._replace(low=None, without_end=sign == "<")
        case ">" | ">=" as sign:
            return made._replace(high=None, without_end=sign == ">")
    return made


def _range(value: dict[str, Any]) -> list[Target]:
    low, high = value.get("low") or {}, value.get("high") or {}
    ends = [Fraction(Decimal(str(end["value"]))) if "value" in end else None for end in (low, high)]
    if ends == [None, None]:
        return []
    named = low if low.get("code") or low.get("unit") else high
    said = named.get("system", ""), named.get("code", ""), named.get("unit", "")
    return [Target(ends[0], ends[1], False, *said)]


def _sampled(value: dict[str, Any]) -> list[Target]:
    """ "Just search on the bounds of the values in sampled data": the limits, else the least and greatest."""
    origin = value.get("origin") or {}
    start = Fraction(Decimal(str(origin.get("value", 0))))
    factor = Fraction(Decimal(str(value.get("factor", 1))))
    said = [part for part in value.get("data", "").split() if part not in ("E", "U", "L")]
    points = [start + factor * Fraction(Decimal(part)) for part in said]
    if not points:
        return []
    ends = min(points), max(points)
    unit = origin.get("system", ""), origin.get("code", ""), origin.get("unit", "")
    return [Target(*ends, False, *unit)]


def matches(found: Found, wanted: str, *, quantity: bool) -> bool:
    prefix, rest = prefixed(wanted)
    number, *unit = [plain(part) for part in split(rest, "|")]
    for target in targets(found):
        if not quantity:
            factor: tuple[Fraction, Fraction] | None = (Fraction(1), Fraction(0))
        else:
            factor = _same_unit(target, *(unit or ("", "")))
        if factor is not None and _compare(prefix, number, target, *factor):
            return True
    return False


def _same_unit(target: Target, system: str, code: str) -> tuple[Fraction, Fraction] | None:
    """What makes the target's numbers those of the unit asked for, as factor and offset; None if nothing."""
    same = Fraction(1), Fraction(0)
    if not system and not code:
        return same
    if not system:
        return same if code in (target.code, target.unit) else None
    if system == target.system and code in ("", target.code):
        return same
    if system == target.system == UCUM:
        asked, stored = canonical(code), canonical(target.code)
        if asked and stored and asked.dimensions == stored.dimensions:
            factor = stored.factor / asked.factor
            return factor, (stored.offset - asked.offset) / asked.factor
    return None


def _compare(prefix: str, number: str, target: Target, factor: Fraction, offset: Fraction) -> bool:
    def scaled(end: Fraction | None, otherwise: Fraction) -> Fraction:
        return otherwise if end is None else end * factor + offset

    tiny = Fraction(1, 10**60) if target.without_end else Fraction(0)
    first = scaled(target.low, -_ENDLESS) + (tiny if target.high is None else 0)
    last = scaled(target.high, _ENDLESS) - (tiny if target.low is None else 0)
    asked, half = Fraction(Decimal(number)), half_step(number)
    within = asked - half <= first and last < asked + half
    match prefix:
        case "eq":
            return within
        case "ne":
            return not within
        case "gt":
            return last > asked
        case "lt":
            return first < asked
        case "ge":
            return last >= asked
        case "le":
            return first <= asked
        case "sa":
            return first > asked
        case "eb":
            return last < asked
    slack = abs(asked) / 10
    return first <= asked + slack and last >= asked - slack
