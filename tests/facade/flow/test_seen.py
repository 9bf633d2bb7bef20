"""One bit per raw record."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from facade.flow.seen import Seen


@settings(max_examples=50, derandomize=True)
@given(st.sets(st.integers(0, 100_000)), st.integers(0, 200_000))
def test_it_is_a_set(numbers: set[int], other: int) -> None:
    seen = Seen()
    for number in numbers:
        seen.add(number)
    assert all(number in seen for number in numbers)
    assert (other in seen) == (other in numbers)
