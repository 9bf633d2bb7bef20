"""Where a resource stood in an order: its sort values, from its content, as its index rows would give them.

https://hl7.org/fhir/R4/search.html#sort
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cmp_to_key
from typing import Any

from facade.search.covered import numbers_of
from facade.search.extract import extract
from facade.search.keyset import Cursor
from facade.search.kinds import kind_of, supported
from facade.search.model import Setting, SortKey
from facade.store.index import LONGEST, IndexRows

_ROWS = {
    "index_token": "tokens",
    "index_string": "strings",
    "index_date": "dates",
    "index_reference": "references",
    "index_number": "numbers",
    "index_quantity": "quantities",
    "index_uri": "uris",
}


def place_of(
    resource: dict[str, Any], updated: int, order: Sequence[SortKey], setting: Setting
) -> tuple[Any, ...]:
    """The sort values of a version of a resource that was written at `updated` (microseconds)."""
    rows: IndexRows | None = None
    found: list[Any] = []
    for key in order:
        code = key.parameter.code
        if code == "_id":
            found.append(resource["id"])
        elif code == "_lastUpdated":
            found.append(updated)
        else:
            rows = rows or extract(resource, setting)
            found.append(_value(rows, resource["resourceType"], key, setting))
    return tuple(found)


def _value(rows: IndexRows, type: str, key: SortKey, setting: Setting) -> Any:
    parameter = supported(type, setting.custom)[key.parameter.code]
    numbers = numbers_of(parameter)
    values = [
        row[1][:LONGEST] if isinstance(row[1], str) else row[1]
        for row in getattr(rows, _ROWS[kind_of(parameter).TABLE])
        if row[0] in numbers
    ]
    if not values:
        return None
    return max(values) if key.descending else min(values)


Placed = tuple[tuple[Any, ...], int]
"""Sort values and rid."""


class Walk:
    """The order of a walk, as a comparison of places."""

    def __init__(self, order: Sequence[SortKey], *, backward: bool) -> None:
        self._down = [key.descending for key in order]
        self._backward = backward
        self.key = cmp_to_key(self._compare)

    def beyond(self, place: Placed, edge: Cursor) -> bool:
        """Whether a place comes after the edge, in the direction of the walk."""
        return self._compare(place, (edge.values, edge.rid)) > 0

    def _compare(self, one: Placed, other: Placed) -> int:
        found = 0
        for down, left, right in zip(self._down, one[0], other[0], strict=True):
            if left == right:
                continue
            if left is None or right is None:  # last, whichever way the key goes
                found = 1 if left is None else -1
            else:
                found = 1 if (left > right) is not down else -1
            break
        found = found or (one[1] > other[1]) - (one[1] < other[1])
        return -found if self._backward else found
