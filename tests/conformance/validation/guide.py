"""A guide of two profiles, made by hand: patterns, slices by each discriminator, an extension, codes."""

from __future__ import annotations

from typing import Any

from conformance.spec.definitions import Definitions, definitions

Json = dict[str, Any]
BASE = "http://guide.example/StructureDefinition/"
LOINC, CATEGORY = "http://loinc.org", "http://terminology.hl7.org/CodeSystem/observation-category"
PANEL, COLOUR = BASE + "panel", BASE + "colour"


def element(id: str, min: int = 0, max: str = "*", **more: Any) -> Json:
    """An ElementDefinition as the kit keeps it."""
    path = ".".join(part.partition(":")[0] for part in id.split("."))
    last = id.rpartition(".")[2]
    slice = {"sliceName": last.partition(":")[2]} if ":" in last else {}
    return {"id": id, "path": path, "min": min, "max": max, **slice, **more}


def by(kind: str, path: str, rules: str = "open") -> Json:
    return {"discriminator": [{"type": kind, "path": path}], "rules": rules}


def concept(system: str, code: str) -> Json:
    return {"coding": [{"system": system, "code": code}]}


def of(code: str, **more: Any) -> list[Json]:
    return [{"code": code, **more}]


ELEMENTS: list[Json] = [
    element(
        "Observation",
        constraint=[
            {
                "key": "g-1",
                "severity": "error",
                "human": "has a performer when final",
                "expression": "status = 'final' implies performer.exists()",
            },
            {
                "key": "g-2",
                "severity": "error",
                "human": "is of the value set",
                "expression": "code.memberOf('http://x')",
            },
        ],
    ),
    element("Observation.extension", slicing=by("value", "url"), type=of("Extension")),
    element("Observation.extension:colour", 0, "1", type=of("Extension", profile=[COLOUR]), mustSupport=True),
    element("Observation.status", 1, "1", type=of("code"), mustSupport=True),
    element("Observation.category", 1, "*", type=of("CodeableConcept"), slicing=by("pattern", "$this")),
    element(
        "Observation.category:panel",
        1,
        "1",
        type=of("CodeableConcept"),
        patternCodeableConcept=concept(CATEGORY, "exam"),
        mustSupport=True,
    ),
    element(
        "Observation.code", 1, "1", type=of("CodeableConcept"), patternCodeableConcept=concept(LOINC, "1-8")
    ),
    element(
        "Observation.subject",
        1,
        "1",
        type=of("Reference", targetProfile=["http://hl7.org/fhir/StructureDefinition/Patient"]),
        mustSupport=True,
    ),
    element(
        "Observation.performer",
        0,
        "2",
        type=of("Reference", targetProfile=["http://hl7.org/fhir/StructureDefinition/Practitioner"]),
    ),
    element(
        "Observation.value[x]",
        0,
        "1",
        type=[*of("Quantity"), *of("string")],
        slicing=by("type", "$this", "closed"),
    ),
    element("Observation.value[x]:valueQuantity", 0, "1", type=of("Quantity"), mustSupport=True),
    element("Observation.value[x]:valueQuantity.code", 1, "1", type=of("code"), fixedCode="kg"),
    element("Observation.value[x]:valueString", 0, "1", type=of("string"), maxLength=5),
    element("Observation.note", 0, "*", type=of("Annotation"), slicing=by("exists", "time")),
    element("Observation.note:timed", 0, "1", type=of("Annotation")),
    element("Observation.note:timed.time", 1, "1", type=of("dateTime")),
    element("Observation.hasMember", 0, "*", type=of("Reference"), slicing=by("type", "resolve()")),
    element(
        "Observation.hasMember:answers",
        0,
        "1",
        type=of("Reference", targetProfile=["http://hl7.org/fhir/StructureDefinition/QuestionnaireResponse"]),
    ),
    element(
        "Observation.component",
        0,
        "*",
        type=of("BackboneElement"),
        slicing=by("value", "code.coding.code", "closed"),
    ),
    element("Observation.component:first", 1, "1", type=of("BackboneElement"), mustSupport=True),
    element(
        "Observation.component:first.code",
        1,
        "1",
        type=of("CodeableConcept"),
        patternCodeableConcept=concept(LOINC, "2-6"),
    ),
    element("Observation.component:first.value[x]", 1, "1", type=of("integer"), maxValueInteger=9),
    element("Observation.component:second", 0, "1", type=of("BackboneElement"), mustSupport=True),
    element("Observation.component:second.code", 1, "1", type=of("CodeableConcept")),
    element("Observation.component:second.code.coding", 1, "1", type=of("Coding")),
    element("Observation.component:second.code.coding.code", 1, "1", type=of("code"), fixedCode="3-4"),
]
COLOURS = BASE.replace("StructureDefinition", "ValueSet") + "colours"
GUIDE: list[Json] = [
    {
        "resourceType": "StructureDefinition",
        "url": PANEL,
        "name": "Panel",
        "kind": "resource",
        "abstract": False,
        "type": "Observation",
        "derivation": "constraint",
        "element": ELEMENTS,
    },
    {
        "resourceType": "StructureDefinition",
        "url": COLOUR,
        "name": "Colour",
        "kind": "complex-type",
        "abstract": False,
        "type": "Extension",
        "derivation": "constraint",
        "element": [
            element("Extension"),
            element("Extension.url", 1, "1", type=of("uri"), fixedUri=COLOUR),
            element(
                "Extension.value[x]",
                1,
                "1",
                type=of("code"),
                binding={"strength": "required", "valueSet": COLOURS},
            ),
        ],
    },
    {
        "resourceType": "ValueSet",
        "url": COLOURS,
        "compose": {
            "include": [{"system": "urn:colours"}],
            "exclude": [{"system": "urn:colours", "codes": ["blue"]}],
        },
    },
    {
        "resourceType": "CodeSystem",
        "url": "urn:colours",
        "content": "complete",
        "concept": [["red", None], ["blue", None]],
    },
]


def guide() -> Definitions:
    """R4's definitions and this guide's."""
    core = definitions()
    shelves = (core.structures, core.value_sets, core.code_systems, core.parameters)
    return Definitions([*(one for shelf in shelves for one in shelf.values()), *GUIDE])


CONFORMS: Json = {
    "resourceType": "Observation",
    "extension": [{"url": COLOUR, "valueCode": "red"}, {"url": "http://other", "valueString": "x"}],
    "status": "final",
    "category": [concept(CATEGORY, "exam"), {"text": "other"}],
    "code": {
        "coding": [{"system": "urn:mine", "code": "w"}, {"system": LOINC, "code": "1-8", "display": "W"}]
    },
    "subject": {"reference": "Patient/1"},
    "performer": [{"reference": "Practitioner/1"}],
    "valueQuantity": {"value": 1, "system": "http://unitsofmeasure.org", "code": "kg"},
    "note": [{"time": "2020", "text": "x"}, {"text": "y"}],
    "hasMember": [{"reference": "QuestionnaireResponse/1"}, {"reference": "Observation/1"}],
    "component": [
        {"code": concept(LOINC, "2-6"), "valueInteger": 9},
        {"code": concept(LOINC, "3-4"), "valueString": "x"},
    ],
}
