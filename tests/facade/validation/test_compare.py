"""Comparison: only of what can be compared, and only as far as both say."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.validation.compare import compare


@pytest.mark.parametrize(
    ("left", "right", "order"),
    [
        (1, 2, -1),
        (Decimal("1.0"), 1, 0),
        (True, 1, None),
        ("a", "b", -1),
        ("a", 1, None),
        ("2020", "2021", -1),
        ("2020", "2020", 0),
        ("2020", "2020-01", None),
        ("2020-02", "2020-01-31", 1),
        ("2020-01-01", "2020-01-01T00:00:00Z", None),
        ("2020-01-01T10:00:00Z", "2020-01-01T11:00:00+01:00", 0),
        ("2020-01-01T10:00:00.5Z", "2020-01-01T10:00:00.25Z", 1),
        ("2020-01-01T10:00:00Z", "2020-01-01T10:00:00", None),
        ("2020-01-01T23:59:60Z", "2020-01-02T00:00:00Z", -1),
        ("2020-02-30T10:00:00Z", "2020-03-01T10:00:00Z", None),
        ("10:00", "09:59:59", 1),
        ({"value": 1, "code": "mg"}, {"value": 2, "code": "mg"}, -1),
        ({"value": 1, "code": "mg"}, {"value": 2, "code": "g"}, None),
        ({"value": 1, "unit": "mg"}, {"value": 2}, None),
        ({"value": 1}, {}, None),
    ],
)
def test_compare(left: Any, right: Any, order: int | None) -> None:
    assert compare(left, right) == order
    assert compare(right, left) == (None if order is None else -order)


@given(
    st.datetimes(min_value=datetime(1000, 1, 1)),
    st.datetimes(min_value=datetime(1000, 1, 1)),
    st.integers(0, 3),
)
def test_dates_of_equal_precision_are_in_the_order_of_their_texts(
    left: datetime, right: datetime, precision: int
) -> None:
    form = ("%Y", "%Y-%m", "%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ")[precision]
    one, other = left.strftime(form), right.strftime(form)
    assert compare(one, other) == (one > other) - (one < other)
