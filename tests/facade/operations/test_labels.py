"""Labels are sets: system and code tell codings apart, the whole URL profiles."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.errors import BadRequest
from facade.operations.labels import add_labels, delete_labels, given_meta, returned

A = {"system": "http://example.org/s", "code": "a"}
SHOWN = {**A, "display": "A", "version": "1"}
B = {"system": "http://example.org/s", "code": "b"}
BARE = {"code": "a"}
CODINGS = st.lists(st.sampled_from([A, SHOWN, B, BARE]), max_size=4)
METAS = st.fixed_dictionaries(
    {}, optional={"tag": CODINGS, "security": CODINGS, "profile": st.lists(st.sampled_from("pq"), max_size=3)}
)


def identities(meta: dict[str, Any]) -> set[tuple[Any, ...]]:
    coded = {
        (name, one.get("system"), one.get("code"))
        for name in ("tag", "security")
        for one in meta.get(name, ())
    }
    return coded | {("profile", one) for one in meta.get("profile", ())}


def test_adding() -> None:
    meta = {"versionId": "1", "tag": [A], "profile": ["p"]}
    given = {"tag": [SHOWN, B, B, BARE], "security": [A], "profile": ["p", "q", "q"]}
    assert add_labels(meta, given) == {
        "versionId": "1",
        "tag": [A, B, BARE],
        "profile": ["p", "q"],
        "security": [A],
    }
    assert meta == {"versionId": "1", "tag": [A], "profile": ["p"]}


def test_deleting() -> None:
    meta = {"versionId": "1", "tag": [SHOWN, B], "profile": ["p"], "security": [BARE]}
    assert delete_labels(meta, {"tag": [A], "profile": ["p", "z"], "security": [A]}) == {
        "versionId": "1",
        "tag": [B],
        "security": [BARE],
    }


@given(METAS, METAS)
def test_the_sets(meta: dict[str, Any], given: dict[str, Any]) -> None:
    assert identities(add_labels(meta, given)) == identities(meta) | identities(given)
    assert identities(delete_labels(meta, given)) == identities(meta) - identities(given)
    once = add_labels(meta, given)
    assert add_labels(once, given) == once


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        ({"resourceType": "Patient"}, "This operation takes Parameters with one parameter: meta."),
        ({"resourceType": "Parameters"}, "This operation takes Parameters with one parameter: meta."),
        (
            {"resourceType": "Parameters", "parameter": [{"name": "meta", "valueMeta": {}}] * 2},
            "This operation takes Parameters with one parameter: meta.",
        ),
        (
            {"resourceType": "Parameters", "parameter": [{"name": "meta", "valueString": "x"}]},
            "The parameter meta is not a Meta.",
        ),
        (
            {"resourceType": "Parameters", "parameter": [{"name": "meta", "valueMeta": {"tag": "x"}}]},
            "The parameter meta is not a Meta.",
        ),
    ],
)
def test_what_is_refused(parameters: dict[str, Any], text: str) -> None:
    with pytest.raises(BadRequest) as refused:
        given_meta(parameters)
    assert refused.value.diagnostics == text


def test_what_is_given_and_returned() -> None:
    sent = {"resourceType": "Parameters", "parameter": [{"name": "meta", "valueMeta": {"tag": [A]}}]}
    assert given_meta(sent) == {"tag": [A]}
    assert returned({}) == {"resourceType": "Parameters", "parameter": [{"name": "return"}]}
