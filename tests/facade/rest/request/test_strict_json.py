"""facade.rest.request.strict_json: each fault is refused with its place, however deep or long."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.rest.errors import Malformed
from facade.rest.request.strict_json import parse_object
from facade.store.serialise import from_json, to_json

DEEP = "The JSON is nested too deeply: more than 64 objects are in one another."
TWICE = "The name of an element is given twice in one object."
HUGE = "A number is beyond all measure."


def nested(depth: int, open: bytes = b'{"a":', close: bytes = b"}") -> bytes:
    return open * depth + b"1" + close * depth


@pytest.mark.parametrize(
    ("data", "text", "place"),
    [
        (b"", "The body is empty.", None),
        (b" \n", "The body is empty.", None),
        (b'{"a":1', "The body is not JSON. Look at line 1, column 7.", None),
        (b"{\n 'a':1}", "The body is not JSON. Look at line 2, column 2.", None),
        (b'{"a":NaN}', "The body is not JSON. Look at line 1, column 6.", None),
        (b'{"a":-Infinity}', None, None),
        (b'{"a":01}', "The body is not JSON. Look at line 1, column 6.", None),
        (b'{"a":1}{}', "The body is not JSON. Look at line 1, column 8.", None),
        (b"[]", "The body is JSON, but not an object: a resource is a JSON object.", None),
        (b"1", "The body is JSON, but not an object: a resource is a JSON object.", None),
        (b'\xef\xbb\xbf{"a":1}', "The JSON begins with a byte order mark; send UTF-8 without one.", None),
        (b'{"a":"\xff"}', "The JSON is not UTF-8.", None),
        ('{"a":1}'.encode("utf-16"), "The JSON is not UTF-8.", None),
        (b'{"a":"\\u0000"}'.replace(b"\\u0000", b"\0"), None, None),
        (b'{"a":"\\ud800"}', None, None),
        (b'{"a":"\\udc00\\ud800"}', None, None),
        (b'{"a":1,"a":1}', TWICE, "a"),
        (
            b'{"resourceType":"Patient","name":[{},{"given":["x"],"given":["x"]}]}',
            TWICE,
            "Patient.name[1].given",
        ),
        (b'{"resourceType":"Patient","x y":{"a":1,"a":2}}', TWICE, "Patient.a"),
        (b'{"a":{"b":[1.5,1e400]}}', None, None),
        (b'{"resourceType":"Observation","a":{"b":[1.5,1e309e]}}', None, None),
        (b'{"resourceType":"Observation","a":{"b":[1.5,1e-309]}}', HUGE, "Observation.a.b[1]"),
        (b'{"a":0.%s}' % (b"1" * 65), HUGE, "a"),
        (b'{"a":%s}' % (b"1" * 65), HUGE, "a"),
        (b'{"a":1e-%s}' % (b"9" * 30), HUGE, "a"),
        (nested(65), DEEP, None),
        (nested(500), DEEP, None),
        (nested(1000), DEEP, None),
        (nested(100_000), DEEP, None),
        (nested(100_000, b"[", b"]"), DEEP, None),
        (b'{"a":%s}' % nested(200, b"[", b"]"), DEEP, None),
    ],
)
def test_faults(data: bytes, text: str | None, place: str | None) -> None:
    with pytest.raises(Malformed) as caught:
        parse_object(data)
    error = caught.value
    if text is not None:
        assert (error.diagnostics, error.expression) == (text, place)
    else:
        assert "Look at line 1, column " in error.diagnostics
    assert (error.status, error.code) == (400, "structure")


def test_depth_within_the_limit() -> None:
    assert parse_object(nested(64)) == json.loads(nested(64))
    arrays = b'{"a":%s}' % nested(60, b'[{"a":', b"}]")
    assert parse_object(arrays) == json.loads(arrays)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-0", Decimal("-0")),
        ("1.00", Decimal("1.00")),
        ("1e2", Decimal("1e2")),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
        ("9223372036854775808", Decimal(2**63)),
    ],
)
def test_numbers(text: str, value: Any) -> None:
    found = parse_object(b'{"a":%s}' % text.encode())["a"]
    assert found == value
    assert type(found) is type(value)
    assert to_json(found).decode().lower().replace("+", "") == text


values: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.text()
    | st.decimals(allow_nan=False, allow_infinity=False, places=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(st.dictionaries(st.text(), values))
def test_what_is_sound_is_read_as_it_is_stored(value: dict[str, Any]) -> None:
    data = to_json(value)
    assert parse_object(data) == from_json(data)
    assert to_json(parse_object(data)) == data
