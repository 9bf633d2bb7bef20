"""Clinics in six languages: everything is found, and the drafts make valid resources as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from facade.drafting import draft_pack
from tests.facade.drafting.catalogs import checked, database, faults, made, sqlite_catalog
from tests.facade.drafting.recall import parse
from tests.facade.drafting.schemas import CLINICS, FRENCH, GERMAN, Clinic


@pytest.mark.parametrize("clinic", CLINICS, ids=lambda clinic: clinic.language)
def test_everything_is_found(clinic: Clinic, tmp_path: Path) -> None:
    path = database(tmp_path / "clinic.db", clinic.sql)
    drafted = draft_pack(sqlite_catalog(path), clinic.language, timezone="Europe/Madrid")
    found = {(guess.element, f"{guess.table}.{guess.columns[0]}".lower()) for guess in drafted.guesses}
    assert clinic.expected() - found == set()
    assert len(clinic.expected()) >= 0.6 * len(found)
    report = checked(parse(drafted), {"url": f"sqlite:///{path}"})
    assert faults(report) == []
    assert made(report)["Patient"] == 2
    assert made(report)["Appointment"] >= 2


def test_what_a_german_row_becomes(tmp_path: Path) -> None:
    """A date of birth, a code by its abbreviation, an appointment from a date, a time and minutes."""
    from connectors.base import Record

    path = database(tmp_path / "clinic.db", GERMAN.sql)
    pack = parse(draft_pack(sqlite_catalog(path), "praxis", timezone="Europe/Berlin"))
    row = {
        "PatNr": 1, "Nachname": "Muster", "Vorname": "Eva", "GebDat": "1961-04-13", "Geschlecht": "W",
        "Strasse": "Am Tor 1", "PLZ": "10115", "Ort": "Berlin", "Familienstand": "VH", "geloescht": "N",
    }  # fmt: skip
    ((_, _, _, patient), *_) = pack.to_fhir(Record("patient", "1", row)).resources
    assert patient["gender"] == "female"
    assert patient["birthDate"] == "1961-04-13"
    assert patient["name"] == [{"use": "official", "family": "Muster", "given": ["Eva"]}]
    assert patient["address"][0]["line"] == ["Am Tor 1"]
    assert patient["maritalStatus"]["coding"][0]["code"] == "M"
    assert patient.keys().isdisjoint(
        {"telecom", "generalPractitioner", "contact"}
    )  # no constants without a value
    booked = {
        "TerminID": 5, "PatNr": 1, "ArztNr": 11, "Datum": "2024-05-02", "Uhrzeit": "09:30:00", "Dauer": 15,
        "Status": "abgesagt",
    }  # fmt: skip
    ((_, _, _, appointment), *_) = pack.to_fhir(Record("appointment", "5", booked)).resources
    assert appointment["status"] == "cancelled"
    assert appointment["start"] == "2024-05-02T09:30:00+02:00"
    assert appointment["end"] == "2024-05-02T09:45:00+02:00"
    assert appointment["participant"][0]["actor"] == {"reference": "Patient/1"}
    assert pack.streams["appointment"].mode == "live"
    assert pack.streams["patient"].deleted == "geloescht"


def test_days_before_months_by_the_values(tmp_path: Path) -> None:
    path = database(tmp_path / "clinic.db", FRENCH.sql)
    drafted = draft_pack(sqlite_catalog(path), "cabinet")
    assert "| date('%d/%m/%Y', '%m/%d/%Y')" in drafted.files["resources/patient.yaml"]
