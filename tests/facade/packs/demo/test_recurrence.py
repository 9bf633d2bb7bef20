"""Appointment series."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facade.packs.demo.recurrence import occurrences


def days(first: int, rule: str) -> list[str]:
    return [found["day"] for found in occurrences([first, rule])]


def test_no_rule_is_one_day_without_suffix() -> None:
    assert occurrences([20260302]) == [{"day": "20260302"}]
    assert occurrences(20260302) == [{"day": "20260302"}]
    assert occurrences([20260302, ""]) == [{"day": "20260302"}]


def test_pipes() -> None:
    assert occurrences([20260302, "W|2|2||"]) == [
        {"day": "20260302", "suffix": "-20260302"},
        {"day": "20260316", "suffix": "-20260316"},
    ]
    assert days(20241231, "D|1|3") == ["20241231", "20250101", "20250102"]


def test_until_is_the_last_day() -> None:
    assert days(20260302, "W|1||20260316|") == ["20260302", "20260309", "20260316"]
    assert days(20260302, "W|1||20260315|") == ["20260302", "20260309"]


def test_skipped_days_count_but_do_not_come() -> None:
    assert days(20260302, "W|1|4||20260309;20260323") == ["20260302", "20260316"]


def test_a_rule_without_end_stops() -> None:
    assert len(days(20260302, "D|1|||")) == 200


def test_php() -> None:
    rule = 'a:3:{s:4:"freq";s:1:"W";s:5:"every";i:1;s:5:"count";s:1:"2";}'
    assert days(20260302, rule) == ["20260302", "20260309"]


@pytest.mark.parametrize(
    "rule", ["EVERY TUESDAY", "M|1|2||", "W|0|2||", "W|-1|2||", "i:7;", 'a:1:{s:4:"freq";i:1;}']
)
def test_an_unknown_rule_is_refused(rule: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        occurrences([20260302, rule])


@settings(derandomize=True, max_examples=100)
@given(
    first=st.dates(date(1994, 1, 1), date(2090, 1, 1)),
    every=st.integers(1, 60),
    count=st.integers(1, 150),
    weekly=st.booleans(),
    left_out=st.sets(st.integers(0, 150), max_size=5),
)
def test_both_notations_agree(first: date, every: int, count: int, weekly: bool, left_out: set[int]) -> None:
    step = timedelta(days=every * (7 if weekly else 1))
    begin, frequency = int(first.strftime("%Y%m%d")), "W" if weekly else "D"
    planned = [(first + step * n).strftime("%Y%m%d") for n in range(count)]
    skipped = [(first + step * n).strftime("%Y%m%d") for n in sorted(left_out)]
    php = f'a:3:{{s:4:"freq";s:1:"{frequency}";s:5:"every";i:{every};s:5:"count";i:{count};}}'
    assert days(begin, php) == planned
    assert days(begin, f"{frequency}|{every}|{count}||{';'.join(skipped)}") == [
        d for d in planned if d not in skipped
    ]
    assert days(begin, f"{frequency}|{every}||{planned[-1]}|") == planned
