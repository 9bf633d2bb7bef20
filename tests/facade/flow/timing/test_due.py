"""When a stream is read, and all of it: over clock changes, after being down, after our clock stepped."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.flow.timing.due import Times, coming, latest, share
from facade.settings import OfDay

VIENNA = ZoneInfo("Europe/Vienna")
ZONES = [UTC, VIENNA, *map(ZoneInfo, ("America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"))]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("now", "before", "after"),
    [
        ("2024-05-06T12:00+02:00", "2024-05-06T02:30+02:00", "2024-05-07T02:30+02:00"),
        ("2024-05-06T02:30+02:00", "2024-05-06T02:30+02:00", "2024-05-07T02:30+02:00"),
        ("2024-05-06T02:29+02:00", "2024-05-05T02:30+02:00", "2024-05-06T02:30+02:00"),
        # on 31 March there is no 02:30
        ("2024-03-31T01:59+01:00", "2024-03-30T02:30+01:00", "2024-03-31T03:30+02:00"),
        ("2024-03-31T12:00+02:00", "2024-03-31T03:30+02:00", "2024-04-01T02:30+02:00"),
        # on 27 October there are two
        ("2024-10-27T02:15+02:00", "2024-10-26T02:30+02:00", "2024-10-27T02:30+02:00"),
        ("2024-10-27T02:15+01:00", "2024-10-27T02:30+02:00", "2024-10-28T02:30+01:00"),
        ("2024-10-27T02:45+01:00", "2024-10-27T02:30+02:00", "2024-10-28T02:30+01:00"),
    ],
)
def test_a_time_of_day_comes_once_a_day(now: str, before: str, after: str) -> None:
    assert latest(OfDay(time(2, 30)), at(now), VIENNA) == at(before)
    assert coming(OfDay(time(2, 30)), at(now), VIENNA) == at(after)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),
    st.times().map(lambda one: one.replace(second=0, microsecond=0)),
    st.sampled_from(ZONES),
)
def test_the_present_lies_between_the_last_and_the_next(now: datetime, of_day: time, zone: ZoneInfo) -> None:
    present = now.replace(tzinfo=UTC)
    before, after = latest(OfDay(of_day), present, zone), coming(OfDay(of_day), present, zone)
    assert before <= present < after
    assert timedelta(hours=22) < after - before < timedelta(hours=26)
    assert coming(OfDay(of_day), before, zone) == after
    assert latest(OfDay(of_day), after, zone) == after


def test_once_each_night_of_a_year() -> None:
    times = Times(300, None, OfDay(time(2, 30)), VIENNA)
    now, last, nights = datetime(2024, 1, 1, tzinfo=UTC), datetime(2023, 12, 31, 12, tzinfo=UTC), []
    while now < datetime(2025, 1, 1, tzinfo=UTC):
        if times.full_is_due(last, now):
            last = now
            nights.append(now.astimezone(VIENNA))
        now += timedelta(minutes=10)
    assert len({night.date() for night in nights}) == len(nights) == 366
    assert {night.strftime("%H:%M") for night in nights} == {"02:30", "03:30"}


def test_what_was_missed_while_we_were_down_is_caught_up() -> None:
    times = Times(300, None, OfDay(time(2, 30)), VIENNA)
    now = at("2024-05-06T09:00+02:00")
    assert times.full_is_due(at("2024-05-05T02:31+02:00"), now)
    assert not times.full_is_due(at("2024-05-06T02:31+02:00"), now)
    assert times.next_full(at("2024-05-06T02:31+02:00"), now) == at("2024-05-07T02:30+02:00")


def test_both_a_span_and_a_time_of_day() -> None:
    times = Times(300, 3600, OfDay(time(2, 30)), VIENNA)
    now = at("2024-05-06T02:15+02:00")
    assert times.next_full(now - timedelta(minutes=50), now) == now + timedelta(minutes=10)
    assert times.next_full(now - timedelta(minutes=10), now) == now + timedelta(minutes=15)
    assert times.next_full(now - timedelta(minutes=60), now) == now
    assert Times(300, None).next_full(now, now) is None


def test_a_read_that_lies_in_the_future_was_before_our_clock_was_set_back() -> None:
    now = datetime(2024, 5, 6, tzinfo=UTC)
    assert Times(300).full_is_due(now + timedelta(days=365), now)
    assert not Times(300).full_is_due(now + timedelta(minutes=1), now)


def test_what_fails_again_and_again_is_tried_less_often() -> None:
    assert [Times(60).pause(failures) for failures in (0, 1, 2, 3, 4, 5, 50)] == [
        60,
        60,
        60,
        120,
        240,
        480,
        480,
    ]
    assert [Times(300).pause(failures) for failures in (2, 3, 4, 99)] == [300, 600, 900, 900]
    assert Times(7200).pause(9) == 7200
    assert [Times(300).full_pause(failures) for failures in (1, 2, 4, 99)] == [600, 1200, 3600, 3600]


def test_the_share_is_the_names_alone() -> None:
    shares = [share(f"emr.stream{number}") for number in range(1000)]
    assert shares == [share(f"emr.stream{number}") for number in range(1000)]
    assert all(0 <= one < 1 for one in shares)
    assert all(70 < sum(low <= one * 10 < low + 1 for one in shares) < 130 for low in range(10))


def test_only_on_the_weekdays_named() -> None:
    weekend = OfDay(time(2, 30), frozenset({5, 6}))
    now = at("2024-05-08T12:00+02:00")  # a Wednesday
    assert latest(weekend, now, VIENNA) == at("2024-05-05T02:30+02:00")
    assert coming(weekend, now, VIENNA) == at("2024-05-11T02:30+02:00")
    saturday = OfDay(time(2, 30), frozenset({5}))
    assert coming(saturday, at("2024-05-11T02:30+02:00"), VIENNA) == at("2024-05-18T02:30+02:00")
    assert latest(saturday, at("2024-05-11T02:29+02:00"), VIENNA) == at("2024-05-04T02:30+02:00")
