"""Numbers: exact decimals, never binary floats."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal
from decimal import DecimalException as DecimalError
from typing import Any

from facade.mapping.errors import ArgumentError, MappingFailure
from facade.mapping.filters.registry import filter_
from facade.mapping.values import as_number, as_text

_EXACT = Context(prec=34, rounding=ROUND_HALF_UP, Emax=9999, Emin=-9999)
_PLACES = 30


def _read(value: Any) -> Decimal:
    number = as_number(value)
    if number is None:
        raise MappingFailure("cannot read the value as a number")
    return Decimal(number)


def _safe(make: Callable[[Decimal], Any]) -> Callable[[Any], Any]:
    def run(value: Any) -> Any:
        try:
            return make(_read(value))
        except DecimalError:
            raise MappingFailure("cannot compute with the value") from None

    return run


def _quantum(places: int) -> Decimal:
    if not 0 <= places <= _PLACES:
        raise ArgumentError(f"`places` is 0 to {_PLACES}")
    return Decimal(1).scaleb(-places)


@filter_(takes="value")
def integer() -> Callable[[Any], int]:
    """A whole number; `3.0` is one, `3.5` fails.

    `$'0042' | integer` gives `42`
    """

    def run(value: Decimal) -> int:
        if value != value.to_integral_value() or value.adjusted() > 18:
            raise MappingFailure("cannot read the value as a whole number")
        return int(value)

    return _safe(run)


@filter_(takes="value")
def decimal(places: int = -1) -> Callable[[Any], Decimal]:
    """A decimal with the digits that it came with, or with so many places (half up).

    `$'200.00' | decimal` gives `200.00`; `$'98.649' | decimal(1)` gives `98.6`
    """
    if places < 0:
        return _safe(lambda value: value)
    quantum = _quantum(places)
    return _safe(lambda value: value.quantize(quantum, context=_EXACT))


@filter_(takes="value")
def number() -> Callable[[Any], Decimal | None]:
    """A decimal with the digits that it came with if the value is a number, else empty: for columns that hold
    numbers and words.

    `$'+++' | number ?? 'none'` gives `none`
    """

    def run(value: Any) -> Decimal | None:
        found = as_number(value)
        return None if found is None else Decimal(found)

    return run


@filter_(takes="value")
def round_(places: int = 0) -> Callable[[Any], Decimal]:
    """Rounded, half up, to at most so many places.

    `$'37.25' | round(1)` gives `37.3`; `$'37.2' | round(2)` gives `37.2`
    """
    quantum = _quantum(places)

    def run(value: Decimal) -> Decimal:
        return value if -int(value.as_tuple().exponent) <= places else value.quantize(quantum, context=_EXACT)

    return _safe(run)


@filter_(takes="value")
def multiply(by: Decimal) -> Callable[[Any], Decimal]:
    """Times a number.

    `$'70' | multiply('2.54') | round(1)` gives `177.8`
    """
    return _safe(lambda value: _EXACT.multiply(value, by))


@filter_(takes="value")
def divide(by: Decimal) -> Callable[[Any], Decimal]:
    """Divided by a number, to 34 digits; round it.

    `$'150' | divide('2.20462') | round(1)` gives `68.0`
    """
    if not by:
        raise ArgumentError("cannot divide by zero")
    return _safe(lambda value: _EXACT.divide(value, by))


@filter_(takes="value")
def add(addend: Decimal) -> Callable[[Any], Decimal]:
    """Plus a number.

    `$'1.5' | add(2)` gives `3.5`
    """
    return _safe(lambda value: _EXACT.add(value, addend))


@filter_(takes="value")
def subtract(subtrahend: Decimal) -> Callable[[Any], Decimal]:
    """Minus a number.

    `$'98.6' | subtract(32) | multiply(5) | divide(9) | round(1)` gives `37.0`
    """
    return _safe(lambda value: _EXACT.subtract(value, subtrahend))


@filter_(takes="items")
def size() -> Callable[[Any], int]:
    """How many items a list has; of a text, how many bytes it has as UTF-8.

    `$['a', 'b'] | size` gives `2`
    """
    return lambda value: (
        len(value) if isinstance(value, (list, dict)) else len(as_text(value).encode("utf-8", "replace"))
    )
