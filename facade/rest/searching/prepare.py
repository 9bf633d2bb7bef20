"""A search from its words to its statements, before the store is asked: pure, so what repeats is kept.

https://hl7.org/fhir/R4/search.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple

from facade.errors import BadRequest
from facade.flow.terms import find_terms
from facade.rest import paging
from facade.rest.links import Links
from facade.rest.request.call import Call, Items, parse_items
from facade.rest.request.caller import access_of
from facade.rest.request.negotiation import PARAMETERS, Media, negotiate
from facade.rest.searching.page import AnyPlan
from facade.rest.searching.place import Place
from facade.rest.service import Service
from facade.rest.subset import Subset, parse_subset
from facade.search import Plan, Search, parse_search, plan_search
from facade.search.clauses import needed_terms
from facade.search.contained import PlanOfContained, plan_contained
from facade.search.fulltext import text_types
from facade.search.includes import parse_include
from facade.search.keyset import read_cursor
from facade.search.model import Include, Terms
from facade.search.plan import Edged, Filled
from facade.search.several import plan_several
from facade.search.slots import is_marked, mark, may_have_slot
from facade.spec.definitions import SearchParameter
from facade.store.access import Access

_OURS = PARAMETERS | {paging.PARAMETER, "_explain"}
_KEPT_BYTES = 500  # of a query; longer ones are rarely asked twice
_SLOT = re.compile(rb"(?:(?<=[=/|])|(?<=%7[Cc])|(?<=%2[Ff]))([A-Za-z0-9.\-]{1,64})(?=&|$)")
_SEVERAL = re.compile(rb",|\\|%2[Cc]|%5[Cc]")  # alternatives, or an escape that is not a URL's
_BY_TERMS = re.compile(rb"(?::|%3[Aa])(?:(?:not-)?in|above|below)=|_filter=", re.ASCII)
_PAGE = re.compile(rb"(?:^|&)_cursor=([A-Za-z0-9_-]{1,2000})$", re.ASCII)
_NO_TERMS: Terms = {}


class Prepared(NamedTuple):
    """A search request, understood and planned; `cursor` is the page's, None for the first; `subset` is what
    the client wants to see of each resource, None for all; `texts` the types whose words are searched;
    `explain`: not the matches are wanted, but how they are found."""

    media: Media
    place: Place
    asked: tuple[Search, ...]
    links: Links
    cursor: str | None
    plan: AnyPlan
    subset: Subset | None = None
    texts: tuple[str, ...] = ()
    explain: bool = False

    @property
    def type(self) -> str | None:
        """Of all matches; None if there may be several, which their rows name."""
        return None if isinstance(self.plan, PlanOfContained) else self.place.type


class Manner(NamedTuple):
    """What a request says beside its parameters, what its caller may see, and the site's own parameters."""

    accept: bytes
    lenient: bool
    access: Access
    custom: tuple[SearchParameter, ...]


async def prepare_query(service: Service, call: Call, place: Place) -> Prepared:
    """The search of a GET. Clients ask the same again and again, or the same of another patient or code, or
    its next page: that is neither parsed nor planned anew.

    The prefix `ap` measures from the present, so what may hold one is not kept.
    """
    query, manner = call.query, manner_of(service, call)
    if _BY_TERMS.search(query):
        return await prepare_items(service, call, place, call.items())
    page = _PAGE.search(query) if b"_cursor" in query else None
    if page is not None:
        query = query[: page.start()]
    unkept = len(query) > _KEPT_BYTES or b"ap" in query or b"_cursor" in query or b"explain" in query
    unkept = unkept or is_marked(query)
    if unkept or place.type is None:
        return _prepare(service, place, call.items(), manner)
    parts = _SLOT.split(query)
    shape, ends = tuple(parts[::2]), parts[1::2]
    open_ends = _open_ends(place.type, shape)
    texts = tuple([ends[at].decode("ascii") for at in open_ends])
    if len(texts) == len(ends):
        closed: tuple[bytes, ...] = ()
    else:
        closed = tuple([end for at, end in enumerate(ends) if at not in open_ends])
    template = _template(service, place, shape, closed, manner)
    if (texts or page is not None) and not isinstance(template.prepared.plan, Plan):
        return _prepare(service, place, call.items(), manner)
    return template.fill(texts) if page is None else template.at(page[1].decode("ascii"), texts)


async def prepare_form(service: Service, call: Call, place: Place) -> Prepared:
    """The search of a POST: parameters in the URL, then those in the body."""
    return await prepare_items(service, call, place, [*call.items(), *await call.form()])


async def prepare_items(service: Service, call: Call, place: Place, items: Items) -> Prepared:
    """The search of these parameters, with the codes of the value sets that they name."""
    terms = await find_terms(service.shelf, service.store, needed_terms(items))
    return _prepare(service, place, items, manner_of(service, call), terms)


def manner_of(service: Service, call: Call) -> Manner:
    return Manner(
        call.raw_header(b"accept"), call.prefer().lenient, access_of(call), service.store.parameters
    )


@dataclass(frozen=True, slots=True)
class _Template:
    """A search prepared with a mark in each slot, to be filled at each use."""

    prepared: Prepared
    statements: Filled | None
    used: tuple[str, ...]
    pages: dict[tuple[bool, ...], Edged] = field(
        default_factory=dict
    )  # by which way they go, and what they lack

    def fill(self, texts: tuple[str, ...]) -> Prepared:
        """The search with these texts; they need no escaping in a link."""
        made = self.prepared
        if not texts:
            return made
        assert isinstance(made.plan, Plan)
        parts = list(self.used)
        parts[1::2] = texts
        links = Links(made.links.service, made.links.path, "".join(parts), made.links.kept)
        assert self.statements is not None
        plan = self.statements.plan(made.plan, texts)
        return Prepared(made.media, made.place, made.asked, links, None, plan, made.subset, made.texts)

    def at(self, cursor: str, texts: tuple[str, ...]) -> Prepared:
        """The page that begins at a cursor. Raises BadRequest."""
        made, whole = self.fill(texts), self.prepared.plan
        assert isinstance(made.plan, Plan) and isinstance(whole, Plan)
        edge = read_cursor(made.links.open(cursor), len(whole.order))
        kind = (edge.backward, *[value is None for value in edge.values])
        page = self.pages.get(kind)
        if page is None:
            page = self.pages[kind] = Edged.of(whole, edge, len(texts))
        plan = page.plan(made.plan, texts, edge)
        return Prepared(made.media, made.place, made.asked, made.links, cursor, plan, made.subset, made.texts)


@lru_cache(2048)
def _open_ends(type: str, shape: tuple[bytes, ...]) -> tuple[int, ...]:
    """Which of the ends between the parts of a shape are slots, by their parameters' names."""
    found = []
    for at, part in enumerate(shape[:-1]):
        name, equals, value = part.rpartition(b"&")[2].partition(b"=")
        plain = (
            equals and b"," not in value and b"%" not in name and b"%2" not in value and b"%5" not in value
        )
        if plain and may_have_slot(type, name.decode("ascii", "replace")):
            found.append(at)
    return tuple(found)


@lru_cache(512)
def _template(
    service: Service, place: Place, shape: tuple[bytes, ...], closed: tuple[bytes, ...], manner: Manner
) -> _Template:
    assert place.type is not None
    open_ends = _open_ends(place.type, shape)
    rest = iter(closed)
    pieces = [shape[0]]
    for at, part in enumerate(shape[1:]):
        pieces += (mark(open_ends.index(at)).encode() if at in open_ends else next(rest), part)
    query = b"".join(pieces)
    prepared = _prepare(service, place, parse_items(query) if query else [], manner)
    count = len(open_ends)
    used = _cut(prepared.links.used, count)
    plan = prepared.plan
    return _Template(prepared, Filled.of(plan, count) if isinstance(plan, Plan) else None, used)


def _cut(text: str, slots: int) -> tuple[str, ...]:
    """A link's parameters, cut at the marks, which come in the order of their numbers."""
    parts = []
    for number in range(slots):
        before, found, text = text.partition(mark(number))
        parts += [before, found]
    return (*parts, text)


def _prepare(
    service: Service,
    place: Place,
    items: Sequence[tuple[str, str]],
    manner: Manner,
    terms: Terms = _NO_TERMS,
) -> Prepared:
    media = negotiate(manner.accept.decode("latin-1"), items)
    types = place.types(service, items)
    one = types[0] if place.type is not None else None
    searched = [item for item in items if item[0] not in _OURS and (one or item[0] != "_type")]
    includes: tuple[Include, ...] = ()
    if one is None:
        includes, searched = _includes(types, searched, manner)
    asked = tuple(
        parse_search(
            type,
            searched,
            lenient=manner.lenient,
            max_count=service.max_count,
            default_count=service.default_count,
            tz=service.zone,
            base_url=service.base_url,
            now=service.store.clock(),
            custom=manner.custom,
            terms=terms,
            within=place.within(type),
        )
        for type in types
    )
    accepted = list(asked[0].accepted)
    if one is None:
        known = {*accepted, *(item for item in items if item[0].startswith(("_type", "_include", "_revinc")))}
        accepted = [item for item in items if item in known and item[0] not in _OURS]
        asked = tuple(replace(search, includes=includes) for search in asked)
    links = Links.of(service, place.path, accepted, items)
    cursor = next((value for name, value in items if name == paging.PARAMETER), None)
    edge = None if cursor is None else links.open(cursor)
    dialect = service.store.dialect
    plan: AnyPlan
    if one is not None and asked[0].contained != "false":
        plan = plan_contained(asked[0], manner.access, dialect, cursor=edge)
    elif one is not None:
        plan = plan_search(asked[0], manner.access, dialect, cursor=edge)
    else:
        plan = plan_several(asked, manner.access, dialect, cursor=edge)
    subset = parse_subset(items, one, counting=True)
    texts = {type for search in asked for type in text_types(search)}
    explain = _explain(items)
    return Prepared(media, place, asked, links, cursor, plan, subset, tuple(sorted(texts)), explain)


def _explain(items: Sequence[tuple[str, str]]) -> bool:
    values = {value for name, value in items if name == "_explain"}
    if not values <= {"true", "false"}:
        raise BadRequest("_explain is true or false.", expression="http._explain")
    return "true" in values


def _includes(
    types: Sequence[str], items: Sequence[tuple[str, str]], manner: Manner
) -> tuple[tuple[Include, ...], list[tuple[str, str]]]:
    """The includes of a search over several types, which may start from any of them, and the other items."""
    found: list[Include] = []
    rest: list[tuple[str, str]] = []
    for name, value in items:
        if not name.startswith(("_include", "_revinclude")):
            rest.append((name, value))
            continue
        source = value.partition(":")[0]
        of = types if value == "*" else (source if source in types else types[0],)
        found += [parse_include(type, name, value, manner.custom) for type in of]
    return tuple(found), rest
