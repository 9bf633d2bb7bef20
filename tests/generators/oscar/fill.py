"""Fill a database of OSCAR's schema with any number of invented patients, the same for the same seed."""

from __future__ import annotations

from datetime import date

from tests.generators.openemr.dice import Dice
from tests.generators.openemr.writer import Writer
from tests.generators.oscar import charts, clinical, desk, directory, laboratory, papers, people

FIRST = 1000
"""The number of the first generated patient; OSCAR's own examples are 1 and 2."""


def fill(connection_string: str, patients: int, seed: int, today: date, first: int = FIRST) -> int:
    """Add patients from the number `first` on, and the clinic if it is not there; gives the number of rows.

    All in one transaction: an error undoes everything. A number that is taken is a ValueError.
    """
    import pyodbc

    connection = pyodbc.connect(connection_string, autocommit=False)
    try:
        writer = Writer(connection)
        try:
            _refuse_taken(writer, patients, first)
            _fill(writer, patients, seed, today, first)
            writer.close()
        except BaseException:
            writer.abandon()
            raise
        return writer.rows
    finally:
        connection.close()


def _refuse_taken(writer: Writer, patients: int, first: int) -> None:
    last = first + patients - 1
    sql = "SELECT MIN(demographic_no) FROM demographic WHERE demographic_no BETWEEN ? AND ?"
    if writer.scalar(sql, first, last) is not None:
        raise ValueError(f"there are patients between {first} and {last} already: choose another number")


def _fill(writer: Writer, patients: int, seed: int, today: date, first: int) -> None:
    dice = Dice()
    known = writer.scalar("SELECT COUNT(*) FROM provider WHERE provider_no = ?", directory.DOCTORS[0].number)
    practice = directory.place(writer, today)
    if not known:
        desk.write_schedule(writer, practice, today)
    for number in range(first, first + patients):
        dice.seed(seed, number)
        patient = people.write_patient(writer, dice, practice, number, first, today)
        visits = desk.write_appointments(writer, dice, practice, patient, today)
        charts.write_notes(writer, dice, practice, patient, visits)
        clinical.write_problems(writer, dice, practice, patient)
        clinical.write_allergies(writer, dice, patient)
        clinical.write_drugs(writer, dice, practice, patient, today)
        clinical.write_preventions(writer, dice, patient)
        laboratory.write_measurements(writer, dice, patient, visits)
        labs = laboratory.write_reports(writer, dice, patient)
        documents = papers.write_documents(writer, dice, patient, visits)
        papers.write_requests(writer, dice, practice, patient, today, documents, labs)
