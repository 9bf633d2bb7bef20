"""HL7's own examples are valid, but for those that are known to be wrong."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from conformance.exchange import parse_json
from conformance.spec.definitions import definitions
from conformance.validation import errors, validate
from tests.paths import SHARED, needs_shared

WRONG = {
    # references to a type that R4 does not allow there
    "devicemetric-example.json": {"target"},
    "deviceusestatement-example.json": {"target"},
    "medicationrequest0301.json": {"target"},
    "observation-example-clinical-gender.json": {"target"},
    # a narrative of white space
    "activitydefinition-servicerequest-example.json": {"txt-2"},
    "activitydefinition-supplyrequest-example.json": {"txt-2"},
    "eventdefinition-example.json": {"txt-2"},
    "questionnaire-zika-virus-exposure-assessment.json": {"txt-2"},
    # a hash that is not base64
    "DiagnosticReport-cardiology-report.json": {"format"},
    # a flow of oxygen in a unit that R4's vital signs do not allow
    "Observation-satO2-fiO2.json": {"binding"},
}


def examples(path: Path, folder: str, every: int) -> Iterator[tuple[str, Any]]:
    """Those known to be wrong, and one in `every` of the others: all are as valid, but take long."""
    with tarfile.open(path) as archive:
        for member in archive:
            file = archive.extractfile(member) if member.name.startswith(folder) else None
            name = member.name.rpartition("/")[2]
            if file is None or not name.endswith(".json") or name.startswith("."):
                continue
            if name not in WRONG and crc32(name.encode()) % every:
                continue
            resource = parse_json(file.read())
            if "resourceType" in resource:
                yield name, resource


@needs_shared
def test_the_examples_of_r4() -> None:
    found, count = {}, 0
    for name, resource in examples(SHARED / "fhir" / "hl7.fhir.r4.examples-subset.tgz", "R4/", every=4):
        count += 1
        if wrong := errors(validate(resource, definitions())):
            found[name] = {one.key for one in wrong}
    assert found == {name: WRONG[name] for name in found}
    assert count > 150


@needs_shared
@pytest.mark.parametrize(("version", "least"), [("3.1.1", 15), ("6.1.0", 40), ("7.0.0", 40)])
def test_the_examples_of_us_core(version: str, least: int) -> None:
    package = SHARED / "fhir" / f"hl7.fhir.us.core-{version}.tgz"
    guide = definitions((package,))
    found, count = {}, 0
    for name, resource in examples(package, "package/example/", every=4):
        count += 1
        profiles = resource.get("meta", {}).get("profile", ())
        if wrong := errors(validate(resource, guide, *profiles)):
            found[name] = {one.key for one in wrong}
    assert found == {name: WRONG[name] for name in found}
    assert count > least
