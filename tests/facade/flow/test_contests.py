"""Two records that make one resource: the first keeps it, the second waits its turn."""

from __future__ import annotations

import pytest

from connectors.base import Record
from facade.flow.sync import How, sync_source, sync_stream
from facade.store import Store
from tests.facade.flow.scripted import Scripted, pack, row
from tests.facade.flow.state import resources, state

# the logical id is not the key: two rows may well make one patient
SHARED = {
    "streams/patient.sql": "-- key: row\nSELECT row, pid, lname FROM p\n",
    "resources/patient.yaml": (
        "resource: Patient\nstream: patient\nid: $pid\nmap: { name: {family: $lname} }\n"
    ),
    "resources/weight.yaml": "resource: Practitioner\nstream: patient\nid: $row\nmap: { active: 'true' }\n",
}
REASON = "Patient/7 is already made by another record"


def entry(key: str, pid: str, lname: str = "Doe") -> Record:
    return Record("patient", key, {"row": key, "pid": pid, "lname": lname})


def family(store: Store) -> str:
    name: str = resources(store)["Patient/7"]["name"][0]["family"]
    return name


@pytest.mark.parametrize("size", [1, 100])
async def test_the_first_owner_keeps_it_until_it_goes(store: Store, size: int) -> None:
    how = How(batch=size)
    source = Scripted([entry("a", "7", "First"), entry("b", "7", "Second"), entry("c", "7", "Third")])
    result = await sync_stream(store, pack(**SHARED), source, "patient", how)
    assert (result.error, result.quarantined, result.written) == (None, 2, 4)
    assert family(store) == "First"
    assert store.query("SELECT key, mapping, element, reason, wants FROM quarantine ORDER BY key") == [
        ("b", "patient", "id", REASON, "Patient/7"),
        ("c", "patient", "id", REASON, "Patient/7"),
    ]
    source.rows.reverse()
    await sync_stream(store, pack(**SHARED), source, "patient", how)
    assert family(store) == "First"
    source.rows = [entry("b", "7", "Second"), entry("c", "7", "Third")]
    await sync_stream(store, pack(**SHARED), source, "patient", how)
    assert family(store) == "Second"
    assert store.query("SELECT key FROM quarantine") == [("c",)]
    source.rows = [entry("b", "8", "Second"), entry("c", "7", "Third")]
    await sync_stream(store, pack(**SHARED), source, "patient", how)
    assert family(store) == "Third"
    assert store.query("SELECT key FROM quarantine") == []
    assert set(resources(store)) == {"Patient/7", "Patient/8", "Practitioner/b", "Practitioner/c"}


async def test_a_swap_within_one_batch_needs_no_second_look(store: Store) -> None:
    source = Scripted([entry("a", "7", "A"), entry("b", "8", "B")])
    await sync_stream(store, pack(**SHARED), source, "patient")
    source.rows = [entry("a", "8", "A"), entry("b", "7", "B")]
    result = await sync_stream(store, pack(**SHARED), source, "patient")
    assert (result.error, result.quarantined) == (None, 0)
    assert family(store) == "B"


async def test_a_swap_over_two_batches_settles_at_the_end(store: Store) -> None:
    source = Scripted([entry("a", "7", "A"), entry("b", "8", "B")])
    await sync_stream(store, pack(**SHARED), source, "patient")
    source.rows = [entry("a", "8", "A"), entry("b", "7", "B")]
    await sync_stream(store, pack(**SHARED), source, "patient", How(batch=1))
    assert family(store) == "B"
    assert resources(store)["Patient/8"]["name"] == [{"family": "A"}]
    assert store.query("SELECT key FROM quarantine") == []


async def test_a_contest_between_streams_of_a_source(store: Store) -> None:
    files = {
        "streams/other.sql": "-- key: pid\nSELECT pid, lname FROM o\n",
        "resources/other.yaml": (
            "resource: Patient\nstream: other\nid: $pid\nmap: { name: { family: $lname } }\n"
        ),
    }
    of = pack(**files)
    other = Record("other", "1", {"pid": "1", "lname": "Other"})
    source = Scripted([row(1), other])
    await sync_source(store, of, source, streams=["patient", "other"], at_once=1)
    assert resources(store)["Patient/1"]["name"][0]["family"] == "Doe1"
    source.rows = [other]
    await sync_source(store, of, source, streams=["other", "patient"], at_once=1)
    assert resources(store)["Patient/1"]["name"][0]["family"] == "Other"
    assert store.query("SELECT key FROM quarantine") == []


async def test_two_mappings_of_one_record(store: Store) -> None:
    files = {
        "resources/weight.yaml": "resource: Patient\nstream: patient\nid: $pid\nmap: { active: 'true' }\n"
    }
    of = pack(**files)
    await sync_stream(store, of, Scripted([row(1)]), "patient")
    reason = "Patient/1 is already made by mapping patient of this record"
    assert store.query("SELECT mapping, reason, wants FROM quarantine") == [("weight", reason, None)]
    before = state(store)
    await sync_stream(store, of, Scripted([row(1)]), "patient")
    assert state(store) == before
