"""Cache-Control in requests: what is understood, and that the rest is ignored."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.flow.live.demand import Demand
from facade.rest.request.cache_control import demand_of

CASES = [
    ("", Demand()),
    ("no-cache", Demand(no_cache=True)),
    ("No-Cache", Demand(no_cache=True)),
    ("max-age=0", Demand(max_age=0)),
    ("max-age=30", Demand(max_age=30)),
    ('max-age="30"', Demand(max_age=30)),
    ("max-age = 30", Demand(max_age=30)),
    ("max-age=30, max-age=10", Demand(max_age=10)),
    ("max-age=99999999999999999999", Demand(max_age=2**31)),
    ("only-if-cached", Demand(only_if_cached=True)),
    ("only-if-cached, max-age=5", Demand(max_age=5, only_if_cached=True)),
    ("max-stale", Demand(max_stale=inf)),
    ("max-stale=60", Demand(max_stale=60)),
    ("stale-if-error=60", Demand(stale_if_error=60)),
    ('ext="a, no-cache, b", max-age=7', Demand(max_age=7)),
    (" ,, max-age=7 ,", Demand(max_age=7)),
    # malformed, or not ours: as if it were not there
    ("max-age", Demand()),
    ("max-age=", Demand()),
    ("max-age=-1", Demand()),
    ("max-age=1.5", Demand()),
    ("max-age=ten", Demand()),
    ("max-age=3 4", Demand()),
    ("max-stale=x", Demand()),
    ('no-cache="field"', Demand()),
    ("no-store, no-transform, min-fresh=5", Demand()),
    ("@!=, max-age=7", Demand(max_age=7)),
    ('"max-age=7', Demand()),
    ("max-age=\u0663".encode().decode("latin-1"), Demand()),
]


@pytest.mark.parametrize(("header", "wanted"), CASES)
def test_a_header_is_read(header: str, wanted: Demand) -> None:
    assert demand_of(header.encode("latin-1")) == wanted


@given(st.binary(max_size=60))
def test_no_header_is_an_error(header: bytes) -> None:
    demand_of(header)


@given(
    st.integers(0, 2**31),
    st.lists(st.sampled_from(["no-transform", "x=1", 'y="a,b"', "", "=", "min-fresh=1"])),
)
def test_other_directives_hide_nothing(seconds: int, others: list[str]) -> None:
    header = ", ".join([*others, f"max-age={seconds}", *others])
    assert demand_of(header.encode()).max_age == seconds
