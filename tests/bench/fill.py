"""The fill: rows of the real OpenEMR schema in MariaDB, through ODBC, to durable resources in the store.

Each measurement is a process of its own on one core (the database server may use another). The baseline does
in the same run what a script would: bare pyodbc, and one `executemany` of the rows as JSON bodies.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from connectors.base import Record
from tests.bench.reconcile import bench_reconcile, reconcile
from tests.bench.report import Figure, at_least, at_most_above
from tests.bench.startup import bench_startup
from tests.generators.openemr import openemr_database
from tests.paths import SHARED
from tests.servers import mariadb

PATIENTS = 2_000
FEW, MANY = 20_000, 1_000_000
STREAM = "immunization"
_SEED = 1
_TODAY = date(2026, 1, 5)


def bench_fill(runs: int = 3) -> list[Figure]:
    """Resources per second of all streams, and the memory that a long fill takes."""
    if not SHARED.is_dir():
        print("fill: left out, the OpenEMR schema is not beside the repository", file=sys.stderr)
        return []
    with mariadb() as server:
        connection = openemr_database(server, PATIENTS, seed=_SEED, today=_TODAY, examples=True)
        ours, bare = [], []
        for _ in range(runs):
            ours.append(_measure("fill", connection))
            bare.append(_measure("bare", connection))
        written = statistics.median(run["written"] / run["seconds"] for run in ours)
        rows = statistics.median(run["read"] / run["seconds"] for run in bare)
        return [
            at_least("fill, OpenEMR in MariaDB to durable resources", written, "resources/s", 5_000, rows),
            *_large(connection),
        ]


def _large(connection: str) -> list[Figure]:
    """A store of many rows of one stream: filled, reconciled, and served, with its peaks of memory."""
    _multiply(connection, MANY)
    few = _measure("memory", connection, FEW)["peak_mb"]
    with tempfile.TemporaryDirectory() as folder:
        many = measure("memory", connection, folder, MANY)["peak_mb"]
        return [
            at_most_above(f"peak memory, {MANY:,} rows against {FEW:,}", many, "MB", 100, few),
            *bench_reconcile(connection, folder, few),
            bench_startup(connection, folder),
        ]


def _multiply(connection: str, rows: int) -> None:
    """As many immunizations as asked, copied inside the database."""
    import pyodbc

    with pyodbc.connect(connection, autocommit=True) as link:
        cursor = link.cursor()
        names = [row.column_name for row in cursor.columns("immunizations") if row.column_name != "id"]
        columns = ", ".join(f"`{name}`" for name in names)
        cursor.execute("SELECT count(*) FROM immunizations")
        have = cursor.fetchone()[0]
        while have < rows:
            take = min(have, rows - have)
            cursor.execute(
                f"INSERT INTO immunizations ({columns}) SELECT {columns} FROM immunizations LIMIT {take}"
            )
            have += take


def _measure(what: str, connection: str, rows: int = 0) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        return measure(what, connection, folder, rows)


def measure(what: str, connection: str, folder: str, rows: int = 0) -> dict[str, Any]:
    """One measurement in a process of its own, whose store stays in the folder."""
    command = [sys.executable, "-m", "tests.bench.fill", what, folder, "--rows", str(rows)]
    done = subprocess.run(command, input=connection, text=True, stdout=subprocess.PIPE, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def fill(connection: str, folder: Path, streams: list[str] | None, rows: int = 0) -> dict[str, Any]:
    """Sync into the folder's store, the first `rows` of a stream or (0) all."""
    from connectors.odbc import open_connector
    from facade.flow.sync import sync_source
    from facade.mapping import parse_pack
    from facade.packs import read_pack
    from facade.store import Store

    pack = parse_pack(read_pack("openemr"))
    store = Store.open(f"sqlite:///{(folder / 'store.db').as_posix()}")
    options = {"connection": connection, "rows_per_second": 0}
    connector = open_connector("emr", options, pack.streams, lambda: datetime.now(UTC))
    if rows:
        whole = connector.read_batches

        async def first(stream: str, since: Any = None, where: Any = None) -> AsyncIterator[list[Record]]:
            count = 0
            async with aclosing(whole(stream, since, where)) as batches:
                async for batch in batches:
                    yield batch[: rows - count]
                    count += len(batch)
                    if count >= rows:
                        return

        connector.read_batches = first

    async def run() -> list[Any]:
        try:
            return await sync_source(store, pack, connector, streams=streams)
        finally:
            await connector.aclose()

    started = time.perf_counter()
    results = asyncio.run(run())
    seconds = time.perf_counter() - started
    store.close()
    errors = [f"{result.stream}: {result.error}" for result in results if result.error]
    if errors:
        raise RuntimeError("; ".join(errors))
    written, read = sum(result.written for result in results), sum(result.read for result in results)
    return {"written": written, "read": read, "seconds": seconds}


def _bare(connection: str, folder: Path) -> dict[str, Any]:
    import pyodbc

    from facade.mapping import parse_pack
    from facade.packs import read_pack

    pack = parse_pack(read_pack("openemr"))
    read = 0
    started = time.perf_counter()
    store = sqlite3.connect(folder / "bare.db")
    store.execute("PRAGMA journal_mode=WAL")
    store.execute("PRAGMA synchronous=FULL")
    store.execute("CREATE TABLE body (json TEXT)")
    with pyodbc.connect(connection, autocommit=True) as link:
        for stream in pack.streams.values():
            cursor = link.cursor()
            cursor.execute(stream.query)
            names = [column[0] for column in cursor.description]
            while batch := cursor.fetchmany(2_000):
                bodies = [(json.dumps(dict(zip(names, row, strict=True)), default=str),) for row in batch]
                with store:
                    store.executemany("INSERT INTO body VALUES (?)", bodies)
                read += len(batch)
    store.close()
    return {"read": read, "seconds": time.perf_counter() - started}


def _child() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["fill", "bare", "memory", "reconcile"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=0)
    given = parser.parse_args()
    connection = sys.stdin.read()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    if given.what == "bare":
        found = _bare(connection, given.folder)
    elif given.what == "reconcile":
        found = reconcile(connection, given.folder)
    else:
        found = fill(connection, given.folder, [STREAM] if given.what == "memory" else None, given.rows)
    found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(found))


if __name__ == "__main__":
    _child()
