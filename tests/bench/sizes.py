"""How many bytes each index table takes for a resource, and the index by which its rows are found again.

`python -m tests.bench.sizes [COUNT]`: 20,000 Observations, a third of them with two components.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from facade.flow.local import Changes, draft_resource
from facade.search import Setting
from facade.store import Store, Transaction
from facade.store.index import TABLES
from facade.store.sqlite import PAGE
from tests.bench.search.data import World
from tests.servers import postgres

COUNT = 20_000
AT_ONCE = 2000
LOINC = "http://loinc.org"


def observations(count: int) -> Iterator[dict[str, Any]]:
    """Those of the search benchmark, every third a blood pressure."""
    world = World(count // 4)
    own = (one for one in world.resources() if one["resourceType"] == "Observation")
    for number, one in enumerate(islice(own, count)):
        yield one if number % 3 else {**without_value(one), **pressure(number)}


def without_value(resource: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in resource.items() if not name.startswith("value")}


def pressure(number: int) -> dict[str, Any]:
    parts = [
        {
            "code": {"coding": [{"system": LOINC, "code": code}]},
            "valueQuantity": {
                "value": low + number % 40,
                "unit": "mmHg",
                "system": "http://unitsofmeasure.org",
                "code": "mm[Hg]",
            },
        }
        for code, low in (("8480-6", 100), ("8462-4", 60))
    ]
    return {"code": {"coding": [{"system": LOINC, "code": "85354-9"}]}, "component": parts}


def fill(store: Store, count: int) -> None:
    """As a sync would: so many at once."""
    found = observations(count)
    while part := list(islice(found, AT_ONCE)):

        def work(transaction: Transaction, part: list[dict[str, Any]] = part) -> None:
            changes = Changes(transaction, store.now)
            for resource in part:
                changes.update(draft_resource(resource, Setting.of(store), resource["id"]))
            changes.flush()

        store.write_sync(work)


def sizes_of_sqlite(count: int) -> dict[str, tuple[int, int, int]]:
    """Rows; bytes of each table and of its index on `rid`: the pages that dropping them sets free."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(f"sqlite:///{Path(folder) / 'facade.db'}")
        fill(store, count)
        sizes = {}
        for table in (*TABLES, "resource"):
            rows = store.query(f"SELECT count(*) FROM {table}")[0][0]
            index = store.write_sync(partial(freed, sql=f"DROP INDEX IF EXISTS {table}_rid"))
            sizes[table] = (rows, store.write_sync(partial(freed, sql=f"DROP TABLE {table}")), index)
        store.close()
    return sizes


def freed(transaction: Transaction, sql: str) -> int:
    """The bytes that a statement sets free."""
    before = transaction.execute("PRAGMA freelist_count")[0][0]
    transaction.execute(sql)
    return int((transaction.execute("PRAGMA freelist_count")[0][0] - before) * PAGE)


def sizes_of_postgres(count: int) -> dict[str, tuple[int, int]]:
    """Bytes of each table with its primary key, and of its index on `rid`."""
    with postgres() as server:
        server.create_database("sizes")
        store = Store.open(server.url("sizes"))
        fill(store, count)
        sizes = {}
        for table in (*TABLES, "resource"):
            index = 0
            if table in TABLES:
                index = store.query("SELECT pg_relation_size(?::regclass)", (f"{table}_rid",))[0][0]
            whole = store.query("SELECT pg_total_relation_size(?::regclass)", (table,))[0][0]
            sizes[table] = (whole - index, index)
        store.close()
    return sizes


def main(count: int) -> None:
    """A table of bytes for a resource."""
    shown = Table(
        "table",
        "rows",
        "SQLite",
        "its _rid",
        "PostgreSQL",
        "its _rid",
        title=f"bytes, of {count:,} Observations",
    )
    here, there = sizes_of_sqlite(count), sizes_of_postgres(count)
    for table in here:
        shown.add_row(table, *(f"{size / count:,.1f}" for size in (*here[table], *there[table])))
    Console(width=100).print(shown)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT)
