"""Valid resources of our own making, one for each habit that the check must know."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "p-1",
    "meta": {"lastUpdated": "2024-02-29T10:11:12.345Z", "profile": ["http://example.org/profile"]},
    "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml"><p>Doe</p></div>'},
    "contained": [{"resourceType": "Organization", "id": "org", "name": "The clinic"}],
    "extension": [
        {"url": "http://example.org/a", "valueCode": "x"},
        {"url": "http://example.org/b", "extension": [{"url": "c", "valueDecimal": Decimal("1.10")}]},
    ],
    "identifier": [{"type": {"text": "MR"}, "system": "urn:oid:1.2.36.146", "value": "12345"}],
    "active": True,
    "name": [
        {
            "use": "official",
            "family": "Doe",
            "given": ["Jane", None, "Q."],
            "_given": [None, {"extension": [{"url": "http://example.org/d", "valueString": "y"}]}, None],
        }
    ],
    "telecom": [{"system": "phone", "value": "555 0100", "use": "home", "rank": 1}],
    "gender": "female",
    "birthDate": "1970-03",
    "_birthDate": {
        "extension": [{"url": "http://example.org/e", "valueDateTime": "1970-03-01T08:00:00-05:00"}]
    },
    "deceasedBoolean": False,
    "address": [{"use": "home", "line": ["1 Main Street"], "city": "Springfield", "postalCode": "01101"}],
    "maritalStatus": {"coding": [{"system": "http://example.org/ms", "code": "M"}]},
    "multipleBirthInteger": 2,
    "contact": [{"relationship": [{"text": "mother"}], "name": {"text": "Mrs Doe"}}],
    "communication": [
        {"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "en"}]}, "preferred": True}
    ],
    "generalPractitioner": [{"reference": "Practitioner/7"}, {"reference": "#org"}],
    "managingOrganization": {"reference": "https://example.org/fhir/Organization/1", "display": "Clinic"},
}

OBSERVATION: dict[str, Any] = {
    "resourceType": "Observation",
    "id": "o-1",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "85354-9"}]},
    "subject": {"reference": "Patient/p-1", "type": "Patient"},
    "effectivePeriod": {"start": "2024-01-01", "end": "2024-01-02T10:00:00+01:00"},
    "issued": "2024-01-02T10:00:00+01:00",
    "referenceRange": [{"low": {"value": 60, "unit": "mm[Hg]"}, "high": {"value": Decimal("90.0")}}],
    "component": [
        {
            "code": {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]},
            "valueQuantity": {
                "value": Decimal("120"),
                "system": "http://unitsofmeasure.org",
                "code": "mm[Hg]",
            },
        }
    ],
}

CONDITION: dict[str, Any] = {
    "resourceType": "Condition",
    "clinicalStatus": {"coding": [{"system": _CLINICAL, "code": "resolved"}]},
    "verificationStatus": {
        "coding": [
            {"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "confirmed"}
        ]
    },
    "code": {"text": "Sprain"},
    "subject": {"reference": "Patient/p-1"},
    "onsetDateTime": "2023",
    "abatementString": "in spring",
}

APPOINTMENT: dict[str, Any] = {
    "resourceType": "Appointment",
    "status": "booked",
    "start": "2024-03-01T09:00:00-05:00",
    "end": "2024-03-01T09:15:00-05:00",
    "minutesDuration": 15,
    "participant": [{"actor": {"reference": "Patient/p-1"}, "status": "accepted"}],
}

MEDICATION_REQUEST: dict[str, Any] = {
    "resourceType": "MedicationRequest",
    "status": "active",
    "intent": "order",
    "medicationCodeableConcept": {"text": "Amoxicillin 500 mg"},
    "subject": {"reference": "Patient/p-1"},
    "dosageInstruction": [
        {
            "timing": {"repeat": {"frequency": 3, "period": Decimal("1"), "periodUnit": "d"}},
            "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "capsule"}}],
        }
    ],
}

DOCUMENT: dict[str, Any] = {
    "resourceType": "DocumentReference",
    "status": "current",
    "content": [{"attachment": {"contentType": "text/plain; charset=utf-8", "data": "SGVsbG8="}}],
}

QUESTIONNAIRE: dict[str, Any] = {  # its items hold items, by contentReference
    "resourceType": "Questionnaire",
    "status": "draft",
    "item": [{"linkId": "1", "type": "group", "item": [{"linkId": "1.1", "type": "string", "maxLength": 9}]}],
}

BUNDLE: dict[str, Any] = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [{"fullUrl": "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0", "resource": PATIENT}],
}

ALL = (
    PATIENT,
    OBSERVATION,
    CONDITION,
    APPOINTMENT,
    MEDICATION_REQUEST,
    DOCUMENT,
    QUESTIONNAIRE,
    BUNDLE,
)


def changed(resource: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A copy with some elements replaced; ... takes one away."""
    result = copy.deepcopy(resource) | changes
    return {name: value for name, value in result.items() if value is not ...}
