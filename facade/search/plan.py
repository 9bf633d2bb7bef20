"""A search as SQL: one page of it, its total, and what it includes.

https://hl7.org/fhir/R4/search.html

Pure: text with `?` and the values to bind, the same text for the same shape of search. A page that follows
another begins at a cursor. Where the order could change during the walk, the cursor holds the time that it
began: `settled` pages then hold only what has not changed since, and `moved` is what has.
"""

# ruff: noqa: S608 - the text is made of our own names and `?`; a test proves that no value gets into it

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from facade.errors import UnknownParameter
from facade.search.includes import plan_include, plan_included_rids
from facade.search.keyset import Cursor, read_cursor
from facade.search.model import Include, Search, SortKey, Statement
from facade.search.pages import natural_order, plan_page, plan_rids
from facade.search.slots import Slotted
from facade.search.sources import Source, read_source
from facade.store.access import Access

COLUMNS = {
    "sqlite": "r.rid,CAST(r.type||'/'||r.id AS BLOB) AS name,r.body",
    "postgresql": "r.rid,convert_to(r.type||'/'||r.id,'UTF8') AS name,r.body",
}
"""What a row holds: rid, `Type/id` as bytes, body. Each more column of a page of 20 costs a per cent."""
WIDTH = 3  # of COLUMNS; a row's sort values follow, then the snapshot
MAX_TOTAL = 10_000
"""A total is counted up to here, unless `_total=accurate` was asked for."""
MAX_MOVED = 2000
"""Matches that may have changed since a walk began; more of them end it."""


class Plan(NamedTuple):
    """The statements of a search; `texts` are those in the slots of its values, if it was made for marks.

    `page` gives rows of COLUMNS, the sort values and the snapshot, one more than `search.count` if there is
    a next page; backward, if the cursor says so. `rids` gives the same page for `Store.at_hand`, if it can
    be had so.
    """

    search: Search
    access: Access
    dialect: str
    source: Source
    order: tuple[SortKey, ...]
    cursor: Cursor | None
    page: Statement
    rids: Statement | None
    texts: tuple[str, ...] = ()

    @property
    def total(self) -> Statement:
        """One number, at most MAX_TOTAL + 1 unless `_total=accurate`."""
        return self._filled(counted(self.source))

    def settled(self, snapshot: int) -> Statement:
        """The page, without what has changed since then."""
        settled = self.source.since(snapshot, "<=")
        return self._filled(_page(self.search, settled, self.order, self.cursor, self.dialect))

    def moved(self, snapshot: int) -> Statement:
        """COLUMNS and the time of change of the matches that have changed since then; one more than MAX_MOVED
        if there are too many."""
        tables, where, params = self.source.since(snapshot, ">").whole()
        sql = f"SELECT {COLUMNS[self.dialect]} FROM {tables} WHERE {where} LIMIT 0+?"
        return self._filled((sql, (*params, MAX_MOVED + 1)))

    def _filled(self, statement: Statement) -> Statement:
        if not self.texts:
            return statement
        stored = () if self.cursor is None else self.cursor.values
        return Slotted.of(statement, len(self.texts), stored).fill(self.texts)

    def includes(self, rids: Sequence[int], includes: Sequence[Include] | None = None) -> list[Statement]:
        """Statements for what comes along with these rows; rows of COLUMNS, some perhaps matches too."""
        return plan_include(
            self.search.includes if includes is None else includes,
            rids,
            columns=COLUMNS[self.dialect],
            access=self.access,
            dialect=self.dialect,
        )

    def included_rids(
        self, rids: Sequence[int], includes: Sequence[Include] | None = None
    ) -> list[Statement] | None:
        """The same statements for `Store.at_hand`, if it can be had so."""
        if self.dialect != "sqlite":
            return None
        includes = self.search.includes if includes is None else includes
        return plan_included_rids(includes, rids, access=self.access, dialect=self.dialect)

    def next_cursor(self, last_row: Sequence[Any]) -> str:
        """Where the page after a row begins, to be handed to `plan_search`; not signed."""
        snapshot = last_row[-1] if self.order else None
        return Cursor(values_of(last_row, self.order), last_row[0], snapshot=snapshot).text()


def counted(source: Source) -> Statement:
    """The number `n` of a search's matches, at most MAX_TOTAL + 1 unless `_total=accurate`."""
    tables, where, params = source.whole() if source.needs_resource else source.index_only()
    if source.search.total == "accurate":
        return f"SELECT count(*) AS n FROM {tables} WHERE {where}", params
    sql = f"SELECT count(*) AS n FROM (SELECT 1 FROM {tables} WHERE {where} LIMIT 0+?) c"
    return sql, (*params, MAX_TOTAL + 1)


class Filled(NamedTuple):
    """A plan's own statements with their slots found once."""

    page: Slotted
    rids: Slotted | None

    @classmethod
    def of(cls, plan: Plan, slots: int) -> Filled:
        """Of a plan that was made for marks in so many slots."""
        rids = None if plan.rids is None else Slotted.of(plan.rids, slots)
        return cls(Slotted.of(plan.page, slots), rids)

    def plan(self, made: Plan, texts: tuple[str, ...]) -> Plan:
        """That plan with texts in the slots."""
        search, access, dialect, source, order, cursor = made[:6]
        rids = None if self.rids is None else self.rids.fill(texts)
        return Plan(search, access, dialect, source, order, cursor, self.page.fill(texts), rids, texts)


@dataclass(frozen=True, slots=True)
class Edged:
    """A page at an edge, planned once for all edges that go the same way and lack the same values."""

    page: _Open
    rids: _Open | None

    @classmethod
    def of(cls, plan: Plan, edge: Cursor, slots: int) -> Edged:
        """Of a plan that was made for marks in so many slots."""
        stands: list[Any] = [None if value is None else object() for value in (*edge.values, edge.rid)]
        some = Cursor(tuple(stands[:-1]), stands[-1], edge.backward)
        page = _page(plan.search, plan.source, plan.order, some, plan.dialect)
        rids = _rids(plan.search, plan.source, plan.order, some, plan.dialect)
        return cls(_Open.of(page, stands, slots), None if rids is None else _Open.of(rids, stands, slots))

    def plan(self, made: Plan, texts: Sequence[str], edge: Cursor) -> Plan:
        """A plan with its page at this edge; texts are in the slots."""
        rids = None if self.rids is None else self.rids.fill(texts, edge)
        page = self.page.fill(texts, edge)
        return Plan(
            made.search, made.access, made.dialect, made.source, made.order, edge, page, rids, made.texts
        )


@dataclass(frozen=True, slots=True)
class _Open:
    """`places`: (index of the statement's value, index among an edge's values and its rid)."""

    statement: Slotted
    places: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, statement: Statement, stands: Sequence[object], slots: int) -> _Open:
        """`stands` are what stands for an edge's values in the statement."""
        places = [
            (index, stands.index(value))
            for index, value in enumerate(statement[1])
            if any(value is stand for stand in stands if stand is not None)
        ]
        return cls(Slotted.of(statement, slots), tuple(places))

    def fill(self, texts: Sequence[str], edge: Cursor) -> Statement:
        """The statement at this edge, with texts in the slots."""
        sql, values = self.statement.fill(texts)
        bound, own = list(values), (*edge.values, edge.rid)
        for index, at in self.places:
            bound[index] = own[at]
        return sql, tuple(bound)


def plan_search(search: Search, access: Access, dialect: str, *, cursor: str | None = None) -> Plan:
    """The plan of a search for this caller, from the start or at a cursor; raises BadRequest."""
    refuse_contained(search)
    source = read_source(search, access, dialect)
    order = natural_order(search, source)
    edge = None if cursor is None else read_cursor(cursor, len(order))
    page = _page(search, source, order, edge, dialect)
    rids = _rids(search, source, order, edge, dialect)
    return Plan(search, access, dialect, source, order, edge, page, rids)


def _page(
    search: Search, source: Source, order: tuple[SortKey, ...], edge: Cursor | None, dialect: str
) -> Statement:
    return plan_page(
        source, order, edge, columns=COLUMNS[dialect], count=search.count + 1, types=(search.type,)
    )


def _rids(
    search: Search, source: Source, order: tuple[SortKey, ...], edge: Cursor | None, dialect: str
) -> Statement | None:
    """The page for `Store.at_hand`, which PostgreSQL, a server with a memory of its own, has no use for."""
    if dialect != "sqlite":
        return None
    return plan_rids(source, order, edge, count=search.count + 1, type=search.type)


def refuse_contained(search: Search) -> None:
    """Where contained resources cannot be looked for. Raises UnknownParameter."""
    if search.contained != "false":
        raise UnknownParameter("`_contained` is not supported here", expression="http._contained")


def values_of(row: Sequence[Any], order: Sequence[SortKey]) -> tuple[Any, ...]:
    """A page's row's sort values."""
    return tuple(row[WIDTH : WIDTH + len(order)])
