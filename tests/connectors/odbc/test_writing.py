"""Writing on real databases: one transaction, rows counted, the key given back, and never a guess."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from connectors.base import Command, Destination, Stream
from connectors.errors import ConnectorError, DeliveryUnknown, Rejected, Unreachable
from connectors.odbc.actions import parse_bound
from connectors.odbc.link import Link
from tests.connectors.odbc.conftest import Database

BOOK = {
    "book": {
        "already": "SELECT id FROM visit WHERE remark = :command_id",
        "statements": [
            {
                "sql": "INSERT INTO visit (pid, start, remark) VALUES (:pid, :start, :command_id)",
                "expect_rows": 1,
            },
            {"sql": "UPDATE slot SET taken = 1 WHERE id = :slot AND taken = 0", "expect_rows": 1},
        ],
        "key": "generated",
    },
    "visit.move": {"statements": {"1": "UPDATE visit SET start = :start WHERE id = :key"}, "key": ":key"},
    "bad": "INSERT INTO visit (id, pid) VALUES (1, 1)",
}


@pytest.fixture
def visits(database: Database) -> Database:
    auto = {"mariadb": "int AUTO_INCREMENT", "postgresql": "serial"}.get(database.kind, "integer")
    database.run(
        f"CREATE TABLE visit (id {auto} PRIMARY KEY, pid int NOT NULL, start {database.stamp},"
        "remark varchar(40));"
        "CREATE TABLE slot (id int, taken int); INSERT INTO slot VALUES (1, 0), (2, 1);"
        "INSERT INTO visit (pid, remark) VALUES (9, 'old');"
    )
    return database


def book(slot: int = 1, command_id: str = "c-1", **more: Any) -> Command:
    return Command(
        "visit", "book", {"pid": "7", "start": "2024-05-06 10:00:00", "slot": slot, **more}, command_id
    )


async def rows(database: Database) -> list[tuple[Any, ...]]:
    records = await database.read(Stream("v", "SELECT id, pid, remark FROM visit ORDER BY id", ("id",)))
    return [tuple(record.body.values()) for record in records]


async def taken(database: Database) -> list[Any]:
    records = await database.read(Stream("s", "SELECT id, taken FROM slot", ("id",)))
    return [record.body["taken"] for record in sorted(records, key=lambda record: record.key)]


async def test_a_receipt_with_the_generated_key(visits: Database) -> None:
    async with visits.open(writes=BOOK) as connector:
        assert isinstance(connector, Destination)
        receipt = await connector.send(book())
        assert (receipt.command_id, receipt.status, receipt.key) == ("c-1", "done", "2")
        assert receipt.evidence["rows"] == [1, 1]
        assert receipt.at == visits.clock()
        assert await rows(visits) == [(1, 9, "old"), (2, 7, "c-1")]
        assert await taken(visits) == [1, 1]


async def test_a_repeated_command_is_recognised(visits: Database) -> None:
    async with visits.open(writes=BOOK) as connector:
        await connector.send(book())
        again = await connector.send(book())
        assert (again.status, again.key) == ("already-done", "2")
        assert len(await rows(visits)) == 2


async def test_all_or_nothing(visits: Database) -> None:
    async with visits.open(writes=BOOK) as connector:
        with pytest.raises(
            Rejected, match="statement 2 changed 0 rows where 1 were expected; nothing was changed"
        ):
            await connector.send(book(slot=2))
        assert await rows(visits) == [(1, 9, "old")]


async def test_an_update_by_key(visits: Database) -> None:
    async with visits.open(writes=BOOK) as connector:
        receipt = await connector.send(
            Command("visit", "move", {"start": "2024-05-07 10:00:00"}, "c-2", key="1")
        )
        assert receipt.key == "1"
        (record,) = await visits.read(Stream("v", "SELECT id, start FROM visit", ("id",)))
        assert record.body["start"].replace("T", " ") == "2024-05-07 10:00:00"


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (Command("visit", "bok", {}, "c"), "`writes` has no action `bok`; did you mean `book`?"),
        (Command("visit", "book", {"pid": 1}, "c"), "the command gives no slot, start"),
        (Command("visit", "bad", {}, "c"), "breaks a rule of the database"),
    ],
)
async def test_rejected(visits: Database, command: Command, told: str) -> None:
    async with visits.open(writes=BOOK) as connector:
        with pytest.raises(Rejected) as error:
            await connector.send(command)
        assert told in str(error.value)
        assert "INSERT" not in str(error.value)
        assert len(await rows(visits)) == 1


async def test_nothing_can_be_written_without_writes(visits: Database) -> None:
    async with visits.open() as connector:
        with pytest.raises(Rejected, match="has no action"):
            await connector.send(book())


async def test_reading_stays_read_only_beside_writes(visits: Database) -> None:
    async with visits.open(writes=BOOK) as connector, connector._pool.session() as session:
        with pytest.raises(Rejected, match="read-only"):
            await session.call(lambda link: link.execute("DELETE FROM visit"), "a test")


async def test_returning_and_a_key_query(server_database: Database) -> None:
    server_database.run(
        "CREATE TABLE n (id int PRIMARY KEY, txt varchar(9)); INSERT INTO n VALUES (41, 'a');"
    )
    writes = {
        "next": "INSERT INTO n SELECT MAX(id) + 1, :txt FROM n",
        "returned": {"statements": "INSERT INTO n VALUES (50, :txt) RETURNING id", "key": "generated"},
        "asked": {
            "statements": ["INSERT INTO n VALUES (60, :txt)"],
            "key": "SELECT MAX(id) FROM n WHERE txt = :txt",
        },
    }
    async with server_database.open(writes=writes) as connector:
        assert (await connector.send(Command("n", "next", {"txt": "b"}, "1", key="k"))).key == "k"
        assert (await connector.send(Command("n", "returned", {"txt": "c"}, "2"))).key == "50"
        assert (await connector.send(Command("n", "asked", {"txt": "d"}, "3"))).key == "60"


async def test_a_procedure(mariadb: Database) -> None:
    mariadb.run("CREATE TABLE n (id int); CREATE PROCEDURE put(IN x int) INSERT INTO n VALUES (x);")
    async with mariadb.open(writes={"put": "CALL put(:x)"}) as connector:
        await connector.send(Command("n", "put", {"x": 5}, "1"))
    assert [r.key for r in await mariadb.read(Stream("n", "SELECT id FROM n", ("id",)))] == ["5"]


async def test_a_connection_lost_before_the_commit_is_surely_not_done(server_database: Database) -> None:
    server_database.run("CREATE TABLE n (id int);")
    sleep = {"mariadb": "DO SLEEP(:s)", "postgresql": "SELECT pg_sleep(:s)"}[server_database.kind]
    writes = {"put": {"statements": ["INSERT INTO n VALUES (1)", sleep]}}
    writes["unsafe"] = {**writes["put"], "atomic": "false"}  # type: ignore[dict-item]
    server = server_database.server
    assert server is not None
    async with server_database.open(writes=writes) as connector:
        for action, error in (("put", Unreachable), ("unsafe", DeliveryUnknown)):
            sending = asyncio.create_task(connector.send(Command("n", action, {"s": 20}, "1")))
            await asyncio.sleep(1)
            server.kill()
            try:
                with pytest.raises(ConnectorError) as raised:
                    await sending
            finally:
                server.start()
            assert type(raised.value) is error
    assert await server_database.read(Stream("n", "SELECT id FROM n", ("id",))) == []


async def test_a_connection_lost_during_the_commit_is_unknown(
    server_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server dies when the commit is about to be sent: the driver cannot tell whether it arrived."""
    server_database.run("CREATE TABLE n (id int);")
    server = server_database.server
    assert server is not None
    close = Link.close_cursor

    def closing(link: Link) -> None:
        close(link)
        if link.connection.autocommit is False and dying:
            dying.clear()
            server.kill()

    dying: list[int] = []
    async with server_database.open(writes={"put": "INSERT INTO n VALUES (1)"}) as connector:
        await connector.send(Command("n", "put", {}, "1"))
        monkeypatch.setattr("connectors.odbc.writing._key", lambda link, *_: dying.append(1))
        monkeypatch.setattr(Link, "close_cursor", closing)
        try:
            with pytest.raises(DeliveryUnknown, match="may or may not have been carried out; read back"):
                await connector.send(Command("n", "put", {}, "2"))
        finally:
            server.start()


def test_parameters_are_found_where_they_are() -> None:
    bound = parse_bound("SELECT ':no', \"a:b\", x::text, :yes -- :no\n, /* :no */ :a_1, ':it''s :no', `:no`;")
    assert bound.names == ("yes", "a_1")
    assert bound.sql.endswith("?, ':it''s :no', `:no`")
