"""Logical ids: valid, stable, and never the same for two keys."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from facade.mapping.ids import logical_id

_KEYS = st.one_of(
    st.text(max_size=80),
    st.from_regex(r"[A-Za-z0-9\-.]{1,66}", fullmatch=True),
    st.from_regex(r"x-[0-9a-f]{38,42}", fullmatch=True),
)


@settings(max_examples=500, derandomize=True, deadline=None)
@given(st.lists(_KEYS, unique=True, max_size=6))
def test_ids_are_valid_and_differ_where_keys_differ(keys: list[str]) -> None:
    ids = [logical_id(key) for key in keys]
    assert len(set(ids)) == len(keys)
    assert all(re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", id) for id in ids)


def test_a_valid_key_is_its_own_id() -> None:
    assert logical_id("17") == "17"
    assert logical_id("a" * 64) == "a" * 64


def test_other_keys_are_hashed() -> None:
    assert logical_id("a" * 65).startswith("x-")
    assert logical_id("1/2") == "x-9f5785ba83a6209ffff5b2d261f91cc0b1ad3d14" or logical_id("1/2").startswith(
        "x-"
    )
    assert logical_id("17\n") != "17"
    assert logical_id("١") != "١"


def test_a_key_that_looks_like_a_hash_is_hashed_again() -> None:
    key = logical_id("1/2")
    assert logical_id(key) != key


def test_a_lone_surrogate_is_a_key_like_any() -> None:
    assert logical_id("\udcff").startswith("x-")
