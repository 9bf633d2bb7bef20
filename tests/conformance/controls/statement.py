"""What the control server declares, which is what it does.

https://hl7.org/fhir/R4/capabilitystatement.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.conformance.controls.operations import EVERYTHING, VALIDATE
from tests.conformance.controls.parameters import BASE, PARAMETERS, TYPES
from tests.conformance.controls.values import Wrong

INTERACTIONS = (
    "read", "vread", "update", "patch", "delete", "history-instance", "history-type", "create", "search-type",
)  # fmt: skip


def statement(base: str, wrong: Wrong, types: Sequence[str] = TYPES) -> dict[str, Any]:
    found: dict[str, Any] = {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2024-03-01",
        "kind": "instance",
        "software": {"name": "control server", "version": "1"},
        "implementation": {"description": "A small correct server, for tests", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["json", "application/fhir+json"],
        "patchFormat": ["application/json-patch+json"],
        "rest": [
            {
                "mode": "server",
                "resource": [_resource(type, wrong, types) for type in types],
                "interaction": [{"code": code} for code in ("batch", "transaction", "history-system")],
            }
        ],
    }
    if wrong("xml-declared"):
        found["format"].append("application/fhir+xml")
    if wrong("statement-without-status"):
        del found["status"]
    if wrong("statement-kind-unknown"):
        found["kind"] = "server"
    return found


def _resource(type: str, wrong: Wrong, types: Sequence[str]) -> dict[str, Any]:
    references = [one.name for one in PARAMETERS[type].values() if one.type == "reference"]
    reverse = [
        f"{source}:{one.name}"
        for source in types
        for one in PARAMETERS[source].values()
        if one.type == "reference" and type in ((one.only,) if one.only else one.targets)
    ]
    found: dict[str, Any] = {
        "type": type,
        "profile": f"http://hl7.org/fhir/StructureDefinition/{type}",
        "interaction": [{"code": code} for code in INTERACTIONS],
        "versioning": "versioned",
        "readHistory": True,
        "updateCreate": True,
        "conditionalCreate": True,
        "conditionalRead": "full-support",
        "conditionalUpdate": True,
        "conditionalDelete": "single",
        "searchInclude": [f"{type}:{name}" for name in references],
        "searchRevInclude": reverse,
        "searchParam": [
            {"name": one.name, "definition": one.url, "type": one.type} for one in PARAMETERS[type].values()
        ],
    }
    if wrong("parameter-type-wrong") and type == "Patient":
        found["searchParam"][0]["type"] = "string"
    if wrong("parameter-unserved") and type == "Patient":
        url = BASE + "individual-phonetic"
        found["searchParam"].append({"name": "phonetic", "definition": url, "type": "string"})
    found["operation"] = [{"name": "validate", "definition": VALIDATE}]
    if type == "Patient":
        found["operation"].append({"name": "everything", "definition": EVERYTHING})
    if type == "Observation":
        found["supportedProfile"] = ["http://hl7.org/fhir/StructureDefinition/bp"]
        if wrong("operation-unserved"):
            found["operation"].append(
                {"name": "lastn", "definition": VALIDATE.replace("Resource-validate", "Observation-lastn")}
            )
    return {name: value for name, value in found.items() if value != []}
