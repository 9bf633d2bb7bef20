"""The pack is whole, and its cases hold."""

from __future__ import annotations

import re
from functools import cache

import pytest

from facade.mapping import Pack, parse_pack
from facade.packs import read_pack

TYPES = {
    "AllergyIntolerance", "Appointment", "Binary", "Condition", "Coverage", "DiagnosticReport",
    "DocumentReference", "Encounter", "Immunization", "Location", "MedicationRequest", "MedicationStatement",
    "Observation", "Organization", "Patient", "Practitioner", "PractitionerRole", "Procedure", "Provenance",
    "Schedule", "ServiceRequest", "Slot",
}  # fmt: skip


@cache
def pack() -> Pack:
    return parse_pack(read_pack("openemr"))


@pytest.mark.parametrize("result", pack().run_cases(), ids=lambda result: result.case.name)
def test_case(result) -> None:  # type: ignore[no-untyped-def]
    assert result.ok, result.difference


def test_every_mapping_has_a_case() -> None:
    assert {case.mapping for case in pack().cases} == set(pack().mappings)


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
                assert _loinc(coding["code"]), coding
            if coding and coding.get("system") == "http://snomed.info/sct":
                assert _verhoeff(coding["code"]), coding
    for row in pack().concept_maps["vitals"].objects():
        assert _loinc(row["code"]), row
        assert not row.get("second_code") or _loinc(row["second_code"]), row


def _loinc(code: str) -> bool:
    """Mod 10, every second digit from the right doubled. https://loinc.org/kb/users-guide/"""
    number, check = code.split("-")
    total = 0
    for place, digit in enumerate(reversed(number)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled // 10 + doubled % 10
    return int(check) == -total % 10


_D = ("0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
      "5987604321", "6598710432", "7659821043", "8765932104", "9876543210")  # fmt: skip
_P = (
    "0123456789",
    "1576283094",
    "5803796142",
    "8916043527",
    "9453126870",
    "4286573901",
    "2793806415",
    "7046913258",
)


def _verhoeff(code: str) -> bool:
    """SNOMED CT's check digit, by Verhoeff's dihedral group."""
    check = 0
    for place, digit in enumerate(reversed(code)):
        check = int(_D[check][int(_P[place % 8][int(digit)])])
    return check == 0
