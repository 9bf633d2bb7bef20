"""Number and quantity search, with what is left open: comparators, ranges, other units, `ap`.

https://hl7.org/fhir/R4/search.html#number · https://hl7.org/fhir/R4/search.html#quantity

A server "may choose" to compare quantities in a common unit. A value just at the end of the range that a
number stands for is open too.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from conformance.matching.asked import plain, prefixed, split
from conformance.matching.expressions import Found
from conformance.matching.numbers import QUANTITIES, Target, half_step, targets
from conformance.matching.units import UCUM, canonical
from conformance.matching.verdict import Verdict, negated

_EXACT = frozenset({"integer", "positiveInt", "unsignedInt", "decimal"})
_OPEN = frozenset({"Range", "SampledData"})


def fits(found: Found, wanted: str, *, quantity: bool) -> Verdict:
    """`wanted` is one alternative with its escapes."""
    if found.type not in (QUANTITIES if quantity else _EXACT) or found.type in _OPEN:
        return None
    if quantity and found.value.get("comparator"):
        return None
    prefix, rest = prefixed(wanted)
    number, *unit = [plain(part) for part in split(rest, "|")]
    if len(unit) not in (0, 2) or (unit and found.type == "Money"):
        return None
    stored = targets(found)
    if not stored or stored[0].low is None:
        return False if quantity else None
    right = _unit(stored[0], *unit) if unit else True
    if right:
        return _compare(prefix, number, stored[0].low)
    return None if right is None or prefix == "ne" else False


def _unit(target: Target, system: str, code: str) -> Verdict:
    if not system:
        if code in (target.code, target.unit):
            return True
        other = code.casefold() in (target.code.casefold(), target.unit.casefold())
        return None if other or _common(target.code, code) else False
    if system != target.system:
        return None if system.rstrip("/") == target.system.rstrip("/") else False
    if code == target.code:
        return True
    return None if not code or (system == UCUM and _common(target.code, code)) else False


def _common(one: str, other: str) -> bool:
    """Whether two units may be turned into each other, as far as is known."""
    first, second = canonical(one), canonical(other)
    return first is None or second is None or first.dimensions == second.dimensions


def _compare(prefix: str, number: str, stored: Fraction) -> Verdict:
    asked, half = Fraction(Decimal(number)), half_step(number)
    match prefix:
        case "eq":
            return _within(stored, asked, half)
        case "ne":
            return negated(_within(stored, asked, half))
        case "gt":
            return stored > asked
        case "lt":
            return stored < asked
        case "ge":
            return stored >= asked
        case "le":
            return stored <= asked
    return True if prefix == "ap" and stored == asked else None


def _within(stored: Fraction, asked: Fraction, half: Fraction) -> Verdict:
    away = abs(stored - asked)
    return None if away == half else away < half
