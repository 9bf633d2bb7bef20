"""Groups of codes are transitive; the last of each, with those that tie."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from facade.operations.grouping import last_of_groups

CODES = st.lists(st.tuples(st.integers(1, 8), st.sampled_from("abcdefg")), max_size=20)
TIMES = st.dictionaries(st.integers(1, 8), st.integers(0, 4))


def test_the_table_of_the_specification() -> None:
    times = {1: 10, 2: 20, 3: 30}
    for codes, wanted in (
        ([(1, "a"), (2, "b"), (3, "c")], [3, 2, 1]),
        ([(1, "a"), (2, "b"), (3, "a"), (3, "c")], [3, 2]),
        ([(1, "a"), (2, "b"), (3, "a"), (3, "b")], [3]),
        ([(1, "textM"), (2, "Text"), (3, "t e x t")], [3, 2, 1]),
    ):
        for order in permutations(codes):
            assert last_of_groups(order, times, 1) == wanted


def test_ties_are_all_answered() -> None:
    codes = [(rid, "a") for rid in range(1, 6)]
    times = {1: 50, 2: 40, 3: 30, 4: 30, 5: 10}
    assert last_of_groups(codes, times, 3) == [1, 2, 4, 3]
    assert last_of_groups(codes, times, 2) == [1, 2]
    assert last_of_groups(codes, times, 9) == [1, 2, 4, 3, 5]


def test_what_has_no_time_comes_last_and_ties_with_nothing() -> None:
    codes = [(1, "a"), (2, "a"), (3, "a")]
    assert last_of_groups(codes, {1: -5}, 1) == [1]
    assert last_of_groups(codes, {}, 1) == [3]
    assert last_of_groups(codes, {1: -5}, 2) == [1, 3]
    assert last_of_groups([], {}, 1) == []


@given(CODES, TIMES, st.integers(1, 3))
def test_the_same_as_by_hand(codes: list[tuple[int, str]], times: dict[int, int], most: int) -> None:
    groups: list[set[int]] = [{rid} for rid in {rid for rid, _ in codes}]
    by_rid = {rid: {code for one, code in codes if one == rid} for rid, _ in codes}
    merged = True
    while merged:
        merged = False
        for one in groups:
            for other in groups:
                if one is not other and any(by_rid[a] & by_rid[b] for a in one for b in other):
                    one.update(other)
                    groups.remove(other)
                    merged = True
                    break
            if merged:
                break
    wanted: set[int] = set()
    for group in groups:
        ordered = sorted(group, key=lambda rid: (times.get(rid, -1), rid), reverse=True)
        end = times.get(ordered[:most][-1])
        wanted |= set(ordered[:most]) | {rid for rid in group if end is not None and times.get(rid) == end}
    found = last_of_groups(codes, times, most)
    assert set(found) == wanted
    assert len(found) == len(wanted)
    assert found == sorted(found, key=lambda rid: (times.get(rid, -1), rid), reverse=True)
