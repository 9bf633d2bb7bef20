"""The demo as a user sees it: started, asked by a FHIR client, changed, stopped, started again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fhirpy import SyncFHIRClient
from fhirpy.base.exceptions import OperationOutcome

from facade.spec.check import check
from facade.store.store import utc_now
from tests.flows.home import Home, Server, wait_until

PATIENTS = 60
# fmt: off
TYPES = {
    "AllergyIntolerance", "Appointment", "Binary", "Condition", "Coverage", "DiagnosticReport",
    "DocumentReference", "Encounter", "Immunization", "Location", "MedicationRequest", "MedicationStatement",
    "Observation", "Organization", "Patient", "Practitioner", "PractitionerRole", "Procedure", "Provenance",
    "Schedule", "ServiceRequest", "Slot",
}
# fmt: on


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def demo(home: Home) -> Iterator[Server]:
    """`facade run`, as `make run` does."""
    with home.serving("run", "--patients", str(PATIENTS)) as server:
        yield server


@pytest.fixture(scope="module")
def everything(demo: Server) -> dict[str, list[dict[str, Any]]]:
    """All resources by type, as plain searches give them: what the other searches are compared with."""
    return {kind: demo.matches(f"{kind}?_count=500") for kind in sorted(TYPES)}


def test_the_capability_statement_is_of_what_is_served(demo: Server, everything: Any) -> None:
    statement = demo.get("metadata").json()
    assert statement["fhirVersion"] == "4.0.1"
    made = [one for one in statement["rest"][0]["resource"] if {"code": "create"} not in one["interaction"]]
    assert {one["type"] for one in made} == TYPES, "the EHR's; all others live in the facade"
    assert check(statement) == []
    assert all(everything.values())
    assert len(everything["Patient"]) == PATIENTS
    claimed = {
        kind: {profile for one in resources for profile in one.get("meta", {}).get("profile", ())}
        for kind, resources in everything.items()
    }
    declared = {one["type"]: set(one.get("supportedProfile", ())) for one in made}
    assert all(claimed[kind] <= declared[kind] for kind in TYPES)
    assert "http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient" in declared["Patient"]


def test_each_resource_reads_as_it_is_found(demo: Server, everything: Any) -> None:
    client = SyncFHIRClient(demo.url)
    for kind, resources in everything.items():
        assert len({one["id"] for one in resources}) == len(resources)
        assert client.reference(kind, resources[-1]["id"]).to_resource().serialize() == resources[-1]


def test_a_family_name(demo: Server, everything: Any) -> None:
    family = everything["Patient"][7]["name"][0]["family"]
    wanted = {
        f"Patient/{one['id']}"
        for one in everything["Patient"]
        if any(name["family"].lower().startswith(family[:3].lower()) for name in one["name"])
    }
    assert demo.ids(f"Patient?family={family[:3].lower()}") == wanted
    assert f"Patient/{everything['Patient'][7]['id']}" in wanted


def test_the_appointments_of_a_patient_from_a_day_on(demo: Server, everything: Any) -> None:
    of = {one["id"]: one["participant"][0]["actor"]["reference"] for one in everything["Appointment"]}
    patient = max(sorted(of.values()), key=list(of.values()).count)
    day = sorted(one["start"] for one in everything["Appointment"] if of[one["id"]] == patient)[1][:10]
    wanted = {
        f"Appointment/{one['id']}"
        for one in everything["Appointment"]
        if of[one["id"]] == patient and one["start"][:10] >= day
    }
    assert demo.ids(f"Appointment?patient={patient}&date=ge{day}") == wanted
    assert demo.ids(f"Appointment?patient={patient.partition('/')[2]}&date=ge{day}") == wanted
    assert 0 < len(wanted) < list(of.values()).count(patient) + 1


def test_a_code_with_and_without_its_system(demo: Server, everything: Any) -> None:
    wanted = {
        f"Observation/{one['id']}"
        for one in everything["Observation"]
        if any(coding.get("code") == "8867-4" for coding in one["code"].get("coding", []))
    }
    assert wanted
    assert demo.ids("Observation?code=8867-4") == wanted
    assert demo.ids("Observation?code=http://loinc.org|8867-4") == wanted
    assert demo.ids("Observation?code=http://snomed.info/sct|8867-4") == set()


@pytest.mark.parametrize(
    "search", ["Observation?_count=37&_sort=-date", "Slot?_count=11", "Patient?_count=7"]
)
def test_pages_together_are_all(demo: Server, everything: Any, search: str) -> None:
    kind = search.partition("?")[0]
    found = [one["id"] for one in demo.matches(search)]
    assert len(found) == len(set(found))
    assert set(found) == {one["id"] for one in everything[kind]}
    client = SyncFHIRClient(demo.url)
    assert len(client.resources(kind).limit(40).fetch_all()) == len(found)


def test_what_is_included_is_what_the_matches_name(demo: Server, everything: Any) -> None:
    search = "Appointment?_count=20&_include=Appointment:patient&_include=Appointment:practitioner"
    entries = demo.get(search).json()["entry"]
    named = {
        part["actor"]["reference"]
        for entry in entries
        if entry["search"]["mode"] == "match"
        for part in entry["resource"]["participant"]
        if part["actor"]["reference"].startswith(("Patient/", "Practitioner/"))
    }
    included = {
        entry["fullUrl"].removeprefix(f"{entry['fullUrl'].partition('/fhir/')[0]}/fhir/")
        for entry in entries
        if entry["search"]["mode"] == "include"
    }
    assert included == named


def test_a_version_that_the_client_has_is_not_sent_again(demo: Server, everything: Any) -> None:
    path = f"Patient/{everything['Patient'][0]['id']}"
    first = demo.get(path)
    assert first.headers["etag"] == 'W/"1"'
    again = demo.get(path, **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", 'W/"1"')
    assert demo.get(path, **{"If-Modified-Since": first.headers["last-modified"]}).status_code == 304
    assert demo.get(path, **{"If-None-Match": 'W/"2"'}).content == first.content


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("Patient/nobody", 404, "not-found"),
        ("Patient/a_b", 404, "not-found"),
        ("Patiant", 404, "not-supported"),
        ("_nothing", 404, "not-supported"),
        ("Patient/$nothing", 404, "not-supported"),
        ("Patient?famly=x", 400, "not-supported"),
        ("Patient?family:near=x", 400, "not-supported"),
        ("Patient?birthdate=yesterday", 400, "invalid"),
        ("Patient?_count=x", 400, "invalid"),
        ("Patient?_cursor=x", 400, "invalid"),
        ("Patient?_include=Patient:nothing", 400, "not-supported"),
        ("Patient?_format=ttl", 406, "not-supported"),
    ],
)
def test_every_error_is_an_operation_outcome(demo: Server, path: str, status: int, code: str) -> None:
    response = demo.get(path)
    outcome = response.json()
    assert (response.status_code, outcome["issue"][0]["code"]) == (status, code)
    assert response.headers["content-type"].startswith("application/fhir+json")
    assert outcome["resourceType"] == "OperationOutcome"
    assert check(outcome) == []


def test_an_unknown_parameter_is_refused_unless_asked_to_be_lenient(demo: Server) -> None:
    with pytest.raises(OperationOutcome, match="famly"):
        SyncFHIRClient(demo.url).resources("Patient").search(famly="x").fetch()
    bundle = demo.get("Patient?famly=x", Prefer="handling=lenient").json()
    assert bundle["entry"][-1]["search"] == {"mode": "outcome"}


def legacy(home: Home, sql: str) -> None:
    """Change the legacy database, as the practice does all day."""
    with closing(sqlite3.connect(home.folder / "kestrel.db")) as connection:
        connection.executescript(sql)
        connection.commit()


def stamp() -> str:
    """Now, as PTMAST.LASTUPD has it."""
    return datetime.now(ZoneInfo("America/New_York")).strftime("%Y%m%d%H%M%S")


def test_changes_of_the_practice_arrive_by_the_schedule(demo: Server, home: Home, everything: Any) -> None:
    """A new row, a changed row, a soft deletion, rows gone for good; each within its ten seconds."""
    changed = everything["Patient"][0]["id"]
    gone = f"Patient/{everything['Patient'][1]['id']}"
    coverage = everything["Coverage"][0]["id"]
    legacy(
        home,
        f"UPDATE PTMAST SET NM='NEWNAME, ANNA', LASTUPD='{stamp()}' WHERE PTNO={changed};"
        f"UPDATE PTMAST SET PTNO=-PTNO, LASTUPD='{stamp()}' WHERE PTNO={gone.partition('/')[2]};"
        "INSERT INTO PTMAST (PTNO, MRN, NM, SX, DOB, CLASS, LASTUPD)"
        f" VALUES (9001, 'K9001', 'BRANDNEW, BO', 'M', 19900102, 'ACT', '{stamp()}');"
        f"DELETE FROM INSUR WHERE INNO={coverage};",
    )
    wait_until(lambda: demo.ids("Patient?family=brandnew") == {"Patient/9001"})
    wait_until(lambda: demo.get(gone).status_code == 410)
    wait_until(lambda: demo.get(f"Coverage/{coverage}").status_code == 410)
    found = demo.get(f"Patient/{changed}")
    assert found.headers["etag"] == 'W/"2"'
    assert found.json()["name"][0]["family"] == "NEWNAME"
    assert demo.ids("Patient?family=newname") == {f"Patient/{changed}"}
    assert demo.get(f"{gone}/_history/1").json()["id"] == gone.partition("/")[2]
    assert demo.ids(f"Patient?_id={gone.partition('/')[2]}") == set()


def test_a_slot_that_is_taken_is_never_shown_as_free(demo: Server, home: Home, everything: Any) -> None:
    """The diary is live: what its own program writes is seen by the very next question."""
    slot = next(one for one in everything["Slot"] if one["status"] == "free")
    booked = next(one for one in everything["Appointment"] if "-" not in one["id"] and "slot" not in one)
    schedule, day = slot["schedule"]["reference"], slot["start"][:10]
    search = f"Slot?schedule={schedule}&status=free&start=ge{day}&start=le{day}&_count=500"
    assert slot["id"] in {one["id"] for one in demo.matches(search)}
    patient = next(
        one["actor"]["reference"]
        for one in booked["participant"]
        if one["actor"]["reference"].startswith("Patient/")
    )
    legacy(
        home,
        f"UPDATE SLOTBK SET STATE='B' WHERE SLNO={slot['id']};"
        f"UPDATE APPTBK SET SLNO={slot['id']} WHERE APNO={booked['id']};",
    )
    assert slot["id"] not in {one["id"] for one in demo.matches(search)}
    found = demo.get(f"Appointment?patient={patient}&_count=500")
    assert found.headers["age"] == "0"
    (changed,) = [
        entry["resource"] for entry in found.json()["entry"] if entry["resource"]["id"] == booked["id"]
    ]
    assert changed["slot"] == [{"reference": f"Slot/{slot['id']}"}]
    legacy(
        home,
        f"UPDATE SLOTBK SET STATE='F' WHERE SLNO={slot['id']};"
        f"UPDATE APPTBK SET SLNO=NULL WHERE APNO={booked['id']};",
    )
    assert slot["id"] in {one["id"] for one in demo.matches(search)}
    assert "slot" not in demo.get(f"Appointment/{booked['id']}").json()


def test_a_sync_by_hand_beside_the_server(demo: Server, home: Home, everything: Any) -> None:
    """A row that was removed from an incremental stream, and one changed behind its time stamp's back."""
    allergy, patient = everything["AllergyIntolerance"][3]["id"], everything["Patient"][5]["id"]
    legacy(
        home,
        f"DELETE FROM ALRGY WHERE ALNO={allergy};UPDATE PTMAST SET NM='HIDDEN, HAL' WHERE PTNO={patient};",
    )
    done = home.facade("sync", "--full", "patient", "kestrel.allergy")
    assert (done.status, done.err) == (0, "")
    assert demo.get(f"AllergyIntolerance/{allergy}").status_code == 410
    assert demo.ids("Patient?family=hidden") == {f"Patient/{patient}"}


def test_stopped_and_started_again(home: Home, demo: Server) -> None:
    """SIGTERM leaves a clean store; the second start reads what changed, and nothing else."""
    changed = int(utc_now().timestamp() * 1_000_000)
    late = "SELECT name FROM stream_state WHERE last_success<?"
    with home.store() as store:
        wait_until(lambda: not store.query(late, (changed,)))  # all has been read that was changed above
    demo.stop()
    assert not list(home.folder.glob("facade.db-*"))
    assert not list(home.folder.glob("*.part"))
    before = home.query("SELECT type, id, version, deleted FROM resource ORDER BY type, id")
    assert home.query("SELECT count(*) FROM sync_run WHERE ended IS NULL") == [(0,)]
    assert home.query("PRAGMA integrity_check") == [("ok",)]
    with home.serving("run") as again:
        assert again.get("Patient/9001").status_code == 200
        lines = again.output.read_text().splitlines()
    rows = [line.split() for line in lines if line.startswith("kestrel.")]
    assert len(rows) == 21
    assert [row for row in rows if row[2:6] != ["0", "0", "0", "0"] or row[-1] != "ok"] == []
    assert not any("Making" in line for line in lines)
    assert home.query("SELECT type, id, version, deleted FROM resource ORDER BY type, id") == before
