"""A search from its words to its statements, before the store is asked: pure, so what repeats is kept.

https://hl7.org/fhir/R4/search.html
"""

from __future__ import annotations

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
from facade.store.access import Access

_OURS = PARAMETERS | {paging.PARAMETER}
_KEPT_BYTES = 500  # of a query; longer ones are rarely asked twice


@dataclass(frozen=True, slots=True)
class Prepared:
    """A search request, understood and planned; `cursor` is the page's, None for the first."""

    media: Media
    asked: Search
    links: Links
    cursor: str | None
    plan: Plan


class _Manner(NamedTuple):
    """What a request says beside its parameters, and what its caller may see."""

    accept: str
    prefer: str
    access: Access


def prepare_query(service: Service, call: Call, type: str) -> Prepared:
    """The search of a GET. Clients ask the same again and again: that is neither parsed nor planned anew.

    The prefix `ap` measures from the present, so what may hold one is not kept.
    """
    if len(call.query) <= _KEPT_BYTES and b"ap" not in call.query:
        return _kept(service, type, call.query, _manner(call))
    return _prepare(service, type, call.items(), _manner(call))


async def prepare_form(service: Service, call: Call, type: str) -> Prepared:
    """The search of a POST: parameters in the URL, then those in the body."""
    return _prepare(service, type, [*call.items(), *await call.form()], _manner(call))


def _manner(call: Call) -> _Manner:
    return _Manner(call.header(b"accept"), call.header(b"prefer"), access_of(call))


@lru_cache(512)
def _kept(service: Service, type: str, query: bytes, manner: _Manner) -> Prepared:
    return _prepare(service, type, parse_items(query) if query else [], manner)


def _prepare(service: Service, type: str, items: Sequence[tuple[str, str]], manner: _Manner) -> Prepared:
    media = negotiate(manner.accept, items)
    asked = parse_search(
        type,
        [item for item in items if item[0] not in _OURS],
        lenient="handling=lenient" in manner.prefer.replace(" ", ""),
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
