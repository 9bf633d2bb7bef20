"""$everything: the record of a patient, of every patient that the caller may see, or of an encounter.

https://hl7.org/fhir/R4/patient-operation-everything.html
https://hl7.org/fhir/R4/encounter-operation-everything.html
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from facade.flow.live.demand import Told, together
from facade.operations.inputs import simple_items
from facade.operations.record import RecordPage, fetch_record
from facade.operations.record_asked import read_asked
from facade.rest.age import age_headers, calm_age, refresh_read, refresh_search, stored
from facade.rest.answer import Answer, Header
from facade.rest.bundle import searchset
from facade.rest.links import Links
from facade.rest.pretty import rewrite
from facade.rest.request.call import Call
from facade.rest.request.caller import access_of
from facade.rest.searching.matches import remark
from facade.rest.service import Service
from facade.search import parse_search
from facade.search.everything import Everything, compartment_types
from facade.search.includes import MAX_INCLUDED
from facade.search.keyset import read_cursor
from facade.spec import definitions


async def everything(service: Service, call: Call, type: str, id: str | None = None) -> Answer:
    """200 with a searchset: the one whose record it is, then its compartment as it came into the store, a
    page at a time, each page with what it refers to; 404 or 410 as a read would answer."""
    items = await simple_items(call)
    asked = read_asked(service, type, tuple(items), call.raw_header(b"accept"), call.prefer().lenient)
    cursor, subset = asked.cursor, asked.subset
    asked_of = (asked.types, asked.since, asked.start, asked.end)
    wanted = Everything(type, id, access_of(call), service.store.dialect, *asked_of)
    links = Links(service, _path(type, id), asked.used, asked.kept)
    edge = None if cursor is None else read_cursor(links.open(cursor), 0)
    told = None
    if service.refresher is not None:
        told = await _refreshed(service, call, wanted, onward=cursor is not None)
    page = await fetch_record(service, call, wanted, edge, asked.most, apart=subset is not None)
    rows, included = page.rows, page.included
    age: tuple[Header, ...] = ()
    if service.refresher is not None:
        types = {bytes(row[1]).partition(b"/")[0].decode() for row in included}
        told = await stored(service, sorted(types), told)
        age = age_headers(service, told) if told is not None else ()
    if subset is not None:
        rows = [(*row[:2], subset.apply(row[2])) for row in rows]
        included = [(*row[:2], subset.apply(row[2], included=True)) for row in included]
    body = searchset(
        service.base_url,
        _urls(links, cursor, page),
        rows,
        included=included,
        total=page.total if edge is None and page.after is None else None,
        outcome=_outcome(asked.ignored, told, cut=page.cut),
    )
    return Answer(200, asked.media.content_type, rewrite(body, asked.media), age)


def _path(type: str, id: str | None) -> str:
    return f"{type}/$everything" if id is None else f"{type}/{id}/$everything"


async def _refreshed(service: Service, call: Call, wanted: Everything, *, onward: bool) -> Told:
    """Every type of the compartment that sources make, brought up to date, all at once."""
    assert service.refresher is not None
    fresh = service.refresher.fresh
    tasks = []
    parts: list[Told] = []
    for type in _in_compartment(wanted.type, service.served & fresh.sourced):
        unseen = wanted.walked is not None and type not in wanted.walked and type != wanted.type
        if unseen:
            continue
        if calm_age(service, call, type) is not None:
            parts.append(Told(fresh.made[type].asked))
            continue
        if type == wanted.type and wanted.id is not None:
            tasks.append(refresh_read(service, call, type, wanted.id))
        else:
            search = parse_search(type, _narrowing(wanted, type), base_url=service.base_url)
            tasks.append(refresh_search(service, call, search, onward=onward))
    for part in await asyncio.gather(*tasks, return_exceptions=True) if tasks else ():
        if isinstance(part, BaseException):
            raise part
        parts.append(part)
    return together(parts) if parts else Told(fresh.clock())


@lru_cache(16)
def _in_compartment(type: str, types: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(compartment_types(type) & types))


def _narrowing(wanted: Everything, type: str) -> list[tuple[str, str]]:
    """What of a type a source is asked for: what names the patient as such; of a type that has no such
    parameter, what has it in the first place that puts it in the compartment."""
    if wanted.id is None:
        return []
    known = definitions.search_parameters(type)
    usual = [code for code in ("patient", "subject") if code in known] if wanted.type == "Patient" else []
    codes = usual or [code for code in definitions.compartment(wanted.type)[type] if code in known][:1]
    return [(code, f"{wanted.type}/{wanted.id}") for code in codes]


def _urls(links: Links, cursor: str | None, page: RecordPage) -> Mapping[str, str]:
    urls = {"self": links.at(cursor)}
    if cursor is not None or page.after is not None:
        urls["first"] = links.at(None)
    if page.before is not None:
        urls["previous"] = links.sign(page.before.text())
    if page.after is not None:
        urls["next"] = links.sign(page.after.text())
    return urls


def _outcome(ignored: Iterable[str], told: Told | None, *, cut: bool) -> dict[str, Any] | None:
    """What must be said of the answer, if anything."""
    issues = [
        remark("not-supported", f"The parameter {name[:100]} was ignored.", f"http.{name[:100]}")
        for name in ignored
    ]
    issues += [remark(trouble.code, trouble.text) for trouble in (told.troubles if told else ())]
    if cut:
        text = f"More than {MAX_INCLUDED} resources are referred to; the rest was left out."
        issues.append(remark("incomplete", text, "_count"))
    return {"resourceType": "OperationOutcome", "issue": issues} if issues else None
