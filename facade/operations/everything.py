"""$everything: the record of a patient, of every patient that the caller may see, or of an encounter.

https://hl7.org/fhir/R4/patient-operation-everything.html
https://hl7.org/fhir/R4/encounter-operation-everything.html
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from facade.errors import BadRequest, NotFound, UnknownParameter
from facade.flow.live.demand import Told
from facade.operations.inputs import simple_items
from facade.rest.age import age_headers, calm_age, refresh_read, refresh_search, stored
from facade.rest.answer import Answer, Header
from facade.rest.bundle import RESOURCE, between, searchset
from facade.rest.links import Links
from facade.rest.paging import PARAMETER as CURSOR
from facade.rest.pretty import rewrite
from facade.rest.read import read_stored
from facade.rest.request.call import Call, Items
from facade.rest.request.caller import access_of
from facade.rest.request.negotiation import PARAMETERS, Media, negotiate
from facade.rest.searching.matches import remark
from facade.rest.searching.page import at_hand
from facade.rest.service import Service
from facade.rest.subset import PARAMETERS as SUBSETS
from facade.rest.subset import Subset, parse_subset
from facade.search import parse_search
from facade.search.date import interval
from facade.search.everything import (
    Everything,
    Row,
    compartment_types,
    references_in,
    referred_names,
    rids_of,
)
from facade.search.includes import MAX_INCLUDED
from facade.search.keyset import Cursor, read_cursor
from facade.spec import definitions

_KNOWN = {
    "Patient": ("_since", "_type", "_count", "start", "end"),
    "Encounter": ("_since", "_type", "_count"),
}
_ANYWAY = PARAMETERS | SUBSETS | {CURSOR}
_COUNT = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)
_MAX_NAMES = 4 * MAX_INCLUDED
_REFERS = 4
"""Where a page's row says what its resource refers to."""
_HOLDER = 0
"""The place of the one whose record it is: before every rid."""


class _Page(NamedTuple):
    rows: Sequence[Row]
    included: Sequence[Row]
    cut: bool
    before: Cursor | None
    after: Cursor | None
    total: int


class _Asked(NamedTuple):
    """The parameters, understood: those of `Everything`, and how the answer is to look."""

    media: Media
    accepted: Items
    ignored: tuple[str, ...]
    types: frozenset[str] | None
    since: int | None
    start: int | None
    end: int | None
    most: int
    subset: Subset | None
    cursor: str | None


async def everything(service: Service, call: Call, type: str, id: str | None = None) -> Answer:
    """200 with a searchset: the one whose record it is, then its compartment as it came into the store, a
    page at a time, each page with what it refers to; 404 or 410 as a read would answer."""
    items = await simple_items(call)
    asked = _asked(service, type, tuple(items), call.raw_header(b"accept"), call.prefer().lenient)
    access, cursor, subset = access_of(call), asked.cursor, asked.subset
    wanted = Everything(type, id, access, service.store.dialect, *asked[3:7])
    links = Links.of(service, _path(type, id), asked.accepted, items)
    edge = None if cursor is None else read_cursor(links.open(cursor), 0)
    told = None
    if service.refresher is not None:
        told = await _refreshed(service, call, wanted, onward=cursor is not None)
    page = None
    if edge is None and wanted.plain and subset is None:
        page = await _whole(service, wanted, asked.most)
    page = page or await _page(service, call, wanted, edge, asked.most)
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


@lru_cache(256)
def _asked(
    service: Service, type: str, items: tuple[tuple[str, str], ...], accept: bytes, lenient: bool
) -> _Asked:
    """What is asked of any record. Raises UnknownParameter and BadRequest."""
    media = negotiate(accept.decode("latin-1"), items)
    known = _KNOWN[type]
    ignored = tuple(name for name, _ in items if name not in known and name not in _ANYWAY)
    if ignored and not lenient:
        raise UnknownParameter(
            f"{ignored[0][:40]} is not supported with $everything of {type}; there are {', '.join(known)}.",
            expression=f"http.{ignored[0][:40]}",
        )
    accepted = [item for item in items if item[0] in known or item[0] in SUBSETS]
    types = [one.strip() for name, value in accepted if name == "_type" for one in value.split(",")]
    for one in types:
        if one not in service.served:
            raise BadRequest(f"_type names {one[:64]}, which is not served here.", expression="_type")
    since, start, end = (_moment(service, accepted, name) for name in ("_since", "start", "end"))
    return _Asked(
        media,
        accepted,
        ignored,
        frozenset(types) or None,
        since[0] if since else None,
        start[0] if start else None,
        end[1] if end else None,
        _count(service, accepted),
        parse_subset(list(items)) if accepted else None,
        next((value for name, value in items if name == CURSOR), None),
    )


def _single(items: Items, name: str) -> str | None:
    values = [value for key, value in items if key == name]
    if len(values) > 1:
        raise BadRequest(f"{name} is given more than once.", expression=name)
    return values[0] if values else None


def _moment(service: Service, items: Items, name: str) -> tuple[int, int] | None:
    text = _single(items, name)
    if text is None:
        return None
    found = interval(text, service.zone)
    if found is None:
        raise BadRequest(f"{name} is a date, such as 2024-01-31, or a time of one.", expression=name)
    return found


def _count(service: Service, items: Items) -> int:
    """Rows on a page: as many as there can be, unless the client says."""
    text = _single(items, "_count")
    if text is None:
        return service.max_count
    if not _COUNT.fullmatch(text):
        raise BadRequest("_count is one whole number, 1 or more.", expression="_count")
    return min(int(text), service.max_count)


async def _whole(service: Service, wanted: Everything, count: int) -> _Page | None:
    """A plain record that fits on its first page, which is what is asked for most."""
    found = await service.store.at_hand(*wanted.rids(count))
    if found is None:
        return await _joined(service, wanted, count) if wanted.dialect == "postgresql" else None
    _, more, kept = found
    own = [one.name for one in kept]
    if more or wanted.holder not in own:
        return None
    first = own.index(wanted.holder)
    names = referred_names({one.refers for one in kept}, own, service.base_url)
    included: Sequence[Row] | None = ()
    if names:
        included = await at_hand(service.store, rids_of(names[:_MAX_NAMES]))
    if included is None:
        return None
    rows = [kept[first], *kept[:first], *kept[first + 1 :]]
    return _Page(rows, *_cut(included, names), None, None, len(rows))


async def _joined(service: Service, wanted: Everything, count: int) -> _Page | None:
    """The same where the store gives them joined already: the second row stands for all but the first."""
    store, name = service.store, wanted.holder
    ((joined, refers, number, body, patients, more),) = await store.search(
        *wanted.joined(count, between(service.base_url))
    )
    if more or body is None:
        return None
    rows: list[Row] = [(_HOLDER, name, body)]
    if number:
        first, _, rest = joined.partition(RESOURCE)
        rows.append((_HOLDER, first, rest))
    included, cut = await _included(service, wanted, rows, (refers, patients), shared=False)
    return _Page(rows, included, cut, None, None, 1 + number)


async def _page(service: Service, call: Call, wanted: Everything, edge: Cursor | None, count: int) -> _Page:
    """One page of the record, in the order of rid, after the one whose record it is."""
    backward = edge is not None and edge.backward
    found: list[Row] = [*await service.store.search(*wanted.page(edge, count + 2))]
    if wanted.needs_rest(found):
        found += await service.store.search(*wanted.rest(edge, count + 1))
    if (name := wanted.holder) is not None:
        holder = next((row for row in found if row[1] == name), None)
        found = [row for row in found if row[1] != name]
        found = _with_holder(wanted, found, holder or await _absent(service, call, wanted), edge)
    found.sort(key=itemgetter(0), reverse=backward)
    more = len(found) > count
    found = found[:count]
    if backward:
        found.reverse()
    before = after = None
    if found:
        if more if backward else edge is not None:
            before = Cursor((), found[0][0], backward=True)
        if backward or more:
            after = Cursor((), found[-1][0])
    rows = found if wanted.types is None else [row for row in found if wanted.wants(row)]
    included, cut = await _included(service, wanted, found, [row[_REFERS] for row in found])
    return _Page(rows, included, cut, before, after, len(rows))


def _with_holder(wanted: Everything, rows: list[Row], holder: Row, edge: Cursor | None) -> list[Row]:
    """It is before all others, if it is wanted."""
    if wanted.since is not None and holder[3] < wanted.since:
        return rows
    if wanted.walked is not None and wanted.type not in wanted.walked:
        return rows
    if edge is not None and not (edge.backward and edge.rid > _HOLDER):
        return rows
    return [*rows, (_HOLDER, *holder[1:])]


async def _absent(service: Service, call: Call, wanted: Everything) -> Row:
    """Raises what a read raises."""
    assert wanted.id is not None
    found, _ = await read_stored(service, call, wanted.type, wanted.id)
    if found.body:  # it came this very moment
        return found.rid, wanted.holder, found.body, found.updated, references_in(found.body)
    raise NotFound(f"There is no {wanted.type} with this id.")


async def _included(
    service: Service,
    wanted: Everything,
    rows: Sequence[Row],
    refers: Iterable[str | None],
    *,
    shared: bool = True,
) -> tuple[Sequence[Row], bool]:
    """What a page refers to, each once, and whether there was more than that."""
    names = referred_names(refers, [bytes(row[1]) for row in rows], service.base_url)
    if wanted.types is not None:
        names = [name for name in names if name[0] in wanted.types]
    if not names:
        return (), False
    return _cut(await service.store.search(*wanted.referred(names[:_MAX_NAMES], shared=shared)), names)


def _cut(found: Sequence[Row], names: Sequence[object]) -> tuple[Sequence[Row], bool]:
    """As many as may come along, and whether there are more."""
    found = sorted(found, key=itemgetter(1))
    return found[:MAX_INCLUDED], len(found) > MAX_INCLUDED or len(names) > _MAX_NAMES


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
    if not parts:
        return Told(fresh.clock())
    times = [part.asked for part in parts if part.asked is not None]
    troubles = dict.fromkeys(trouble for part in parts for trouble in part.troubles)
    return Told(min(times) if len(times) == len(parts) else None, tuple(troubles))


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


def _urls(links: Links, cursor: str | None, page: _Page) -> Mapping[str, str]:
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
