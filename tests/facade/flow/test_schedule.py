"""Streams kept fresh: at their intervals, never twice at once, by one process only."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from facade.flow.plans import Plan
from facade.flow.schedule import Schedule
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
    schedule = Schedule(store, [Plan(source, pack(), "patient", every=0.05)])
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
    schedule = Schedule(store, [Plan(source, pack(), "patient", every=0.02)])
    await schedule.start()
    await until(lambda: source.inside == 1)
    await asyncio.sleep(0.2)
    await asyncio.wait_for(schedule.stop(), 5)
    assert (source.most, source.inside, len(source.reads)) == (1, 0, 1)
    assert store.query("SELECT error FROM sync_run") == [("stopped before its end",)]


async def test_a_failing_stream_is_tried_again(store: Store) -> None:
    source = Scripted([row(1)])
    source.fail_after = (0, OSError("no route"))
    schedule = Schedule(store, [Plan(source, pack(), "patient", every=0.05)])
    await schedule.start()
    await until(lambda: len(source.reads) >= 2)
    source.fail_after = None
    await until(lambda: len(resources(store)) == 1)
    await schedule.stop()


async def test_an_incremental_stream_is_read_whole_when_that_is_due(store: Store) -> None:
    source = Scripted([row(1, cursor="1"), row(2, cursor="2")])
    plan = Plan(source, pack("incremental"), "patient", every=0.03, full_every=0.02)
    schedule = Schedule(store, [plan])
    await schedule.start()
    await until(lambda: len(source.reads) >= 2)
    source.rows.pop(0)
    await until(lambda: list(resources(store)) == ["Patient/2"])
    await schedule.stop()
    assert source.reads.count(None) >= 2

    rare = Plan(source, pack("incremental"), "patient", every=0.03, full_every=3600)
    source.reads.clear()
    schedule = Schedule(store, [rare])
    await schedule.start()
    await until(lambda: len(source.reads) >= 2)
    await schedule.stop()
    assert source.reads[1] == "2"


async def test_one_of_two_works_and_the_other_takes_over(store: Store) -> None:
    one, two = Scripted([row(1)], "one"), Scripted([row(2)], "two")
    first = Schedule(store, [Plan(one, pack(), "patient", every=0.05)], retry_owner=0.05)
    second = Schedule(store, [Plan(two, pack(), "patient", every=0.05)], retry_owner=0.05)
    await first.start()
    await until(lambda: first.owner)
    await second.start()
    await until(lambda: len(one.reads) >= 2)
    assert (second.owner, two.reads) == (False, [])
    await first.stop()
    await until(lambda: len(two.reads) >= 2)
    await second.stop()
