"""The subset of XPath and JSONPath that scripts use."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.testscript.paths import values_at
from conformance.testscript.problems import ScriptError

BUNDLE = {
    "resourceType": "Bundle",
    "type": "searchset",
    "total": 2,
    "link": [{"relation": "self", "url": "x"}, {"relation": "next", "url": "y"}],
    "entry": [
        {
            "resource": {
                "resourceType": "Patient",
                "id": "1",
                "active": True,
                "name": [{"family": "A", "given": ["B", "C"]}, {"family": "D"}],
                "extension": [{"url": "http://e", "valueString": "v"}],
            }
        },
        {"resource": {"resourceType": "Observation", "id": "2"}},
    ],
}


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("fhir:Bundle/fhir:type/@value", ["searchset"]),
        ("/f:Bundle/f:total/@value", [2]),
        ("Bundle/id", []),
        ("Bundle/entry/resource/Patient/id", ["1"]),
        ("fhir:Bundle/fhir:entry/fhir:resource/fhir:Observation/fhir:id/@value", ["2"]),
        ("//fhir:given/@value", ["B", "C"]),
        ("/Bundle/entry[2]/resource/*/@value", ["2"]),
        ("//name[last()]/family/@value", ["D"]),
        ("//name[given]/family/@value", ["A"]),
        ("//link[relation/@value='next']/url/@value", ["y"]),
        ("//extension[@url='http://e']/valueString/@value", ["v"]),
        ("count(/fhir:Bundle/fhir:entry)", [2]),
        ("Patient/id", []),
        ("$.total", [2]),
        ("$.entry[0].resource.name[-1].family", ["D"]),
        ("$.entry[*].resource.id", ["1", "2"]),
        ("$..given", ["B", "C"]),
        ("$.link[?(@.relation=='next')].url", ["y"]),
        ("$['type']", ["searchset"]),
        ("$.nothing.there", []),
        ("$.entry[7].id", []),
    ],
)
def test_a_path(path: str, values: list[Any]) -> None:
    assert values_at(path, BUNDLE) == values


@pytest.mark.parametrize("path", ["Bundle/parent::x", "Bundle/entry(1)", "$.entry[?(@.id > 3)]", "a b"])
def test_what_is_beyond_the_subset_is_the_scripts_error(path: str) -> None:
    with pytest.raises(ScriptError):
        values_at(path, BUNDLE)
