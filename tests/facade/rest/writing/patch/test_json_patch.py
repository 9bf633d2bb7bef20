"""JSON Patch: the examples of RFC 6902's appendix A, exact decimals, and what is refused."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.rest.writing.patch import apply_json_patch
from facade.rest.writing.patch.errors import BadPatch, PatchRefused
from facade.rest.writing.patch.json_patch import same
from facade.store.serialise import from_json


def op(op: str, path: str, **more: Any) -> dict[str, Any]:
    return {"op": op, "path": path, **{name.rstrip("_"): value for name, value in more.items()}}


@pytest.mark.parametrize(
    ("before", "operations", "after"),
    [
        ({"foo": "bar"}, [op("add", "/baz", value="qux")], {"foo": "bar", "baz": "qux"}),  # A.1
        ({"foo": ["bar", "baz"]}, [op("add", "/foo/1", value="qux")], {"foo": ["bar", "qux", "baz"]}),  # A.2
        ({"baz": "qux", "foo": "bar"}, [op("remove", "/baz")], {"foo": "bar"}),  # A.3
        ({"foo": ["bar", "qux", "baz"]}, [op("remove", "/foo/1")], {"foo": ["bar", "baz"]}),  # A.4
        ({"baz": "qux", "a": 1}, [op("replace", "/baz", value="boo")], {"baz": "boo", "a": 1}),  # A.5
        (
            {"foo": {"bar": "baz", "waldo": "fred"}, "qux": {"corge": "grault"}},
            [op("move", "/qux/thud", from_="/foo/waldo")],
            {"foo": {"bar": "baz"}, "qux": {"corge": "grault", "thud": "fred"}},
        ),  # A.6
        (
            {"foo": ["all", "grass", "cows", "eat"]},
            [op("move", "/foo/3", from_="/foo/1")],
            {"foo": ["all", "cows", "eat", "grass"]},
        ),  # A.7
        (
            {"baz": "qux", "foo": ["a", 2, "c"]},
            [op("test", "/baz", value="qux"), op("test", "/foo/1", value=2)],
            {"baz": "qux", "foo": ["a", 2, "c"]},
        ),  # A.8
        (
            {"foo": "bar"},
            [op("add", "/child", value={"grandchild": {}})],
            {"foo": "bar", "child": {"grandchild": {}}},
        ),  # A.10
        ({"foo": "bar"}, [op("add", "/baz", value="qux", xyz=123)], {"foo": "bar", "baz": "qux"}),  # A.11
        ({"/": 9, "~1": 10}, [op("test", "/~01", value=10)], {"/": 9, "~1": 10}),  # A.14
        ({"foo": ["bar"]}, [op("add", "/foo/-", value=["abc"])], {"foo": ["bar", ["abc"]]}),  # A.16
        ({"a": 1}, [op("add", "/a", value=2)], {"a": 2}),
        ({"a": 1}, [op("replace", "", value={"b": 1})], {"b": 1}),
        ({"a": 1}, [op("add", "", value={"b": 1})], {"b": 1}),
        (
            {"a": {"b": 1}},
            [op("copy", "/c", from_="/a"), op("add", "/c/b", value=2)],
            {"a": {"b": 1}, "c": {"b": 2}},
        ),
        ({"a": {"b": 1}}, [op("move", "/a", from_="/a")], {"a": {"b": 1}}),
        ({"a": {"b": 1}}, [op("move", "", from_="/a")], {"b": 1}),
        ({"a": None}, [op("test", "/a", value=None)], {"a": None}),
        ({"a": 1}, [], {"a": 1}),
        ({"a": [1]}, [op("remove", "/a/0"), op("add", "/a/0", value=2)], {"a": [2]}),
        ({"": {"a/b": 1}}, [op("replace", "//a~1b", value=2)], {"": {"a/b": 2}}),
    ],
)
def test_what_is_applied(before: dict[str, Any], operations: list[Any], after: dict[str, Any]) -> None:
    kept, wanted = copy.deepcopy(before), copy.deepcopy(operations)
    assert apply_json_patch(before, operations) == after
    assert (before, operations) == (kept, wanted)


THREE = {"a": {"b": 1}, "list": [1, 2], "text": "x"}


@pytest.mark.parametrize(
    ("operations", "text"),
    [
        ([op("test", "/text", value="secret")], "Operation 1 (test at /text): the value there is another."),
        (
            [op("add", "/c", value=1), op("remove", "/d")],
            "Operation 2 (remove at /d): there is nothing at that place.",
        ),
        ([op("replace", "/a/c", value=1)], "Operation 1 (replace at /a/c): there is nothing at that place."),
        ([op("add", "/x/y", value=1)], "Operation 1 (add at /x/y): there is nothing at that place."),
        ([op("add", "/list/3", value=1)], "Operation 1 (add at /list/3): an index here is 0 to 2, or -."),
        ([op("add", "/list/01", value=1)], "Operation 1 (add at /list/01): an index here is 0 to 2, or -."),
        ([op("add", "/list/x", value=1)], "Operation 1 (add at /list/x): an index here is 0 to 2, or -."),
        ([op("remove", "/list/-")], "Operation 1 (remove at /list/-): there is nothing at that place."),
        ([op("remove", "/list/2")], "Operation 1 (remove at /list/2): there is nothing at that place."),
        ([op("remove", "/list/-1")], "Operation 1 (remove at /list/-1): there is nothing at that place."),
        ([op("remove", "/list/\u0661")], "Operation 1 (remove at /list/…): there is nothing at that place."),
        (
            [op("add", "/text/y", value=1)],
            "Operation 1 (add at /text/y): its parent is neither an object nor an array.",
        ),
        ([op("copy", "/c", from_="/d")], "Operation 1 (copy at /d): there is nothing at that place."),
        ([op("move", "/c", from_="/d/e")], "Operation 1 (move at /d/e): there is nothing at that place."),
        (
            [op("move", "/a/b/c", from_="/a")],
            "Operation 1 (move at /a/b/c): what is moved cannot become a part of itself.",
        ),
        ([op("remove", "/Ann Ek")], "Operation 1 (remove at /…): there is nothing at that place."),
        ([op("remove", "")], "After the patch there is no resource, but another JSON value."),
        ([op("replace", "", value=[1])], "After the patch there is no resource, but another JSON value."),
        (
            [op("remove", ""), op("remove", "/a")],
            "Operation 2 (remove at /a): there is nothing at that place.",
        ),
        (
            [op("add", "/a" + "/b" * 2, value=1)],
            "Operation 1 (add at /a/b/b): its parent is neither an object nor an array.",
        ),
    ],
)
def test_what_does_not_fit(operations: list[Any], text: str) -> None:
    before = copy.deepcopy(THREE)
    with pytest.raises(PatchRefused) as refused:
        apply_json_patch(before, operations)
    assert (refused.value.diagnostics, refused.value.status) == (text, 422)
    assert before == THREE


@pytest.mark.parametrize(
    ("operations", "text"),
    [
        ({"op": "add"}, "A JSON Patch is an array of operations."),
        ([1], "Operation 1 is not an object."),
        (
            [op("test", "/text", value="x"), {}],
            "The op of operation 2 is none of add, remove, replace, move, copy, test.",
        ),
        ([{"op": ["add"]}], "The op of operation 1 is none of add, remove, replace, move, copy, test."),
        ([{"op": "ADD"}], "The op of operation 1 is none of add, remove, replace, move, copy, test."),
        ([{"op": "add", "value": 1}], "Operation 1 (add) has no path."),
        ([{"op": "add", "path": "/a"}], "Operation 1 (add) has no value."),
        ([{"op": "move", "path": "/a"}], "Operation 1 (move) has no from."),
        ([op("remove", "a")], "The path of operation 1 is not a JSON Pointer: empty, or begun with /."),
        (
            [{"op": "remove", "path": 1}],
            "The path of operation 1 is not a JSON Pointer: empty, or begun with /.",
        ),
        (
            [op("copy", "/a", from_="b")],
            "The from of operation 1 is not a JSON Pointer: empty, or begun with /.",
        ),
        ([op("remove", "/a~2")], "The path of operation 1 is not a JSON Pointer: ~ is written ~0."),
        ([op("remove", "/a~")], "The path of operation 1 is not a JSON Pointer: ~ is written ~0."),
        ([op("remove", "/a" * 101)], "The path of operation 1 is deeper than 100 levels."),
        ([op("test", "/text", value="x")] * 1001, "A patch has at most 1000 operations."),
    ],
)
def test_what_is_no_patch(operations: Any, text: str) -> None:
    with pytest.raises(BadPatch) as refused:
        apply_json_patch(THREE, operations)
    assert (refused.value.diagnostics, refused.value.status) == (text, 400)


def test_decimals_are_exact() -> None:
    resource = from_json(b'{"value":1.10,"n":2}')
    operations = [op("test", "/value", value=Decimal("1.1")), op("add", "/other", value=Decimal("0.500"))]
    after = apply_json_patch(resource, operations)
    assert [str(after[name]) for name in ("value", "other")] == ["1.10", "0.500"]
    assert apply_json_patch(resource, [op("test", "/n", value=Decimal("2.0"))]) == resource


def test_a_truth_is_no_number() -> None:
    assert not same(True, 1)
    assert not same(0, False)
    assert not same({"a": [True]}, {"a": [1]})
    assert not same("1", 1)
    assert not same(None, False)
    assert same([1, {"a": None}], [1, {"a": None}])
    assert not same([1], [1, 1])


def test_copies_of_copies_are_not_endless() -> None:
    doubling = [op("copy", f"/n{number}", from_="") for number in range(40)]
    with pytest.raises(PatchRefused, match="the patch copies too much"):
        apply_json_patch({"a": "x" * 1000}, doubling)
    deeper = [op("copy", "/a/a", from_="/a")] * 8
    with pytest.raises(PatchRefused, match="it would nest deeper than 100 levels"):
        apply_json_patch({"a": {}}, [op("add", "/a" * 20, value={}) for _ in ()] + _nest(20) + deeper * 20)


def _nest(levels: int) -> list[dict[str, Any]]:
    return [op("copy", "/a" * (level + 2), from_="/a") for level in range(levels)]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text("ab/~", max_size=2),
    lambda some: st.lists(some, max_size=3) | st.dictionaries(st.text("ab/~", max_size=2), some, max_size=3),
    max_leaves=12,
)
OBJECT = st.dictionaries(st.text("ab/~", max_size=2), JSON, max_size=4)


def difference(one: Any, other: Any, path: str = "") -> list[dict[str, Any]]:
    """A patch that makes one value of another, as the RFC would have it."""
    if isinstance(one, dict) and isinstance(other, dict):
        found = []
        for name in one.keys() | other.keys():
            place = f"{path}/{name.replace('~', '~0').replace('/', '~1')}"
            if name not in other:
                found.append(op("remove", place))
            elif name not in one:
                found.append(op("add", place, value=other[name]))
            else:
                found += difference(one[name], other[name], place)
        return found
    if isinstance(one, list) and isinstance(other, list):
        gone = [op("remove", f"{path}/{at}") for at in reversed(range(len(one)))]
        return gone + [op("add", f"{path}/-", value=value) for value in other]
    return [op("test", path, value=one), op("replace", path, value=other)]


@given(OBJECT, OBJECT)
def test_a_difference_makes_one_of_the_other(one: dict[str, Any], other: dict[str, Any]) -> None:
    before = copy.deepcopy(one)
    after = apply_json_patch(one, difference(one, other))
    assert same(after, other)
    assert same(one, before)
