"""What is wrong around a site is one clear message each, and the rest goes on: sources and packs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.flows.clinic import SECRET, Clinic, on_server, on_sqlite
from tests.flows.home import Done
from tests.servers import PASSWORD, free_port

LOGIN = "the database refuses the login; check user, password and its right to connect from here"
REACH = "the database cannot be reached: is it running, and are host and port right?"
COLUMN = (
    "the database has no column `state` that the SQL names; correct the stream, or override it in the overlay"
)


@pytest.fixture(params=["mariadb", "postgres"])
def clinic(request: pytest.FixtureRequest, tmp_path: Path) -> Clinic:
    """A clinic on a real server behind its driver, synced once."""
    clinic = on_server(tmp_path, request.getfixturevalue(f"{request.param}_server"), "clinic")
    clinic.kind = request.param
    well(clinic)
    return clinic


@pytest.fixture
def small(tmp_path: Path) -> Clinic:
    """A clinic in a file, synced once."""
    clinic = on_sqlite(tmp_path)
    well(clinic)
    return clinic


def tells_no_secret(done: Done) -> None:
    told = (done.out + done.err).replace("the SQL names", "")
    for secret in (PASSWORD, SECRET, "SELECT", "FROM person", "Traceback", "hunter2"):
        assert secret not in told


def well(clinic: Clinic) -> None:
    """A sync goes well, and leaves nothing behind in quarantine."""
    done = clinic.home.facade("sync")
    assert (done.status, done.err) == (0, ""), done
    assert clinic.home.query("SELECT count(*) FROM quarantine") == [(0,)]


def living(clinic: Clinic) -> list[tuple[object, ...]]:
    """Every resource of the source `clinic`, with its version."""
    return clinic.home.query(
        "SELECT type, id, version, deleted, body FROM resource WHERE type<>'Practitioner' ORDER BY type, id"
    )


def fails(clinic: Clinic, *messages: str, streams: int = 1) -> None:
    """A sync tells these errors and no more, changes nothing of what was read, and reads what can be."""
    before, hired = living(clinic), clinic.hire()
    done = clinic.home.facade("sync")
    assert done.status == 1
    assert done.errors == [f"error {message}" for message in messages]
    assert done.out.count("failed") == streams
    tells_no_secret(done)
    assert living(clinic) == before
    assert (hired.partition("/")[2],) in clinic.home.query(
        "SELECT id FROM resource WHERE type='Practitioner'"
    )
    told = clinic.home.query("SELECT DISTINCT error FROM stream_state WHERE error IS NOT NULL ORDER BY error")
    assert [row[0] for row in told] == sorted(messages)
    assert clinic.home.query("SELECT count(*) FROM sync_run WHERE ended IS NULL") == [(0,)]


def checked(clinic: Clinic, *lines: str) -> None:
    """`facade check` ends with 1 and tells these lines."""
    done = clinic.home.facade("check")
    assert (done.status, done.err) == (1, "")
    for line in lines:
        assert line in done.out.splitlines()
    assert "staff · pack staff" in done.out
    tells_no_secret(done)


def test_a_wrong_login(clinic: Clinic) -> None:
    code = {"mariadb": "SQLSTATE 28000, code 1045", "postgres": "SQLSTATE 08001, code 101"}[clinic.kind]
    clinic.rewrite(clinic.home.config, PASSWORD, "hunter2")
    checked(clinic, f"not reached source clinic: {LOGIN} ({code})")
    fails(clinic, f"source clinic: {LOGIN} ({code})", streams=3)
    clinic.rewrite(clinic.home.config, "hunter2", PASSWORD)
    well(clinic)


def test_a_host_that_does_not_answer(clinic: Clinic) -> None:
    code = {"mariadb": "SQLSTATE HY000, code 2002", "postgres": "SQLSTATE 08001, code 101"}[clinic.kind]
    unknown = {"mariadb": "SQLSTATE HY000, code 2005", "postgres": "SQLSTATE 08001, code 101"}[clinic.kind]
    right = clinic.home.config.read_text()
    port = right.partition(";Port=")[2].partition(";")[0]
    clinic.rewrite(clinic.home.config, f"Port={port}", f"Port={free_port()}")
    checked(clinic, f"not reached source clinic: {REACH} ({code})")
    fails(clinic, f"source clinic: {REACH} ({code})", streams=3)
    clinic.home.config.write_text(right.replace("127.0.0.1", "nowhere.invalid"))
    told = f"source clinic: the database cannot be reached: the host's name is not known ({unknown})"
    checked(clinic, f"not reached {told}")
    fails(clinic, told, streams=3)


def test_a_driver_that_is_not_installed(clinic: Clinic) -> None:
    import pyodbc

    clinic.rewrite(clinic.home.config, "Driver=", "Driver={Clairvoyant ODBC};Was=")
    told = (
        "source clinic: the ODBC driver or data source 'Clairvoyant ODBC' is not known here; installed are "
        + ", ".join(pyodbc.drivers())
    )
    checked(clinic, f"not reached {told}")
    fails(clinic, told, streams=3)


def test_sql_that_the_database_does_not_understand(clinic: Clinic) -> None:
    code = {"mariadb": "SQLSTATE 42000, code 1064", "postgres": "SQLSTATE 42601, code 1"}[clinic.kind]
    told = f"source clinic, stream booking: the database does not understand the SQL; correct it ({code})"
    clinic.rewrite(clinic.pack / "streams/booking.sql", "FROM booking", "FRM booking")
    checked(clinic, f"booking {told}")
    fails(clinic, told)
    clinic.rewrite(clinic.pack / "streams/booking.sql", "FRM booking", "FROM booking")
    well(clinic)


def test_a_column_that_vanished(clinic: Clinic) -> None:
    code = {"mariadb": "SQLSTATE 42S22, code 1054", "postgres": "SQLSTATE 42703, code 1"}[clinic.kind]
    clinic.run("ALTER TABLE booking DROP COLUMN state")
    told = f"source clinic, stream booking: {COLUMN} ({code})"
    checked(clinic, f"booking {told}")
    fails(clinic, told)


def test_a_column_that_vanished_from_under_a_star(clinic: Clinic) -> None:
    """The SQL still runs, so only the columns tell; nothing that was read is emptied."""
    clinic.rewrite(clinic.pack / "streams/booking.sql", "SELECT no, person, begins, state", "SELECT *")
    well(clinic)
    clinic.run("ALTER TABLE booking DROP COLUMN begins")
    checked(clinic, "booking the source does not give: begins")
    told = (
        "source clinic, stream booking: the rows have no column begins that the pack reads; correct the"
        " stream, or override it in the overlay"
    )
    fails(clinic, told)


def test_rows_that_cannot_be_mapped(small: Clinic) -> None:
    """They wait in quarantine with the reason; their neighbours do not; a corrected row leaves it."""
    before = {row[:2]: row for row in living(small)}
    small.run(
        "UPDATE person SET sex='Q', changed='2026-01-01 10:00:00' WHERE no=3;"
        f"UPDATE person SET born='{SECRET}', changed='2026-01-01 10:00:00' WHERE no=4;"
        "UPDATE person SET given='Neu', changed='2026-01-01 10:00:00' WHERE no=5;"
        f"UPDATE measure SET val='{SECRET}' WHERE no=9; UPDATE booking SET state='Z' WHERE no=7;"
    )
    done = small.home.facade("sync")
    assert (done.status, done.err) == (0, "")
    tells_no_secret(done)
    after = {row[:2]: row for row in living(small)}
    refused = {("Patient", "3"), ("Patient", "4"), ("Observation", "9"), ("Appointment", "7")}
    assert {name for name in before if after[name] != before[name]} == {*refused, ("Patient", "5")}
    assert {name for name, row in after.items() if row[3]} == refused
    told = small.home.facade("status")
    number = "`decimal` cannot read the value as a number, in `$val | decimal(2)`"
    assert [line for line in told.out.splitlines() if line.startswith(("quarantined", "unmapped"))] == [
        "quarantined clinic.booking booking Appointment.status: Appointment.status is required ×1",
        f"quarantined clinic.measure measure valueQuantity.value: {number} ×1",
        "quarantined clinic.person person gender: `code` a value has no row in codes/sex.csv, in"
        " `$sex | code(sex)` ×1",
        "quarantined clinic.person person birthDate: `date` cannot read the value as a date, in"
        " `$born | date` ×1",
        "unmapped sex: 'Q' ×1",
    ]
    tells_no_secret(told)
    checked(
        small,
        f"measure 1 cannot be mapped: measure valueQuantity.value: {number}",
        "booking 1 invalid: booking Appointment.status: Appointment.status is required",
    )
    explained = small.home.facade("explain", "Patient/3")
    assert explained.errors == [
        "error Patient/3 was deleted: its record in stream clinic.person no longer makes it; `facade status`"
        " tells what is quarantined."
    ]
    small.run(
        "UPDATE person SET sex='F', born='1950-01-01', changed='2026-01-01 10:00:01' WHERE no IN (3, 4);"
        "UPDATE measure SET val=61.25 WHERE no=9; UPDATE booking SET state=' ' WHERE no=7;"
    )
    well(small)
    assert all(not row[3] for row in living(small))


def test_a_pack_that_is_wrong(small: Clinic) -> None:
    """Every problem of every pack, with file and line, before anything is read or served."""
    before = living(small)
    small.rewrite(small.pack / "resources/person.yaml", "birthDate: $born | date", "birthDat: $born | dat")
    small.rewrite(small.pack / "streams/measure.sql", "-- key: no", "-- kee: no")
    small.rewrite(small.pack / "codes/sex.csv", "F,female", "F,femal")
    small.rewrite(small.home.folder / "staff/resources/doctor.yaml", "$name", "$nam")
    for command in ("check", "sync", "serve", "replay"):
        more = ("--port", str(free_port())) if command == "serve" else ()
        done = small.home.facade(command, *more)
        assert (done.status, done.out) == (1, ""), command
        assert done.errors == [
            "error clinic/codes/sex.csv:2: Patient.gender cannot be `femal`; one of: female, male, other,"
            " unknown",
            "error clinic/resources/person.yaml:7: Patient has no element `birthDat`; did you mean"
            " `birthDate`?",
            "error clinic/streams/measure.sql:1: `-- key: column` is missing: which column identifies a row?",
            "error staff/resources/doctor.yaml:4: in `$nam`: the stream `doctor` has no column `nam`; did you"
            " mean `name`?",
        ]
        tells_no_secret(done)
    assert living(small) == before
