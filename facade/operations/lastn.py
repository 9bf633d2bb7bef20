"""$lastn: the last Observations of each kind that a subject has.

https://hl7.org/fhir/R4/observation-operation-lastn.html
"""

# ruff: noqa: S608 - the text is made of our own names and `?`

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

from facade.errors import BadRequest, TooCostly, UnknownParameter
from facade.flow.live.demand import Told
from facade.operations.grouping import Rid, last_of_groups
from facade.operations.inputs import simple_items
from facade.rest.age import age_headers, calm_age, refresh_search
from facade.rest.answer import Answer
from facade.rest.bundle import Row, searchset
from facade.rest.links import spell
from facade.rest.pretty import rewrite
from facade.rest.request.call import Call, Items
from facade.rest.searching.matches import remark
from facade.rest.searching.place import at_type
from facade.rest.searching.prepare import Prepared, prepare_items
from facade.rest.service import Service
from facade.rest.subset import PARAMETERS as SUBSETS
from facade.rest.subset import parse_subset
from facade.search import Plan
from facade.search.covered import numbers_of
from facade.search.index_sql import of_numbers
from facade.spec import definitions
from facade.store.serialise import from_json

TYPE = "Observation"
MAX_MATCHES = 100_000
"""Observations that may be looked at; their codes and times are read, and not they themselves."""
MAX_TEXTS = 2000
"""Of these, those whose code is only a text, for which they must be read."""
MAX_ANSWERED = 1000

_SUBJECT = re.compile(r"(?:patient|subject)(?:[:.].+)?")
_CODE = re.compile(r"(?:category|(?:combo-|component-)?code(?:-value-[a-z]+)?)(?::.+)?")
_NOT_HERE = re.compile(r"_(?:sort|count|total|maxresults|cursor|contained|containedType|(?:rev)?include.*)")
_PART = 500


async def lastn(service: Service, call: Call, type: str) -> Answer:
    """200 with a searchset, the latest Observation first, empty if there is none; `max` (1) is how many of
    each group, more where they tie.

    400 without a subject, and without category or code; 403 for more than can be looked at or answered.
    """
    items = await simple_items(call)
    most, searched = _read(items)
    subset = parse_subset(items, TYPE)
    request = await prepare_items(service, call, at_type(TYPE), searched)
    age = calm_age(service, call, TYPE)
    told: Told | None = None
    if age is None:
        told = await refresh_search(service, call, request.asked[0], onward=False)
        age = age_headers(service, told)
    rows = await _last(service, request, most)
    if subset is not None:
        rows = [(row[0], row[1], subset.apply(bytes(row[2]))) for row in rows]
    body = searchset(
        service.base_url,
        {"self": f"{service.base_url}/{TYPE}/$lastn?{spell(items)}"},
        rows,
        total=len(rows),
        outcome=_outcome(request, told),
    )
    return Answer(200, request.media.content_type, rewrite(body, request.media), age)


def _read(items: Items) -> tuple[int, Items]:
    """How many of each group, and the parameters of the search. Raises BadRequest and UnknownParameter."""
    most: int | None = None
    searched: Items = []
    for name, value in items:
        if name == "max":
            if not re.fullmatch(r"[1-9][0-9]{0,5}", value, re.ASCII) or most is not None:
                raise BadRequest("max is one whole number, 1 or more.", expression="max")
            most = int(value)
        elif _NOT_HERE.fullmatch(name):
            raise UnknownParameter(
                f"{name[:40]} is not supported with $lastn.", expression=f"http.{name[:40]}"
            )
        elif name not in SUBSETS:
            searched.append((name, value))
    names = [name for name, _ in searched if not name.endswith(":missing")]
    if not any(_SUBJECT.fullmatch(name) for name in names):
        raise BadRequest(
            "$lastn needs a subject: the parameter patient or subject.", expression="http.patient"
        )
    if not any(_CODE.fullmatch(name) for name in names):
        raise BadRequest("$lastn needs the parameter category or code.", expression="http.category")
    return most or 1, searched


async def _last(service: Service, request: Prepared, most: int) -> list[Row]:
    """Rows of the Observations to answer with, in their order."""
    plan = request.plan
    if not isinstance(plan, Plan):
        raise UnknownParameter("$lastn does not look into contained resources", expression="http._contained")
    tables, where, params = plan.source.whole()
    matches = f"SELECT {plan.source.rid} AS rid FROM {tables} WHERE {where}"
    found = [row[0] for row in await service.store.search(f"{matches} LIMIT 0+?", (*params, MAX_MATCHES + 1))]
    if len(found) > MAX_MATCHES:
        raise TooCostly(f"More than {MAX_MATCHES} Observations match: ask for fewer.", expression="http.code")
    rids = list(dict.fromkeys(found))
    subjects = await _by_rid(service, "subject", "index_reference", "i.target", rids)
    of = {rid: subject for rid, (subject,) in subjects}
    codes: list[tuple[Rid, Hashable]] = [
        (rid, (of.get(rid), *code))
        for rid, code in await _by_rid(service, "code", "index_token", "i.system,i.code", rids)
    ]
    coded = {rid for rid, _ in codes}
    codes += await _texts(service, [rid for rid in rids if rid not in coded], of)
    times: dict[Rid, int] = {}
    for rid, (low,) in await _by_rid(service, "date", "index_date", "i.low", rids):
        times[rid] = max(low, times.get(rid, low))
    last = last_of_groups(codes, times, most)
    if len(last) > MAX_ANSWERED:
        raise TooCostly(
            f"More than {MAX_ANSWERED} Observations are the last: ask for fewer.", expression="max"
        )
    bodies = {rid: (rid, f"{TYPE}/{id}".encode(), body) for rid, id, body in await _bodies(service, last)}
    return [bodies[rid] for rid in last if rid in bodies]


async def _by_rid(
    service: Service, code: str, table: str, columns: str, rids: Sequence[Rid]
) -> list[tuple[Rid, Sequence[Any]]]:
    """What the index of a parameter has for each of these."""
    numbers = numbers_of(definitions.search_parameters(TYPE)[code])
    found: list[tuple[Rid, Sequence[Any]]] = []
    for part in _parts(rids):
        test = f"i.rid IN ({_marks(part)}) AND {of_numbers(numbers)}"
        sql = f"SELECT i.rid,{columns} FROM {table} i WHERE {test}"
        found += [(row[0], row[1:]) for row in await service.store.search(sql, (*part, *numbers))]
    return found


async def _texts(service: Service, rids: Sequence[Rid], of: dict[Rid, Any]) -> list[tuple[Rid, Hashable]]:
    """The code of those that have no coding: its text, which is told from a coding by its length."""
    if len(rids) > MAX_TEXTS:
        text = f"More than {MAX_TEXTS} Observations that match have a text instead of a code: ask for fewer."
        raise TooCostly(text, expression="http.code")
    return [
        (rid, (of.get(rid), from_json(bytes(body)).get("code", {}).get("text")))
        for rid, _, body in await _bodies(service, rids)
    ]


async def _bodies(service: Service, rids: Sequence[Rid]) -> list[Row]:
    found: list[Row] = []
    for part in _parts(rids):
        sql = f"SELECT r.rid,r.id,r.body FROM resource r WHERE r.rid IN ({_marks(part)}) AND r.deleted=0"
        found += await service.store.search(sql, tuple(part))
    return found


def _parts(rids: Sequence[Rid]) -> Iterable[Sequence[Rid]]:
    return (rids[start : start + _PART] for start in range(0, len(rids), _PART))


def _marks(rids: Sequence[Rid]) -> str:
    return ",".join("?" * len(rids))


def _outcome(request: Prepared, told: Told | None) -> dict[str, Any] | None:
    """What must be said of the answer, if anything."""
    issues = [
        remark("not-supported", f"The parameter {name[:100]} was ignored.", f"http.{name[:100]}")
        for name in request.asked[0].ignored
    ]
    issues += [remark(trouble.code, trouble.text) for trouble in (told.troubles if told else ())]
    return {"resourceType": "OperationOutcome", "issue": issues} if issues else None
