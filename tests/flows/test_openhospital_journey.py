"""Open Hospital's own demo data in MariaDB, behind its ODBC driver: checked, synced, searched, changed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from facade.spec import models
from facade.spec.check import check
from facade.store.serialise import from_json
from tests.facade.packs.filled import dangling, unnamed_profiles
from tests.flows.home import Done, Home, Server
from tests.generators.openhospital import openhospital_demo
from tests.paths import needs_shared
from tests.servers import MariaDB

pytestmark = needs_shared

SETTINGS = """\
sources:
  oh:
    kind: odbc
    pack: openhospital
    connection: '{connection}'
    every: 1h
site: {{ timezone: Europe/Rome }}
"""
GONE = "(SELECT PAT_ID FROM oh_patient WHERE PAT_DELETED='Y')"


@dataclass
class Hospital:
    """The site, what its first sync said, and its legacy database."""

    home: Home
    mariadb: MariaDB
    synced: Done

    def sql(self, text: str) -> list[list[str]]:
        """What MariaDB itself answers."""
        return [line.split("\t") for line in self.mariadb.run("oh_journey", text).splitlines()]

    def count(self, rest: str) -> int:
        ((number,),) = self.sql(f"SELECT COUNT(*) FROM {rest}")
        return int(number)

    def sync(self, *args: str) -> dict[str, list[int]]:
        """Read, changed, gone, written, quarantined of each stream, all of which went well."""
        done = self.home.facade("sync", *args)
        assert (done.status, done.err) == (0, "")
        lines = [line.split() for line in done.out.splitlines() if line.startswith("oh.")]
        assert {line[-1] for line in lines} == {"ok"}
        return {
            line[0].removeprefix("oh."): [int(part.replace(",", "")) for part in line[1:6]] for line in lines
        }


@pytest.fixture(scope="module")
def hospital(mariadb_server: MariaDB, tmp_path_factory: pytest.TempPathFactory) -> Hospital:
    connection = openhospital_demo(mariadb_server, "oh_journey")
    home = Home(tmp_path_factory.mktemp("openhospital"), SETTINGS.format(connection=connection))
    return Hospital(home, mariadb_server, home.facade("sync"))


@pytest.fixture(scope="module")
def resources(hospital: Hospital) -> dict[str, dict[str, Any]]:
    """Everything that was stored, by reference."""
    rows = hospital.home.query("SELECT type, id, body FROM resource WHERE deleted=0")
    return {f"{row[0]}/{row[1]}": from_json(bytes(row[2])) for row in rows}


@pytest.fixture(scope="module")
def server(hospital: Hospital, resources: Any) -> Iterator[Server]:
    with hospital.home.serving() as server:
        yield server


def test_check_finds_all_well(hospital: Hospital) -> None:
    done = hospital.home.facade("check", "--sample", "0")
    assert (done.status, done.err) == (0, "")
    for trouble in (
        "invalid",
        "cannot be mapped",
        "see below",
        "does not give",
        "no mapping reads",
        "without",
    ):
        assert trouble not in done.out
    assert "reached MariaDB" in done.out


def test_nothing_is_quarantined(hospital: Hospital) -> None:
    assert (hospital.synced.status, hospital.synced.err) == (0, "")
    assert hospital.home.query("SELECT count(*) FROM quarantine") == [(0,)]


def test_every_resource_is_valid_twice(resources: dict[str, dict[str, Any]]) -> None:
    assert len(resources) > 7000
    for name, resource in resources.items():
        assert (check(resource), models.validate(resource)) == ([], []), name


def test_every_reference_leads_somewhere(resources: dict[str, dict[str, Any]]) -> None:
    assert dangling(resources) == {}


def test_every_claim_is_in_the_statement(resources: dict[str, dict[str, Any]]) -> None:
    assert unnamed_profiles("openhospital", resources) == set()


def test_the_counts_are_those_of_the_tables(hospital: Hospital, resources: dict[str, Any]) -> None:
    """Every row of a person, less those that are flagged as deleted and those of patients who are."""
    made = Counter(name.partition("/")[0] for name in resources)
    ids = Counter(name.rpartition("-")[0] for name in resources)
    assert made["Patient"] == hospital.count("oh_patient WHERE PAT_DELETED='N'") == 510
    admissions = hospital.count(f"oh_admission WHERE ADM_DELETED='N' AND ADM_PAT_ID NOT IN {GONE}")
    assert ids["Encounter/admission"] == admissions == 456
    assert ids["Encounter/opd"] == hospital.count(f"oh_opd WHERE OPD_PAT_ID NOT IN {GONE}") == 402
    diagnoses = sum(
        hospital.count(
            f"oh_admission WHERE ADM_DELETED='N' AND ADM_PAT_ID NOT IN {GONE} AND {column} IS NOT NULL"
        )
        for column in ("ADM_IN_DIS_ID_A", "ADM_OUT_DIS_ID_A", "ADM_OUT_DIS_ID_A_2", "ADM_OUT_DIS_ID_A_3")
    ) + sum(
        hospital.count(f"oh_opd WHERE OPD_PAT_ID NOT IN {GONE} AND {column} IS NOT NULL")
        for column in ("OPD_DIS_ID_A", "OPD_DIS_ID_A_2", "OPD_DIS_ID_A_3")
    )
    assert sum(name.startswith(("Condition/admission-", "Condition/opd-")) for name in resources) == diagnoses
    laboratory = hospital.count("oh_laboratory")
    assert ids["Observation/lab"] == made["DiagnosticReport"] == made["ServiceRequest"] == laboratory == 312
    assert made["Specimen"] == hospital.count("oh_laboratory WHERE LAB_MATERIAL<>'undefined'")
    found = sum(
        len(resource.get("component", []))
        for name, resource in resources.items()
        if name.startswith("Observation/lab-")
    )
    assert found == hospital.count("oh_laboratoryrow WHERE LABR_LAB_ID IN (SELECT LAB_ID FROM oh_laboratory)")
    assert made["Immunization"] == hospital.count(f"oh_patientvaccine WHERE PAV_PAT_ID NOT IN {GONE}")
    assert made["Appointment"] == made["Slot"] == hospital.count("oh_visits") == 42
    assert made["MedicationRequest"] == hospital.count("oh_therapies")
    assert made["Medication"] == hospital.count("oh_medicaldsr") + hospital.count("oh_medicaldsrlot")
    assert made["Invoice"] == hospital.count("oh_bills")
    assert made["ChargeItem"] == hospital.count("oh_billitems")
    with_weight = hospital.count(f"oh_patientexamination WHERE PEX_WEIGHT>0 AND PEX_PAT_ID NOT IN {GONE}")
    weights = sum(name.startswith("Observation/exam-") and name.endswith("-29463-7") for name in resources)
    assert weights == with_weight


def test_who_was_seen_after_is_not_called_dead(resources: dict[str, dict[str, Any]]) -> None:
    dead = [name for name, resource in resources.items() if "deceasedDateTime" in resource]
    assert len(dead) == 4


def test_a_result_is_explained(hospital: Hospital) -> None:
    ((row, pid),) = hospital.sql(
        "SELECT LAB_ID, LAB_PAT_ID FROM oh_laboratory WHERE LAB_RES='+++' AND LAB_EXA_ID_A='03.01'"
        " ORDER BY LAB_ID LIMIT 1"
    )
    done = hospital.home.facade("explain", f"Observation/lab-{row}", "--json")
    assert (done.status, done.err) == (0, "")
    lines = {line["element"]: line for line in json.loads(done.out)}
    value = lines["valueCodeableConcept.coding[0].code"]
    assert (value["value"], value["raw"]["LAB_RES"], value["stream"]) == ("260349009", "+++", "laboratory")
    assert lines["subject.reference"]["value"] == f"Patient/{pid}"


def test_searches_agree_with_the_database(hospital: Hospital, server: Server) -> None:
    ((pid, family, born),) = hospital.sql(
        "SELECT PAT_ID, PAT_SNAME, PAT_BDATE FROM oh_patient WHERE PAT_ID=(SELECT LAB_PAT_ID"
        " FROM oh_laboratory GROUP BY LAB_PAT_ID ORDER BY COUNT(*) DESC, 1 LIMIT 1)"
    )
    same = hospital.sql(f"SELECT PAT_ID FROM oh_patient WHERE PAT_SNAME LIKE '{family}%' AND PAT_DELETED='N'")
    assert server.ids(f"Patient?family={family.lower()}") == {f"Patient/{row[0]}" for row in same}
    assert f"Patient/{pid}" in server.ids(f"Patient?birthdate={born}")
    slides = hospital.sql(f"SELECT LAB_ID FROM oh_laboratory WHERE LAB_PAT_ID={pid} AND LAB_EXA_ID_A='03.01'")
    for code in ("http://loinc.org|32700-7", "urn:example:openhospital:exam|03.01"):
        found = server.ids(f"Observation?patient={pid}&code={code}")
        assert found == {f"Observation/lab-{row[0]}" for row in slides}
    malaria = hospital.count(
        f"oh_opd WHERE 39 IN (OPD_DIS_ID_A, OPD_DIS_ID_A_2, OPD_DIS_ID_A_3) AND OPD_PAT_ID NOT IN {GONE}"
    )
    found = server.ids("Condition?code=http://hl7.org/fhir/sid/icd-10|B54")
    assert sum(name.startswith("Condition/opd-") for name in found) == malaria
    inside = server.ids("Encounter?status=in-progress&class=IMP")
    assert len(inside) == hospital.count(
        f"oh_admission WHERE ADM_IN=1 AND ADM_DELETED='N' AND ADM_PAT_ID NOT IN {GONE}"
    )


def test_a_visit_is_seen_by_the_next_question(hospital: Hospital, server: Server) -> None:
    """Added, moved and deleted by SQL: the stream is live, so nobody waits for a sync."""
    search = "Appointment?patient=560"
    before = server.ids(search)
    assert before == {"Appointment/34", "Appointment/35", "Appointment/36"}
    hospital.sql(
        "INSERT INTO oh_visits (VST_ID, VST_PAT_ID, VST_DATE, VST_WRD_ID_A, VST_DURATION, VST_CREATED_BY,"
        " VST_CREATED_DATE) VALUES (900, 560, '2027-03-01 09:00:00', 'M', 30, 'admin', NOW());"
    )
    assert server.ids(search) == before | {"Appointment/900"}
    hospital.sql("UPDATE oh_visits SET VST_DATE='2027-03-02 10:30:00' WHERE VST_ID=900;")
    (moved,) = [one for one in server.matches(search) if one["id"] == "900"]
    assert (moved["start"], moved["end"]) == ("2027-03-02T10:30:00+01:00", "2027-03-02T11:00:00+01:00")
    calendar = "Slot?schedule=Schedule/ward-M&start=ge2027-03-01"
    assert server.ids(calendar) == {"Slot/visit-900"}
    assert server.ids("Appointment?location=Location/ward-M&date=2027-03-02") == {"Appointment/900"}
    assert server.ids("Appointment?location=Location/ward-M&date=2027-03-01") == set()
    hospital.sql("DELETE FROM oh_visits WHERE VST_ID IN (35, 900);")
    assert server.ids(calendar) == set()
    assert server.ids(search) == before - {"Appointment/35"}


def test_changes_arrive(hospital: Hospital, resources: Any) -> None:
    """Nothing at first; then by snapshot, by the one watermark, by flag, with a patient, and really gone."""
    hospital.sync()
    again = hospital.sync()
    assert {stream: counts[1:] for stream, counts in again.items()} == {key: [0, 0, 0, 0] for key in again}
    hospital.sql(
        "UPDATE oh_patient SET PAT_SNAME='Ζήση-O\\'Neil' WHERE PAT_ID=562;"
        "UPDATE oh_patienthistory SET PAH_PHY_SMOKE=1 WHERE PAH_ID=1;"
        "UPDATE oh_admission SET ADM_DELETED='Y' WHERE ADM_ID=47;"
        "UPDATE oh_patient SET PAT_DELETED='Y' WHERE PAT_ID=561;"
        "DELETE FROM oh_laboratory WHERE LAB_ID=342;"
    )
    counts = hospital.sync()
    assert counts["history"][0] < hospital.count("oh_patienthistory")
    assert counts["history"][1] >= 1
    assert counts["patient"][1] == 2
    assert counts["visit"][1] == hospital.count("oh_visits WHERE VST_PAT_ID=561") == 2
    assert counts["laboratory"][2] == 1
    versions = dict(hospital.home.query("SELECT type || '/' || id, deleted FROM resource"))
    assert not versions["Patient/562"]
    assert not versions["Observation/smoking-1"]
    for name in ("Patient/561", "Encounter/admission-47", "Condition/admission-47-in", "Appointment/38"):
        assert versions[name], name
    for name in ("Observation/lab-342", "DiagnosticReport/lab-342", "ServiceRequest/lab-342"):
        assert versions[name], name
    assert hospital.home.query("SELECT count(*) FROM quarantine") == [(0,)]
