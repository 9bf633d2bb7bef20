"""facade.spec.numbers: as written, or beyond all measure."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.spec.numbers import read_number


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", "0"),
        ("-0", "Decimal('-0')"),
        ("12", "12"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("9223372036854775808", "Decimal('9223372036854775808')"),
        ("1.00", "Decimal('1.00')"),
        ("1e308", "Decimal('1E+308')"),
        ("1e309", "None"),
        ("1e-309", "None"),
        ("1" * 64, f"Decimal('{'1' * 64}')"),
        ("1" * 65, "None"),
        ("0." + "1" * 64, f"Decimal('0.{'1' * 64}')"),
        ("1" * 1_000_000, "None"),
        ("1e" + "9" * 30, "None"),
    ],
)
def test_numbers(text: str, expected: str) -> None:
    assert repr(read_number(text)) == expected


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=5))
def test_digits_are_kept(number: Decimal) -> None:
    assert str(read_number(str(number))) == str(number)
