"""Each rule once broken; that it can be kept is shown by the samples and the official examples."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from facade.spec import invariants
from facade.spec.check import check
from facade.spec.invariants import is_after
from tests.facade.spec import official
from tests.facade.spec.samples import (
    APPOINTMENT,
    CONDITION,
    DOCUMENT,
    MEDICATION_REQUEST,
    OBSERVATION,
    PATIENT,
    changed,
)
from tests.paths import needs_shared

VERIFICATION = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification"
ORGANIZATION = {"resourceType": "Organization", "name": "x"}
IMMUNIZATION = {
    "resourceType": "Immunization",
    "status": "completed",
    "vaccineCode": {"text": "x"},
    "patient": {"reference": "Patient/1"},
    "occurrenceString": "x",
}
ALLERGY = {
    "resourceType": "AllergyIntolerance",
    "patient": {"reference": "Patient/1"},
    "clinicalStatus": {
        "coding": [
            {
                "system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical",
                "code": "active",
            }
        ]
    },
}
SERVICE_REQUEST = {
    "resourceType": "ServiceRequest",
    "status": "active",
    "intent": "order",
    "subject": {"reference": "Patient/1"},
}
IN_ERROR = {"coding": [{"system": VERIFICATION, "code": "entered-in-error"}]}
CONDITION_IN_ERROR = {"coding": [{"system": invariants.CONDITION_VERIFICATION, "code": "entered-in-error"}]}


def _repeat(**repeat: Any) -> dict[str, Any]:
    return changed(MEDICATION_REQUEST, dosageInstruction=[{"timing": {"repeat": repeat}}])


def _value(name: str, value: Any) -> dict[str, Any]:
    return changed(PATIENT, extension=[{"url": "x", name: value}])


BROKEN: list[tuple[str, dict[str, Any]]] = [
    ("age-1", _value("valueAge", {"value": 3})),
    ("age-1", _value("valueAge", {"value": 3, "code": "a", "system": "x"})),
    ("age-1", _value("valueAge", {"value": 0, "code": "a", "system": invariants.UCUM})),
    ("ait-1", changed(ALLERGY, clinicalStatus=...)),
    ("ait-2", changed(ALLERGY, verificationStatus=IN_ERROR)),
    ("app-1", changed(APPOINTMENT, participant=[{"status": "accepted"}])),
    ("app-2", changed(APPOINTMENT, end=...)),
    ("app-3", changed(APPOINTMENT, start=..., end=...)),
    ("app-4", changed(APPOINTMENT, cancelationReason={"text": "x"})),
    ("att-1", changed(DOCUMENT, content=[{"attachment": {"data": "AAAA"}}])),
    ("con-1", changed(CONDITION, stage=[{"type": {"text": "x"}}])),
    ("con-2", changed(CONDITION, evidence=[{"extension": PATIENT["extension"]}])),
    ("con-4", changed(CONDITION, clinicalStatus=...)),
    ("con-5", changed(CONDITION, verificationStatus=CONDITION_IN_ERROR)),
    ("cpt-2", changed(PATIENT, telecom=[{"value": "1"}])),
    ("drt-1", _value("valueDuration", {"code": "min", "system": invariants.UCUM})),
    ("drt-1", _value("valueDuration", {"code": "min", "value": 1})),
    ("ext-1", changed(PATIENT, extension=[{"url": "x"}])),
    ("imm-1", changed(IMMUNIZATION, education=[{"publicationDate": "2020"}])),
    ("obs-3", changed(OBSERVATION, referenceRange=[{"type": {"text": "x"}}])),
    ("obs-6", changed(OBSERVATION, valueString="x", dataAbsentReason={"text": "y"})),
    ("obs-7", changed(OBSERVATION, valueString="x", component=[{"code": OBSERVATION["code"]}])),
    ("org-1", {"resourceType": "Organization", "active": True}),
    ("org-2", changed(ORGANIZATION, address=[{"use": "home", "city": "x"}])),
    ("org-3", changed(ORGANIZATION, telecom=[{"use": "home", "system": "phone", "value": "1"}])),
    ("pat-1", changed(PATIENT, contact=[{"gender": "male"}])),
    ("per-1", changed(OBSERVATION, effectivePeriod={"start": "2024-01-02", "end": "2024-01-01"})),
    ("prr-1", changed(SERVICE_REQUEST, orderDetail=[{"text": "x"}])),
    ("qty-3", changed(OBSERVATION, component=..., valueQuantity={"value": 1, "code": "mg"})),
    ("rat-1", _value("valueRatio", {"numerator": {"value": 1}})),
    ("rng-2", _value("valueRange", {"low": {"value": Decimal("2.1")}, "high": {"value": 2}})),
    ("tim-1", _repeat(duration=1)),
    ("tim-2", _repeat(period=1)),
    ("tim-4", _repeat(duration=-1, durationUnit="d")),
    ("tim-5", _repeat(period=-1, periodUnit="d")),
    ("tim-6", _repeat(periodMax=1)),
    ("tim-7", _repeat(durationMax=1)),
    ("tim-8", _repeat(countMax=1)),
    ("tim-9", _repeat(offset=1)),
    ("tim-9", _repeat(offset=1, when=["CM"])),
    ("tim-10", _repeat(timeOfDay=["10:00:00"], when=["CM"])),
]
UNBROKEN = [
    changed(
        OBSERVATION, effectivePeriod={"start": "2024-01-01T23:00:00-05:00", "end": "2024-01-02T05:00:00Z"}
    ),
    changed(OBSERVATION, effectivePeriod={"start": "2024-01-01T23:00:00-05:00", "end": "2024-01"}),
    changed(APPOINTMENT, status="noshow", cancelationReason={"text": "x"}),
    changed(APPOINTMENT, status="waitlist", start=..., end=...),
    changed(OBSERVATION, dataAbsentReason={"text": "not done"}),
    changed(OBSERVATION, valueString="x"),
    changed(ALLERGY, clinicalStatus=..., verificationStatus=IN_ERROR),
    changed(CONDITION, clinicalStatus=..., abatementString=..., verificationStatus=CONDITION_IN_ERROR),
    _repeat(offset=30, when=["PCM"]),
    _value("valueRange", {"low": {"value": 9, "code": "d"}, "high": {"value": 2, "code": "wk"}})
    | {"extension": ...},
    ALLERGY,
    IMMUNIZATION,
    ORGANIZATION,
    SERVICE_REQUEST,
]


@pytest.mark.parametrize(("rule", "resource"), BROKEN)
def test_a_broken_rule_is_told(rule: str, resource: dict[str, Any]) -> None:
    resource = _without(resource)
    assert [i.diagnostics.partition(":")[0] for i in check(resource) if i.code == "invariant"] == [rule]
    assert all(i.code == "invariant" for i in check(resource))


@pytest.mark.parametrize("resource", UNBROKEN)
def test_the_other_side_of_a_rule_is_silent(resource: dict[str, Any]) -> None:
    assert check(_without(resource)) == []


def _without(node: Any) -> Any:
    if isinstance(node, dict):
        return {k: _without(v) for k, v in node.items() if v is not ...}
    return node


def test_every_rule_is_broken_once() -> None:
    source = Path(invariants.__file__).read_text(encoding="utf-8")
    named = set(re.findall(r'"([a-z]{3}-\d+)(?=[":])', source)) - {"con-3"}
    assert named == {rule for rule, _ in BROKEN}


@needs_shared
def test_every_rule_is_an_error_in_r4_where_we_check_it() -> None:
    package = official.package()
    errors: dict[str, set[str]] = {}
    for structure in package["StructureDefinition"]:
        if structure.get("derivation") != "constraint":
            for element in structure["snapshot"]["element"]:
                for constraint in element.get("constraint", []):
                    if constraint["severity"] == "error":
                        errors.setdefault(constraint["key"], set()).add(element["path"])
    assert {rule for rule, _ in BROKEN} <= errors.keys()
    for path in invariants.INVARIANTS:
        assert any(path in paths for paths in errors.values()), path


@pytest.mark.parametrize(
    ("first", "second", "after"),
    [
        ("2024", "2023", True),
        ("2024-01-02", "2024-01", False),
        ("2024-02-01", "2024-01", True),
        ("2024-01-01T10:00:00Z", "2024-01-01", False),
        ("2024-01-01T10:00:00Z", "2024-01-01T10:00:00+01:00", True),
        ("2024-01-01T10:00:00.1Z", "2024-01-01T10:00:00.123456789Z", False),
        ("2024-01-01T23:59:60Z", "2024-01-01T00:00:00Z", False),  # a leap second cannot be compared
        ("2024-01-01T10:00:00", "2023-01-01T10:00:00Z", False),  # no zone: told as malformed
    ],
)
def test_is_after(first: str, second: str, after: bool) -> None:
    assert is_after(first, second) is after
