"""search-type: the resources of one type that match, as pages of a searchset Bundle.

https://hl7.org/fhir/R4/search.html · https://hl7.org/fhir/R4/http.html#search
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from facade.flow.live.demand import Told
from facade.flow.live.freshness import Trouble
from facade.rest.age import age_headers, calm_age, refresh_search, stored
from facade.rest.answer import Answer
from facade.rest.bundle import Row, searchset
from facade.rest.call import Call
from facade.rest.prepare import Prepared, prepare_form, prepare_query
from facade.rest.pretty import rewrite
from facade.rest.service import Service
from facade.search import Plan, Search
from facade.search.includes import MAX_INCLUDED
from facade.search.plan import MAX_TOTAL
from facade.search.slots import fill_search


async def search(service: Service, call: Call, type: str) -> Answer:
    """GET: 200 with a Bundle, or 400 naming the parameter that is not understood."""
    return await _answer(service, call, prepare_query(service, call, type))


async def search_by_post(service: Service, call: Call, type: str) -> Answer:
    """POST _search: the same with parameters in the URL and in a form body."""
    return await _answer(service, call, await prepare_form(service, call, type))


async def _answer(service: Service, call: Call, request: Prepared) -> Answer:
    asked, plan, links = request.asked, request.plan, request.links
    told, age = None, calm_age(service, call, asked.type)
    if age is None:
        wanted = fill_search(asked, plan.texts)
        told = await refresh_search(service, call, wanted, onward=request.cursor is not None)
    rows = await service.store.fetch(*plan.page) if asked.count else []
    more = len(rows) > asked.count
    rows = rows[: asked.count] if more else rows
    included, cut = await _included(service, plan, rows) if asked.includes and rows else ((), False)
    if included and service.refresher is not None:
        told = await _with_included(service, asked.type, included, told)
    whole = not more and request.cursor is None
    total = await _total(service, plan, asked, len(rows), whole=whole)
    urls = {"self": links.at(request.cursor)}
    if more:
        urls["next"] = links.after(plan.next_cursor(rows[-1]))
    troubles: tuple[Trouble, ...] = ()
    if told is not None:
        troubles, age = told.troubles, age_headers(service, told)
    body = searchset(
        service.base_url,
        asked.type,
        urls,
        rows,
        included=included,
        total=total,
        outcome=_remarks(asked, cut, troubles),
    )
    return Answer(200, request.media.content_type, rewrite(body, request.media), age or ())


async def _included(service: Service, plan: Plan, rows: Sequence[Row]) -> tuple[Iterable[Row], bool]:
    """Each resource once, and none that is a match on this page; and whether there were too many."""
    seen = {row[0] for row in rows}
    found: dict[int, Row] = {}
    cut = False
    for sql, params in plan.includes([row[0] for row in rows]):
        more = await service.store.fetch(sql, params)
        cut = cut or len(more) > MAX_INCLUDED
        found.update((row[0], row) for row in more[:MAX_INCLUDED] if row[0] not in seen)
    return found.values(), cut


async def _total(service: Service, plan: Plan, asked: Search, shown: int, *, whole: bool) -> int | None:
    """The number of matches, if it was asked for or costs nothing."""
    if asked.total == "none":
        return None
    if whole and asked.count:
        return shown
    if asked.total is None and asked.count:
        return None
    ((total,),) = await service.store.fetch(*plan.total)
    known = asked.total is not None or total <= MAX_TOTAL
    return int(total) if known else None


async def _with_included(
    service: Service, type: str, included: Iterable[Row], told: Told | None
) -> Told | None:
    """The age of an answer is that of the oldest of the types that it holds."""
    types = {bytes(row[1]).partition(b"/")[0].decode() for row in included}
    return await stored(service, types if told is not None else {type, *types}, told)


def _remarks(asked: Search, cut: bool, troubles: Sequence[Trouble]) -> dict[str, Any] | None:
    """What the client must know of an answer that is not quite what it asked for."""
    if not asked.ignored and not cut and not troubles:
        return None
    issues = [_remark(trouble.code, trouble.text) for trouble in troubles]
    issues += [
        _remark("not-supported", f"The parameter {name} was ignored.", f"http.{name}")
        for name in asked.ignored
    ]
    if cut:
        text = (
            f"More than {MAX_INCLUDED} resources are included; the rest was left out. Ask for smaller pages."
        )
        issues.append(_remark("incomplete", text, "http._include"))
    return {"resourceType": "OperationOutcome", "issue": issues}


def _remark(code: str, text: str, expression: str | None = None) -> dict[str, Any]:
    issue: dict[str, Any] = {"severity": "warning", "code": code, "diagnostics": text}
    return issue if expression is None else {**issue, "expression": [expression]}
