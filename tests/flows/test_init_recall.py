"""What `facade init` finds in real schemas, against the packs written by people; printed.

The figures are floors: a change of the lexicon that loses what was found fails here. They are no measure of
a schema that nobody has seen: rules were corrected while these figures were looked at, least for Synthea and
the demo (yet the engine was first tried on Synthea, and letters glued before a word, VDATE of VISITS, was met
in the demo). What Synthea should give is a list made here, not a pack.
"""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from connectors.base import Catalog
from facade.drafting import draft_pack
from facade.flow.inspect.check import SourceReport
from facade.mapping import Pack, parse_pack
from facade.packs import read_pack
from facade.packs.demo.generate import generate
from tests.facade.drafting.catalogs import catalog_of, checked, faults, made, sqlite_catalog
from tests.facade.drafting.recall import Score, compare, parse, table
from tests.generators.openemr import openemr_database
from tests.generators.openhospital.database import openhospital_demo
from tests.generators.oscar.database import oscar_database
from tests.paths import SHARED, needs_shared
from tests.servers import MariaDB

SYNTHEA = SHARED / "ehr" / "synthea-csv"


def judged(
    title: str, pack: str, catalog: Catalog, capsys: pytest.CaptureFixture[str]
) -> tuple[Pack, dict[str, tuple[Score, Score]]]:
    """A draft and how it compares with the shipped pack, which it has not seen."""
    draft = parse(draft_pack(catalog, "draft", timezone="Europe/Berlin"))
    scores = compare(parse_pack(read_pack(pack)), draft)
    drafted = {doc.resource for doc in draft.mappings.values()}
    scores["of types drafted"] = (Score(), Score())
    for name in drafted & scores.keys():
        for at in (0, 1):
            total, one = scores["of types drafted"][at], scores[name][at]
            total.found, total.wanted, total.drafted = (
                total.found + one.found, total.wanted + one.wanted, total.drafted + one.drafted,
            )  # fmt: skip
    with capsys.disabled():
        print("\n" + table(title, scores))
    return draft, scores


@needs_shared
def test_openemr(mariadb_server: MariaDB, capsys: pytest.CaptureFixture[str]) -> None:
    options = {"connection": openemr_database(mariadb_server, 60, name="draft_openemr")}
    draft, scores = judged("OpenEMR 5.0.1", "openemr", catalog_of(options), capsys)
    elements, columns = scores[""]
    assert elements.recall >= 0.52
    assert elements.precision >= 0.90
    assert columns.recall >= 0.24
    report = checked(draft, options)
    assert faults(report) == []
    assert made(report)["Patient"] >= 60


@needs_shared
def test_openhospital(mariadb_server: MariaDB, capsys: pytest.CaptureFixture[str]) -> None:
    options = {"connection": openhospital_demo(mariadb_server, "draft_openhospital")}
    draft, scores = judged("OpenHospital", "openhospital", catalog_of(options), capsys)
    elements, _ = scores["of types drafted"]
    assert elements.recall >= 0.45
    assert elements.precision >= 0.80
    report = checked(draft, options)
    assert faults(report) == []
    assert made(report)["Patient"] >= 190


@needs_shared
@pytest.mark.parametrize("patients", [0, 40])
def test_oscar(mariadb_server: MariaDB, capsys: pytest.CaptureFixture[str], patients: int) -> None:
    """The drafts of Patient and Appointment are accepted as they are, with two patients or with forty."""
    options = {"connection": oscar_database(mariadb_server, patients, real=True, name="draft_oscar")}
    draft, scores = judged(f"OSCAR 15, {patients + 2} patients", "oscar", catalog_of(options), capsys)
    assert {"patient", "appointment"} <= draft.mappings.keys()
    assert scores["Patient"][0].recall >= 0.4
    assert scores["Appointment"][0].recall >= 0.6
    report = checked(draft, options)
    assert faults(report) == []
    assert made(report)["Patient"] >= 2
    assert (made(report)["Appointment"] > 0) == (patients > 0)


def test_demo_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An ugly schema of 1994: packed names, packed dates, no foreign keys."""
    path = generate(tmp_path / "kestrel.db", 100, 1, date(2024, 6, 1))
    draft, scores = judged("Kestrel (apart)", "demo", sqlite_catalog(path), capsys)
    elements, columns = scores[""]
    assert elements.recall >= 0.34
    assert elements.precision >= 0.74
    assert columns.recall >= 0.24
    report = checked(draft, {"url": f"sqlite:///{path}", "encoding": "cp1252"})
    assert made(report)["Patient"] > 90


@pytest.fixture(scope="module")
def synthea(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Synthea's CSV files as tables of text, without a key."""
    path = tmp_path_factory.mktemp("synthea") / "synthea.db"
    with closing(sqlite3.connect(path)) as connection:
        for file in sorted(SYNTHEA.glob("*.csv")):
            with file.open(encoding="utf-8", newline="") as opened:
                names, *rows = csv.reader(opened)
            columns = ", ".join(f'"{name}" TEXT' for name in names)
            connection.execute(f"CREATE TABLE {file.stem} ({columns})")
            marks = ", ".join("?" * len(names))
            values = ([value or None for value in row] for row in rows)
            connection.executemany(f"INSERT INTO {file.stem} VALUES ({marks})", values)
        connection.commit()
    yield path


SYNTHEA_WANTED = """
Patient.name.family patients.LAST
Patient.name.given patients.FIRST
Patient.name.prefix patients.PREFIX
Patient.birthDate patients.BIRTHDATE
Patient.deceasedDateTime patients.DEATHDATE
Patient.gender patients.GENDER
Patient.maritalStatus patients.MARITAL
Patient.address.line patients.ADDRESS
Patient.address.city patients.CITY
Patient.address.state patients.STATE
Patient.address.postalCode patients.ZIP
Patient.identifier.value patients.SSN
Encounter.subject.reference encounters.PATIENT
Encounter.class encounters.ENCOUNTERCLASS
Encounter.period.start encounters.START
Encounter.period.end encounters.STOP
Encounter.participant.individual.reference encounters.PROVIDER
Encounter.serviceProvider.reference encounters.ORGANIZATION
Encounter.type.text encounters.DESCRIPTION
Encounter.reasonCode.text encounters.REASONDESCRIPTION
Condition.code.coding.code conditions.CODE
Condition.code.text conditions.DESCRIPTION
Condition.onsetDateTime conditions.START
Condition.abatementDateTime conditions.STOP
Condition.encounter.reference conditions.ENCOUNTER
AllergyIntolerance.code.coding.code allergies.CODE
AllergyIntolerance.code.text allergies.DESCRIPTION
AllergyIntolerance.onsetDateTime allergies.START
AllergyIntolerance.reaction.severity allergies.SEVERITY1
MedicationRequest.medicationCodeableConcept.coding.code medications.CODE
MedicationRequest.medicationCodeableConcept.text medications.DESCRIPTION
MedicationRequest.authoredOn medications.START
MedicationRequest.encounter.reference medications.ENCOUNTER
Observation.code.coding.code observations.CODE
Observation.code.text observations.DESCRIPTION
Observation.valueQuantity.value observations.VALUE
Observation.valueQuantity.unit observations.UNITS
Observation.effectiveDateTime observations.DATE
Immunization.vaccineCode.coding.code immunizations.CODE
Immunization.vaccineCode.text immunizations.DESCRIPTION
Immunization.occurrenceDateTime immunizations.DATE
Procedure.code.coding.code procedures.CODE
Procedure.code.text procedures.DESCRIPTION
Procedure.performedDateTime procedures.START
Organization.name organizations.NAME
Organization.address.city organizations.CITY
Organization.telecom.value organizations.PHONE
Practitioner.name.text providers.NAME
Practitioner.gender providers.GENDER
PractitionerRole.specialty.text providers.SPECIALITY
PractitionerRole.organization.reference providers.ORGANIZATION
"""


@needs_shared
def test_synthea_apart(synthea: Path, capsys: pytest.CaptureFixture[str]) -> None:
    drafted = draft_pack(sqlite_catalog(synthea), "synthea")
    found = {(guess.element, f"{guess.table}.{guess.columns[0]}") for guess in drafted.guesses}
    wanted = {(line.split()[0], line.split()[1]) for line in SYNTHEA_WANTED.strip().splitlines()}
    with capsys.disabled():
        print(f"\nSynthea (apart): {len(found & wanted)} of {len(wanted)} elements; not: {wanted - found}")
    assert len(found & wanted) >= 0.9 * len(wanted)
    report: SourceReport = checked(parse(drafted), {"url": f"sqlite:///{synthea}"})
    assert faults(report) == []
    assert made(report)["Encounter"] == 200
