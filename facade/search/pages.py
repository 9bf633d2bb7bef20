"""One page of a search as SQL, in one of three shapes: in the order of `rid`; sorted, where the matches are
few; and along the index of the first sort key, where they may be many.

A limit is written `LIMIT 0+?`: SQLite plans a statement with a bare `LIMIT ?` anew at every use.

https://hl7.org/fhir/R4/search.html#sort
"""

# ruff: noqa: S608 - the text is made of our own names and `?`; a test proves that no value gets into it

from __future__ import annotations

from collections.abc import Sequence

from facade.search.covered import numbers_of, one_row
from facade.search.date import WIDE
from facade.search.index_sql import of_numbers
from facade.search.keyset import Cursor, Order
from facade.search.kinds import ON_RESOURCE, facts, kind_of
from facade.search.model import Criterion, Search, SortKey, Statement
from facade.search.sources import Source
from facade.store.resident import CHANGES

_SNAPSHOT = "SELECT MAX(z.updated) AS u FROM resource z WHERE z.type=?"
_NULL = {"index_date": "BIGINT", "index_number": "DOUBLE PRECISION", "index_quantity": "DOUBLE PRECISION"}


def natural_order(search: Search, source: Source) -> tuple[SortKey, ...]:
    """The order of a search: its `_sort`; without it a wide range of dates comes newest first, so that its
    index can be walked; else that of `rid`."""
    driver = source.driver
    if search.sort or driver is None or driver.cost != WIDE or not isinstance(driver.clause, Criterion):
        return search.sort
    parameter = driver.clause.parameter
    wide = parameter.kind == "date" and facts(parameter).single
    return (SortKey(parameter, descending=True),) if wide else ()


def plan_page(
    source: Source,
    keys: tuple[SortKey, ...],
    edge: Cursor | None,
    *,
    columns: str,
    count: int,
    types: Sequence[str],
) -> Statement:
    """`columns` of so many rows, then the sort values and the snapshot of these types, if there are keys."""
    if not keys:
        return _by_rid(source, edge, columns, count)
    order = _order(source, keys, edge)
    rows, params = _chosen(source, order, edge, count)
    sql = (
        f"SELECT {columns},{_told(order, types)} FROM ({rows}) p CROSS JOIN resource r "
        f"WHERE r.rid=p.rid AND r.deleted=0 ORDER BY {order.by('p.')}"
    )
    return sql, (*types, *params, count)


def plan_rids(
    source: Source, keys: tuple[SortKey, ...], edge: Cursor | None, *, count: int, type: str
) -> Statement | None:
    """The same page of one type for `Store.at_hand`, the snapshot told. None where resources are looked at in
    their order, so that their bodies are next to it, and where sort values are no integers."""
    if not keys:
        return None if source.needs_resource else _rids_by_rid(source, edge, count)
    if not all(_of_times(key) for key in keys):
        return None
    order = _order(source, keys, edge)
    rows, params = _chosen(source, order, edge, count)
    values = "".join(f"||','||ifnull(p.k{at},'null')" for at in range(len(keys)))
    sql = f"SELECT group_concat(p.rid{values}),({_SNAPSHOT}),{CHANGES} FROM ({rows}) p"
    return sql, (type, *params, count)


def _order(source: Source, keys: tuple[SortKey, ...], edge: Cursor | None) -> Order:
    """What only they match who have it is never missing, which sorts faster."""
    first = keys[0].parameter
    always = first.code not in ON_RESOURCE and source.demands(first)
    return Order(keys, backward=edge is not None and edge.backward, always=int(always))


def _of_times(key: SortKey) -> bool:
    parameter = key.parameter
    on_resource = parameter.code in ON_RESOURCE
    return parameter.code == "_lastUpdated" if on_resource else kind_of(parameter).TABLE == "index_date"


def _chosen(source: Source, order: Order, edge: Cursor | None, count: int) -> Statement:
    """The rows of a page in order by their keys, without the value of the last LIMIT."""
    if _worth_walking(source, order.keys):
        return _walked(source, order, edge, count)
    return _sorted(source, order, edge)


def _told(order: Order, types: Sequence[str]) -> str:
    """The sort values, and the snapshot."""
    names = ",".join(f"p.k{at}" for at in range(len(order.keys)))
    snapshot = _SNAPSHOT
    if len(types) > 1:
        every = " UNION ALL ".join([_SNAPSHOT] * len(types))
        snapshot = f"SELECT MAX(s.u) FROM ({every}) s"
    return f"{names},({snapshot}) AS snapshot"


def _worth_walking(source: Source, keys: tuple[SortKey, ...]) -> bool:
    """Whether the first key's index leads, because no condition promises to be selective."""
    parameter = keys[0].parameter
    absent = any(c.missing and c.parameter is parameter for c in source.search.criteria)
    return (
        parameter.code not in ON_RESOURCE
        and not absent
        and not source.by_id
        and (source.driver is None or source.driver.cost >= WIDE)
    )


def _by_rid(source: Source, edge: Cursor | None, columns: str, count: int) -> Statement:
    """Of a whole type its index is walked, which PostgreSQL takes up only if the order names the type."""
    tables, where, params = source.whole()
    rid = source.rid
    way = " DESC" if edge is not None and edge.backward else ""
    order = f"{rid}{way}" if source.driver is not None else f"r.type{way},{rid}{way}"
    if edge is None:
        if source.driver is None and source.dialect == "postgresql":  # or it walks the types before
            where += f" AND {rid}>=(SELECT min(o.rid) FROM resource o WHERE o.type=?)"
            params = (*params, source.search.type)
        sql = f"SELECT {columns} FROM {tables} WHERE {where} ORDER BY {order} LIMIT 0+?"
        return sql, (*params, count)
    sign = "<" if edge.backward else ">"
    sql = f"SELECT {columns} FROM {tables} WHERE {where} AND {rid}{sign}? ORDER BY {order} LIMIT 0+?"
    return sql, (*params, edge.rid, count)


def _rids_by_rid(source: Source, edge: Cursor | None, count: int) -> Statement:
    tables, where, params = source.index_only()
    way = ""
    if edge is not None:
        where, params = f"{where} AND d.rid{'<' if edge.backward else '>'}?", (*params, edge.rid)
        way = " DESC" if edge.backward else ""
    rows = f"SELECT d.rid AS rid FROM {tables} WHERE {where} ORDER BY d.rid{way} LIMIT 0+?"
    return f"SELECT group_concat(o.rid),NULL,{CHANGES} FROM ({rows}) o", (*params, count)


def _sorted(source: Source, order: Order, edge: Cursor | None) -> Statement:
    """All matches are sorted by their keys alone; only the bodies of the page's rows are read."""
    with_resource = source.needs_resource or any(key.parameter.code in ON_RESOURCE for key in order.keys)
    beside = None if with_resource else source.beside(order.keys[0].parameter)
    if beside is not None:
        tables, where, params = beside
        rid = "d.rid"
        more, head = Order(order.keys[1:], 1).columns(rid)
        keys = f"d.k0 AS k0{',' if more else ''}{more}"
    else:
        tables, where, params = source.whole() if with_resource else source.index_only()
        rid = source.rid if with_resource else "d.rid"
        keys, head = order.columns(rid)
    chosen = f"SELECT {rid} AS rid,{keys} FROM {tables} WHERE {where}", (*head, *params)
    sql, values = chosen if edge is None else order.after(chosen, edge.values, edge.rid)
    return f"{sql} ORDER BY {order.by()} LIMIT 0+?", values


def _walked(source: Source, order: Order, edge: Cursor | None, count: int) -> Statement:
    """The first key's index is walked in its order until the page is full, then those without the key; or
    the other way round."""
    missing = edge is not None and edge.values[0] is None
    parts: list[Statement] = []
    if order.backward or not missing:
        parts.append(_with_key(source, order, None if missing else edge, count))
    if (missing or not order.backward) and not source.demands(order.keys[0].parameter):
        parts.append(_without_key(source, order, edge if missing else None, count))
    if order.backward:
        parts.reverse()
    both = " UNION ALL ".join(f"SELECT * FROM ({sql}) u{at}" for at, (sql, _) in enumerate(parts))
    return f"{both} LIMIT 0+?", tuple(value for _, values in parts for value in values)


def _with_key(source: Source, order: Order, edge: Cursor | None, count: int) -> Statement:
    """Of several numbers the first rows of each, one of a resource from each: whoever is among the first of
    all is among the first by its own place, whichever number that is under."""
    first, whole = order.keys[0], Order(order.keys, 0, order.backward, always=1)
    end = f" ORDER BY {whole.by()} LIMIT 0+?"
    numbers = numbers_of(first.parameter)
    parts = [_with_number(source, order, edge, number) for number in numbers]
    if len(parts) == 1:
        ((sql, params),) = parts
        return f"{sql}{end}", (*params, count)
    every = " UNION ALL ".join(f"SELECT * FROM ({sql}{end}) n{at}" for at, (sql, _) in enumerate(parts))
    same = "".join(f",m.k{at}" for at in range(1, len(order.keys)))
    pick = "MAX" if first.descending else "MIN"
    sql = f"SELECT m.rid,{pick}(m.k0) AS k0{same} FROM ({every}) m GROUP BY m.rid{same}"
    return f"{sql}{end}", (*(value for _, params in parts for value in (*params, count)), count)


def _with_number(source: Source, order: Order, edge: Cursor | None, number: int) -> Statement:
    first, rest = order.keys[0], Order(order.keys[1:], 1, order.backward)
    walk, values = _walk(source, order, None if edge is None else edge.values[0], number)
    joined = any(key.parameter.code in ON_RESOURCE for key in rest.keys)
    tables, where, params = source.over(walk, values, first.parameter, joined=joined)
    keys, head = rest.columns("d.rid")
    sql = f"SELECT d.rid AS rid,d.k0 AS k0{',' if keys else ''}{keys} FROM {tables} WHERE {where}"
    chosen: Statement = (sql, (*head, *params))
    if edge is not None:
        whole = Order(order.keys, 0, order.backward, always=1)
        chosen = whole.after(chosen, edge.values, edge.rid)
    return chosen


def _without_key(source: Source, order: Order, edge: Cursor | None, count: int) -> Statement:
    first, rest = order.keys[0], Order(order.keys[1:], 1, order.backward)
    tables, where, params = source.without(first.parameter)
    keys, head = rest.columns("r.rid")
    null = f"CAST(NULL AS {_NULL.get(kind_of(first.parameter).TABLE, 'TEXT')}) AS k0"
    sql = f"SELECT r.rid AS rid,{null}{',' if keys else ''}{keys} FROM {tables} WHERE {where}"
    chosen: Statement = (sql, (*head, *params))
    if edge is not None:
        chosen = rest.after(chosen, edge.values[1:], edge.rid)
    return f"{chosen[0]} ORDER BY {rest.by()} LIMIT 0+?", (*chosen[1], count)


def _walk(source: Source, order: Order, from_value: object, number: int) -> Statement:
    """The index rows under one number of a parameter that may decide a resource's place: the least, or the
    greatest, of each."""
    key = order.keys[0]
    kind = kind_of(key.parameter)
    column = kind.KEY[0]
    sql = f"SELECT i.rid AS rid,i.{column} AS k0 FROM {kind.TABLE} i WHERE i.param=?"
    params: tuple[object, ...] = (number,)
    if from_value is not None:
        sql, params = f"{sql} AND i.{column}{'<' if order.down(key) else '>'}=?", (*params, from_value)
    if one_row(key.parameter):
        for absorbed in source.of_parameter(key.parameter):
            test, values = absorbed.either()
            sql, params = sql + test, (*params, *values)
        return sql, params
    names = [",".join(f"{alias}.{name}" for name in kind.KEY) for alias in "ji"]
    better = ">" if key.descending else "<"
    sql += (
        f" AND NOT EXISTS (SELECT 1 FROM {kind.TABLE} j WHERE j.rid=i.rid AND j.param=i.param "
        f"AND ({names[0]}){better}({names[1]}))"
    )
    numbers = numbers_of(key.parameter)
    if len(numbers) > 1 and (order.backward or from_value is not None):
        sql += (
            f" AND NOT EXISTS (SELECT 1 FROM {kind.TABLE} j WHERE j.rid=i.rid AND {of_numbers(numbers, 'j')} "
            f"AND j.{column}{better}i.{column}"
        )
        params = (*params, *numbers)
        if not order.backward:  # one whose place is beyond the edge may have more rows there
            sql, params = f"{sql} AND j.{column}{better}=?", (*params, from_value)
        sql += ")"
    return sql, params
