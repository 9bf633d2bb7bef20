"""US Core's own packages are read: what they ask, by type."""

from __future__ import annotations

import pytest

from conformance.model import Level
from conformance.spec.definitions import definitions
from conformance.suites.us_core.guide import Combination, expectation, read_guides
from tests.paths import SHARED, needs_shared


@needs_shared
@pytest.mark.parametrize(("version", "types"), [("3.1.1", 20), ("6.1.0", 27), ("7.0.0", 28)])
def test_what_us_core_asks(version: str, types: int) -> None:
    package = SHARED / "fhir" / f"hl7.fhir.us.core-{version}.tgz"
    (guide,) = read_guides(definitions((package,)))
    assert guide.url == "http://hl7.org/fhir/us/core/CapabilityStatement/us-core-server"
    assert len(guide.types) >= types
    asked = {one.type: one for one in guide.types}
    patient, observation = asked["Patient"], asked["Observation"]
    assert patient.profiles == {
        "http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient": Level.SHALL
    }
    assert {"_id", "identifier", "name"} <= patient.parameters.keys()
    assert Combination(("birthdate", "name"), Level.SHALL) in patient.combinations
    assert Combination(("patient", "category", "date"), Level.SHALL) in observation.combinations
    assert "Provenance:target" in observation.revincludes
    assert observation.interactions["read"] is Level.SHALL
    assert len(observation.profiles) > 5
    date, status = observation.definitions["date"], observation.definitions["status"]
    assert [expectation(date, "comparator", prefix) for prefix in ("ge", "eq")] == [Level.SHALL, None]
    assert expectation(status, "multipleOr") is Level.SHALL
    assert asked["DocumentReference"].operations == {"docref": Level.SHALL}
    assert all(one.definitions.keys() >= one.parameters.keys() for one in guide.types)


def test_r4_alone_is_no_guide() -> None:
    assert read_guides(definitions()) == []
