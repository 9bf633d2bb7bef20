"""The registry of ages: what the book of runs says, and what a clock that was set back does to it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.errors import Unreachable
from facade.flow.live import freshness
from facade.flow.live.demand import Demand, Told, ago
from facade.flow.live.freshness import Freshness
from facade.flow.live.refresh import Refresher
from facade.flow.sync import sync_stream
from facade.search import parse_search
from facade.store import Store
from tests.facade.flow.live.diary import Clock, Desk, diary


class Wall:
    """A wall clock that may be set."""

    def __init__(self) -> None:
        self.now = datetime(2024, 1, 31, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def store(tmp_path: Path, wall: Wall) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path / 'facade.db'}", clock=wall)
    yield opened
    opened.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def fresh(clock: Clock) -> Freshness:
    return Freshness.of({"desk": diary()}, clock=clock)


async def sync(store: Store, desk: Desk, stream: str) -> None:
    await sync_stream(store, diary(), desk, stream)


def test_the_types_know_their_streams(fresh: Freshness) -> None:
    names = {type: [one.name for one in made.streams] for type, made in fresh.made.items()}
    assert names == {
        "Appointment": ["desk.booking"],
        "Slot": ["desk.booking"],
        "Patient": ["desk.person"],
    }
    assert [type for type, made in fresh.made.items() if made.live] == ["Appointment", "Slot"]
    assert fresh.age("Patient") is None


async def test_a_type_of_no_source_is_never_old(store: Store, clock: Clock) -> None:
    fresh = Freshness.of({"desk": diary()}, {"Task"}, clock=clock)
    refresher = Refresher(store, {}, fresh)
    assert (fresh.age("Task"), fresh.made["Task"].calm) == (0, True)
    for demand in (Demand(), Demand(no_cache=True), Demand(max_age=0), Demand(only_if_cached=True)):
        for told in (
            await refresher.search(parse_search("Task", []), demand),
            await refresher.read("Task", "1", demand),
            await refresher.stored("Task"),
        ):
            assert told == Told(clock())
    fresh.settle()
    assert fresh.made["Task"].shown == ((b"age", b"0"),)


def test_a_type_of_two_sources_is_as_old_as_the_older(clock: Clock) -> None:
    fresh = Freshness.of({"one": diary(), "two": diary()}, clock=clock)
    fresh.succeeded(fresh.known["one", "person"], 1000.0)
    assert fresh.age("Patient") is None
    fresh.succeeded(fresh.known["two", "person"], 940.0)
    assert fresh.age("Patient") == 60


async def test_the_book_is_believed(store: Store, wall: Wall, clock: Clock, fresh: Freshness) -> None:
    await sync(store, Desk(), "person")
    wall.now += timedelta(seconds=90)
    fresh.read_book(store)
    assert fresh.age("Patient") == 90
    assert fresh.made["Patient"].calm
    clock.now += 10
    assert fresh.age("Patient") == 100


async def test_a_failed_read_is_no_age_but_a_trouble(store: Store, clock: Clock, fresh: Freshness) -> None:
    desk = Desk()
    await sync(store, desk, "person")
    fresh.read_book(store)
    clock.now += 60
    desk.failure = Unreachable("source desk: it is down")
    await sync(store, desk, "person")
    fresh.read_book(store)
    one = fresh.known["desk", "person"]
    assert fresh.age("Patient") == 60
    assert (one.failing, one.failing_since) == ("source desk: it is down", clock.now)
    assert not fresh.made["Patient"].calm
    clock.now += 60
    fresh.read_book(store)
    assert one.failing_since == clock.now - 60
    desk.failure = None
    await sync(store, desk, "person")
    fresh.read_book(store)
    assert (one.failing, one.failing_since, fresh.made["Patient"].calm) == (None, None, True)


async def test_a_source_that_is_down_is_down_for_all_its_streams(
    store: Store, clock: Clock, fresh: Freshness
) -> None:
    """The schedule asks by one stream whether it is there again."""
    desk = Desk()
    await sync(store, desk, "person")
    fresh.read_book(store)
    clock.now += 60
    desk.failure = Unreachable("source desk: it is down")
    await sync(store, desk, "booking")
    fresh.read_book(store)
    for type in ("Patient", "Appointment"):
        assert fresh.made[type].streams[0].failing == "source desk: it is down"
    desk.failure = None
    clock.now += 60
    fresh.succeeded(fresh.known["desk", "person"], clock.now)
    assert fresh.known["desk", "person"].failing is None
    assert fresh.known["desk", "booking"].failing is not None


async def test_a_stream_that_fails_alone_is_its_own_trouble(store: Store, fresh: Freshness) -> None:
    desk = Desk()
    await sync(store, desk, "person")
    desk.failure = Unreachable("source desk, stream booking: it has no such table")
    await sync(store, desk, "booking")
    fresh.read_book(store)
    assert fresh.made["Patient"].calm
    assert fresh.known["desk", "booking"].failing is not None


async def test_a_stopped_read_says_nothing_of_the_source(store: Store, fresh: Freshness) -> None:
    desk = Desk()
    desk.before = asyncio.Event()
    task = asyncio.create_task(sync(store, desk, "person"))
    while not desk.asked:
        await asyncio.sleep(0.001)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    fresh.read_book(store)
    assert fresh.known["desk", "person"].failing is None


async def test_a_clock_set_back_makes_nothing_younger(
    store: Store, wall: Wall, clock: Clock, fresh: Freshness
) -> None:
    await sync(store, Desk(), "person")
    fresh.read_book(store)
    wall.now -= timedelta(hours=1)
    clock.now += 30
    fresh.read_book(store)
    assert fresh.age("Patient") == 30
    await sync(store, Desk(), "person")
    fresh.read_book(store)
    assert fresh.age("Patient") == 0


async def test_a_time_in_the_future_is_not_believed(store: Store, wall: Wall, fresh: Freshness) -> None:
    await sync(store, Desk(), "person")
    wall.now -= timedelta(hours=1)
    fresh.read_book(store)
    assert fresh.age("Patient") is None


async def test_what_other_processes_read_is_seen(
    store: Store, fresh: Freshness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freshness, "LOOK", 0.01)
    watching = asyncio.create_task(fresh.watch(store))
    await sync(store, Desk(), "person")
    for _ in range(500):
        if fresh.age("Patient") is not None:
            break
        await asyncio.sleep(0.01)
    watching.cancel()
    assert fresh.age("Patient") == 0


def test_what_nobody_reads_is_taken_as_it_is(clock: Clock) -> None:
    fresh = Freshness.of({"desk": diary()}, strict=False, clock=clock)
    assert fresh.made["Patient"].calm


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0 seconds ago"),
        (1.9, "1 second ago"),
        (119, "119 seconds ago"),
        (120, "2 minutes ago"),
        (7199, "119 minutes ago"),
        (7200, "2 hours ago"),
        (172_800, "2 days ago"),
        (40_000_000, "462 days ago"),
    ],
)
def test_ages_read_well(seconds: float, told: str) -> None:
    assert ago(seconds) == told
