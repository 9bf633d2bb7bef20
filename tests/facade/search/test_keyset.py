"""A page's edge: what was handed out is read again, and nothing else is."""

from __future__ import annotations

from contextlib import suppress

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.errors import BadRequest
from facade.search.keyset import Cursor, read_cursor

BIG = st.integers(-(2**63), 2**63 - 1)
VALUE = st.one_of(
    st.none(), BIG, st.floats(allow_nan=False, allow_infinity=False), st.text(st.characters(codec="utf-8"))
)
CURSORS = st.builds(
    Cursor,
    values=st.lists(VALUE, max_size=4).map(tuple),
    rid=BIG,
    backward=st.booleans(),
    snapshot=st.one_of(st.none(), BIG),
    seen=st.integers(0, 2**40),
)


@given(CURSORS)
def test_what_was_handed_out_is_read_again(cursor: Cursor) -> None:
    assert read_cursor(cursor.text(), len(cursor.values)) == cursor


@given(cursor=CURSORS, keys=st.integers(0, 8))
def test_a_cursor_of_an_order_of_other_keys_is_refused(cursor: Cursor, keys: int) -> None:
    if keys == len(cursor.values):
        return
    with pytest.raises(BadRequest, match=r"^The page's cursor does not belong to this search$"):
        read_cursor(cursor.text(), keys)


def made(content: object) -> str:
    return orjson.dumps(content).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "!",
        "ä",
        "AAA",
        "[0,null,0,1",
        made(None),
        made({}),
        made([]),
        made([0, None, 0]),
        made([0, None, 0, "value"]),  # no rid
        made([0, None, 0, "value", "1"]),
        made([0, None, 0, "value", True]),
        made([0, None, 0, ["value"], 1]),
        made([0, None, 0, {"a": 1}, 1]),
        made([0, None, 0, True, 1]),
        made([None, None, 0, "value", 1]),
        made([0, "yesterday", 0, "value", 1]),
        made([0, None, None, "value", 1]),
        made([0, None, "0", "value", 1]),
        made([0, None, 0, "value", 1.5]),
    ],
)
def test_what_was_not_handed_out_is_refused(text: str) -> None:
    with pytest.raises(BadRequest) as caught:
        read_cursor(text, 1)
    assert caught.value.expression == "http._cursor"


@given(st.text(max_size=60))
def test_any_text_is_a_cursor_or_refused(text: str) -> None:
    with suppress(BadRequest):
        read_cursor(text, 1)
