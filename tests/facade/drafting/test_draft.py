"""Schemas that are large, bare, oddly named or not a clinic's at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from connectors.base import Catalog, CatalogColumn, ForeignKey, Record, Table
from facade.drafting import draft_pack
from tests.facade.drafting.catalogs import checked, database, faults, made, sqlite_catalog
from tests.facade.drafting.recall import parse
from tests.facade.drafting.schemas import GERMAN


def table(
    name: str, columns: str, *rows: tuple[object, ...], key: str = "", keys: tuple[ForeignKey, ...] = ()
) -> Table:
    """`columns` as `name:kind …`; text without a kind."""
    found = []
    for one in columns.split():
        called, _, kind = one.partition(":")
        found.append(CatalogColumn(called, kind or "text", kind))  # type: ignore[arg-type]
    sample = tuple({column.name: value for column, value in zip(found, row, strict=True)} for row in rows)
    primary = tuple(key.split())
    return Table(name, tuple(found), primary_key=primary, foreign_keys=keys, rows=len(rows), sample=sample)


def catalog(*tables: Table, quote: str = '"', dialect: str = "sqlite") -> Catalog:
    return Catalog("test", dialect, quote, tables)


PATIENT = table(
    "patient", "pid:integer lname fname dob:date sex", (1, "Roe", "Jane", "1961-04-13", "F"),
    (2, "Poe", "Al", "1980-12-31", "M"), key="pid",
)  # fmt: skip
VISIT = table(
    "visit",
    "visit_id:integer pid:integer visit_date:timestamp reason",
    (7, 1, "2024-05-02T09:30:00", "cough"),
    key="visit_id",
)


def test_nothing_is_recognised() -> None:
    drafted = draft_pack(catalog(table("parts", "id:integer weight_kg:decimal colour", key="id")), "shop")
    pack = parse(drafted)
    assert (pack.mappings, pack.streams) == ({}, {})
    assert drafted.guesses == ()
    assert drafted.todo == (
        "no table was recognised: a table of patients (names, a date of birth, a sex), and tables that refer"
        " to it, were looked for",
    )
    assert f"# TODO: {drafted.todo[0]}" in drafted.files["pack.yaml"]


def test_an_empty_database() -> None:
    assert parse(draft_pack(catalog(), "void")).mappings == {}


def test_the_order_of_tables_does_not_matter(tmp_path: Path) -> None:
    found = sqlite_catalog(database(tmp_path / "clinic.db", GERMAN.sql))
    more = [replace(PATIENT, name=name) for name in ("b_log", "a_log", "client", "person", "customer_person")]
    found = replace(found, tables=(*found.tables, *more))
    turned = replace(found, tables=tuple(reversed(found.tables)))
    assert draft_pack(found, "x") == draft_pack(turned, "x")


def test_two_tables_of_patients() -> None:
    """The one that others refer to, and that has more of what patients have; the other is named."""
    old = table("person", "person_no:integer lname fname dob:date sex", key="person_no")
    drafted = draft_pack(catalog(old, PATIENT, VISIT), "x")
    assert 'FROM "patient" AS t' in drafted.files["streams/patient.sql"]
    assert [line for line in drafted.todo if line.startswith("person also looks like Patient")]


def test_logs_copies_and_archives_are_left_out_with_a_reason() -> None:
    tables = [
        replace(PATIENT, name=name)
        for name in ("patient_log", "patient_bak", "patient_archive", "tmp_patient")
    ]
    drafted = draft_pack(catalog(PATIENT, *tables), "x")
    readme = drafted.files["README.md"]
    assert "- patient_log: its name says it is a log" in readme
    assert "- patient_archive: its name says it is an archive" in readme
    assert "- patient_bak: its name says it is a copy, an import or a temporary table" in readme
    assert "- tmp_patient: its name says it is a copy, an import or a temporary table" in readme


def test_names_that_no_expression_can_hold(tmp_path: Path) -> None:
    """Blanks, umlauts, quotes, words of the language: renamed in the SQL, quoted as the database needs."""
    script = '''
        CREATE TABLE "Patienten Stamm" ("Patienten-Nr." INTEGER PRIMARY KEY, "Nach ""Name""" TEXT,
          "Vor Name" TEXT,
          "Geburts Datum" DATE, "Geschlecht (m/w)" TEXT, "key" TEXT, "Straße & Nr" TEXT, "PLZ, Ort" TEXT);
        INSERT INTO "Patienten Stamm" VALUES (1,'A','B','1961-04-13','w','k','Weg 1','1 X');
    '''
    path = database(tmp_path / "odd.db", script)
    drafted = draft_pack(sqlite_catalog(path), "odd")
    assert '"Nach ""Name""" AS "Nach_Name"' in drafted.files["streams/patient.sql"]
    report = checked(parse(drafted), {"url": f"sqlite:///{path}"})
    assert (faults(report), made(report)) == ([], {"Patient": 1})


def test_backticks_brackets_and_schemas() -> None:
    tables = (replace(PATIENT, schema="dbo"), replace(VISIT, schema="dbo"))
    assert (
        "FROM `dbo`.`patient` AS t"
        in draft_pack(catalog(*tables, quote="`", dialect="mysql"), "x").files["streams/patient.sql"]
    )
    brackets = draft_pack(catalog(*tables, quote="[", dialect="tsql"), "x")
    assert "FROM [dbo].[patient] AS t" in brackets.files["streams/patient.sql"]
    parse(brackets)


def test_a_table_without_a_key() -> None:
    """The columns that differ in each row, with what says when: a sample is not the table."""
    notes = table(
        "diagnoses", "pid:integer icd10 description diagnosis_date:date", (1, "E11.9", "a", "2020-01-01"),
        (1, "I10", "b", "2020-01-01"), (2, "I10", "b", "2020-01-01"),
    )  # fmt: skip
    drafted = draft_pack(catalog(PATIENT, notes), "x")
    assert drafted.files["streams/condition.sql"].startswith("-- key: pid, icd10, diagnosis_date\n")
    parse(drafted)


def test_lookup_tables_say_codes_in_words() -> None:
    kinds = table("visit_types", "id:integer name", (1, "Outpatient"), (2, "Inpatient"), key="id")
    link = ForeignKey(("visit_type",), "visit_types", ("id",))
    visit = table(
        "visit", "visit_id:integer pid:integer visit_date:timestamp visit_type:integer",
        (7, 1, "2024-05-02T09:30:00", 2), key="visit_id", keys=(link,),
    )  # fmt: skip
    drafted = draft_pack(catalog(PATIENT, visit, kinds), "x")
    assert drafted.files["codes/encounter_class_visit.csv"] == "legacy,code\n1,AMB\n2,IMP\n"
    parse(drafted)


def test_one_column_tells_several_kinds_of_row() -> None:
    mixed = table(
        "lists", "id:integer pid:integer type title begdate:date",
        *((n, 1, ("allergy", "medical_problem", "surgery")[n % 3], "x", "2020-01-01") for n in range(9)),
        key="id",
    )  # fmt: skip
    pack = parse(draft_pack(catalog(PATIENT, mixed), "x"))
    assert {doc.resource for doc in pack.mappings.values()} == {
        "Patient",
        "AllergyIntolerance",
        "Condition",
        "Procedure",
    }
    assert len({doc.stream for doc in pack.mappings.values()}) == 2


def test_rows_reach_their_patient_through_another_table() -> None:
    order = table(
        "lab_order",
        "order_id:integer pid:integer order_date:date test",
        (5, 1, "2024-05-02", "K"),
        key="order_id",
    )
    result = table(
        "lab_result", "result_id:integer order_id:integer test_name result unit",
        (9, 5, "Potassium", "4.1", "mmol/L"),
        key="result_id", keys=(ForeignKey(("order_id",), "lab_order", ("order_id",)),),
    )  # fmt: skip
    drafted = draft_pack(catalog(PATIENT, order, result), "x")
    sql = drafted.files["streams/laboratory.sql"]
    assert 'LEFT JOIN "lab_order" AS j1 ON j1."order_id" = t."order_id"' in sql
    assert "| ref(Patient)" in drafted.files["resources/laboratory.yaml"]
    parse(drafted)


def test_a_thousand_tables() -> None:
    many = [
        table(
            f"form_{n:03}", "id:integer pid:integer " + " ".join(f"field{at}" for at in range(30)), key="id"
        )
        for n in range(1000)
    ]
    pack = parse(draft_pack(catalog(PATIENT, VISIT, *many), "x"))
    assert {doc.resource for doc in pack.mappings.values()} >= {"Patient", "Encounter"}


def test_dates_of_several_shapes_in_one_column() -> None:
    """Each shape is read, what is no date is left out, and nothing stops the resource."""
    written = ["1961-04-13", "13/04/1961", "13.04.1961", "19610413", "unknown", "00/00/1961", ""]
    rows = [(n, "A", "B", text, "F") for n, text in enumerate([*written, *written[:4] * 6])]
    pack = parse(
        draft_pack(catalog(table("patient", "pid:integer lname fname dob sex", *rows, key="pid")), "x")
    )
    given = []
    for text in written:
        record = Record("patient", "1", {"pid": 1, "lname": "A", "fname": "B", "dob": text, "sex": "F"})
        outcome = pack.to_fhir(record)
        assert outcome.failures == []
        given.append(outcome.resources[0].resource.get("birthDate"))
    assert given == ["1961-04-13"] * 4 + [None, None, None]


def test_a_watermark_only_where_every_row_has_one() -> None:
    def patients(last: object) -> Table:
        rows = [(n, "A", "B", "1961-04-13", "F", f"2024-05-02T09:30:{n:02}") for n in range(30)]
        rows[-1] = (*rows[-1][:-1], last)  # type: ignore[assignment]
        return table(
            "patient", "pid:integer lname fname dob:date sex last_updated:timestamp", *rows, key="pid"
        )

    assert (
        "-- mode: incremental\n-- cursor: last_updated"
        in draft_pack(catalog(patients("2024-05-03T00:00:00")), "x").files["streams/patient.sql"]
    )
    assert "-- mode: snapshot" in draft_pack(catalog(patients(None)), "x").files["streams/patient.sql"]
