"""The generator of OSCAR's data: the same for the same seed, and every quirk is there."""

from __future__ import annotations

from datetime import date

import pytest

from tests.generators.oscar import fill, oscar_database
from tests.servers import MariaDB

PATIENTS = 200
TODAY = date(2026, 1, 15)


@pytest.fixture(scope="module")
def server(mariadb_server: MariaDB) -> MariaDB:
    oscar_database(mariadb_server, PATIENTS, real=False, today=TODAY, name="oscar_quirks")
    return mariadb_server


def count(server: MariaDB, rest: str, database: str = "oscar_quirks") -> int:
    return int(server.run(database, f"SELECT COUNT(*) FROM {rest}"))


def test_as_many_patients_as_asked_for(server: MariaDB) -> None:
    assert count(server, "demographic") == PATIENTS


def test_the_same_seed_gives_the_same_rows(server: MariaDB) -> None:
    oscar_database(server, PATIENTS, real=False, today=TODAY, name="oscar_again")
    oscar_database(server, PATIENTS, 2, real=False, today=TODAY, name="oscar_other")
    tables = [line.strip() for line in server.run("oscar_quirks", "SHOW TABLES").splitlines()]

    def sums(database: str) -> list[str]:
        told = server.run(database, "CHECKSUM TABLE " + ", ".join(tables))
        return [line.split("\t")[1] for line in told.splitlines()]

    assert sums("oscar_again") == sums("oscar_quirks")
    assert sums("oscar_other") != sums("oscar_quirks")


def test_patients_are_added_and_the_clinic_is_not_made_twice(mariadb_server: MariaDB) -> None:
    connection = oscar_database(mariadb_server, 3, real=False, today=TODAY, name="oscar_more")
    days = count(mariadb_server, "scheduledate", "oscar_more")
    fill(connection, 3, 1, TODAY, first=5000)
    assert count(mariadb_server, "demographic", "oscar_more") == 6
    assert count(mariadb_server, "provider", "oscar_more") == 7
    assert count(mariadb_server, "scheduledate", "oscar_more") == days
    with pytest.raises(ValueError, match="there are patients between 5002 and 5003 already"):
        fill(connection, 2, 1, TODAY, first=5002)
    assert count(mariadb_server, "demographic", "oscar_more") == 6


@pytest.mark.parametrize(
    "quirk",
    [
        "demographic WHERE month_of_birth = '02' AND date_of_birth = '31'",
        "demographic WHERE month_of_birth REGEXP '^[1-9]$'",
        "demographic WHERE year_of_birth IS NULL",
        "demographic WHERE month_of_birth = '00'",
        "demographic WHERE date_of_birth = '' AND month_of_birth <> ''",
        "demographic WHERE CHAR_LENGTH(family_doctor) = 80 AND family_doctor NOT LIKE '%</rd>'",
        "demographic WHERE hin LIKE '% %'",
        "demographic WHERE hin = ''",
        "demographic WHERE hc_type = 'US-NY'",
        "demographic WHERE BINARY sex = 'T'",
        "demographic WHERE patient_status = 'DE' AND patient_status_date = '0001-01-01'",
        "demographic WHERE patient_status = 'DE' AND patient_status_date > '1000-01-01'",
        "demographic WHERE provider_no NOT IN (SELECT provider_no FROM provider)",
        "demographic WHERE lastUpdateDate = '0001-01-01 00:00:00'",
        "demographic WHERE last_name = 'Côté' AND HEX(last_name) = '43F474E9'",
        "demographic_merged WHERE deleted = 0",
        "(SELECT demographic_no FROM demographicExt WHERE key_val = 'demo_cell'"
        " GROUP BY demographic_no HAVING COUNT(*) > 1) AS t",
        "relationships WHERE deleted = '1'",
        "DemographicContact WHERE type = 0",
        "appointment WHERE BINARY status = 'c'",
        "appointment WHERE BINARY status = 'C'",
        "appointment WHERE BINARY status = 'CS'",
        "appointment WHERE BINARY status = 'tS'",
        "appointment WHERE end_time < start_time",
        "appointment WHERE name = 'Do_Not_Book' AND demographic_no = 0",
        "appointment WHERE name = 'Walk-in, Somebody' AND demographic_no = 0",
        "appointment WHERE appointment_date = '0001-01-01'",
        "appointment WHERE provider_no NOT IN (SELECT provider_no FROM provider)",
        "scheduledate WHERE status = 'D'",
        "scheduledate WHERE available = '0'",
        "(SELECT 1 FROM scheduledate WHERE status = 'A'"
        " GROUP BY sdate, provider_no HAVING COUNT(*) > 1) AS t",
        "scheduledate WHERE provider_no NOT IN (SELECT provider_no FROM provider)",
        "scheduletemplate WHERE CHAR_LENGTH(timecode) = 288",
        "scheduletemplate AS a JOIN scheduletemplate AS b"
        " ON a.name = b.name AND a.provider_no < b.provider_no",
        "billing_on_cheader1 WHERE status = 'D'",
        "billing_on_item WHERE status = 'D'",
        "casemgmt_note WHERE uuid IS NULL",
        "casemgmt_note WHERE locked = '1'",
        "casemgmt_note WHERE archived = 1",
        "(SELECT uuid FROM casemgmt_note WHERE uuid <> '' GROUP BY uuid HAVING COUNT(*) > 1) AS t",
        "dxresearch WHERE dxresearch_code = 'V5869'",
        "dxresearch WHERE start_date = '0001-01-01'",
        "allergies WHERE archived = '1'",
        "drugs WHERE archived_reason = 'deleted'",
        "drugs WHERE outside_provider_name <> ''",
        "drugs WHERE quantity = 'D'",
        "drugs WHERE takemin <> takemax",
        "preventions WHERE refused = '2'",
        "preventionsExt WHERE keyval = 'route' AND val = 'left deltoid'",
        "measurements WHERE dataField = '130/85'",
        "measurements WHERE type = 'BP' AND dataField = 'not taken'",
        "measurementsExt WHERE keyval = 'range' AND val = '4.0-11.0'",
        "patientLabRouting WHERE demographic_no = 0",
        "(SELECT lab_no FROM hl7TextInfo GROUP BY lab_no HAVING COUNT(*) > 1) AS t",
        "labPatientPhysicianInfo WHERE service_date REGEXP '[A-Z]'",
        "document WHERE docxml <> ''",
        "ctl_document WHERE status = 'D'",
        "consultationRequests WHERE appointmentDate = '0001-01-01'",
        "consultdocs WHERE deleted = 'Y'",
        "tickler WHERE status = 'D'",
        "Consent WHERE optout = 1",
        "admission WHERE admission_status = 'discharged'",
    ],
)
def test_every_quirk_is_there(server: MariaDB, quirk: str) -> None:
    assert count(server, quirk) > 0
