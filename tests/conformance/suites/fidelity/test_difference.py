"""Differences are found, told apart, and told without values."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from conformance.suites.fidelity.difference import Difference, Kind, differences, kinds

WANTED: dict[str, Any] = {
    "resourceType": "Observation",
    "id": "1",
    "meta": {"versionId": "1"},
    "effectiveDateTime": "2024-04-16T09:18:00-04:00",
    "valueQuantity": {"value": Decimal("21.00"), "unit": "lb"},
    "note": [{"text": "Secret"}, {"text": "b"}],
    "valueInteger": 3,
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """WANTED with another value at a path; None takes it away."""
    found = {
        **WANTED,
        "valueQuantity": dict(WANTED["valueQuantity"]),
        "note": [dict(x) for x in WANTED["note"]],
    }
    at: Any = found
    *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    for part in parents:
        at = at[part]
    if value is None:
        del at[last]
    else:
        at[last] = value
    return found


VALUE, WHEN = "valueQuantity.value", "effectiveDateTime"


@pytest.mark.parametrize(
    ("path", "value", "kind", "where", "text"),
    [
        (VALUE, Decimal("21.0"), Kind.DECIMAL, VALUE, "has a scale of 1, not 2"),
        (VALUE, 21, Kind.DECIMAL, VALUE, "has a scale of 0, not 2"),
        (VALUE, Decimal("22.00"), Kind.DECIMAL, VALUE, "has another value"),
        ("valueInteger", Decimal("3.0"), Kind.DECIMAL, "valueInteger",
         "is a number with a point, not a number without a point"),
        (WHEN, "2024-04-16T13:18:00Z", Kind.TIME, WHEN, "has the zone Z, not -04:00"),
        (WHEN, "2024-04-16T09:18:00", Kind.TIME, WHEN, "has another precision"),
        (WHEN, "2024-04-16", Kind.TIME, WHEN, "has another precision"),
        (WHEN, "2024-04-17T09:18:00-04:00", Kind.TIME, WHEN, "is another time"),
        ("note.0.text", "Secret ", Kind.VALUE, "note[0].text", "differs in the blanks around it"),
        ("note.0.text", "SECRET", Kind.VALUE, "note[0].text", "differs in capitals"),
        ("note.0.text", "other", Kind.VALUE, "note[0].text", "has another value"),
        ("note.1", None, Kind.MISSING, "note", "has 1 items, not 2"),
        ("note", None, Kind.MISSING, "note", "is not there"),
        ("note.0.time", "2024", Kind.SURPLUS, "note[0].time", "is not in the record"),
        ("status", "final", Kind.SURPLUS, "status", "is not in the record"),
        ("note", {"text": "Secret"}, Kind.VALUE, "note", "is an object, not a list"),
        ("id", 1, Kind.VALUE, "id", "is a number without a point, not a text"),
    ],
)  # fmt: skip
def test_a_difference(path: str, value: Any, kind: Kind, where: str, text: str) -> None:
    found = differences(WANTED, changed(path, value), frozenset({"meta"}))
    assert found == [Difference(kind, f"Observation.{where}", text)]


def test_none() -> None:
    assert differences(WANTED, changed("meta", {"versionId": "9"}), frozenset({"meta"})) == []
    assert differences(WANTED, changed("meta", None), frozenset({"Observation.meta"})) == []
    assert (
        differences(WANTED, changed("note.0.time", "2024"), frozenset({"Observation.note.time", "meta"}))
        == []
    )
    assert differences(changed("meta", None), WANTED, frozenset({"meta"})) == []


def test_kinds() -> None:
    assert kinds(WANTED) == set(Kind)
    assert kinds({"resourceType": "Patient", "name": [{"text": "2024"}]}) == set(Kind) - {
        Kind.DECIMAL,
        Kind.TIME,
    }
