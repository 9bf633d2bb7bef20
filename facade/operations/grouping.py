"""The last of each group of Observations. Pure.

https://hl7.org/fhir/R4/observation-operation-lastn.html

Two Observations of a subject are of one group if they share a coding, or each shares one with a third, and
so on; an Observation whose code is only a text, with those of the very same text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence

Rid = int


def last_of_groups(codes: Iterable[tuple[Rid, Hashable]], times: Mapping[Rid, int], most: int) -> list[Rid]:
    """The `most` latest of each group and those that tie with the last of them, the latest first.

    `codes` are all codes of all Observations, each with what else tells groups apart; `times` are sorted by,
    and what has none is earlier than all others.
    """
    groups = _Groups()
    for rid, code in codes:
        groups.join(rid, code)
    found: list[Rid] = []
    for group in groups.all():
        found += _latest(group, times, most)
    return _in_order(found, times)


def _latest(group: Sequence[Rid], times: Mapping[Rid, int], most: int) -> list[Rid]:
    ordered = _in_order(group, times)
    end = most
    while end < len(ordered) and (last := times.get(ordered[most - 1])) is not None:
        if times.get(ordered[end]) != last:
            break
        end += 1
    return ordered[:end]


def _in_order(rids: Iterable[Rid], times: Mapping[Rid, int]) -> list[Rid]:
    """The latest first; of one time, and of none, what was stored last first."""
    return sorted(rids, key=lambda rid: (rid in times, times.get(rid, 0), rid), reverse=True)


class _Groups:
    """Sets of things that belong together, which grow into one another (union-find)."""

    def __init__(self) -> None:
        self._above: dict[Hashable, Hashable] = {}
        self._rids: dict[Rid, None] = {}

    def join(self, rid: Rid, code: Hashable) -> None:
        self._rids[rid] = None
        one, other = self._top(("rid", rid)), self._top(("code", code))
        if one != other:
            self._above[one] = other

    def all(self) -> Iterable[list[Rid]]:
        found: defaultdict[Hashable, list[Rid]] = defaultdict(list)
        for rid in self._rids:
            found[self._top(("rid", rid))].append(rid)
        return found.values()

    def _top(self, thing: Hashable) -> Hashable:
        above = self._above
        above.setdefault(thing, thing)
        while above[thing] != thing:
            above[thing] = above[above[thing]]
            thing = above[thing]
        return thing
