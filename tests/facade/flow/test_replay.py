"""A corrected mapping takes effect from what is stored, and ends where a fresh fill would."""

from __future__ import annotations

import random
from pathlib import Path

from facade.flow.replay import replay
from facade.flow.sync import sync_source
from facade.store import Store
from tests.facade.flow.scripted import GENDER, PATIENT, Scripted, pack, row
from tests.facade.flow.state import index, resources, state, versions

CHANGED = {
    "codes/gender.csv": GENDER + "X,other\n",
    "resources/patient.yaml": PATIENT.replace("family: $lname", "family: $lname, use: official").replace(
        "fname]", "fname]"
    ),
    "resources/weight.yaml": (
        "resource: Observation\nstream: patient\ndisabled: true\nid: $pid\nmap: { status: final }\n"
    ),
}


def rows(seed: int = 1) -> Scripted:
    chance = random.Random(seed)
    found = [row(n, sex=chance.choice("FMX"), weight=chance.choice([None, "70.10"])) for n in range(50)]
    return Scripted(found)


async def test_unchanged_mappings_change_nothing(store: Store) -> None:
    await sync_source(store, pack(), rows())
    before, counted = state(store), store.query("SELECT * FROM unmapped_code")
    (result,) = await replay(store, pack(), "emr")
    assert (result.kind, result.read, result.changed, result.written, result.error) == (
        "replay",
        50,
        0,
        0,
        None,
    )
    assert state(store) == before
    assert store.query("SELECT * FROM unmapped_code") == counted
    assert store.query("SELECT count(*) FROM resource_version") == [(0,)]


async def test_a_replay_equals_a_fresh_fill(store: Store, tmp_path: Path) -> None:
    source = rows()
    await sync_source(store, pack(), source)
    source.rows.pop()
    await sync_source(store, pack(), source)
    (result,) = await replay(store, pack(**CHANGED), "emr")
    assert result.written > 50
    fresh = Store.open(f"sqlite:///{tmp_path / 'fresh.db'}")
    await sync_source(fresh, pack(**CHANGED), source)
    assert state(store) == state(fresh)
    assert not any(name.startswith("Observation") for name in resources(store))
    assert versions(store, "Patient/1")[-1][0] == 2
    fresh.close()


async def test_a_replay_needs_no_source_and_tells_nothing_of_it(store: Store) -> None:
    await sync_source(store, pack(), rows())
    before = store.query("SELECT last_success, error FROM stream_state")
    await replay(store, pack(**CHANGED), "emr")
    assert store.query("SELECT last_success, error FROM stream_state") == before
    assert store.query("SELECT kind FROM sync_run ORDER BY id") == [("snapshot",), ("replay",)]


async def test_streams_never_synced_are_passed_over(store: Store) -> None:
    assert await replay(store, pack(), "emr") == []


async def test_reindexing_mends_index_rows_without_new_versions(store: Store) -> None:
    await sync_source(store, pack(), rows())
    before = index(store)
    await store.write(lambda transaction: transaction.execute("DELETE FROM index_string WHERE rid<20"))
    await replay(store, pack(), "emr")
    assert index(store) != before
    await replay(store, pack(), "emr", reindex=True)
    assert index(store) == before
    assert store.query("SELECT count(*) FROM resource_version") == [(0,)]


async def test_strange_bodies_replay_as_they_were(store: Store) -> None:
    source = Scripted(
        [row(1, note=2**70), row(2, note=1e308), row(3, note="\ud83d"), row(4, note=[1, {"a": None}])]
    )
    await sync_source(store, pack(), source)
    before = state(store)
    await replay(store, pack(), "emr")
    assert state(store) == before
