"""The pack is whole."""

from __future__ import annotations

import re
from functools import cache

from facade.mapping import Pack, parse_pack
from facade.packs import read_pack
from tests.facade.packs.codes import loinc_holds, snomed_holds

TYPES = {
    "AllergyIntolerance", "Appointment", "Binary", "Condition", "Coverage", "DiagnosticReport",
    "DocumentReference", "Encounter", "Immunization", "Location", "MedicationRequest", "MedicationStatement",
    "Observation", "Organization", "Patient", "Practitioner", "PractitionerRole", "Procedure", "Provenance",
    "Schedule", "ServiceRequest", "Slot",
}  # fmt: skip


@cache
def pack() -> Pack:
    return parse_pack(read_pack("openemr"))


def test_every_type_that_the_tables_hold_is_made() -> None:
    assert {mapping.resource for mapping in pack().mappings.values()} == TYPES


def test_every_concept_map_is_used_and_every_policy_has_its_map() -> None:
    files = read_pack("openemr").layers[0]
    text = "\n".join(body for name, body in files.items() if name.startswith(("resources/", "fragments/")))
    used = set(re.findall(r"(?:code|coding|concept|lookup)\((\w+)", text)) | set(
        re.findall(r"\$codes\.(\w+)", text)
    )
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
    for row in pack().concept_maps["vitals"].objects():
        assert loinc_holds(row["code"]), row
        assert not row.get("second_code") or loinc_holds(row["second_code"]), row
