"""history: the versions of one resource, of all of a type, or of everything, as pages of a history Bundle.

https://hl7.org/fhir/R4/http.html#history
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from facade.errors import BadRequest, NotFound, UnknownParameter
from facade.rest import bundle, paging
from facade.rest.age import age_headers, stored, warning, warnings
from facade.rest.answer import Answer, Header
from facade.rest.links import Links
from facade.rest.pretty import rewrite
from facade.rest.request.call import Call
from facade.rest.request.caller import access_of
from facade.rest.request.negotiation import PARAMETERS
from facade.rest.service import Service
from facade.rest.subset import PARAMETERS as SUBSETS
from facade.rest.subset import Subset, parse_subset
from facade.search.date import interval
from facade.store.history import Place, Version, Versions, count_versions, fetch_versions, stored_types
from facade.store.resources import read_current

_OURS = PARAMETERS | {paging.PARAMETER}
_KNOWN = SUBSETS | {"_since", "_at", "_count"}


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request for history, understood. `subset` is what is wanted of each version."""

    versions: Versions
    count: int
    subset: Subset | None
    links: Links
    cursor: str | None
    ignored: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Edge:
    """What a cursor holds: the place that the page follows, or precedes if `backward`, and the total that the
    first page told."""

    place: Place
    backward: bool
    total: int | None

    def text(self) -> str:
        total = "" if self.total is None else str(self.total)
        return ".".join(["b" if self.backward else "f", total, *map(str, self.place)])

    @classmethod
    def read(cls, text: str) -> _Edge:
        direction, total, updated, rid, version = text.split(".")
        place = (int(updated), int(rid), int(version))
        return cls(place, direction == "b", int(total) if total else None)


async def history_instance(service: Service, call: Call, type: str, id: str) -> Answer:
    """200 with a Bundle, the newest version first, of a deleted resource too; 404 if it never was known."""
    asked = _understand(service, call, Versions((type,), id), f"{type}/{id}/_history")
    if await read_current(service.store, type, id, access_of(call)) is None:
        raise NotFound(f"There is no {type}/{id}.")
    return await _answer(service, call, asked)


async def history_type(service: Service, call: Call, type: str) -> Answer:
    """The same of every resource of a type; 400 that names a parameter that is not understood."""
    return await _answer(service, call, _understand(service, call, Versions((type,)), f"{type}/_history"))


async def history_system(service: Service, call: Call) -> Answer:
    """The same of every type that is served."""
    everything = Versions(tuple(sorted(service.served & await stored_types(service.store))))
    return await _answer(service, call, _understand(service, call, everything, "_history"))


async def _answer(service: Service, call: Call, asked: _Asked) -> Answer:
    media, access, store = call.media(), access_of(call), service.store
    edge = None if asked.cursor is None else _Edge.read(asked.links.open(asked.cursor))
    total = edge.total if edge is not None else await count_versions(store, asked.versions, access)
    shown: Sequence[Version] = ()
    before = after = False
    if asked.count:
        backward = edge is not None and edge.backward
        place = None if edge is None else edge.place
        shown = await fetch_versions(store, asked.versions, access, asked.count + 1, place, backward=backward)
        more = len(shown) > asked.count
        shown = shown[: asked.count]
        if backward:
            shown = shown[::-1]
        before, after = (more, True) if backward else (edge is not None, more)
    urls = {"self": asked.links.at(asked.cursor)}
    if edge is not None or after:
        urls["first"] = asked.links.at(None)
    if shown and before:
        urls["previous"] = asked.links.sign(_Edge(shown[0].place, True, total).text())
    if shown and after:
        urls["next"] = asked.links.sign(_Edge(shown[-1].place, False, total).text())
    subset = asked.subset
    if subset is not None:
        shown = [one if one.deleted else one._replace(body=subset.apply(one.body)) for one in shown]
    body = bundle.history(service.base_url, urls, shown, total=total)
    headers = [warning(f"The parameter {name[:100]} was ignored.", 199) for name in asked.ignored]
    headers += await _age(service, asked.versions.types or sorted(service.served))
    return Answer(200, media.content_type, rewrite(body, media), tuple(headers))


async def _age(service: Service, types: Sequence[str]) -> Sequence[Header]:
    """History is what is stored: what a source holds that is newer than that is not asked for."""
    told = await stored(service, types)
    return () if told is None else (*age_headers(service, told), *warnings(told.troubles))


def _understand(service: Service, call: Call, versions: Versions, path: str) -> _Asked:
    """Raises BadRequest, and UnknownParameter unless the client is lenient."""
    type = None if path == "_history" else versions.types[0]
    since, at, count = versions.since, versions.at, service.default_count
    accepted: dict[str, str] = {}
    ignored: list[str] = []
    items = call.items()
    for name, value in items:
        if name in accepted and name not in SUBSETS:
            raise BadRequest(f"`{name}` is given twice", expression=f"http.{name}")
        if name == "_since":
            since = _time(service, name, value)[0]
        elif name == "_at":
            at = _time(service, name, value)
        elif name == "_count":
            count = _whole(name, value, service.max_count)
        elif name not in _KNOWN and name not in _OURS:
            if not call.prefer().lenient:
                shown = name if len(name) < 65 and name.isprintable() else "What was given"
                raise UnknownParameter(
                    f"`{shown}` is not a parameter of history; these are _since, _at, _count,"
                    " _summary and _elements",
                    expression=f"http.{shown}",
                )
            ignored.append(name)
        if name in _KNOWN:
            accepted[name] = value
    subset = parse_subset(items, type, counting=True)
    if subset is not None and subset.summary == "count":
        count, subset = 0, None
    kept = [item for item in items if item[0] in accepted]
    links = Links.of(service, path, kept, items)
    cursor = next((value for name, value in items if name == paging.PARAMETER), None)
    asked = Versions(versions.types, versions.id, since, at)
    return _Asked(asked, count, subset, links, cursor, tuple(dict.fromkeys(ignored)))


def _time(service: Service, name: str, value: str) -> tuple[int, int]:
    found = interval(value, service.zone)
    if found is None:
        text = f"`{name}` takes a time such as 2024-05-31T12:00:00Z, or a date"
        raise BadRequest(text, expression=f"http.{name}")
    return found


def _whole(name: str, value: str, most: int) -> int:
    if not (value.isascii() and value.isdigit()):
        raise BadRequest(f"`{name}` takes a whole number from 0", expression=f"http.{name}")
    return min(int(value[:10]) if len(value.lstrip("0")) < 10 else most, most)
