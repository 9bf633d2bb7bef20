"""Live slices: only what differs is written, and of two reads that met one record the later asked wins."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from connectors.base import Condition, Record, Where
from facade.flow.ingest import Into
from facade.flow.live.pull import SliceTooLarge, delete_lost, ingest_slice, pull_slice, slices_into
from facade.flow.sync import How, SyncResult, sync_stream
from facade.mapping import Pack
from facade.store import Store
from tests.facade.flow.scripted import Scripted, pack, row
from tests.facade.flow.state import resources, state, versions

ALL: Where = ()


class Slicing(Scripted):
    """A source that gives slices; `on_slice` is called when one is asked for."""

    def __init__(self, rows: Sequence[Record] = ()) -> None:
        super().__init__(rows)
        self.asked = 0
        self.on_slice: Callable[[], Any] | None = None

    async def read_slice(self, stream: str, where: Where, limit: int) -> list[Record] | None:
        self.asked += 1
        wanted = {condition.value for condition in where}
        found = [record for record in self.rows if not wanted or record.key in wanted]
        if self.on_slice is not None:
            await self.on_slice()
        return found if len(found) <= limit else None


class Midway(Scripted):
    """A source in whose reads something happens between asking and the first row."""

    def __init__(self, rows: Sequence[Record], then: Callable[[], Any]) -> None:
        super().__init__(rows)
        self._then = then

    async def read(self, stream: str, since: Any = None, where: Any = None) -> AsyncIterator[Record]:
        rows = list(self.rows)
        await self._then()
        for record in rows:
            yield record


async def sync(store: Store, source: Scripted, of: Pack | None = None, **how: Any) -> SyncResult:
    result = await sync_stream(store, of or pack(), source, "patient", How(**how))
    assert result.error is None
    return result


async def into_of(store: Store, of: Pack | None = None) -> Into:
    return await slices_into(store, of or pack(), "emr", "patient")


def family(store: Store, pid: int) -> Any:
    return resources(store)[f"Patient/{pid}"]["name"][0]["family"]


def never(*_: object) -> None:
    raise AssertionError("the store was written to")


def key(pid: int) -> Where:
    return (Condition("pid", "=", str(pid)),)


async def test_an_unchanged_slice_writes_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Slicing([row(1, weight="70.5"), row(2)])
    await sync(store, source)
    into, before = await into_of(store), state(store)
    monkeypatch.setattr(store, "write", never)
    pulled = await pull_slice(into, source, key(1))
    assert [(raw_id,) for raw_id in pulled.met] == store.query("SELECT id FROM raw_record WHERE key='1'")
    assert (pulled.tally.read, pulled.tally.changed) == (1, 0)
    assert state(store) == before


async def test_what_changed_or_came_is_written_and_no_run(store: Store) -> None:
    source = Slicing([row(1), row(2)])
    await sync(store, source)
    source.rows = [row(1, lname="New"), row(2), row(3)]
    pulled = await pull_slice(await into_of(store), source, ALL)
    assert (pulled.tally.read, pulled.tally.changed, len(pulled.met)) == (3, 2, 3)
    assert (family(store, 1), family(store, 3)) == ("New", "Doe3")
    assert versions(store, "Patient/2") == [(1, 0)]
    assert store.query("SELECT count(*) FROM sync_run") == [(1,)]
    other = Scripted(source.rows)
    assert (await sync(store, other)).changed == 0


async def test_a_stream_never_read_can_be_sliced(store: Store) -> None:
    source = Slicing([row(1)])
    assert (await pull_slice(await into_of(store), source, ALL)).tally.written == 1
    assert family(store, 1) == "Doe1"


async def test_slices_of_a_source_that_only_reads(store: Store) -> None:
    into = await into_of(store)
    assert (await pull_slice(into, Scripted([row(1), row(2)]), ALL)).tally.written == 2
    with pytest.raises(SliceTooLarge):
        await pull_slice(into, Scripted([row(1), row(2)]), ALL, limit=1)


async def test_a_slice_too_large_is_said_so_and_leaves_the_store_alone(store: Store) -> None:
    source = Slicing([row(number) for number in range(1_001)])
    with pytest.raises(SliceTooLarge) as raised:
        await pull_slice(await into_of(store), source, ALL, limit=1_000)
    assert str(raised.value) == (
        "source emr, stream patient: more than 1,000 rows lie in this slice, too many to read while someone"
        " waits"
    )
    assert resources(store) == {}


async def test_what_is_lost_is_deleted_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Slicing([row(1, weight="70"), row(2)])
    await sync(store, source)
    into = await into_of(store)
    known = {raw_id for (raw_id,) in store.query("SELECT id FROM raw_record")}
    source.rows = [row(2)]
    pulled = await pull_slice(into, source, ALL)
    assert await delete_lost(into, known - pulled.met, pulled.asked) == 1
    assert list(resources(store)) == ["Patient/2"]
    assert versions(store, "Patient/1") == [(1, 0), (2, 1)]
    monkeypatch.setattr(store, "write", never)
    assert await delete_lost(into, known - pulled.met, pulled.asked) == 0


async def test_what_someone_who_asked_later_met_is_not_lost(store: Store) -> None:
    source = Slicing([row(1)])
    await sync(store, source)
    into, asked = await into_of(store), store.now()
    (raw_id,) = store.query("SELECT id FROM raw_record")[0]
    await ingest_slice(into, [row(1, lname="Back")], store.now())
    assert await delete_lost(into, [raw_id], asked) == 0
    assert family(store, 1) == "Back"


async def test_a_whole_read_leaves_what_a_slice_saw_since_it_began(store: Store) -> None:
    source = Slicing([row(1), row(2), row(3)])
    await sync(store, source)
    into = await into_of(store)
    gone = store.query("SELECT id FROM raw_record WHERE key='3'")[0][0]

    async def meanwhile() -> None:
        source.rows = [row(1, lname="Taken"), row(2), row(4)]
        pulled = await pull_slice(into, source, ALL)
        assert await delete_lost(into, [gone], pulled.asked) == 1

    old = Midway([row(1, lname="Free"), row(2, lname="Also"), row(3, note="x")], meanwhile)
    result = await sync(store, old)
    assert (result.changed, result.deleted) == (0, 0)
    assert (family(store, 1), family(store, 2), family(store, 4)) == ("Taken", "Doe2", "Doe4")
    assert "Patient/3" not in resources(store)
    again = await sync(store, Scripted([row(1, lname="Seen"), row(2)]))
    assert (again.changed, again.deleted) == (1, 1)  # the next whole read is believed
    assert set(resources(store)) == {"Patient/1", "Patient/2"}


async def test_what_a_slice_found_unchanged_during_a_whole_read_stands_too(store: Store) -> None:
    """Booked when the read began, free again before the slice asked: the store said free all the time."""
    await sync(store, Scripted([row(1, lname="Free")]))
    into = await into_of(store)

    async def meanwhile() -> None:
        await pull_slice(into, Slicing([row(1, lname="Free")]), ALL)

    await sync(store, Midway([row(1, lname="Booked")], meanwhile))
    assert family(store, 1) == "Free"


async def test_a_whole_read_overwrites_what_a_slice_saw_before_it_began(store: Store) -> None:
    into = await into_of(store)
    await pull_slice(into, Slicing([row(1, lname="Old"), row(2)]), ALL)
    assert (await sync(store, Scripted([row(1, lname="New")] * 1))).deleted == 1
    assert family(store, 1) == "New" and "Patient/2" not in resources(store)


async def test_an_incremental_read_is_believed_or_a_change_would_be_lost(store: Store) -> None:
    of = pack("incremental")
    await sync(store, Scripted([row(1, cursor="1", changed="1")]), of)
    into = await into_of(store, of)

    async def meanwhile() -> None:
        await pull_slice(into, Slicing([row(1, lname="Between", changed="2")]), ALL)

    await sync(store, Midway([row(1, lname="Last", cursor="3", changed="3")], meanwhile), of)
    assert family(store, 1) == "Last"
    assert store.query("SELECT cursor FROM stream_state") == [("3",)]


async def test_a_replay_does_not_bring_back_what_a_slice_replaced(store: Store) -> None:
    from facade.flow.replay import replay

    source = Slicing([row(1)])
    await sync(store, source)
    into, fetch = await into_of(store), store.fetch

    async def fetch_then_slice(sql: str, params: Sequence[Any] = ()) -> list[Any]:
        rows = await fetch(sql, params)
        if "SELECT key, deleted, body" in sql and rows and source.asked == 0:
            source.rows = [row(1, lname="New")]
            await pull_slice(into, source, ALL)
        return rows

    store.fetch = fetch_then_slice  # type: ignore[method-assign]
    assert [run.error for run in await replay(store, pack(), "emr")] == [None]
    assert source.asked == 1 and family(store, 1) == "New"


@pytest.mark.parametrize("late", [False, True])
async def test_of_two_slices_the_later_asked_stands(store: Store, late: bool) -> None:
    into = await into_of(store)
    first, second = store.now(), store.now()
    slices = [(first, row(1, lname="First")), (second, row(1, lname="Second"))]
    for asked, record in reversed(slices) if late else slices:
        await ingest_slice(into, [record], asked)
    assert family(store, 1) == "Second"


async def test_a_slice_is_asked_again_when_a_sync_wrote_meanwhile(store: Store) -> None:
    """Which of the two saw the later row cannot be told: only asking again can."""
    source = Slicing([row(1, lname="Old")])
    await sync(store, source)
    into = await into_of(store)

    async def meanwhile() -> None:
        source.on_slice = None
        source.rows = [row(1, lname="New")]
        await sync(store, Scripted(source.rows))

    source.rows = [row(1, lname="Middle")]
    source.on_slice = meanwhile
    pulled = await pull_slice(into, source, ALL)
    assert source.asked == 2 and pulled.met and family(store, 1) == "New"


async def test_a_slice_that_cannot_win_in_time_stands_at_last(store: Store) -> None:
    source = Slicing([row(1)])
    into = await into_of(store)
    other = 0

    async def meanwhile() -> None:
        nonlocal other
        other += 1
        await sync(store, Scripted([row(1, lname=f"Sync{other}")]))

    source.rows, source.on_slice = [row(1, lname="Slice")], meanwhile
    await pull_slice(into, source, ALL)
    assert source.asked == 3 and family(store, 1) == "Slice"


async def test_a_clock_set_back_does_not_make_the_future_stand(store: Store) -> None:
    source = Slicing([row(1, lname="Before")])
    into = await into_of(store)
    await pull_slice(into, source, ALL)
    store.clock.now -= timedelta(hours=1)  # type: ignore[attr-defined]
    source.rows = [row(1, lname="After")]
    await pull_slice(into, source, ALL)
    assert source.asked == 2 and family(store, 1) == "After"
    await sync(store, Scripted([row(1, lname="Synced")]))
    store.clock.now -= timedelta(hours=1)  # type: ignore[attr-defined]
    await sync(store, Scripted([row(1, lname="Whole")]))
    assert family(store, 1) == "Whole"
    source.rows = [row(1, lname="Slice")]
    await pull_slice(into, source, ALL)
    assert family(store, 1) == "Slice"


async def test_two_rows_with_one_key_are_told_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Slicing([row(1), row(1, lname="Other")])
    into = await into_of(store)
    first = await pull_slice(into, source, ALL)
    assert (first.tally.written, first.tally.quarantined, len(first.met)) == (1, 1, 1)
    assert store.query("SELECT key, reason FROM quarantine") == [
        ("1", "another row of this stream has the same key")
    ]
    with monkeypatch.context() as patched:
        patched.setattr(store, "write", never)
        assert (await pull_slice(into, source, ALL)).met == first.met
    source.rows = [row(1)]
    await pull_slice(into, source, ALL)
    assert store.query("SELECT count(*) FROM quarantine") == [(0,)]
    assert versions(store, "Patient/1") == [(1, 0)]


async def test_a_row_that_cannot_be_read_keeps_what_is_stored(store: Store) -> None:
    source = Slicing([row(1)])
    await sync(store, source)
    into = await into_of(store)
    source.rows = [Record("patient", "1", {"$error": "the value of dob cannot be read"})]
    pulled = await pull_slice(into, source, ALL)
    assert len(pulled.met) == 1 and pulled.tally.quarantined == 1
    again = await pull_slice(into, source, ALL)
    assert again.met == pulled.met and again.tally.quarantined == 0
    assert family(store, 1) == "Doe1"


async def test_a_row_marked_deleted_is_deleted_and_comes_back(store: Store) -> None:
    source = Slicing([row(1)])
    await sync(store, source)
    into = await into_of(store)
    source.rows = [row(1, deleted=True)]
    assert (await pull_slice(into, source, ALL)).tally.deleted == 1
    assert resources(store) == {}
    source.rows = [row(1)]
    await pull_slice(into, source, ALL)
    assert family(store, 1) == "Doe1"
