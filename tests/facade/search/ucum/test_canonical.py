"""Units in base units: exact, multiplicative, and every row of the tables can be read."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.search.ucum import canonical
from facade.search.ucum.units import ARBITRARY, BASES, METRIC, OFFSETS, PREFIXES, SAME, UNITS

NAMED = sorted({*UNITS, *BASES, *ARBITRARY, *SAME})


@pytest.mark.parametrize(
    ("code", "factor", "base"),
    [
        ("mg", "1/1000", "g"),
        ("ug", "1/1000000", "g"),
        ("kg", "1000", "g"),
        ("mg/dL", "10", "g.m-3"),
        ("g/L", "1000", "g.m-3"),
        ("mmol/L", "1", "m-3.mol"),
        ("meq/L", "1", "m-3.mol"),
        ("mm[Hg]", "133322", "g.m-1.s-2"),
        ("kPa", "1000000", "g.m-1.s-2"),
        ("10*9/L", "1000000000000", "m-3"),
        ("10^9/L", "1000000000000", "m-3"),
        ("10*3/uL", "1000000000000", "m-3"),
        ("/min", "1/60", "s-1"),
        ("{beats}/min", "1/60", "s-1"),
        ("kg/m2", "1000", "g.m-2"),
        ("mL/min/{1.73_m2}", "1/60000000", "m3.s-1"),
        ("%", "1/100", "1"),
        ("{score}", "1", "1"),
        ("a", "31557600", "s"),
        ("mo", "2629800", "s"),
        ("[in_i]", "127/5000", "m"),
        ("[lb_av]", "45359237/100000", "g"),
        ("cm2", "1/10000", "m2"),
        ("dam", "10", "m"),
        ("1/min", "1/60", "s-1"),
        ("g.m/s2", "1", "g.m.s-2"),
        ("g/(m.s)", "1", "g.m-1.s-1"),
        ("m-1", "1", "m-1"),
        ("KiBy", "8192", "bit"),
        ("mg{dry}", "1/1000", "g"),
    ],
)
def test_a_unit_is_a_factor_of_base_units(code: str, factor: str, base: str) -> None:
    unit = canonical(code)
    assert unit is not None
    assert (unit.factor, unit.base, unit.offset) == (Fraction(factor), base, 0)


def test_temperatures_have_an_offset() -> None:
    celsius, fahrenheit = canonical("Cel"), canonical("[degF]")
    assert celsius is not None and fahrenheit is not None
    assert celsius.convert(Fraction(37)) == Fraction("310.15")
    assert fahrenheit.convert(Fraction("98.6")) == Fraction("310.15")
    assert celsius.base == fahrenheit.base == "K"


@pytest.mark.parametrize(
    "code",
    [
        "",
        "mgg",
        "foo",
        "kkg",
        "k[in_i]",
        "mg/",
        "/",
        "(mg",
        "mg)",
        "m g",
        "m..s",
        "-1",
        "{a",
        "10*x",
        "²",
        "x" * 101,
    ],
)
def test_what_is_no_unit_has_no_base(code: str) -> None:
    assert canonical(code) is None


def test_brackets_cannot_be_nested_without_end() -> None:
    assert canonical("(" * 9 + "m" + ")" * 9) is not None
    assert canonical("(" * 40 + "m" + ")" * 40) is None


@pytest.mark.parametrize("code", NAMED)
def test_every_unit_of_the_tables_can_be_read(code: str) -> None:
    assert canonical(code) is not None


@pytest.mark.parametrize("code", sorted(METRIC))
def test_every_metric_unit_is_a_unit_and_takes_a_prefix(code: str) -> None:
    plain, kilo = canonical(code), canonical(f"k{code}")
    if code in OFFSETS:  # stands alone
        assert kilo is None
        return
    assert plain is not None and kilo is not None
    assert (kilo.factor, kilo.base) == (1000 * plain.factor, plain.base)


def test_the_prefixes_are_powers_of_ten() -> None:
    for prefix, power in PREFIXES.items():
        unit = canonical(f"{prefix}mol")
        assert unit is not None
        assert unit.factor == Fraction(10) ** power


UNIT = st.sampled_from(NAMED).filter(lambda code: code not in OFFSETS)


@given(one=UNIT, other=UNIT)
def test_a_product_divided_is_what_it_was(one: str, other: str) -> None:
    plain, divided = canonical(one), canonical(f"{one}.{other}/{other}")
    assert plain is not None and divided is not None
    assert divided == plain


@given(one=UNIT, other=UNIT)
def test_factors_multiply(one: str, other: str) -> None:
    first, second = canonical(one), canonical(other)
    product, turned = canonical(f"{one}.{other}"), canonical(f"{other}.{one}")
    assert first is not None and second is not None and product is not None
    assert product == turned
    assert product.factor == first.factor * second.factor


@given(st.text(max_size=30))
def test_any_text_is_a_unit_or_none(text: str) -> None:
    canonical(text)
