"""What only the streams' SQL can see: case, revisions, the newest row, pieces of a day."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from facade.mapping import parse_pack
from facade.packs import read_pack
from tests.facade.packs.filled import Filled, fill, references
from tests.generators.oscar import oscar_database
from tests.servers import MariaDB


@pytest.fixture(scope="module")
def quirks(mariadb_server: MariaDB) -> Filled:
    connection = oscar_database(mariadb_server, 0, real=False, name="oscar_streams")
    mariadb_server.load("oscar_streams", Path(__file__).with_name("quirks.sql"))
    return asyncio.run(fill(parse_pack(read_pack("oscar")), connection))


@pytest.fixture
def found(quirks: Filled) -> dict[str, dict[str, Any]]:
    return quirks.resources


def test_nothing_is_quarantined(quirks: Filled) -> None:
    assert quirks.failures == []
    assert quirks.twice == []


def test_the_newest_of_the_further_fields_counts(found: dict[str, Any]) -> None:
    telecom = {one["use"]: one["value"] for one in found["Patient/900"]["telecom"]}
    assert telecom == {"home": "705-555-0001 x12", "mobile": "705-555-9999"}


def test_february_has_no_31st(found: dict[str, Any]) -> None:
    assert found["Patient/900"]["birthDate"] == "1962-02"
    assert found["Patient/901"]["birthDate"] == "1962-02-28"


def test_a_merged_chart_leads_to_the_other(found: dict[str, Any]) -> None:
    assert found["Patient/901"]["link"][0]["other"]["reference"] == "Patient/900"
    assert "link" not in found["Patient/900"]


def test_providers_without_a_name_are_nobody_and_numbers_find_specialists(found: dict[str, Any]) -> None:
    doctors = [one.get("reference") for one in found["Patient/900"]["generalPractitioner"]]
    assert doctors == ["Practitioner/100001", "Practitioner/specialist-7"]
    assert "generalPractitioner" not in found["Patient/901"]
    assert [one["actor"].get("reference") for one in found["Appointment/3"]["participant"]] == ["Patient/900"]


def test_the_case_of_a_status_counts(found: dict[str, Any]) -> None:
    assert (found["Appointment/1"]["status"], found["Appointment/1"]["description"]) == (
        "booked",
        "Waiting room B",
    )
    assert found["Appointment/2"]["status"] == "cancelled"
    assert "description" not in found["Appointment/2"]


def test_the_last_minute_belongs_to_the_appointment(found: dict[str, Any]) -> None:
    assert found["Appointment/1"]["minutesDuration"] == 15
    assert found["Appointment/3"]["minutesDuration"] == 60


def test_a_day_is_cut_by_the_newest_row_and_the_providers_own_template(found: dict[str, Any]) -> None:
    pieces = {
        name.rpartition("-")[2]: (one["status"], one["serviceType"][0]["text"])
        for name, one in found.items()
        if name.startswith("Slot/100001-")
    }
    assert pieces == {
        "540": ("busy", "Quarter"),  # c
        "555": ("free", "Quarter"),
        "570": ("free", "Quarter"),  # C
        "585": ("free", "Quarter"),
        "600": ("free", "Same day"),
        "615": ("free", "Same day, two"),
        "630": ("free", "Quarter"),
        "645": ("free", "Quarter"),
    }
    others = [name.rpartition("-")[2] for name in found if name.startswith("Slot/100002-")]
    assert others == ["0"]  # the public template, today and no day before the last month


def test_visits_are_told_by_their_letters_bills_and_notes(found: dict[str, Any]) -> None:
    visits = {name for name in found if name.startswith("Encounter/visit-")}
    assert visits == {"Encounter/visit-5", "Encounter/visit-9"}  # billed; B, which b is not


def test_only_what_was_billed_and_not_deleted(quirks: Filled, found: dict[str, Any]) -> None:
    assert {key for stream, key in quirks.deleted if stream == "billing"} == {"2", "3"}
    assert found["Procedure/billing-1"]["code"]["text"] == "Urinalysis, routine"
    assert [one["condition"]["reference"] for one in found["Encounter/visit-5"]["diagnosis"]] == [
        "Condition/billing-1-250"
    ]


def test_the_newest_revision_of_a_note_counts(quirks: Filled, found: dict[str, Any]) -> None:
    notes = {name for name in found if name.startswith("DocumentReference/note-")}
    assert notes == {f"DocumentReference/note-{key}" for key in ("u-1", "4", "u-4", "u-11")}
    assert found["DocumentReference/note-u-1"]["docStatus"] == "final"
    assert ("note", "u-2") in quirks.deleted
    assert "secret" not in str(found)


def test_a_note_under_two_issues_of_one_heading_is_one(found: dict[str, Any]) -> None:
    assert found["Observation/cpp-u-3-SocHistory"]["valueString"] == "lives alone"


def test_doses_have_the_digits_they_have(found: dict[str, Any]) -> None:
    (rate,) = found["MedicationRequest/1"]["dosageInstruction"][0]["doseAndRate"]
    assert (str(rate["doseRange"]["low"]["value"]), str(rate["doseRange"]["high"]["value"])) == (
        "0.5",
        "1.25",
    )
    (rate,) = found["MedicationRequest/2"]["dosageInstruction"][0]["doseAndRate"]
    assert str(rate["doseQuantity"]["value"]) == "10"
    assert [found[f"MedicationRequest/{n}"]["status"] for n in (1, 2)] == ["active", "completed"]


def test_a_code_that_is_mapped_twice_is_not_mapped(found: dict[str, Any]) -> None:
    assert "loinc" not in str(found["Observation/1"]["code"])
    assert found["Observation/2"]["code"]["coding"][0]["code"] == "2823-3"


def test_laboratories_are_one_in_any_case_and_the_last_word_on_a_report_counts(found: dict[str, Any]) -> None:
    named = [
        one["name"]
        for name, one in found.items()
        if name.startswith("Organization/") and one["type"][0].get("text") == "Laboratory"
    ]
    assert sorted(named) == ["DYNACARE MEDICAL", "DYNACARE MÉDICAL", "LIFELABS"]
    performers = [found[f"Observation/{n}"]["performer"][0]["reference"] for n in (1, 2, 11, 12)]
    assert [found[name]["name"] for name in performers] == [
        "LIFELABS",
        "LIFELABS",
        "DYNACARE MÉDICAL",
        "DYNACARE MEDICAL",
    ]
    (report,) = [one for name, one in found.items() if name.startswith("DiagnosticReport/")]
    assert (report["status"], report["issued"]) == ("final", "2020-01-07T00:00:00-05:00")
    assert [one["reference"] for one in report["result"]] == ["Observation/1", "Observation/2"]


def test_a_document_is_filed_under_each_patient(quirks: Filled, found: dict[str, Any]) -> None:
    assert {name for name in found if name.startswith("DocumentReference/doc")} == {
        "DocumentReference/document-1-900"
    }
    assert ("document", "1|901") in quirks.deleted


def test_zero_dates_are_no_dates(found: dict[str, dict[str, Any]]) -> None:
    assert "_effectiveDateTime" in found["Observation/11"]
    assert found["Encounter/note-u-11"].get("period") is None
    assert found["Immunization/11"]["occurrenceString"] == "unknown"
    assert "authoredOn" not in found["ServiceRequest/11"]
    assert "recordedDate" not in found["AllergyIntolerance/11"]
    told = {name for name in found if name.startswith("Provenance/") and name.endswith("-11")}
    assert told == set()


def test_no_status_is_to_do_and_a_number_in_other_letters_is_the_same_provider(found: dict[str, Any]) -> None:
    assert found["Appointment/11"]["status"] == "booked"
    assert found["Slot/appointment-11"]["schedule"]["reference"] == "Schedule/abc"
    (piece,) = [one for name, one in found.items() if name.startswith("Slot/abc-")]
    assert (piece["status"], piece["schedule"]["reference"]) == ("busy", "Schedule/abc")


def test_every_reference_resolves(found: dict[str, dict[str, Any]]) -> None:
    dangling = {ref for one in found.values() for ref in references(one) if ref not in found}
    assert dangling == set()
