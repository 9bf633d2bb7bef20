"""The FHIRPath of patches: against a FHIRPath engine on HL7's examples, and to places that can be changed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from facade.rest.writing.patch.nodes import root
from facade.rest.writing.patch.paths import find
from tests.facade.spec.official import examples
from tests.paths import needs_shared

PATHS = {
    "Patient": [
        "Patient",
        "Patient.name",
        "name.given",
        "Patient.name.where(use = 'official').given[0]",
        "Patient.name.given.first()",
        "Patient.name.given.last() | Patient.name.family",
        "Patient.name.given.tail()",
        "Patient.identifier.where(system.exists()).value",
        "Patient.identifier.where(period.start.exists().not() and use = 'usual')",
        "Patient.telecom.where(system = 'phone' or system = 'email').value",
        "Patient.telecom.skip(1).take(2)",
        "Patient.deceased",
        "Patient.deceased.ofType(boolean)",
        "Patient.deceased as dateTime",
        "Patient.contact.relationship.coding.code",
        "Patient.contact.where(relationship.coding.all(code = 'N')).name",
        "Patient.contact.where(telecom.count() = 1)",
        "Patient.birthDate.extension.value",
        "Patient.birthDate.extension('http://hl7.org/fhir/StructureDefinition/patient-birthTime').value",
        "Patient.extension.where(url.startsWith('http://hl7.org') and url.endsWith('e')).value",
        "Patient.extension.where(url.contains('us-core')).extension.url",
        "Patient.name.where($this.family = 'Chalmers')",
        "Patient.name.where(family != 'Chalmers')",
        "Patient.contained.where(id = 'x')",
        "Patient.link.other.reference",
        "Patient.name.where(given.empty())",
        "Patient.communication.language",
        "(Patient.name | Patient.contact.name).family",
    ],
    "Observation": [
        "Observation.value",
        "Observation.value.value",
        "(Observation.value as Quantity).unit",
        "Observation.value.ofType(CodeableConcept).coding",
        "Observation.component.where(code.coding.code = '8480-6').value.value",
        "Observation.component.value.where($this is Quantity)",
        "Observation.effective.ofType(Period).start",
        "Observation.subject.where(reference.startsWith('Patient/'))",
        "Observation.referenceRange.low",
        "Observation.code.coding.where(system = 'http://loinc.org' and code = '85354-9')",
    ],
}


def shown(values: list[Any]) -> list[str]:
    return sorted(json.dumps(value, sort_keys=True, default=str) for value in values)


@needs_shared
@pytest.mark.parametrize("type", sorted(PATHS))
def test_the_same_as_an_engine(type: str) -> None:
    import fhirpathpy
    from fhirpathpy.models import models

    found = 0
    for name, resource in examples().items():
        if resource["resourceType"] != type:
            continue
        for path in PATHS[type]:
            mine = [node.value for node in find(root(resource), path) if node.value is not None]
            engine = fhirpathpy.evaluate(resource, path, model=models["r4"])
            assert shown(mine) == shown(engine), (name, path)
            found += len(mine)
    assert found > 100


def test_every_place_is_where_its_value_is() -> None:
    resource: dict[str, Any] = {
        "resourceType": "Patient",
        "contained": [{"resourceType": "Organization", "id": "o", "alias": ["O", "P"]}],
        "name": [{"given": ["A", "B"]}, {"given": ["C"]}],
    }
    for path in ("Patient.name.given", "Patient.contained.alias", "Patient.name", "Patient.contained.id"):
        for node in find(root(resource), path):
            place = node.place
            assert place is not None
            held = place.owner[place.name]
            assert (held if place.index is None else held[place.index]) is node.value
    assert [node.value for node in find(root(resource), "Patient.contained.alias")] == ["O", "P"]
    for path in ("Resource.contained", "DomainResource.contained", "contained", "Patient.contained"):
        assert [node.type for node in find(root(resource), path)] == ["Organization"]
    assert find(root(resource), "Patient.name | Patient.name")[1].value == {"given": ["C"]}
