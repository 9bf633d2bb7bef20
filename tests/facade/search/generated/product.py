"""The product's search over a store, asked as the REST interface asks it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from conformance.matching.world import NOW
from facade.flow.fulltext import TextIndex
from facade.flow.shelf import Shelf
from facade.flow.terms import find_terms
from facade.search import Plan, Setting, parse_search, plan_search
from facade.search.clauses import needed_terms
from facade.search.fulltext import text_types
from facade.search.plan import WIDTH
from facade.store import Store
from facade.store.access import EVERYTHING
from tests.facade.search.stocked import UPDATED, id_of

Items = Sequence[tuple[str, str]]
BASE_URL = "http://facade.example/fhir"
SETTING = Setting(base_url=BASE_URL)
ALL = 100_000
INDEXED = 250
"""Characters of a text that the index holds: `:contains` misses what comes later."""
FULL_TEXT = frozenset({"_text", "_content"})


def updated(rid: int) -> str:
    """When `stock` says that the resource with this rid was changed."""
    moment = datetime.fromtimestamp(UPDATED // 1_000_000, UTC) + timedelta(seconds=rid)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000000Z")


def plan(store: Store, type: str, items: Items, cursor: str | None = None, count: int = ALL) -> Plan:
    needed = needed_terms(items)
    terms = asyncio.run(find_terms(Shelf(), store, needed)) if needed else {}
    search = parse_search(
        type, items, now=NOW, base_url=BASE_URL, max_count=ALL, default_count=min(count, ALL), terms=terms
    )
    if types := text_types(search):
        asyncio.run(TextIndex(store).catch_up(sorted(types), 60))
    return plan_search(search, EVERYTHING, store.dialect, cursor=cursor)


def found(store: Store, type: str, items: Items) -> list[str]:
    """The ids of all matches."""
    return [id_of(row) for row in _rows(store, plan(store, type, items))]


def pages(store: Store, type: str, items: Items, count: int) -> list[list[str]]:
    """The ids on each page, following the cursors."""
    made: list[list[str]] = []
    cursor = None
    while True:
        one = plan(store, type, items, cursor, count)
        rows = _rows(store, one)
        made.append([id_of(row) for row in rows[:count]])
        if len(rows) <= count:
            return made
        cursor = one.next_cursor(rows[count - 1])


def _rows(store: Store, one: Plan) -> list[Any]:
    """A page. Where it can be had by rid alone, that is the same."""
    rows: list[Any] = store.query(*one.page)
    if one.rids is not None:
        ((text, snapshot, _),) = store.query(*one.rids)
        end = -1 if one.order else None
        assert json.loads(f"[{text or ''}]") == [n for row in rows for n in (row[0], *row[WIDTH:end])]
        assert not rows or not one.order or snapshot == rows[0][-1]
    return rows


def total(store: Store, type: str, items: Items) -> int:
    return int(store.query(*plan(store, type, items).total)[0][0])
