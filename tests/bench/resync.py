"""A sync that finds nothing changed: each row read, weighed, compared with what is stored, and left alone.

Each measurement is a process of its own on one core (the database server may use another). The baseline reads
the same rows bare, through the same driver, and hashes their JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench.live import BOOKING, QUERY, RESOURCE, booking_database
from tests.bench.report import Figure, at_least
from tests.servers import mariadb

ROWS = 100_000
RUNS = 5
_PACK = {
    "pack.yaml": "pack: bench\ntitle: Bench\nsite: { timezone: America/New_York }\n"
    "codes: { state: { unmapped: pending } }\n",
    "codes/state.csv": "legacy,code\n@,arrived\nX,cancelled\n<,fulfilled\n~,waitlist\n",
    "streams/booking.sql": f"-- key: no\n{QUERY}\n",
    "resources/appointment.yaml": RESOURCE,
}


def bench_resync() -> list[Figure]:
    """Rows per second of re-syncs of an SQLite file and of MariaDB through ODBC."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "legacy.db"
        _sqlite_file(path)
        figures = [_figure("SQLite file", f"sqlite:///{path.as_posix()}", name)]
    with mariadb() as server, tempfile.TemporaryDirectory() as name:
        figures.append(_figure("MariaDB through ODBC", booking_database(server, ROWS), name))
    return figures


def _figure(what: str, source: str, folder: str) -> Figure:
    command = [sys.executable, "-m", "tests.bench.resync", folder]
    done = subprocess.run(command, input=source, text=True, stdout=subprocess.PIPE, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return at_least(f"re-sync, nothing changed, {what}", found["ours"], "rows/s", 60_000, found["bare"])


def _sqlite_file(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute(BOOKING)
        database.executemany(
            f"INSERT INTO booking VALUES ({','.join('?' * 12)})",
            (
                (
                    *(n, n % 5000, n % 40),
                    f"2026-{n % 12 + 1:02}-{n % 28 + 1:02} {n % 9 + 8:02}:00:00",
                    *(15, "@X<~"[n % 4], "Office visit", None if n % 3 else "Follow-up", "R1", n),
                    *("2025-12-01 10:00:00", "2025-12-01 10:00:00"),
                )
                for n in range(1, ROWS + 1)
            ),
        )


async def _ours(source: str, folder: Path) -> float:
    from connectors.odbc import open_connector
    from facade.flow.sync import sync_stream
    from facade.mapping import parse_pack
    from facade.packs import PackFiles
    from facade.store import Store

    pack = parse_pack(PackFiles("bench", folder, (_PACK,)))
    options = {"url" if source.startswith("sqlite:") else "connection": source}
    connector = open_connector("emr", options, pack.streams, lambda: datetime.now(UTC))
    store = Store.open(f"sqlite:///{(folder / 'store.db').as_posix()}")
    rates = []
    try:
        for _ in range(RUNS + 2):  # the first fills, the second warms up
            started = time.perf_counter()
            result = await sync_stream(store, pack, connector, "booking")
            if result.error or result.read != ROWS or result.quarantined:
                raise RuntimeError(str(result))
            rates.append(result.read / (time.perf_counter() - started))
        if result.changed:
            raise RuntimeError("something was written")
    finally:
        await connector.aclose()
        store.close()
    return statistics.median(rates[2:])


def _bare(source: str) -> float:
    connect = _sqlite if source.startswith("sqlite:") else _odbc

    def once() -> float:
        started, read = time.perf_counter(), 0
        cursor = connect(source).cursor()
        cursor.execute(QUERY)
        names = [column[0] for column in cursor.description]
        while rows := cursor.fetchmany(2_000):
            for row in rows:
                body = json.dumps(dict(zip(names, row, strict=True)), default=str, sort_keys=True)
                hashlib.blake2b(body.encode(), digest_size=16).digest()
            read += len(rows)
        return read / (time.perf_counter() - started)

    return statistics.median(once() for _ in range(3))


def _sqlite(source: str) -> Any:
    return sqlite3.connect(source.removeprefix("sqlite:///"))


def _odbc(source: str) -> Any:
    import pyodbc

    return pyodbc.connect(source, autocommit=True)


def _child() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    folder, source = parser.parse_args().folder, sys.stdin.read()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    found = {"ours": asyncio.run(_ours(source, folder)), "bare": _bare(source)}
    print(json.dumps(found))


if __name__ == "__main__":
    _child()
