"""The operators of asserts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from conformance.testscript.compare import compare
from conformance.testscript.problems import Refuted, ScriptError

HOLDS = [
    (["a"], "equals", ["a"]),
    (["x", "a"], "equals", ["a"]),
    (["a", "b"], "equals", ["b", "a"]),
    ([True], "equals", ["true"]),
    ([Decimal("5.0")], "equals", ["5"]),
    ([], "notEquals", ["a"]),
    (["204"], "in", ["200, 204"]),
    (["204"], "notIn", ["200,201"]),
    ([10], "greaterThan", ["9"]),
    (["2020-01-02"], "greaterThan", ["2020-01-01"]),
    ([9], "lessThan", ["10"]),
    ([], "empty", None),
    ([""], "empty", None),
    (["a"], "notEmpty", None),
    (["Accept: xml"], "contains", ["xml"]),
    (["Accept: xml"], "notContains", ["json"]),
]
NOT = [
    (["a"], "equals", ["b"]),
    (["a"], "equals", ["a", "b"]),
    (["01"], "equals", ["1"]),
    ([], "equals", ["a"]),
    (["a", "b"], "notEquals", ["a"]),
    (["20"], "in", ["200,204"]),
    (["204"], "notIn", ["200,204"]),
    ([9], "greaterThan", ["9"]),
    ([9], "greaterThan", ["10"]),
    ([10], "lessThan", ["9"]),
    (["a"], "empty", None),
    ([None, ""], "notEmpty", None),
    (["a"], "contains", ["b"]),
    (["ab"], "notContains", ["b"]),
]


@pytest.mark.parametrize(("seen", "operator", "wanted"), HOLDS)
def test_it_holds(seen: list[Any], operator: str, wanted: list[str] | None) -> None:
    compare("it", seen, operator, wanted)


@pytest.mark.parametrize(("seen", "operator", "wanted"), NOT)
def test_it_does_not_hold(seen: list[Any], operator: str, wanted: list[str] | None) -> None:
    with pytest.raises(Refuted):
        compare("it", seen, operator, wanted)


def test_the_reason_says_both_sides() -> None:
    with pytest.raises(Refuted, match=r"^the status is 404, and should be one of 200,204$"):
        compare("the status", [404], "in", ["200,204"])
    with pytest.raises(Refuted, match=r"^x is a, b, c, d, e and 1 more, and should be z$"):
        compare("x", list("abcdef"), "equals", ["z"])


def test_an_operator_needs_a_value() -> None:
    with pytest.raises(ScriptError):
        compare("it", ["a"], "equals", None)
    with pytest.raises(ScriptError):
        compare("it", ["a"], "resembles", ["a"])
