"""Expressions give what FHIRPath says, also where fhirpathpy alone would not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from conformance.fhirpath import CannotEvaluate, Focus, bare, evaluate, named_type, order, typed

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "1",
    "active": True,
    "birthDate": "1990-01-01",
    "_birthDate": {"extension": [{"url": "http://x"}]},
    "name": [{"given": ["A", None], "_given": [None, {"extension": [{"url": "http://x"}]}]}],
    "contained": [{"resourceType": "Organization", "id": "o", "name": "N"}],
    "managingOrganization": {"reference": "#o"},
    "generalPractitioner": [{"reference": "Practitioner/1"}, {"reference": "urn:uuid:1"}],
}


def focus() -> Focus:
    resource = bare(PATIENT)
    return Focus(
        resource,
        "Patient",
        resource,
        resource,
        lambda text: resource["contained"][0] if text == "#o" else None,
    )


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("Patient.birthDate", ["1990-01-01"]),
        ("Resource.id", ["1"]),
        ("DomainResource.id", ["1"]),
        ("birthDate < '1990-01'", []),
        ("birthDate < '1990-02'", [True]),
        ("name.given.count()", [2]),
        ("name.given.first().hasValue()", [True]),
        ("name.given.last().hasValue()", [False]),
        ("name.where(given.exists()).given.first()", ["A"]),
        ("name.all(given.exists())", [True]),
        ("contact.exists() implies active", [True]),
        ("id.matches('[0-9]')", [True]),
        ("('a' | '12').where($this.matches('[0-9]'))", []),
        ("managingOrganization.resolve().name", ["N"]),
        ("managingOrganization.resolve() is Organization", [True]),
        ("generalPractitioner.first().resolve() is Practitioner", [True]),
        ("generalPractitioner.first().where(resolve() is Patient)", []),
    ],
)
def test_expressions(expression: str, expected: list[Any]) -> None:
    assert evaluate(expression, focus()) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "generalPractitioner.first().resolve().name",  # not at hand
        "generalPractitioner.last().resolve() is Practitioner",  # nor does the text tell
        "active.memberOf('http://x')",
        "nonsense(",
        "noSuchFunction()",
    ],
)
def test_what_cannot_be_told(expression: str) -> None:
    with pytest.raises(CannotEvaluate):
        evaluate(expression, focus())


def test_values_have_their_types() -> None:
    assert typed("birthDate | active", focus()) == [("date", "1990-01-01"), ("boolean", True)]


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("2020", "2021", -1),
        ("2020", "2020-01", None),
        ("2020-01-01T00:00:00Z", "2020-01-01T01:00:00+01:00", 0),
        ("2020-01-01T00:00:00Z", "2020-01-01T00:00:00.001Z", -1),
        ("2020-01-01", "2020-01-01T10:00:00Z", None),
        ("2020-01-01", "2020-01-03T10:00:00Z", -1),
        ("2020-13-01", "2020-01-01", None),
        ("10:00", "09:59:59", 1),
        (1, Decimal("1.0"), 0),
        (True, 1, None),
        ({"value": 1, "unit": "a"}, {"value": 2, "unit": "a"}, -1),
        ({"value": 1, "code": "g"}, {"value": 2, "code": "kg"}, None),
    ],
)
def test_order(left: Any, right: Any, expected: int | None) -> None:
    assert order(left, right) == expected
    assert order(right, left) == (None if expected is None else -expected)


@pytest.mark.parametrize(
    ("text", "type"),
    [
        ("Patient/1", "Patient"),
        ("http://x/fhir/Patient/1/_history/2", "Patient"),
        ("Foo/1", ""),
        ("#p", ""),
        ("urn:uuid:1", ""),
        ("Patient", ""),
        (None, ""),
    ],
)
def test_named_type(text: Any, type: str) -> None:
    assert named_type(text) == type
