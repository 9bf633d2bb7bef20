"""A small guide as a package: a statement for servers, search parameters and profiles, in FHIR's own form."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

Json = dict[str, Any]
BASE = "http://guide.example/"
SERVER = BASE + "CapabilityStatement/server"
EXPECTATION = "http://hl7.org/fhir/StructureDefinition/capabilitystatement-expectation"
COMBINATION = "http://hl7.org/fhir/StructureDefinition/capabilitystatement-search-parameter-combination"
MUST_SUPPORT = "http://hl7.org/fhir/StructureDefinition/elementdefinition-type-must-support"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
PATIENT, VITAL, LAB = (f"{BASE}StructureDefinition/{name}" for name in ("patient", "vital", "lab"))


def level(code: str, /, **more: Any) -> Json:
    """With an expectation."""
    return {"extension": [{"url": EXPECTATION, "valueCode": code}], **more}


def together(code: str, *names: str) -> Json:
    parts = [{"url": EXPECTATION, "valueCode": code}]
    return {
        "url": COMBINATION,
        "extension": [*parts, *({"url": "required", "valueString": one} for one in names)],
    }


def parameter(type: str, code: str, kind: str, expression: str, **more: Any) -> Json:
    id = f"{type.lower()}-{code.strip('_')}"
    return {
        "resourceType": "SearchParameter",
        "id": id,
        "url": f"{BASE}SearchParameter/{id}",
        "name": id,
        "code": code,
        "base": [type],
        "type": kind,
        "expression": expression,
        **more,
    }


PARAMETERS = [
    parameter("Patient", "_id", "token", "Patient.id"),
    parameter("Patient", "name", "string", "Patient.name"),
    parameter("Patient", "identifier", "token", "Patient.identifier"),
    parameter("Patient", "birthdate", "date", "Patient.birthDate"),
    parameter("Patient", "gender", "token", "Patient.gender"),
    parameter("Observation", "patient", "reference", "Observation.subject.where(resolve() is Patient)"),
    parameter("Observation", "category", "token", "Observation.category"),
    parameter("Observation", "code", "token", "Observation.code"),
    parameter(
        "Observation", "status", "token", "Observation.status", multipleOr=True, _multipleOr=level("SHALL")
    ),
    parameter(
        "Observation",
        "date",
        "date",
        "Observation.effective",
        comparator=["eq", "gt", "lt", "ge", "le"],
        _comparator=[level("MAY"), *(level("SHALL") for _ in range(4))],
        multipleAnd=True,
        _multipleAnd=level("SHOULD"),
    ),
]


def _resource(type: str, profiles: list[str], **more: Any) -> Json:
    return level(
        "SHALL",
        type=type,
        supportedProfile=profiles,
        _supportedProfile=[level("SHALL") for _ in profiles],
        interaction=[level("SHALL", code=code) for code in ("read", "search-type")],
        searchRevInclude=["Provenance:target"],
        _searchRevInclude=[level("SHALL")],
        **more,
    )


def _asked(type: str, **levels: str) -> list[Json]:
    found = []
    for name, code in levels.items():
        id = f"{type.lower()}-{name.strip('_')}"
        found.append(level(code, name=name, definition=f"{BASE}SearchParameter/{id}"))
    return found


def statement() -> Json:
    patient = _resource(
        "Patient",
        [PATIENT],
        searchParam=_asked(
            "Patient", _id="SHALL", name="SHALL", identifier="SHALL", birthdate="MAY", gender="MAY"
        ),
    )
    patient["extension"] += [together("SHALL", "gender", "name"), together("SHOULD", "birthdate", "name")]
    observation = _resource(
        "Observation",
        [VITAL, LAB],
        searchParam=_asked(
            "Observation", patient="SHALL", category="MAY", code="MAY", status="MAY", date="MAY"
        ),
    )
    observation["extension"] += [
        together("SHALL", "patient", "category"),
        together("SHALL", "patient", "code"),
        together("SHALL", "patient", "category", "date"),
        together("SHOULD", "patient", "category", "status"),
    ]
    goal = _resource("Goal", [BASE + "StructureDefinition/goal"], searchParam=[])
    return {
        "resourceType": "CapabilityStatement",
        "url": SERVER,
        "name": "Server",
        "version": "1",
        "rest": [{"mode": "server", "resource": [patient, observation, goal]}],
    }


def element(id: str, min: int = 0, max: str = "*", *types: Any, **more: Any) -> Json:
    path = ".".join(part.partition(":")[0] for part in id.split("."))
    codes = [{"code": one} if isinstance(one, str) else one for one in types]
    named = {"sliceName": id.rpartition(":")[2]} if ":" in id.rpartition(".")[2] else {}
    return {"id": id, "path": path, "min": min, "max": max, **named, "type": codes, **more}


def profile(url: str, type: str, *elements: Json) -> Json:
    return {
        "resourceType": "StructureDefinition",
        "url": url,
        "name": url.rpartition("/")[2].title(),
        "kind": "resource",
        "abstract": False,
        "type": type,
        "derivation": "constraint",
        "snapshot": {"element": [{"id": type, "path": type, "min": 0, "max": "*"}, *elements]},
    }


def category(code: str) -> tuple[Json, Json]:
    slicing = {"discriminator": [{"type": "pattern", "path": "$this"}], "rules": "open"}
    pattern = {"coding": [{"system": CATEGORY, "code": code}]}
    return (
        element("Observation.category", 1, "*", "CodeableConcept", slicing=slicing),
        element(
            "Observation.category:mine",
            1,
            "1",
            "CodeableConcept",
            patternCodeableConcept=pattern,
            mustSupport=True,
        ),
    )


SUBJECT = {
    "code": "Reference",
    "targetProfile": [PATIENT, "http://hl7.org/fhir/StructureDefinition/Group"],
    "_targetProfile": [{"extension": [{"url": MUST_SUPPORT, "valueBoolean": True}]}, None],
}
PROFILES = [
    profile(
        PATIENT,
        "Patient",
        element("Patient.name", 1, "*", "HumanName", mustSupport=True),
        element("Patient.name.family", 0, "1", "string", mustSupport=True),
        element("Patient.photo", 0, "*", "Attachment", mustSupport=True),
    ),
    profile(
        VITAL,
        "Observation",
        *category("vital-signs"),
        element("Observation.subject", 1, "1", SUBJECT, mustSupport=True),
        element("Observation.effective[x]", 1, "1", "dateTime", "Period", mustSupport=True),
        element("Observation.performer", 0, "*", "Reference", mustSupport=True),
    ),
    profile(LAB, "Observation", *category("laboratory"), element("Observation.specimen", 1, "1")),
]


def write_package(folder: Path) -> Path:
    """The guide as a .tgz."""
    path = folder / "guide.tgz"
    with tarfile.open(path, "w:gz") as archive:
        for at, one in enumerate([statement(), *PARAMETERS, *PROFILES]):
            text = json.dumps(one).encode()
            info = tarfile.TarInfo(f"package/{one['resourceType']}-{at}.json")
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text))
    return path
