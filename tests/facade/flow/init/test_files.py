"""tables.md: every table with rows, keys and columns, and no value of a row."""

from __future__ import annotations

from connectors.base import Catalog, CatalogColumn, ForeignKey, Table
from facade.drafting import Guess
from facade.flow.init.files import samples_text, tables_text

CATALOG = Catalog(
    "Legacy 7",
    "",
    '"',
    (
        Table(
            "Besuch|alt",
            (CatalogColumn("id", "integer", "int(11)", False), CatalogColumn("pat", "integer", "int(11)")),
            primary_key=("id",),
            foreign_keys=(ForeignKey(("pat",), "Patient", ("Nr.",)),),
            rows=None,
            problem="the view fails in the database itself",
        ),
        Table(
            "Patient",
            (
                CatalogColumn("Nr.", "integer", "", False, comment="laufende\nNummer"),
                CatalogColumn("Name", "text", "varchar(40)", False),
            ),
            schema="Süd",
            kind="view",
            primary_key=("Nr.",),
            rows=12345,
            sample=({"Nr.": 1, "Name": "Wolkenstein"},),
            comment="Alle Patienten",
        ),
    ),
)
GUESS = Guess("Patient", "Patient.name.family", "patient", "Süd.Patient", ("Name",), 0.9, "its name")


def test_tables_in_words() -> None:
    assert tables_text(CATALOG, (GUESS,)) == (
        "# Tables of Legacy 7\n\n"
        "2 tables and views, most rows first. Counts above 100,000 may be estimates.\n\n"
        "| table | rows | key | points at | taken for |\n|---|---:|---|---|---|\n"
        "| Süd.Patient | 12,345 | Nr. |  | Patient (1) |\n"
        "| Besuch\\|alt | ? | id | Patient |  |\n\n"
        "## Süd.Patient (view)\n\nAlle Patienten\n\n"
        "- Nr.: integer, key, laufende Nummer\n"
        "- Name: varchar(40), never empty\n\n"
        "## Besuch|alt\n\nNot looked into: the view fails in the database itself.\n\n"
        "- id: int(11), key\n"
        "- pat: int(11), points at Patient.Nr.\n"
    )


def test_samples_are_by_table() -> None:
    assert samples_text(CATALOG) == (
        '{\n "Süd.Patient": [\n  {\n   "Nr.": 1,\n   "Name": "Wolkenstein"\n  }\n ]\n}\n'
    )
