"""search-type, search-system and search in a compartment: what matches, as pages of a searchset Bundle.

https://hl7.org/fhir/R4/search.html · https://hl7.org/fhir/R4/http.html#search
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from facade.flow.live.demand import Told, together
from facade.flow.live.freshness import Trouble
from facade.rest.age import age_headers, calm_age, refresh_search, stored
from facade.rest.answer import Answer, Header
from facade.rest.bundle import searchset
from facade.rest.pretty import rewrite
from facade.rest.request.call import Call
from facade.rest.searching.explain import explain
from facade.rest.searching.matches import Matches, find_matches, remark, remarks
from facade.rest.searching.place import Place, at_type, compartment_place
from facade.rest.searching.prepare import Prepared, prepare_form, prepare_query
from facade.rest.service import Service
from facade.search.contained import PlanOfContained, contained_body
from facade.search.slots import fill_search


async def search(service: Service, call: Call, type: str) -> Answer:
    """GET: 200 with a Bundle, or 400 naming the parameter that is not understood."""
    return await answer_search(service, call, await prepare_query(service, call, at_type(type)))


async def search_by_post(service: Service, call: Call, type: str) -> Answer:
    """POST _search: the same with parameters in the URL and in a form body."""
    return await answer_search(service, call, await prepare_form(service, call, at_type(type)))


async def search_system(service: Service, call: Call) -> Answer:
    """GET at the base URL: every type, or those that `_type` names."""
    return await answer_search(service, call, await prepare_query(service, call, Place("", None)))


async def search_system_by_post(service: Service, call: Call) -> Answer:
    """POST _search at the base URL."""
    return await answer_search(service, call, await prepare_form(service, call, Place("", None)))


async def search_compartment(service: Service, call: Call, type: str, id: str, member: str) -> Answer:
    """GET `Patient/1/Observation`, and `Patient/1/*`."""
    place = compartment_place(service, type, id, member)
    return await answer_search(service, call, await prepare_query(service, call, place))


async def search_compartment_by_post(service: Service, call: Call, type: str, id: str, member: str) -> Answer:
    """POST `Patient/1/Observation/_search`."""
    place = compartment_place(service, type, id, member)
    return await answer_search(service, call, await prepare_form(service, call, place))


async def answer_search(service: Service, call: Call, request: Prepared) -> Answer:
    """The Bundle of a search, as fresh as the client wants it."""
    if request.explain:
        return await explain(service, call, request, partial(_refreshed, service, call, request))
    plan, links = request.plan, request.links
    type = request.type
    age = None if type is None else calm_age(service, call, type)
    told = None if age is not None else await _refreshed(service, call, request)
    if request.texts:
        await service.texts.catch_up(request.texts)
    matches = await find_matches(service.store, plan)
    page = matches.page
    rows, included = page.rows, matches.included
    if isinstance(plan, PlanOfContained):
        rows = [(*row[:2], contained_body(bytes(row[1]), bytes(row[2]))) for row in rows]
    if request.subset is not None:
        rows = [(*row[:2], request.subset.apply(row[2])) for row in rows]
        included = [(*row[:2], request.subset.apply(row[2], included=True)) for row in included]
    if service.refresher is not None:
        told = await _told_of_all(service, request, matches, told)
    urls = {"self": links.at(request.cursor)}
    if page.before is not None or page.after is not None or request.cursor is not None:
        urls["first"] = links.at(None)
    if page.before is not None:
        urls["previous"] = links.sign(page.before.text())
    if page.after is not None:
        urls["next"] = links.sign(page.after.text())
    troubles: tuple[Trouble, ...] = ()
    if told is not None:
        troubles, age = told.troubles, age_headers(service, told)
    body = searchset(
        service.base_url,
        urls,
        rows,
        included=included,
        total=matches.total,
        outcome=_outcome(request, matches, troubles),
    )
    headers: tuple[Header, ...] = age or ()
    return Answer(200, request.media.content_type, rewrite(body, request.media), headers)


async def _refreshed(service: Service, call: Call, request: Prepared) -> Told | None:
    """Every type that is searched, brought up to date."""
    if service.refresher is None:
        return None
    texts = request.plan.texts
    parts = []
    for asked in request.asked:
        if calm_age(service, call, asked.type) is None:
            search = fill_search(asked, texts)
            parts.append(await refresh_search(service, call, search, onward=request.cursor is not None))
    return together(parts) if parts else None


async def _told_of_all(
    service: Service, request: Prepared, matches: Matches, told: Told | None
) -> Told | None:
    """The age of an answer is that of the oldest of the types that it holds."""
    types = {bytes(row[1]).partition(b"/")[0].decode() for row in matches.included}
    if request.type is None:
        types |= {bytes(row[1]).partition(b"/")[0].decode() for row in matches.page.rows}
    if not types:
        return told
    if told is None and request.type is not None:
        types.add(request.type)
    return await stored(service, sorted(types), told)


def _outcome(request: Prepared, matches: Matches, troubles: Sequence[Trouble]) -> dict[str, Any] | None:
    """What must be said of an answer, if anything."""
    ignored: Iterable[dict[str, Any]] = remarks(request.asked, matches)
    issues = [remark(trouble.code, trouble.text) for trouble in troubles] + list(ignored)
    return {"resourceType": "OperationOutcome", "issue": issues} if issues else None
