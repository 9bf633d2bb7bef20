"""What the operators of an assert mean.

https://hl7.org/fhir/R4/valueset-assert-operator-codes.html
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from conformance.testscript.paths import text_of
from conformance.testscript.problems import Refuted, ScriptError

_SHOWN = 5
WORDS = {
    "equals": "be", "notEquals": "not be", "in": "be one of", "notIn": "be none of",
    "greaterThan": "be above", "lessThan": "be below", "contains": "contain", "notContains": "not contain",
}  # fmt: skip


def compare(what: str, seen: Sequence[Any], operator: str, wanted: Sequence[Any] | None) -> None:
    """Raises Refuted unless what was seen stands in this relation to what is wanted.

    Where several values were seen, one that is equal, greater or contains is enough for the operators that
    affirm, and spoils those that deny. Several wanted values (from another resource) must all be seen.
    """
    expected = [text_of(each) for each in wanted or ()]
    texts = [_as_written(each, expected) for each in seen if each is not None and each != ""]
    told = ", ".join(texts[:_SHOWN]) or "empty"
    told += f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
    if operator in ("empty", "notEmpty"):
        if bool(texts) is (operator == "empty"):
            raise Refuted(f"{what} is {told}, and should {'not ' * (operator != 'empty')}be empty")
        return
    if wanted is None:
        raise ScriptError(f"the operator {operator} needs a value to compare {what} with")
    if operator not in WORDS:
        raise ScriptError(f"there is no operator {operator} that compares")
    if not _holds(texts, operator, expected):
        raise Refuted(f"{what} is {told}, and should {WORDS[operator]} {' or '.join(expected) or 'nothing'}")


def _holds(seen: list[str], operator: str, wanted: list[str]) -> bool:
    if operator == "equals":
        return _equal(seen, wanted)
    if operator == "notEquals":
        return not _equal(seen, wanted)
    if operator in ("in", "notIn"):
        options = [part.strip() for each in wanted for part in each.split(",")]
        found = any(each in options for each in seen)
        return found is (operator == "in")
    if operator in ("contains", "notContains"):
        found = any(part in each for each in seen for part in wanted)
        return found is (operator == "contains")
    sign = 1 if operator == "greaterThan" else -1
    return any(_order(each, other) == sign for each in seen for other in wanted)


def _equal(seen: list[str], wanted: list[str]) -> bool:
    if not wanted:
        return not seen
    return all(other in seen for other in wanted)


def _as_written(value: Any, wanted: Sequence[str]) -> str:
    """The text of a value; of a number the script's text for the same number, if it has one."""
    text = text_of(value)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return next((each for each in wanted if _number(each) == value), text)
    return text


def _order(one: str, other: str) -> int:
    """1, 0 or -1: as numbers if both are numbers, else as texts (which orders dates of one precision)."""
    first, second = _number(one), _number(other)
    if first is not None and second is not None:
        return (first > second) - (first < second)
    return (one > other) - (one < other)


def _number(text: str) -> Decimal | None:
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
