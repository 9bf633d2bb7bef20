"""Value sets: what is of them, what is not, and what cannot be said."""

from __future__ import annotations

from typing import Any

import pytest

from facade.spec.terminology import CodeSystem, code_system, code_system_of, compose
from facade.validation.bindings import check_binding, member_of
from facade.validation.library import Library
from facade.validation.nodes import children, root_node
from facade.validation.valuesets import all_of, any_of, is_below

SYSTEM = {
    "resourceType": "CodeSystem",
    "url": "http://s",
    "status": "active",
    "content": "complete",
    "concept": [
        {"code": "a", "concept": [{"code": "b", "concept": [{"code": "c"}]}]},
        {
            "code": "group",
            "property": [{"code": "notSelectable", "valueBoolean": True}],
            "concept": [{"code": "d"}],
        },
    ],
}


def value_set(url: str, *include: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "ValueSet",
        "status": "active",
        "url": url,
        "compose": {"include": list(include), **more},
    }


def is_a(code: str, operator: str = "is-a", name: str = "concept") -> dict[str, Any]:
    return {"system": "http://s", "filter": [{"property": name, "op": operator, "value": code}]}


SETS = [
    value_set("http://whole", {"system": "http://s"}),
    value_set("http://listed", {"system": "http://t", "concept": [{"code": "x"}, {"code": "y"}]}),
    value_set("http://below", is_a("b")),
    value_set("http://under", is_a("b", "descendent-of")),
    value_set("http://not", is_a("b", "is-not-a")),
    value_set("http://regex", is_a("[ab]", "regex", "code")),
    value_set("http://parent", is_a("a", "=", "parent")),
    value_set("http://property", is_a("x", "=", "status")),
    value_set("http://both", {"valueSet": ["http://whole", "http://below"]}),
    value_set("http://either", {"valueSet": ["http://listed"]}, {"system": "http://s"}),
    value_set("http://except", {"system": "http://s"}, exclude=[is_a("b")]),
    value_set("http://elsewhere", {"system": "http://loinc.org"}),
    value_set("http://partly", {"system": "http://loinc.org"}, {"system": "http://s"}),
    value_set("http://round", {"valueSet": ["http://round"]}),
    value_set("http://mime", {"system": "urn:ietf:bcp:13"}),
    {
        "resourceType": "ValueSet",
        "url": "http://expanded",
        "status": "active",
        "expansion": {
            "timestamp": "2024-01-01",
            "contains": [
                {"system": "http://s", "code": "a", "contains": [{"system": "http://s", "code": "b"}]},
                {"system": "http://s", "code": "z", "abstract": True},
            ],
        },
    },
]
LIBRARY = Library(resources=[SYSTEM, *SETS])


@pytest.mark.parametrize(
    ("url", "system", "codes", "known"),
    [
        ("http://whole", "http://s", "abcd", True),
        ("http://whole", "http://s", ["z", "group"], False),
        ("http://whole", None, "a", True),
        ("http://whole", "http://other", "a", False),
        ("http://whole|1.0", "http://s", "a", True),
        ("http://listed", "http://t", "xy", True),
        ("http://listed", "http://t", "z", False),
        ("http://below", "http://s", "bc", True),
        ("http://below", "http://s", "ad", False),
        ("http://under", "http://s", "c", True),
        ("http://under", "http://s", "ab", False),
        ("http://not", "http://s", "ad", True),
        ("http://not", "http://s", "bc", False),
        ("http://regex", "http://s", "ab", True),
        ("http://regex", "http://s", "c", False),
        ("http://parent", "http://s", "b", True),
        ("http://parent", "http://s", "ac", False),
        ("http://property", "http://s", "a", None),
        ("http://property", "http://s", "z", False),
        ("http://both", "http://s", "b", True),
        ("http://both", "http://s", "a", False),
        ("http://either", "http://t", "x", True),
        ("http://either", "http://s", "a", True),
        ("http://either", None, "z", False),
        ("http://except", "http://s", "a", True),
        ("http://except", "http://s", "bc", False),
        ("http://elsewhere", "http://loinc.org", "1", None),
        ("http://elsewhere", "http://s", "a", False),
        ("http://partly", "http://s", "a", True),
        ("http://partly", None, "z", None),
        ("http://round", "http://s", "a", None),
        ("http://unheard", "http://s", "a", None),
        ("http://mime", None, ["text/plain", "text/plain; charset=utf-8", "xml"], True),
        ("http://mime", None, ["text/plain/x", "a b"], False),
        ("http://expanded", "http://s", "ab", True),
        ("http://expanded", "http://s", "z", False),
        ("http://hl7.org/fhir/ValueSet/administrative-gender", None, ["male"], True),
        ("http://hl7.org/fhir/ValueSet/administrative-gender", None, ["x"], False),
    ],
)
def test_contains(url: str, system: str | None, codes: str | list[str], known: bool | None) -> None:
    for code in codes:
        assert LIBRARY.value_sets.contains(url, system, code) is known, code


def test_a_concept_has_any_coding_of_the_set() -> None:
    sets = LIBRARY.value_sets
    good, bad, odd = (
        {"system": s, "code": c} for s, c in (("http://s", "a"), ("http://s", "z"), ("http://loinc.org", "1"))
    )
    assert member_of({"coding": [bad, good]}, "http://whole", sets) is True
    assert member_of({"coding": [bad, {"display": "x"}]}, "http://whole", sets) is False
    assert member_of({"coding": [bad, odd]}, "http://partly", sets) is None
    assert member_of({"text": "x"}, "http://whole", sets) is False
    assert member_of({"value": 1, **good}, "http://whole", sets) is True
    assert member_of({"value": 1}, "http://whole", sets) is False
    assert member_of("a", "http://whole", sets) is True
    assert member_of(1, "http://whole", sets) is None


@pytest.mark.parametrize(
    ("strength", "code", "severity"),
    [
        ("required", "z", "error"),
        ("extensible", "z", "warning"),
        ("preferred", "z", "information"),
        ("example", "z", None),
        ("required", "a", None),
    ],
)
def test_how_strongly_a_binding_binds(strength: str, code: str, severity: str | None) -> None:
    patient = {"resourceType": "Patient", "maritalStatus": {"coding": [{"system": "http://s", "code": code}]}}
    (node,) = children(root_node(patient))
    binding = {"strength": strength, "valueSet": "http://whole"}
    found = list(check_binding(node, binding, LIBRARY.value_sets, "X"))
    assert [issue.severity for issue in found] == ([] if severity is None else [severity])
    unknown = list(check_binding(node, binding | {"valueSet": "http://unheard"}, LIBRARY.value_sets, "X"))
    wanted = ["information"] if strength in ("required", "extensible") else []
    assert [issue.severity for issue in unknown] == wanted


def test_the_largest_value_set_binds_whatever_the_strength() -> None:
    node = next(iter(children(root_node({"resourceType": "Patient", "language": "z"}))))
    largest = {
        "url": "http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet",
        "valueCanonical": "http://whole",
    }
    binding = {"strength": "example", "valueSet": "http://whole", "extension": [largest]}
    (issue,) = check_binding(node, binding, LIBRARY.value_sets, "X")
    assert (issue.severity, issue.code) == ("error", "code-invalid")


def test_r4s_own_are_at_hand() -> None:
    system = code_system("http://terminology.hl7.org/CodeSystem/v3-ActCode")
    assert system is not None
    assert is_below(system, "IMP", "_ActEncounterCode")
    assert not is_below(system, "IMP", "_ActConsentType")
    assert system.grouping
    assert code_system("http://loinc.org") is None
    assert compose("http://hl7.org/fhir/ValueSet/observation-status") is not None
    assert compose("http://example.org/none") is None
    assert code_system_of(["a", ["b", "a"], ["g", None, 1]]) == CodeSystem(
        {"a": None, "b": "a", "g": None}, frozenset({"g"})
    )


def test_three_values() -> None:
    assert (any_of([False, None]), any_of([None, True]), any_of([])) == (None, True, False)
    assert (all_of([True, None]), all_of([None, False]), all_of([])) == (None, False, True)
