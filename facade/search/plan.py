"""A search as SQL: one page of it, its total, and what it includes.

https://hl7.org/fhir/R4/search.html

Pure: text with `?` and the values to bind, the same text for the same shape of search. The criterion that
should have the fewest rows drives; the others are probed by resource in their index tables. Without `_sort`
the order is that of `rid`; pages continue after the last row's sort values and rid.
"""

# ruff: noqa: S608 - the text is made of our own names and `?`; a test proves that no value gets into it

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from facade.errors import BadRequest
from facade.search.date import instant_test
from facade.search.includes import plan_include
from facade.search.kinds import KINDS, facts
from facade.search.model import Criterion, DateValue, Match, Search, SortKey, TokenValue
from facade.store.access import Access

Statement = tuple[str, tuple[Any, ...]]
COLUMNS = "r.rid,r.type,r.id,r.version,r.updated,r.body"
WIDTH = 6  # of COLUMNS; a row's sort values follow
MAX_TOTAL = 10_000
"""A total is counted up to here, unless `_total=accurate` was asked for."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The statements of a search.

    `page` gives rows of COLUMNS and the sort values, one more than `search.count` if there is a next page.
    `total` gives one number, at most MAX_TOTAL + 1 unless accurate.
    """

    search: Search
    access: Access
    dialect: str
    page: Statement
    total: Statement

    def includes(self, rids: Sequence[int]) -> list[Statement]:
        """Statements for what comes along with these matches; rows of COLUMNS, some perhaps matches too."""
        return plan_include(
            self.search.includes,
            rids,
            columns=COLUMNS,
            type=self.search.type,
            access=self.access,
            dialect=self.dialect,
        )

    def next_cursor(self, last_row: Sequence[Any]) -> str:
        """Where the next page begins, to be handed to `plan_search`; not signed."""
        content = orjson.dumps([*last_row[WIDTH:], last_row[0]])
        return base64.urlsafe_b64encode(content).decode().rstrip("=")


def plan_search(search: Search, access: Access, dialect: str, *, cursor: str | None = None) -> Plan:
    """The plan of a search for this caller, from the start or after a cursor; raises BadRequest."""
    source = _source(search, access)
    after = None if cursor is None else _read_cursor(cursor, search.sort)
    page = _sorted_page(search, source, after) if search.sort else _page(search, source, after)
    return Plan(search, access, dialect, page, _total(search, source))


@dataclass(frozen=True, slots=True)
class _Source:
    """FROM and WHERE, whose alias for the resource is `r`; `rid` is the column that comes in order."""

    tables: str
    where: str
    params: tuple[Any, ...]
    rid: str


def _source(search: Search, access: Access) -> _Source:
    tests: list[str] = []
    params: list[Any] = []
    matches: list[tuple[Criterion, Match]] = []
    direct = False
    for criterion in search.criteria:
        if criterion.parameter.code in ("_id", "_lastUpdated"):
            sql, values = _on_resource(criterion)
            tests.append(sql)
            params += values
            direct = direct or criterion.parameter.code == "_id"
        else:
            kind = KINDS[criterion.parameter.kind]
            if criterion.missing is not None:
                found = Match(kind.TABLE, "", (), 99, negated=criterion.missing)
            else:
                found = kind.match(criterion, facts(search.type, criterion.parameter.code))
            matches.append((criterion, found))
    driver = min((m for m in matches if not m[1].negated), key=lambda m: m[1].cost, default=None)
    if direct or (driver is not None and driver[1].cost >= 95):
        driver = None
    head: list[Any] = []
    if driver is None:
        tables, start, rid = "resource r", "r.type=?", "r.rid"
        head.append(search.type)
    elif driver[1].ordered:
        tables = f"{driver[1].table} i CROSS JOIN resource r"
        start, rid = f"i.param=? AND {driver[1].sql} AND r.rid=i.rid", "i.rid"
        head += [driver[0].parameter.number, *driver[1].params]
    else:
        tables, rid = "resource r", "r.rid"
        start = f"r.rid IN (SELECT i.rid FROM {driver[1].table} i WHERE i.param=? AND {driver[1].sql})"
        head += [driver[0].parameter.number, *driver[1].params]
    for pair in matches:
        if pair is not driver:
            tests.append(_probe(pair[1]))
            params += [pair[0].parameter.number, *pair[1].params]
    allowed, patients = access.clause("r")
    where = " AND ".join([start, "r.deleted=0", *tests]) + allowed
    return _Source(tables, where, (*head, *params, *patients), rid)


def _probe(found: Match) -> str:
    test = f" AND {found.sql}" if found.sql else ""
    negation = "NOT " if found.negated else ""
    return f"{negation}EXISTS (SELECT 1 FROM {found.table} i WHERE i.rid=r.rid AND i.param=?{test})"


def _on_resource(criterion: Criterion) -> Statement:
    """`_id` and `_lastUpdated` as tests of the resource's own columns."""
    if criterion.parameter.code == "_id":
        ids = [v.code if isinstance(v, TokenValue) and not v.system else None for v in criterion.values]
        return f"r.id IN ({','.join('?' * len(ids))})", tuple(ids)
    parts = [instant_test(value, "r.updated") for value in criterion.values if isinstance(value, DateValue)]
    return "(" + " OR ".join(sql for sql, _ in parts) + ")", tuple(p for _, ps in parts for p in ps)


def _page(search: Search, source: _Source, after: list[Any] | None) -> Statement:
    more, values = ("", ()) if after is None else (f" AND {source.rid}>?", (after[-1],))
    sql = f"SELECT {COLUMNS} FROM {source.tables} WHERE {source.where}{more} ORDER BY {source.rid} LIMIT ?"
    return sql, (*source.params, *values, search.count + 1)


def _sorted_page(search: Search, source: _Source, after: list[Any] | None) -> Statement:
    """The page's rows are chosen first, by their keys alone; only their bodies are read."""
    keys: list[str] = []
    head: list[Any] = []
    for at, key in enumerate(search.sort):
        sql, values = _key(key)
        keys.append(f"{sql} AS k{at}")
        head += values
    order = [f"k{at} {'DESC' if key.descending else 'ASC'} NULLS LAST" for at, key in enumerate(search.sort)]
    chosen = f"SELECT r.rid AS rid,{','.join(keys)} FROM {source.tables} WHERE {source.where}"
    values = (*head, *source.params)
    if after is not None:
        test, last = _keyset(search.sort, after)
        chosen = f"SELECT * FROM ({chosen}) c WHERE {test}"
        values = (*values, *last)
    names = ",".join(f"p.k{at}" for at in range(len(keys)))
    sql = (
        f"SELECT {COLUMNS},{names} FROM ({chosen} ORDER BY {','.join(order)},rid LIMIT ?) p "
        f"CROSS JOIN resource r WHERE r.rid=p.rid ORDER BY {','.join('p.' + part for part in order)},p.rid"
    )
    return sql, (*values, search.count + 1)


def _key(key: SortKey) -> Statement:
    """What a resource is sorted by: its least value going up, its greatest going down."""
    code = key.parameter.code
    if code in ("_id", "_lastUpdated"):
        return ("r.id" if code == "_id" else "r.updated"), ()
    kind = KINDS[key.parameter.kind]
    pick = "MAX" if key.descending else "MIN"
    sql = f"(SELECT {pick}(i.{kind.COLUMN}) FROM {kind.TABLE} i WHERE i.rid=r.rid AND i.param=?)"
    return sql, (key.parameter.number,)


def _keyset(sort: Sequence[SortKey], after: list[Any]) -> Statement:
    """The rows that come after these sort values and rid; values that are missing come last."""
    tests, params = [], []
    same: list[str] = []
    equal: list[Any] = []
    for at, key in enumerate(sort):
        value = after[at]
        if value is not None:
            sign = "<" if key.descending else ">"
            tests.append(" AND ".join([*same, f"(k{at}{sign}? OR k{at} IS NULL)"]))
            params += [*equal, value]
        same.append(f"k{at} IS NULL" if value is None else f"k{at}=?")
        equal += [] if value is None else [value]
    tests.append(" AND ".join([*same, "rid>?"]))
    return "((" + ") OR (".join(tests) + "))", (*params, *equal, after[-1])


def _read_cursor(cursor: str, sort: Sequence[SortKey]) -> list[Any]:
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        values = None
    if not isinstance(values, list) or len(values) != len(sort) + 1 or not isinstance(values[-1], int):
        raise BadRequest("The page's cursor does not belong to this search", expression="http._cursor")
    return values


def _total(search: Search, source: _Source) -> Statement:
    if search.total == "accurate":
        return f"SELECT count(*) FROM {source.tables} WHERE {source.where}", source.params
    sql = f"SELECT count(*) FROM (SELECT 1 FROM {source.tables} WHERE {source.where} LIMIT ?) c"
    return sql, (*source.params, MAX_TOTAL + 1)
