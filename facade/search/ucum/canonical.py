"""A UCUM unit, read and reduced to base units: an exact factor, and what it is a factor of.

https://ucum.org/ucum#section-Syntax-Rules
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from facade.search.ucum.units import (
    ARBITRARY,
    BASES,
    BINARY,
    METRIC,
    OFFSETS,
    PREFIXES,
    SAME,
    UNITS,
)

_SYMBOL = re.compile(r"(?:10[*^]|(?:\[[^\]\s]*\]|[A-Za-z%_'\"*^])+)")
_EXPONENT = re.compile(r"[+-]?[0-9]{1,2}")
_NUMBER = re.compile(r"[1-9][0-9]{0,8}(?![0-9*^])")
_ANNOTATION = re.compile(r"\{[^{}]*\}")
_LONGEST = 100
_DEEPEST = 10

Dimensions = dict[str, int]
Reduced = tuple[Fraction, Dimensions]


@dataclass(frozen=True, slots=True)
class Unit:
    """value × factor + offset is the value in `base`, such as `g.m-3`, or `1`."""

    factor: Fraction
    base: str
    offset: Fraction = Fraction(0)

    def convert(self, value: Fraction) -> Fraction:
        """A value of this unit in base units."""
        return value * self.factor + self.offset


class _Unknown(Exception):
    """Not a unit, or one that is not known here."""


@lru_cache(4096)
def canonical(code: str) -> Unit | None:
    """What a unit's code stands for; None if it is none of UCUM, or not known here."""
    if code in OFFSETS:
        scale, offset = OFFSETS[code]
        return Unit(Fraction(scale), "K", Fraction(offset))
    if not code or len(code) > _LONGEST:
        return None
    try:
        factor, dimensions = _Parser(code).whole()
    except (_Unknown, RecursionError):
        return None
    parts = [f"{name}{power if power != 1 else ''}" for name, power in sorted(dimensions.items()) if power]
    return Unit(factor, ".".join(parts) or "1")


class _Parser:
    """Recursive descent over one code."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.depth = text, 0, 0

    def whole(self) -> Reduced:
        found = self.term()
        if self.at < len(self.text):
            raise _Unknown
        return found

    def take(self, sign: str) -> bool:
        found = self.text.startswith(sign, self.at)
        self.at += found
        return found

    def match(self, pattern: re.Pattern[str]) -> str | None:
        found = pattern.match(self.text, self.at)
        if found is None:
            return None
        self.at = found.end()
        return found[0]

    def term(self) -> Reduced:
        total: Reduced = (Fraction(1), {})
        sign = -1 if self.take("/") else 1
        while True:
            total = _times(total, self.component(), sign)
            if self.take("."):
                sign = 1
            elif self.take("/"):
                sign = -1
            else:
                return total

    def component(self) -> Reduced:
        if self.take("("):
            self.depth += 1
            if self.depth > _DEEPEST:
                raise _Unknown
            found = self.term()
            self.depth -= 1
            if not self.take(")"):
                raise _Unknown
        elif self.match(_ANNOTATION) is not None:
            return Fraction(1), {}
        elif (number := self.match(_NUMBER)) is not None:
            found = Fraction(int(number)), {}
        else:
            symbol = self.match(_SYMBOL)
            if symbol is None:
                raise _Unknown
            power = self.match(_EXPONENT)
            found = _power(_symbol(symbol), int(power) if power else 1)
        self.match(_ANNOTATION)
        return found


def _times(one: Reduced, other: Reduced, sign: int) -> Reduced:
    factor, dimensions = one[0], dict(one[1])
    for name, power in other[1].items():
        dimensions[name] = dimensions.get(name, 0) + sign * power
    return (factor * other[0] if sign > 0 else factor / other[0]), dimensions


def _power(one: Reduced, power: int) -> Reduced:
    return one[0] ** power, {name: count * power for name, count in one[1].items()}


@lru_cache(1024)
def _symbol(symbol: str) -> Reduced:
    """A unit, perhaps with a prefix."""
    if symbol in ("10*", "10^"):
        return Fraction(10), {}
    found = _atom(symbol)
    if found is not None:
        return found
    for length in (2, 1):
        prefix, rest = symbol[:length], symbol[length:]
        if rest not in METRIC:
            continue
        scale = Fraction(10) ** PREFIXES[prefix] if prefix in PREFIXES else Fraction(BINARY.get(prefix, 0))
        found = _atom(rest) if scale else None
        if found is not None:
            return scale * found[0], found[1]
    raise _Unknown


def _atom(symbol: str) -> Reduced | None:
    symbol = SAME.get(symbol, symbol)
    if symbol in BASES or symbol in ARBITRARY:
        return Fraction(1), {symbol: 1}
    known = UNITS.get(symbol)
    if known is None:
        return None
    factor, dimensions = _Parser(known[1]).whole()
    return Fraction(known[0]) * factor, dimensions
