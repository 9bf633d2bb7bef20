"""The disk fills up during a sync: one clear message, and nothing half-written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from facade.flow.sync import How, sync_stream
from facade.store import Store
from facade.store import sqlite as dialect
from tests.facade.flow.state import state
from tests.flows.histories import Lively, lively_pack

PACK = lively_pack()


async def test_a_disk_that_fills_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connect, opened = dialect.connect_writer, []

    def remembered(path: Path, key: str) -> Any:
        opened.append(connect(path, key))
        return opened[-1]

    monkeypatch.setattr(dialect, "connect_writer", remembered)
    store = Store.open(f"sqlite:///{tmp_path / 'a.db'}")
    source, how = Lively(1, 0), How(batch=10)
    await store.write(lambda _: None)
    (pages,) = opened[-1].execute("PRAGMA page_count").fetchone()
    failures = 0
    for room in range(0, 400):
        opened[-1].execute(f"PRAGMA max_page_count={pages + room}").fetchall()
        result = await sync_stream(store, PACK, source, "person", how)
        left = state(store)
        made = {(type, key) for type, _, _, _, _, key in left["owners"]}
        assert {key for type, key in made if type == "Observation"} <= {raw[2] for raw in left["raw"]}
        if result.error is None:
            break
        assert result.error == "the disk that holds the store is full: nothing was stored; free some space"
        failures += 1
    assert failures > 3
    fresh = Store.open(f"sqlite:///{tmp_path / 'b.db'}")
    await sync_stream(fresh, PACK, source, "person")
    assert state(store) == state(fresh)
    store.close()
    fresh.close()
