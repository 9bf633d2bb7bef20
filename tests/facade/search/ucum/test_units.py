"""Units reduced to base units, exactly."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facade.search.ucum import Unit, canonical
from facade.search.ucum.units import ARBITRARY, BASES, METRIC, OFFSETS, PREFIXES, SAME, UNITS
from tests.facade.search.official import CORE, example_resources, members
from tests.paths import needs_shared

SYSTEM = "http://unitsofmeasure.org"
NOT_UCUM = {"TAB", "tbl", "drop", "mEq", "mcg", "ea", "ml/hr", "month"}
"""What the official examples claim to be UCUM, and is not."""


def unit(code: str) -> Unit:
    found = canonical(code)
    assert found is not None, code
    return found


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("mg", "g", "0.001"),
        ("ug", "kg", "0.000000001"),
        ("mL", "ml", "1"),
        ("mg/dL", "g/L", "0.01"),
        ("mg/dl", "mg/dL", "1"),
        ("mmol/L", "mol/m3", "1"),
        ("meq/L", "mmol/L", "1"),
        ("10*3/uL", "10*9/L", "1"),
        ("10^3/uL", "/nL", "1"),
        ("{cells}/uL", "10*6/L", "1"),
        ("{beats}/min", "/min", "1"),
        ("/min", "Hz", "1/60"),
        ("%", "1", "0.01"),
        ("%{vol}", "%", "1"),
        ("m[IU]/L", "[iU]/mL", "0.000001"),
        ("k[IU]/L", "[iU]/mL", "1"),
        ("U/L", "umol/min/L", "1"),
        ("nkat/L", "U/L", "0.06"),
        ("mm[Hg]", "Pa", "133.322"),
        ("cm[H2O]", "Pa", "98.0665"),
        ("kPa", "mm[Hg]", "500000/66661"),
        ("[lb_av]", "g", "453.59237"),
        ("[oz_av]", "[lb_av]", "1/16"),
        ("[in_i]", "cm", "2.54"),
        ("[ft_i]", "m", "0.3048"),
        ("kg/m2", "g/cm2", "0.1"),
        ("mL/min/{1.73_m2}", "mL/min", "1"),
        ("ug/kg/min", "mg/kg/h", "0.06"),
        ("g/(24.h)", "g/d", "1"),
        ("mg/g{creat}", "1", "0.001"),
        ("umol/mmol", "1", "0.001"),
        ("wk", "d", "7"),
        ("a", "mo", "12"),
        ("kcal", "J", "4184"),
        ("deg", "circ", "1/360"),
        ("m2.m-2", "1", "1"),
        ("/m-2", "m2", "1"),
        ("10.g", "g", "10"),
        ("dB[SPL]", "B[SPL]", "0.1"),
        ("KiBy", "bit", "8192"),
        ("fL", "um3", "1"),
        ("mosm/kg", "osm/g", "0.000001"),
        ("[tsp_us]", "mL", "4.92892159375"),
        ("[psi]", "[lbf_av]/[in_i]2", "1"),
    ],
)
def test_one_unit_is_so_many_of_another(one: str, other: str, ratio: str) -> None:
    first, second = unit(one), unit(other)
    assert first.base == second.base
    assert first.factor / second.factor == Fraction(ratio)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("mol/L", "g/L"),  # moles are not mass, nor counts
        ("mol", "1"),
        ("[iU]", "[arb'U]"),
        ("[iU]", "U"),
        ("[CFU]/mL", "/mL"),
        ("[pH]", "1"),
        ("B[SPL]", "B"),
        ("g", "m"),
        ("m", "m2"),
        ("s", "Hz"),
        ("rad", "1"),
        ("bit", "1"),
    ],
)
def test_what_is_not_to_be_compared(one: str, other: str) -> None:
    assert unit(one).base != unit(other).base


@pytest.mark.parametrize(
    ("value", "code", "kelvin"),
    [
        ("37", "Cel", "310.15"),
        ("98.6", "[degF]", "310.15"),
        ("-40", "[degF]", "233.15"),
        ("-40", "Cel", "233.15"),
        ("0", "K", "0"),
        ("80", "[degRe]", "373.15"),
        ("671.67", "[degR]", "373.15"),
    ],
)
def test_temperatures_have_an_offset(value: str, code: str, kelvin: str) -> None:
    assert unit(code).base == "K"
    assert unit(code).convert(Fraction(value)) == Fraction(kelvin)


@pytest.mark.parametrize(
    "code",
    ["", " ", "mg ", "/", "mg/", ".g", "g..m", "g//m", "2m", "(g", "g)", "()", "{", "{a", "{a}{b}", "k%",
     "mmin", "Cel/min", "mCel", "xyz", "gram", "MMOL", "kkg", "1/0", "mg/0", "0.5", "007", "10*100", "m100",
     "[", "[x]", "g" * 101, "(" * 50 + "g" + ")" * 50, "mg\x00", "µg", "m²", "/" * 99, "k[in_i]", "1e3"],
)  # fmt: skip
def test_what_is_no_unit(code: str) -> None:
    assert canonical(code) is None


def test_every_definition_can_be_read() -> None:
    for code in {*UNITS, *BASES, *ARBITRARY, *SAME}:
        assert unit(code).factor > 0, code
        assert unit(code).offset == 0, code
    for code in METRIC:
        assert code in UNITS or code in BASES or code in ARBITRARY or code in SAME, code
        for prefix, power in PREFIXES.items():
            assert unit(f"{prefix}{code}").factor == unit(code).factor * Fraction(10) ** power, prefix + code


_LONG = "[m/s2/Hz^(1/2)]"  # several of it would be longer than a code may be
_atoms = st.sampled_from(
    sorted({*UNITS, *BASES, *ARBITRARY, *SAME, "mg", "dL", "umol", "10*", "10^", "{a}", "7"} - {_LONG})
)
_factors = st.tuples(_atoms, st.sampled_from(["", "2", "-1", "3", "+2"])).map(
    lambda pair: pair[0] if pair[0] in ("{a}", "7") else "".join(pair)
)
_units = st.one_of(
    _factors,
    st.tuples(_factors, st.sampled_from("./"), _factors).map("".join),
    st.tuples(_factors, st.sampled_from("./"), _factors).map(lambda parts: f"({''.join(parts)})"),
)


@settings(max_examples=400, derandomize=True)
@given(_units, _units)
def test_what_is_multiplied_and_divided_by_a_unit_is_as_before(one: str, other: str) -> None:
    assert unit(f"{one}.({other})/({other})") == unit(one)
    product, turned = unit(f"({one}).({other})"), unit(f"({other}).({one})")
    assert product == turned
    assert product.factor == unit(one).factor * unit(other).factor
    assert unit(f"({one})/({one})") == Unit(Fraction(1), "1")


@settings(max_examples=300, derandomize=True)
@given(_units, st.sampled_from(["{a}", "{1.73_m2}", "{}"]))
def test_annotations_say_nothing(code: str, annotation: str) -> None:
    assert unit(f"({code}){annotation}") == unit(f"({code})")
    assert unit(f"({code})/{annotation}") == unit(f"({code})")


@settings(max_examples=300, derandomize=True)
@given(st.fractions(), st.sampled_from(sorted(OFFSETS)))
def test_temperatures_there_and_back(value: Fraction, code: str) -> None:
    made = unit(code)
    assert (made.convert(value) - made.offset) / made.factor == value


@settings(max_examples=500, derandomize=True)
@given(st.text(alphabet="mgkLdsl10*^/.(){}[]IU%-+'iHg_ ", max_size=20) | st.text(max_size=20))
def test_any_text_is_a_unit_or_none(code: str) -> None:
    found = canonical(code)
    assert found is None or found.factor > 0


@needs_shared
def test_the_official_units_are_known() -> None:
    """FHIR's own list of common UCUM codes, and what its examples use."""
    asked: set[str] = set()
    for value_set in members(CORE, "package/ValueSet-ucum-"):
        for include in value_set.get("compose", {}).get("include", []):
            if include.get("system") == SYSTEM:
                asked.update(concept["code"] for concept in include.get("concept", []))
    assert len(asked) > 1300
    assert [code for code in sorted(asked) if canonical(code) is None] == []
    used: set[str] = set()
    for resource in example_resources():
        _collect(resource, used)
    assert {code for code in used if canonical(code) is None} <= NOT_UCUM


def _collect(value: object, used: set[str]) -> None:
    if isinstance(value, dict):
        if value.get("system") == SYSTEM and "code" in value:
            used.add(value["code"])
        for below in value.values():
            _collect(below, used)
    elif isinstance(value, list):
        for below in value:
            _collect(below, used)
