"""Number search: a value asked for is as wide as its last digit, a value stored is exact.

https://hl7.org/fhir/R4/search.html#number · https://hl7.org/fhir/R4/search.html#prefix

Index rows are closed intervals: a number is one point. Bounds are reckoned exactly and only then made
floating point, so that what is equal in decimals is equal there.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

from facade.errors import BadRequest
from facade.search.model import Criterion, Facts, Leaf, Leaves, Match, Setting, Statement
from facade.search.values import unescape
from facade.spec.definitions import SearchParameter
from facade.store.index import IndexRows

TABLE = "index_number"
KEY: tuple[str, ...] = ("low", "high")
MODIFIERS = frozenset({"missing"})
PREFIXES = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")
LEAST, GREATEST = -1.7e308, 1.7e308  # open ends
NARROW, WIDE = 58, 85  # costs
_DIGITS = Context(prec=400)  # so that a million digits cost nothing
_NUMBER = re.compile(r"[+-]?(\d{1,40})(?:\.(\d{1,40}))?(?:[eE]([+-]?\d{1,3}))?")


@dataclass(frozen=True, slots=True)
class NumberValue:
    """A prefix, the number, and half of what its last digit is worth."""

    prefix: str
    number: Fraction
    half: Fraction


def parse_number(parameter: SearchParameter, text: str, form: str) -> NumberValue:
    """A number with a prefix; raises BadRequest. `form` says what the parameter takes."""
    text = text.strip()
    prefix, rest = (text[:2], text[2:]) if text[:2].isalpha() else ("eq", text)
    if prefix not in PREFIXES:
        raise BadRequest(
            f"Search parameter `{parameter.code}` has the unknown prefix {prefix!r}",
            expression=f"http.{parameter.code}",
        )
    found = _NUMBER.fullmatch(rest) if rest.isascii() else None
    if found is None or abs(int(found[3] or 0)) > 300:
        raise BadRequest(
            f"Search parameter `{parameter.code}` takes {form}", expression=f"http.{parameter.code}"
        )
    return NumberValue(prefix, Fraction(Decimal(rest)), _half(found))


def _half(found: re.Match[str]) -> Fraction:
    """100 is ± 0.5, 5.40 is ± 0.005; 1e2 is ± 5, as R4's own table says of one digit and an exponent."""
    exponent = int(found[3] or 0) - len(found[2] or "")
    digits = (found[1] + (found[2] or "")).lstrip("0")
    single = found[3] is not None and len(digits) <= 1
    return Fraction(1, 20 if single else 2) * Fraction(10) ** exponent


def parse_value(
    text: str, modifier: str | None, parameter: SearchParameter, facts: Facts, setting: Setting
) -> NumberValue:
    return parse_number(parameter, unescape(text), "a number such as 5, 5.40 or ge1e2")


def compare(
    value: NumberValue,
    convert: Callable[[Fraction], Fraction] | None = None,
    *,
    spread: bool,
    low: str = "i.low",
    high: str = "i.high",
) -> tuple[Statement, ...]:
    """The tests of an index row `i`, of which a row passes one at most; `convert` brings numbers into the
    row's unit. `spread`: there may be rows that are no point. They have an index of their own, on `high`, to
    which the unary plus leads."""

    def bound(number: Fraction) -> float:
        return as_float(convert(number) if convert is not None else number)

    def overlapping(test: str, number: float) -> tuple[Statement, ...]:
        return ((f"{high}>{low} AND {test}", (number, number)),) if spread else ()

    number = value.number
    first, last, exact = bound(number - value.half), bound(number + value.half), bound(number)
    match value.prefix:
        case "eq" if first == last:  # an interval too narrow for floating point
            return ((f"{low}=? AND {high}=?", (first, last)),)
        case "eq":
            return ((f"{low}>=? AND {low}<? AND {high}<?", (first, last, last)),)
        case "ne" if first == last:
            return ((f"({low}<>? OR {high}<>?)", (first, last)),)
        case "ne":
            return ((f"({low}<? OR {high}>=?)", (first, last)),)
        case "gt":
            return (f"{low}>?", (exact,)), *overlapping(f"{high}>? AND +{low}<=?", exact)
        case "ge":
            return (f"{low}>=?", (exact,)), *overlapping(f"{high}>=? AND +{low}<?", exact)
        case "lt":
            return ((f"{low}<?", (exact,)),)
        case "le":
            return ((f"{low}<=?", (exact,)),)
        case "sa":
            return ((f"{low}>?", (exact,)),)
        case "eb":
            return ((f"{low}<? AND {high}<?", (exact, exact)),)
    slack = abs(number) / 10
    first, last = bound(number - slack), bound(number + slack)
    return (f"{low}>=? AND {low}<=?", (first, last)), *overlapping(f"{high}>=? AND +{low}<?", first)


def as_float(number: Fraction) -> float:
    """The nearest floating point number; the greatest, where there is none."""
    try:
        return min(max(float(number), LEAST), GREATEST)
    except OverflowError:
        return GREATEST if number > 0 else LEAST


def exact(value: Any) -> Fraction | None:
    """A stored number, to as many digits as matter; None if it is none, or absurd."""
    if value.__class__ is Decimal:
        if not value.is_finite() or abs(value.adjusted()) >= 300:
            return None
        return Fraction(_DIGITS.plus(value))
    if value.__class__ is int:
        return Fraction(value) if abs(value) < 10**300 else None
    return Fraction(value) if value.__class__ is float and math.isfinite(value) else None


def _plain(params: tuple[int, ...], setting: Setting) -> Leaf:
    def leaf(value: Any, rows: IndexRows) -> None:
        number = exact(value)
        if number is not None:
            point = as_float(number)
            for param in params:
                rows.numbers.append((param, point, point))

    return leaf


def _range(params: tuple[int, ...], setting: Setting) -> Leaf:
    def leaf(value: Any, rows: IndexRows) -> None:
        low, high = (exact((value.get(name) or {}).get("value")) for name in ("low", "high"))
        if low is not None or high is not None:
            first = LEAST if low is None else as_float(low)
            last = GREATEST if high is None else as_float(high)
            for param in params:
                rows.numbers.append((param, first, last))

    return leaf


LEAVES: Leaves = {
    **dict.fromkeys(("decimal", "integer", "positiveInt", "unsignedInt"), (((), _plain),)),
    "Range": (((), _range),),
}


def match(criterion: Criterion, facts: Facts) -> Match:
    spread = "Range" in facts.types
    tests = tuple(test for value in criterion.values for test in compare(value, spread=spread))
    narrow = all(value.prefix in ("eq", "ap") for value in criterion.values)
    return Match(TABLE, tests, NARROW if narrow else WIDE)
