"""Live streams: what a source holds now is found by the very next question, and costs it little."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from math import inf

import pytest

from connectors.base import Condition, Rest
from connectors.errors import Rejected, Unreachable
from facade.errors import NotFresh, Unavailable
from facade.flow.live import slice as live
from facade.flow.live.demand import Demand
from facade.flow.sync import sync_stream
from facade.store import Store
from tests.facade.flow.live.diary import FILES, Practice, diary

DOWN = Unreachable("source desk: it is down")
NO_CACHE = Demand(no_cache=True)


@pytest.fixture
def practice(store: Store) -> Practice:
    practice = Practice(store)
    for no in (1, 2, 3):
        practice.desk.book(no, str(no % 2))
    return practice


async def turns(count: int = 30) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def until(holds: Callable[[], bool]) -> None:
    """Until something holds, or fail."""
    for _ in range(1000):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("this does not come to hold")


async def whole(practice: Practice, stream: str = "booking") -> None:
    """As the schedule reads it."""
    asked = practice.clock()
    result = await sync_stream(practice.store, practice.pack, practice.desk, stream)
    assert result.error is None
    practice.fresh.succeeded(practice.fresh.known["desk", stream], asked)
    practice.desk.asked.clear()


async def test_only_the_slice_is_asked_and_it_is_stored(practice: Practice) -> None:
    told = await practice.search("Appointment?patient=1")
    assert practice.patients() == {"1": "1", "3": "1"}
    assert practice.desk.asked == [("booking", (Condition("person", "=", "1"),))]
    assert (told.asked, told.troubles) == (practice.clock.now, ())


async def test_changed_added_and_deleted_is_seen_next(practice: Practice) -> None:
    await practice.search("Appointment?patient=1")
    practice.desk.book(1, "1", state="X")
    practice.desk.book(9, "1")
    practice.desk.cancel(3)
    await practice.search("Appointment?patient=1")
    found = practice.stored()
    assert {id: one["status"] for id, one in found.items()} == {"1": "cancelled", "9": "booked"}
    assert practice.store.query("SELECT deleted FROM resource WHERE id='3'") == [(1,)]


async def test_what_moves_out_of_the_slice_is_stored_where_it_is_now(practice: Practice) -> None:
    await practice.search("Appointment?patient=1")
    practice.desk.book(1, "7")
    practice.desk.asked.clear()
    await practice.search("Appointment?patient=1")
    assert practice.patients() == {"1": "7", "3": "1"}
    assert practice.desk.slices() == [(Condition("person", "=", "1"),), (Condition("no", "in", ("1",)),)]
    practice.desk.book(1, "1")
    await practice.search("Appointment?patient=1")
    assert practice.patients() == {"1": "1", "3": "1"}


async def test_a_row_that_makes_another_type_of_the_slice_leaves_the_first(practice: Practice) -> None:
    """The same stream, another type: each slice looks after its own resources."""
    await practice.search("Appointment?patient=1")
    practice.desk.book(1, None, room="4")
    await practice.search("Appointment?patient=1")
    assert practice.patients() == {"3": "1"}
    await practice.search("Slot?schedule=4")
    assert list(practice.stored("Slot")) == ["slot-1"]
    practice.desk.cancel(1)
    await practice.search("Slot?schedule=4")
    assert practice.stored("Slot") == {}


async def test_what_left_is_asked_for_by_all_columns_of_its_key(store: Store) -> None:
    text = FILES["streams/booking.sql"].replace("-- key: no\n", "-- key: no, day\n")
    practice = Practice(store, diary(**{"streams/booking.sql": text}))
    practice.desk.book(1, "1")
    practice.desk.book(2, "1", day="2024-05-02")
    practice.desk.book(3, "1", day="2024-05-02")
    await practice.search("Appointment?patient=1")
    practice.desk.book(1, "7")
    practice.desk.cancel(2)
    practice.desk.asked.clear()
    await practice.search("Appointment?patient=1")
    assert practice.patients() == {"1": "7", "3": "1"}
    days = ("2024-05-01", "2024-05-02")
    assert practice.desk.slices()[1:] == [(Condition("no", "in", ("1", "2")), Condition("day", "in", days))]


async def test_a_key_that_cannot_be_asked_for_exactly_deletes_nothing(practice: Practice) -> None:
    """A binary fraction may equal nothing; the next read of all deletes what is gone."""
    practice.desk.tables["booking"]["1"]["no"] = 1.5
    practice.desk.tables["booking"]["1.5"] = practice.desk.tables["booking"].pop("1")
    await practice.search("Appointment?patient=1")
    assert set(practice.stored()) == {"1.5", "3"}
    practice.desk.tables["booking"].clear()
    await practice.search("Appointment?patient=1")
    assert set(practice.stored()) == {"1.5"}


async def test_an_empty_slice_deletes_all_that_was_in_it(practice: Practice) -> None:
    for no in range(10, 60):
        practice.desk.book(no, "5")
    await practice.search("Appointment?patient=5")
    assert len(practice.stored()) == 50
    practice.desk.tables["booking"].clear()
    await practice.search("Appointment?patient=5")
    assert practice.stored() == {}


async def test_an_id_that_no_row_can_make_is_not_asked_for(practice: Practice) -> None:
    told = await practice.refresher.read("Slot", "77")
    assert (told.asked, practice.desk.asked) == (practice.clock.now, [])


async def test_two_rows_for_one_key(practice: Practice) -> None:
    """The first stands, the other is quarantined, and neighbours are not held up."""
    practice.desk.tables["booking"]["1b"] = {**practice.desk.tables["booking"]["1"], "state": "X"}
    await practice.search("Appointment?patient=1")
    assert {id: one["status"] for id, one in practice.stored().items()} == {"1": "booked", "3": "booked"}
    assert practice.store.query("SELECT key, reason FROM quarantine") == [
        ("1", "another row of this stream has the same key")
    ]
    del practice.desk.tables["booking"]["1b"]
    await practice.search("Appointment?patient=1")
    assert practice.store.query("SELECT key FROM quarantine") in ([], [("1",)])


async def test_a_read_finds_what_is_new_changed_and_gone(practice: Practice) -> None:
    for changes in ({}, {"state": "X"}):
        practice.desk.book(9, "4", **changes)
        await practice.refresher.read("Appointment", "9")
        assert practice.stored()["9"]["status"] == ("cancelled" if changes else "booked")
    practice.desk.cancel(9)
    await practice.refresher.read("Appointment", "9")
    assert practice.stored() == {}
    assert practice.desk.wholes() == 0


async def test_an_id_that_leads_nowhere_is_found_by_what_is_stored(store: Store) -> None:
    """A hash of the key has no way back; the stored record's key has."""
    text = FILES["resources/appointment.yaml"].replace("id: $no", "id: $('number ' ~ $no)")
    practice = Practice(store, diary(**{"resources/appointment.yaml": text}))
    practice.desk.book(1, "1")
    await whole(practice)
    (id,) = practice.stored()
    practice.desk.book(1, "1", state="X")
    await practice.refresher.read("Appointment", id)
    assert practice.stored()[id]["status"] == "cancelled"
    assert practice.desk.slices() == [(Condition("no", "in", ("1",)),)]
    practice.desk.cancel(1)
    await practice.refresher.read("Appointment", id)
    assert practice.stored() == {}


# One query for all


async def test_fifty_who_ask_together_cost_one_query(practice: Practice) -> None:
    told = await asyncio.gather(*(practice.search("Appointment?patient=1") for _ in range(50)))
    assert len(practice.desk.asked) == 1
    assert all(one.troubles == () for one in told)


async def test_a_change_is_seen_next_while_others_hammer_the_slice(practice: Practice) -> None:
    """Nobody is given an answer that was asked for before their own question."""
    await practice.search("Appointment?patient=1")
    practice.desk.pause = 0.004
    stop = False

    async def hammer() -> None:
        while not stop:
            await practice.search("Appointment?patient=1")

    crowd = [asyncio.create_task(hammer()) for _ in range(20)]
    for turn in range(60):
        state = "X" if turn % 2 else None
        practice.desk.book(1, "1", state=state, day=f"2024-05-{1 + turn % 28:02}")
        await practice.search("Appointment?patient=1")
        found = practice.stored()["1"]
        assert (found["status"], found["start"][:10]) == (
            "cancelled" if state else "booked",
            f"2024-05-{1 + turn % 28:02}",
        )
        await asyncio.sleep(0.001 * (turn % 13))
    stop = True
    await asyncio.gather(*crowd)


async def test_who_comes_when_the_rows_were_read_already_gets_another_query(practice: Practice) -> None:
    practice.desk.after = asyncio.Event()
    first = asyncio.create_task(practice.search("Appointment?patient=1"))
    await turns()
    practice.desk.book(1, "1", state="X")  # the first has read its rows
    second = asyncio.create_task(practice.search("Appointment?patient=1"))
    await turns()
    practice.desk.after.set()
    await first
    await second
    assert practice.stored()["1"]["status"] == "cancelled"
    assert len(practice.desk.asked) == 2


async def test_max_age_of_the_stream_spares_the_source(store: Store) -> None:
    practice = Practice(store, diary("-- max_age: 5s\n"))
    practice.desk.book(1)
    await practice.search("Appointment?patient=1")
    practice.clock.now += 4
    told = await practice.search("Appointment?patient=1")
    assert (told.asked, len(practice.desk.asked)) == (practice.clock.now - 4, 1)
    await practice.search("Appointment?patient=1", NO_CACHE)
    assert len(practice.desk.asked) == 2
    practice.clock.now += 6
    await practice.search("Appointment?patient=1")
    assert len(practice.desk.asked) == 3


# Cache-Control


async def test_max_age_of_the_client_spares_the_source(practice: Practice) -> None:
    await practice.search("Appointment?patient=1")
    practice.clock.now += 10
    told = await practice.search("Appointment?patient=1", Demand(max_age=10))
    assert (told.asked, len(practice.desk.asked)) == (practice.clock.now - 10, 1)
    await practice.search("Appointment?patient=1", Demand(max_age=9))
    await practice.search("Appointment?patient=1", Demand(max_age=0))
    assert len(practice.desk.asked) == 3


async def test_a_whole_read_that_is_young_enough_serves_any_slice(practice: Practice) -> None:
    await whole(practice)
    practice.clock.now += 10
    told = await practice.search("Appointment?patient=1", Demand(max_age=10))
    assert (told.asked, practice.desk.asked) == (practice.clock.now - 10, [])


async def test_max_stale_bears_what_is_older(practice: Practice) -> None:
    await practice.search("Appointment?patient=1")
    practice.clock.now += 100
    for demand in (Demand(max_stale=inf), Demand(max_stale=100), Demand(max_age=60, max_stale=40)):
        told = await practice.search("Appointment?patient=1", demand)
        assert (told.asked, len(practice.desk.asked)) == (practice.clock.now - 100, 1)
    await practice.search("Appointment?patient=1", Demand(max_stale=99))
    assert len(practice.desk.asked) == 2


async def test_only_if_cached_never_asks(practice: Practice) -> None:
    cached = Demand(only_if_cached=True)
    with pytest.raises(NotFresh) as raised:
        await practice.search("Appointment?patient=1", cached)
    assert raised.value.status == 504
    assert str(raised.value) == (
        "desk.booking has not been read whole yet, and only-if-cached forbids to ask its source."
    )
    await whole(practice)
    practice.clock.now += 90
    told = await practice.search("Appointment?patient=1", cached)
    assert told.asked == practice.clock.now - 90
    with pytest.raises(NotFresh) as raised:
        await practice.search("Appointment?patient=1", replace(cached, max_age=60))
    assert str(raised.value) == (
        "desk.booking is as it was 90 seconds ago, older than was asked for, and only-if-cached forbids"
        " to ask its source."
    )
    with pytest.raises(NotFresh):
        await practice.search("Appointment?patient=1", replace(cached, no_cache=True))
    with pytest.raises(NotFresh):
        await practice.refresher.read("Appointment", "1", replace(cached, max_age=60))
    assert practice.desk.asked == []


async def test_no_cache_reads_whole_what_is_not_narrowed(practice: Practice) -> None:
    await whole(practice)
    practice.desk.book(9, "8")
    told = await practice.search("Appointment?status=booked", NO_CACHE)
    assert practice.desk.wholes() == 1
    assert "9" in practice.stored()
    assert told.asked == practice.clock.now


async def test_types_without_live_streams_are_read_on_demand_only(practice: Practice) -> None:
    practice.desk.tables["person"]["1"] = {"no": "1", "name": "Doe"}
    await whole(practice, "person")
    practice.desk.tables["person"]["1"] = {"no": "1", "name": "Roe"}
    practice.clock.now += 30
    told = await practice.search("Patient?name=doe")
    assert (told.asked, practice.desk.asked) == (practice.clock.now - 30, [])
    await practice.search("Patient?name=doe", Demand(max_age=30))
    assert practice.desk.asked == []
    await practice.search("Patient?name=doe", Demand(max_age=29))
    assert practice.stored("Patient")["1"]["name"] == [{"family": "Roe"}]


async def test_whole_reads_on_demand_are_one_at_a_time_and_apart(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = await asyncio.gather(*(practice.search("Appointment?status=booked", NO_CACHE) for _ in range(30)))
    assert practice.desk.wholes() == 1
    assert all(told.troubles == () for told in asked)


async def test_onward_pages_are_not_refreshed_unless_it_is_demanded(practice: Practice) -> None:
    await practice.search("Appointment?patient=1")
    practice.clock.now += 5
    told = await practice.search("Appointment?patient=1", onward=True)
    assert (told.asked, len(practice.desk.asked)) == (practice.clock.now - 5, 1)
    await practice.search("Appointment?patient=1", NO_CACHE, onward=True)
    assert len(practice.desk.asked) == 2


# What cannot be narrowed


async def test_a_search_that_narrows_nothing_is_refreshed_in_the_background(practice: Practice) -> None:
    await whole(practice)
    practice.desk.book(9, "8")
    practice.clock.now += 4
    told = await practice.search("Appointment?status=booked")
    assert (told.asked, told.troubles) == (practice.clock.now - 4, ())
    assert practice.desk.asked == [], "it was read whole a moment ago"
    practice.clock.now += 1
    told = await practice.search("Appointment?status=booked")
    assert told.asked == practice.clock.now - 5
    await until(lambda: practice.fresh.age("Appointment") == 0)
    assert "9" in practice.stored()
    assert practice.desk.wholes() == 1
    assert (await practice.search("Appointment?status=booked")).asked == practice.clock.now
    assert practice.desk.wholes() == 1


async def test_what_takes_long_is_read_behind_answers_less_often(practice: Practice) -> None:
    await whole(practice)
    practice.desk.after = asyncio.Event()
    practice.clock.now += 10
    await practice.search("Appointment?status=booked")
    await until(lambda: practice.desk.wholes() == 1)
    practice.clock.now += 8
    practice.desk.after.set()
    await until(lambda: practice.fresh.age("Appointment") == 8)
    practice.clock.now += 60
    await practice.search("Appointment?status=booked")
    await asyncio.sleep(0.05)
    assert practice.desk.wholes() == 1, "it took 8 s, so 80 s have to pass"
    practice.clock.now += 12
    await practice.search("Appointment?status=booked")
    await until(lambda: practice.desk.wholes() == 2)


async def test_a_slice_that_is_too_large_is_no_slice(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LIMIT", 1)
    await whole(practice)
    told = await practice.search("Appointment?patient=1")
    assert told.asked == practice.clock.now
    assert len(practice.desk.slices()) == 1
    await practice.search("Appointment?patient=1")
    assert len(practice.desk.slices()) == 1, "it is not tried each time"
    await practice.search("Appointment?patient=1", NO_CACHE)
    assert (len(practice.desk.slices()), practice.desk.wholes()) == (1, 1)


# When the source fails


async def test_a_source_that_is_down_is_told_with_the_age(practice: Practice) -> None:
    await whole(practice)
    practice.clock.now += 125
    practice.desk.failure = DOWN
    told = await practice.search("Appointment?patient=1")
    (trouble,) = told.troubles
    assert told.asked == practice.clock.now - 125
    assert (trouble.code, trouble.text) == (
        "transient",
        "desk.booking is as it was 2 minutes ago: source desk: it is down.",
    )
    practice.desk.failure = None
    told = await practice.search("Appointment?patient=1")
    assert (told.asked, told.troubles) == (practice.clock.now, ())


async def test_a_source_that_refuses(practice: Practice) -> None:
    await whole(practice)
    practice.desk.failure = Rejected("source desk: the login was refused")
    (trouble,) = (await practice.search("Appointment?patient=1")).troubles
    assert trouble.code == "exception"
    assert trouble.text.endswith("ago: source desk: the login was refused.")


async def test_a_fault_of_ours_tells_no_values(practice: Practice, caplog: pytest.LogCaptureFixture) -> None:
    await whole(practice)
    practice.desk.failure = ValueError("Wolkenstein")
    (trouble,) = (await practice.search("Appointment?patient=1")).troubles
    assert trouble.text.endswith("ago: unforeseen ValueError.")
    assert "Wolkenstein" not in caplog.text


async def test_other_columns_change_nothing(practice: Practice) -> None:
    await whole(practice)
    practice.desk.tables["booking"] = {
        "1": {"no": "1", "person": "1", "room": None, "begins": "2024-05-01", "state": "X"}
    }
    (trouble,) = (await practice.search("Appointment?patient=1")).troubles
    assert "have no column day that the pack reads" in trouble.text
    assert practice.stored()["1"]["status"] == "booked"


async def test_a_source_that_rests_is_not_asked(practice: Practice) -> None:
    await whole(practice)
    told = "source desk: it was down; not tried again until 12:00:30"
    practice.desk.resting = Rest("failures", datetime(2024, 1, 31, 12, tzinfo=UTC), told)
    for demand in (Demand(), NO_CACHE):
        for query in ("Appointment?patient=1", "Appointment?status=booked"):
            troubles = (await practice.search(query, demand)).troubles
            if query.endswith("1") or demand.explicit:
                (trouble,) = troubles
                assert trouble.text.endswith(f"ago: {told}.")
    practice.clock.now += 1000
    await practice.search("Appointment?status=booked")
    await turns()
    assert practice.desk.asked == []


async def test_a_source_that_hangs_is_not_waited_for_and_serves_who_comes_later(store: Store) -> None:
    practice = Practice(store, live_timeout=0.05)
    practice.desk.book(1)
    await whole(practice)
    practice.desk.before = asyncio.Event()
    told = await practice.search("Appointment?patient=1")
    (trouble,) = told.troubles
    assert trouble.code == "timeout"
    assert trouble.text.endswith("ago: its source did not answer within 0.05 seconds.")
    practice.clock.now += 1
    (trouble,) = (await practice.search("Appointment?patient=1")).troubles
    assert trouble.text.endswith("its source has not answered for more than 0.05 seconds.")
    practice.desk.book(1, state="X")
    practice.desk.before.set()
    await until(lambda: practice.stored()["1"]["status"] == "cancelled")  # the refresh went on
    await until(lambda: practice.fresh.known["desk", "booking"].failing is None)
    for _ in range(500):
        if not (told := await practice.search("Appointment?patient=1")).troubles:
            break
        await asyncio.sleep(0.01)
    assert told.troubles == ()


async def test_whole_reads_that_take_too_long_are_not_waited_for(store: Store) -> None:
    practice = Practice(store, refresh_timeout=0.05)
    await whole(practice)
    practice.desk.before = asyncio.Event()
    (trouble,) = (await practice.search("Appointment?status=booked", NO_CACHE)).troubles
    assert trouble.code == "timeout"
    assert trouble.text.endswith("ago: reading it takes longer than 0.05 seconds, and goes on.")
    practice.desk.before.set()
    await practice.refresher.aclose()


async def test_never_an_empty_success(practice: Practice) -> None:
    practice.desk.failure = DOWN
    for asking in (practice.search("Appointment?patient=1"), practice.refresher.read("Appointment", "1")):
        with pytest.raises(
            Unavailable, match=r"^desk\.booking has never been read whole: source desk: it is down\.$"
        ):
            await asking


async def test_the_first_read_that_goes_on_is_told(practice: Practice) -> None:
    told = await practice.search("Patient?name=doe")
    (trouble,) = told.troubles
    assert (told.asked, trouble.code) == (None, "incomplete")
    assert trouble.text == "desk.person has not been read whole yet: what is missing will come."


async def test_stale_if_error_bounds_what_is_taken_instead(practice: Practice) -> None:
    await whole(practice)
    practice.clock.now += 60
    practice.desk.failure = DOWN
    assert (await practice.search("Appointment?patient=1", Demand(stale_if_error=60))).troubles
    with pytest.raises(Unavailable, match="is as it was 60 seconds ago: source desk: it is down"):
        await practice.search("Appointment?patient=1", Demand(stale_if_error=59))


async def test_a_failed_sync_of_other_streams_is_told_too(practice: Practice) -> None:
    await whole(practice, "person")
    practice.desk.failure = DOWN
    await sync_stream(practice.store, practice.pack, practice.desk, "person")
    practice.fresh.read_book(practice.store)
    (trouble,) = (await practice.refresher.stored("Patient")).troubles
    assert trouble.text.endswith("ago: source desk: it is down.")
    assert not practice.fresh.made["Patient"].calm
    practice.desk.failure = None
    await sync_stream(practice.store, practice.pack, practice.desk, "person")
    practice.fresh.read_book(practice.store)
    assert practice.fresh.made["Patient"].calm


async def test_stopping_ends_what_is_under_way(practice: Practice) -> None:
    await whole(practice)
    practice.desk.before = asyncio.Event()
    waiting = [
        asyncio.create_task(practice.search(query, NO_CACHE))
        for query in ("Appointment?patient=1", "Appointment?status=booked")
    ]
    await turns()
    await practice.refresher.aclose()
    for told in await asyncio.gather(*waiting):
        assert told.troubles[0].text.endswith("ago: the server is being stopped.")
    (trouble,) = (await practice.search("Appointment?patient=1")).troubles
    assert trouble.text.endswith("ago: the server is being stopped.")


# Reads that meet


async def test_a_whole_read_does_not_undo_what_a_slice_saw_later(practice: Practice) -> None:
    await whole(practice)
    practice.desk.after = asyncio.Event()
    syncing = asyncio.create_task(sync_stream(practice.store, practice.pack, practice.desk, "booking"))
    while not practice.desk.asked:
        await asyncio.sleep(0.001)
    await turns()
    gate, practice.desk.after = practice.desk.after, None
    practice.desk.book(1, "1", state="X")
    practice.desk.book(9, "1")
    practice.desk.cancel(3)
    await practice.search("Appointment?patient=1")
    wanted = {"1": "cancelled", "9": "booked"}
    assert {id: one["status"] for id, one in practice.stored().items() if id != "2"} == wanted
    gate.set()
    assert (await syncing).error is None
    assert {id: one["status"] for id, one in practice.stored().items() if id != "2"} == wanted


async def test_a_slice_that_was_asked_earlier_does_not_undo_a_later_one(practice: Practice) -> None:
    """Two slices that overlap: the day's and the patient's, say; here the resource's own."""
    await practice.search("Appointment?patient=1")
    practice.desk.after = asyncio.Event()
    slow = asyncio.create_task(practice.search("Appointment?patient=1"))
    while len(practice.desk.asked) < 2:
        await asyncio.sleep(0.001)
    await turns()
    gate, practice.desk.after = practice.desk.after, None
    practice.desk.book(1, "1", state="X")
    await practice.refresher.read("Appointment", "1")
    gate.set()
    await slow
    assert practice.stored()["1"]["status"] == "cancelled"


async def test_two_processes_on_one_store_agree(practice: Practice) -> None:
    other = Practice(practice.store, practice.pack)
    other.desk.tables = practice.desk.tables
    for turn in range(10):
        practice.desk.book(1, "1", day=f"2024-06-{10 + turn}")
        one = practice if turn % 2 else other
        await asyncio.gather(one.search("Appointment?patient=1"), practice.search("Appointment?patient=1"))
        assert practice.stored()["1"]["start"][:10] == f"2024-06-{10 + turn}"
