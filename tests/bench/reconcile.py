"""A reconcile: a store of many rows is compared with a source in which one in a hundred differs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psutil

from tests.bench.report import Figure, at_most, at_most_above, told


def bench_reconcile(connection: str, folder: str, few_mb: float) -> list[Figure]:
    """Changes, adds and deletes rows by SQL; what is written for it, how fast, and the peak of memory.

    A row of this stream makes an Immunization, and mostly a Provenance of it.
    """
    from tests.bench.fill import measure

    changed = _change(connection)
    found = measure("reconcile", connection, folder)
    name = f"reconcile of {found['read']:,} rows"
    return [
        told(f"{name}, {changed:,} of them changed", found["read"] / found["seconds"], "rows/s"),
        at_most(f"{name}: records written", found["records"], "records", changed),
        at_most(f"{name}: resources written, of these records", found["resources"], "resources", 2 * changed),
        at_most(f"{name}: resources written, of other records", found["others"], "resources", 0),
        told(f"{name}: written to disk", found["disk_mb"], "MB"),
        at_most_above(f"peak memory, {name}", found["peak_mb"], "MB", 100, few_mb),
    ]


def _change(connection: str) -> int:
    """One row in a hundred: half of them changed, a fifth deleted, the rest added; gives how many."""
    import pyodbc

    with pyodbc.connect(connection, autocommit=True) as link:
        cursor = link.cursor()
        names = [row.column_name for row in cursor.columns("immunizations") if row.column_name != "id"]
        columns = ", ".join(f"`{name}`" for name in names)
        rows = cursor.execute("SELECT count(*) FROM immunizations").fetchone()[0]
        done = cursor.execute("DELETE FROM immunizations WHERE id % 500 = 1").rowcount
        done += cursor.execute(
            "UPDATE immunizations SET lot_number = CONCAT('R', id) WHERE id % 200 = 0"
        ).rowcount
        more = rows // 100 - done
        done += cursor.execute(
            f"INSERT INTO immunizations ({columns}) SELECT {columns} FROM immunizations LIMIT {more}"
        ).rowcount
        return int(done)


def reconcile(connection: str, folder: Path) -> dict[str, Any]:
    """Sync the folder's store again, and count what that wrote."""
    from facade.store import Store
    from tests.bench.fill import STREAM, fill

    url = f"sqlite:///{(folder / 'store.db').as_posix()}"
    store = Store.open(url)
    started = store.now()
    store.close()
    before = _written()
    found = fill(connection, folder, [STREAM])
    found["disk_mb"] = (_written() - before) / 1e6
    store = Store.open(url)
    sql = "SELECT id FROM raw_record WHERE at>=?"
    touched = {raw_id for (raw_id,) in store.query(sql, (started,))}
    owners = [raw_id for (raw_id,) in store.query("SELECT raw_id FROM resource WHERE updated>=?", (started,))]
    store.close()
    found["records"], found["others"] = len(touched), sum(raw_id not in touched for raw_id in owners)
    found["resources"] = len(owners) - found["others"]
    return found


def _written() -> int:
    """Bytes that this process gave to the disk, where the system tells."""
    try:
        return int(psutil.Process().io_counters().write_bytes)
    except (AttributeError, NotImplementedError):
        return 0
