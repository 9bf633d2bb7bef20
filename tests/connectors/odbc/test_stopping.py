"""Readings that are given up early, again and again: a driver that is asked wrongly kills the process."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import aclosing
from typing import Any

from connectors.base import Stream
from connectors.odbc import open_connector
from tests.connectors.odbc.conftest import Clock, Database
from tests.paths import REPO

ROUNDS = 60


def test_stopped_again_and_again(database: Database) -> None:
    """In a process of its own, which must live to the end."""
    rows = ",".join(f"({number}, '{'x' * 900}')" for number in range(5000))
    database.run(
        f"CREATE TABLE wide (id INTEGER PRIMARY KEY, pad VARCHAR(1000)); INSERT INTO wide VALUES {rows}"
    )
    command = [sys.executable, "-m", "tests.connectors.odbc.test_stopping", repr(dict(database.options))]
    done = subprocess.run(command, capture_output=True, text=True, cwd=REPO, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{ROUNDS}\n", "")


async def stop_early(options: Any) -> int:
    """How often a reading was given up, after one row or after a batch, while the next is being fetched."""
    stream = Stream("wide", "SELECT id, pad FROM wide", ("id",))
    connector = open_connector("emr", {**options, "fetch_size": 200}, {"wide": stream}, Clock())
    stopped = 0
    for wanted in (1, 200, 199) * (ROUNDS // 3):
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
