"""What meets a profile has no error; each rule broken is told."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from conformance.validation import errors, validate
from tests.conformance.validation.guide import CATEGORY, COLOUR, CONFORMS, LOINC, PANEL, concept, guide
from tests.conformance.validation.resources import changed

GUIDE = guide()


def test_what_conforms_has_no_error() -> None:
    found = validate(CONFORMS, GUIDE, PANEL)
    assert errors(found) == []
    assert [(one.path, one.key) for one in found if one.severity == "unjudged"] == [("Observation", "g-2")]


PLANTED: list[tuple[str, Any, str, str]] = [
    ("extension.0.valueCode", "blue", "Observation.extension[0].valueCode", "binding"),
    ("extension.0.valueCode", "green", "Observation.extension[0].valueCode", "binding"),
    ("extension.0", {"url": COLOUR, "valueString": "red"}, "Observation.extension[0].valueString", "type"),
    ("extension.1", CONFORMS["extension"][0], "Observation.extension", "cardinality"),
    ("category.0", concept(CATEGORY, "laboratory"), "Observation.category", "cardinality"),
    ("category", ..., "Observation.category", "cardinality"),
    ("code", concept(LOINC, "9-9"), "Observation.code", "value"),
    ("subject", ..., "Observation.subject", "cardinality"),
    ("subject.reference", "Group/1", "Observation.subject", "target"),
    ("performer", [{"reference": "Practitioner/1"}] * 3, "Observation.performer", "cardinality"),
    ("performer", ..., "Observation", "g-1"),
    ("performer.0.reference", "Patient/1", "Observation.performer[0]", "target"),
    ("valueQuantity.code", "g", "Observation.valueQuantity.code", "value"),
    ("valueQuantity.code", ..., "Observation.valueQuantity.code", "cardinality"),
    ("note.1.time", "2021", "Observation.note", "cardinality"),
    ("hasMember.1.reference", "QuestionnaireResponse/2", "Observation.hasMember", "cardinality"),
    ("component.0.code", concept(LOINC, "7-7"), "Observation.component[0]", "slicing"),
    ("component.0.code", concept(LOINC, "3-4"), "Observation.component", "cardinality"),
    ("component.0.valueInteger", 10, "Observation.component[0].valueInteger", "value"),
    ("component.0.valueInteger", ..., "Observation.component[0].value", "cardinality"),
]


@pytest.mark.parametrize(("path", "value", "where", "key"), PLANTED)
def test_a_broken_rule_is_told(path: str, value: Any, where: str, key: str) -> None:
    found = errors(validate(changed(CONFORMS, path, value), GUIDE, PANEL))
    assert (where, key) in {(one.path, one.key) for one in found}
    assert len(found) <= 2


@pytest.mark.parametrize(
    ("value", "where", "key"),
    [
        ({"valueString": "longer"}, "Observation.valueString", "value"),
        ({"valueBoolean": True}, "Observation.valueBoolean", "type"),
        ({"valueBoolean": True}, "Observation.valueBoolean", "slicing"),
    ],
)
def test_choices_of_a_profile(value: Any, where: str, key: str) -> None:
    other = {name: each for name, each in deepcopy(CONFORMS).items() if name != "valueQuantity"} | value
    assert (where, key) in {(one.path, one.key) for one in errors(validate(other, GUIDE, PANEL))}


def test_an_extension_is_held_against_its_definition_without_a_profile() -> None:
    other = changed(CONFORMS, "extension.0.valueCode", "green")
    assert [one.path for one in errors(validate(other, GUIDE))] == ["Observation.extension[0].valueCode"]


def test_a_profile_of_another_type_or_not_here() -> None:
    patient = {"resourceType": "Patient", "active": True}
    assert [one.key for one in errors(validate(patient, GUIDE, PANEL))] == ["profile"]
    found = validate(patient, GUIDE, "http://nowhere")
    assert [one.key for one in found if one.severity == "unjudged"] == ["profile"]
    assert errors(found) == []
