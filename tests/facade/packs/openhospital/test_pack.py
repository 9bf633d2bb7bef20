"""The pack is whole."""

from __future__ import annotations

import re
from functools import cache
from urllib.parse import parse_qsl

import pytest

from facade.flow.live.narrow import narrow
from facade.mapping import Pack, parse_pack
from facade.packs import read_pack
from facade.search.parse import parse_search
from tests.facade.packs.codes import loinc_holds, snomed_holds

TYPES = {
    "AllergyIntolerance", "Appointment", "ChargeItem", "Condition", "Consent", "DiagnosticReport",
    "DocumentReference", "Encounter", "FamilyMemberHistory", "ImagingStudy", "Immunization", "Invoice",
    "Location", "Medication", "MedicationDispense", "MedicationRequest", "MedicationStatement", "Observation",
    "Organization", "Patient", "Practitioner", "PractitionerRole", "Procedure", "Provenance", "RelatedPerson",
    "Schedule", "ServiceRequest", "Slot", "Specimen", "SupplyDelivery",
}  # fmt: skip


@cache
def pack() -> Pack:
    return parse_pack(read_pack("openhospital"))


def test_every_type_that_the_tables_hold_is_made() -> None:
    assert {mapping.resource for mapping in pack().mappings.values()} == TYPES


def test_every_concept_map_is_used_and_every_policy_has_its_map() -> None:
    files = read_pack("openhospital").layers[0]
    text = "\n".join(body for name, body in files.items() if name.startswith(("resources/", "fragments/")))
    used = set(re.findall(r"(?:code|coding|concept|lookup)\((\w+)", text)) | set(
        re.findall(r"\$codes\.(\w+)", text)
    )
    assert used == set(pack().concept_maps)


def test_codes_have_the_form_of_their_systems() -> None:
    """LOINC codes have a right check digit, SNOMED CT identifiers too: a mistyped digit is seen."""
    files = read_pack("openhospital").layers[0]
    text = "\n".join(body for name, body in files.items() if not name.startswith(("cases/", "streams/")))
    loinc = set(re.findall(r"(?<![\w.:-])\d{3,5}-\d(?![\w-])", text))
    snomed = set(re.findall(r"(?<![\w.:-])\d{6,18}(?![\w-])", text))
    assert len(loinc) > 30
    assert len(snomed) > 40
    assert {code for code in loinc if not loinc_holds(code)} == set()
    assert {code for code in snomed if not snomed_holds(code)} == set()


@pytest.mark.parametrize(
    ("search", "columns"),
    [
        ("Appointment?patient=560", ["pid"]),
        ("Appointment?actor=Location/ward-M", ["ward_id"]),
        ("Appointment?location=Location/ward-M&date=2027-03-02", ["VST_DATE", "VST_DATE", "ward_id"]),
        ("Appointment?identifier=urn:example:openhospital:visit|34", ["VST_ID"]),
        ("Appointment?_id=34", ["VST_ID"]),
        ("Slot?schedule=Schedule/ward-M&start=ge2027-03-01", ["VST_DATE", "ward_id"]),
    ],
)
def test_what_is_live_is_asked_in_slices(search: str, columns: list[str]) -> None:
    kind, _, query = search.partition("?")
    narrowed = narrow(pack(), "visit", parse_search(kind, parse_qsl(query)))
    assert narrowed is not None
    assert sorted(condition.column for condition in narrowed.where) == columns
    assert narrowed.kept == ()
