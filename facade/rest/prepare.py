"""A search from its words to its statements, before the store is asked: pure, so what repeats is kept.

https://hl7.org/fhir/R4/search.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from facade.rest import paging
from facade.rest.call import Call, parse_items
from facade.rest.caller import access_of
from facade.rest.links import Links
from facade.rest.negotiation import PARAMETERS, Media, negotiate
from facade.rest.service import Service
from facade.search import Plan, Search, parse_search, plan_search
from facade.search.slots import Slotted, is_marked, mark, may_have_slot
from facade.store.access import Access

_OURS = PARAMETERS | {paging.PARAMETER}
_KEPT_BYTES = 500  # of a query; longer ones are rarely asked twice
_SLOT = re.compile(rb"(?:(?<=[=/|])|(?<=%7[Cc])|(?<=%2[Ff]))([A-Za-z0-9.\-]{1,64})(?=&|$)")
_SEVERAL = re.compile(rb",|\\|%2[Cc]|%5[Cc]")  # alternatives, or an escape that is not a URL's


class Prepared(NamedTuple):
    """A search request, understood and planned; `cursor` is the page's, None for the first."""

    media: Media
    asked: Search
    links: Links
    cursor: str | None
    plan: Plan


class _Manner(NamedTuple):
    """What a request says beside its parameters, and what its caller may see."""

    accept: bytes
    lenient: bool
    access: Access


def prepare_query(service: Service, call: Call, type: str) -> Prepared:
    """The search of a GET. Clients ask the same again and again, or the same of another patient or code: that
    is neither parsed nor planned anew.

    The prefix `ap` measures from the present, so what may hold one is not kept.
    """
    query, manner = call.query, _manner(call)
    if len(query) > _KEPT_BYTES or b"ap" in query or b"_cursor" in query or is_marked(query):
        return _prepare(service, type, call.items(), manner)
    parts = _SLOT.split(query)
    shape, ends = tuple(parts[::2]), parts[1::2]
    open_ends = _open_ends(type, shape)
    texts = tuple([ends[at].decode("ascii") for at in open_ends])
    if len(texts) == len(ends):
        closed: tuple[bytes, ...] = ()
    else:
        closed = tuple([end for at, end in enumerate(ends) if at not in open_ends])
    return _template(service, type, shape, closed, manner).fill(texts)


async def prepare_form(service: Service, call: Call, type: str) -> Prepared:
    """The search of a POST: parameters in the URL, then those in the body."""
    return _prepare(service, type, [*call.items(), *await call.form()], _manner(call))


def _manner(call: Call) -> _Manner:
    return _Manner(call.raw_header(b"accept"), call.prefer().lenient, access_of(call))


@dataclass(frozen=True, slots=True)
class _Template:
    """A search prepared with a mark in each slot, to be filled at each use."""

    prepared: Prepared
    page: Slotted
    used: tuple[str, ...]

    def fill(self, texts: tuple[str, ...]) -> Prepared:
        """The search with these texts; they need no escaping in a link."""
        made = self.prepared
        if not texts:
            return made
        parts = list(self.used)
        parts[1::2] = texts
        links = Links(made.links.service, made.links.type, "".join(parts), made.links.kept)
        return Prepared(made.media, made.asked, links, None, made.plan.filled(self.page, texts))


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
    service: Service, type: str, shape: tuple[bytes, ...], closed: tuple[bytes, ...], manner: _Manner
) -> _Template:
    open_ends = _open_ends(type, shape)
    rest = iter(closed)
    pieces = [shape[0]]
    for at, part in enumerate(shape[1:]):
        pieces += (mark(open_ends.index(at)).encode() if at in open_ends else next(rest), part)
    query = b"".join(pieces)
    prepared = _prepare(service, type, parse_items(query) if query else [], manner)
    count = len(open_ends)
    used = _cut(prepared.links.used, count)
    return _Template(prepared, Slotted.of(prepared.plan.page, count), used)


def _cut(text: str, slots: int) -> tuple[str, ...]:
    """A link's parameters, cut at the marks, which come in the order of their numbers."""
    parts = []
    for number in range(slots):
        before, found, text = text.partition(mark(number))
        parts += [before, found]
    return (*parts, text)


def _prepare(service: Service, type: str, items: Sequence[tuple[str, str]], manner: _Manner) -> Prepared:
    media = negotiate(manner.accept.decode("latin-1"), items)
    asked = parse_search(
        type,
        [item for item in items if item[0] not in _OURS],
        lenient=manner.lenient,
        max_count=service.max_count,
        default_count=service.default_count,
        tz=service.zone,
        base_url=service.base_url,
        now=service.store.clock(),
    )
    links = Links.of(service, type, asked.accepted, items)
    cursor = next((value for name, value in items if name == paging.PARAMETER), None)
    place = None if cursor is None else links.open(cursor)
    plan = plan_search(asked, manner.access, service.store.dialect, cursor=place)
    return Prepared(media, asked, links, cursor, plan)
