"""Bytes keep every digit, and the version is spliced in without a second pass."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facade.store.serialise import canonical, digest, freeze, from_json, instant, to_json

leaves = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9),
)
trees = st.recursive(
    leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text("abc", min_size=1), inner)
)
resources = st.fixed_dictionaries(
    {"resourceType": st.just("Patient"), "id": st.from_regex(r"[A-Za-z0-9.-]{1,8}", fullmatch=True)},
    optional={
        "meta": st.fixed_dictionaries({}, optional={"profile": st.just(["x"]), "versionId": st.just("7")})
    },
)


def test_decimals_keep_their_digits() -> None:
    assert to_json({"value": Decimal("200.00")}) == b'{"value":200.00}'
    assert from_json(b'{"value":200.00}') == {"value": Decimal("200.00")}
    with pytest.raises(TypeError, match="not JSON serializable"):
        to_json(Decimal("NaN"))


@settings(max_examples=200, derandomize=True)
@given(resources, st.dictionaries(st.text("defg", min_size=1), trees, max_size=4))
def test_a_frozen_resource_reads_back_whole(resource: dict[str, Any], rest: dict[str, Any]) -> None:
    whole = {**resource, **rest}
    content = freeze(whole)
    back = from_json(content.body(3, instant(1_706_702_400_123_000)))
    assert back.pop("meta") == {
        **{name: value for name, value in whole.get("meta", {}).items() if name != "versionId"},
        "versionId": "3",
        "lastUpdated": "2024-01-31T12:00:00.123Z",
    }
    assert back == {name: value for name, value in whole.items() if name != "meta"}
    assert list(from_json(content.body(1, "")))[:3] == ["resourceType", "id", "meta"]


def test_the_hash_tells_contents_apart_but_not_versions() -> None:
    one = {"resourceType": "Patient", "id": "1", "meta": {"versionId": "1"}, "active": True}
    assert freeze(one).hash == freeze({**one, "meta": {"versionId": "2"}}).hash
    assert freeze(one).hash == freeze({**one, "meta": {}}).hash
    for other in ({"id": "2"}, {"active": False}, {"meta": {"profile": ["x"]}}, {"resourceType": "Group"}):
        assert freeze({**one, **other}).hash != freeze(one).hash


def test_canonical_bodies() -> None:
    assert canonical({"b": 1, "a": "é"}) == canonical({"a": "é", "b": 1}) == '{"a":"é","b":1}'.encode()
    odd = {"big": 2**70, "half": "\ud800"}
    assert json.loads(canonical(odd)) == odd
    assert digest(b"ab", b"c") != digest(b"a", b"bc")
