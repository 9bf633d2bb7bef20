"""What the command line and the status page tell."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from connectors.base import Rest
from connectors.errors import Unreachable
from facade.flow.report.notice import Next, Notice, put_notice
from facade.flow.report.status import Refused, Unmapped, store_status
from facade.flow.runs import begin
from facade.flow.sync import How, sync_source, sync_stream
from facade.store import Store
from tests.facade.flow.scripted import Scripted, pack, row


async def test_status(store: Store) -> None:
    source = Scripted([row(1), row(2, sex="X"), row(3, sex="X"), row(4, sex="Y", weight="70")])
    await sync_source(store, pack(), source)
    found = store_status(store, top=2)
    assert found.resources == {"Observation": 1, "Patient": 1}
    (stream,) = found.streams
    assert (stream.source, stream.name, stream.records, stream.quarantined, stream.error) == (
        "emr",
        "patient",
        4,
        3,
        None,
    )
    assert stream.last_success is not None
    assert stream.lag is not None
    assert timedelta() < stream.lag < timedelta(minutes=1)
    assert found.unmapped == (Unmapped("emr", "gender", "X", 2), Unmapped("emr", "gender", "Y", 1))
    (refused,) = found.refused
    assert isinstance(refused, Refused)
    assert (refused.stream, refused.mapping, refused.element, refused.count) == (
        "patient",
        "patient",
        "gender",
        3,
    )


async def test_an_error_stays_until_the_next_success(store: Store) -> None:
    source = Scripted([row(1)])
    await sync_source(store, pack(), source)
    last = store_status(store).streams[0].last_success
    source.fail_after = (0, Unreachable("it is 09:00; this source may be read 20:00-06:00"))
    await sync_source(store, pack(), source)
    stream = store_status(store).streams[0]
    assert (stream.error, stream.last_success) == ("it is 09:00; this source may be read 20:00-06:00", last)


def test_an_empty_store(store: Store) -> None:
    found = store_status(store)
    assert (found.streams, found.resources, found.unmapped, found.refused) == ((), {}, (), ())


SET_UP = (Next("emr", "patient", "incremental", 300, None),)


def state(store: Store, *expected: Next) -> tuple[str, str]:
    """The stream's state and why."""
    (stream,) = store_status(store, expected=expected).streams
    return stream.state, stream.why


def forward(store: Store, **span: float) -> None:
    """Our clock goes on."""
    store.clock.now += timedelta(**span)  # type: ignore[attr-defined]


async def say(store: Store, rest: Rest | None = None) -> None:
    """The word of a process that schedules."""
    await put_notice(store, Notice(store.clock(), SET_UP, {"emr": rest} if rest else {}))


async def test_the_states_of_a_stream(store: Store) -> None:
    source = Scripted([row(1, cursor="1")])
    assert state(store, *SET_UP) == ("never", "it was never read to its end")
    await begin(store, "emr", "patient", "incremental")
    assert state(store, *SET_UP) == ("reading", "")
    await sync_stream(store, pack("incremental"), source, "patient")
    assert state(store, *SET_UP) == ("ok", "")
    forward(store, seconds=500)
    assert state(store, *SET_UP) == ("ok", "")
    forward(store, seconds=20)
    assert state(store, *SET_UP) == ("paused", "no process reads it: start `facade serve`")
    await say(store)
    assert state(store) == ("late", "it was not read for longer than its interval")
    late = store_status(store).streams[0]
    assert late.since is not None
    assert timedelta(seconds=5) < store.clock() - late.since < timedelta(seconds=30)
    until = store.clock() + timedelta(hours=9)
    await say(store, Rest("hours", until, "source emr: not read until 20:00, as allowed_hours says"))
    assert state(store) == ("waiting", "not read until 20:00, as allowed_hours says")
    await say(store)
    source.fail_after = (0, Unreachable("source emr: the database refuses the login"))
    for _ in range(3):
        await sync_stream(store, pack("incremental"), source, "patient")
        forward(store, minutes=1)
    await say(store, Rest("failures", until, "source emr: the database refuses the login; not tried again"))
    found = store_status(store)
    assert (found.streams[0].state, found.sources[0].state) == ("failing", "failing")
    assert found.sources[0].why == "source emr: the database refuses the login; not tried again"
    assert found.sources[0].since is not None
    assert timedelta(minutes=3) < store.clock() - found.sources[0].since < timedelta(minutes=4)
    source.fail_after = None
    await sync_stream(store, pack("incremental"), source, "patient")
    await say(store)
    assert state(store) == ("ok", "")


async def test_a_reconcile_that_failed_is_told_though_the_cursor_goes_on(store: Store) -> None:
    source = Scripted([row(number, cursor="1") for number in range(40)])
    await sync_stream(store, pack("incremental"), source, "patient")
    every, source.rows = source.rows, source.rows[:1]
    await sync_stream(store, pack("incremental"), source, "patient", How(full=True))
    await sync_stream(store, pack("incremental"), source, "patient")
    found, why = state(store)
    assert found == "failing"
    assert why.startswith("reading all of it: guard: 39 of 40 known rows vanished from the source at once")
    source.rows = every
    await sync_stream(store, pack("incremental"), source, "patient", How(full=True))
    assert state(store) == ("ok", "")


async def test_what_is_not_set_up_any_more(store: Store) -> None:
    await sync_source(store, pack(), Scripted([row(1)]))
    found = store_status(store, expected=[Next("emr", "visit", "snapshot", 300, None)])
    assert [(one.name, one.state, one.why) for one in found.streams] == [
        ("patient", "paused", "it is not set up any more"),
        ("visit", "never", "it was never read to its end"),
    ]
    assert found.sources[0].state == "never"


async def test_what_runs_now_is_seen_from_elsewhere(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("facade.flow.report.progress.EVERY", 0.01)
    source = Scripted([row(number) for number in range(20)])
    await sync_stream(store, pack(), source, "patient")
    assert store_status(store).streams[0].running is None
    inside, goes_on = asyncio.Event(), asyncio.Event()

    class Slow(Scripted):
        async def read(self, stream: str, since: Any = None, where: Any = None) -> Any:
            for number in range(20):
                if number == 10:
                    inside.set()
                    await goes_on.wait()
                yield row(number, note="new")

    task = asyncio.create_task(sync_stream(store, pack(), Slow(), "patient", How(batch=5)))
    await inside.wait()
    run = None
    for _ in range(500):
        run = store_status(store).streams[0].running
        if run is not None and run.read == 10:
            break
        await asyncio.sleep(0.01)
    assert run is not None
    assert (run.source, run.stream, run.kind, run.read, run.of, run.ended) == (
        "emr",
        "patient",
        "snapshot",
        10,
        20,
        None,
    )
    assert run.rate > 0
    goes_on.set()
    await task
    found = store_status(store)
    assert found.streams[0].running is None
    assert [(run.read, run.error) for run in found.runs] == [(20, None), (20, None)]
    assert store.query("SELECT count(*) FROM store_fact WHERE name LIKE 'run:%'") == [(0,)]


async def test_a_run_that_was_killed_does_not_run_for_ever(store: Store) -> None:
    await begin(store, "emr", "patient", "snapshot")
    assert store_status(store).streams[0].running is not None
    forward(store, minutes=2)
    found = store_status(store).streams[0]
    assert (found.running, found.state) == (None, "never")
    await begin(store, "emr", "patient", "snapshot")
    (killed,) = store_status(store).runs
    assert killed.error == "interrupted"


async def test_the_book_of_runs_stays_small(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("facade.flow.runs.KEEP_LATEST", 20)
    source = Scripted([row(1, cursor="1")])
    await sync_stream(store, pack("incremental"), source, "patient", How(full=True))
    await sync_stream(store, pack("incremental"), source, "patient", How(full=True))
    for _ in range(130):
        await sync_stream(store, pack("incremental"), source, "patient")
    runs = store.query("SELECT id, kind FROM sync_run ORDER BY id")
    assert len(runs) < 20 + 64
    assert runs[0][1] == "full"


async def test_our_clock_is_set_back(store: Store) -> None:
    source = Scripted([row(1, cursor="1")])
    await sync_stream(store, pack("incremental"), source, "patient")
    forward(store, days=-2)
    (stream,) = store_status(store, expected=SET_UP).streams
    assert (stream.state, stream.lag) == ("ok", timedelta())
    source.rows = []
    await sync_stream(store, pack("incremental"), source, "patient", How(full=True))
    assert store_status(store).resources == {}
