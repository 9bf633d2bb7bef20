"""`_explain=true` on a search: how it was understood, who answers it, in which SQL, and what each step cost.

Ours, not FHIR's: for administrators, who send the setting `admin_token`. The answer is a Parameters resource,
because a searchset cannot bear what is not a resource.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from decimal import Decimal
from time import perf_counter
from typing import Any

from facade.errors import Forbidden
from facade.flow.inspect.explain_search import StreamTold, explain_streams
from facade.flow.inspect.explain_store import (
    ClauseTold,
    Measured,
    Timer,
    explain_clauses,
    measure,
    of_statement,
    words_of,
)
from facade.flow.live.demand import Told
from facade.flow.terms import find_terms
from facade.rest.answer import Answer
from facade.rest.pretty import write
from facade.rest.request.call import Call
from facade.rest.searching.page import AnyPlan
from facade.rest.searching.prepare import Prepared
from facade.rest.service import Service
from facade.search import Search
from facade.search.clauses import needed_terms
from facade.search.several import PlanOfTypes
from facade.search.sources import Source

Part = dict[str, Any]
Refresh = Callable[[], Awaitable[Told | None]]


async def explain(
    service: Service, call: Call, request: Prepared, refresh: Refresh, timer: Timer = perf_counter
) -> Answer:
    """200 with Parameters: the search is done as it would be, its sources are asked as they would be, and
    the figures stand where the matches would. Raises Forbidden."""
    check_admin(service, call)
    began = timer()
    told = await refresh()
    seconds = timer() - began
    if request.texts:
        await service.texts.catch_up(request.texts)
    plan = request.plan
    parts = [_part("url", valueUri=request.links.at(request.cursor))]
    parts += [_of_ignored(name) for search in request.asked[:1] for name in search.ignored]
    sources = plan.sources if isinstance(plan, PlanOfTypes) else (plan.source,)
    for search, source in zip(request.asked, sources, strict=True):
        parts.append(await _of_type(service, search, source, told, timer))
    if service.refresher is not None:
        parts.append(_of_refresh(service, told, seconds))
    parts += [_of_measured("statement", one) for one in await _statements(service, plan, timer)]
    answer = {"resourceType": "Parameters", "parameter": parts}
    return Answer(200, request.media.content_type, write(answer, request.media))


def check_admin(service: Service, call: Call) -> None:
    """Raises Forbidden for who does not send the token of the settings."""
    if service.admin_token is None:
        raise Forbidden(
            "_explain is for administrators: it wants the setting admin_token, which this server has not.",
            expression="http._explain",
        )
    scheme, _, token = call.raw_header(b"authorization").partition(b" ")
    right = hmac.compare_digest(token.strip(), service.admin_token.encode())
    if not right or scheme.lower() != b"bearer":
        raise Forbidden(
            "_explain is for administrators: send the setting admin_token as Authorization: Bearer.",
            expression="http._explain",
        )


async def _of_type(
    service: Service, search: Search, source: Source, refreshed: Told | None, timer: Timer
) -> Part:
    """One type that is searched: its clauses, and the streams that make it, with what each gave."""
    needed = needed_terms(search.accepted)
    told = words_of(
        search, search.accepted, await find_terms(service.shelf, service.store, needed) if needed else {}
    )
    clauses = explain_clauses(source, told, service.store.dialect)
    for one in clauses:
        if one.statement.purpose == "rows":
            await measure(one.statement, service.store, timer)
    parts = [_part("name", valueCode=search.type), *(_of_clause(one) for one in clauses)]
    if source.driver is None:
        parts.append(
            _part("order", valueString="every resource of the type is looked at, in the order of the store")
        )
    if service.refresher is not None:
        streams = explain_streams(service.refresher.packs, search, told, service.zone)
        given = {(one.source, one.stream): rows for one, rows in refreshed.given} if refreshed else {}
        parts += [_of_stream(one, given.get((one.source, one.stream))) for one in streams]
    return {"name": "type", "part": parts}


async def _statements(service: Service, plan: AnyPlan, timer: Timer) -> list[Measured]:
    """The page (by rid alone, where its resources may be at hand, and whole), the total and what is included,
    asked one after the other."""
    page = of_statement("page", plan.page)
    rows: Sequence[Any] = ()
    if plan.search.count:
        rows = await measure(page, service.store, timer, counting=False)
    total = of_statement("total", plan.total)
    counted = await measure(total, service.store, timer, counting=False)
    total.rows = int(counted[0][0]) if counted else None
    found = [page, total]
    if plan.rids is not None and plan.search.count:
        at_hand = of_statement("page at hand", plan.rids)
        await measure(at_hand, service.store, timer, counting=False)
        at_hand.rows = page.rows
        found.insert(0, at_hand)
    rids = [row[0] for row in rows[: plan.search.count]]
    for statement in plan.includes(rids) if rids else ():
        one = of_statement("include", statement)
        await measure(one, service.store, timer, counting=False)
        found.append(one)
    return found


def _of_clause(one: ClauseTold) -> Part:
    parts = [
        _part("parameter", valueString=one.words),
        _part("role", valueString=one.role),
        _part("step", valueString=one.step),
        *_of_measured("", one.statement)["part"],
    ]
    return {"name": "clause", "part": parts}


def _of_stream(one: StreamTold, rows: int | None) -> Part:
    """`rows`: what its source gave just now, if it was asked."""
    parts = [
        _part("source", valueString=one.source),
        _part("stream", valueString=one.stream),
        _part("mode", valueString=one.mode),
        _part("way", valueString=one.way),
        *(_part("pushed", valueString=words) for words in one.pushed),
    ]
    for condition in one.where:
        values = (
            condition.value if isinstance(condition.value, str) else ", ".join(condition.value) or "nothing"
        )
        parts.append(_part("asked", valueString=f"{condition.column} {condition.op} {values}"))
    if rows is not None:
        parts.append(_part("rows", valueInteger=rows))
    parts += [
        {"name": "kept", "part": [_part("parameter", valueString=words), _part("reason", valueString=reason)]}
        for words, reason in one.kept
    ]
    return {"name": "stream", "part": parts}


def _of_refresh(service: Service, told: Told | None, seconds: float) -> Part:
    parts = [_part("milliseconds", valueDecimal=_milliseconds(seconds))]
    if told is not None and told.asked is not None and service.refresher is not None:
        age = max(0, int(service.refresher.fresh.clock() - told.asked))
        parts.append(_part("age", valueInteger=age))
    parts += [_part("trouble", valueString=trouble.text) for trouble in (told.troubles if told else ())]
    return {"name": "refresh", "part": parts}


def _of_measured(name: str, one: Measured) -> Part:
    parts = [
        _part("purpose", valueString=one.purpose),
        _part("sql", valueString=one.sql),
        *_values(one.values),
    ]
    if one.rows is not None:
        parts.append(_part("rows", valueInteger=one.rows))
    if one.rows is not None or one.seconds:
        parts.append(_part("milliseconds", valueDecimal=_milliseconds(one.seconds)))
    return {"name": name, "part": parts}


def _values(values: Iterable[Any]) -> list[Part]:
    text = json.dumps(list(values), ensure_ascii=False, default=str)
    return [] if text == "[]" else [_part("values", valueString=text)]


def _of_ignored(name: str) -> Part:
    return _part("ignored", valueString=name or "(no name)")


def _milliseconds(seconds: float) -> Decimal:
    return Decimal(f"{seconds * 1000:.3f}")


def _part(name: str, **value: Any) -> Part:
    return {"name": name, **value}
