"""What an ugly database holds, told alike by every kind of database and both ways of asking."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from connectors.base import Catalog, Catalogued, ForeignKey, Stream
from connectors.errors import Unreachable
from tests.connectors.odbc.conftest import Clock, Database
from tests.connectors.odbc.ugly import ROWS, kinds, named, ugly

FAILS = "the view fails in the database itself"


async def catalog(database: Database, sample: int = 50, **options: Any) -> Catalog:
    async with database.open(**options) as connector:
        assert isinstance(connector, Catalogued)
        return await connector.catalog(sample=sample)


async def test_an_ugly_database(database: Database) -> None:
    ugly(database)
    found = await catalog(database)
    tables = named(found)
    assert list(tables) == sorted(tables)
    assert {name: table.kind for name, table in tables.items() if table.kind == "view"} == {
        "Gute Sicht": "view",
        "Kaputte Sicht": "view",
    }
    people = tables["Patienten Stamm"]
    assert kinds(people) == {
        "Nr.": "integer",
        "Größe": "decimal",
        "select": "text",
        "Geb-Datum": "date",
        "登録日": "timestamp",
        'a"b': "integer",
        "Notiz": "text",
        "Bild": "binary",
    }
    assert (people.rows, people.primary_key, people.schema, people.problem) == (ROWS, ("Nr.",), "", None)
    assert [column.nullable for column in people.columns][:3] == [False, True, False]
    assert people.columns[2].size == 40
    visit = tables["Besuch"]
    assert visit.primary_key == ("id", "lfd")
    assert ("pat", "lfd") in visit.unique
    assert ("wert",) in visit.indexed
    assert visit.foreign_keys == (ForeignKey(("pat",), "Patienten Stamm", ("Nr.",)),)
    assert kinds(visit)["doppelt"] == "integer"
    assert visit.sample[3]["doppelt"] == 6
    assert (tables["ohne schlüssel"].rows, tables["ohne schlüssel"].primary_key) == (2, ())
    assert tables["ohne schlüssel"].sample == ({"a": 1, "b": "Zoë"}, {"a": 2, "b": None})
    assert (tables["leer"].rows, tables["leer"].sample) == (0, ())
    assert tables["Gute Sicht"].rows == 2
    broken = tables["Kaputte Sicht"]
    assert (broken.problem or "").startswith(FAILS)
    assert (broken.rows, broken.sample) == (None, ())
    assert [name for name, table in tables.items() if table.problem] == ["Kaputte Sicht"]


async def test_samples_are_the_first_and_the_last_as_a_stream_gives_them(database: Database) -> None:
    ugly(database)
    found = await catalog(database)
    people = named(found)["Patienten Stamm"]
    assert [row["Nr."] for row in people.sample] == [*range(25), *range(275, 300)]
    first, last = people.sample[0], people.sample[-1]
    assert last["Notiz"] == "ä" * 1000 + "…"
    assert base64.b64decode(first["Bild"]) == b"\x00\xff"
    quote = found.quote
    names = [column.name for column in people.columns[:6]]
    if database.kind == "sqlite-odbc":  # which cannot say a column's name that has a dot or is not ASCII
        names = ["select", "Geb-Datum", 'a"b']
    columns = ", ".join(f"{quote}{name.replace(quote, quote * 2)}{quote}" for name in names)
    records = await database.read(
        Stream("p", f"SELECT {columns} FROM {quote}Patienten Stamm{quote}", ('a"b',))
    )
    by_key = {record.key: record for record in records}
    for row in people.sample:
        assert by_key[str(row["Nr."])].body == {name: row[name] for name in names}


async def test_the_same_database_is_told_the_same_twice(database: Database) -> None:
    ugly(database)
    assert await catalog(database) == await catalog(database, max_connections=1)


async def test_odbcs_own_functions_say_the_same(server_database: Database) -> None:
    """A database that we do not know: the same structure, as far as drivers tell it."""
    ugly(server_database)
    known, unknown = await catalog(server_database), await catalog(server_database, dialect="generic")
    assert unknown.dialect == ""
    assert list(named(known)) == list(named(unknown))
    for one, other in zip(known.tables, unknown.tables, strict=True):
        assert kinds(one) == kinds(other)
        for part in ("kind", "schema", "primary_key", "foreign_keys", "rows"):
            assert getattr(one, part) == getattr(other, part), (one.name, part)
        assert set(one.unique) == set(other.unique)
        assert [row.get("Nr.") for row in one.sample] == [row.get("Nr.") for row in other.sample]
        assert [column.nullable for column in one.columns] == [column.nullable for column in other.columns]


async def test_what_is_looked_at_is_told(database: Database) -> None:
    ugly(database)
    told: list[tuple[str, int, int]] = []
    async with database.open() as connector:
        found = await connector.catalog(sample=2, progress=lambda *step: told.append(step))
    assert told == [(table.name, n, len(found.tables)) for n, table in enumerate(found.tables, 1)]


async def test_no_sample_is_taken_if_none_is_wanted(database: Database) -> None:
    ugly(database)
    found = await catalog(database, sample=0)
    assert all(table.sample == () for table in found.tables)
    assert named(found)["Patienten Stamm"].rows == ROWS


async def test_an_empty_database_has_no_tables(database: Database) -> None:
    assert (await catalog(database)).tables == ()


async def test_hours_are_kept_and_rows_are_paced(database: Database) -> None:
    ugly(database)
    with pytest.raises(Unreachable, match="not read until 20:00, as allowed_hours says"):
        await catalog(database, allowed_hours="20:00-06:00")
    await catalog(database, rows_per_second=10, max_connections=1)
    assert sum(database.clock.slept) >= 7  # 74 rows at ten a second


async def test_hours_that_end_meanwhile_leave_what_was_seen(sqlite: Database) -> None:
    ugly(sqlite)
    sqlite.clock = Late()
    found = await catalog(sqlite, allowed_hours="10:00-12:30", max_connections=1)
    problems = [table.problem for table in found.tables]
    assert problems[0] is None
    assert problems[-1] == "not read until 10:00, as allowed_hours says"
    assert all(table.columns for table in found.tables if table.kind == "table")


class Late(Clock):
    """Each look at it takes ten minutes."""

    def __call__(self) -> Any:
        from datetime import timedelta

        self.now += timedelta(minutes=10)
        return self.now
