"""A search as SQL: one page of it, its total, and what it includes.

https://hl7.org/fhir/R4/search.html

Pure: text with `?` and the values to bind, the same text for the same shape of search. Three shapes:
in the order of `rid`; sorted, where the matches are few; and along the index of the first sort key, where
they may be many. Pages continue after the last row's sort values and rid.
"""

# ruff: noqa: S608 - the text is made of our own names and `?`; a test proves that no value gets into it

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

from facade.errors import BadRequest
from facade.search.date import WIDE
from facade.search.includes import plan_include
from facade.search.kinds import ON_RESOURCE, facts, kind_of
from facade.search.model import Search, SortKey, Statement
from facade.search.slots import Slotted
from facade.search.sources import Source, read_source
from facade.store.access import Access

COLUMNS = {"sqlite": "r.rid,CAST(r.id AS BLOB),r.body", "postgresql": "r.rid,convert_to(r.id,'UTF8'),r.body"}
"""What a match's row holds: rid, id as bytes, body. Each more column of a page of 20 costs a per cent."""
INCLUDED = {
    "sqlite": "r.rid,CAST(r.type||'/'||r.id AS BLOB),r.body",
    "postgresql": "r.rid,convert_to(r.type||'/'||r.id,'UTF8'),r.body",
}
"""What an included resource's row holds: the same, but `Type/id`."""
WIDTH = 3  # of COLUMNS; a row's sort values follow
MAX_TOTAL = 10_000
"""A total is counted up to here, unless `_total=accurate` was asked for."""


class Plan(NamedTuple):
    """The statements of a search; `texts` are those in the slots of its values, if it was made for marks.

    `page` gives rows of COLUMNS and the sort values, one more than `search.count` if there is a next page.
    """

    search: Search
    access: Access
    dialect: str
    source: Source
    page: Statement
    texts: tuple[str, ...] = ()

    def filled(self, page: Slotted, texts: tuple[str, ...]) -> Plan:
        """This plan, made for marks, with texts in their place; `page` is its own, found once."""
        return Plan(self.search, self.access, self.dialect, self.source, page.fill(texts), texts)

    @property
    def total(self) -> Statement:
        """One number, at most MAX_TOTAL + 1 unless `_total=accurate`."""
        statement = self._total()
        return Slotted.of(statement, len(self.texts)).fill(self.texts) if self.texts else statement

    def _total(self) -> Statement:
        source = self.source
        tables, where, params = source.whole() if source.needs_resource else source.index_only()
        if self.search.total == "accurate":
            return f"SELECT count(*) FROM {tables} WHERE {where}", params
        sql = f"SELECT count(*) FROM (SELECT 1 FROM {tables} WHERE {where} LIMIT ?) c"
        return sql, (*params, MAX_TOTAL + 1)

    def includes(self, rids: Sequence[int]) -> list[Statement]:
        """Statements for what comes along with these matches; rows of INCLUDED, some perhaps matches too."""
        return plan_include(
            self.search.includes,
            rids,
            columns=INCLUDED[self.dialect],
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
    source = read_source(search, access)
    sort = search.sort or _natural_order(source)
    after = None if cursor is None else _read_cursor(cursor, sort)
    if not sort:
        page = _page(search, source, after, COLUMNS[dialect])
    else:
        paged = _walked_page if _worth_walking(source, sort) else _sorted_page
        page = _with_bodies(paged(search, source, sort, after), sort, search.count, COLUMNS[dialect])
    return Plan(search, access, dialect, source, page)


def _natural_order(source: Source) -> tuple[SortKey, ...]:
    """Without `_sort` a wide range of dates comes newest first: so its index can be walked."""
    driver = source.driver
    if driver is None or driver[1].cost != WIDE or not source.facts(driver[0]).single:
        return ()
    return (SortKey(driver[0].parameter, descending=True),)


def _worth_walking(source: Source, sort: Sequence[SortKey]) -> bool:
    """Whether the first key's index leads, because no criterion promises to be selective."""
    parameter = sort[0].parameter
    absent = any(c.missing and c.parameter is parameter for c in source.search.criteria)
    return (
        parameter.code not in ON_RESOURCE
        and not absent
        and not source.by_id
        and (source.driver is None or source.driver[1].cost >= WIDE)
    )


def _page(search: Search, source: Source, after: list[Any] | None, columns: str) -> Statement:
    tables, where, params = source.whole()
    more, values = ("", ()) if after is None else (f" AND {source.rid}>?", (after[-1],))
    sql = f"SELECT {columns} FROM {tables} WHERE {where}{more} ORDER BY {source.rid} LIMIT ?"
    return sql, (*params, *values, search.count + 1)


def _sorted_page(
    search: Search, source: Source, sort: Sequence[SortKey], after: list[Any] | None
) -> Statement:
    """All matches are sorted by their keys alone; only the bodies of the page's rows are read."""
    with_resource = source.needs_resource or any(key.parameter.code in ON_RESOURCE for key in sort)
    tables, where, params = source.whole() if with_resource else source.index_only()
    rid = source.rid if with_resource else "d.rid"
    keys, head = _keys(sort, rid)
    chosen = f"SELECT {rid} AS rid,{keys} FROM {tables} WHERE {where}"
    sql, values = _after(chosen, (*head, *params), sort, after)
    return f"{sql} ORDER BY {_order(sort)},rid LIMIT ?", values


def _walked_page(
    search: Search, source: Source, sort: Sequence[SortKey], after: list[Any] | None
) -> Statement:
    """The first key's index is walked in its order until the page is full, then those without the key."""
    first, rest = sort[0], sort[1:]
    kind = kind_of(first.parameter)
    parts: list[Statement] = []
    limit = search.count + 1
    if after is None or after[0] is not None:
        walk, values = _walk(source, first, None if after is None else after[0])
        joined = any(key.parameter.code in ON_RESOURCE for key in rest)
        tables, where, params = source.over(walk, values, first.parameter, joined=joined)
        keys, head = _keys(rest, "d.rid", start=1)
        chosen = f"SELECT d.rid AS rid,d.k0 AS k0{',' if keys else ''}{keys} FROM {tables} WHERE {where}"
        sql, bound = _after(chosen, (*head, *params), sort, after, always=1)
        order = f"k0 {'DESC' if first.descending else 'ASC'}"
        tail = f",{_order(rest, 1)}" if rest else ""
        parts.append((f"{sql} ORDER BY {order}{tail},rid LIMIT ?", (*bound, limit)))
    if not source.demands(first.parameter):
        tables, where, params = source.without(first.parameter)
        keys, head = _keys(rest, "r.rid", start=1)
        null = f"CAST(NULL AS {'BIGINT' if kind.KEY[0] == 'low' else 'TEXT'}) AS k0"
        chosen = f"SELECT r.rid AS rid,{null}{',' if keys else ''}{keys} FROM {tables} WHERE {where}"
        last = after[1:] if after is not None and after[0] is None else None
        sql, bound = _after(chosen, (*head, *params), rest, last, start=1)
        tail = f"{_order(rest, 1)}," if rest else ""
        parts.append((f"{sql} ORDER BY {tail}rid LIMIT ?", (*bound, limit)))
    both = " UNION ALL ".join(f"SELECT * FROM ({sql}) u{at}" for at, (sql, _) in enumerate(parts))
    return f"{both} LIMIT ?", tuple(value for _, values in parts for value in values)


def _walk(source: Source, key: SortKey, from_value: Any) -> Statement:
    """The index rows of a parameter that decide a resource's place: the least, or the greatest, of each."""
    kind = kind_of(key.parameter)
    column = kind.KEY[0]
    sql = f"SELECT i.rid AS rid,i.{column} AS k0 FROM {kind.TABLE} i WHERE i.param=?"
    params: tuple[Any, ...] = (key.parameter.number,)
    sign = "<" if key.descending else ">"
    if from_value is not None:
        sql, params = f"{sql} AND i.{column}{sign}=?", (*params, from_value)
    if facts(source.search.type, key.parameter.code).single:
        for absorbed in source.of_parameter(key.parameter):
            test, values = absorbed.either()
            sql, params = sql + test, (*params, *values)
    else:
        names = [",".join(f"{alias}.{name}" for name in kind.KEY) for alias in "ji"]
        better = ">" if key.descending else "<"
        sql += (
            f" AND NOT EXISTS (SELECT 1 FROM {kind.TABLE} j WHERE j.rid=i.rid AND j.param=i.param "
            f"AND ({names[0]}){better}({names[1]}))"
        )
    return sql, params


def _with_bodies(chosen: Statement, sort: Sequence[SortKey], count: int, columns: str) -> Statement:
    """The rows of a page, chosen and in order by their keys; `chosen` lacks the value of its last LIMIT."""
    rows, params = chosen
    names = ",".join(f"p.k{at}" for at in range(len(sort)))
    sql = (
        f"SELECT {columns},{names} FROM ({rows}) p CROSS JOIN resource r WHERE r.rid=p.rid AND r.deleted=0 "
        f"ORDER BY {_order(sort, 0, 'p.')},p.rid"
    )
    return sql, (*params, count + 1)


def _keys(sort: Sequence[SortKey], rid: str, start: int = 0) -> Statement:
    """What a resource is sorted by: its least value going up, its greatest going down."""
    parts, params = [], []
    for at, key in enumerate(sort, start):
        code = key.parameter.code
        if code in ON_RESOURCE:
            parts.append(f"{'r.id' if code == '_id' else 'r.updated'} AS k{at}")
            continue
        kind = kind_of(key.parameter)
        pick = f"{'MAX' if key.descending else 'MIN'}(i.{kind.KEY[0]})"
        parts.append(f"(SELECT {pick} FROM {kind.TABLE} i WHERE i.rid={rid} AND i.param=?) AS k{at}")
        params.append(key.parameter.number)
    return ",".join(parts), tuple(params)


def _order(sort: Sequence[SortKey], start: int = 0, prefix: str = "") -> str:
    parts = []
    for at, key in enumerate(sort, start):
        last = "" if _always(key) else " NULLS LAST"
        parts.append(f"{prefix}k{at} {'DESC' if key.descending else 'ASC'}{last}")
    return ",".join(parts)


def _always(key: SortKey) -> bool:
    """Whether every resource has a value: then the plain order of an index will do."""
    return key.parameter.code in ON_RESOURCE


def _after(
    chosen: str,
    params: tuple[Any, ...],
    sort: Sequence[SortKey],
    after: list[Any] | None,
    *,
    start: int = 0,
    always: int = 0,
) -> Statement:
    """Only the rows after these sort values and rid; a missing value, which the first `always` never are,
    comes last."""
    if after is None:
        return chosen, params
    tests: list[str] = []
    values: list[Any] = []
    same: list[str] = []
    equal: list[Any] = []
    for at, key in enumerate(sort, start):
        value = after[at - start]
        if value is not None:
            null = "" if at < always or _always(key) else f" OR k{at} IS NULL"
            tests.append(" AND ".join([*same, f"(k{at}{'<' if key.descending else '>'}?{null})"]))
            values += [*equal, value]
        same.append(f"k{at} IS NULL" if value is None else f"k{at}=?")
        equal += [] if value is None else [value]
    tests.append(" AND ".join([*same, "rid>?"]))
    where = "((" + ") OR (".join(tests) + "))"
    if sort and start == 0 and _always(sort[0]):  # said once more in the form that an index understands
        where = f"k0{'<' if sort[0].descending else '>'}=? AND {where}"
        values.insert(0, after[0])
    return f"SELECT * FROM ({chosen}) c WHERE {where}", (*params, *values, *equal, after[-1])


def _read_cursor(cursor: str, sort: Sequence[SortKey]) -> list[Any]:
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        values = None
    if not isinstance(values, list) or len(values) != len(sort) + 1 or not isinstance(values[-1], int):
        raise BadRequest("The page's cursor does not belong to this search", expression="http._cursor")
    return values
