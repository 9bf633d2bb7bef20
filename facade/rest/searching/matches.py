"""A search answered: a page of matches, what comes along with it, its total, and what must be said of it.

https://hl7.org/fhir/R4/search.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from facade.rest.searching.page import AnyPlan, Page, Row, at_hand, fetch_page
from facade.search.includes import MAX_INCLUDED, MAX_ROUNDS
from facade.search.model import Include, Search
from facade.search.plan import MAX_TOTAL
from facade.store import Store


@dataclass(frozen=True, slots=True)
class Matches:
    """A page's matches and the resources included with them (each once, none a match of this page).

    `cut`: there were more to include than are given. `total`: where it was asked for, or costs nothing.
    """

    page: Page
    included: Sequence[Row] = ()
    cut: bool = False
    total: int | None = None


async def find_matches(store: Store, plan: AnyPlan) -> Matches:
    """Ask the store for one page of a plan."""
    page = await fetch_page(store, plan)
    included: Sequence[Row] = ()
    cut = False
    if page.rows and plan.search.includes:
        included, cut = await _included(store, plan, page.rows)
    return Matches(page, included, cut, await _total(store, plan, page))


async def _included(store: Store, plan: AnyPlan, rows: Sequence[Row]) -> tuple[Sequence[Row], bool]:
    """What the matches bring along; and with `:iterate`, what that brings along in turn."""
    seen = {row[0] for row in rows}
    found: dict[int, Row] = {}
    includes = plan.search.includes
    fresh = list(seen)
    cut = False
    for _ in range(MAX_ROUNDS):
        added: list[int] = []
        for more in await _brought(store, plan, fresh, includes):
            cut = cut or len(more) > MAX_INCLUDED
            for row in more[:MAX_INCLUDED]:
                if row[0] not in seen and row[0] not in found:
                    found[row[0]] = row
                    added.append(row[0])
        includes = tuple(one for one in includes if one.iterate)
        cut = cut or len(found) > MAX_INCLUDED
        if not added or not includes or cut:
            break
        fresh = added
    else:
        cut = True
    return list(found.values())[:MAX_INCLUDED], cut


async def _brought(
    store: Store, plan: AnyPlan, rids: Sequence[int], includes: Sequence[Include]
) -> list[Sequence[Row]]:
    """What these resources bring along, of each statement apart."""
    found: list[Sequence[Row]] = []
    for statement in plan.included_rids(rids, includes) or ():
        rows = await at_hand(store, statement)
        if rows is None:
            break
        found.append(rows)
    else:
        if found:
            return found
    return [await store.search(*statement) for statement in plan.includes(rids, includes)]


async def _total(store: Store, plan: AnyPlan, page: Page) -> int | None:
    """The number of matches, if it was asked for or costs nothing."""
    search = plan.search
    if search.total == "none":
        return None
    if plan.cursor is None and page.after is None and search.count:
        return len(page.rows)
    if search.total is None and search.count:
        return None
    ((total,),) = await store.search(*plan.total)
    known = search.total is not None or total <= MAX_TOTAL
    limit = search.limit
    return min(int(total), limit if limit is not None else int(total)) if known else None


def remarks(searches: Sequence[Search], matches: Matches) -> list[dict[str, Any]]:
    """Issues that the client must know of an answer that is not quite what it asked for."""
    issues = [
        remark("not-supported", f"The parameter {name[:100]} was ignored.", f"http.{name[:100]}")
        for name in dict.fromkeys(name for search in searches for name in search.ignored)
    ]
    if matches.cut:
        text = (
            f"More than {MAX_INCLUDED} resources, or more than {MAX_ROUNDS} steps of `:iterate`, would be "
            "included; the rest was left out. Ask for smaller pages."
        )
        issues.append(remark("incomplete", text, "http._include"))
    return issues


def remark(code: str, text: str, expression: str | None = None) -> dict[str, Any]:
    """A warning."""
    issue: dict[str, Any] = {"severity": "warning", "code": code, "diagnostics": text}
    return issue if expression is None else {**issue, "expression": [expression]}
