"""What the sample holds of people stays in the catalog: files, guesses and TODOs never say it."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.base import Catalog, CatalogColumn, Table
from facade.drafting import draft_pack
from tests.facade.drafting.catalogs import database, sqlite_catalog
from tests.facade.drafting.schemas import CLINICS, Clinic

PERSONAL = ("name", "birth", "address", "telecom", "identifier", "note", "comment", "description", "text")


@pytest.mark.parametrize("clinic", CLINICS, ids=lambda clinic: clinic.language)
def test_no_value_of_a_person_is_told(clinic: Clinic, tmp_path: Path) -> None:
    catalog = sqlite_catalog(database(tmp_path / "clinic.db", clinic.sql))
    drafted = draft_pack(catalog, "clinic")
    told = "\n".join([*drafted.files.values(), *drafted.todo, *(guess.reason for guess in drafted.guesses)])
    patients = max(
        catalog.tables, key=lambda table: sum(len(row) for row in table.sample) * ("Pa" in table.name.title())
    )
    values = {str(value) for row in patients.sample for value in row.values() if len(str(value)) > 3}
    assert len(values) > 10
    assert {value for value in values if value in told} == set()


def column(name: str) -> CatalogColumn:
    return CatalogColumn(name, "text", "TEXT")


def test_a_status_column_full_of_remarks_is_not_copied() -> None:
    """Few, short, repeated: else a value may be somebody's."""
    rows = tuple(
        {
            "pid": str(n),
            "lname": f"Last{n}",
            "dob": "1980-02-03",
            "sex": "F",
            "marital_status": f"ask Mrs {n} Oak",
        }
        for n in range(30)
    )
    table = Table("patient", tuple(map(column, rows[0])), primary_key=("pid",), rows=30, sample=rows)
    files = draft_pack(Catalog("x", "sqlite", '"', (table,)), "x").files
    assert "Oak" not in "".join(files.values())
    assert "F,female" in files["codes/gender.csv"]


def test_a_code_that_stands_once_is_not_copied() -> None:
    once = tuple({"pid": n, "lname": "A", "dob": "1980-02-03", "sex": "MF"[n % 2]} for n in range(9))
    rows = (*once, {"pid": 10, "lname": "B", "dob": "1980-02-03", "sex": "Jane Roe"})
    table = Table("patient", tuple(map(column, rows[0])), primary_key=("pid",), rows=10, sample=rows)
    files = draft_pack(Catalog("x", "sqlite", '"', (table,)), "x").files
    assert "Roe" not in "".join(files.values())
