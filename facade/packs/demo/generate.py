"""Write a Kestrel database: `python -m facade.packs.demo.generate kestrel.db --patients 500 --seed 1`."""

from __future__ import annotations

import argparse
import os
import sqlite3
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

from facade.packs.demo.generator import chart, clinical, directory, people
from facade.packs.demo.generator.book import Book
from facade.packs.demo.generator.desk import Desk
from facade.packs.demo.generator.practice import Practice

RELEASE = "4.2"
SCHEMA = Path(__file__).parent / "generator" / "schema.sql"


def generate(path: Path, patients: int, seed: int, today: date) -> Path:
    """A complete database at `path`, its content a function of the other arguments; 2,000 patients a second.

    An existing Kestrel database is returned as it is; any other existing file is a FileExistsError. The
    database is written beside `path` and takes its name when complete, so a kill leaves nothing half-written.
    """
    if path.exists():
        if is_complete(path):
            return path
        raise FileExistsError(f"{path} exists and is not a Kestrel database: name another file")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    try:
        connection = sqlite3.connect(part, isolation_level=None)
        try:
            # nothing is lost if this stops half-way: the file does not have its name yet
            connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
            connection.executescript(SCHEMA.read_text("utf-8"))
            connection.execute("BEGIN")
            _fill(connection, patients, Random(seed), today)  # noqa: S311 -- invented data, not secrets
            connection.executemany("INSERT INTO KPMCTL VALUES (?, ?)", [
                ("RELEASE", RELEASE), ("PRACTICE", "KESTREL VALLEY FAMILY PRACTICE"), ("SEED", str(seed)),
                ("PATIENTS", str(patients)), ("ASOF", today.isoformat()), ("CLOSED", "Y")])  # fmt: skip
            connection.execute("COMMIT")
        finally:
            connection.close()
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def is_complete(path: Path) -> bool:
    """Whether the file is a Kestrel database that was written to its end."""
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        try:
            return bool(
                connection.execute("SELECT 1 FROM KPMCTL WHERE ITEM = 'CLOSED' AND VAL = 'Y'").fetchone()
            )
        finally:
            connection.close()
    except sqlite3.Error:
        return False


def _fill(connection: sqlite3.Connection, patients: int, rng: Random, today: date) -> None:
    book = Book(connection)
    for row in directory.site_rows():
        book.add("SITES", *row)
    for row in directory.PAYERS:
        book.add("PAYERS", *row)
    for drug in clinical.DRUGS:
        book.add("FORMULRY", drug.code.ljust(8), drug.name, drug.form)
    for code, text, *_ in clinical.PROCEDURES:
        book.add("PRCODES", code.ljust(6), text)
    for (number, item), text in clinical.LISTS.items():
        book.add("CODETBL", number, item, text)
    rows, doctors, nurses = directory.staff(rng, patients)
    for row in rows:
        book.add("Staff Dir", *row)
    practice = Practice(rng, book, doctors, nurses, today)
    desk = Desk(practice)
    at_the_door = []
    for number in range(1, patients + 1):
        who, row = people.patient(rng, number, doctors, today)
        book.add("PTMAST", *row)
        desk.write(who, chart.write(practice, who))
        if number <= 5 and not who.died:
            at_the_door.append(who)
    desk.today_at_the_door(at_the_door)
    for row in people.nobodies(patients + 1, today):
        book.add("PTMAST", *row)
    for who in people.ghosts(patients + 1, doctors, today):
        chart.write(practice, who)
    desk.close()
    book.close()


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m facade.packs.demo.generate", description=__doc__)
    parser.add_argument("path", type=Path, help="the SQLite file to write")
    parser.add_argument("--patients", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--today", type=date.fromisoformat, default=None, help="the last day of the data (YYYY-MM-DD)"
    )
    options = parser.parse_args(arguments)
    try:
        path = generate(
            options.path, options.patients, options.seed, options.today or datetime.now(UTC).date()
        )
    except (OSError, sqlite3.Error) as error:
        sys.stderr.write(f"cannot write {options.path}: {error}\n")
        return 1
    sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
