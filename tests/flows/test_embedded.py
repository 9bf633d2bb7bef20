"""From a real SQLite file, through the real connector, to the store."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from connectors.base import Source
from facade.flow.source import open_connector
from facade.flow.sync import sync_source
from facade.store import Store
from tests.facade.flow.state import resources
from tests.flows.histories import lively_pack

PACK = lively_pack()


def execute(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def families(store: Store) -> dict[str, str]:
    found = resources(store)
    return {name: found[name]["name"][0]["family"] for name in found if not name.startswith("Obs")}


async def test_an_embedded_database(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "emr.db"
    execute(
        path,
        "CREATE TABLE person (row INTEGER, pid TEXT, lname TEXT, sex TEXT, weight, at INTEGER, gone TEXT)",
        "CREATE TABLE doctor (row INTEGER, pid TEXT, lname TEXT, sex TEXT)",
        "INSERT INTO person VALUES (1, '1', 'Doe', 'F', '70.50', 10, ''), (2, '2', 'Poe', 'M', NULL, 20, '')",
        "INSERT INTO person VALUES (3, '3', 'Roe', 'M', NULL, 20, ''), (4, '4', 'Loe', 'X', NULL, 20, 'Y')",
        "INSERT INTO doctor VALUES (7, '7', 'Who', 'M')",
    )
    options: dict[str, Any] = {"url": f"sqlite:///{path}"}
    source = cast(Source, open_connector("emr", "odbc", options, PACK.streams, lambda: datetime.now(UTC)))
    try:
        results = await sync_source(store, PACK, source)
        assert [(r.stream, r.error, r.read) for r in results] == [
            ("doctor", None, 1),
            ("person", None, 4),
        ] or [(r.stream, r.error, r.read) for r in results] == [("person", None, 4), ("doctor", None, 1)]
        everyone = {"Patient/1": "Doe", "Patient/2": "Poe", "Patient/3": "Roe", "Practitioner/7": "Who"}
        assert families(store) == everyone

        execute(
            path,
            "UPDATE person SET lname='New', at=21 WHERE row=3",
            "UPDATE person SET gone='Y', at=22 WHERE row=2",
            "DELETE FROM person WHERE row=1",
            "DELETE FROM doctor",
        )
        await sync_source(store, PACK, source)
        assert families(store) == {"Patient/1": "Doe", "Patient/3": "New"}
        await sync_source(store, PACK, source, full=True)
        assert families(store) == {"Patient/3": "New"}

        execute(path, "DROP TABLE doctor")
        results = await sync_source(store, PACK, source)
        errors = {result.stream: result.error for result in results}
        assert errors["person"] is None
        assert errors["doctor"] is not None
        assert "SELECT" not in errors["doctor"]
    finally:
        await source.aclose()
