"""Reading streams on real databases: whole, onwards, slices, and by pages."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from connectors.base import Column, Condition, Record, Stream
from connectors.errors import BadConfiguration, Rejected
from connectors.odbc import join_key, split_key, where_key
from connectors.odbc.keys import NO_KEY
from tests.connectors.odbc.conftest import Database

NOTES = Stream("note", "SELECT id, changed, txt FROM note", ("id",), "incremental", "changed", overlap=120)


def notes(database: Database, *rows: tuple[int, str | None, str]) -> None:
    if not getattr(database, "made", False):
        database.run(f"CREATE TABLE note (id int, changed {database.stamp}, txt varchar(20));")
        database.made = True  # type: ignore[attr-defined]
    for number, changed, text in rows:
        moment = f"'{changed}'" if changed else "NULL"
        database.run(f"INSERT INTO note VALUES ({number}, {moment}, '{text}');")


def keys(records: list[Record]) -> list[str]:
    return [record.key for record in records]


async def test_onwards_from_the_last_cursor(database: Database) -> None:
    notes(database, (1, "2024-01-01 10:00:00", "a"), (2, "2024-01-01 11:00:00", "b"))
    first = await database.read(NOTES)
    notes(database, (3, "2024-01-01 12:00:00", "c"))
    later = await database.read(NOTES, since=first[-1].cursor)
    assert keys(first) == ["1", "2"]
    assert keys(later) == ["2", "3"]


async def test_late_commits_and_equal_time_stamps_lose_nothing(database: Database) -> None:
    notes(database, (1, "2024-01-01 10:00:00", "a"), (2, "2024-01-01 10:05:00", "b"))
    first = await database.read(NOTES)
    notes(database, (3, "2024-01-01 10:05:00", "same moment"), (4, "2024-01-01 10:03:00", "committed late"))
    notes(database, (5, "2024-01-01 10:02:59", "before the overlap"))
    later = await database.read(NOTES, since=first[-1].cursor)
    assert keys(later) == ["4", "2", "3"]


async def test_equal_time_stamps_without_overlap(database: Database) -> None:
    stream = Stream("note", NOTES.query, ("id",), "incremental", "changed")
    notes(database, (1, "2024-01-01 10:00:00", "a"))
    first = await database.read(stream)
    notes(database, (2, "2024-01-01 10:00:00", "b"))
    assert keys(await database.read(stream, since=first[-1].cursor)) == ["1", "2"]


async def test_rows_without_a_watermark_come_every_time(database: Database) -> None:
    notes(database, (1, None, "a"), (2, "2024-01-01 10:00:00", "b"))
    first = await database.read(NOTES)
    assert [(record.key, record.cursor is None) for record in first] == [("1", True), ("2", False)]
    notes(database, (3, "2024-01-01 12:00:00", "c"))
    assert keys(
        await database.read(NOTES, since="2024-01-01T11:00:00".replace("T", str(first[1].cursor)[10]))
    ) == ["1", "3"]
    skipping = Stream(
        "note", NOTES.query, ("id",), "incremental", "changed", options={"cursor_nulls": "skip"}
    )
    assert keys(await database.read(skipping)) == ["2", "3"]


async def test_a_watermark_in_the_future_hides_nothing(database: Database) -> None:
    now = database.clock()
    notes(database, (1, f"{now:%Y-%m-%d %H:%M:%S}", "now"), (2, "2099-01-01 00:00:00", "a typing error"))
    first = await database.read(NOTES)
    assert keys(first) == ["1", "2"]
    assert first[1].cursor == first[0].cursor
    notes(database, (3, f"{now + timedelta(minutes=5):%Y-%m-%d %H:%M:%S}", "then"))
    assert keys(await database.read(NOTES, since=first[-1].cursor)) == ["1", "3", "2"]


async def test_a_numeric_watermark(database: Database) -> None:
    database.run(
        "CREATE TABLE n (id int, version bigint); INSERT INTO n VALUES (1, 9), (2, 10), (3, 11), (4, 100);"
    )
    stream = Stream("n", "SELECT id, version FROM n", ("id",), "incremental", "version", overlap=1)
    assert [record.cursor for record in await database.read(stream)] == ["9", "10", "11", "100"]
    assert keys(await database.read(stream, since="11")) == ["2", "3", "4"]


async def test_one_row_by_key(database: Database) -> None:
    backslash = "\\\\" if database.kind == "mariadb" else "\\"
    database.run("CREATE TABLE k (kind varchar(9), id int);")
    database.run(f"INSERT INTO k VALUES ('a|b', 1), ('a', 1), ('c{backslash}d', 2);")
    stream = Stream("k", "SELECT kind, id FROM k", ("kind", "id"))
    all_keys = keys(await database.read(stream))
    assert sorted(all_keys) == ["a\\|b|1", "a|1", "c\\\\d|2"]
    for key in all_keys:
        assert keys(await database.read(stream, where=where_key(stream, key))) == [key]
    assert await database.read(stream, where=where_key(stream, "b|1")) == []


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Condition("id", "=", "2"), "2"),
        (Condition("id", "=", 2), "2"),
        (Condition("id", "=", "two"), ""),
        (Condition("id", "in", ["1", "3", "x"]), "13"),
        (Condition("id", "in", []), ""),
        (Condition("ID", ">=", "2"), "23"),
        (Condition("day", "=", "2024-02-03"), "2"),
        (Condition("day", ">=", "2024-02"), "23"),
        (Condition("day", "<", "2024"), "1"),
        (Condition("at", ">", "2024-02-03T10:00:00"), "3"),
        (Condition("at", "<=", "2024-02-03T10:00:00"), "12"),
        (Condition("amount", "=", "2.5"), "2"),
        (Condition("name", "=", "O'Hara"), "3"),
        (Condition("name", "=", None), "1"),
        (Condition("code", "=", "b"), "2"),
    ],
)
async def test_slices_are_bound_by_the_columns_own_type(
    database: Database, condition: Condition, expected: str
) -> None:
    database.run(
        f"CREATE TABLE s (id int, day date, at {database.stamp}, amount decimal(8,2),"
        "name varchar(20), code char(5));"
        "INSERT INTO s VALUES (1, '2023-12-31', '2023-12-31 10:00:00', 1.50, NULL, 'a'),"
        "(2, '2024-02-03', '2024-02-03 10:00:00', 2.50, 'Ann', 'b'),"
        "(3, '2024-03-04', '2024-03-04 10:00:00', 3.50, 'O''Hara', 'c');"
    )
    if database.kind == "sqlite" and condition.column == "at":  # there a time stamp is the text that it is
        condition = Condition("at", condition.op, condition.value.replace("T", " "))
    records = await database.read(Stream("s", "SELECT * FROM s", ("id",)), where=[condition])
    assert "".join(sorted(keys(records))) == expected


async def test_a_value_is_never_sql(database: Database) -> None:
    notes(database, (1, None, "a"))
    bad = Condition("txt", "=", "x' OR '1'='1")
    assert await database.read(NOTES, where=[bad]) == []


async def test_conditions_go_where_the_sql_says(database: Database) -> None:
    database.run("CREATE TABLE v (pid int, n int); INSERT INTO v VALUES (1, 5), (1, 6), (2, 7);")
    stream = Stream(
        "v",
        "WITH t AS (SELECT v.pid AS id, SUM(n) AS total FROM v WHERE n > 0 /* where */ GROUP BY v.pid)\n"
        "SELECT id, total FROM t",
        ("id",),
        options={"column.id": "v.pid"},
    )
    assert keys(await database.read(stream, where=[Condition("id", "=", "2")])) == ["2"]
    assert keys(
        await database.read(stream, where=[Condition("id", "=", "1"), Condition("total", "=", "11")])
    ) == ["1"]
    assert sorted(keys(await database.read(stream))) == ["1", "2"]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT id, txt FROM note ORDER BY txt DESC;",
        "SELECT id, txt FROM note -- all",
        "WITH a AS (SELECT * FROM note) SELECT id, txt FROM a",
    ],
)
async def test_sql_in_any_shape_can_be_sliced(database: Database, sql: str) -> None:
    notes(database, (1, None, "a"), (2, None, "b"))
    assert keys(await database.read(Stream("note", sql, ("id",)), where=[Condition("id", "=", "2")])) == ["2"]


async def test_deleted(database: Database) -> None:
    database.run(
        "CREATE TABLE d (id int, gone varchar(5));"
        "INSERT INTO d VALUES (1,'N'),(2,'Y'),(3,''),(4,'0'),(5,'1'),(6,NULL),(7,'f'),(8,'2020');"
    )
    records = await database.read(Stream("d", "SELECT * FROM d", ("id",), deleted="gone"))
    assert {record.key for record in records if record.deleted} == {"2", "5", "8"}


async def test_a_row_without_a_key_is_told_apart(database: Database) -> None:
    database.run(
        "CREATE TABLE e (id varchar(5), n int); INSERT INTO e VALUES (NULL, 1), ('', 2), ('7  ', 3);"
    )
    found = sorted(keys(await database.read(Stream("e", "SELECT * FROM e", ("id",)))))
    assert found[0] == "7"
    assert all(key.startswith(NO_KEY) for key in found[1:])
    assert len(set(found)) == 3


async def test_pages_lose_and_repeat_nothing(mariadb: Database) -> None:
    """Text keys under a collation that ignores case and blanks, equal keys beyond a page, and no key."""
    names = ["a", "A", "a ", "b", "é", "e", "E"] * 5 + ["same"] * 20
    rows = ", ".join(f"('{name}', {number})" for number, name in enumerate(names))
    mariadb.run(
        f"CREATE TABLE p (name varchar(9), n int); INSERT INTO p VALUES {rows},"
        "(NULL, 100), (NULL, 101), (NULL, 102);"
    )
    for stream in (Stream("p", "SELECT * FROM p", ("name",)), Stream("p", "SELECT * FROM p", ("n", "name"))):
        for page in (1, 2, 3, 7, 1000):
            records = await mariadb.read(stream, page_rows=page, fetch_size=2)
            assert sorted(record.body["n"] for record in records) == [*range(55), 100, 101, 102]


async def test_an_incremental_read_by_pages(mariadb: Database) -> None:
    rows = ", ".join(f"({n}, '2024-01-01 10:00:{n // 10:02d}', 'x')" for n in range(100))
    notes(mariadb)
    mariadb.run(f"INSERT INTO note VALUES {rows}, (100, '0000-00-00 00:00:00', 'y'), (101, NULL, 'z');")
    records = await mariadb.read(NOTES, page_rows=7, fetch_size=3)
    assert sorted(int(key) for key in keys(records)) == list(range(102))
    cursors = [record.cursor for record in records if record.cursor]
    assert cursors == sorted(cursors)


async def test_columns_of_a_stream(database: Database) -> None:
    database.run(f"CREATE TABLE c (id int, name varchar(9), at {database.stamp}, day date);")
    async with database.open(Stream("c", "SELECT * FROM c", ("id",))) as connector:
        columns = await connector.columns("c")
        declared = ("int", "varchar(9)", "datetime", "date")
        kinds = declared if database.kind == "sqlite" else ("integer", "text", "timestamp", "date")
        assert columns == tuple(map(Column, ("id", "name", "at", "day"), kinds))
        database.run("ALTER TABLE c ADD COLUMN more int;")
        assert [column.name for column in await connector.columns("c")] == ["id", "name", "at", "day", "more"]


@pytest.mark.parametrize(
    ("sql", "error", "told"),
    [
        ("SELECT id, missing FROM note", Rejected, "has no column `missing` that the SQL names"),
        ("SELECT id FROM missing", Rejected, "missing` that the SQL names"),
        ("SELEC id FROM note WHERE txt = 'secret'", Rejected, "does not understand the SQL"),
        ("SELECT txt FROM note", BadConfiguration, "gives no column `id`; "),
    ],
)
async def test_wrong_sql(database: Database, sql: str, error: type[Exception], told: str) -> None:
    notes(database, (1, None, "secret"))
    with pytest.raises(error) as failure:
        await database.read(Stream("note", sql, ("id",)))
    message = str(failure.value)
    assert told in message
    assert message.startswith("source emr, stream note: ")
    assert "\n" not in message
    assert "secret" not in message
    assert failure.value.__context__ is None


async def test_two_columns_of_one_name(server_database: Database) -> None:
    notes(server_database, (1, None, "a"))
    with pytest.raises((BadConfiguration, Rejected), match=r"same name|two columns"):
        await server_database.read(Stream("note", "SELECT a.id, b.id FROM note a, note b", ("id",)))


async def test_a_column_that_vanishes_between_two_reads(database: Database) -> None:
    notes(database, (1, "2024-01-01 10:00:00", "a"))
    stream = Stream("note", "SELECT * FROM note", ("id",))
    async with database.open(stream) as connector:
        assert len([record async for record in connector.read("note")]) == 1
        database.run("ALTER TABLE note DROP COLUMN txt;")
        bodies = [record.body async for record in connector.read("note")]
        assert [set(body) for body in bodies] == [{"id", "changed"}]


def test_keys_split_as_they_were_joined() -> None:
    for parts in (["a", "b"], ["a|b", "\\"], ["", "x"], ["\\|", "|\\"]):
        assert split_key(join_key(parts)) == parts
    assert join_key([None, ""]) == ""
    assert join_key(["a|b"]) == "a|b"


async def test_datetime_conditions_need_no_text(database: Database) -> None:
    notes(database, (1, "2024-01-01 10:00:00", "a"), (2, "2024-01-01 12:00:00", "b"))
    where = [Condition("changed", ">", datetime(2024, 1, 1, 11))]
    assert keys(await database.read(NOTES, where=where)) == ["2"]
