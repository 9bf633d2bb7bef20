"""Which profile a resource is meant for, and which must-support elements it fills."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.validation import marks, must_support, read
from tests.conformance.validation.guide import CATEGORY, CONFORMS, LOINC, PANEL, concept, guide
from tests.conformance.validation.resources import changed

GUIDE = guide()


@pytest.mark.parametrize(
    ("path", "value", "fits"),
    [
        ("status", "final", True),
        ("category.0", concept(CATEGORY, "laboratory"), False),
        ("code", concept(LOINC, "9-9"), False),
        ("code", ..., False),
        ("component", ..., True),  # which is a fault, and no other profile
    ],
)
def test_marks(path: str, value: Any, fits: bool) -> None:
    node = read(changed(CONFORMS, path, value), GUIDE)
    assert node is not None
    assert (marks(node, GUIDE, PANEL) == 2) == fits
    assert marks(node, GUIDE, "http://nowhere") is None


def test_must_support() -> None:
    node = read(CONFORMS, GUIDE)
    assert node is not None
    found = {one.name: [each.place for each in one.nodes] for one in must_support(node, GUIDE, PANEL)}
    assert found == {
        "Observation.extension:colour": ["Observation.extension[0]"],
        "Observation.status": ["Observation.status"],
        "Observation.category:panel": ["Observation.category[0]"],
        "Observation.subject": ["Observation.subject"],
        "Observation.value[x]:valueQuantity": ["Observation.valueQuantity"],
        "Observation.component:first": ["Observation.component[0]"],
        "Observation.component:second": ["Observation.component[1]"],
    }


def test_a_reason_for_absence_fills_nothing() -> None:
    absent = [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]
    resource = changed(CONFORMS, "subject", {"extension": absent}) | {"_status": {"extension": absent}}
    del resource["status"]
    node = read(resource, GUIDE)
    assert node is not None
    found = {one.name: one.nodes for one in must_support(node, GUIDE, PANEL)}
    assert found["Observation.subject"] == found["Observation.status"] == ()
