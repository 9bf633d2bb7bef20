"""One resource read: as it is, as it was, and only within the caller's reach."""

from __future__ import annotations

from facade.store import Store, Transaction
from facade.store.access import EVERYTHING, Access
from facade.store.resources import list_versions, read_current, read_version

COLUMNS = ("rid", "type", "id", "version", "updated", "deleted", "patient", "hash", "body")


def stock(transaction: Transaction) -> None:
    rows = [
        (1, "Patient", "a", 2, 20, 0, "a", b"h", b"two"),
        (2, "Observation", "o", 1, 10, 0, "a", b"h", b"seen"),
        (3, "Patient", "b", 2, 30, 1, "b", b"", b""),
    ]
    transaction.insert("resource", COLUMNS, rows)
    columns = ("rid", "version", "type", "updated", "deleted", "patient", "body")
    former = [(1, 1, "Patient", 10, 0, "a", b"one"), (3, 1, "Patient", 10, 0, "b", b"was")]
    transaction.insert("resource_version", columns, former)


async def test_reads(store: Store) -> None:
    await store.write(stock)
    assert await read_current(store, "Patient", "a", EVERYTHING) == (1, "Patient", "a", 2, 20, 0, b"two")
    assert await read_current(store, "Patient", "nobody", EVERYTHING) is None
    gone = await read_current(store, "Patient", "b", EVERYTHING)
    assert gone is not None
    assert (gone.deleted, gone.body) == (1, b"")
    former = await read_version(store, "Patient", "a", 1, EVERYTHING)
    assert former is not None
    assert former.body == b"one"
    assert await read_version(store, "Patient", "a", 3, EVERYTHING) is None
    assert [v.version for v in await list_versions(store, "Patient", "b", EVERYTHING)] == [2, 1]


async def test_what_is_out_of_reach_is_not_there(store: Store) -> None:
    await store.write(stock)
    only_b = Access(frozenset({"b"}))
    assert await read_current(store, "Observation", "o", only_b) is None
    assert await read_version(store, "Patient", "a", 1, only_b) is None
    assert await list_versions(store, "Patient", "a", only_b) == []
    assert await read_current(store, "Patient", "b", only_b) is not None
    assert await read_current(store, "Patient", "b", Access(frozenset())) is None
