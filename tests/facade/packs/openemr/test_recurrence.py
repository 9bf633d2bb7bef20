"""The days of repeating events, as OpenEMR 5.0.1's calendar shows them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facade.packs.openemr.recurrence import occurrences


def event(kind: int, first: str, last: str | None, **spec: str) -> dict[str, Any]:
    """A row of the stream `event`, its recurrence serialised as PHP does it."""
    names = {
        "event_repeat_freq": spec.get("freq", "0"),
        "event_repeat_freq_type": spec.get("unit", "0"),
        "event_repeat_on_num": spec.get("num", "1"),
        "event_repeat_on_day": spec.get("day", "0"),
        "event_repeat_on_freq": spec.get("on_freq", "0"),
        "exdate": spec.get("exdate", ""),
    }
    items = "".join(f's:{len(name)}:"{name}";s:{len(value)}:"{value}";' for name, value in names.items())
    return {
        "pc_eid": 7,
        "pc_eventDate": first,
        "pc_endDate": last,
        "pc_recurrtype": kind,
        "pc_recurrspec": f"a:{len(names)}:{{{items}}}",
    }


def days(row: dict[str, Any]) -> list[str]:
    return [found["day"] for found in occurrences(row)]


def test_a_single_event_keeps_its_key() -> None:
    assert occurrences(event(0, "2018-01-02", None)) == [{"key": "7", "day": "2018-01-02"}]


def test_a_repeating_event_has_a_key_for_each_day() -> None:
    found = occurrences(event(1, "2018-01-02", "2018-01-03", freq="1", unit="0"))
    assert [one["key"] for one in found] == ["7-20180102", "7-20180103"]
    assert [one["suffix"] for one in found] == ["-20180102", "-20180103"]
    assert [one["day"] for one in found] == ["2018-01-02", "2018-01-03"]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            event(1, "2018-03-05", "2018-04-02", freq="2", unit="1"),
            ["2018-03-05", "2018-03-19", "2018-04-02"],
        ),
        (
            event(1, "2018-03-05", "2018-04-02", freq="2", unit="1", exdate="20180319"),
            ["2018-03-05", "2018-04-02"],
        ),
        # PHP's mktime: 31 February is 3 March, from where the next month is counted
        (
            event(1, "2018-01-31", "2018-04-10", freq="1", unit="2"),
            ["2018-01-31", "2018-03-03", "2018-04-03"],
        ),
        (
            event(1, "2016-02-29", "2018-03-01", freq="1", unit="3"),
            ["2016-02-29", "2017-03-01", "2018-03-01"],
        ),
        # Thursday, Friday, then Monday
        (
            event(1, "2018-03-01", "2018-03-05", freq="1", unit="4"),
            ["2018-03-01", "2018-03-02", "2018-03-05"],
        ),
        (event(1, "2018-03-01", "2018-03-08", freq="3", unit="4"), ["2018-03-01", "2018-03-06"]),
        # Sunday is 1: Mondays and Wednesdays
        (
            event(3, "2018-03-05", "2018-03-12", freq="2,4", unit="6"),
            ["2018-03-05", "2018-03-07", "2018-03-12"],
        ),
        # the second Tuesday of each month
        (
            event(2, "2018-01-09", "2018-03-31", num="2", day="2", on_freq="1"),
            ["2018-01-09", "2018-02-13", "2018-03-13"],
        ),
        # the fifth Friday means the last one
        (
            event(2, "2018-03-30", "2018-05-31", num="5", day="5", on_freq="1"),
            ["2018-03-30", "2018-04-27", "2018-05-25"],
        ),
        (event(1, "2018-03-05", None, freq="1", unit="0"), ["2018-03-05"]),
        (event(1, "2018-03-05", "0000-00-00", freq="1", unit="0"), ["2018-03-05"]),
    ],
)
def test_days(row: dict[str, Any], expected: list[str]) -> None:
    assert days(row) == expected


def test_the_horizon_ends_what_goes_on() -> None:
    row = event(1, "2018-01-01", "2099-12-31", freq="1", unit="0")
    assert days({**row, "horizon": "2018-01-03"}) == ["2018-01-01", "2018-01-02", "2018-01-03"]


@pytest.mark.parametrize(
    "row",
    [
        {**event(1, "2018-01-01", "2018-02-01"), "pc_recurrspec": "a:5:{s:17"},
        {**event(1, "2018-01-01", "2018-02-01"), "pc_recurrspec": "i:1;"},
        event(1, "2018-01-01", "2018-02-01", freq="-1"),
        event(1, "2018-01-01", "2018-02-01", freq="1", unit="9"),
        event(3, "2018-01-01", "2018-02-01", freq="8", unit="6"),
        event(1, "2018-01-01", "9018-02-01", freq="1", unit="0"),
    ],
)
def test_what_cannot_be_read_is_an_error(row: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        occurrences(row)


@given(
    first=st.dates(date(2000, 1, 1), date(2030, 1, 1)),
    length=st.integers(0, 400),
    unit=st.sampled_from("01234"),
    frequency=st.integers(1, 9),
)
@settings(max_examples=200, derandomize=True, deadline=None)
def test_days_go_forward_within_the_range(first: date, length: int, unit: str, frequency: int) -> None:
    last = first + timedelta(days=length)
    found = days(event(1, first.isoformat(), last.isoformat(), freq=str(frequency), unit=unit))
    assert found[0] == first.isoformat()
    assert found == sorted(set(found))
    assert found[-1] <= last.isoformat()
