"""A search over several types at once: each type's own search, merged in one order.

https://hl7.org/fhir/R4/http.html#search · https://hl7.org/fhir/R4/compartmentdefinition.html
"""

# ruff: noqa: S608 - the text is made of our own names and `?`

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from facade.errors import BadRequest
from facade.search.includes import plan_include
from facade.search.keyset import Cursor, Order, read_cursor
from facade.search.kinds import ON_RESOURCE, kind_of
from facade.search.model import Include, Search, SortKey, Statement
from facade.search.pages import plan_page
from facade.search.plan import COLUMNS, MAX_MOVED, counted, refuse_contained
from facade.search.sources import Source, read_source
from facade.store.access import Access

_COLUMN = {"index_date": "time", "index_number": "number", "index_quantity": "number"}


class PlanOfTypes(NamedTuple):
    """What `Plan` is for one type; rows are of COLUMNS. `searches` differ in type and parameters only."""

    searches: tuple[Search, ...]
    access: Access
    dialect: str
    sources: tuple[Source, ...]
    order: tuple[SortKey, ...]
    cursor: Cursor | None
    texts: tuple[str, ...] = ()

    @property
    def search(self) -> Search:
        """The search of the first type: count, total and includes are those of all."""
        return self.searches[0]

    @property
    def page(self) -> Statement:
        return self._page(lambda source: source)

    def settled(self, snapshot: int) -> Statement:
        return self._page(lambda source: source.since(snapshot, "<="))

    def moved(self, snapshot: int) -> Statement:
        parts: list[Statement] = []
        for source in self.sources:
            tables, where, params = source.since(snapshot, ">").whole()
            sql = f"SELECT {COLUMNS[self.dialect]} FROM {tables} WHERE {where} LIMIT 0+?"
            parts.append((sql, (*params, MAX_MOVED + 1)))
        return _united(parts)

    @property
    def rids(self) -> None:
        """What is searched so is not looked for at hand."""

    @property
    def total(self) -> Statement:
        sql, values = _united([counted(source) for source in self.sources])
        return f"SELECT CAST(SUM(n) AS BIGINT) FROM ({sql}) t", values

    def included_rids(self, rids: Sequence[int], includes: Sequence[Include] | None = None) -> None:
        """As `rids`."""

    def includes(self, rids: Sequence[int], includes: Sequence[Include] | None = None) -> list[Statement]:
        return plan_include(
            self.search.includes if includes is None else includes,
            rids,
            columns=COLUMNS[self.dialect],
            access=self.access,
            dialect=self.dialect,
        )

    def _page(self, of: Callable[[Source], Source]) -> Statement:
        count = self.search.count + 1
        types = tuple(search.type for search in self.searches)
        parts = [
            plan_page(
                of(source),
                search.sort,
                self.cursor,
                columns=COLUMNS[self.dialect],
                count=count,
                types=types,
            )
            for search, source in zip(self.searches, self.sources, strict=True)
        ]
        sql, values = _united(parts)
        order = Order(self.order, backward=self.cursor is not None and self.cursor.backward)
        return f"SELECT * FROM ({sql}) w ORDER BY {order.by('w.')} LIMIT 0+?", (*values, count)


def _united(parts: Sequence[Statement]) -> Statement:
    sql = " UNION ALL ".join(f"SELECT * FROM ({sql}) y{at}" for at, (sql, _) in enumerate(parts))
    return sql, tuple(value for _, values in parts for value in values)


def _plain(key: SortKey) -> bool:
    return key.parameter.code in ON_RESOURCE


def plan_several(
    searches: Sequence[Search], access: Access, dialect: str, *, cursor: str | None = None
) -> PlanOfTypes:
    """The plan of a search over several types for this caller; raises BadRequest."""
    refuse_contained(searches[0])
    order = searches[0].sort
    for keys in zip(*(search.sort for search in searches), strict=True):
        columns = {_COLUMN.get(kind_of(key.parameter).TABLE, "text") for key in keys if not _plain(key)}
        if len(columns) > 1:
            raise BadRequest(
                f"`_sort`: `{keys[0].parameter.code}` is not of one kind in all the types that are searched",
                expression="http._sort",
            )
    edge = None if cursor is None else read_cursor(cursor, len(order))
    sources = tuple(read_source(search, access, dialect) for search in searches)
    return PlanOfTypes(tuple(searches), access, dialect, sources, order, edge)
