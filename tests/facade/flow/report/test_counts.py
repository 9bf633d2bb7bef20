"""Counts: exact while counting is cheap; kept, dated and left for others where it is not."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from facade.flow.report import counts as counting
from facade.flow.report.counts import counts
from facade.flow.sync import sync_stream
from facade.store import Store
from tests.facade.flow.scripted import Scripted, pack, row


async def test_a_small_store_is_counted_each_time(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "CHEAP", 3600)
    source = Scripted([row(1), row(2, sex="X")])
    for number in range(2):
        await sync_stream(store, pack(), source, "patient")
        found = counts(store)
        assert found.resources == {"Patient": 1 + number}
        assert (list(found.records.values()), list(found.quarantined.values())) == ([2 + number], [1])
        source.rows.append(row(3))


async def test_a_large_store_keeps_its_count(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "CHEAP", -1)
    source = Scripted([row(1)])
    await sync_stream(store, pack(), source, "patient")
    first = counts(store, wait=True)
    assert first.resources == {"Patient": 1}
    assert counts(store).at > first.at  # nothing was written: as good as new
    source.rows.append(row(2))
    await sync_stream(store, pack(), source, "patient")
    kept = counts(store)
    assert (kept.resources, kept.at < store.clock()) == ({"Patient": 1}, True)
    store.clock.now += timedelta(minutes=2)  # type: ignore[attr-defined]
    counts(store)  # old enough: counted again in the background
    for _ in range(500):
        if counts(store).resources == {"Patient": 2}:
            break
        time.sleep(0.01)
    assert counts(store).resources == {"Patient": 2}


async def test_a_large_store_is_told_by_its_indexes_at_first(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "FEW", 0)
    monkeypatch.setattr(counting, "PART", 2)
    source = Scripted([row(number) for number in range(5)])
    await sync_stream(store, pack(), source, "patient")
    source.rows = source.rows[:4]
    await sync_stream(store, pack(), source, "patient")
    assert counts(store).resources == {"Patient": 5}  # one of them is deleted
    for _ in range(500):
        if counts(store).resources == {"Patient": 4}:
            break
        time.sleep(0.01)
    assert counts(store).resources == {"Patient": 4}
    assert list(counts(store).records.values()) == [4]


async def test_another_process_finds_the_count(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "CHEAP", -1)
    await sync_stream(store, pack(), Scripted([row(1)]), "patient")
    mine = counts(store, wait=True)
    counting._kept.clear()
    monkeypatch.setattr(counting, "_count", None)  # whoever counts now fails
    found = counts(store)
    assert (found.resources, found.records) == (mine.resources, mine.records)
