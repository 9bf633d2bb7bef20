"""facade.rest.request.prefer: what of a Prefer header is understood."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.rest.request.prefer import Prefer, parse_prefer


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Prefer()),
        ("return=minimal", Prefer("minimal")),
        ("return=representation", Prefer("representation")),
        ("Return = OPERATIONOUTCOME", Prefer("OperationOutcome")),
        ('return="minimal"', Prefer("minimal")),
        ("return=much", Prefer()),
        ("return", Prefer()),
        ("handling=lenient", Prefer(lenient=True)),
        ("handling=strict", Prefer()),
        ("handling=strict, handling=lenient", Prefer()),
        ("respond-async", Prefer(respond_async=True)),
        ("respond-async; wait=10, return=minimal", Prefer("minimal", respond_async=True)),
        ("foo; return=minimal", Prefer()),
        ('foo="a, return=minimal", handling=lenient', Prefer(lenient=True)),
        ('foo="a\\", return=minimal", handling=lenient', Prefer(lenient=True)),
        ('foo="a, return=minimal', Prefer()),
        ("return=representation,handling=lenient,respond-async", Prefer("representation", True, True)),
        (",, ;return=minimal,;", Prefer()),
    ],
)
def test_preferences(text: str, expected: Prefer) -> None:
    assert parse_prefer(text) == expected


@given(st.text())
def test_any_header_is_read(text: str) -> None:
    assert isinstance(parse_prefer(text), Prefer)
