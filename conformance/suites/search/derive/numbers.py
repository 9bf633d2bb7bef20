"""Queries for number and quantity parameters.

https://hl7.org/fhir/R4/search.html#number · https://hl7.org/fhir/R4/search.html#quantity
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from conformance.matching.asked import escaped
from conformance.matching.expressions import Found
from conformance.matching.parameters import Parameter
from conformance.matching.units import UCUM, canonical
from conformance.suites.search.derive.plain import plain, written
from conformance.suites.search.query import ABSENT, Query, one
from conformance.suites.search.scope import Scope

PREFIXES = ("ne", "gt", "lt", "ge", "le", "ap")


def queries(scope: Scope, parameter: Parameter) -> Iterator[Query]:
    """The number, what rounds to it, every prefix, and the units of a quantity."""
    type, code = parameter.type, parameter.code
    values = [found for _, found in scope.values(parameter) if plain(parameter.kind, found, "")]
    if not values:
        return
    first = values[0].value
    known = sorted((number for found in values if (number := _number(found)) is not None), key=Decimal)
    if not known:
        return
    text = _number(values[0]) or known[0]
    yield one("number.eq", type, code, text)
    rounded = next((short for number in known if (short := shorter(number))), None)
    if rounded:
        yield one("number.precision", type, code, rounded)
    middle = known[len(known) // 2]
    for prefix in PREFIXES:
        optional = f"the prefix {prefix}"
        positive = prefix in ("ge", "le", "ap")
        yield one(f"number.{prefix}", type, code, f"{prefix}{middle}", positive=positive, optional=optional)
    yield one("number.none", type, code, written(Decimal(known[-1]) + 1000), positive=False)
    if parameter.kind == "quantity" and isinstance(first, dict):
        yield from _units(type, code, [found.value for found in values])


def _number(found: Found) -> str | None:
    value = found.value.get("value") if isinstance(found.value, dict) else found.value
    try:
        number = written(value)
        return number if Decimal(number).is_finite() else None
    except InvalidOperation:
        return None


def shorter(number: str) -> str | None:
    """The same with one digit less, rounded; None if it has too few digits to tell, or ends half-way."""
    value = Decimal(number)
    digits = value.as_tuple().digits
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or len(digits) < 2 or digits[-1] in (0, 5):
        return None
    made = value.quantize(Decimal(1).scaleb(exponent + 1))
    if exponent < 0:
        return format(made, "f")
    return f"{made:.{len(digits) - 2}e}".replace("e+", "e") if len(digits) > 2 else None


def _units(type: str, code: str, values: list[dict[str, Any]]) -> Iterator[Query]:
    coded = next((one for one in values if one.get("system") and one.get("code")), None)
    if coded is not None:
        number, system, unit = written(coded["value"]), escaped(coded["system"]), escaped(coded["code"])
        yield one("quantity.unit", type, code, f"{number}|{system}|{unit}")
        yield one("quantity.unit", type, code, f"ge{number}|{system}|{unit}", optional="the prefix ge")
        yield one("quantity.code", type, code, f"{number}||{unit}")
        other = foreign(coded["code"]) if coded["system"] == UCUM else None
        if other:
            yield one("quantity.other-unit", type, code, f"{number}|{UCUM}|{other}", positive=False)
    said = next((one for one in values if one.get("unit") and not one.get("code")), None)
    if said is not None:
        yield one("quantity.code", type, code, f"{written(said['value'])}||{escaped(said['unit'])}")
    some = values[0]
    yield one("quantity.other-unit", type, code, f"{written(some['value'])}||{ABSENT}", positive=False)


def foreign(unit: str) -> str | None:
    """A unit that cannot be turned into this one; None if nothing is known of it."""
    known = canonical(unit)
    if known is None:
        return None
    return next(
        (one for one in ("m", "s") if (other := canonical(one)) and other.dimensions != known.dimensions),
        None,
    )
