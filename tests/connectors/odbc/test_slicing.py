"""A slice at once: one statement at the source, and what is remembered out of date is asked anew."""

from __future__ import annotations

import asyncio
import time as wall
from datetime import timedelta
from typing import Any

import pytest

from connectors.base import Condition, Record, Stream, Where
from connectors.errors import BadConfiguration, Rejected, Unreachable
from tests.connectors.odbc.conftest import Database
from tests.connectors.odbc.test_care import sleeping

STREAM = Stream("appt", "SELECT * FROM appt", ("id",))
TABLE = "CREATE TABLE appt (id int PRIMARY KEY, who varchar(20), at {stamp}, fee decimal(8,2));"
ROWS = (
    "INSERT INTO appt VALUES (1, 'Zoë', '2024-05-06 08:00:00', 1.50), (2, 'An', NULL, NULL),"
    " (3, 'Bo', '2024-05-06 09:00:00', 2.00);"
)


def fill(database: Database) -> None:
    database.run(TABLE.format(stamp=database.stamp))
    database.run(ROWS)


def only(*ids: int) -> Where:
    return (Condition("id", "in", [str(one) for one in ids]),)


async def whole(connector: Any, where: Where) -> list[Record]:
    return [record async for record in connector.read("appt", where=where)]


async def test_a_slice_is_what_a_read_gives(database: Database) -> None:
    fill(database)
    async with database.open(STREAM) as connector:
        for where in (
            only(1),
            only(1, 3),
            only(9),
            (Condition("who", "=", "An"),),
            (Condition("at", ">=", "2024-05-06T08:30:00"), Condition("id", "<", 9)),
            (Condition("fee", "=", None),),
        ):
            for _ in range(2):
                assert await connector.read_slice("appt", where, 100) == await whole(connector, where)


async def test_forms_and_values_do_not_mix(database: Database) -> None:
    fill(database)
    async with database.open(STREAM, max_connections=1) as connector:
        for _ in range(3):
            for ids in ((1,), (2,), (1, 2), (2, 3), (3,), (1, 2, 3)):
                records = await connector.read_slice("appt", only(*ids), 100)
                assert sorted(int(record.key) for record in records) == list(ids)
            assert len([record async for record in connector.read("appt")]) == 3


async def test_more_than_the_limit_is_said(database: Database) -> None:
    fill(database)
    async with database.open(STREAM) as connector:
        assert await connector.read_slice("appt", only(1, 2, 3), 2) is None
        assert len(await connector.read_slice("appt", only(1, 2, 3), 3) or ()) == 3
        assert len(await connector.read_slice("appt", only(1), 2) or ()) == 1


async def test_marked_places_and_with_are_sliced_too(database: Database) -> None:
    fill(database)
    stream = Stream(
        "appt",
        "SELECT a.id, count(*) AS n FROM appt a WHERE a.id > 0 /* where */ GROUP BY a.id",
        ("id",),
        options={"column.id": "a.id"},
    )
    async with database.open(stream) as connector:
        for one in (1, 2, 1):
            records = await connector.read_slice("appt", only(one), 10)
            assert [record.body for record in records or ()] == [{"id": one, "n": 1}]


async def test_one_statement_for_each_slice(mariadb: Database) -> None:
    fill(mariadb)
    count = (
        "SHOW GLOBAL STATUS WHERE Variable_name IN ('Com_select', 'Com_stmt_execute', 'Com_stmt_prepare');"
    )

    def asked() -> dict[str, int]:
        lines = [line.split("\t") for line in str(mariadb.run(count)).splitlines()]
        return {name: int(value) for name, value in lines}

    async with mariadb.open(STREAM) as connector:
        await connector.read_slice("appt", only(1), 10)
        before = asked()
        for one in (1, 2, 3, 1):
            await connector.read_slice("appt", only(one), 10)
        after = asked()
    assert after["Com_stmt_execute"] - before["Com_stmt_execute"] == 4
    assert after["Com_stmt_prepare"] == before["Com_stmt_prepare"]
    assert after["Com_select"] - before["Com_select"] == 4


async def test_two_rows_with_one_key_are_both_given(mariadb: Database) -> None:
    mariadb.run("CREATE TABLE appt (id int, who varchar(20)); INSERT INTO appt VALUES (1, 'a'), (1, 'b');")
    async with mariadb.open(STREAM) as connector:
        records = await connector.read_slice("appt", only(1), 10) or []
        assert [record.body["who"] for record in records] == ["a", "b"]


async def test_a_column_that_came_or_went_is_seen(server_database: Database) -> None:
    """Known columns are asked for again when they do not fit, at once; a new one within a minute."""
    fill(server_database)
    async with server_database.open(STREAM) as connector:
        assert await connector.read_slice("appt", only(1), 10)
        server_database.run("ALTER TABLE appt DROP COLUMN who;")
        (record,) = await connector.read_slice("appt", only(1), 10) or []
        assert set(record.body) == {"id", "at", "fee"}
        server_database.run("ALTER TABLE appt ADD COLUMN room varchar(5) DEFAULT 'R1';")
        server_database.clock.now += timedelta(minutes=1)
        (record,) = await connector.read_slice("appt", only(1), 10) or []
        assert record.body["room"] == "R1"


async def test_a_column_of_another_type_is_seen(server_database: Database) -> None:
    fill(server_database)
    async with server_database.open(STREAM) as connector:
        (record,) = await connector.read_slice("appt", only(3), 10) or []
        assert record.body["fee"] == "2.00"
        change = "MODIFY fee int" if server_database.kind == "mariadb" else "ALTER fee TYPE int"
        server_database.run(f"ALTER TABLE appt {change};")
        server_database.run("UPDATE appt SET fee = 7 WHERE id = 3;")
        server_database.clock.now += timedelta(minutes=1)
        (record,) = await connector.read_slice("appt", only(3), 10) or []
        assert record.body["fee"] == 7


async def test_a_table_that_is_gone_is_refused_and_comes_back(server_database: Database) -> None:
    fill(server_database)
    async with server_database.open(STREAM) as connector:
        assert await connector.read_slice("appt", only(1), 10)
        server_database.run("ALTER TABLE appt RENAME TO away;")
        for _ in range(2):
            with pytest.raises(Rejected, match="stream appt") as raised:
                await connector.read_slice("appt", only(1), 10)
            assert "SELECT" not in str(raised.value) and raised.value.__cause__ is None
        server_database.run("ALTER TABLE away RENAME TO appt;")
        assert await connector.read_slice("appt", only(1), 10)


async def test_a_view_that_fails_is_refused_and_mends(mariadb: Database) -> None:
    mariadb.run("CREATE TABLE base (id int, n int); INSERT INTO base VALUES (1, 2);")
    mariadb.run("CREATE VIEW appt AS SELECT id, n FROM base;")
    async with mariadb.open(STREAM) as connector:
        assert await connector.read_slice("appt", only(1), 10)
        mariadb.run("ALTER TABLE base DROP COLUMN n;")
        with pytest.raises(Rejected, match="stream appt"):
            await connector.read_slice("appt", only(1), 10)
        with pytest.raises(Rejected, match="stream appt"):
            await whole(connector, only(1))
        mariadb.run("ALTER TABLE base ADD COLUMN n int DEFAULT 5;")
        (record,) = await connector.read_slice("appt", only(1), 10) or []
        assert record.body == {"id": 1, "n": 5}


async def test_a_connection_that_died_idle_is_not_noticed(server_database: Database) -> None:
    fill(server_database)
    assert server_database.server is not None
    async with server_database.open(STREAM, max_connections=2) as connector:
        await asyncio.gather(*(connector.read_slice("appt", only(1), 10) for _ in range(2)))
        server_database.server.kill()
        server_database.server.start()
        for _ in range(3):
            assert len(await connector.read_slice("appt", only(1), 10) or ()) == 1


async def test_a_server_that_is_gone_is_unreachable_and_comes_back(server_database: Database) -> None:
    fill(server_database)
    assert server_database.server is not None
    async with server_database.open(STREAM, connect_attempts=1) as connector:
        assert await connector.read_slice("appt", only(1), 10)
        server_database.server.kill()
        try:
            for _ in range(2):
                with pytest.raises(Unreachable, match="cannot be reached"):
                    await connector.read_slice("appt", only(1), 10)
        finally:
            server_database.server.start()
        assert await connector.read_slice("appt", only(1), 10)


async def test_the_server_dies_under_the_statement(server_database: Database) -> None:
    """Not asked again by itself: it may be our statement that it died of."""
    assert server_database.server is not None
    stream = sleeping(server_database)
    async with server_database.open(stream, connect_attempts=1) as connector:
        task = asyncio.create_task(connector.read_slice("slow", (), 10))
        await asyncio.sleep(1)
        server_database.server.kill()
        try:
            with pytest.raises(
                Unreachable, match=r"the connection to the database was lost|cannot be reached"
            ):
                await task
        finally:
            server_database.server.start()
        assert await connector.check()


async def test_a_slice_that_hangs_is_ended(server_database: Database) -> None:
    stream = sleeping(server_database)
    async with server_database.open(stream, STREAM, statement_timeout="1s") as connector:
        fill(server_database)
        assert await connector.read_slice("appt", only(1), 10)
        started = wall.monotonic()
        with pytest.raises(
            Unreachable, match=r"stream slow: the statement took longer than 1s and was ended"
        ):
            await connector.read_slice("slow", (), 10)
        assert wall.monotonic() - started < 10
        assert await connector.read_slice("appt", only(1), 10)


async def test_a_slice_given_up_frees_its_connection(server_database: Database) -> None:
    stream = sleeping(server_database)
    fill(server_database)
    async with server_database.open(stream, STREAM, max_connections=1) as connector:
        task = asyncio.create_task(connector.read_slice("slow", (), 10))
        await asyncio.sleep(0.5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        started = wall.monotonic()
        assert await connector.read_slice("appt", only(1), 10)
        assert wall.monotonic() - started < 10


async def test_an_unknown_column_or_stream_is_a_wrong_configuration(sqlite: Database) -> None:
    fill(sqlite)
    async with sqlite.open(STREAM) as connector:
        with pytest.raises(BadConfiguration, match="the SQL gives no column `idd`; did you mean `id`"):
            await connector.read_slice("appt", (Condition("idd", "=", 1),), 10)
        with pytest.raises(BadConfiguration, match="there is no stream none"):
            await connector.read_slice("none", only(1), 10)


async def test_slices_keep_to_the_pace_and_the_hours(sqlite: Database) -> None:
    fill(sqlite)
    async with sqlite.open(STREAM, rows_per_second=1) as connector:
        assert len(await connector.read_slice("appt", only(1, 2, 3), 10) or ()) == 3
        assert await connector.read_slice("appt", only(1, 2, 3), 2) is None
        assert sum(sqlite.clock.slept) >= 3
    async with sqlite.open(STREAM, allowed_hours="20:00-06:00") as connector:
        with pytest.raises(Unreachable, match="not read until 20:00"):
            await connector.read_slice("appt", only(1), 10)


async def test_padding_is_looked_through(database: Database) -> None:
    """A record's key and a search's value have no blanks at the end; a CHAR column has."""
    kind = "TEXT" if database.kind == "sqlite" else "CHAR(8)"
    database.run(f"CREATE TABLE appt (id {kind}, no int);")
    database.run("INSERT INTO appt VALUES ('A   ', 1), ('AB  ', 2), ('A!', 3), ('B', 4);")
    stream = Stream("appt", "SELECT id, no FROM appt", ("id",))
    async with database.open(stream) as connector:
        for values, numbers in ((("A",), [1]), (("A", "AB", "B"), [1, 2, 4]), (("A!",), [3]), (("AC",), [])):
            where = (Condition("id", "in", values),)
            for found in (await whole(connector, where), await connector.read_slice("appt", where, 10) or []):
                assert sorted(record.body["no"] for record in found) == numbers


async def test_whole_reads_leave_a_connection_for_live_slices(mariadb: Database) -> None:
    fill(mariadb)
    live = Stream("appt", STREAM.query, ("id",), mode="live")
    async with mariadb.open(live, max_connections=2, fetch_size=1) as connector:
        readings = [connector.read_batches("appt") for _ in range(2)]
        assert await anext(readings[0])
        waiting = asyncio.ensure_future(anext(readings[1]))  # type: ignore[arg-type]
        await asyncio.sleep(0.1)
        assert await asyncio.wait_for(connector.read_slice("appt", only(1), 10), 10)
        assert not waiting.done()
        await readings[0].aclose()  # type: ignore[attr-defined]
        assert await asyncio.wait_for(waiting, 10)
        await readings[1].aclose()  # type: ignore[attr-defined]
