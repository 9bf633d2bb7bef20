"""HL7's own example scripts, whole."""

from __future__ import annotations

from pathlib import Path

from conformance.exchange import parse_json
from conformance.model import Status
from conformance.spec.definitions import definitions
from conformance.validation import errors, validate
from tests.conformance.testscript.kit import judged
from tests.paths import SHARED, needs_shared

PACKAGE = SHARED / "fhir" / "hl7.fhir.r4.examples-subset.tgz"
NAMES = {"PatientSearchFamilyName": "Chalmers", "PatientSearchGivenName": "Peter"}


@needs_shared
async def test_they_run_whole(tmp_path: Path) -> None:
    results = await judged(PACKAGE, write=True, testscript_variables=NAMES, testscript_reports=tmp_path)
    failed = [(one.subject, one.reason) for one in results if one.status is not Status.PASS]
    # An id may have capitals (https://hl7.org/fhir/R4/datatypes.html#id), whatever this script says, and by
    # the end of the two that read Patient/example before it is made there is none.
    assert {subject.partition(": ")[2] for subject, _ in failed} <= {
        "R001", "R004", "01-ReadPatient-Destination1", "02-ReadPatient-Destination2",
    }, failed  # fmt: skip
    reports = sorted(tmp_path.iterdir())
    assert len(reports) == 6
    for path in reports:
        assert errors(validate(parse_json(path.read_bytes()), definitions())) == []


@needs_shared
async def test_without_leave_to_write_only_what_reads_is_run() -> None:
    results = await judged(PACKAGE)
    tests = [one for one in results if one.requirement.id == "testscript.test"]
    skipped = {one.subject for one in tests if one.status is Status.SKIPPED}
    assert "testscript-example: 01-ReadPatient" in skipped
    assert "testscript-example-readtest: R003" not in skipped
    assert all("--write" in one.reason or "variable" in one.reason for one in tests if one.subject in skipped)
