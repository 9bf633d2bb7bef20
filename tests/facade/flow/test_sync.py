"""Streams synced: what changed is written once, what vanished is deleted, what fails blocks nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from connectors.base import Record
from connectors.errors import Unreachable
from facade.errors import Unavailable
from facade.flow.ingest import Into, ingest
from facade.flow.runs import State
from facade.flow.sync import How, SyncResult, sync_source, sync_stream
from facade.flow.vanished import Guard
from facade.mapping import Pack
from facade.store import Store
from tests.facade.flow.scripted import Scripted, pack, row
from tests.facade.flow.state import index, resources, state, versions


async def run(store: Store, source: Scripted, of: Pack | None = None, **how: Any) -> SyncResult:
    return await sync_stream(store, of or pack(), source, "patient", How(**how))


def counts(result: SyncResult) -> tuple[int, ...]:
    return result.read, result.changed, result.deleted, result.written, result.quarantined


async def test_a_first_sync_fills_and_a_second_writes_nothing(store: Store) -> None:
    source = Scripted([row(1, weight="70.50"), row(2)])
    assert counts(await run(store, source)) == (2, 2, 0, 3, 0)
    assert resources(store)["Observation/weight-1"]["valueQuantity"]["value"].as_tuple().digits == (
        7,
        0,
        5,
        0,
    )
    assert resources(store)["Patient/2"]["name"] == [{"family": "Doe2", "given": ["Jane"]}]
    before, found = state(store), index(store)
    assert ("index_string" in {name for name, *_ in found}) and (
        "index_reference" in {name for name, *_ in found}
    )
    assert counts(await run(store, source)) == (2, 0, 0, 0, 0)
    assert state(store) == before
    assert versions(store, "Patient/1") == [(1, 0)]


async def test_body_tells_the_version_and_time_that_the_columns_hold(store: Store) -> None:
    source = Scripted([row(1)])
    await run(store, source)
    source.rows = [row(1, lname="New")]
    await run(store, source)
    ((version, updated, body),) = store.query("SELECT version, updated, body FROM resource")
    from facade.store.serialise import from_json, instant

    assert from_json(bytes(body))["meta"] == {"versionId": str(version), "lastUpdated": instant(updated)}
    assert version == 2


async def test_a_change_makes_a_version_and_replaces_index_rows(store: Store) -> None:
    source = Scripted([row(1, lname="Old", doctor="7"), row(2)])
    await run(store, source)
    source.rows[0] = row(1, lname="New", doctor="8")
    assert counts(await run(store, source)) == (2, 1, 0, 1, 0)
    assert versions(store, "Patient/1") == [(1, 0), (2, 0)]
    text = str(sorted(map(str, index(store))))
    assert "new" in text and "Practitioner/8" in text
    assert "old" not in text and "Practitioner/7" not in text
    assert b"Old" in bytes(store.query("SELECT body FROM resource_version")[0][0])


async def test_a_change_that_fhir_does_not_show_makes_no_version(store: Store) -> None:
    source = Scripted([row(1, note="a")])
    await run(store, source)
    source.rows = [row(1, note="b")]
    assert counts(await run(store, source)) == (1, 1, 0, 0, 0)
    assert versions(store, "Patient/1") == [(1, 0)]


async def test_what_a_record_no_longer_makes_is_deleted(store: Store) -> None:
    source = Scripted([row(1, weight="70")])
    await run(store, source)
    source.rows = [row(1, weight=None)]
    assert counts(await run(store, source)) == (1, 1, 0, 1, 0)
    assert list(resources(store)) == ["Patient/1"]
    assert versions(store, "Observation/weight-1") == [(1, 0), (2, 1)]
    assert {row[1:3] for row in index(store)} == {("Patient", "1")}
    source.rows = [row(1, weight="71")]
    await run(store, source)
    assert versions(store, "Observation/weight-1") == [(1, 0), (2, 1), (3, 0)]


async def test_what_vanished_is_deleted_and_may_come_back(store: Store) -> None:
    source = Scripted([row(number) for number in range(5)])
    await run(store, source)
    gone = source.rows.pop(2)
    assert counts(await run(store, source)) == (4, 0, 1, 1, 0)
    assert "Patient/2" not in resources(store)
    assert resources(store, deleted=True)["Patient/2"] == {}
    assert counts(await run(store, source)) == (4, 0, 0, 0, 0)
    source.rows.append(gone)
    assert counts(await run(store, source)) == (5, 1, 0, 1, 0)
    assert versions(store, "Patient/2") == [(1, 0), (2, 1), (3, 0)]


async def test_the_guard_deletes_nothing_until_told(store: Store) -> None:
    source = Scripted([row(number) for number in range(100)])
    await run(store, source)
    source.rows = [*source.rows[:79], row(200)]
    result = await run(store, source)
    assert result.error == (
        "guard: 21 of 101 known rows vanished from the source at once, so nothing was deleted: look at the"
        " source; if they are really gone, sync it with --accept-deletes"
    )
    assert (result.changed, result.deleted) == (1, 0)
    assert len(resources(store)) == 101
    assert store.query("SELECT error FROM stream_state") == [(result.error,)]
    result = await run(store, source, accept_deletes=True)
    assert (result.error, result.deleted) == (None, 21)
    assert len(resources(store)) == 80
    assert store.query("SELECT error FROM stream_state") == [(None,)]


async def test_the_guard_lets_small_losses_pass(store: Store) -> None:
    source = Scripted([row(number) for number in range(30)])
    await run(store, source)
    source.rows = source.rows[:10]
    assert (await run(store, source)).deleted == 20
    source.rows = []
    assert (await run(store, source, guard=Guard(rows=5))).error is not None


async def test_what_another_process_wrote_meanwhile_is_not_deleted(store: Store) -> None:
    """Our read began before that row was there: that we did not meet it says nothing."""
    source = Scripted([row(1), row(2)])
    await run(store, source)
    source.rows = [row(1)]

    async def other_process() -> None:
        into = Into(store, pack(), State("emr", "patient", 1, None))

        async def late() -> Any:
            yield row(3)

        await ingest(into, late())

    class Meeting(Scripted):
        async def read(self, stream: str, since: Any = None, where: Any = None) -> Any:
            async for record in super().read(stream, since, where):
                yield record
            await other_process()

    assert (await run(store, Meeting([row(1)]))).deleted == 1
    assert sorted(resources(store)) == ["Patient/1", "Patient/3"]


async def test_a_source_that_fails_midway_keeps_what_came_and_deletes_nothing(store: Store) -> None:
    source = Scripted([row(number) for number in range(10)])
    await run(store, source)
    source.rows = [row(number, lname="New") for number in range(10)]
    source.fail_after = (4, Unreachable("the database at emr hung up: it is tried again"))
    result = await run(store, source, batch=3)
    assert result.error == "the database at emr hung up: it is tried again"
    assert counts(result) == (4, 4, 0, 4, 0)
    assert len(resources(store)) == 10
    assert store.query("SELECT error FROM sync_run ORDER BY id DESC LIMIT 1") == [(result.error,)]
    source.fail_after = None
    assert counts(await run(store, source)) == (10, 6, 0, 6, 0)


async def test_an_unforeseen_error_tells_no_data(store: Store) -> None:
    source = Scripted([row(1)])
    source.fail_after = (0, KeyError("Jane Doe"))
    assert (await run(store, source)).error == "unforeseen KeyError"


async def test_a_deleted_record_takes_its_resources_along(store: Store) -> None:
    source = Scripted([row(1, weight="70"), row(2), row(3, deleted=True)])
    assert counts(await run(store, source)) == (3, 2, 0, 3, 0)
    source.rows[0] = row(1, weight="70", deleted=True)
    assert counts(await run(store, source)) == (3, 1, 1, 2, 0)
    assert list(resources(store)) == ["Patient/2"]
    assert counts(await run(store, source)) == (3, 0, 0, 0, 0)
    source.rows[0] = row(1, weight="70")
    assert counts(await run(store, source)) == (3, 1, 0, 2, 0)


async def test_incremental_reads_from_its_cursor_and_full_finds_the_rest(store: Store) -> None:
    of = pack("incremental")
    source = Scripted([row(number, cursor=f"{number:02}") for number in range(6)])
    assert counts(await run(store, source, of)) == (6, 6, 0, 6, 0)
    source.rows.append(row(6, cursor="06"))
    del source.rows[0]
    source.rows[0] = row(1, lname="Late", cursor="01")
    result = await run(store, source, of)
    assert source.reads == [None, "05"]
    assert (result.kind, *counts(result)) == ("incremental", 2, 1, 0, 1, 0)
    result = await run(store, source, of, full=True)
    assert (result.kind, *counts(result)) == ("full", 6, 1, 1, 2, 0)
    assert store.query("SELECT cursor FROM stream_state") == [("06",)]
    assert sorted(resources(store)) == [f"Patient/{number}" for number in range(1, 7)]


async def test_a_cursor_never_overtakes_its_records(store: Store) -> None:
    """Whichever writing fails, all records up to the cursor are there, and the next sync brings the rest."""
    of = pack("incremental")
    write, calls = store.write, iter(range(0))

    async def failing(work: Any) -> Any:
        if next(calls, None) == 0:
            raise Unavailable("the store is out of order")
        return await write(work)

    store.write = failing  # type: ignore[method-assign]
    for number in range(1, 7):
        name = f"emr{number}"
        source = Scripted([row(f"{number}-{n}", cursor=f"{n:02}") for n in range(9)], name)
        calls = iter(range(number, -1, -1))
        result = await run(store, source, of, batch=2)
        assert result.error == "the store is out of order" or number > 5
        ((cursor,),) = store.query("SELECT cursor FROM stream_state WHERE source=?", (name,)) or ((None,),)
        there = len([key for key in resources(store) if key.startswith(f"Patient/{number}-")])
        assert there == (0 if cursor is None else int(cursor) + 1)
        assert (await run(store, source, of, batch=2)).error is None
        assert len([key for key in resources(store) if key.startswith(f"Patient/{number}-")]) == 9


async def test_later_wins_in_one_incremental_read(store: Store) -> None:
    of = pack("incremental")
    rows = [
        row(1, lname="A", cursor="1"),
        row(2, cursor="1"),
        row(1, lname="B", cursor="2"),
        row(1, lname="A", cursor="3"),
    ]
    for size in (1, 2, 1, 100):
        source = Scripted([*rows, row(3, lname=str(size), cursor="4")])
        result = await run(store, source, of, batch=size, full=True)
        assert result.error is None
        assert resources(store)["Patient/1"]["name"][0]["family"] == "A"
        assert store.query("SELECT count(*) FROM quarantine") == [(0,)]


async def test_two_rows_with_one_key_in_a_snapshot(store: Store) -> None:
    for size in (100, 1, 2):
        source = Scripted([row(1, lname="First"), row(2), row(1, lname="Second"), row(2)])
        result = await run(store, source, batch=size)
        assert (result.error, result.quarantined) == (None, 1)
        assert resources(store)["Patient/1"]["name"][0]["family"] == "First"
        reason = "another row of this stream has the same key"
        assert store.query("SELECT key, mapping, reason FROM quarantine") == [("1", "", reason)]
        assert versions(store, "Patient/1") == [(1, 0)]
    source = Scripted([row(1, lname="First"), row(2)])
    await run(store, source)
    assert store.query("SELECT count(*) FROM quarantine") == [(0,)]


@pytest.mark.parametrize(
    ("bad", "key", "reason"),
    [
        (Record("patient", "?ab12", {"pid": None}), "?ab12", "row has no key"),
        (Record("patient", "", {"pid": None}), "", "row has no key"),
        (Record("patient", "2", {"$error": "column dob is not a date"}), "2", "column dob is not a date"),
        (Record("patient", "2\0", {"pid": "2"}), "2\0", "the key of the row holds a NUL character"),
    ],
)
async def test_what_is_no_record_is_quarantined_and_blocks_nothing(
    store: Store, bad: Record, key: str, reason: str
) -> None:
    source = Scripted([row(1), bad, row(3)])
    assert counts(await run(store, source)) == (3, 2, 0, 2, 1)
    assert store.query("SELECT key, mapping, reason FROM quarantine") == [(key.replace("\0", ""), "", reason)]
    source.rows[1] = row(2)
    assert counts(await run(store, source)) == (3, 1, 0, 1, 0)
    assert store.query("SELECT count(*) FROM quarantine") == [(0,)]


async def test_a_record_that_cannot_be_read_today_keeps_its_resource(store: Store) -> None:
    source = Scripted([row(1), row(2)])
    await run(store, source)
    good, source.rows[0] = source.rows[0], Record("patient", "1", {"$error": "cut off"})
    assert counts(await run(store, source)) == (2, 0, 0, 0, 1)
    assert len(resources(store)) == 2
    source.rows[0] = good
    await run(store, source)
    assert store.query("SELECT count(*) FROM quarantine") == [(0,)]


async def test_a_mapping_that_fails_is_quarantined_alone(store: Store) -> None:
    source = Scripted([row(1, sex="X", weight="70"), row(2)])
    assert counts(await run(store, source)) == (2, 2, 0, 2, 1)
    ((key, mapping, element, body),) = store.query("SELECT key, mapping, element, body FROM quarantine")
    assert (key, mapping, element) == ("1", "patient", "gender")
    assert b"Doe1" in bytes(body)
    assert sorted(resources(store)) == ["Observation/weight-1", "Patient/2"]
    assert store.query("SELECT concept_map, value, count FROM unmapped_code") == [("gender", "X", 1)]
    source.rows[0] = row(1, sex="M", weight="70")
    assert counts(await run(store, source)) == (2, 1, 0, 1, 0)
    assert store.query("SELECT count(*) FROM quarantine") == [(0,)]


async def test_what_is_not_fhir_is_quarantined_with_element_and_reason(store: Store) -> None:
    mapping = "resource: Observation\nstream: patient\nid: $pid\nmap: { status: $note, code: { text: w } }\n"
    files = {"resources/weight.yaml": mapping}
    result = await run(store, Scripted([row(1, note="no such")]), pack(**files))
    assert counts(result) == (1, 1, 0, 1, 1)
    ((mapping, element, reason),) = store.query("SELECT mapping, element, reason FROM quarantine")
    assert mapping == "weight"
    assert element and "status" in element
    assert reason


async def test_strange_text_is_stored_as_said(store: Store) -> None:
    rows = [row(1, lname="nul\0nul"), row(2, lname="half \ud83d"), row(3, note=2**70), row(4)]
    result = await run(store, Scripted(rows))
    assert result.error is None
    assert result.changed == 4
    assert (await run(store, Scripted(rows))).changed == 0
    assert "Patient/4" in resources(store)


async def test_one_failing_stream_does_not_stop_the_others(store: Store) -> None:
    other = {
        "streams/other.sql": "-- key: pid\nSELECT pid, lname FROM o\n",
        "resources/other.yaml": "resource: Practitioner\nstream: other\nid: $pid\nmap: { active: 'true' }\n",
    }

    class Half(Scripted):
        async def read(self, stream: str, since: Any = None, where: Any = None) -> Any:
            if stream == "patient":
                raise Unreachable("patient is not there")
            async for record in super().read(stream, since, where):
                yield record

    source = Half([Record("other", "9", {"pid": "9", "lname": "Who"})])
    told: list[tuple[str, int, int]] = []
    results = await sync_source(
        store,
        pack(**other),
        source,
        progress=lambda stream, read, changed, rate: told.append((stream, read, changed)),
    )
    assert {result.stream: result.error for result in results} == {
        "patient": "patient is not there",
        "other": None,
    }
    assert list(resources(store)) == ["Practitioner/9"]
    assert told == [("other", 1, 1)]


async def test_a_stream_is_not_synced_twice_at_once(store: Store) -> None:
    source = Scripted([row(number) for number in range(20)])
    results = await asyncio.gather(*(run(store, source) for _ in range(3)))
    assert [result.error for result in results].count("this stream is being synced already") == 2
    assert len(resources(store)) == 20


async def test_a_sync_that_is_cancelled_says_so(store: Store) -> None:
    class Slow(Scripted):
        async def read(self, stream: str, since: Any = None, where: Any = None) -> Any:
            async for record in super().read(stream, since, where):
                yield record
            await asyncio.sleep(60)

    task = asyncio.ensure_future(run(store, Slow([row(1), row(2)]), batch=1))
    while len(resources(store)) < 1:
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert store.query("SELECT error FROM sync_run") == [("stopped before its end",)]
    assert (await run(store, Scripted([row(1), row(2)]))).error is None


async def test_an_interrupted_run_is_closed_by_the_next(store: Store) -> None:
    await run(store, Scripted([row(1)]))
    await store.write(lambda transaction: transaction.execute("UPDATE sync_run SET ended=NULL"))
    await run(store, Scripted([row(1)]))
    assert store.query("SELECT error FROM sync_run ORDER BY id") == [("interrupted",), (None,)]
