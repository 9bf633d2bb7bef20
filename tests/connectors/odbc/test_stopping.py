"""Readings that are given up early, again and again: a driver that is asked wrongly kills the process."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import aclosing
from threading import Event, Thread
from time import sleep
from typing import Any

from connectors.base import Stream
from connectors.odbc import open_connector
from connectors.odbc.dialect import GENERIC
from connectors.odbc.link import Link
from tests.connectors.odbc.conftest import Clock, Database
from tests.paths import REPO

ROUNDS = 40


def test_stopped_again_and_again(database: Database) -> None:
    """In a process of its own, which must live to the end."""
    rows = ",".join(f"({number}, '{'x' * 1500}')" for number in range(8000))
    database.run(
        f"CREATE TABLE wide (id INTEGER PRIMARY KEY, pad VARCHAR(1500)); INSERT INTO wide VALUES {rows}"
    )
    command = [sys.executable, "-m", "tests.connectors.odbc.test_stopping", repr(dict(database.options))]
    done = subprocess.run(command, capture_output=True, text=True, cwd=REPO, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{ROUNDS}\n", "")


class Watched:
    """A connection and its cursor at once: its calls last until they are let go, and are noted."""

    def __init__(self) -> None:
        self.did: list[str] = []
        self.begun, self.let_go = Event(), Event()

    def cursor(self) -> Watched:
        return self

    def execute(self, sql: str) -> None:
        self.begun.set()
        assert self.let_go.wait(5)
        self.did.append("executed")

    def cancel(self) -> None:
        self.did.append("cancelling")
        self.let_go.set()
        sleep(0.05)
        self.did.append("cancelled")

    def close(self) -> None:
        self.did.append("closed")


def link(connection: Any, *, cancels_fetch: bool) -> Link:
    """A link of a driver of that kind."""
    return Link(connection, GENERIC, "", "", True, None, types=lambda _: None, cancels_fetch=cancels_fetch)


def test_a_statement_is_cancelled_before_its_rows_are_fetched() -> None:
    """Even if it has ended meanwhile, the reader waits until the cancelling has come to its end."""
    watched = Watched()
    one = link(watched, cancels_fetch=False)
    canceller = Thread(target=lambda: watched.begun.wait(5) and one.cancel())
    canceller.start()
    one.execute("SELECT 1")
    assert watched.did == ["cancelling", "executed", "cancelled"]
    canceller.join()


def test_rows_are_not_cancelled_under_their_reader() -> None:
    watched = Watched()
    watched.let_go.set()
    one = link(watched, cancels_fetch=False)
    one.execute("SELECT 1")
    one.cancel()
    assert watched.did == ["executed"]
    proven = link(watched, cancels_fetch=True)
    proven.execute("SELECT 1")
    proven.cancel()
    assert watched.did == ["executed", "executed", "cancelling", "cancelled"]


def test_what_is_being_cancelled_is_not_closed() -> None:
    watched = Watched()
    watched.let_go.set()
    one = link(watched, cancels_fetch=True)
    one.execute("SELECT 1")
    canceller = Thread(target=one.cancel)
    canceller.start()
    while "cancelling" not in watched.did:
        sleep(0.001)
    one.close()
    assert watched.did == ["executed", "cancelling", "cancelled", "closed", "closed"]
    one.cancel()
    assert watched.did[-1] == "closed"
    canceller.join()


async def stop_early(options: Any) -> int:
    """How often a reading was given up, after one row or after a batch, while the next is being fetched."""
    stream = Stream("wide", "SELECT id, pad FROM wide", ("id",))
    connector = open_connector("emr", {**options, "fetch_size": 200}, {"wide": stream}, Clock())
    stopped = 0
    for wanted in (1, 200) * (ROUNDS // 2):
        async with aclosing(connector.read("wide")) as reading:  # type: ignore[type-var]
            read = 0
            async for _ in reading:
                read += 1
                if read == wanted:
                    stopped += 1
                    break
    await connector.aclose()
    return stopped


if __name__ == "__main__":
    import ast

    print(asyncio.run(stop_early(ast.literal_eval(sys.argv[1]))))
