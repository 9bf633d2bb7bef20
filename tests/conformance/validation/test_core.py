"""What is valid by R4 has no error; each planted error is told, where it is."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from conformance.spec.definitions import definitions
from conformance.validation import errors, validate
from tests.conformance.validation.resources import (
    BUNDLE,
    OBSERVATION,
    PATIENT,
    QUESTIONNAIRE,
    changed,
)

R4 = definitions()


@pytest.mark.parametrize("resource", [PATIENT, OBSERVATION, QUESTIONNAIRE, BUNDLE])
def test_valid_resources_have_no_error(resource: Any) -> None:
    told = [str(one) for one in validate(resource, R4) if one.severity != "unjudged" and one.key != "dom-6"]
    assert told == []


def test_a_narrative_is_asked_for_but_not_of_what_is_contained() -> None:
    told = [one for one in validate(changed(PATIENT, "text"), R4) if one.key == "dom-6"]
    assert [(one.severity, one.path) for one in told] == [("warning", "Patient")]


PLANTED: list[tuple[Any, str, Any, str, str]] = [
    # the JSON itself
    (PATIENT, "nickname", "x", "Patient", "structure"),
    (PATIENT, "name", {"family": "x"}, "Patient.name", "structure"),
    (PATIENT, "name", [], "Patient.name", "structure"),
    (PATIENT, "contact.0", {}, "Patient.contact[0]", "structure"),
    (PATIENT, "gender", None, "Patient.gender", "structure"),
    (PATIENT, "gender", ["female"], "Patient.gender", "structure"),
    (PATIENT, "managingOrganization", "Organization/1", "Patient.managingOrganization", "structure"),
    (PATIENT, "_birthDate", "x", "Patient.birthDate", "structure"),
    (
        PATIENT,
        "_birthDate.extension.0.valueDateTime",
        "now",
        "Patient.birthDate.extension[0].valueDateTime",
        "format",
    ),
    (PATIENT, "_contact", [{"id": "x"}], "Patient", "structure"),
    (PATIENT, "name.0._given", [None], "Patient.name[0].given", "structure"),
    (PATIENT, "deceasedBoolean", True, "", ""),
    (PATIENT | {"deceasedBoolean": True}, "deceasedDateTime", "2020", "Patient", "structure"),
    (PATIENT, "resourceType", "Person2", "the resource", "structure"),
    (PATIENT, "contained.0.nonsense", 1, "Patient.contained[0]", "structure"),
    # formats
    (PATIENT, "birthDate", "1815-02-30", "Patient.birthDate", "format"),
    (PATIENT, "birthDate", "15-02-03", "Patient.birthDate", "format"),
    (PATIENT, "id", "with space", "Patient.id", "format"),
    (PATIENT, "active", "true", "Patient.active", "format"),
    (PATIENT, "name.0.family", "", "Patient.name[0].family", "format"),
    (PATIENT, "multipleBirthInteger", Decimal("1.0"), "Patient.multipleBirthInteger", "format"),
    (PATIENT, "multipleBirthInteger", 2**31, "Patient.multipleBirthInteger", "format"),
    (OBSERVATION, "effectiveDateTime", "2020-02-29T10:00:00", "Observation.effectiveDateTime", "format"),
    (OBSERVATION, "valueQuantity.value", "72", "Observation.valueQuantity.value", "format"),
    (OBSERVATION, "issued", "2020-02-29", "Observation.issued", "format"),
    # cardinality and types
    (OBSERVATION, "status", ..., "Observation.status", "cardinality"),
    (OBSERVATION, "component.0.code", ..., "Observation.component[0].code", "cardinality"),
    (QUESTIONNAIRE, "item.0.item.0.linkId", ..., "Questionnaire.item[0].item[0].linkId", "cardinality"),
    # bindings
    (PATIENT, "gender", "woman", "Patient.gender", "binding"),
    (OBSERVATION, "status", "done", "Observation.status", "binding"),
    (OBSERVATION, "valueQuantity.comparator", "~", "Observation.valueQuantity.comparator", "binding"),
    # targets
    (OBSERVATION, "subject.reference", "Encounter/1", "Observation.subject", "target"),
    (OBSERVATION, "subject.reference", "http://x/fhir/Practitioner/1", "Observation.subject", "target"),
    (OBSERVATION, "subject", {"type": "Organization"}, "Observation.subject", "target"),
    (PATIENT, "contained.0.resourceType", "Location", "Patient.managingOrganization", "target"),
    (
        BUNDLE,
        "entry.0.resource",
        {"resourceType": "Organization", "name": "x"},
        "Bundle.entry[1].resource.subject",
        "target",
    ),
    # invariants
    (OBSERVATION, "dataAbsentReason", {"text": "x"}, "Observation", "obs-6"),
    (OBSERVATION, "referenceRange.0.low", ..., "Observation.referenceRange[0]", "structure"),
    (
        OBSERVATION,
        "component.0.referenceRange.0",
        {"type": {"text": "x"}},
        "Observation.component[0].referenceRange[0]",
        "obs-3",
    ),
    (OBSERVATION, "component.0.code", OBSERVATION["code"], "Observation", "obs-7"),
    (OBSERVATION, "valueQuantity.system", ..., "Observation.valueQuantity", "qty-3"),
    (PATIENT, "contact.0", {"gender": "male"}, "Patient.contact[0]", "pat-1"),
    (PATIENT, "identifier.0.period.end", "2019", "Patient.identifier[0].period", "per-1"),
    (PATIENT, "managingOrganization", ..., "Patient", "dom-3"),
    (PATIENT, "managingOrganization.reference", "#other", "Patient.managingOrganization", "ref-1"),
    (PATIENT, "contained.0.meta", {"versionId": "1"}, "Patient", "dom-4"),
    (
        PATIENT,
        "_birthDate.extension.0.extension",
        [{"url": "http://z", "valueCode": "a"}],
        "Patient.birthDate.extension[0]",
        "ext-1",
    ),
    (PATIENT, "text.div", "<p>x</p>", "Patient.text.div", "txt-1"),
    (
        PATIENT,
        "text.div",
        '<div xmlns="http://www.w3.org/1999/xhtml"> <br/></div>',
        "Patient.text.div",
        "txt-2",
    ),
    (
        PATIENT,
        "text.div",
        '<div xmlns="http://www.w3.org/1999/xhtml">x<script>y</script></div>',
        "Patient.text.div",
        "txt-1",
    ),
    (
        QUESTIONNAIRE,
        "item.0.item.0.enableWhen.0",
        {"question": "1", "operator": "exists", "answerString": "x"},
        "Questionnaire.item[0].item[0].enableWhen[0]",
        "que-7",
    ),
    (BUNDLE, "entry.0.fullUrl", "http://x/Patient/1/_history/2", "Bundle.entry[0]", "bdl-8"),
    (BUNDLE, "total", 3, "Bundle", "bdl-1"),
]


@pytest.mark.parametrize(("resource", "path", "value", "where", "key"), PLANTED)
def test_a_planted_error_is_told(resource: Any, path: str, value: Any, where: str, key: str) -> None:
    found = {(one.path, one.key) for one in errors(validate(changed(resource, path, value), R4))}
    assert not key or (where, key) in found
    assert key or not found


@pytest.mark.parametrize("resource", [None, [], "x", 3, {}, {"resourceType": 3}, {"resourceType": "Patient"}])
def test_what_is_no_resource_is_told(resource: Any) -> None:
    assert errors(validate(resource, R4))


def test_no_text_holds_a_value() -> None:
    """Codes of closed lists and names of elements are all that may be shown."""
    resource = changed(changed(PATIENT, "birthDate", "Geheim"), "name.0.family", {"Geheim": 1})
    assert "Geheim" not in " ".join(str(one) for one in validate(resource, R4))


def test_a_deep_resource_is_read_as_far_as_sense_goes() -> None:
    item: Any = {"linkId": "1", "type": "display"}
    for _ in range(200):
        item = {"linkId": "1", "type": "group", "item": [item]}
    found = validate({"resourceType": "Questionnaire", "status": "active", "item": [item]}, R4)
    assert [one for one in found if one.severity == "unjudged" and "deep" in one.text]
