"""The generated OpenEMR database: the same for the same seed, every table filled, every quirk there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import phpserialize
import pyodbc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facade.mapping import parse_pack
from facade.packs import read_pack
from tests.generators.openemr import TODAY, __main__, fill, openemr_database
from tests.generators.openemr.diary import WEEK, recurrence
from tests.generators.openemr.dice import fold, gap
from tests.generators.openemr.directory import npi
from tests.generators.openemr.writer import Table, Writer
from tests.paths import needs_shared
from tests.servers import MariaDB

PATIENTS, EXAMPLES, FIRST = 400, 14, 1000
NEW_YORK = ZoneInfo("America/New_York")

#: Table, and the fewest and the most rows for a patient.
VOLUME = {
    "patient_data": (1, 1),
    "history_data": (1, 2),
    "insurance_data": (3, 4),
    "form_encounter": (2, 4),
    "form_vitals": (2.5, 4.5),
    "form_soap": (1, 3),
    "form_dictation": (0.1, 1),
    "form_clinical_instructions": (0.05, 1),
    "forms": (7, 15),
    "lists": (3, 7),
    "billing": (4, 10),
    "prescriptions": (1, 3),
    "immunizations": (2, 4),
    "procedure_order": (2, 4),
    "procedure_order_code": (2, 4),
    "procedure_report": (1, 4),
    "procedure_result": (6, 14),
    "openemr_postcalendar_events": (1.5, 3.5),
    "documents": (0.3, 1.5),
    "categories_to_documents": (0.3, 1.5),
    "pnotes": (1, 2),
    "issue_encounter": (0.5, 3),
    "patient_tracker": (0.5, 3),
}
PRACTICE = (
    "users", "facility", "insurance_companies", "pharmacies", "addresses", "phone_numbers",
    "procedure_providers",
    "drugs",
)  # fmt: skip

#: What must be found: a table and a condition.
QUIRKS = {
    "accented names": ("patient_data", "fname = 'José' COLLATE utf8mb4_bin"),
    "an apostrophe": ("patient_data", "lname = 'O''Brien'"),
    "letters outside latin1": ("patient_data", "lname = 'Nguyễn' COLLATE utf8mb4_bin"),
    "UTF-8 read as latin1": ("patient_data", "fname = 'JosÃ©' COLLATE utf8mb4_bin"),
    "padded names": ("patient_data", "lname LIKE '  %' AND fname LIKE '% '"),
    "a padded postal code": ("patient_data", "postal_code LIKE ' %'"),
    "no date of birth": ("patient_data", "DOB IS NULL OR DOB = '0000-00-00'"),
    "no sex": ("patient_data", "sex = ''"),
    "zero date of death": ("patient_data", "deceased_date = '0000-00-00 00:00:00'"),
    "a date of death": ("patient_data", "deceased_date > '0000-00-00 00:00:00'"),
    "provider that no user is": ("patient_data",
    "providerID > 0 AND providerID NOT IN (SELECT id FROM users)"),
    "detailed race": ("patient_data", "race = 'african_american'"),
    "a smoking option": ("history_data", "tobacco REGEXP '^[^|]*[|]currenttobacco[|][|][0-9]+$'"),
    "an old, plain habit": ("history_data", "tobacco = 'Denies'"),
    "unused insurance": ("insurance_data", "provider = '' AND date = '0000-00-00'"),
    "insurance that ended": ("insurance_data", "type = 'primary' AND provider = '' AND date > '0000-00-00'"),
    "a service among the users": ("users", "username = 'phimail-service' AND lname = ''"),
    "a company among the users": ("users", "abook_type = 'ord_lab' AND COALESCE(lname, '') = ''"),
    "a company with a person": ("users", "abook_type = 'ord_img' AND lname <> ''"),
    "a clerk with a doctor's taxonomy": ("users",
    "username = 'frontdesk' AND taxonomy = '207Q00000X' AND npi = ''"),
    "a visit deleted through its form": ("forms", "formdir = 'newpatient' AND deleted = 1"),
    "vitals deleted through their form": ("forms", "formdir = 'vitals' AND deleted = 1"),
    "vitals deleted by themselves": ("form_vitals", "activity = 0"),
    "a fee deleted": ("billing", "activity = 0"),
    "an order deleted": ("procedure_order", "activity = 0"),
    "a note deleted": ("pnotes", "deleted = 1"),
    "an encrypted note": ("pnotes", "is_msg_encrypted = 1"),
    "a document not approved": ("documents", "audit_master_approval_status <> 1"),
    "an immunization by error": ("immunizations", "added_erroneously = 1"),
    "an inactive problem": ("lists", "type = 'medical_problem' AND activity = 0"),
    "a stopped prescription": ("prescriptions", "active = -1"),
    "nothing measured": ("form_vitals", "height = 0 AND weight > 0"),
    "Celsius": ("form_vitals", "temperature BETWEEN 30 AND 40"),
    "pressure that is words": ("form_vitals", "bps NOT REGEXP '^[0-9]*$'"),
    "a time that clocks skip": ("form_vitals", "MONTH(date) = 3 AND TIME(date) = '02:30:00'"),
    "a time that comes twice": ("form_vitals", "MONTH(date) = 11 AND TIME(date) = '01:30:00'"),
    "midnight for no time": ("form_encounter", "TIME(date) = '00:00:00'"),
    "zero onset": ("form_encounter", "onset_date = '0000-00-00 00:00:00'"),
    "today's visit": ("form_encounter", f"DATE(date) = '{TODAY}'"),
    "two codes": ("lists", "diagnosis LIKE 'ICD10:%;ICD10:%'"),
    "an ICD-9 code": ("lists", "diagnosis LIKE 'ICD9:%'"),
    "the short name of SNOMED": ("lists", "diagnosis LIKE 'SNOMED:%'"),
    "a CPT modifier": ("lists", "type = 'surgery' AND diagnosis = 'CPT4:15823-50'"),
    "an indication": ("lists", "type = 'medication' AND diagnosis LIKE 'ICD10:%'"),
    "a month without a day": ("lists",
    "CAST(begdate AS CHAR) REGEXP '-[01][0-9]-00$' AND MONTH(begdate) > 0"),
    "a year alone": ("lists", "CAST(begdate AS CHAR) REGEXP '^[12][0-9]+-00-00$'"),
    "an old, free reaction": ("lists", "reaction = 'HIVES & itching'"),
    "a reaction of the site's own": ("lists", "reaction = 'anaphylaxis'"),
    "the interval of the site's own": ("prescriptions", "`interval` = 19"),
    "no route": ("prescriptions", "route = 0"),
    "a range of doses": ("prescriptions", "dosage = '1-2'"),
    "a dose in words": ("prescriptions", "dosage = 'one tab'"),
    "a quantity with its unit": ("prescriptions", "quantity = '45 tablets'"),
    "a drug in stock": ("prescriptions", "drug_id > 0"),
    "no name of a drug": ("prescriptions", "drug = ''"),
    "an immunization before CVX": ("immunizations", "cvx_code IS NULL AND immunization_id > 0"),
    "a refused immunization": ("immunizations", "completion_status = 'Refused'"),
    "a free maker": ("immunizations", "manufacturer = 'Sanofi'"),
    "a comparison": ("procedure_result", "result LIKE '<%' OR result LIKE '> %'"),
    "a result in words": ("procedure_result", "result = 'Negative'"),
    "a titre": ("procedure_result", "result = '1:80'"),
    "a long result": ("procedure_result", "result_data_type = 'L' AND result = '' AND comments LIKE '%\\n%'"),
    "a range of numbers": ("procedure_result", "`range` = '3.5-5.1'"),
    "a range in words": ("procedure_result", "`range` = 'see note'"),
    "an open range": ("procedure_result", "`range` = '> 60'"),
    "a local code": ("procedure_result", "result_code = 'GLU'"),
    "a unit of the old list": ("procedure_result", "units = 'Thous/CU.MM'"),
    "a flag of HL7": ("procedure_result", "abnormal = 'H'"),
    "a scanned report": ("procedure_result", "document_id IN (SELECT id FROM documents)"),
    "an offset of the laboratory's own": ("procedure_report", "date_report_tz = '-0500'"),
    "an order of two tests": ("procedure_order_code", "procedure_order_seq = 2"),
    "a recurrence with an exception": (
        "openemr_postcalendar_events",
        "pc_pid > 0 AND pc_recurrtype = 1 AND pc_recurrspec REGEXP 'exdate\";s:8:'"),
    "days of the week": ("openemr_postcalendar_events", "pc_recurrtype = 3 AND pc_recurrspec LIKE '%2,4,6%'"),
    "the second Tuesday": ("openemr_postcalendar_events", "pc_recurrtype = 2 AND pc_catid = 11"),
    "office hours": ("openemr_postcalendar_events", "pc_catid = 2 AND pc_pid = '' AND pc_duration = 0"),
    "no end date": ("openemr_postcalendar_events", "pc_endDate = '0000-00-00'"),
    "an appointment at a time that is not": (
        "openemr_postcalendar_events", "pc_startTime = '02:30:00' AND DAYOFWEEK(pc_eventDate) = 1"),
    "a status of the site's own": ("openemr_postcalendar_events", "pc_apptstatus = '&'"),
}  # fmt: skip
STATUSES = set("-*+x?@~!#<>$%^&") | {"AVM", "SMS", "EMAIL", "CALL"}


@pytest.fixture(scope="module")
def connection(mariadb_server: MariaDB) -> str:
    return openemr_database(mariadb_server, PATIENTS, seed=3, name="generated")


@pytest.fixture
def cursor(connection: str) -> Iterator[Any]:
    link = pyodbc.connect(connection, autocommit=True)
    yield link.cursor()
    link.close()


def count(cursor: Any, table: str, condition: str = "1 = 1") -> int:
    found: int = cursor.execute(f"SELECT COUNT(*) FROM `{table}` WHERE {condition}").fetchone()[0]
    return found


@needs_shared
def test_the_same_seed_gives_the_same_rows(connection: str, mariadb_server: MariaDB, cursor: Any) -> None:
    twin = openemr_database(mariadb_server, PATIENTS, seed=3, name="twin")
    for table in (*VOLUME, *PRACTICE):
        own, other = cursor.execute(f"CHECKSUM TABLE generated.{table}, twin.{table}").fetchall()
        assert own[1] == other[1], table
    cursor.execute("DELETE FROM twin.patient_data")
    cursor.execute("DELETE FROM twin.insurance_data")
    fill(twin, PATIENTS, seed=4, start_pid=FIRST, parts=("people",))
    same = (
        "SELECT COUNT(*) FROM generated.patient_data AS a JOIN twin.patient_data AS b ON b.pid = a.pid "
        "WHERE (a.fname, a.lname, a.DOB) = (b.fname, b.lname, b.DOB)"
    )
    assert count(cursor, "patient_data") - EXAMPLES == PATIENTS
    assert cursor.execute(same).fetchone()[0] < PATIENTS / 50, "another seed, other people"


@needs_shared
@pytest.mark.parametrize("table", VOLUME)
def test_rows_of_a_patient(cursor: Any, table: str) -> None:
    least, most = VOLUME[table]
    fixed = EXAMPLES if table == "patient_data" else 0
    assert least <= (count(cursor, table) - fixed) / PATIENTS <= most


@needs_shared
@pytest.mark.parametrize("quirk", QUIRKS)
def test_quirk(cursor: Any, quirk: str) -> None:
    assert count(cursor, *QUIRKS[quirk]) > 0


@needs_shared
def test_every_status_of_an_appointment(cursor: Any) -> None:
    rows = cursor.execute("SELECT DISTINCT pc_apptstatus FROM openemr_postcalendar_events WHERE pc_pid > 0")
    assert {row[0] for row in rows} == STATUSES


@needs_shared
def test_every_stream_of_the_pack_has_rows(cursor: Any) -> None:
    for name, stream in parse_pack(read_pack("openemr")).streams.items():
        assert cursor.execute(stream.query).fetchone() is not None, name


@needs_shared
@pytest.mark.parametrize(
    ("table", "column", "parent", "key"),
    [
        ("forms", "pid", "patient_data", "pid"),
        ("lists", "pid", "patient_data", "pid"),
        ("prescriptions", "patient_id", "patient_data", "pid"),
        ("procedure_order", "patient_id", "patient_data", "pid"),
        ("insurance_data", "pid", "patient_data", "pid"),
        ("billing", "encounter", "form_encounter", "encounter"),
        ("procedure_result", "procedure_report_id", "procedure_report", "procedure_report_id"),
        ("categories_to_documents", "category_id", "categories", "id"),
        ("patient_tracker", "eid", "openemr_postcalendar_events", "pc_eid"),
    ],
)
def test_patients_own_rows_hang_together(cursor: Any, table: str, column: str, parent: str, key: str) -> None:
    assert count(cursor, table, f"`{column}` NOT IN (SELECT `{key}` FROM `{parent}`)") == 0


@needs_shared
def test_numbers_of_the_one_sequence_are_used_once(cursor: Any) -> None:
    numbers = cursor.execute(
        "SELECT encounter FROM form_encounter UNION ALL SELECT id FROM documents "
        "UNION ALL SELECT id FROM addresses "
        "UNION ALL SELECT id FROM insurance_companies UNION ALL SELECT id FROM pharmacies"
    ).fetchall()
    assert len({row[0] for row in numbers}) == len(numbers)
    assert cursor.execute("SELECT id FROM sequences").fetchone()[0] >= max(row[0] for row in numbers)


@needs_shared
def test_more_patients_of_the_same_practice(mariadb_server: MariaDB) -> None:
    connection = openemr_database(mariadb_server, 20, seed=3, examples=False, name="more")
    with pytest.raises(ValueError, match="between pid 1010 and 1029 already: choose another start_pid"):
        fill(connection, 20, 3, start_pid=1010)
    cursor = pyodbc.connect(connection, autocommit=True).cursor()
    before = {table: count(cursor, table) for table in PRACTICE}
    fill(connection, 20, 3, start_pid=2000)
    assert {table: count(cursor, table) for table in PRACTICE} == before
    assert count(cursor, "patient_data") == 40
    assert (
        count(cursor, "prescriptions", "pharmacy_id > 0 AND pharmacy_id NOT IN (SELECT id FROM pharmacies)")
        == 0
    )

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fill(connection, 20, 3, start_pid=3000, progress=stop)
    assert count(cursor, "patient_data") == 40, "what was begun is undone"
    assert __main__.main([connection, "--patients", "5", "--start-pid", "4000", "--parts", "people"]) == 0
    assert (count(cursor, "patient_data"), count(cursor, "forms", "pid >= 4000")) == (45, 0)
    assert __main__.main([connection, "--patients", "5", "--start-pid", "4000"]) == 1
    cursor.connection.close()


def test_an_unknown_part() -> None:
    with pytest.raises(ValueError, match="no such part: poeple; there are people, visits"):
        fill("", 1, 1, parts=("poeple",))


@settings(max_examples=40, derandomize=True, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), min_size=1, max_size=30))
def test_any_text_arrives(texts_link: Any, texts: list[str]) -> None:
    table = Table("texts", "id text number nothing")
    texts_link.execute("DELETE FROM texts").close()
    writer = Writer(texts_link)
    for number, text in enumerate(texts):
        writer.add(table, number, text, number + 0.25, None)
    writer.close()
    # in hex: the driver's own wide text may lose the end of a short one
    rows = texts_link.execute("SELECT HEX(text), number, nothing FROM texts ORDER BY id").fetchall()
    assert [(bytes.fromhex(text).decode(), *rest) for text, *rest in rows] == [
        (text, number + 0.25, None) for number, text in enumerate(texts)
    ]


@pytest.fixture(scope="module")
def texts_link(mariadb_server: MariaDB) -> Iterator[Any]:
    link = pyodbc.connect(mariadb_server.create_database("texts"))
    link.execute("CREATE TABLE texts (id INT, text TEXT, number DOUBLE, nothing TEXT)").close()
    yield link
    link.close()


def test_a_row_of_the_wrong_width(texts_link: Any) -> None:
    writer = Writer(texts_link)
    with pytest.raises(ValueError, match="texts has 2 columns and was given 1 values"):
        writer.add(Table("texts", "id text"), 1)
    writer.close()


@pytest.mark.parametrize("year", range(2007, 2030))
def test_times_at_the_change_of_the_clock(year: int) -> None:
    skipped, twice = datetime.fromisoformat(gap(year)), datetime.fromisoformat(fold(year))
    there_and_back = skipped.replace(tzinfo=NEW_YORK).astimezone(UTC).astimezone(NEW_YORK)
    assert there_and_back.replace(tzinfo=None) != skipped
    offsets = {twice.replace(tzinfo=NEW_YORK, fold=turn).utcoffset() for turn in (0, 1)}
    assert len(offsets) == 2


def test_a_recurrence_is_php() -> None:
    text = recurrence("2", WEEK, exceptions="20260101")
    told = phpserialize.loads(text.encode(), decode_strings=True)
    assert told["event_repeat_freq"] == "2"
    assert (told["event_repeat_freq_type"], told["exdate"]) == ("1", "20260101")


@pytest.mark.parametrize(("stem", "whole"), [(123456789, "1234567893"), (124531959, "1245319599")])
def test_npi(stem: int, whole: str) -> None:
    assert npi(stem) == whole
