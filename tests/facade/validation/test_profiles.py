"""Profiles of our own making: each rule that a StructureDefinition can state, kept and broken."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from facade.validation.issue import Issue, is_valid
from facade.validation.library import Library
from facade.validation.validate import validate
from tests.facade.spec.official import examples
from tests.facade.spec.samples import PATIENT
from tests.facade.spec.test_examples import WRONG
from tests.paths import SHARED, needs_shared

BASE = "http://hl7.org/fhir/StructureDefinition/"
PROFILE = "http://example.org/profile"
NARRATIVE = PATIENT["text"]


def structure(*elements: dict[str, Any], type: str = "Observation", **more: Any) -> dict[str, Any]:
    """A profile with a differential only; ids follow from paths and slice names."""
    return {
        "resourceType": "StructureDefinition",
        "url": PROFILE,
        "name": "Ours",
        "status": "active",
        "kind": "resource",
        "abstract": False,
        "type": type,
        "baseDefinition": f"{BASE}{type}",
        "derivation": "constraint",
        "differential": {"element": [{"path": type}, *elements]},
        **more,
    }


def element(path: str, **rules: Any) -> dict[str, Any]:
    return {"path": f"Observation.{path}", **rules}


def observation(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "text": NARRATIVE,
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "1-8"}]},
        **more,
    }


def found(resource: dict[str, Any], *structures: dict[str, Any]) -> list[Issue]:
    return validate(resource, [PROFILE], Library(resources=structures))


def told(resource: dict[str, Any], *structures: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(i.severity, i.code, i.expression) for i in found(resource, *structures)]


def error(code: str, place: str) -> list[tuple[str, str, str]]:
    return [("error", code, f"Observation{place}")]


SUBJECT = {"reference": "Patient/1"}
LOINC, LOCAL = ({"system": s, "code": "1-8"} for s in ("http://loinc.org", "http://local"))
MG = {"value": Decimal("1.5"), "system": "http://unitsofmeasure.org", "code": "mg"}


@pytest.mark.parametrize(
    ("rules", "good", "bad", "issue"),
    [
        ([element("subject", min=1)], {"subject": SUBJECT}, {}, error("required", ".subject")),
        ([element("note", max="0")], {}, {"note": [{"text": "x"}]}, error("structure", ".note")),
        (
            [element("category", min=2)],
            {"category": [{"text": "x"}, {"text": "y"}]},
            {"category": [{"text": "x"}]},
            error("required", ".category"),
        ),
        (
            [element("status", fixedCode="final")],
            {},
            {"status": "amended"},
            error("value", ".status"),
        ),
        (
            [element("code", patternCodeableConcept={"coding": [LOINC]})],
            {"code": {"coding": [LOCAL, LOINC | {"display": "x"}]}},
            {"code": {"coding": [LOCAL]}},
            error("value", ".code"),
        ),
        (
            [element("code", fixedCodeableConcept={"coding": [LOINC]})],
            {},
            {"code": {"coding": [LOINC], "text": "more"}},
            error("value", ".code"),
        ),
        (
            [element("value[x]", type=[{"code": "Quantity"}])],
            {"valueQuantity": MG},
            {"valueString": "x"},
            error("structure", ".value"),
        ),
        (
            [element("value[x]"), element("value[x].code", min=1)],
            {"valueQuantity": MG},
            {"valueQuantity": {"value": 1}},
            error("required", ".value.code"),
        ),
        (
            [element("valueQuantity", min=1)],
            {"valueQuantity": MG},
            {"valueString": "x"},
            error("required", ".valueQuantity"),
        ),
        (
            [element("value[x]", minValueInteger=2, maxValueInteger=4)],
            {"valueInteger": 4},
            {"valueInteger": 5},
            error("value", ".value"),
        ),
        (
            [element("value[x]", minValueInteger=2)],
            {"valueInteger": 2},
            {"valueInteger": 1},
            error("value", ".value"),
        ),
        (
            [element("value[x]", maxLength=2)],
            {"valueString": "ab"},
            {"valueString": "abc"},
            error("too-long", ".value"),
        ),
        (
            [element("subject", type=[{"code": "Reference", "targetProfile": [BASE + "Patient"]}])],
            {"subject": SUBJECT},
            {"subject": {"reference": "Group/1"}},
            error("value", ".subject.reference"),
        ),
        (
            [element("subject", type=[{"code": "Reference", "targetProfile": [BASE + "Patient"]}])],
            {"subject": {"identifier": {"value": "1"}, "type": "Patient"}},
            {"subject": {"identifier": {"value": "1"}, "type": "Group"}},
            error("value", ".subject.type"),
        ),
        (
            [
                element(
                    "value[x]",
                    constraint=[
                        {
                            "key": "our-1",
                            "severity": "error",
                            "human": "h",
                            "expression": "$this.unit.exists()",
                        }
                    ],
                )
            ],
            {"valueQuantity": MG | {"unit": "mg"}},
            {"valueQuantity": MG},
            error("invariant", ".value"),
        ),
        (
            [element("component.code.text", min=1)],
            {"component": [{"code": {"text": "x"}}]},
            {"component": [{"code": {"text": "x"}}, {"code": {"coding": [LOINC]}}]},
            error("required", ".component[1].code.text"),
        ),
    ],
)
def test_a_rule(
    rules: list[dict[str, Any]],
    good: dict[str, Any],
    bad: dict[str, Any],
    issue: list[tuple[str, str, str]],
) -> None:
    profile = structure(*rules)
    assert told(observation(**good), profile) == []
    assert told(observation(**bad), profile) == issue
    (only,) = found(observation(**bad), profile)
    assert "Ours" in only.diagnostics or only.code == "invariant"


def sliced(path: str, type: str, at: str, rules: str = "open", **more: Any) -> dict[str, Any]:
    return element(path, slicing={"discriminator": [{"type": type, "path": at}], "rules": rules, **more})


def category(*codes: str) -> dict[str, Any]:
    return {"category": [{"coding": [{"system": "http://c", "code": code}]} for code in codes]}


def coded(code: str) -> dict[str, Any]:
    return {"coding": [{"system": "http://c", "code": code}]}


A = element("category", sliceName="a", min=1, max="1", patternCodeableConcept=coded("a"))
B = element("category", sliceName="b", patternCodeableConcept=coded("b"))
BY_PATTERN = sliced("category", "pattern", "$this")


@pytest.mark.parametrize(
    ("rules", "resource", "issue"),
    [
        ([BY_PATTERN, A], category("x", "a"), []),
        ([BY_PATTERN, A], category("x"), error("required", ".category")),
        ([BY_PATTERN, A], category("a", "a"), error("structure", ".category")),
        ([sliced("category", "pattern", "$this", "closed"), A, B], category("a", "b"), []),
        (
            [sliced("category", "pattern", "$this", "closed"), A, B],
            category("a", "x"),
            error("structure", ".category[1]"),
        ),
        ([sliced("category", "pattern", "$this", "openAtEnd"), A], category("a", "x"), []),
        (
            [sliced("category", "pattern", "$this", "openAtEnd"), A],
            category("x", "a"),
            error("structure", ".category[1]"),
        ),
        ([sliced("category", "pattern", "$this", ordered=True), A, B], category("a", "b"), []),
        (
            [sliced("category", "pattern", "$this", ordered=True), A, B],
            category("b", "a"),
            error("structure", ".category[1]"),
        ),
        (  # a slice's own rules hold for its items only
            [BY_PATTERN, B, element("category.text", id="Observation.category:b.text", min=1)],
            category("a", "b"),
            error("required", ".category[1].text"),
        ),
        (
            [
                sliced("component", "value", "code.coding.code"),
                element("component", sliceName="s", min=1),
                element(
                    "component.code.coding.code",
                    id="Observation.component:s.code.coding.code",
                    fixedCode="1-8",
                ),
            ],
            {"component": [{"code": {"coding": [LOCAL]}}]},
            [],
        ),
        (
            [
                sliced("component", "value", "code"),
                element("component", sliceName="s", min=1),
                element(
                    "component.code", id="Observation.component:s.code", patternCodeableConcept=coded("s")
                ),
            ],
            {"component": [{"code": coded("t")}]},
            error("required", ".component"),
        ),
        (
            [
                sliced("component", "exists", "dataAbsentReason"),
                element("component", sliceName="none", max="0"),
                element(
                    "component.dataAbsentReason", id="Observation.component:none.dataAbsentReason", min=1
                ),
            ],
            {"component": [{"code": coded("t"), "dataAbsentReason": coded("u")}]},
            error("structure", ".component"),
        ),
        (
            [
                sliced("component", "exists", "dataAbsentReason"),
                element("component", sliceName="told", min=1),
                element(
                    "component.dataAbsentReason", id="Observation.component:told.dataAbsentReason", max="0"
                ),
            ],
            {"component": [{"code": coded("t"), "dataAbsentReason": coded("u")}]},
            error("required", ".component"),
        ),
        (
            [
                sliced("value[x]", "type", "$this"),
                element("value[x]", sliceName="valueQuantity", min=1, type=[{"code": "Quantity"}]),
            ],
            {"valueString": "x"},
            error("required", ".value"),
        ),
        (
            [
                sliced("value[x]", "type", "$this"),
                element("value[x]", sliceName="valueQuantity", type=[{"code": "Quantity"}]),
                element("value[x].unit", id="Observation.value[x]:valueQuantity.unit", min=1),
            ],
            {"valueQuantity": MG},
            error("required", ".value.unit"),
        ),
        (
            [
                sliced("focus", "type", "resolve()"),
                element(
                    "focus",
                    sliceName="device",
                    min=1,
                    type=[{"code": "Reference", "targetProfile": [BASE + "Device"]}],
                ),
            ],
            {"focus": [{"reference": "Patient/1"}, {"reference": "Device/1"}]},
            [],
        ),
        (
            [
                sliced("focus", "type", "resolve()"),
                element(
                    "focus",
                    sliceName="device",
                    min=1,
                    type=[{"code": "Reference", "targetProfile": [BASE + "Device"]}],
                ),
            ],
            {"focus": [{"reference": "Patient/1"}]},
            error("required", ".focus"),
        ),
        (  # what cannot be told apart is said
            [sliced("category", "value", "text"), element("category", sliceName="a", min=1)],
            category("x"),
            [("information", "not-supported", "Observation.category")],
        ),
        (
            [sliced("category", "value", "text.where(x)"), element("category", sliceName="a", min=1)],
            category("x"),
            [("information", "not-supported", "Observation.category")],
        ),
    ],
)
def test_slices(
    rules: list[dict[str, Any]], resource: dict[str, Any], issue: list[tuple[str, str, str]]
) -> None:
    assert told(observation(**resource), structure(*rules)) == issue


EXTENSION = "http://example.org/extension"


def extension(*elements: dict[str, Any], **more: Any) -> dict[str, Any]:
    rules = [{"path": "Extension.url", "fixedUri": EXTENSION}, *elements]
    return structure(*rules, type="Extension", **({"url": EXTENSION, "name": "Extra"} | more))


CODED = extension({"path": "Extension.value[x]", "min": 1, "type": [{"code": "code"}]})
PLACED = extension(context=[{"type": "element", "expression": "Patient"}])


def test_extensions_are_checked_wherever_they_are() -> None:
    good = observation(extension=[{"url": EXTENSION, "valueCode": "x"}])
    bad = observation(_status={"extension": [{"url": EXTENSION, "valueString": "x"}]})
    library = Library(resources=[CODED])
    assert validate(good, (), library) == []
    assert [(i.code, i.expression) for i in validate(bad, (), library)] == [
        ("structure", "Observation.status.extension[0].value")
    ]


def test_an_extension_out_of_its_place() -> None:
    library = Library(resources=[PLACED])
    (issue,) = validate(observation(extension=[{"url": EXTENSION, "valueCode": "x"}]), (), library)
    assert (issue.severity, issue.code, issue.expression) == (
        "error",
        "extension",
        "Observation.extension[0]",
    )
    patient = {"resourceType": "Patient", "text": NARRATIVE}
    assert validate(patient | {"extension": [{"url": EXTENSION, "valueCode": "x"}]}, (), library) == []


def test_an_extension_that_a_profile_asks_for() -> None:
    rules = [
        sliced("extension", "value", "url"),
        element("extension", sliceName="extra", min=1, type=[{"code": "Extension", "profile": [EXTENSION]}]),
    ]
    other = observation(extension=[{"url": "http://example.org/other", "valueCode": "x"}])
    for structures in ([structure(*rules), CODED], [structure(*rules)]):
        assert told(other, *structures) == error("required", ".extension")
    mine = observation(extension=[{"url": EXTENSION, "valueCode": "x"}])
    assert told(mine, structure(*rules), CODED) == []
    assert told(mine, structure(*rules)) == [("information", "not-supported", "Observation.extension[0]")]


PART = structure(
    {"path": "Patient.name", "min": 1}, type="Patient", url="http://example.org/part", name="Part"
)


def test_what_a_bundle_and_a_resource_hold_is_checked_by_its_own_claim_and_by_the_profiles_of_its_place() -> (
    None
):
    patient = {
        "resourceType": "Patient",
        "text": NARRATIVE,
        "active": True,
        "meta": {"profile": [PART["url"]]},
    }
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": patient}]}
    library = Library(resources=[PART])
    assert [(i.code, i.expression) for i in validate(bundle, (), library)] == [
        ("required", "Bundle.entry[0].resource.name")
    ]
    del patient["meta"]
    place = structure(
        {"path": "Bundle.entry.resource", "type": [{"code": "Patient", "profile": [PART["url"]]}]},
        type="Bundle",
    )
    assert [(i.code, i.expression) for i in found(bundle, place, PART)] == [
        ("required", "Bundle.entry[0].resource.name")
    ]


def test_a_profile_of_a_profile() -> None:
    above = structure(element("subject", min=1), url="http://example.org/above", name="Above")
    ours = structure(element("method", min=1), baseDefinition="http://example.org/above")
    assert told(observation(), ours, above) == [
        *error("required", ".subject"),
        *error("required", ".method"),
    ]
    assert told(observation(method={"text": "x"}), ours) == [("information", "not-supported", "Observation")]


def test_claims() -> None:
    library = Library(resources=[PART, structure(element("method", min=1))])
    claims = [
        PROFILE,
        PROFILE + "|2.0",
        "http://example.org/none",
        PART["url"],
        BASE + "Observation",
        BASE + "Group",
    ]
    issues = validate(observation(meta={"profile": claims}), (), library)
    assert [(i.severity, i.code, i.expression) for i in issues] == [
        ("error", "required", "Observation.method"),
        ("warning", "not-found", "Observation.meta.profile[1]"),
        ("warning", "not-found", "Observation.meta.profile[2]"),
        ("error", "structure", "Observation.meta.profile[3]"),
        ("error", "structure", "Observation.meta.profile[5]"),
    ]
    asked = validate(
        observation(), ["http://example.org/none", BASE + "Group", BASE + "DomainResource"], library
    )
    assert [(i.severity, i.code) for i in asked] == [("error", "not-found"), ("error", "structure")]


def test_the_version_that_is_asked_for() -> None:
    one = structure(element("method", min=1), version="1.0")
    two = structure(element("subject", min=1), version="2.0")
    library = Library(resources=[one, two])
    for canonical, place in (
        (PROFILE + "|1.0", "method"),
        (PROFILE + "|2.0", "subject"),
        (PROFILE, "subject"),
    ):
        (issue,) = validate(observation(), [canonical], library)
        assert issue.expression == f"Observation.{place}"


def test_a_snapshot_that_says_what_r4_says_is_not_told_twice() -> None:
    snapshot = [
        {"path": "Observation", "min": 0, "max": "*"},
        element("status", min=1, max="1", base={"path": "Observation.status", "min": 1, "max": "1"}),
    ]
    profile = structure(snapshot={"element": snapshot})
    broken = observation()
    del broken["status"]
    assert told(broken, profile) == error("required", ".status")


@needs_shared
def test_r4s_own_definitions_as_profiles() -> None:
    """Every tenth official example meets the profile of its own type, as the package has it."""
    library = Library([SHARED / "fhir" / "hl7.fhir.r4.core-4.0.1.tgz"])
    for name, resource in list(examples().items())[::10]:
        issues = validate(resource, [BASE + resource["resourceType"]], library)
        assert is_valid(issues) == (name not in WRONG), name


@pytest.mark.parametrize(
    "broken",
    [
        {"differential": {"element": "x"}},
        {"differential": {"element": [{"path": 1}]}},
        {"type": ["Observation"], "baseDefinition": PROFILE},
        {"differential": {"element": [{"path": "Observation.code", "type": "x", "min": "y"}]}},
        {"differential": {"element": [{"path": "Observation.code", "binding": "x", "constraint": [1]}]}},
    ],
)
def test_a_stored_profile_that_is_none_harms_nobody(broken: dict[str, Any]) -> None:
    issues = found(observation(), structure(**broken))
    assert all(issue.severity in ("error", "information") for issue in issues)
