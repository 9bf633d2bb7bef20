"""fhir.resources as the second opinion, and the list of what it cannot say about R4."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from facade.spec import definitions
from facade.spec.check import Issue, check
from facade.spec.models import NOT_IN_R4B, REDEFINED, model, validate
from tests.facade.spec import samples
from tests.facade.spec.official import examples
from tests.facade.spec.samples import OBSERVATION, PATIENT, changed
from tests.facade.spec.test_examples import WRONG
from tests.paths import needs_shared

COMPLEX = sorted(
    definitions.resource_types() | {t for t in definitions.data_types() if definitions.has_elements(t)}
)
ELEMENT_GAP = {  # type or backbone: what R4B has besides, what it lacks
    "ActivityDefinition": ({"subjectCanonical"}, set()),
    "PlanDefinition": ({"subjectCanonical"}, set()),
    "PlanDefinition.action": ({"subjectCanonical"}, set()),
    "Extension": ({"valueCodeableReference", "valueRatioRange"}, {"valueMeta"}),
    "ElementDefinition.example": ({"valueCodeableReference", "valueRatioRange"}, {"valueMeta"}),
    "ElementDefinition": (
        {
            f"{n}{t}"
            for n in ("defaultValue", "fixed", "pattern")
            for t in ("CodeableReference", "RatioRange")
        },
        {"defaultValueMeta", "fixedMeta", "patternMeta"},
    ),
    # the model takes an element of this name for the type's own name
    "ExampleScenario.instance": (set(), {"resourceType"}),
}
TARGET_GAP = {
    "ActivityDefinition.productReference",
    "DiagnosticReport.subject",
    "Group.member.entity",
    "Observation.subject",
}


def test_the_types_without_a_model() -> None:
    def absent(name: str) -> bool:
        try:
            get_fhir_model_class(name)
        except ValueError:
            return True
        return False

    assert {name for name in COMPLEX if absent(name)} == NOT_IN_R4B
    for name in NOT_IN_R4B | REDEFINED | {"Nonsense", "Patient.contact", "string"}:
        with pytest.raises(KeyError, match=f"no model of {name}"):
            model(name)


def _fields(cls: Any) -> dict[str, Any]:
    """A model's elements by JSON name."""
    return {
        field.alias or name: field
        for name, field in cls.model_fields.items()
        if name not in ("resource_type", "resourceType", "fhir_comments") and not name.endswith("__ext")
    }


def _paths() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every type and backbone that both have, with the model's fields."""
    for path in definitions._load("elements.json"):
        name = path.partition(".")[0]
        if name in COMPLEX and name not in NOT_IN_R4B | REDEFINED:
            yield path, _fields(get_fhir_model_class("".join(p[0].upper() + p[1:] for p in path.split("."))))


def test_elements_cardinality_and_targets_agree_with_the_models_but_for_the_gap() -> None:
    gap: dict[str, Any] = {}
    targets = set()
    compared = 0
    for path, fields in _paths():
        elements = definitions.elements(path)
        if fields.keys() != elements.keys():
            gap[path] = (fields.keys() - elements.keys(), elements.keys() - fields.keys())
        for name in fields.keys() & elements.keys():
            compared += 1
            element = elements[name]
            assert ("List[" in str(fields[name].annotation)) == (element.max is None), f"{path}.{name}"
            extra = fields[name].json_schema_extra or {}
            allowed = set(extra.get("enum_reference_types", [])) - {"Resource"}
            if element.type == "Reference" and allowed != set(element.targets):
                targets.add(f"{path}.{name}")
            if extra.get("element_required"):
                assert element.min == 1, f"{path}.{name}"
    assert gap == ELEMENT_GAP
    assert targets == TARGET_GAP
    assert compared > 7000


@pytest.mark.parametrize("resource", samples.ALL, ids=lambda r: r["resourceType"])
def test_our_samples_suit_the_models(resource: dict[str, Any]) -> None:
    assert validate(resource) == []


@needs_shared
def test_the_models_take_the_official_examples_but_for_the_gap() -> None:
    refused = {r["resourceType"] for r in examples().values() if validate(r)}
    assert refused <= NOT_IN_R4B | REDEFINED
    taken = [name for name in WRONG if not validate(examples()[name])]
    assert len(taken) == len(WRONG)  # and do not see the errors that `check` sees


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (changed(PATIENT, nmae=[]), [Issue("Patient.nmae", "structure", "there is no such element")]),
        (
            changed(PATIENT, name={"family": "x"}),
            [Issue("Patient.name", "structure", "an array is expected")],
        ),
        (
            changed(PATIENT, birthDate="1970-02-30"),
            [Issue("Patient.birthDate", "value", "the value has not the form that its type asks")],
        ),
        (
            changed(PATIENT, deceasedDateTime="2020"),
            [
                Issue(
                    "Patient",
                    "structure",
                    "a choice may have one type only, and a required one must have it",
                )
            ],
        ),
        (
            changed(PATIENT, _birthDate={"foo": 1}),
            [Issue("Patient.birthDate", "value", "the value has not the form that its type asks")],
        ),
        (
            changed(OBSERVATION, status=...),
            [Issue("Observation.status", "required", "a required element is missing")],
        ),
        (
            changed(OBSERVATION, valueQuantity={"value": "x"}),
            [Issue("Observation.value.value", "value", "the value has not the form that its type asks")],
        ),
        (
            {"resourceType": "MedicinalProduct"},
            [
                Issue(
                    "MedicinalProduct",
                    "not-supported",
                    "fhir.resources has no model of MedicinalProduct as R4 defines it",
                )
            ],
        ),
        ({}, [Issue("Resource.resourceType", "structure", "resourceType must name a resource type of R4")]),
    ],
)
def test_what_the_models_refuse(resource: dict[str, Any], expected: list[Issue]) -> None:
    assert validate(resource) == expected


def test_the_value_is_not_in_the_issue() -> None:
    assert "Kowalczyk" not in repr(validate(changed(PATIENT, birthDate="Kowalczyk", active=["Kowalczyk"])))


def test_the_models_take_nonsense_which_is_why_check_decides() -> None:
    nonsense = changed(
        PATIENT, gender="x", name=[], active="yes", generalPractitioner=[{"reference": "Patient/1"}]
    )
    assert validate(nonsense) == []


def test_a_required_choice_may_have_an_extension_in_place_of_its_value() -> None:
    absent = {
        "extension": [
            {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}
        ]
    }
    given = {
        "resourceType": "Immunization",
        "id": "1",
        "status": "completed",
        "vaccineCode": {"text": "x"},
        "patient": {"reference": "Patient/1"},
    }
    assert validate({**given, "_occurrenceDateTime": absent}) == []
    assert check({**given, "_occurrenceDateTime": absent}) == []
    (issue,) = validate(given)
    assert issue.code == "structure"
