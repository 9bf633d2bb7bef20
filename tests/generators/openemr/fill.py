"""Fill a database of OpenEMR's schema with any number of invented patients, the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from typing import Any

from tests.generators.openemr import diary, directory, issues, laboratory, medicines, papers, people, visits
from tests.generators.openemr.dice import Dice
from tests.generators.openemr.writer import Writer

TODAY = date(2026, 1, 15)
"""The last day of the data where a caller does not mind."""

PARTS = ("people", "visits", "issues", "medicines", "laboratory", "diary", "papers")
"""What can be left out. People always come; without visits, what else there is belongs to none."""

TOGETHER = 20_000
"""Patients of one transaction."""


def fill(
    connection_string: str,
    patients: int,
    seed: int,
    today: date = TODAY,
    start_pid: int = 1000,
    *,
    parts: Collection[str] = PARTS,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Add patients from `start_pid` on, and the practice if it is not there; gives the number of rows.

    The tables are those of OpenEMR 5.0.1, with its own lists and categories loaded. An error undoes
    what came since the last commit, which is all for less than `TOGETHER` patients. A pid that is taken is a
    ValueError. `progress` hears how many patients are written.
    """
    import pyodbc

    unknown = set(parts) - set(PARTS)
    if unknown:
        raise ValueError(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    connection = pyodbc.connect(connection_string, autocommit=False)
    try:
        writer = Writer(connection)
        try:
            _refuse_taken(writer, patients, start_pid)
            _fill(writer, patients, seed, today, start_pid, frozenset(parts), progress)
            writer.close()
        except BaseException:
            writer.abandon()
            raise
        return writer.rows
    finally:
        connection.close()


def _refuse_taken(writer: Writer, patients: int, start_pid: int) -> None:
    last = start_pid + patients - 1
    if (
        writer.scalar("SELECT MIN(pid) FROM patient_data WHERE pid BETWEEN ? AND ?", start_pid, last)
        is not None
    ):
        raise ValueError(
            f"there are patients between pid {start_pid} and {last} already: choose another start_pid"
        )


def _fill(
    writer: Writer, patients: int, seed: int, today: date, start_pid: int, parts: frozenset[str],
    progress: Callable[[int], None] | None,
) -> None:  # fmt: skip
    dice: Any = Dice()
    known = writer.scalar("SELECT COUNT(*) FROM users WHERE username = ?", directory.MARK)
    practice = directory.place(writer)
    if "diary" in parts and not known:
        diary.write_providers_time(writer, practice, today)
    for done, pid in enumerate(range(start_pid, start_pid + patients)):
        _patient(writer, dice, practice, seed, pid, today, parts)
        if progress and done % 500 == 499:
            progress(done + 1)
        if done % TOGETHER == TOGETHER - 1:
            writer.commit()
    if progress:
        progress(patients)


def _patient(
    writer: Writer,
    dice: Dice,
    practice: directory.Directory,
    seed: int,
    pid: int,
    today: date,
    parts: frozenset[str],
) -> None:
    """Each part throws dice of its own, so that leaving one out changes no other."""
    key = pid * 16
    dice.seed(seed, key)
    patient = people.write_patient(writer, dice, practice, pid, today)
    people.write_history(writer, dice, patient)
    people.write_insurance(writer, dice, practice, patient)
    seen: list[visits.Visit] = []
    if "visits" in parts:
        dice.seed(seed, key + 1)
        seen = visits.write_visits(writer, dice, practice, patient, today)
    if "issues" in parts:
        dice.seed(seed, key + 2)
        issues.write_issues(writer, dice, practice, patient, seen)
    if "medicines" in parts:
        dice.seed(seed, key + 3)
        medicines.write_prescriptions(writer, dice, practice, patient, seen)
        medicines.write_immunizations(writer, dice, practice, patient, seen)
    if "papers" in parts:
        dice.seed(seed, key + 6)
        papers.write_documents(writer, dice, practice, patient, seen)
        papers.write_notes(writer, dice, practice, patient)
    if "laboratory" in parts:
        dice.seed(seed, key + 4)
        laboratory.write_orders(writer, dice, practice, patient, seen)
    if "diary" in parts:
        dice.seed(seed, key + 5)
        diary.write_appointments(writer, dice, practice, patient, seen, today)
