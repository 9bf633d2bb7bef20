"""https://hl7.org/fhir/R4/references.html#literal"""

from __future__ import annotations

import pytest

from facade.spec.references import reference_fault

TARGETS = frozenset({"Patient", "Group"})


@pytest.mark.parametrize(
    "reference",
    [
        "Patient/1",
        "Patient/a-1.B/_history/2",
        "Group/1",
        "#contained",
        "#",
        "urn:uuid:c757873d-ec9a-4326-a141-556f43239520",
        "https://example.org/fhir/Patient/1",
        "https://example.org/fhir/Patient/1/_history/3",
        "https://example.org/some/page",
        "https://example.org",
        "Patient?identifier=urn:x|1",
        "https://example.org/q?u=https://a/Device/1",
    ],
)
def test_permitted(reference: str) -> None:
    assert reference_fault(reference, TARGETS) is None


@pytest.mark.parametrize(
    ("reference", "fault"),
    [
        ("Device/1", "the reference must be to Group or Patient"),
        ("https://example.org/fhir/Device/1", "the reference must be to Group or Patient"),
        ("Device?identifier=1", "the reference must be to Group or Patient"),
        ("Patients/1", "a reference must begin with a resource type of R4"),
        ("1", "a reference is Type/id, a URL, a urn or #id of a contained resource"),
        ("Patient/", "a reference is Type/id, a URL, a urn or #id of a contained resource"),
        ("Patient/a_b", "a reference is Type/id, a URL, a urn or #id of a contained resource"),
        ("/Patient/1", "a reference is Type/id, a URL, a urn or #id of a contained resource"),
        ("Patient/1/name", "a reference is Type/id, a URL, a urn or #id of a contained resource"),
    ],
)
def test_refused(reference: str, fault: str) -> None:
    assert reference_fault(reference, TARGETS) == fault
