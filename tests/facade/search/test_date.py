"""The spec's interval rules, said again over days, and the forms that a date may take."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facade.errors import BadRequest
from facade.search import parse_search
from facade.search.date import interval

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("2013", "2013-01-01T00:00:00", "2014-01-01T00:00:00"),
        ("2012-02", "2012-02-01T00:00:00", "2012-03-01T00:00:00"),
        ("2012-12", "2012-12-01T00:00:00", "2013-01-01T00:00:00"),
        ("2012-02-29", "2012-02-29T00:00:00", "2012-03-01T00:00:00"),
        ("2013-01-14T10:00", "2013-01-14T10:00:00", "2013-01-14T10:01:00"),
        ("2013-01-14T10:00Z", "2013-01-14T10:00:00", "2013-01-14T10:01:00"),
        ("2013-01-14T10:00:07Z", "2013-01-14T10:00:07", "2013-01-14T10:00:08"),
        ("2013-01-14T10:00:07.5Z", "2013-01-14T10:00:07.5", "2013-01-14T10:00:07.6"),
        ("2013-01-14T10:00:07.123-05:00", "2013-01-14T15:00:07.123", "2013-01-14T15:00:07.124"),
        ("2013-01-14T10:00:07.1234567Z", "2013-01-14T10:00:07.123456", "2013-01-14T10:00:07.123457"),
        ("2013-01-14T01:00:00+05:30", "2013-01-13T19:30:00", "2013-01-13T19:30:01"),
        ("2013-01-14T01:00:00 05:30", "2013-01-13T19:30:00", "2013-01-13T19:30:01"),  # a decoded +
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00", "2017-01-01T00:00:01"),  # a leap second
    ],
)
def test_a_precision_is_an_interval(text: str, low: str, high: str) -> None:
    expected = tuple(micros(_parse(end)) for end in (low, high))
    assert interval(text) == expected


def _parse(text: str) -> datetime:
    whole, _, fraction = text.partition(".")
    return datetime.fromisoformat(whole + "+00:00") + timedelta(microseconds=int(fraction.ljust(6, "0") or 0))


def test_the_ends_of_time() -> None:
    first, last = interval("0001"), interval("9999-12-31")
    assert first is not None
    assert first[0] == micros(datetime(1, 1, 1, tzinfo=UTC))
    assert last is not None
    assert last[1] == micros(datetime(9999, 12, 31, tzinfo=UTC)) + 86_400_000_000
    assert interval("9999", ZoneInfo("America/New_York")) is not None
    assert interval("0001", ZoneInfo("Asia/Tokyo")) is not None


@pytest.mark.parametrize(
    "text",
    ["", "20", "2013-13", "2013-00", "2013-02-30", "0000", "2013-1-1", "2013-01-01T", "2013-01-01T10",
     "2013-01-01T24:00", "2013-01-01T10:60", "2013-01-01T10:00:61Z", "2013-01-01 10:00", "2013-01-01Z",
     "2013-01-01T10:00:00.Z", "２０１３", "2013-01-01\n", "2013-01-01T10:00:00+0500"],
)  # fmt: skip
def test_what_is_no_date(text: str) -> None:
    assert interval(text) is None


def test_a_day_without_a_zone_is_a_day_of_the_site() -> None:
    zone = ZoneInfo("Europe/Berlin")
    day = interval("2024-03-31", zone)  # the day that has 23 hours
    assert day == (
        micros(datetime(2024, 3, 30, 23, tzinfo=UTC)),
        micros(datetime(2024, 3, 31, 22, tzinfo=UTC)),
    )
    assert interval("2024-07-01T12:00", zone) == interval("2024-07-01T10:00Z")
    assert interval("2024-07-01T12:00Z", zone) == interval("2024-07-01T12:00Z")


@settings(max_examples=300, derandomize=True)
@given(
    st.datetimes(datetime(1800, 1, 1), datetime(2200, 1, 1)),
    st.integers(-14 * 60, 14 * 60),
)
def test_an_instant_is_where_python_puts_it(moment: datetime, minutes: int) -> None:
    zoned = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert interval(zoned.isoformat(timespec="microseconds")) == (micros(zoned), micros(zoned) + 1)


def test_values_that_cannot_be_read() -> None:
    for value, message in [
        ("xx2013", "Search parameter `birthdate` has the unknown prefix 'xx'"),
        (
            "soon",
            "Search parameter `birthdate` has the unknown prefix 'so'",
        ),
        (
            "ge13",
            "Search parameter `birthdate` takes a date such as 2024, 2024-05, 2024-05-31 or "
            "2024-05-31T12:00:00Z",
        ),
    ]:
        with pytest.raises(BadRequest) as caught:
            parse_search("Patient", [("birthdate", value)])
        assert (caught.value.diagnostics, caught.value.expression) == (message, "http.birthdate")
