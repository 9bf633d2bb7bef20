"""A small legacy clinic and its pack, which SQLite, PostgreSQL and MariaDB understand alike."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.flows.home import Home
from tests.servers import Server

PEOPLE = 40
"""With two measurements and a booking each."""

SECRET = "Wolkenstein"
"""A name that only rows hold, never a message."""

_FILES = {
    "pack.yaml": (
        "pack: clinic\ntitle: Clinic\nsite: { timezone: Europe/Vienna }\ncodes: { sex: { match: fold } }\n"
    ),
    "codes/sex.csv": "value,code\nF,female\nM,male\n",
    "codes/measure.csv": (
        "value,code,system,display,unit,ucum\n"
        "HR,8867-4,http://loinc.org,Heart rate,/min,/min\n"
        "WT,29463-7,http://loinc.org,Body weight,kg,kg\n"
    ),
    "streams/person.sql": (
        "-- key: no\n-- mode: incremental\n-- cursor: changed\n-- overlap: 10m\n"
        "SELECT no, surname, given, sex, born, changed FROM person\n"
    ),
    "streams/measure.sql": "-- key: no\nSELECT no, person, taken, kind, val FROM measure\n",
    "streams/booking.sql": "-- key: no\nSELECT no, person, begins, state FROM booking\n",
    "resources/person.yaml": (
        "resource: Patient\nstream: person\nid: $no\n"
        "map:\n  name: { family: $surname, given: $given }\n  gender: $sex | code(sex)\n"
        "  birthDate: $born | date\n"
    ),
    "resources/measure.yaml": (
        "resource: Observation\nstream: measure\nid: $no\n"
        "map:\n  status: final\n  code: $kind | concept(measure)\n"
        "  subject: { reference: $person | ref(Patient) }\n  effectiveDateTime: $taken | datetime\n"
        "  valueQuantity:\n    value: $val | decimal(2)\n    unit: $kind | lookup(measure, unit)\n"
        "    system: http://unitsofmeasure.org\n    code: $kind | lookup(measure, ucum)\n"
    ),
    "resources/booking.yaml": (
        "resource: Appointment\nstream: booking\nid: $no\n"
        "map:\n  status: { $switch: $state, X: cancelled, $empty: booked }\n  start: $begins | instant\n"
        "  end: $begins | instant | plus(15, minutes)\n"
        "  participant:\n    - { actor: { reference: $person | ref(Patient) }, status: accepted }\n"
    ),
}

_TABLES = """
CREATE TABLE person (no INTEGER PRIMARY KEY, surname VARCHAR(40), given VARCHAR(40), sex CHAR(1), born DATE,
  changed TIMESTAMP);
CREATE TABLE measure (no INTEGER PRIMARY KEY, person INTEGER, taken TIMESTAMP, kind CHAR(2),
  val DECIMAL(8,2));
CREATE TABLE booking (no INTEGER PRIMARY KEY, person INTEGER, begins TIMESTAMP, state CHAR(1));
"""


_STAFF = {
    "pack.yaml": "pack: staff\ntitle: Staff\nsite: { timezone: Europe/Vienna }\n",
    "streams/doctor.sql": "-- key: no\nSELECT no, name FROM doctor\n",
    "resources/doctor.yaml": (
        "resource: Practitioner\nstream: doctor\nid: $no\nmap: { name: { family: $name } }\n"
    ),
}


@dataclass
class Clinic:
    """A site with a source `clinic`, changed with `run`, and a source `staff` that nothing happens to."""

    home: Home
    run: Callable[[str], Any]
    database: str = ""
    kind: str = ""
    hired: int = 0

    @property
    def pack(self) -> Path:
        """The folder of the pack `clinic`."""
        return self.home.folder / "clinic"

    def rewrite(self, path: Path, old: str, new: str) -> None:
        """Edit a file of the site, as a person might."""
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def hire(self) -> str:
        """A new row in the other source; gives the resource that it will make."""
        self.hired += 1
        execute(
            self.home.folder / "staff.db", f"INSERT INTO doctor VALUES ({self.hired}, 'Doctor{self.hired}')"
        )
        return f"Practitioner/{self.hired}"


def on_sqlite(folder: Path, more: str = "") -> Clinic:
    """The clinic in a file."""
    _furnish(folder, "url: 'sqlite:///clinic.db'", more)
    execute(folder / "clinic.db", legacy())
    return Clinic(Home(folder), lambda sql: execute(folder / "clinic.db", sql))


def on_server(folder: Path, server: Server, database: str, more: str = "") -> Clinic:
    """The clinic in a database of a real server, behind its ODBC driver."""
    _furnish(folder, f"connection: '{server.create_database(database)}'", more)
    server.run(database, legacy())
    return Clinic(Home(folder), lambda sql: server.run(database, sql), database)


def _furnish(folder: Path, place: str, more: str) -> None:
    """The settings, and both packs as files beside them."""
    for pack, files in (("clinic", _FILES), ("staff", _STAFF)):
        for name, text in files.items():
            path = folder / pack / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    execute(folder / "staff.db", "CREATE TABLE doctor (no INTEGER PRIMARY KEY, name TEXT)")
    (folder / "facade.yaml").write_text(
        "sources:\n"
        f"  clinic: {{ pack: ./clinic, {place}, every: 1s, connect_attempts: 1, breaker_reset: 1s{more} }}\n"
        "  staff: { pack: ./staff, url: 'sqlite:///staff.db', every: 1s }\n",
        encoding="utf-8",
    )


def execute(path: Path, sql: str) -> None:
    """Run a script on an SQLite file."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(sql)
        connection.commit()


def legacy() -> str:
    """The legacy database as SQL."""
    people, measures, bookings = [], [], []
    for no in range(1, PEOPLE + 1):
        day = f"2024-{1 + no % 12:02}-{1 + no % 28:02}"
        people.append(
            f"({no}, '{SECRET}{no % 7}', 'Änne{no}', '{'FM'[no % 2]}', '19{no + 40}-05-{1 + no % 28:02}',"
            f" '{day} 10:00:00')"
        )
        measures.append(f"({2 * no}, {no}, '{day} 09:00:00', 'HR', {60 + no})")
        measures.append(f"({2 * no + 1}, {no}, '{day} 09:05:00', 'WT', {50 + no}.50)")
        bookings.append(f"({no}, {no}, '{day} 08:30:00', '{' X'[no % 9 == 0]}')")
    return _TABLES + "".join(
        f"INSERT INTO {table} VALUES {', '.join(rows)};\n"
        for table, rows in (("person", people), ("measure", measures), ("booking", bookings))
    )
