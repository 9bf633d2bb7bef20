"""Small valid resources to plant errors in, and a guide of a few definitions."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import Any

Json = dict[str, Any]

PATIENT: Json = {
    "resourceType": "Patient",
    "id": "p1",
    "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Ada &eacute;</div>'},
    "identifier": [{"system": "urn:x", "value": "1", "period": {"start": "2020-01", "end": "2021"}}],
    "name": [
        {
            "family": "Lovelace",
            "given": ["Ada", None],
            "_given": [None, {"extension": [{"url": "http://x/y", "valueCode": "masked"}]}],
        }
    ],
    "gender": "female",
    "birthDate": "1815-12-10",
    "_birthDate": {"extension": [{"url": "http://x/time", "valueDateTime": "1815-12-10T01:02:03Z"}]},
    "contained": [{"resourceType": "Organization", "id": "o", "name": "Society"}],
    "managingOrganization": {"reference": "#o"},
    "contact": [{"name": {"text": "Byron"}}],
}
OBSERVATION: Json = {
    "resourceType": "Observation",
    "id": "o1",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
    "subject": {"reference": "Patient/p1"},
    "effectiveDateTime": "2020-02-29T10:00:00+01:00",
    "valueQuantity": {
        "value": Decimal("72.50"),
        "unit": "kg",
        "system": "http://unitsofmeasure.org",
        "code": "kg",
    },
    "referenceRange": [{"low": {"value": 50, "code": "kg", "system": "http://unitsofmeasure.org"}}],
    "component": [
        {
            "code": {"text": "part"},
            "valueInteger": 3,
            "referenceRange": [{"text": "as above"}],
        }
    ],
}
QUESTIONNAIRE: Json = {
    "resourceType": "Questionnaire",
    "status": "active",
    "item": [
        {
            "linkId": "1",
            "type": "group",
            "item": [
                {
                    "linkId": "1.1",
                    "type": "boolean",
                    "enableWhen": [{"question": "1.2", "operator": "exists", "answerBoolean": True}],
                }
            ],
        }
    ],
}
BUNDLE: Json = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [
        {"fullUrl": "urn:uuid:04121321-4af5-424c-a0e1-ed3aab1c349d", "resource": deepcopy(PATIENT)},
        {
            "fullUrl": "http://x/Observation/o1",
            "resource": OBSERVATION
            | {"subject": {"reference": "urn:uuid:04121321-4af5-424c-a0e1-ed3aab1c349d"}},
        },
    ],
}


def changed(resource: Json, path: str, value: Any = ...) -> Json:
    """A copy with the value at a path (`name.0.family`) put there, or taken away."""
    copy = deepcopy(resource)
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    at: Any = copy
    for step in way:
        at = at[step]
    if value is ...:
        del at[last]
    else:
        at[last] = value
    return copy
