"""One page of a walk through a search's matches: each is met once, however the store changes meanwhile.

https://hl7.org/fhir/R4/http.html#paging

Where the order can change, a walk is over the order that was when it began (its snapshot). What has changed
since is taken out of the page that the store gives now, and put where it stood then.
"""

# ruff: noqa: S608 - the text is made of our own names and `?`

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from facade.errors import FacadeError
from facade.search.contained import PlanOfContained
from facade.search.keyset import Cursor
from facade.search.model import Statement
from facade.search.place import Placed, Walk, place_of
from facade.search.plan import MAX_MOVED, WIDTH, Plan, values_of
from facade.search.several import PlanOfTypes
from facade.store import Store
from facade.store.serialise import from_json

Row = Sequence[Any]
AnyPlan = Plan | PlanOfTypes | PlanOfContained


class WalkOver(FacadeError):
    """So much has changed since the first page that the walk must begin anew."""

    status, code = 410, "expired"


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in their order; where the pages before and after begin, if there are such."""

    rows: Sequence[Row]
    before: Cursor | None = None
    after: Cursor | None = None


async def fetch_page(store: Store, plan: AnyPlan) -> Page:
    """The page of a plan. Raises WalkOver."""
    search, edge, order = plan.search, plan.cursor, plan.order
    if not search.count:
        return Page(())
    rows: Sequence[Row] | None = None
    if plan.rids is not None:
        rows = await at_hand(store, plan.rids, 1 + len(order))
    if rows is None:
        rows = await store.search(*plan.page)
    snapshot = None
    if order:
        snapshot = rows[0][-1] if rows else None
        if edge is not None and edge.snapshot is not None and snapshot != edge.snapshot:
            snapshot = edge.snapshot
            rows = await _as_it_was(store, plan, snapshot, edge)
    if edge is None and len(rows) <= search.count and search.limit is None:
        return Page(rows)
    return _cut(plan, rows, edge, snapshot)


async def at_hand(store: Store, statement: Statement, width: int = 1) -> Sequence[Row] | None:
    """The rows of a page, or of what is included, of which the store keeps the resources: each rid has so
    many numbers in all. None if it has to be asked for the whole."""
    found = await store.at_hand(*statement, width)
    if found is None or width == 1:
        return found and found.kept
    numbers, told, kept = found
    places = zip(range(1, len(numbers), width), kept, strict=True)
    return [(one.rid, one.name, one.body, *numbers[at : at + width - 1], told) for at, one in places]


def _cut(plan: AnyPlan, rows: Sequence[Row], edge: Cursor | None, snapshot: int | None) -> Page:
    """Of one row more than the page has, the page and its neighbours."""
    search = plan.search
    backward = edge is not None and edge.backward
    more = len(rows) > search.count
    shown = rows[: search.count]
    seen = 0 if edge is None else edge.seen
    if backward:
        shown = shown[::-1]
        seen -= len(shown)
    elif search.limit is not None and seen + len(shown) >= search.limit:
        shown, more = shown[: search.limit - seen], False
    if not shown:
        return Page(()) if edge is None else _nothing_there(edge, snapshot, max(seen, 0))
    first, last = shown[0], shown[-1]
    before = after = None
    if more if backward else edge is not None:
        before = Cursor(values_of(first, plan.order), first[0], True, snapshot, max(seen, 0))
    if backward or more:
        after = Cursor(values_of(last, plan.order), last[0], False, snapshot, seen + len(shown))
    return Page(shown, before, after)


def _nothing_there(edge: Cursor, snapshot: int | None, seen: int) -> Page:
    """What was beyond the edge has gone: the way back begins with the edge itself, which was on that page."""
    if edge.backward:
        return Page((), after=Cursor(edge.values, edge.rid - 1, False, snapshot, seen))
    return Page((), before=Cursor(edge.values, edge.rid + 1, True, snapshot, seen))


async def _as_it_was(store: Store, plan: AnyPlan, snapshot: int, edge: Cursor) -> list[Row]:
    """The page in the order of the snapshot, one row more if there is one."""
    settled = await store.search(*plan.settled(snapshot))
    moved = await store.search(*plan.moved(snapshot))
    if len(moved) > MAX_MOVED:
        raise WalkOver(f"More than {MAX_MOVED} matches have changed since the first page: search again.")
    walk = Walk(plan.order, backward=edge.backward)
    placed: dict[int, tuple[Placed, Row]] = {
        row[0]: ((values_of(row, plan.order), row[0]), row) for row in settled
    }
    for row, place in await _former_places(store, plan, moved, snapshot):
        if walk.beyond(place, edge):
            placed.setdefault(row[0], (place, row))
    found = sorted(placed.values(), key=lambda pair: walk.key(pair[0]))
    return [row for _, row in found[: plan.search.count + 1]]


async def _former_places(
    store: Store, plan: AnyPlan, moved: Sequence[Row], snapshot: int
) -> list[tuple[Row, Placed]]:
    """Each of these rows that was there at the snapshot, with its sort values then."""
    former: dict[int, tuple[int, int, bytes]] = {}
    rids = [row[0] for row in moved]
    for start in range(0, len(rids), 500):
        part = rids[start : start + 500]
        sql = (
            "SELECT v.rid, v.version, v.updated, v.body FROM resource_version v "
            f"WHERE v.rid IN ({','.join('?' * len(part))}) AND v.updated<=?"
        )
        for rid, version, updated, body in await store.search(sql, (*part, snapshot)):
            if rid not in former or former[rid][0] < version:
                former[rid] = (version, updated, bytes(body))
    found: list[tuple[Row, Placed]] = []
    for row in moved:
        _, updated, body = former.get(row[0], (0, 0, b""))
        if body:  # neither made nor brought back since
            values = place_of(from_json(body), updated, plan.order, plan.search.setting)
            found.append(((*row[:WIDTH], *values, snapshot), (values, row[0])))
    return found
