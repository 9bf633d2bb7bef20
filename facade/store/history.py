"""The versions of one resource, of types, or of everything: pages of them, the newest first.

https://hl7.org/fhir/R4/http.html#history

The order is (updated, rid, version), which never changes for a version; what is written while a client walks
back in time comes before the place where it began. Each type is asked by its own index, and the few that are
the newest of all are then read whole.
"""

# ruff: noqa: S608 - the text is made of our own names and `?`

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from facade.store.access import Access
from facade.store.store import Store

MAX_TOTAL = 10_000
"""Versions that are counted."""

_LAST = 2**31 - 1  # stands for the version of what is current, which the index does not know
_TYPES = 200  # in one statement: SQLite joins 500 SELECTs at most
_PARAMETERS = 20_000  # of one statement; SQLite takes 32,766

Place = tuple[int, int, int]
"""Where a version stands in the order: updated, rid, version."""
_Statement = tuple[str, tuple[object, ...]]


class Version(NamedTuple):
    """One version; `updated` in microseconds, `body` empty when deleted. `revived`: the one before it was a
    deletion."""

    rid: int
    type: str
    id: str
    version: int
    updated: int
    deleted: int
    body: bytes
    revived: int | None

    @property
    def place(self) -> Place:
        return self.updated, self.rid, self.version


@dataclass(frozen=True, slots=True)
class Versions:
    """Which versions are asked for: of these `types`, or of the one with this `id`.

    `since`: made then or later; `at`: current at some time of a half-open interval. In microseconds.
    """

    types: tuple[str, ...]
    id: str | None = None
    since: int | None = None
    at: tuple[int, int] | None = None


_STORED = (
    "WITH RECURSIVE t (type) AS (SELECT min(type) FROM resource UNION ALL"
    " SELECT (SELECT min(type) FROM resource WHERE type>t.type) FROM t WHERE t.type IS NOT NULL)"
    " SELECT type FROM t WHERE type IS NOT NULL"
)
"""From one type to the next by the index: to ask for a type of which nothing is stored costs more."""


async def stored_types(store: Store) -> frozenset[str]:
    """The types of which there is a resource, or ever was one."""
    return frozenset(type for (type,) in await store.search(_STORED))


async def fetch_versions(
    store: Store,
    asked: Versions,
    access: Access,
    count: int,
    edge: Place | None = None,
    *,
    backward: bool = False,
) -> list[Version]:
    """At most `count` versions that are older than the edge, the newest first; `backward`: those newer than
    the edge and nearest to it, the oldest first. Raises TooCostly."""
    found: list[Version] = []
    for part in _parts(asked, access):
        halves = [_half(one, part, access, edge, backward) for one in "rv"]
        down = "" if backward else " DESC"
        order = f"updated{down}, rid{down}, version{down}"
        selects, params = [], []
        for type in part.types:
            for sql, values in halves:
                selects.append(f"SELECT * FROM ({sql} ORDER BY 3{down}, 1{down}, 2{down} LIMIT 0+?) h")
                params += [type, *values, count]
        keys = " UNION ALL ".join(selects)
        sql = (
            f"WITH k AS (SELECT * FROM ({keys}) u ORDER BY {order} LIMIT 0+?) "
            "SELECT k.rid, r.type, r.id, COALESCE(v.version, r.version), k.updated,"
            " COALESCE(v.deleted, r.deleted), COALESCE(v.body, r.body), p.deleted "
            "FROM k JOIN resource r ON r.rid=k.rid "
            "LEFT JOIN resource_version v ON v.rid=k.rid AND v.version=k.version "
            "LEFT JOIN resource_version p ON p.rid=k.rid AND p.version=COALESCE(v.version, r.version)-1"
        )
        found += [Version(*row) for row in await store.search(sql, (*params, count))]
    found.sort(key=lambda one: one.place, reverse=not backward)
    return found[:count]


async def count_versions(store: Store, asked: Versions, access: Access) -> int | None:
    """How many there are; None if more than MAX_TOTAL. Raises TooCostly."""
    total = 0
    for part in _parts(asked, access):
        halves = [_half(one, part, access) for one in "rv"]
        keys = " UNION ALL ".join([sql for _ in part.types for sql, _ in halves])
        params = [one for type in part.types for _, values in halves for one in (type, *values)]
        sql = f"SELECT count(*) FROM (SELECT 1 FROM ({keys}) u LIMIT 0+?) c"
        total += (await store.search(sql, (*params, MAX_TOTAL + 1)))[0][0]
        if total > MAX_TOTAL:
            return None
    return total


def _parts(asked: Versions, access: Access) -> Iterator[Versions]:
    """The same, of so many types at a time as fit one statement."""
    width = 2 * len(_half("v", asked, access, (0, 0, 0))[1]) + 4
    step = max(1, min(_TYPES, _PARAMETERS // width))
    for start in range(0, len(asked.types), step):
        yield Versions(asked.types[start : start + step], asked.id, asked.since, asked.at)


def _half(
    alias: str, asked: Versions, access: Access, edge: Place | None = None, backward: bool = False
) -> _Statement:
    """The keys of one type's current versions (`r`) or former ones (`v`). The first parameter is the type,
    which is not among those given."""
    clause, values = access.clause("r")
    tests: list[str] = []
    params: list[object] = []
    if alias == "r":
        source, type = "resource r", "r.type=?"
    elif asked.id is not None:
        source, type = "resource r JOIN resource_version v ON v.rid=r.rid", "r.type=?"
    else:
        source = "resource_version v JOIN resource r ON r.rid=v.rid" if clause else "resource_version v"
        type = "v.type=?"
    if asked.id is not None:
        tests.append("r.id=?")
        params.append(asked.id)
    if asked.since is not None:
        tests.append(f"{alias}.updated>=?")
        params.append(asked.since)
    if asked.at is not None:
        _at(alias, asked.at, tests, params)
    if edge is not None:
        _beyond(alias, edge, backward, tests, params)
    where = " AND ".join([type, *tests])
    version = _LAST if alias == "r" else "v.version"
    sql = f"SELECT {alias}.rid, {version} AS version, {alias}.updated FROM {source} WHERE {where}{clause}"
    return sql, (*params, *values)


def _at(alias: str, at: Sequence[int], tests: list[str], params: list[object]) -> None:
    """A version is current from its time to that of the next."""
    low, high = at
    tests.append(f"{alias}.updated<?")
    params.append(high)
    if alias == "v":
        tests.append(
            "COALESCE((SELECT n.updated FROM resource_version n WHERE n.rid=v.rid AND n.version=v.version+1),"
            " (SELECT c.updated FROM resource c WHERE c.rid=v.rid))>?"
        )
        params.append(low)


def _beyond(alias: str, edge: Place, backward: bool, tests: list[str], params: list[object]) -> None:
    """Strictly newer or older; the bound on the time alone is what every index understands."""
    sign = ">" if backward else "<"
    updated, rid = edge[:2]
    tests += [
        f"{alias}.updated{sign}=?",
        f"(({alias}.updated, {alias}.rid){sign}(?, ?)"
        f" OR ({alias}.updated=? AND {alias}.rid=? AND {alias}.version{sign}?))",
    ]
    params += [updated, updated, rid, *edge]
