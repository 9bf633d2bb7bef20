"""Care for the legacy system: hours, pace, breaker, limits, time-outs, and lost connections."""

from __future__ import annotations

import asyncio
import socket
import threading
import time as wall
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from connectors.base import Condition, Stream
from connectors.errors import BadConfiguration, Rejected, Unreachable
from connectors.odbc.care import Breaker, Hours, Opening, Pace
from connectors.odbc.connector import open_connector
from tests import servers
from tests.connectors.odbc.conftest import Clock, Database

BIG = Stream("big", "SELECT id, txt FROM big", ("id",))


def big(database: Database, rows: int = 20_000) -> None:
    database.run("CREATE TABLE big (id int PRIMARY KEY, txt varchar(200));")
    series = {
        "mariadb": f"SELECT seq, REPEAT('x', 100) FROM seq_1_to_{rows}",
        "postgresql": f"SELECT n, repeat('x', 100) FROM generate_series(1, {rows}) n",
    }
    recursive = (
        f"WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {rows}) "
        "SELECT n, hex(zeroblob(50)) FROM s"
    )
    database.run(f"INSERT INTO big {series.get(database.kind, recursive)};")


def sleeping(database: Database) -> Stream:
    call = "SLEEP(30)" if database.kind == "mariadb" else "pg_sleep(30)::text"
    return Stream("slow", f"SELECT 1 AS id, {call} AS s FROM (SELECT 1 AS one) t", ("id",))


def test_hours() -> None:
    day, night = Hours(time(8), time(18)), Hours(time(20), time(6))
    assert [day.allow(time(h)) for h in (7, 8, 17, 18)] == [False, True, True, False]
    assert [night.allow(time(h)) for h in (19, 20, 23, 0, 5, 6)] == [False, True, True, True, True, False]
    assert Hours(time(3), time(3)).allow(time(12))


def test_allowed_hours_are_in_the_sources_zone() -> None:
    from zoneinfo import ZoneInfo

    clock = Clock(datetime(2024, 7, 1, 23, 30, tzinfo=UTC))  # 19:30 in New York
    opening = Opening("emr", Hours(time(20), time(6)), ZoneInfo("America/New_York"), clock)
    with pytest.raises(Unreachable, match=r"^source emr: not read until 20:00, as allowed_hours says$"):
        opening.check()
    clock.now += timedelta(minutes=31)
    opening.check()


def test_when_the_hours_begin_again() -> None:
    from zoneinfo import ZoneInfo

    vienna = ZoneInfo("Europe/Vienna")
    night = Hours(time(20), time(6))
    for now, opening in (
        ("2024-07-01T19:59", "2024-07-01T20:00+02:00"),
        ("2024-07-01T06:00", "2024-07-01T20:00+02:00"),
        ("2024-10-27T12:00", "2024-10-27T20:00+01:00"),  # the day that summer time ends
    ):
        assert night.opening(datetime.fromisoformat(now).replace(tzinfo=vienna)).isoformat(
            "T", "minutes"
        ) == (opening)
    gap = Hours(time(2, 30), time(6)).opening(datetime(2024, 3, 30, 12, tzinfo=vienna))
    assert gap.isoformat("T", "minutes") == "2024-03-31T03:30+02:00"  # there is no 02:30 on that day
    assert Hours(time(8), time(18)).opening(datetime(2024, 7, 1, 18, tzinfo=vienna)).day == 2


async def test_it_tells_beforehand_why_it_would_refuse(sqlite: Database) -> None:
    async with sqlite.open(BIG, allowed_hours="20:00-06:00") as connector:
        rest = connector.rest()
        assert (rest.why, rest.until) == ("hours", datetime(2024, 5, 6, 20, tzinfo=UTC))
        assert rest.told == "source emr: not read until 20:00, as allowed_hours says"
        sqlite.clock.now += timedelta(hours=8)
        assert connector.rest() is None


async def test_nothing_is_read_outside_the_hours(sqlite: Database) -> None:
    with pytest.raises(Unreachable, match="not read until 20:00"):
        await sqlite.read(BIG, allowed_hours="20:00-06:00")


async def test_reading_stops_when_the_hours_end(sqlite: Database) -> None:
    big(sqlite, 3000)
    async with sqlite.open(BIG, allowed_hours="00:00-12:30", fetch_size=100) as connector:
        with pytest.raises(Unreachable, match="not read until 00:00"):
            async for _ in connector.read("big"):
                sqlite.clock.now += timedelta(seconds=1)


def test_pace() -> None:
    clock = Clock()
    pace = Pace(100, clock)
    assert pace.batch(500) == 100
    assert pace.after(50) == 0.5
    assert pace.after(50) == 1.0
    clock.now += timedelta(seconds=10)
    assert pace.after(100) == 1.0
    assert Pace(0, clock).after(10**9) == 0


async def test_rows_per_second(sqlite: Database) -> None:
    big(sqlite, 1000)
    await sqlite.read(BIG, rows_per_second=100)
    assert sum(sqlite.clock.slept) == pytest.approx(10.0, abs=1)


def test_breaker() -> None:
    clock = Clock()
    breaker = Breaker("emr", 2, 60, UTC, clock)
    breaker.failed(Unreachable("gone"))
    breaker.check()
    breaker.failed(Unreachable("gone"))
    with pytest.raises(Unreachable, match=r"^gone; not tried again until 12:01:00$"):
        breaker.check()
    clock.now += timedelta(seconds=60)
    breaker.check()
    breaker.failed(Unreachable("gone"))  # the one attempt that was let through
    clock.now += timedelta(seconds=119)
    with pytest.raises(Unreachable, match="not tried again"):
        breaker.check()
    clock.now += timedelta(seconds=1)
    assert breaker.rest() is None
    breaker.succeeded()
    breaker.failed(Unreachable("gone"))
    breaker.check()


def test_a_clock_that_is_set_back_does_not_prolong_the_rest() -> None:
    clock = Clock()
    breaker = Breaker("emr", 1, 60, UTC, clock)
    breaker.failed(Unreachable("gone"))
    clock.now -= timedelta(days=1)
    rest = breaker.rest()
    assert rest is not None
    assert (rest.why, rest.until) == ("failures", clock.now + timedelta(seconds=60))
    clock.now += timedelta(seconds=60)
    assert breaker.rest() is None


def test_a_refused_login_is_not_repeated() -> None:
    breaker = Breaker("emr", 5, 60, UTC, Clock())
    breaker.failed(BadConfiguration("wrong password"))
    with pytest.raises(BadConfiguration, match="wrong password; not tried again until"):
        breaker.check()


async def test_back_off_and_breaker_on_a_closed_port() -> None:
    clock = Clock()
    driver = servers.odbc_driver("MariaDB Unicode", "libmaodbc.so")
    closed = Database(
        "mariadb",
        {"connection": f"Driver={driver};Server=127.0.0.1;Port={servers.free_port()}"},
        str,
        clock=clock,
    )
    async with closed.open(BIG, breaker_failures=2, connect_attempts=3) as connector:
        for _ in range(2):
            with pytest.raises(Unreachable, match="cannot be reached"):
                await connector.check()
        assert clock.slept == [0.5, 1.0, 0.5, 1.0]
        with pytest.raises(Unreachable, match="not tried again until 12:01"):
            await connector.check()
        assert len(clock.slept) == 4


async def test_the_session_is_read_only(database: Database) -> None:
    database.run("CREATE TABLE w (id int);")
    async with database.open(BIG) as connector, connector._pool.session() as session:
        with pytest.raises(Rejected, match="this session is read-only"):
            await session.call(lambda link: link.execute("INSERT INTO w VALUES (1)"), "a test")
    assert [record.key for record in await database.read(Stream("w", "SELECT id FROM w", ("id",)))] == []


async def test_a_long_statement_is_ended(server_database: Database) -> None:
    async with server_database.open(sleeping(server_database), BIG, statement_timeout="1s") as connector:
        started = wall.monotonic()
        with pytest.raises(
            Unreachable, match=r"stream slow: the statement took longer than 1s and was ended"
        ):
            async for _ in connector.read("slow"):
                pass
        assert wall.monotonic() - started < 10
        big(server_database, 10)
        assert len([record async for record in connector.read("big")]) == 10


async def test_a_long_statement_is_cancelled_where_the_server_does_not(
    server_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.odbc.session.SERVER_GRACE", 0.0)
    async with server_database.open(
        sleeping(server_database), statement_timeout="1s", dialect="generic"
    ) as connector:
        started = wall.monotonic()
        with pytest.raises(Unreachable, match="took longer than 1s"):
            async for _ in connector.read("slow"):
                pass
        assert wall.monotonic() - started < 10


async def test_embedded_sqlite_is_interrupted(sqlite: Database) -> None:
    endless = Stream(
        "slow",
        "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s) SELECT count(*) AS id FROM s",
        ("id",),
    )
    with pytest.raises(Unreachable, match=r"took longer than 0\.2s"):
        await sqlite.read(endless, statement_timeout="200ms")


def running_statements(database: Database) -> int:
    query = {
        "mariadb": "SELECT count(*) FROM information_schema.processlist "
        "WHERE info LIKE '%SLEEP(30)%' AND info NOT LIKE '%processlist%'",
        "postgresql": "SELECT count(*) FROM pg_stat_activity "
        "WHERE query LIKE '%pg_sleep(30)%' AND state = 'active' AND query NOT LIKE '%pg_stat_activity%'",
    }[database.kind]
    return int(str(database.run(query + ";")))


async def test_a_cancelled_reader_ends_its_statement(server_database: Database) -> None:
    stream = sleeping(server_database)

    async def read(connector: Any) -> None:
        async for _ in connector.read("slow", where=[Condition("id", "=", 1)]):
            pass

    async with server_database.open(stream) as connector:
        connector._reader._known["slow"] = (server_database.clock(), await shapes(connector))
        task = asyncio.create_task(read(connector))
        await until(lambda: running_statements(server_database) == 1)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await until(lambda: running_statements(server_database) == 0)


async def shapes(connector: Any) -> Any:
    return await connector._reader.shapes("slow")


async def until(true: Any, seconds: float = 10) -> None:
    deadline = wall.monotonic() + seconds
    while not true():
        assert wall.monotonic() < deadline, "it did not happen"
        await asyncio.sleep(0.05)


async def test_never_more_connections_than_allowed(mariadb: Database) -> None:
    big(mariadb, 5000)
    count = "SELECT count(*) FROM information_schema.processlist WHERE user = 'facade';"
    async with mariadb.open(BIG, max_connections=2, fetch_size=100) as connector:
        most = 0

        async def read() -> int:
            nonlocal most
            rows = 0
            async for _ in connector.read("big"):
                rows += 1
                if rows % 2500 == 0:
                    most = max(most, int(str(mariadb.run(count))))
            return rows

        assert await asyncio.gather(*(read() for _ in range(5))) == [5000] * 5
        assert most == 2
    await until(lambda: int(str(mariadb.run(count))) == 0)


async def test_a_killed_server_is_unreachable_and_comes_back(server_database: Database) -> None:
    big(server_database)
    assert server_database.server is not None
    connection = dict(server_database.options)["connection"]
    async with server_database.open(BIG, fetch_size=100, page_rows=300, connection=connection) as connector:
        rows = 0
        try:
            with pytest.raises(
                Unreachable, match=r"the connection to the database was lost|cannot be reached"
            ):
                async for _ in connector.read("big"):
                    rows += 1
                    if rows == 150:
                        server_database.server.kill()
            assert 150 <= rows < 20_000
            with pytest.raises(Unreachable, match="cannot be reached"):
                await connector.check()
        finally:
            server_database.server.start()
        assert len([record async for record in connector.read("big")]) == 20_000


async def test_an_idle_connection_that_died_is_replaced(server_database: Database) -> None:
    big(server_database, 10)
    assert server_database.server is not None
    async with server_database.open(BIG) as connector:
        assert len([record async for record in connector.read("big")]) == 10
        server_database.server.kill()
        server_database.server.start()
        assert len([record async for record in connector.read("big")]) == 10


async def test_a_host_that_says_nothing() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        driver = servers.odbc_driver("PostgreSQL Unicode", "psqlodbcw.so")
        connection = f"Driver={driver};Server=127.0.0.1;Port={silent.getsockname()[1]};Database=x;UID=a;PWD=b"
        connector = open_connector(
            "emr", {"connection": connection, "login_timeout": "1s", "connect_attempts": 1}, {}, Clock()
        )
        started = wall.monotonic()
        with pytest.raises(Unreachable, match="cannot be reached"):
            await connector.check()
        assert wall.monotonic() - started < 8
        await connector.aclose()


def test_hung_threads_do_not_keep_the_program() -> None:
    from connectors.odbc.worker import Worker

    worker = Worker("hung")
    assert all(thread.daemon for thread in threading.enumerate() if thread.name == "hung")
    worker.stop()
    assert worker.join(5)
