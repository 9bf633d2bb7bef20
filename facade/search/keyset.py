"""The order of a search's results, and the place in it where a page begins: what a cursor holds.

https://hl7.org/fhir/R4/search.html#sort · https://hl7.org/fhir/R4/http.html#paging

A resource's place is its sort values and its rid, which never changes. A missing value comes last, whichever
way the key goes. A page backward is the same walk turned round.
"""

# ruff: noqa: S608 - the text is made of our own names and `?`

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from facade.errors import BadRequest
from facade.search.covered import numbers_of
from facade.search.index_sql import of_numbers
from facade.search.kinds import ON_RESOURCE, kind_of
from facade.search.model import SortKey, Statement

_MISSING = type(None)
_PLAIN = frozenset({str, int, float, _MISSING})


@dataclass(frozen=True, slots=True)
class Cursor:
    """A page's edge: the sort values and rid of the row that it follows, or precedes if `backward`.

    `snapshot`: the walk is over what was stored at this time (microseconds); None where the order cannot
    change. `seen`: how many matches came before, where that counts.
    """

    values: tuple[Any, ...]
    rid: int
    backward: bool = False
    snapshot: int | None = None
    seen: int = 0

    def text(self) -> str:
        """JSON, to be signed and spelled for a URL by who hands it out."""
        return orjson.dumps([int(self.backward), self.snapshot, self.seen, *self.values, self.rid]).decode()


def read_cursor(text: str, keys: int) -> Cursor:
    """The inverse, for an order of so many keys; raises BadRequest."""
    try:
        values = orjson.loads(text)
    except ValueError:
        values = None
    if not isinstance(values, list) or len(values) != keys + 4 or not _well_formed(values):
        raise BadRequest("The page's cursor does not belong to this search", expression="http._cursor")
    return Cursor(tuple(values[3:-1]), values[-1], bool(values[0]), values[1], values[2])


def _well_formed(values: Sequence[Any]) -> bool:
    """Whole numbers, but for the sort values, which are texts, numbers or missing."""
    backward, snapshot, seen, *sorted_by, rid = map(type, values)
    whole = backward is seen is rid is int
    return whole and _PLAIN.issuperset(sorted_by) and (snapshot is int or snapshot is _MISSING)


@dataclass(frozen=True, slots=True)
class Order:
    """The keys of an order, from the `start`th of a search on, and which way they are walked.

    The first `always` keys, and those on the resource itself, are never missing.
    """

    keys: tuple[SortKey, ...]
    start: int = 0
    backward: bool = False
    always: int = 0

    def down(self, key: SortKey) -> bool:
        return key.descending is not self.backward

    def columns(self, rid: str) -> Statement:
        """What a resource is sorted by: its least value going up, its greatest going down."""
        parts: list[str] = []
        params: list[int] = []
        for at, key in enumerate(self.keys, self.start):
            code = key.parameter.code
            if code in ON_RESOURCE:
                parts.append(f"{'r.id' if code == '_id' else 'r.updated'} AS k{at}")
                continue
            kind = kind_of(key.parameter)
            pick = f"{'MAX' if key.descending else 'MIN'}(i.{kind.KEY[0]})"
            numbers = numbers_of(key.parameter)
            test = of_numbers(numbers)
            parts.append(f"(SELECT {pick} FROM {kind.TABLE} i WHERE i.rid={rid} AND {test}) AS k{at}")
            params += numbers
        return ",".join(parts), tuple(params)

    def by(self, prefix: str = "", *, rid: bool = True) -> str:
        """What follows ORDER BY."""
        parts = []
        for at, key in enumerate(self.keys, self.start):
            nulls = "" if self._never_missing(at, key) else f" NULLS {'FIRST' if self.backward else 'LAST'}"
            parts.append(f"{prefix}k{at} {'DESC' if self.down(key) else 'ASC'}{nulls}")
        if rid:
            parts.append(f"{prefix}rid{' DESC' if self.backward else ''}")
        return ",".join(parts)

    def after(self, chosen: Statement, values: Sequence[Any], rid: int) -> Statement:
        """Only the rows beyond a place, in the direction of the walk."""
        sql, params = chosen
        tests: list[str] = []
        bound: list[Any] = []
        same: list[str] = []
        equal: list[Any] = []
        for at, key in enumerate(self.keys, self.start):
            value = values[at - self.start]
            test = self._beyond(at, key, value)
            if test:
                tests.append(" AND ".join([*same, test]))
                bound += equal if value is None else [*equal, value]
            same.append(f"k{at} IS NULL" if value is None else f"k{at}=?")
            equal += [] if value is None else [value]
        tests.append(" AND ".join([*same, f"rid{'<' if self.backward else '>'}?"]))
        where = "((" + ") OR (".join(tests) + "))"
        if self.keys and self.start == 0 and self.keys[0].parameter.code in ON_RESOURCE:
            where = f"k0{'<' if self.down(self.keys[0]) else '>'}=? AND {where}"  # as an index understands it
            bound.insert(0, values[0])
        return f"SELECT * FROM ({sql}) c WHERE {where}", (*params, *bound, *equal, rid)

    def _beyond(self, at: int, key: SortKey, value: Any) -> str:
        """The test that a key lies strictly beyond a value."""
        if value is None:
            return f"k{at} IS NOT NULL" if self.backward else ""
        may_miss = not self.backward and not self._never_missing(at, key)
        return f"(k{at}{'<' if self.down(key) else '>'}?{f' OR k{at} IS NULL' if may_miss else ''})"

    def _never_missing(self, at: int, key: SortKey) -> bool:
        return at < self.always or key.parameter.code in ON_RESOURCE
