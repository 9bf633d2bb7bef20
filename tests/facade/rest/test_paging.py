"""facade.rest.paging: a cursor opens only as it was signed, and only for its own search."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.errors import BadRequest
from facade.rest.paging import cursor_key, open_cursor, sign
from tests.facade.rest.support import open_store

KEY = b"key"
places = st.text(st.characters(exclude_categories=["Cs"]))


@given(places)
def test_what_was_signed_opens(place: str) -> None:
    cursor = sign(KEY, "Patient?name=a", place)
    assert open_cursor(KEY, "Patient?name=a", cursor) == place
    assert cursor.replace("-", "").replace("_", "").isalnum()


@given(places, st.data())
def test_a_changed_cursor_does_not_open(place: str, data: st.DataObject) -> None:
    cursor = sign(KEY, "Patient?", place)
    at = data.draw(st.integers(0, len(cursor) - 1))
    letter = data.draw(st.sampled_from("AZaz09-_=+/ é\0").filter(lambda other: other != cursor[at]))
    with pytest.raises(BadRequest):
        open_cursor(KEY, "Patient?", cursor[:at] + letter + cursor[at + 1 :])


@pytest.mark.parametrize("cursor", ["", "A", "é", "A" * 21, "====", "A" * 9000])
def test_what_was_never_signed_does_not_open(cursor: str) -> None:
    with pytest.raises(BadRequest) as caught:
        open_cursor(KEY, "Patient?", cursor)
    assert caught.value.outcome()["issue"] == [
        {
            "severity": "error",
            "code": "invalid",
            "diagnostics": "This page link was not made by this server for this search, or was changed; "
            "search again.",
            "expression": ["http._cursor"],
        }
    ]


def test_another_search_or_another_server_cannot_open_it() -> None:
    cursor = sign(KEY, "Patient?name=a", "5")
    for key, search in ((KEY, "Patient?name=b"), (KEY, "Observation?name=a"), (b"other", "Patient?name=a")):
        with pytest.raises(BadRequest):
            open_cursor(key, search, cursor)


def test_the_key_is_kept_in_the_store(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    first = cursor_key(store, lambda: "one")
    assert (first, cursor_key(store, lambda: "two")) == (b"one", b"one")
    store.close()
    again = open_store(tmp_path)
    assert cursor_key(again, lambda: "three") == b"one"
    again.close()
