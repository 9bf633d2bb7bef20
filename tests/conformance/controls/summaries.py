"""Parts of resources: `_summary` and `_elements`.

https://hl7.org/fhir/R4/search.html#summary · https://hl7.org/fhir/R4/search.html#elements
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.conformance.controls.problem import Problem
from tests.conformance.controls.values import Wrong

Shape = Callable[[dict[str, Any]], dict[str, Any]]

SUMMARY = {
    "Patient": "identifier active name telecom gender birthDate deceased address managingOrganization link",
    "Practitioner": "identifier active name telecom address gender birthDate",
    "Organization": "identifier active type name partOf",
    "Encounter": "identifier status class type serviceType subject episodeOfCare participant appointment "
    "reasonCode reasonReference diagnosis",
    "Observation": "identifier basedOn partOf status code subject focus encounter effective issued performer "
    "value hasMember derivedFrom component",
    "Condition": "identifier clinicalStatus verificationStatus code bodySite subject encounter onset "
    "recordedDate recorder asserter",
    "RiskAssessment": "identifier status method code subject encounter occurrence condition performer",
    "Provenance": "target recorded",
    "ValueSet": "url identifier version name title status experimental date publisher contact useContext "
    "jurisdiction immutable",
}
MANDATORY = {
    "Encounter": "status class",
    "Observation": "status code",
    "Condition": "subject clinicalStatus verificationStatus",
    "RiskAssessment": "status subject",
    "Provenance": "target recorded agent",
    "ValueSet": "status",
    "Patient": "active deceased link",
}  # and those that modify the meaning of others
ALWAYS = ("resourceType", "id", "meta", "implicitRules")
CHOICES = ("deceased", "effective", "value", "onset", "occurrence", "abatement", "occurred", "multipleBirth")


def shape_of(given: dict[str, str], wrong: Wrong) -> Shape:
    """What is left of each resource. Raises Problem for a summary that is none."""
    summary, elements = given.get("_summary", "false"), given.get("_elements", "")
    match summary:
        case "false" | "count":
            if not elements or wrong("elements-ignored"):
                return lambda resource: resource
            wanted = {one.strip().rpartition(".")[2] for one in elements.split(",")}
            return lambda resource: _only(resource, wanted | _of(MANDATORY, resource))
        case "true":
            if wrong("summary-ignored"):
                return lambda resource: resource
            return lambda resource: _only(resource, _of(SUMMARY, resource) | _of(MANDATORY, resource))
        case "text":
            return lambda resource: _only(resource, {"text"} | _of(MANDATORY, resource))
        case "data":
            return lambda resource: _only(resource, {*resource} - {"text"})
    raise Problem(400, "invalid", "_summary is true, text, data, count or false.")


def _of(table: dict[str, str], resource: dict[str, Any]) -> set[str]:
    return set(table.get(resource["resourceType"], "").split())


def _only(resource: dict[str, Any], wanted: set[str]) -> dict[str, Any]:
    kept = {
        name: value
        for name, value in resource.items()
        if name in ALWAYS or _stem(name) in wanted or name in wanted
    }
    tag = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}
    kept["meta"] = kept["meta"] | {"tag": [*kept["meta"].get("tag", ()), tag]}
    return kept


def _stem(name: str) -> str:
    """Of an element of many types its name without the type."""
    return next((one for one in CHOICES if name.startswith(one)), name)
