"""Dates: precision kept, the site's zone, clock changes, legacy zeros."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facade.mapping.filters import FILTERS, Environment
from tests.facade.mapping.packs import failure, value

NEW_YORK = ZoneInfo("America/New_York")


def make(name: str, *arguments: Any, zone: str = "America/New_York") -> Any:
    return FILTERS[name].build(Environment(ZoneInfo(zone)), arguments)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2013", "2013"),
        ("2013-05", "2013-05"),
        ("2013-05-02", "2013-05-02"),
        ("2013-5-2", "2013-05-02"),
        ("2013-05-02 17:30:00", "2013-05-02"),
        ("2013-05-02T17:30:00.123456", "2013-05-02"),
        ("20130502", "2013-05-02"),
        ("201305", "2013-05"),
        ("20130502093000", "2013-05-02"),
        ("2013-05-00", "2013-05"),
        ("2013-00-00", "2013"),
        ("0000-00-00", None),
        ("0000-00-00 00:00:00", None),
        ("00000000", None),
        ("0001-01-01", None),
        ("0001-01-01T00:00:00", None),
        ("0002-01-01", "0002-01-01"),
        ("2012-02-29", "2012-02-29"),
    ],
)
def test_date(text: str, wanted: str | None) -> None:
    assert value("$a | date", {"a": text}) == wanted


@pytest.mark.parametrize(
    "text",
    ["2013-02-29", "2013-13-01", "02/03/1970", "2013-W01-1", "2013-00-05", "x", "20133", "2013-05-02x"],
)
def test_what_is_no_date_fails_without_the_value(text: str) -> None:
    element, reason = failure("birthDate: $DOB | date", {"DOB": text})
    assert (element, reason) == ("birthDate", "`date` cannot read the value as a date, in `$DOB | date`")
    assert text not in reason or text == "x"


@pytest.mark.parametrize(
    ("formats", "text", "wanted"),
    [
        (["%m/%d/%Y"], "5/2/2013", "2013-05-02"),
        (["%m/%d/%Y", "%Y%m%d"], "20130502", "2013-05-02"),
        (["%m/%Y"], "05/2013", "2013-05"),
        (["%d-%b-%y"], "02-MAY-13", "2013-05-02"),
        (["%Y%j"], "2013122", "2013-05-02"),
        (["%m/%d/%Y"], "00/00/0000", None),
        (["%Y"], "2013", "2013"),
    ],
)
def test_date_by_formats(formats: list[str], text: str, wanted: str | None) -> None:
    assert make("date", *formats)(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2013-05-02 09:30:00", "2013-05-02T09:30:00-04:00"),
        ("2013-12-02T09:30:00", "2013-12-02T09:30:00-05:00"),
        ("2013-12-02 09:30", "2013-12-02T09:30:00-05:00"),
        ("2013-12-02 9:30", "2013-12-02T09:30:00-05:00"),
        ("2013-12-02 09:30:00.500", "2013-12-02T09:30:00.500-05:00"),
        ("2013-12-02T09:30:00Z", "2013-12-02T09:30:00Z"),
        ("2013-12-02T09:30:00+01:00", "2013-12-02T09:30:00+01:00"),
        ("2013-12-02 09:30:00+01", "2013-12-02T09:30:00+01:00"),
        ("20131202093000.12-0500", "2013-12-02T09:30:00.12-05:00"),
        ("201312020930", "2013-12-02T09:30:00-05:00"),
        ("2013120209", "2013-12-02T09:00:00-05:00"),
        ("2013-12-31 24:00:00", "2014-01-01T00:00:00-05:00"),
        ("2013-12-02", "2013-12-02"),
        ("2013", "2013"),
        ("0000-00-00 00:00:00", None),
        ("0001-01-01 00:00:00", None),
        ("1850-01-01 00:00:00", "1850-01-01T00:00:00-04:56"),
    ],
)
def test_datetime(text: str, wanted: str | None) -> None:
    assert value("$a | datetime", {"a": text}) == wanted


def test_a_time_that_clocks_skip_gets_the_offset_before_the_change() -> None:
    made = make("datetime")("2021-03-14 02:30:00")
    assert made == "2021-03-14T02:30:00-05:00"
    assert datetime.fromisoformat(made).astimezone(NEW_YORK).isoformat() == "2021-03-14T03:30:00-04:00"


def test_a_time_that_comes_twice_is_the_first() -> None:
    assert make("datetime")("2021-11-07 01:30:00") == "2021-11-07T01:30:00-04:00"
    assert make("datetime")("2021-11-07 01:30") == "2021-11-07T01:30:00-04:00"


def test_instant_needs_a_time() -> None:
    assert make("instant")("2013-12-02 09:30") == "2013-12-02T09:30:00-05:00"
    assert failure("meta: { lastUpdated: $a | instant }\nactive: true", {"a": "2013-12-02"}) == (
        "meta.lastUpdated",
        "`instant` cannot read the value as a date and time, in `$a | instant`",
    )


@pytest.mark.parametrize(
    ("formats", "text", "wanted"),
    [
        ([], "9:30", "09:30:00"),
        ([], "09:30:15.5", "09:30:15.5"),
        ([], "0930", "09:30:00"),
        ([], "093015", "09:30:15"),
        ([], "2013-05-02 17:00:00", "17:00:00"),
        (["%I:%M %p"], "5:07 PM", "17:07:00"),
    ],
)
def test_time(formats: list[str], text: str, wanted: str) -> None:
    assert make("time", *formats)(text) == wanted


@pytest.mark.parametrize(
    ("text", "amount", "unit", "wanted"),
    [
        ("2021-03-14T01:30:00-05:00", "3600", "seconds", "2021-03-14T03:30:00-04:00"),
        ("2021-03-14T01:30:00-05:00", "1", "days", "2021-03-15T01:30:00-04:00"),
        ("2021-11-07T01:30:00-04:00", "60", "minutes", "2021-11-07T01:30:00-05:00"),
        ("2021-11-07T01:30:00-04:00", "-1", "hours", "2021-11-07T00:30:00-04:00"),
        ("2021-06-01T10:00:00Z", "1.5", "hours", "2021-06-01T11:30:00+00:00"),
        ("2021-06-01T10:00:00+02:00", "1", "hours", "2021-06-01T11:00:00+02:00"),
        ("2021-06-01T10:00:00.25-04:00", "1", "seconds", "2021-06-01T10:00:01.25-04:00"),
        ("2020-02-29", "1", "years", "2021-02-28"),
        ("2021-01-31", "-2", "months", "2020-11-30"),
        ("2021-01-31", "2", "weeks", "2021-02-14"),
    ],
)
def test_plus(text: str, amount: str, unit: str, wanted: str) -> None:
    assert make("plus", amount, unit)(text) == wanted


def test_plus_by_a_column() -> None:
    body = {"start": "2021-06-01 10:00:00", "duration": 900}
    assert value("$start | datetime | plus($duration, seconds)", body) == "2021-06-01T10:15:00-04:00"
    assert value("$start | datetime | plus($duration, seconds)", {"start": "2021-06-01 10:00:00"}) is None


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("2021", "1", "days"),
        ("2021-06-01", "1", "hours"),
        ("9999-12-31", "1", "days"),
        ("2021-06-01", "999999999", "days"),
        ("2021-06-01", "99999999999", "years"),
        ("2021-06-01", "0.5", "days"),
    ],
)
def test_plus_that_cannot_be(text: str, amount: str, unit: str) -> None:
    element, reason = failure(f"birthDate: $a | plus($n, {unit}) | date", {"a": text, "n": amount})
    assert (element, reason.partition(",")[0]) == (
        "birthDate",
        "`plus` cannot compute with the value as a date",
    )


def test_epoch() -> None:
    assert make("epoch")("0") == "1969-12-31T19:00:00-05:00"
    assert make("epoch", "milliseconds")(1500) == "1969-12-31T19:00:01-05:00"
    assert make("epoch")("1.5") == "1969-12-31T19:00:01.5-05:00"
    assert failure("deceasedDateTime: $a | epoch", {"a": "9" * 30})[1].startswith("`epoch` cannot read")


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)))
def test_local_times_name_the_instant_that_the_zone_gives(local: datetime) -> None:
    text = local.replace(microsecond=0).isoformat()
    zone = ZoneInfo("Europe/Berlin")
    made = make("datetime", zone="Europe/Berlin")(text)
    wanted = local.replace(microsecond=0, tzinfo=zone)
    assert made.startswith(text)
    assert abs(datetime.fromisoformat(made) - wanted.astimezone(UTC)) <= timedelta(seconds=30)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.dates(min_value=date(2, 1, 1)), st.sampled_from(["%Y-%m-%d", "%Y%m%d", "%Y-%m-%d 00:00:00"]))
def test_every_day_comes_through(day: date, written: str) -> None:
    text = (
        written.replace("%Y", f"{day.year:04d}")
        .replace("%m", f"{day.month:02d}")
        .replace("%d", f"{day.day:02d}")
    )
    assert make("date")(text) == day.isoformat()


@settings(max_examples=500, derandomize=True, deadline=None)
@given(st.text(alphabet="0123456789-/:T. +Z%W", max_size=25))
def test_no_text_breaks_a_date_filter(text: str) -> None:
    from facade.mapping.errors import MappingFailure

    for name in ("date", "datetime", "instant", "time"):
        try:
            made = make(name)(text)
        except MappingFailure:
            continue
        if made is not None and name != "time" and len(made) >= 10:
            date.fromisoformat(made[:10])
