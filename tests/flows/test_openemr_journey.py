"""OpenEMR's real schema in MariaDB, behind its ODBC driver: checked, synced, explained, changed, searched.

`FACADE_OPENEMR_PATIENTS=2000` makes it as large as the project promises; the suite takes 60.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from facade.spec import models
from facade.spec.check import check
from facade.store.serialise import from_json
from tests.facade.packs.filled import dangling, unnamed_profiles
from tests.flows.home import Done, Home, Server
from tests.generators.openemr import openemr_database
from tests.paths import needs_shared
from tests.servers import MariaDB

pytestmark = needs_shared

GENERATED = int(os.environ.get("FACADE_OPENEMR_PATIENTS", "60"))
EXAMPLES = 14
SETTINGS = """\
sources:
  emr:
    kind: odbc
    pack: openemr
    connection: '{connection}'
    every: 1h
site: {{ timezone: America/New_York }}
"""


@dataclass
class Emr:
    """The site, what its first sync said, and its legacy database."""

    home: Home
    mariadb: MariaDB
    synced: Done

    def sql(self, text: str) -> list[list[str]]:
        """What MariaDB itself answers."""
        return [line.split("\t") for line in self.mariadb.run("journey", text).splitlines()]

    def version(self, reference: str) -> tuple[int, bool]:
        """Version, and whether it is deleted."""
        sql = "SELECT version, deleted FROM resource WHERE type=? AND id=?"
        ((version, deleted),) = self.home.query(sql, reference.split("/"))
        return version, bool(deleted)

    def explained(self, reference: str) -> dict[str, Any]:
        """Lineage by element."""
        done = self.home.facade("explain", reference, "--json")
        assert (done.status, done.err) == (0, "")
        return {line["element"]: line for line in json.loads(done.out)}


@pytest.fixture(scope="module")
def emr(mariadb_server: MariaDB, tmp_path_factory: pytest.TempPathFactory) -> Emr:
    connection = openemr_database(mariadb_server, GENERATED, name="journey")
    home = Home(tmp_path_factory.mktemp("openemr"), SETTINGS.format(connection=connection))
    return Emr(home, mariadb_server, home.facade("sync"))


@pytest.fixture(scope="module")
def resources(emr: Emr) -> dict[str, dict[str, Any]]:
    """Everything that was stored, by reference."""
    rows = emr.home.query("SELECT type, id, body FROM resource WHERE deleted=0")
    return {f"{row[0]}/{row[1]}": from_json(bytes(row[2])) for row in rows}


@pytest.fixture(scope="module")
def server(emr: Emr, resources: Any) -> Iterator[Server]:
    """What was synced a moment ago is not read again for an hour, but for what is live."""
    with emr.home.serving() as server:
        yield server


def test_check_finds_all_well(emr: Emr) -> None:
    done = emr.home.facade("check")
    assert (done.status, done.err) == (0, "")
    for trouble in ("invalid", "cannot be mapped", "see below", "does not give"):
        assert trouble not in done.out
    assert "reached MariaDB" in done.out
    assert "libmaodbc.so" in done.out


def test_nothing_is_quarantined(emr: Emr) -> None:
    assert (emr.synced.status, emr.synced.err) == (0, "")
    assert emr.home.query("SELECT count(*) FROM quarantine") == [(0,)]
    assert "failed" not in emr.synced.out


def test_every_resource_is_valid_twice(resources: dict[str, dict[str, Any]]) -> None:
    assert sum(name.startswith("Patient/") for name in resources) == GENERATED + EXAMPLES
    assert len(resources) > 50 * GENERATED
    for name, resource in resources.items():
        assert (check(resource), models.validate(resource)) == ([], []), name


def test_every_reference_leads_somewhere(resources: dict[str, dict[str, Any]]) -> None:
    assert dangling(resources) == {}


def test_every_claim_is_in_the_statement(resources: dict[str, dict[str, Any]]) -> None:
    assert unnamed_profiles("openemr", resources) == set()


def test_a_vital_sign_is_explained(emr: Emr) -> None:
    ((row, pounds),) = emr.sql(
        "SELECT v.id, CAST(v.weight AS DECIMAL(7,2)) FROM form_vitals v JOIN forms f ON f.form_id=v.id"
        " AND f.formdir='vitals' AND f.deleted=0 WHERE v.weight>0 AND v.activity=1 AND v.bps>0"
        " ORDER BY v.id DESC LIMIT 1"
    )
    weight = emr.explained(f"Observation/vitals-{row}-29463-7")
    value = weight["valueQuantity.value"]
    assert (value["stream"], value["columns"], value["raw"]) == ("vitals", ["weight"], {"weight": pounds})
    assert value["file"] == "resources/vitals.yaml"
    told = emr.home.facade("explain", f"Observation/vitals-{row}-29463-7").out
    assert f"from record {row} of stream emr.vitals" in told
    assert f"weight '{pounds}' · " in told
    ((systolic, diastolic),) = emr.sql(f"SELECT bps, bpd FROM form_vitals WHERE id={row}")
    pressure = emr.explained(f"Observation/vitals-{row}-85354-9")
    assert pressure["component[0].valueQuantity.value"]["raw"] == {"bps": systolic}
    assert pressure["component[1].valueQuantity.value"]["raw"] == {"bpd": diastolic}


def test_an_appointment_is_explained(emr: Emr) -> None:
    ((row, pid, status),) = emr.sql(
        "SELECT pc_eid, pc_pid, pc_apptstatus FROM openemr_postcalendar_events"
        " WHERE pc_pid>0 AND pc_recurrtype=0 AND pc_apptstatus='@' ORDER BY pc_eid DESC LIMIT 1"
    )
    found = emr.explained(f"Appointment/{row}")
    assert found["status"]["stream"] == "event"
    assert found["status"]["raw"]["pc_apptstatus"] == status
    assert found["status"]["value"] == "arrived"
    patient = next(
        line
        for element, line in found.items()
        if element.startswith("participant") and line["value"] == f"Patient/{pid}"
    )
    assert list(patient["raw"]) == ["pid"]
    assert str(patient["raw"]["pid"]) == pid


def test_searches_agree_with_the_database(emr: Emr, server: Server) -> None:
    ((pid, family, born),) = emr.sql(
        "SELECT pid, lname, DOB FROM patient_data WHERE pid IN (SELECT pid FROM form_vitals)"
        " ORDER BY pid DESC LIMIT 1"
    )
    same = {
        f"Patient/{row[0]}" for row in emr.sql(f"SELECT pid FROM patient_data WHERE lname LIKE '{family}%'")
    }
    assert server.ids(f"Patient?family={family.lower()}") == same
    assert f"Patient/{pid}" in server.ids(f"Patient?birthdate={born}")
    issues = emr.sql(f"SELECT id FROM lists WHERE pid={pid} AND type='medical_problem'")
    problems = server.ids(f"Condition?patient={pid}&category=problem-list-item")
    assert len(problems) == len(issues)
    weights = emr.sql(
        "SELECT v.id FROM form_vitals v JOIN forms f ON f.form_id=v.id AND f.formdir='vitals' AND f.deleted=0"
        f" WHERE v.pid={pid} AND v.weight>0 AND v.activity=1"
    )
    assert server.ids(f"Observation?patient=Patient/{pid}&code=http://loinc.org|29463-7") == {
        f"Observation/vitals-{row[0]}-29463-7" for row in weights
    }
    visits = emr.sql(f"SELECT encounter FROM forms WHERE pid={pid} AND formdir='newpatient' AND deleted=0")
    assert server.ids(f"Encounter?patient={pid}") == {f"Encounter/{row[0]}" for row in visits}
    sorted_visits = server.matches(f"Encounter?patient={pid}&_sort=-date&_count=3")
    starts = [one["period"]["start"] for one in sorted_visits]
    assert starts == sorted(starts, reverse=True)


def test_a_booking_is_seen_by_the_next_question(emr: Emr, server: Server) -> None:
    """OpenEMR's calendar is live, and a booking takes of its provider's time."""
    ((event, pid, provider),) = emr.sql(
        "SELECT e.pc_eid, e.pc_pid, e.pc_aid FROM openemr_postcalendar_events e JOIN users u ON u.id=e.pc_aid"
        " WHERE e.pc_pid>0 AND e.pc_recurrtype=0 AND e.pc_apptstatus='-' AND e.pc_duration>0"
        " ORDER BY e.pc_eid DESC LIMIT 1"
    )
    search = f"Appointment?patient={pid}&_count=500"
    status = {one["id"]: one["status"] for one in server.matches(search)}
    emr.sql(f"UPDATE openemr_postcalendar_events SET pc_apptstatus='x' WHERE pc_eid={event}")
    (changed,) = [id for id, one in status.items() if id.startswith(event)]
    assert status[changed] == "booked"
    assert {one["id"]: one["status"] for one in server.matches(search)} == {**status, changed: "cancelled"}
    emr.sql(
        "CREATE TEMPORARY TABLE copied SELECT * FROM openemr_postcalendar_events"
        f" WHERE pc_eid={event}; UPDATE copied SET pc_eid=990001, pc_apptstatus='-';"
        " INSERT INTO openemr_postcalendar_events SELECT * FROM copied;"
    )
    added = {one["id"] for one in server.matches(search)} - set(status)
    assert len(added) == 1
    assert server.get(f"Appointment/{added.pop()}").headers["age"] == "0"
    emr.sql(
        "DELETE FROM openemr_postcalendar_events WHERE pc_eid=990001;"
        f"UPDATE openemr_postcalendar_events SET pc_apptstatus='-' WHERE pc_eid={event}"
    )
    assert {one["id"]: one["status"] for one in server.matches(search)} == status
    assert server.get(f"Schedule/{provider}").headers["age"] == "0"


def test_changes_arrive(emr: Emr, server: Server) -> None:
    """By snapshot and by watermark; soft deletions; and what is really gone, by reading all."""
    (
        (pid,),
        (other,),
    ) = emr.sql("SELECT pid FROM patient_data ORDER BY pid DESC LIMIT 2")
    ((issue,),) = emr.sql("SELECT id FROM lists WHERE type='medical_problem' ORDER BY id DESC LIMIT 1")
    ((lost,),) = emr.sql("SELECT id FROM lists WHERE type='allergy' ORDER BY id DESC LIMIT 1")
    ((vitals,),) = emr.sql(
        "SELECT v.id FROM form_vitals v JOIN forms f ON f.form_id=v.id AND f.formdir='vitals' AND f.deleted=0"
        " WHERE v.weight>0 AND v.activity=1 ORDER BY v.id LIMIT 1"
    )
    weight = f"Observation/vitals-{vitals}-29463-7"
    before = dict(emr.home.query("SELECT type || '/' || id, version FROM resource"))
    emr.sql(
        f"UPDATE patient_data SET lname='Ζήση-O\\'Neil' WHERE pid={pid};"
        f"UPDATE lists SET title='changed', modifydate=NOW() WHERE id={issue};"
        f"UPDATE forms SET deleted=1 WHERE formdir='vitals' AND form_id={vitals};"
        f"DELETE FROM lists WHERE id={lost};"
    )
    done = emr.home.facade("sync")
    assert (done.status, done.err) == (0, "")
    rows = {line.split()[0]: line.split()[1:] for line in done.out.splitlines() if line.startswith("emr.")}
    assert rows["emr.patient"][1:4] == ["1", "0", "1"]
    assert rows["emr.vitals"][1:3] == ["1", "1"]
    assert rows["emr.issue"][1] == "1"
    ((all_issues,),) = emr.sql("SELECT count(*) FROM lists")
    assert int(rows["emr.issue"][0]) < int(all_issues) / 4
    assert emr.version(f"Patient/{pid}") == (2, False)
    assert emr.version(f"Condition/{issue}") == (2, False)
    assert emr.version(weight) == (2, True)
    assert emr.version(f"AllergyIntolerance/{lost}") == (1, False)
    after = dict(emr.home.query("SELECT type || '/' || id, version FROM resource"))
    touched = {name.partition("/")[0] for name in after if after[name] != before.get(name)}
    assert touched <= {"Patient", "Condition", "Observation", "Provenance"}
    assert after[f"Patient/{other}"] == 1
    assert server.ids("Patient?family=ζηση") == {f"Patient/{pid}"}
    assert server.get(weight).status_code == 410
    assert server.ids(f"Observation?_id={weight.partition('/')[2]}") == set()
    assert emr.home.facade("sync", "--full", "issue").status == 0
    assert emr.version(f"AllergyIntolerance/{lost}") == (2, True)
    assert server.get(f"AllergyIntolerance/{lost}").json()["issue"][0]["code"] == "deleted"
