"""Numbers: the spec's table of prefixes, exact comparisons, and the forms that a number may take."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from facade.errors import BadRequest
from facade.search import extract, parse_search
from facade.search.number import NumberValue, exact
from facade.spec import definitions
from facade.store import Store
from tests.facade.search.stocked import found, stock, total, walked

FACTORS = ["0", "100", "99.5", "99.49999", "100.499999", "100.5", "100.00", "99.995", "100.005", "95", "94.9",
           "105", "1e2", "5.35", "5.4", "5.40", "5.449", "5.45", "-5.4", "0.1", "0.30000000000000004", "0.3",
           "1E+3", "12345678901234567890"]  # fmt: skip
RANGES: list[tuple[str | None, str | None]] = [
    ("99.5", "100.4"),
    ("90", "110"),
    (None, "100"),
    ("100", None),
    ("100", "100"),
    ("100.5", "120"),
    ("1", "2"),
]


@pytest.fixture(scope="module")
def numbers(store: Store) -> Store:
    """ChargeItems with a factor; RiskAssessments with a range."""
    resources: list[dict[str, Any]] = [
        {"resourceType": "ChargeItem", "id": f"c{at}", "factorOverride": Decimal(text)}
        for at, text in enumerate(FACTORS)
    ]
    resources += [{"resourceType": "ChargeItem", "id": "none"}]
    resources += [
        {
            "resourceType": "RiskAssessment",
            "id": f"r{at}",
            "prediction": [{"probabilityRange": _range(low, high)}],
        }
        for at, (low, high) in enumerate(RANGES)
    ]
    resources += [{"resourceType": "RiskAssessment", "id": "p", "prediction": [{"probabilityDecimal": 100}]}]
    stock(store, resources)
    return store


def _range(low: str | None, high: str | None) -> dict[str, Any]:
    ends = {"low": low, "high": high}
    return {name: {"value": Decimal(end)} for name, end in ends.items() if end is not None}


def factors(store: Store, value: str) -> list[str]:
    ids = found(store, "ChargeItem", f"factor-override={value}")
    return sorted(FACTORS[int(id[1:])] for id in ids)


@pytest.mark.parametrize(
    ("asked", "low", "high"),
    [
        ("100", "99.5", "100.5"),
        ("100.00", "99.995", "100.005"),
        ("1e2", "95", "105"),
        ("1E2", "95", "105"),
        ("1e+2", "95", "105"),
        ("1.0e2", "95", "105"),
        ("1.00e2", "99.5", "100.5"),
        ("10e1", "95", "105"),
        ("5.4", "5.35", "5.45"),
        ("5.40", "5.395", "5.405"),
        ("eq5.4", "5.35", "5.45"),
        ("-5.4", "-5.45", "-5.35"),
        ("+5.4", "5.35", "5.45"),
        ("0", "-0.5", "0.5"),
        ("005", "4.5", "5.5"),
    ],
)
def test_a_number_is_as_wide_as_its_last_digit(numbers: Store, asked: str, low: str, high: str) -> None:
    expected = [text for text in FACTORS if Fraction(low) <= Fraction(text) < Fraction(high)]
    assert factors(numbers, asked) == sorted(expected)
    others = sorted(set(FACTORS) - set(expected))
    assert factors(numbers, f"ne{asked.removeprefix('eq')}") == others


@pytest.mark.parametrize(
    ("prefix", "holds"),
    [
        ("gt", lambda stored, asked: stored > asked),
        ("lt", lambda stored, asked: stored < asked),
        ("ge", lambda stored, asked: stored >= asked),
        ("le", lambda stored, asked: stored <= asked),
        ("sa", lambda stored, asked: stored > asked),
        ("eb", lambda stored, asked: stored < asked),
        ("ap", lambda stored, asked: abs(stored - asked) <= abs(asked) / 10),
    ],
)
@pytest.mark.parametrize("asked", FACTORS)
def test_prefixes_compare_exactly(
    numbers: Store, prefix: str, holds: Callable[[Fraction, Fraction], bool], asked: str
) -> None:
    if asked == "12345678901234567890" or (prefix == "ap" and asked == "1E+3"):
        asked = "7"
    expected = [text for text in FACTORS if holds(Fraction(text), Fraction(asked))]
    assert factors(numbers, prefix + asked) == sorted(expected)
    assert total(numbers, "ChargeItem", f"factor-override={prefix}{asked}") == len(expected)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("100", {0, 4, "p"}),  # wholly within [99.5, 100.5)
        ("ne100", {1, 2, 3, 5, 6}),
        ("gt100", {0, 1, 3, 5}),
        ("lt100", {0, 1, 2, 6}),
        ("ge100", {0, 1, 2, 3, 4, 5, "p"}),
        ("le100", {0, 1, 2, 3, 4, 6, "p"}),
        ("sa100", {5}),
        ("eb100", {6}),
        ("sa99", {0, 3, 4, 5, "p"}),
        ("eb101", {0, 2, 4, 6, "p"}),
        ("ap100", {0, 1, 2, 3, 4, 5, "p"}),
        ("ap1.95", {2, 6}),
        ("ap130", {3, 5}),
    ],
)
def test_a_range_may_reach_beyond(numbers: Store, asked: str, expected: set[int | str]) -> None:
    ids = {id if isinstance(id, str) else f"r{id}" for id in expected}
    assert set(found(numbers, "RiskAssessment", f"probability={asked}")) == ids
    assert sorted(walked(numbers, "RiskAssessment", f"probability={asked}&_count=2")) == sorted(ids)


def test_alternatives_missing_and_order(numbers: Store) -> None:
    assert factors(numbers, "5.40,-5.4,gt1000") == ["-5.4", "12345678901234567890", "5.4", "5.40"]
    assert found(numbers, "ChargeItem", "factor-override:missing=true") == ["none"]
    assert len(found(numbers, "ChargeItem", "factor-override:missing=false")) == len(FACTORS)
    walk = walked(numbers, "ChargeItem", "_sort=factor-override&_count=5")
    values = [Decimal(FACTORS[int(id[1:])]) for id in walk[:-1]]
    assert (values, walk[-1]) == (sorted(values), "none")
    assert walked(numbers, "ChargeItem", "_sort=-factor-override&_count=7")[-1] == "none"


def test_many_alternatives_are_one_test(numbers: Store) -> None:
    many = ",".join(f"gt{10**6 + at}" for at in range(400))
    assert factors(numbers, many) == ["12345678901234567890"]
    assert len(found(numbers, "RiskAssessment", f"probability={many}")) == 1


_numbers = st.decimals(-1000, 1000, places=2) | st.decimals(-2, 2, places=4) | st.integers(-5, 5)


@settings(
    max_examples=60,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(_numbers.map(str), min_size=1, max_size=30), st.data())
def test_whatever_is_stored_and_asked(sqlite_store: Store, stored: list[str], data: st.DataObject) -> None:
    """Bounds meet stored values as exact arithmetic has it."""
    resources = [
        {"resourceType": "ChargeItem", "id": str(at), "factorOverride": Decimal(text)}
        for at, text in enumerate(stored)
    ]
    stock(sqlite_store, resources)
    for _ in range(5):
        near = Fraction(data.draw(st.sampled_from(stored)))
        places = data.draw(st.integers(0, 3))
        asked = (
            f"{float(near + data.draw(st.sampled_from([0, 1, -1])) * Fraction(1, 2 * 10**places)):.{places}f}"
        )
        half = Fraction(1, 2 * 10**places)
        low, high = Fraction(asked) - half, Fraction(asked) + half
        expected = [str(at) for at, text in enumerate(stored) if low <= Fraction(text) < high]
        assert sorted(found(sqlite_store, "ChargeItem", f"factor-override={asked}")) == sorted(expected)


@pytest.mark.parametrize(
    "value",
    ["x", "NaN", "gtNaN", "inf", "-inf", "1e301", "1e-301", "1e9999999999", "1.", ".5", "1_000", "0x10", "５",
     "1,", "--1", "ge", "gege5", "xx5", "1 2", "5|mg", "5||mg", "1" * 41, "1." + "0" * 41, "1/2", "5%"],
)  # fmt: skip
def test_what_is_no_number(value: str) -> None:
    with pytest.raises(BadRequest) as caught:
        parse_search("ChargeItem", [("factor-override", value)])
    assert caught.value.expression == "http.factor-override"


def test_messages_of_numbers() -> None:
    for value, message in [
        ("xx5", "Search parameter `factor-override` has the unknown prefix 'xx'"),
        ("1e301", "Search parameter `factor-override` takes a number such as 5, 5.40 or ge1e2"),
    ]:
        with pytest.raises(BadRequest) as caught:
            parse_search("ChargeItem", [("factor-override", value)])
        assert caught.value.diagnostics == message


def test_a_value_is_read_to_its_parts() -> None:
    search = parse_search("ChargeItem", [("factor-override", "sa1.50")])
    assert search.criteria[0].values == (NumberValue("sa", Fraction(3, 2), Fraction(1, 200)),)


def test_numbers_that_are_absurd_are_not_indexed() -> None:
    number = definitions.search_parameters("ChargeItem")["factor-override"].number

    def rows(value: Any) -> list[float]:
        made = extract({"resourceType": "ChargeItem", "id": "1", "factorOverride": value})
        return [low for param, low, _ in made.numbers if param == number]

    assert rows(Decimal("1e400")) == rows(Decimal("NaN")) == rows(Decimal("1e-400")) == rows(10**400) == []
    assert rows(Decimal("3." + "1" * 1_000_000)) == [3.111111111111111]
    assert rows(True) == rows("5") == []
    assert exact(Decimal("0.1")) == Fraction(1, 10)
