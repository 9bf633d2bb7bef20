"""A world that knows where it does not know: what is not here, what has no value, what makes no sense."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.matching.lenient import Lenient
from conformance.matching.verdict import Verdict

PATIENT = {"resourceType": "Patient", "id": "1", "active": True, "name": [{"family": "Ash"}]}
HERE = {"resourceType": "Observation", "id": "a", "subject": {"reference": "Patient/1"}, "status": "final"}
THERE = {"resourceType": "Observation", "id": "b", "subject": {"reference": "Patient/2"}, "status": "final"}
BARE = {"resourceType": "Patient", "id": "2", "_birthDate": {"extension": [{"url": "http://x"}]}}
NUMBERED = {"resourceType": "Observation", "id": "c", "valueQuantity": {"value": {"not": "a number"}}}


def world(*whole: str, resources: tuple[dict[str, Any], ...] = (PATIENT, HERE, THERE)) -> Lenient:
    made = Lenient(resources, base_url="http://here/fhir")
    made.whole = whole
    return made


@pytest.mark.parametrize(
    ("whole", "resource", "name", "value", "verdict"),
    [
        ((), HERE, "subject:Patient.name", "ash", True),
        ((), HERE, "subject:Patient.name", "elm", False),
        ((), THERE, "subject:Patient.name", "ash", None),  # Patient/2 was not read, and may be an Ash
        (("Patient",), THERE, "subject:Patient.name", "ash", False),
        ((), PATIENT, "_has:Observation:patient:status", "final", True),
        ((), PATIENT, "_has:Observation:patient:status", "amended", None),
        (("Observation",), PATIENT, "_has:Observation:patient:status", "amended", False),
        ((), PATIENT, "birthdate:missing", "true", True),
        ((), BARE, "birthdate:missing", "true", None),  # there is an element, and no value
        ((), PATIENT, "birthdate", "ne2020", None),  # whether what has none is not equal is not said
        ((), PATIENT, "birthdate", "eq2020", False),
        ((), PATIENT, "active:not", "false", True),
        ((), PATIENT, "active:missing", "false", True),
        ((), NUMBERED, "value-quantity", "5", None),
    ],
)
def test_what_is_certain(
    whole: tuple[str, ...], resource: dict[str, Any], name: str, value: str, verdict: Verdict
) -> None:
    assert world(*whole).matches(resource, name, value) is verdict


def test_a_composite_in_one_element() -> None:
    parts = [
        {"code": {"coding": [{"code": "x"}]}, "valueQuantity": {"value": 1}},
        {"code": {"coding": [{"code": "y"}]}, "valueQuantity": {"value": 2}},
    ]
    one = {"resourceType": "Observation", "id": "d", "component": parts}
    known = world(resources=(one,))
    asked = {text: known.matches(one, "component-code-value-quantity", text) for text in ("x$1", "x$2", "x")}
    assert asked == {"x$1": True, "x$2": False, "x": None}


def test_all_of_them() -> None:
    items = [("active", "true"), ("birthdate", "ne2020")]
    assert world().all_of(PATIENT, items) is None
    assert world().all_of(PATIENT, [*items, ("active", "false")]) is False
