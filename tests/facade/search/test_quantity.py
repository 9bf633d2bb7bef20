"""Quantities: found in any unit of the same kind, by code or by unit text, and as their comparator says."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facade.errors import BadRequest
from facade.search import extract, parse_search
from facade.search.covered import numbers_of
from facade.search.ucum import canonical
from facade.spec import definitions
from facade.store import Store
from facade.store.index import QuantityRow
from tests.facade.search.stocked import found, plan, stock, total, walked

UCUM = "http://unitsofmeasure.org"
VALUES = numbers_of(definitions.search_parameters("Observation")["value-quantity"])


def ucum(value: str, code: str, unit: str | None = None, comparator: str | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {"value": Decimal(value), "system": UCUM, "code": code, "unit": unit or code}
    return made if comparator is None else {**made, "comparator": comparator}


QUANTITIES: dict[str, dict[str, Any]] = {
    "5mg": ucum("5", "mg", "milligram"),
    "0.005g": ucum("0.005", "g"),
    "5g": ucum("5", "g"),
    "5000ug": ucum("5000", "ug"),
    "5.4mg": ucum("5.4", "mg"),
    "5.44mg": ucum("5.44", "mg"),
    "5.45mg": ucum("5.45", "mg"),
    "under5mg": ucum("5", "mg", comparator="<"),
    "upto5mg": ucum("5", "mg", comparator="<="),
    "over5mg": ucum("5", "mg", comparator=">"),
    "from5mg": ucum("5", "mg", comparator=">="),
    "5tablets": {"value": 5, "unit": "tablet"},
    "5bare": {"value": 5},
    "5local": {"value": 5, "system": "urn:local", "code": "mg", "unit": "Milli"},
    "5text": {"value": 5, "unit": "mg"},
    "120mmHg": ucum("120", "mm[Hg]", "mmHg"),
    "37C": ucum("37", "Cel", "°C"),
    "98.6F": ucum("98.6", "[degF]", "F"),
    "unknown": {"value": 5, "system": UCUM, "code": "TAB", "unit": "tablet"},
    "nothing": {"unit": "mg", "code": "mg", "system": UCUM},
}
SAMPLED = {
    "origin": ucum("2", "mg"),
    "period": 10,
    "factor": Decimal("0.5"),
    "dimensions": 1,
    "data": "2 E 8 U -1",
}


@pytest.fixture(scope="module")
def quantities(store: Store) -> Store:
    resources: list[dict[str, Any]] = [
        {"resourceType": "Observation", "id": f"o{at}", "valueQuantity": quantity}
        for at, quantity in enumerate(QUANTITIES.values())
    ]
    resources += [
        {"resourceType": "Observation", "id": "sampled", "valueSampledData": SAMPLED},
        {"resourceType": "Observation", "id": "absent"},
    ]
    resources += [
        {"resourceType": "ChargeItem", "id": "usd", "priceOverride": {"value": 5, "currency": "USD"}},
        {"resourceType": "ChargeItem", "id": "eur", "priceOverride": {"value": 5, "currency": "EUR"}},
    ]
    resources += [
        {"resourceType": "Condition", "id": id, **onset}
        for id, onset in {
            "age": {"onsetAge": ucum("10", "a")},
            "months": {"onsetAge": ucum("120", "mo")},
            "range": {"onsetRange": {"low": ucum("9", "a"), "high": ucum("11", "a")}},
            "mixed": {"onsetRange": {"low": ucum("24", "mo"), "high": ucum("3", "a")}},
            "from": {"onsetRange": {"low": ucum("9", "a")}},
            "halfnamed": {"onsetRange": {"low": {"value": 9}, "high": ucum("11", "a")}},
            "odd": {"onsetRange": {"low": ucum("9", "a"), "high": ucum("9", "kg")}},
        }.items()
    ]
    stock(store, resources)
    return store


def values(store: Store, asked: str) -> set[str]:
    names = list(QUANTITIES)
    ids = found(store, "Observation", f"value-quantity={asked}")
    assert len(ids) == len(set(ids)) == total(store, "Observation", f"value-quantity={asked}")
    return {names[int(id[1:])] if id[1:].isdigit() else id for id in ids}


MG = {"5mg", "0.005g", "5000ug"}
OPEN = {"over5mg", "from5mg"}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (f"5|{UCUM}|mg", MG | {"5.4mg", "5.44mg", "5.45mg"}),
        (f"5.0|{UCUM}|mg", MG),
        (f"0.005|{UCUM}|g", MG | {"5.4mg", "5.44mg", "5.45mg"}),
        (f"0.0050|{UCUM}|g", MG),
        (f"5e-6|{UCUM}|kg", MG),
        (f"5.4|{UCUM}|mg", {"5.4mg", "5.44mg"}),
        (f"5.40|{UCUM}|mg", {"5.4mg"}),
        (
            f"ne5.4|{UCUM}|mg",
            {"5mg", "0.005g", "5000ug", "5g", "5.45mg", "under5mg", "upto5mg", *OPEN, "sampled"},
        ),
        (f"gt5|{UCUM}|mg", {"5.4mg", "5.44mg", "5.45mg", "5g", *OPEN, "sampled"}),
        (f"ge5|{UCUM}|mg", {*MG, "5.4mg", "5.44mg", "5.45mg", "5g", *OPEN, "upto5mg", "sampled"}),
        (f"lt5|{UCUM}|mg", {"under5mg", "upto5mg", "sampled"}),
        (f"le5|{UCUM}|mg", {*MG, "under5mg", "upto5mg", "from5mg", "sampled"}),
        (f"sa5|{UCUM}|mg", {"5.4mg", "5.44mg", "5.45mg", "5g", "over5mg"}),
        (f"eb5|{UCUM}|mg", {"under5mg"}),
        (f"gt7|{UCUM}|mg", {"5g", *OPEN}),
        (f"ap5.2|{UCUM}|mg", {*MG, "5.4mg", "5.44mg", "5.45mg", "under5mg", "upto5mg", *OPEN, "sampled"}),
        (f"sa1.4|{UCUM}|mg", {*MG, "5.4mg", "5.44mg", "5.45mg", "5g", *OPEN, "sampled"}),
        (f"eb6.1|{UCUM}|mg", {*MG, "5.4mg", "5.44mg", "5.45mg", "under5mg", "upto5mg", "sampled"}),
        ("5.0||mg", {"5mg", "5local", "5text"}),
        ("5||milligram", {"5mg"}),
        ("5||Milli", {"5local"}),
        ("5||tablet", {"5tablets", "unknown"}),
        (f"5|{UCUM}|TAB", {"unknown"}),
        ("5|urn:local|mg", {"5local"}),
        ("5|urn:local|", {"5local"}),
        (f"5.0|{UCUM}|", {"5mg", "5g", "unknown"}),
        ("5.0", {"5mg", "5g", "5tablets", "5bare", "5local", "5text", "unknown"}),
        ("5.0||", {"5mg", "5g", "5tablets", "5bare", "5local", "5text", "unknown"}),
        ("120||mmHg", {"120mmHg"}),
        (f"16.0|{UCUM}|kPa", {"120mmHg"}),
        (f"37.0|{UCUM}|Cel", {"37C", "98.6F"}),
        (f"98.60|{UCUM}|[degF]", {"37C", "98.6F"}),
        (f"310.15|{UCUM}|K", {"37C", "98.6F"}),
        (f"gt37|{UCUM}|Cel", set()),
        (f"5|{UCUM}|mmol", set()),
        ("5|urn:none|mg", set()),
        (f"5.0|{UCUM}|mg,5||tablet,120.0", {*MG, "5tablets", "unknown", "120mmHg"}),
        (f"eb5|{UCUM}|mg,gt4|{UCUM}|g,5.0||Milli", {"under5mg", "5g", *OPEN, "5local"}),
    ],
)
def test_found_by_number_and_unit(quantities: Store, asked: str, expected: set[str]) -> None:
    assert values(quantities, asked) == expected


def test_missing_and_order(quantities: Store) -> None:
    """A quantity without a number is there, but has no place in an order."""
    assert found(quantities, "Observation", "value-quantity:missing=true") == ["absent"]
    assert len(found(quantities, "Observation", "value-quantity:missing=false")) == len(QUANTITIES) + 1
    walk = walked(quantities, "Observation", "_sort=-value-quantity&_count=3")
    assert len(walk) == len(set(walk)) == len(QUANTITIES) + 2
    assert walk[-2:] == [f"o{len(QUANTITIES) - 1}", "absent"]


def test_money_has_a_currency(quantities: Store) -> None:
    assert found(quantities, "ChargeItem", "price-override=5||USD") == ["usd"]
    assert found(quantities, "ChargeItem", "price-override=5|urn:iso:std:iso:4217|EUR") == ["eur"]
    assert sorted(found(quantities, "ChargeItem", "price-override=gt4.99")) == ["eur", "usd"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (f"10.0|{UCUM}|a", {"age", "months"}),
        (f"1e1|{UCUM}|a", {"age", "months"}),
        (f"gt10|{UCUM}|a", {"range", "from", "halfnamed"}),
        (f"lt10|{UCUM}|a", {"range", "from", "halfnamed", "mixed"}),
        (f"ap2.5|{UCUM}|a", {"mixed"}),
        (f"eb37|{UCUM}|mo", {"mixed"}),
        ("gt23||mo", {"months", "mixed"}),
        (f"ge1e6|{UCUM}|a", {"from"}),
        ("gt1||kg", set()),
    ],
)
def test_ages_and_ranges(quantities: Store, asked: str, expected: set[str]) -> None:
    assert set(found(quantities, "Condition", f"onset-age={asked}")) == expected


_UNITS = ["mg", "g", "kg", "ug", "[lb_av]", "[gr]"]


@settings(max_examples=200, derandomize=True)
@given(st.decimals(0, 1000, places=3), st.sampled_from(_UNITS), st.sampled_from(_UNITS))
def test_what_is_equal_exactly_has_the_same_row(value: Decimal, one: str, other: str) -> None:
    """A value said in another unit is, where the decimal says it exactly, the same number in base units."""
    first, second = canonical(one), canonical(other)
    assert first is not None
    assert second is not None
    said = Fraction(value) * first.factor / second.factor
    text = f"{said.numerator / Decimal(said.denominator):f}"
    if Fraction(text) == said:
        assert _base(ucum(str(value), one)) == _base(ucum(text, other))


def _rows(quantity: dict[str, Any]) -> list[QuantityRow]:
    made = extract({"resourceType": "Observation", "id": "1", "valueQuantity": quantity})
    return [row[1:] for row in made.quantities if row[0] in VALUES]


def _base(quantity: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [row[6:] for row in _rows(quantity)]


def test_a_value_is_one_row() -> None:
    assert _rows(ucum("5", "mg")) == [(5.0, 5.0, UCUM, "mg", "", "g", 0.005, 0.005)]
    assert _rows(ucum("5", "mg", "milligram")) == [(5.0, 5.0, UCUM, "mg", "milligram", "g", 0.005, 0.005)]
    assert _rows({"value": 5, "unit": "tablet"}) == [(5.0, 5.0, "", "", "tablet", None, None, None)]


def test_rows_that_differ_where_no_key_does(store: Store) -> None:
    """Of what floating point or the index's longest text cannot tell apart one row is kept."""
    components = [
        {"code": {"text": "x"}, "valueQuantity": quantity}
        for quantity in (
            ucum("5", "mg"),
            ucum("5.00000000000000000000000000000000001", "mg"),
            ucum("5", "mg", "x" * 300 + "a"),
            ucum("5", "mg", "x" * 300 + "b"),
            ucum("0.1", "[lb_av]"),
            ucum("0.1000000000000000055511151231257827", "[lb_av]"),
        )
    ]
    stock(store, [{"resourceType": "Observation", "id": "1", "component": components}])
    assert found(store, "Observation", "component-value-quantity=5||mg") == ["1"]
    assert found(store, "Observation", f"component-value-quantity=0.10|{UCUM}|[lb_av]") == ["1"]
    assert walked(store, "Observation", "_sort=component-value-quantity&_count=1") == ["1"]


@pytest.mark.parametrize(
    "value",
    ["|", "||", "||mg", f"|{UCUM}|mg", "5|mg", f"5|{UCUM}", f"5|{UCUM}|mg|x", "x||mg", "NaN||mg", "gt||mg",
     "1e999||mg", "5 mg", "5mg", f"5,|{UCUM}|mg"],
)  # fmt: skip
def test_what_is_no_quantity(value: str) -> None:
    with pytest.raises(BadRequest) as caught:
        parse_search("Observation", [("value-quantity", value)])
    assert caught.value.expression == "http.value-quantity"


def test_the_message_says_how() -> None:
    with pytest.raises(BadRequest) as caught:
        parse_search("Observation", [("value-quantity", "5|mg")])
    assert caught.value.diagnostics == (
        "Search parameter `value-quantity` takes a number, or `number|system|code`, such as 5.4, gt5.4||mg "
        "or 5.4|http://unitsofmeasure.org|mg"
    )


def test_samples_that_are_absurd_are_not_indexed() -> None:
    for data in ("1e999999999", "E U L", "", "1/3", "nan", "x"):
        sampled = {**SAMPLED, "data": data}
        made = extract({"resourceType": "Observation", "id": "1", "valueSampledData": sampled})
        assert made.quantities == []


def test_outliers_are_found_by_index(sqlite_store: Store) -> None:
    """Neither what lies below nor what lies above is walked past."""
    stock(sqlite_store, [{"resourceType": "Observation", "id": "1", "valueQuantity": ucum("5", "mg")}])
    bounded = ("(param=? AND low", "(param=? AND high>?", "(param=? AND base=? AND base_low",
               "(param=? AND base=? AND base_high>?")  # fmt: skip
    for prefix in ("gt", "ge", "lt", "le", "sa", "eb", "ap", "eq"):
        for unit in ("", "||mg", f"|{UCUM}|mg"):
            sql, params = plan(sqlite_store, "Observation", f"value-quantity={prefix}5{unit}").page
            steps = [str(row[3]) for row in sqlite_store.query(f"EXPLAIN QUERY PLAN {sql}", params)]
            index = [step for step in steps if step.startswith("SEARCH i ")]
            assert index, steps
            for step in index:
                assert any(way in step for way in bounded), (prefix, unit, step)
                assert ("base" in step) == (UCUM in unit), step
