"""As much of UCUM as turns a unit into base units: a factor, an offset, and powers of dimensions.

https://ucum.org/ucum
"""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction
from functools import cache
from typing import NamedTuple

UCUM = "http://unitsofmeasure.org"


class Unit(NamedTuple):
    """value × factor + offset is the value in base units."""

    factor: Fraction
    offset: Fraction
    dimensions: tuple[tuple[str, int], ...]


_PREFIXES = {"da": 1, "h": 2, "k": 3, "M": 6, "G": 9, "T": 12}
_PREFIXES |= {"d": -1, "c": -2, "m": -3, "u": -6, "n": -9, "p": -12, "f": -15}
_METRIC = {
    "m": ("1", "L"),
    "g": ("1", "M"),
    "s": ("1", "T"),
    "K": ("1", "K"),
    "A": ("1", "I"),
    "cd": ("1", "J"),
    "mol": ("1", "N"),
    "L": ("1/1000", "L L L"),
    "l": ("1/1000", "L L L"),
    "Hz": ("1", "-T"),
    "N": ("1000", "M L -T -T"),
    "Pa": ("1000", "M -L -T -T"),
    "J": ("1000", "M L L -T -T"),
    "W": ("1000", "M L L -T -T -T"),
    "V": ("1000", "M L L -T -T -T -I"),
    "bar": ("100000000", "M -L -T -T"),
    "cal": ("4184", "M L L -T -T"),
    "m[Hg]": ("133322000", "M -L -T -T"),
    "m[H2O]": ("9806650", "M -L -T -T"),
    "eq": ("1", "N"),
    "osm": ("1", "N"),
    "U": ("1/60000000", "N -T"),
    "kat": ("1", "N -T"),
    "[iU]": ("1", "[iU]"),
    "[IU]": ("1", "[iU]"),
}
_PLAIN = {
    "min": ("60", "T"),
    "h": ("3600", "T"),
    "d": ("86400", "T"),
    "wk": ("604800", "T"),
    "mo": ("2629800", "T"),
    "a": ("31557600", "T"),
    "[in_i]": ("0.0254", "L"),
    "[ft_i]": ("0.3048", "L"),
    "[mi_i]": ("1609.344", "L"),
    "[lb_av]": ("453.59237", "M"),
    "[oz_av]": ("28.349523125", "M"),
    "%": ("1/100", ""),
    "[ppm]": ("1/1000000", ""),
    "10*": ("10", ""),
    "10^": ("10", ""),
}
_OFFSETS = {"Cel": (Fraction(1), Fraction("273.15")), "[degF]": (Fraction(5, 9), Fraction("459.67") * 5 / 9)}
_PART = re.compile(r"(10[*^]|(?:[^\d./(){}+\-\[\]]|\[[^\]]*\])+|\[[^\]]*\])?([+-]?\d+)?(\{[^}]*\})?")


@cache
def canonical(code: str) -> Unit | None:
    """The unit in base units; None if it is not known here."""
    if code in _OFFSETS:
        return Unit(*_OFFSETS[code], (("K", 1),))
    factor, powers = Fraction(1), Counter[str]()
    rest, sign = code, 1
    if "(" in code or not code:
        return None
    while True:
        if rest.startswith(("/", ".")):
            sign = -1 if rest[0] == "/" else 1
            rest = rest[1:]
        found = _PART.match(rest)
        if found is None or not found[0]:
            return None
        atom, digits, _ = found.groups()
        if atom is None:  # a number, or only an annotation
            factor *= Fraction(int(digits or 1)) ** sign
        else:
            known = _atom(atom)
            if known is None:
                return None
            power = sign * int(digits or 1)
            factor *= known[0] ** power
            for dimension, count in known[1].items():
                powers[dimension] += count * power
        rest = rest[found.end() :]
        if not rest:
            return Unit(factor, Fraction(0), tuple(sorted((d, n) for d, n in powers.items() if n)))
        if rest[0] not in "./":
            return None


def _atom(name: str) -> tuple[Fraction, Counter[str]] | None:
    if name in _PLAIN or name in _METRIC:
        return _read(*(_METRIC.get(name) or _PLAIN[name]))
    for prefix, power in _PREFIXES.items():
        if name.startswith(prefix) and name[len(prefix) :] in _METRIC:
            factor, powers = _read(*_METRIC[name[len(prefix) :]])
            return factor * Fraction(10) ** power, powers
    return None


def _read(factor: str, dimensions: str) -> tuple[Fraction, Counter[str]]:
    powers = Counter[str]()
    for name in dimensions.split():
        powers[name.removeprefix("-")] += -1 if name[0] == "-" else 1
    return Fraction(factor), powers
