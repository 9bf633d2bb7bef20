"""A small ugly clinic database: German names with blanks and umlauts, tables without keys, dates as text, a
view that fails, a log that is no one's business; in the words of SQLite, PostgreSQL and MariaDB."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

PEOPLE = 60
SECRET = "Wolkenstein"
_NAMES = (SECRET, "Müller", "Höfer", "Gruber", "Öllinger", "Weiß", "Pichler", "Steiner")
_GIVEN = ("Anna", "Jürgen", "Zoë", "Franz", "Käthe", "Björn")
_STREETS = ("Hauptstraße", "Am Graben", "Lindenweg")
_TABLES = """
CREATE TABLE "Patienten Stamm" ("Pat-Nr" INTEGER PRIMARY KEY, "Nachname" VARCHAR(40), "Vorname" VARCHAR(40),
  "Geb.Datum" TEXT, "Geschlecht" CHAR(1), "Straße" VARCHAR(60), "PLZ" VARCHAR(5), "Ort" VARCHAR(40),
  "Telefon" VARCHAR(20), "E-Mail" VARCHAR(60), "SV-Nummer" VARCHAR(10), "geändert am" DATETIME);
CREATE TABLE "Ärzte" ("Arzt-Nr" INTEGER, "Titel" TEXT, "Nachname" TEXT, "Vorname" TEXT, "Fachgebiet" TEXT);
CREATE TABLE "Termine" ("Termin-Nr" INTEGER PRIMARY KEY,
  "Pat-Nr" INTEGER REFERENCES "Patienten Stamm" ("Pat-Nr"), "Arzt-Nr" INTEGER, "Datum" TEXT,
  "Uhrzeit" TEXT, "Dauer" INTEGER, "Status" TEXT, "Grund" TEXT);
CREATE TABLE "Diagnosen" ("Pat-Nr" INTEGER, "ICD-10" VARCHAR(8), "Bezeichnung" TEXT, "Datum" TEXT);
CREATE TABLE "order" ("group" INTEGER, "select" TEXT);
CREATE TABLE "Protokoll" (zeit DATETIME, wer TEXT, was TEXT);
CREATE TABLE weg (a INTEGER);
CREATE VIEW "Alte Übersicht" AS SELECT a FROM weg;
DROP TABLE weg;
"""


def praxis(path: Path) -> Path:
    """Make it as an SQLite file."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script("sqlite"))
        connection.commit()
    return path


def script(kind: str) -> str:
    """All of it as SQL."""
    tables = _TABLES if kind != "postgres" else _TABLES.replace("DATETIME", "timestamp")
    if kind == "postgres":  # which would not let a table go that a view needs
        tables = tables.replace("SELECT a FROM weg", "SELECT 1 / a AS a FROM weg").replace(
            "DROP TABLE weg", ""
        )
        tables += "INSERT INTO weg VALUES (0);"
    rows = [(table, row) for no in range(1, PEOPLE + 1) for table, row in _rows(no).items()]
    rows += [
        ("Ärzte", (no, "Dr.", name, "Eva", "Allgemeinmedizin"))
        for no, name in enumerate(("Huber", "Maier", "Novák", "Šimek"), 1)
    ]
    text = tables + "".join(
        f'INSERT INTO "{table}" VALUES ({", ".join(map(_literal, row))});\n' for table, row in rows
    )
    return text.replace('"', "`") if kind == "mariadb" else text


def _literal(value: object) -> str:
    return str(value) if isinstance(value, int) else f"'{value}'"


def _rows(no: int) -> dict[str, tuple[object, ...]]:
    """A person with an appointment and a diagnosis."""
    name, given, day = _NAMES[no % len(_NAMES)], _GIVEN[no % len(_GIVEN)], f"{no % 28 + 1:02}"
    street, mail = f"{_STREETS[no % 3]} {no}", f"{given.lower()}{no}@example.org"
    born, number = f"{day}.{no % 12 + 1:02}.{1930 + no}", f"{1000 + no}{day}0180"
    person = (1000 + no, name, given, born, "mwmwd"[no % 5], street, f"{1010 + no * 10}", "Wien")
    reach = (f"+43 1 555{no:04}", mail, number, f"2024-05-{day} 08:30:00")
    state = ("geplant", "erledigt", "abgesagt")[no % 3]
    illness = (("E11.9", "Diabetes"), ("I10", "Bluthochdruck"), ("J45.0", "Asthma"))[no % 3]
    visit = (no, 1000 + no, no % 4 + 1, f"{day}.06.2024", f"{8 + no % 9:02}:15", 15, state, "Kontrolle")
    return {
        "Patienten Stamm": (*person, *reach),
        "Termine": visit,
        "Diagnosen": (1000 + no, *illness, f"{day}.01.2024"),
        "Protokoll": ("2024-01-01 00:00:00", "x", "y"),
    }
