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
from facade.search.includes import plan_include
from facade.search.keyset import Cursor, read_cursor
from facade.search.model import Include, Search, SortKey, Statement
from facade.search.pages import natural_order, plan_page
from facade.search.slots import Slotted
from facade.search.sources import Source, read_source
from facade.store.access import Access

COLUMNS = {
    "sqlite": "r.rid,CAST(r.id AS BLOB) AS name,r.body",
    "postgresql": "r.rid,convert_to(r.id,'UTF8') AS name,r.body",
}
"""What a match's row holds: rid, id as bytes, body. Each more column of a page of 20 costs a per cent."""
INCLUDED = {
    "sqlite": "r.rid,CAST(r.type||'/'||r.id AS BLOB) AS name,r.body",
    "postgresql": "r.rid,convert_to(r.type||'/'||r.id,'UTF8') AS name,r.body",
}
"""What an included resource's row holds: the same, but `Type/id`."""
WIDTH = 3  # of COLUMNS; a row's sort values follow, then the snapshot
MAX_TOTAL = 10_000
"""A total is counted up to here, unless `_total=accurate` was asked for."""
MAX_MOVED = 2000
"""Matches that may have changed since a walk began; more of them end it."""


class Plan(NamedTuple):
    """The statements of a search; `texts` are those in the slots of its values, if it was made for marks.

    `page` gives rows of COLUMNS, the sort values and the snapshot, one more than `search.count` if there is
    a next page; backward, if the cursor says so.
    """

    search: Search
    access: Access
    dialect: str
    source: Source
    order: tuple[SortKey, ...]
    cursor: Cursor | None
    page: Statement
    texts: tuple[str, ...] = ()

    def filled(self, page: Slotted, texts: tuple[str, ...]) -> Plan:
        """This plan, made for marks, with texts in their place; `page` is its own, found once."""
        search, access, dialect, source, order, cursor = self[:6]
        return Plan(search, access, dialect, source, order, cursor, page.fill(texts), texts)

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
        """Statements for what comes along with these rows; rows of INCLUDED, some perhaps matches too."""
        return plan_include(
            self.search.includes if includes is None else includes,
            rids,
            columns=INCLUDED[self.dialect],
            access=self.access,
            dialect=self.dialect,
        )

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


@dataclass(frozen=True, slots=True)
class Edged:
    """A page at an edge, planned once for all edges that go the same way and lack the same values.

    `places`: (index of the statement's value, index among the edge's values and its rid).
    """

    page: Slotted
    places: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, plan: Plan, edge: Cursor, slots: int) -> Edged:
        """Of a plan that was made for marks in so many slots."""
        stands: list[Any] = [None if value is None else object() for value in (*edge.values, edge.rid)]
        some = Cursor(tuple(stands[:-1]), stands[-1], edge.backward)
        statement = _page(plan.search, plan.source, plan.order, some, plan.dialect)
        places = [
            (index, stands.index(value))
            for index, value in enumerate(statement[1])
            if any(value is stand for stand in stands if stand is not None)
        ]
        return cls(Slotted.of(statement, slots), tuple(places))

    def fill(self, texts: Sequence[str], edge: Cursor) -> Statement:
        """The page at this edge, with texts in the slots."""
        sql, values = self.page.fill(texts)
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
    return Plan(search, access, dialect, source, order, edge, _page(search, source, order, edge, dialect))


def _page(
    search: Search, source: Source, order: tuple[SortKey, ...], edge: Cursor | None, dialect: str
) -> Statement:
    return plan_page(
        source, order, edge, columns=COLUMNS[dialect], count=search.count + 1, types=(search.type,)
    )


def refuse_contained(search: Search) -> None:
    """Where contained resources cannot be looked for. Raises UnknownParameter."""
    if search.contained != "false":
        raise UnknownParameter("`_contained` is not supported here", expression="http._contained")


def values_of(row: Sequence[Any], order: Sequence[SortKey]) -> tuple[Any, ...]:
    """A page's row's sort values."""
    return tuple(row[WIDTH : WIDTH + len(order)])
