"""Stores with resources in them, searched as the REST interface does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from facade.search import Plan, Setting, extract, parse_search, patient_of, plan_search
from facade.search.extract import PLAIN
from facade.store import Store, Transaction
from facade.store.access import EVERYTHING, Access
from facade.store.index import TABLES, write_rows
from facade.store.serialise import to_json

UPDATED = 1_700_000_000_000_000
"""When the resource with rid 0 would have been changed; each next one a second later."""
_COLUMNS = (
    "rid",
    "type",
    "id",
    "version",
    "updated",
    "deleted",
    "patient",
    "hash",
    "raw_id",
    "mapping",
    "body",
)


def stock(
    store: Store,
    resources: Sequence[dict[str, Any]],
    deleted: Iterable[int] = (),
    setting: Setting = PLAIN,
) -> None:
    """Replace the store's content; rids count from 1, and `deleted` ones have no index rows."""
    gone = set(deleted)

    def work(transaction: Transaction) -> None:
        for table in ("resource", *TABLES):
            transaction.execute(f"DELETE FROM {table}")
        rows = [
            (
                rid,
                resource["resourceType"],
                resource["id"],
                1,
                UPDATED + rid * 1_000_000,
                int(rid in gone),
                patient_of(resource, extract(resource, setting)),
                b"",
                None,
                None,
                b"" if rid in gone else to_json(resource),
            )
            for rid, resource in enumerate(resources, 1)
        ]
        transaction.insert("resource", _COLUMNS, rows)
        indexed = [(rid, extract(r, setting)) for rid, r in enumerate(resources, 1) if rid not in gone]
        write_rows(transaction, indexed)

    store.write_sync(work)


def plan(store: Store, type: str, query: str, access: Access = EVERYTHING, cursor: str | None = None) -> Plan:
    items = [tuple(item.split("=", 1)) for item in query.split("&") if item]
    return plan_search(parse_search(type, items), access, store.dialect, cursor=cursor)  # type: ignore[arg-type]


def id_of(row: Sequence[Any]) -> str:
    """The logical id of a row, a match's or an included one's."""
    return bytes(row[1]).decode().rpartition("/")[2]


def found(store: Store, type: str, query: str, access: Access = EVERYTHING) -> list[str]:
    """The ids of one page."""
    made = plan(store, type, query, access)
    return [id_of(row) for row in store.query(*made.page)][: made.search.count]


def walked(store: Store, type: str, query: str, access: Access = EVERYTHING) -> list[str]:
    """The ids of all pages, following the cursors."""
    ids: list[str] = []
    cursor = None
    while True:
        made = plan(store, type, query, access, cursor)
        rows = store.query(*made.page)
        ids += [id_of(row) for row in rows[: made.search.count]]
        if len(rows) <= made.search.count:
            return ids
        cursor = made.next_cursor(rows[made.search.count - 1])


def total(store: Store, type: str, query: str, access: Access = EVERYTHING) -> int:
    return int(store.query(*plan(store, type, query, access).total)[0][0])
