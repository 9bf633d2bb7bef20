"""The pack is whole."""

from __future__ import annotations

import re
from functools import cache

from facade.mapping import Pack, parse_pack
from facade.packs import read_pack
from tests.facade.packs.codes import loinc_holds, snomed_holds

TYPES = {
    "AllergyIntolerance", "Appointment", "Binary", "CareTeam", "Condition", "Consent", "Coverage",
    "DiagnosticReport", "DocumentReference", "Encounter", "EpisodeOfCare", "FamilyMemberHistory", "Flag",
    "HealthcareService", "Immunization", "Location", "MedicationDispense", "MedicationRequest",
    "MedicationStatement", "Observation", "Organization", "Patient", "Practitioner", "PractitionerRole",
    "Procedure", "Provenance", "RelatedPerson", "Schedule", "ServiceRequest", "Slot", "Task",
}  # fmt: skip


@cache
def pack() -> Pack:
    return parse_pack(read_pack("oscar"))


def test_every_type_that_the_tables_hold_is_made() -> None:
    assert {mapping.resource for mapping in pack().mappings.values()} == TYPES


def test_what_changes_by_the_minute_is_live() -> None:
    live = {name for name, stream in pack().streams.items() if stream.mode == "live"}
    assert live == {"appointment", "availability"}


def test_every_concept_map_is_used_and_every_policy_has_its_map() -> None:
    files = read_pack("oscar").layers[0]
    text = "\n".join(body for name, body in files.items() if name.startswith(("resources/", "fragments/")))
    used = set(re.findall(r"(?:code|coding|concept|lookup)\((\w+)", text))
    assert used == set(pack().concept_maps)


def test_codes_have_the_systems_of_their_forms() -> None:
    """LOINC codes have a right check digit, SNOMED CT identifiers too: a mistyped digit is seen."""
    for table in pack().concept_maps.values():
        for row in table.rows:
            coding = table.coding(row)
            if coding and coding.get("system") == "http://loinc.org":
                assert loinc_holds(coding["code"]), coding
            if coding and coding.get("system") == "http://snomed.info/sct":
                assert snomed_holds(coding["code"]), coding


def test_codes_in_the_mappings_have_right_check_digits() -> None:
    files = read_pack("oscar").layers[0]
    for name, body in files.items():
        for system, code in re.findall(
            r"system: http://(loinc\.org|snomed\.info/sct)[,\n] *code: '?([\d-]+)", body
        ):
            assert (loinc_holds if system == "loinc.org" else snomed_holds)(code), (name, code)
