"""OSCAR in MariaDB, in latin1, behind its ODBC driver: checked, synced, explained, changed, searched.

Over the columns that the pack reads, and over the real schema where it is to be had.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from facade.spec import models
from facade.spec.check import check
from facade.store.serialise import from_json
from tests.facade.packs.filled import dangling, unnamed_profiles
from tests.flows.home import Done, Home, Server
from tests.generators.oscar import oscar_database
from tests.paths import needs_shared
from tests.servers import MariaDB

GENERATED = 60
EXAMPLES = 2
SETTINGS = """\
sources:
  emr:
    kind: odbc
    pack: oscar
    connection: '{connection}'
    every: 1h
site: {{ timezone: America/Toronto }}
"""


@dataclass
class Emr:
    """The site, what its first sync said, and its legacy database."""

    home: Home
    mariadb: MariaDB
    synced: Done
    database: str
    patients: int

    def sql(self, text: str) -> list[list[str]]:
        """What MariaDB itself answers."""
        return [line.split("\t") for line in self.mariadb.run(self.database, text).splitlines()]

    def version(self, reference: str) -> tuple[int, bool]:
        """Version, and whether it is deleted."""
        sql = "SELECT version, deleted FROM resource WHERE type=? AND id=?"
        ((version, deleted),) = self.home.query(sql, reference.split("/"))
        return version, bool(deleted)


@pytest.fixture(scope="module", params=["own", pytest.param("real", marks=needs_shared)])
def emr(
    request: pytest.FixtureRequest, mariadb_server: MariaDB, tmp_path_factory: pytest.TempPathFactory
) -> Emr:
    real = request.param == "real"
    database = f"oscar_journey_{request.param}"
    connection = oscar_database(mariadb_server, GENERATED, real=real, name=database)
    home = Home(tmp_path_factory.mktemp("oscar"), SETTINGS.format(connection=connection))
    patients = GENERATED + (EXAMPLES if real else 0)
    return Emr(home, mariadb_server, home.facade("sync"), database, patients)


@pytest.fixture(scope="module")
def resources(emr: Emr) -> dict[str, dict[str, Any]]:
    """Everything that was stored, by reference."""
    rows = emr.home.query("SELECT type, id, body FROM resource WHERE deleted=0")
    return {f"{row[0]}/{row[1]}": from_json(bytes(row[2])) for row in rows}


@pytest.fixture(scope="module")
def server(emr: Emr, resources: Any) -> Iterator[Server]:
    with emr.home.serving() as server:
        yield server


def test_the_database_is_latin1(emr: Emr) -> None:
    kinds = emr.sql(
        f"SELECT DISTINCT table_collation FROM information_schema.tables WHERE table_schema='{emr.database}'"
    )
    assert kinds == [["latin1_swedish_ci"]]


def test_check_finds_all_well(emr: Emr) -> None:
    done = emr.home.facade("check")
    assert (done.status, done.err) == (0, "")
    for trouble in ("invalid", "cannot be mapped", "see below", "does not give"):
        assert trouble not in done.out
    assert "reached MariaDB" in done.out


def test_nothing_is_quarantined(emr: Emr) -> None:
    assert (emr.synced.status, emr.synced.err) == (0, "")
    assert emr.home.query("SELECT count(*) FROM quarantine") == [(0,)]
    assert "failed" not in emr.synced.out


def test_a_second_sync_changes_nothing(emr: Emr, resources: Any) -> None:
    before = dict(emr.home.query("SELECT type || '/' || id, version FROM resource"))
    done = emr.home.facade("sync", "--full")
    assert (done.status, done.err) == (0, "")
    rows = [line.split() for line in done.out.splitlines() if line.startswith("emr.")]
    assert rows
    assert {row[2] for row in rows} == {"0"}, done.out
    assert dict(emr.home.query("SELECT type || '/' || id, version FROM resource")) == before


def test_every_resource_is_valid_twice(emr: Emr, resources: dict[str, dict[str, Any]]) -> None:
    assert sum(name.startswith("Patient/") for name in resources) == emr.patients
    assert len(resources) > 40 * GENERATED
    for name, resource in resources.items():
        assert (check(resource), models.validate(resource)) == ([], []), name


def test_every_reference_leads_somewhere(resources: dict[str, dict[str, Any]]) -> None:
    assert dangling(resources) == {}


def test_every_claim_is_in_the_statement(resources: dict[str, dict[str, Any]]) -> None:
    assert unnamed_profiles("oscar", resources) == set()


def test_a_blood_pressure_is_explained(emr: Emr) -> None:
    ((row,),) = emr.sql("SELECT MAX(id) FROM measurements WHERE type='BP' AND dataField='130/85'")
    told = emr.home.facade("explain", f"Observation/{row}")
    assert (told.status, told.err) == (0, "")
    assert f"from record {row} of stream emr.measurement" in told.out
    assert "value '130/85'" in told.out
    assert "resources/blood_pressure.yaml" in told.out


def test_searches_agree_with_the_database(emr: Emr, server: Server) -> None:
    ((patient, hin),) = emr.sql(
        "SELECT demographic_no, hin FROM demographic WHERE hin REGEXP '^[0-9]{10}$' AND hc_type='ON'"
        " ORDER BY demographic_no DESC LIMIT 1"
    )
    card = "https://fhir.infoway-inforoute.ca/NamingSystem/ca-on-patient-hcn"
    assert server.ids(f"Patient?identifier={card}|{hin}") == {f"Patient/{patient}"}
    cote = emr.sql("SELECT demographic_no FROM demographic WHERE last_name='Côté'")
    assert cote
    assert server.ids("Patient?family=cote") == {f"Patient/{row[0]}" for row in cote}
    problems = emr.sql(
        "SELECT dxresearch_no FROM dxresearch"
        " WHERE status<>'D' AND coding_system='icd9' AND dxresearch_code='25000'"
    )
    found = server.ids("Condition?code=http://hl7.org/fhir/sid/icd-9-cm|250.00")
    assert found == {f"Condition/registry-{row[0]}" for row in problems}
    cancelled = emr.sql("SELECT appointment_no FROM appointment WHERE BINARY LEFT(status, 1) = 'C'")
    assert server.ids("Appointment?status=cancelled") == {f"Appointment/{row[0]}" for row in cancelled}


def test_changes_arrive(emr: Emr, server: Server) -> None:
    """By snapshot, by watermark, by a full read."""
    ((patient,),) = emr.sql("SELECT MAX(demographic_no) FROM demographic")
    ((measured,),) = emr.sql("SELECT MAX(id) FROM measurements")
    ((gone,),) = emr.sql("SELECT MIN(id) FROM measurements WHERE demographicNo > 999")
    ((allergy,),) = emr.sql("SELECT MAX(allergyid) FROM allergies WHERE archived='0'")
    emr.sql(
        f"UPDATE demographic SET last_name='ÉTÉ-Ñandú' WHERE demographic_no={patient};"
        f"UPDATE allergies SET archived='1' WHERE allergyid={allergy};"
        f"DELETE FROM measurements WHERE id={gone};"
        "INSERT INTO measurements (id, type, demographicNo, providerNo, dataField, measuringInstruction,"
        f" comments, dateObserved, dateEntered) VALUES ({int(measured) + 1}, 'HT', {patient}, '100001',"
        " '181', 'in cm', '', '2024-05-06 00:00:00', '2024-05-06 10:00:00');"
    )
    done = emr.home.facade("sync")
    assert (done.status, done.err) == (0, "")
    assert server.ids(f"Patient?_id={patient}&family=ete") == {f"Patient/{patient}"}
    assert emr.version(f"AllergyIntolerance/{allergy}")[1]
    assert server.get(f"Observation/{int(measured) + 1}").json()["valueQuantity"]["value"] == 181
    assert not emr.version(f"Observation/{gone}")[1]
    assert emr.home.facade("sync", "--full", "measurement").status == 0
    assert emr.version(f"Observation/{gone}") == (2, True)


def test_the_next_search_sees_what_was_booked_moved_and_cancelled(emr: Emr, server: Server) -> None:
    """No sync: each search asks for its slice. `c` keeps the time that `C` gives back."""
    ((patient,),) = emr.sql("SELECT MAX(demographic_no) FROM demographic")
    ((number,),) = emr.sql("SELECT MAX(appointment_no) + 1 FROM appointment")
    free = next(
        one
        for one in server.matches("Slot?schedule=Schedule/100001&status=free&_sort=-start&_count=200")
        if one["id"].startswith("100001-") and one["serviceType"][0]["text"].endswith("Minute Appointment")
    )
    day, begins = free["start"][:10], free["start"][11:19]
    slot = f"Slot?schedule=Schedule/100001&start={day}"
    mine = f"Appointment?patient=Patient/{patient}&date={day}"

    def status() -> str:
        (found,) = [one["status"] for one in server.matches(slot) if one["id"] == free["id"]]
        return str(found)

    emr.sql(
        "INSERT INTO appointment (appointment_no, provider_no, appointment_date, start_time, end_time, name,"
        f" demographic_no, status) VALUES ({number}, '100001', '{day}', '{begins}',"
        f" ADDTIME('{begins}', '00:04:00'), 'X,Y', {patient}, 't')"
    )
    assert f"Appointment/{number}" in server.ids(mine)
    assert status() == "busy"
    emr.sql(f"UPDATE appointment SET status='c' WHERE appointment_no={number}")
    assert status() == "busy"
    emr.sql(f"UPDATE appointment SET status='C' WHERE appointment_no={number}")
    assert f"Appointment/{number}" in server.ids(f"{mine}&status=cancelled")
    assert status() == "free"
    emr.sql(f"UPDATE appointment SET status='t', provider_no='100002' WHERE appointment_no={number}")
    assert server.ids(f"Appointment?practitioner=Practitioner/100001&date={day}&patient={patient}") == set()
    emr.sql(f"DELETE FROM appointment WHERE appointment_no={number}")
    assert f"Appointment/{number}" not in server.ids(mine)
    assert server.get(f"Appointment/{number}").status_code == 410
