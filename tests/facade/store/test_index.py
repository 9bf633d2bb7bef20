"""Index rows: once each, systems interned, gone with their resource."""

from __future__ import annotations

import pytest

from facade.store import Store
from facade.store.index import LONGEST, IndexRows, delete_rows, write_rows

ROWS = IndexRows(
    tokens=[(1, "m", "urn:s"), (1, "m", "urn:s"), (2, "x", "")],
    strings=[(3, "doe", "Doe"), (3, "doe", "DOE"), (3, "y" * 9000, "Y" * 9000)],
    dates=[(4, -(2**63), 2**63 - 1)],
    references=[(5, "Patient/1")],
)


async def test_rows_are_written_once_and_deleted(store: Store) -> None:
    await store.write(lambda transaction: write_rows(transaction, [(7, ROWS), (8, ROWS)]))
    uri = "SELECT id FROM system_uri WHERE uri='urn:s'"
    tokens = f"SELECT param, code, rid FROM index_token WHERE system=({uri}) ORDER BY rid"
    assert store.query(tokens) == [(1, "m", 7), (1, "m", 8)]
    assert store.query("SELECT param FROM index_token WHERE system=0 AND rid=7") == [(2,)]
    strings = "SELECT exact FROM index_string WHERE rid=7 AND value='doe' ORDER BY exact"
    assert store.query(strings) == [("DOE",), ("Doe",)]
    assert store.query("SELECT max(length(value)) FROM index_string") == [(LONGEST,)]
    assert store.query("SELECT low, high FROM index_date WHERE rid=8") == [(-(2**63), 2**63 - 1)]
    await store.write(lambda transaction: delete_rows(transaction, [7]))
    for table in ("index_token", "index_string", "index_date", "index_reference"):
        assert {rid for (rid,) in store.query(f"SELECT rid FROM {table}")} == {8}


async def test_a_system_interned_in_vain_is_forgotten(store: Store) -> None:
    def work(transaction: object) -> None:
        write_rows(transaction, [(7, ROWS)])  # type: ignore[arg-type]
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await store.write(work)
    assert store.systems == {}
    await store.write(lambda transaction: write_rows(transaction, [(7, ROWS)]))
    assert store.query("SELECT uri FROM system_uri") == [("urn:s",)]
    assert list(store.systems) == ["urn:s"]
