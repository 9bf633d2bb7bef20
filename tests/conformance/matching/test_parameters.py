"""A type's own part of an expression, and the code systems that its codes imply."""

from __future__ import annotations

import pytest

from conformance.matching import bindings
from conformance.matching.expressions import values
from conformance.matching.parameters import branch, parameters
from conformance.spec.definitions import definitions


@pytest.mark.parametrize(
    ("expression", "type", "part"),
    [
        ("Patient.name | Person.name", "Person", "Person.name"),
        ("(A.x as Quantity) | (B.y as Quantity)", "B", "(B.y as Quantity)"),
        ("A.x | A.y.where(z | w)", "A", "A.x | A.y.where(z | w)"),
        ("Resource.meta.tag", "Patient", "Patient.meta.tag"),
        ("name | alias", "InsurancePlan", "InsurancePlan.name | InsurancePlan.alias"),
        ("Patient.name", "Person", None),
    ],
)
def test_branch(expression: str, type: str, part: str | None) -> None:
    assert branch(expression, type) == part


def test_every_official_pair_has_a_part_of_its_own() -> None:
    without = {
        f"{type}?{code}"
        for type in definitions().resource_types
        for code, one in parameters(type).items()
        if one.expression is None and code not in ("_content", "_text", "_query")
    }
    assert without == set()


def test_the_parts_of_a_composite() -> None:
    found = parameters("Observation")["code-value-quantity"]
    assert [one.code for one in found.components] == ["code", "value-quantity"]


@pytest.mark.parametrize(
    ("element", "code", "systems"),
    [
        ("Patient.gender", "male", ("http://hl7.org/fhir/administrative-gender",)),
        ("Patient.contact.gender", "male", ("http://hl7.org/fhir/administrative-gender",)),
        ("Patient.gender", "none-such", ()),
        (
            "Observation.component.referenceRange.low.comparator",
            "<",
            ("http://hl7.org/fhir/quantity-comparator",),
        ),
        ("Patient.maritalStatus", "M", ()),  # its binding is not a required one
    ],
)
def test_the_systems_of_a_code(element: str, code: str, systems: tuple[str, ...]) -> None:
    assert bindings.systems_of(element, code) == systems


def test_an_element_under_one_of_its_names() -> None:
    """The short cut for what is not there must know choices and extensions."""
    one = {"resourceType": "Observation", "valueString": "x", "_status": {"id": "y"}}
    assert [found.value for found in values("Observation.value.as(string)", one)] == ["x"]
    assert values("Observation.code", one) == []
    dead = values("Patient.deceased.exists() and Patient.deceased != false", {"resourceType": "Patient"})
    assert [found.value for found in dead] == [False]
