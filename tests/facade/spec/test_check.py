"""One fault at a time in a resource of our own, and the issue that tells it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facade.spec.check import Issue, check
from tests.facade.spec import samples
from tests.facade.spec.samples import APPOINTMENT, DOCUMENT, OBSERVATION, PATIENT, changed

BASIC = {"resourceType": "Basic", "id": "x", "code": {"text": "y"}}


@pytest.mark.parametrize("resource", samples.ALL, ids=lambda r: r["resourceType"])
def test_our_samples_are_valid(resource: dict[str, Any]) -> None:
    assert check(resource) == []


def _faults(resource: Any) -> list[tuple[str, str]]:
    return [(issue.expression, issue.code) for issue in check(resource)]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"nmae": []}, [("Patient.nmae", "structure")]),
        ({"name": {"family": "x"}}, [("Patient.name", "structure")]),
        ({"birthDate": ["1970"]}, [("Patient.birthDate", "value")]),
        ({"maritalStatus": "M"}, [("Patient.maritalStatus", "structure")]),
        ({"name": []}, [("Patient.name", "structure")]),
        ({"name": [{}]}, [("Patient.name[0]", "structure")]),
        ({"name": [{"id": "a"}]}, [("Patient.name[0]", "invariant")]),
        ({"name": [{"family": ""}]}, [("Patient.name[0].family", "value")]),
        ({"name": [{"family": None}]}, [("Patient.name[0].family", "value")]),
        ({"gender": "f"}, [("Patient.gender", "code-invalid")]),
        ({"gender": 1}, [("Patient.gender", "value")]),
        ({"gender": ["female"]}, [("Patient.gender", "value")]),
        ({"id": "a b"}, [("Patient.id", "value")]),
        ({"deceasedDateTime": "2020"}, [("Patient.deceased", "structure")]),
        ({"_deceasedDateTime": {"id": "a", "extension": []}}, None),
        ({"multipleBirthInteger": "2"}, [("Patient.multipleBirth", "value")]),
        ({"multipleBirthInteger": True}, [("Patient.multipleBirth", "value")]),
        ({"active": "true"}, [("Patient.active", "value")]),
        (
            {"generalPractitioner": [{"reference": "Patient/1"}]},
            [("Patient.generalPractitioner[0].reference", "value")],
        ),
        (
            {"managingOrganization": {"reference": "Organization"}},
            [("Patient.managingOrganization.reference", "value")],
        ),
        ({"managingOrganization": {"reference": 1}}, [("Patient.managingOrganization.reference", "value")]),
        ({"managingOrganization": {"type": "Patient"}}, [("Patient.managingOrganization.type", "value")]),
        ({"communication": [{"preferred": True}]}, [("Patient.communication[0].language", "required")]),
        ({"extension": [{"valueCode": "x"}]}, [("Patient.extension[0].url", "required")]),
        ({"extension": [{"url": "x"}]}, [("Patient.extension[0]", "invariant")]),
        (
            {"extension": [{"url": "x", "valueString": "a", "valueCode": "b"}]},
            [("Patient.extension[0].value", "structure")],
        ),
        (
            {
                "extension": [
                    {"url": "x", "valueString": "a", "extension": [{"url": "y", "valueString": "b"}]}
                ]
            },
            [("Patient.extension[0]", "invariant")],
        ),
        ({"_birthDate": {}}, [("Patient.birthDate", "structure")]),
        ({"_birthDate": {"extension": [{"url": "x"}]}}, [("Patient.birthDate.extension[0]", "invariant")]),
        ({"_gender": {"id": "g"}}, []),
        ({"gender": ..., "_gender": {"id": "g"}}, [("Patient.gender", "invariant")]),
        ({"_name": [{"id": "x"}]}, [("Patient.name", "structure")]),
        ({"name": [{"given": ["a", None]}]}, [("Patient.name[0].given[1]", "structure")]),
        (
            {"name": [{"given": ["a", "b"], "_given": [{"extension": PATIENT["extension"]}]}]},
            [("Patient.name[0].given", "structure")],
        ),
        ({"name": [{"given": ["a"], "_given": [None]}]}, [("Patient.name[0].given", "structure")]),
        (
            {
                "name": [
                    {"given": [None, None], "_given": [None, {"id": "a", "extension": PATIENT["extension"]}]}
                ]
            },
            [("Patient.name[0].given[0]", "structure")],
        ),
        (
            {"contained": [{"resourceType": "Organization", "name": "x"}]},
            [("Patient.contained[0].id", "required")],
        ),
        ({"contained": [{"id": "x"}]}, [("Patient.contained[0].resourceType", "required")]),
        (
            {"contained": [changed(BASIC, contained=[BASIC])]},
            [("Patient.contained[0].contained", "invariant")],
        ),
        (
            {"contained": [changed(BASIC, meta={"versionId": "1"})]},
            [("Patient.contained[0].meta.versionId", "invariant")],
        ),
        ({"text": {"status": "generated", "div": "<p>x</p>"}}, [("Patient.text.div", "value")]),
        ({"a b": 1}, [("Patient", "structure")]),
        ({"resource_type": "Patient"}, [("Patient.resource_type", "structure")]),
    ],
)
def test_one_fault_in_a_patient(changes: dict[str, Any], expected: list[tuple[str, str]] | None) -> None:
    found = _faults(changed(PATIENT, **changes))
    if expected is None:
        assert found
    else:
        assert found == expected


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (None, [("Resource", "structure")]),
        ({}, [("Resource.resourceType", "required")]),
        ({"resourceType": "Person1"}, [("Resource.resourceType", "structure")]),
        ({"resourceType": ["Patient"]}, [("Resource.resourceType", "structure")]),
        ({"resourceType": "DomainResource"}, [("Resource.resourceType", "structure")]),
        ({"resourceType": "Patient"}, []),
        (changed(OBSERVATION, status=...), [("Observation.status", "required")]),
        (changed(OBSERVATION, status=..., _status={"extension": PATIENT["extension"]}), []),
        (
            changed(samples.MEDICATION_REQUEST, medicationCodeableConcept=...),
            [("MedicationRequest.medication", "required")],
        ),
        (changed(OBSERVATION, valueQuantity={"value": 1.5}), [("Observation.value.value", "value")]),
        (changed(OBSERVATION, valueQuantity={"value": Decimal("1.50")}), []),
        (
            changed(OBSERVATION, valueQuantity={"value": Decimal("NaN")}),
            [("Observation.value.value", "value")],
        ),
        (
            changed(OBSERVATION, referenceRange=[{"low": {"value": 1, "comparator": "<"}}]),
            [("Observation.referenceRange[0].low.comparator", "invariant")],
        ),
        (
            changed(samples.CONDITION, verificationStatus={"coding": [{"code": "confirmed"}]}),
            [("Condition.verificationStatus", "code-invalid")],
        ),
        (
            changed(samples.CONDITION, verificationStatus={"text": "confirmed"}),
            [("Condition.verificationStatus", "code-invalid")],
        ),
        (changed(samples.CONDITION, verificationStatus={"extension": PATIENT["extension"]}), []),
        (changed(APPOINTMENT, participant=...), [("Appointment.participant", "required")]),
        (
            changed(DOCUMENT, content=[{"attachment": {"contentType": "a plain text"}}]),
            [("DocumentReference.content[0].attachment.contentType", "code-invalid")],
        ),
        (
            changed(samples.BUNDLE, entry=[{"resource": changed(PATIENT, gender="f")}]),
            [("Bundle.entry[0].resource.gender", "code-invalid")],
        ),
        (
            changed(
                samples.QUESTIONNAIRE, item=[{"linkId": "1", "type": "group", "item": [{"linkId": "2"}]}]
            ),
            [("Questionnaire.item[0].item[0].type", "required")],
        ),
        (
            {
                "resourceType": "Parameters",
                "parameter": [{"name": "a", "valueMoney": {"value": 1, "currency": "euro"}}],
            },
            [("Parameters.parameter[0].value.currency", "code-invalid")],
        ),
    ],
)
def test_faults_of_other_resources(resource: Any, expected: list[tuple[str, str]]) -> None:
    assert _faults(resource) == expected


def test_diagnostics_say_what_is_meant() -> None:
    assert check(changed(PATIENT, nmae=[])) == [
        Issue("Patient.nmae", "structure", "R4 has no such element in Patient: did you mean name?")
    ]
    assert check(changed(PATIENT, gender="f"))[0].diagnostics == (
        "a code of http://hl7.org/fhir/ValueSet/administrative-gender is expected: "
        "female, male, other, unknown"
    )
    assert check(changed(PATIENT, generalPractitioner=[{"reference": "Patient/1"}]))[0].diagnostics == (
        "the reference must be to Organization or Practitioner or PractitionerRole"
    )
    assert "valueQuantity, valueCodeableConcept" in check(changed(OBSERVATION, value=1))[0].diagnostics


def test_no_issue_repeats_a_value() -> None:
    secret = "Kowalczyk/ 7"

    def poison(node: Any) -> Any:
        if isinstance(node, dict):
            return {k: v if k == "resourceType" else poison(v) for k, v in node.items()}
        return [poison(item) for item in node] if isinstance(node, list) else secret

    issues = [issue for resource in samples.ALL for issue in check(poison(resource))]
    assert len(issues) > 40
    assert not any("Kowalczyk" in repr(issue) for issue in issues)
    assert "Kowalczyk" not in repr(check(changed(PATIENT, **{secret: 1})))


def test_a_resource_nested_too_deeply_is_an_issue() -> None:
    item: dict[str, Any] = {"linkId": "1", "type": "group"}
    for _ in range(3000):
        item = {"linkId": "1", "type": "group", "item": [item]}
    assert _faults(changed(samples.QUESTIONNAIRE, item=[item])) == [("Questionnaire", "structure")]


def test_all_faults_are_told_at_once() -> None:
    wrong = changed(PATIENT, gender="f", birthDate="1970-02-30", foo=1, contact=[{"gender": "male"}])
    assert sorted(_faults(wrong)) == [
        ("Patient.birthDate", "value"),
        ("Patient.contact[0]", "invariant"),
        ("Patient.foo", "structure"),
        ("Patient.gender", "code-invalid"),
    ]


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*PATIENT, *OBSERVATION, "value", "start", "end", "_id", "", "a b"]), inner
        )
    ),
    max_leaves=12,
)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.sampled_from(samples.ALL), st.data())
def test_nonsense_gives_issues_and_never_an_exception(resource: dict[str, Any], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([*resource]))
    assert isinstance(check(changed(resource, **{name: data.draw(_json)})), list)
