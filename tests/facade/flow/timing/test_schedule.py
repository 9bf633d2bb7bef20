"""Streams kept fresh: at their intervals, never twice at once, by one process only."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from connectors.base import Record, Rest
from facade.flow.report.notice import read_notice
from facade.flow.sync import How, sync_stream
from facade.flow.timing.due import Times
from facade.flow.timing.plans import Plan
from facade.flow.timing.schedule import Schedule
from facade.store import Store
from tests.facade.flow.scripted import Scripted, pack, row
from tests.facade.flow.state import resources


async def until(true: Callable[[], bool], seconds: float = 10) -> None:
    for _ in range(int(seconds * 100)):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come to pass")


async def test_a_stream_is_read_again_and_again(store: Store) -> None:
    source = Scripted([row(1)])
    schedule = Schedule(store, [Plan(source, pack(), "patient", Times(0.05))])
    await schedule.start()
    await until(lambda: len(resources(store)) == 1)
    source.rows.append(row(2))
    await until(lambda: len(resources(store)) == 2)
    await schedule.stop()
    reads = len(source.reads)
    await asyncio.sleep(0.15)
    assert len(source.reads) == reads
    await schedule.stop()


async def test_a_slow_read_does_not_overlap_itself_and_ends_with_the_schedule(store: Store) -> None:
    class Slow(Scripted):
        inside = most = 0

        async def read(self, stream: str, since: Any = None, where: Any = None) -> Any:
            self.inside += 1
            self.most = max(self.most, self.inside)
            try:
                async for record in super().read(stream, since, where):
                    yield record
                await asyncio.sleep(30)
            finally:
                self.inside -= 1

    source = Slow([row(1)])
    schedule = Schedule(store, [Plan(source, pack(), "patient", Times(0.02))])
    await schedule.start()
    await until(lambda: source.inside == 1)
    await asyncio.sleep(0.2)
    await asyncio.wait_for(schedule.stop(), 5)
    assert (source.most, source.inside, len(source.reads)) == (1, 0, 1)
    assert store.query("SELECT error FROM sync_run") == [("stopped before its end",)]


async def test_a_failing_stream_is_tried_again(store: Store) -> None:
    source = Scripted([row(1)])
    source.fail_after = (0, OSError("no route"))
    schedule = Schedule(store, [Plan(source, pack(), "patient", Times(0.05))])
    await schedule.start()
    await until(lambda: len(source.reads) >= 2)
    source.fail_after = None
    await until(lambda: len(resources(store)) == 1)
    await schedule.stop()


async def test_an_incremental_stream_is_read_whole_when_that_is_due(store: Store) -> None:
    source = Scripted([row(1, cursor="1"), row(2, cursor="2")])
    plan = Plan(source, pack("incremental"), "patient", Times(0.03, 0.02))
    schedule = Schedule(store, [plan])
    await schedule.start()
    await until(lambda: len(source.reads) >= 2)
    source.rows.pop(0)
    await until(lambda: list(resources(store)) == ["Patient/2"])
    await schedule.stop()
    assert source.reads.count(None) >= 2

    rare = Plan(source, pack("incremental"), "patient", Times(0.03, 3600))
    source.reads.clear()
    schedule = Schedule(store, [rare])
    await schedule.start()
    await until(lambda: len(source.reads) >= 2)
    await schedule.stop()
    assert source.reads[1] == "2"


async def test_one_of_two_works_and_the_other_takes_over(store: Store) -> None:
    one, two = Scripted([row(1)], "one"), Scripted([row(2)], "two")
    first = Schedule(store, [Plan(one, pack(), "patient", Times(0.05))], retry_owner=0.05)
    second = Schedule(store, [Plan(two, pack(), "patient", Times(0.05))], retry_owner=0.05)
    await first.start()
    await until(lambda: first.owner)
    await second.start()
    await until(lambda: len(one.reads) >= 2)
    assert (second.owner, two.reads) == (False, [])
    await first.stop()
    await until(lambda: len(two.reads) >= 2)
    await second.stop()


class Resting(Scripted):
    """A source that says when it is not to be asked, and how many read it at once."""

    max_connections = 2

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.resting: Rest | None = None
        self.held: dict[str | None, asyncio.Event] = {}
        self.inside = self.most = 0

    def rest(self) -> Rest | None:
        return self.resting

    async def read(self, stream: str, since: Any = None, where: Any = None) -> Any:
        self.inside += 1
        self.most = max(self.most, self.inside)
        try:
            async for record in super().read(stream, since, where):
                yield record
            if since is None and stream in self.held:
                await self.held[stream].wait()
        finally:
            self.inside -= 1


async def test_outside_its_hours_a_source_is_not_even_tried(store: Store) -> None:
    source = Resting([row(1)])
    opening = store.clock() + timedelta(hours=8)
    source.resting = Rest("hours", opening, "source emr: not read until 20:00, as allowed_hours says")
    schedule = Schedule(store, [Plan(source, pack(), "patient", Times(0.05))])
    await schedule.start()
    await until(lambda: read_notice(store) is not None)
    await asyncio.sleep(0.2)
    notice = read_notice(store)
    assert notice is not None
    assert notice.rests == {"emr": source.resting}
    assert notice.streams[0].due == opening
    assert (source.reads, store.query("SELECT count(*) FROM sync_run")) == ([], [(0,)])
    await schedule.stop()
    assert read_notice(store) is None

    source.resting = Rest("hours", store.clock() + timedelta(milliseconds=80), "soon")
    await schedule.start()
    await asyncio.sleep(0.05)
    source.resting = None
    await until(lambda: len(resources(store)) == 1)
    await schedule.stop()


TWO = {
    "streams/doctor.sql": "-- key: pid\n-- mode: incremental\n-- cursor: at\nSELECT pid, at FROM d\n",
    "resources/doctor.yaml": "resource: Practitioner\nstream: doctor\nid: $pid\nmap: { active: 'true' }\n",
}


@pytest.mark.parametrize(("connections", "most"), [(2, 2), (3, 2), (1, 1)])
async def test_a_long_read_holds_nobody_up(store: Store, connections: int, most: int) -> None:
    """Where there are connections enough: with one, all wait."""
    source = Resting([row(1, cursor="1"), Record("doctor", "1", {"pid": "1", "at": "1"}, "1")])
    source.max_connections = connections
    two = pack("incremental", **TWO)
    plans = [
        Plan(source, two, name, Times(0.03, every)) for name, every in (("doctor", 0.02), ("patient", 9e9))
    ]
    for name in two.streams:
        await sync_stream(store, two, source, name)
    source.held["doctor"] = asyncio.Event()
    source.reads.clear()
    schedule = Schedule(store, plans)
    await schedule.start()
    if connections > 1:
        await until(lambda: source.inside == 1 and source.reads.count("1") >= 3)
    else:
        await until(lambda: source.inside == 1)
        before = source.reads.count("1")
        await asyncio.sleep(0.2)
        assert source.reads.count("1") == before
    assert source.reads.count(None) == 1
    source.held["doctor"].set()
    await until(lambda: source.reads.count(None) >= 2)
    await schedule.stop()
    assert source.most <= most


async def test_a_read_of_all_that_fails_does_not_stop_the_cursor(store: Store) -> None:
    source = Scripted([row(number, cursor="1") for number in range(50)])
    await sync_stream(store, pack("incremental"), source, "patient")
    source.rows = source.rows[:1]  # the guard will not have that
    source.reads.clear()
    schedule = Schedule(store, [Plan(source, pack("incremental"), "patient", Times(0.03, 0.01))])
    await schedule.start()
    await until(lambda: len(source.reads) >= 12)
    await schedule.stop()
    assert 1 <= source.reads.count(None) <= 4
    assert len(resources(store)) == 50


async def test_what_was_read_a_moment_ago_is_not_read_again_at_start(store: Store) -> None:
    source = Scripted([row(1)])
    await sync_stream(store, pack(), source, "patient")
    schedule = Schedule(store, [Plan(source, pack(), "patient", Times(3600))])
    await schedule.start()
    await until(lambda: read_notice(store) is not None)
    notice = read_notice(store)
    assert notice is not None
    (after,) = notice.streams
    assert after.due is not None
    assert timedelta(minutes=59) < after.due - store.clock() < timedelta(minutes=61)
    await schedule.stop()
    assert len(source.reads) == 1


async def test_a_first_read_that_broke_off_goes_on_where_it_was(store: Store) -> None:
    source = Scripted([row(number, cursor=str(number)) for number in range(1, 7)])
    source.fail_after = (4, OSError("gone"))
    await sync_stream(store, pack("incremental"), source, "patient", How(batch=2))
    source.fail_after = None
    source.reads.clear()
    schedule = Schedule(store, [Plan(source, pack("incremental"), "patient", Times(0.05))])
    await schedule.start()
    await until(lambda: len(source.reads) >= 2)
    await schedule.stop()
    assert source.reads[:2] == ["4", None]
