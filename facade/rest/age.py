"""How old an answer is: its Age, and what is said when its source could not be asked.

https://www.rfc-editor.org/rfc/rfc9111#section-5.1 · https://www.rfc-editor.org/rfc/rfc7234#section-5.5.1
"""

from __future__ import annotations

from collections.abc import Iterable

from facade.flow.live.demand import Told, together
from facade.flow.live.freshness import Trouble
from facade.rest.answer import Header
from facade.rest.request.cache_control import demand_of
from facade.rest.request.call import Call
from facade.rest.service import Service
from facade.search import Search


def calm_age(service: Service, call: Call, type: str) -> tuple[Header, ...] | None:
    """The Age of what the store holds of a type; None if more is to be done or said than that."""
    refresher = service.refresher
    if refresher is None:
        return ()
    fresh = refresher.fresh
    made = fresh.made.get(type)
    if made is None or not made.calm or call.raw_header(b"cache-control"):
        return None
    now = fresh.clock()
    if now >= made.until and made.asked is not None:
        seconds = int(now - made.asked)
        made.shown, made.until = ((b"age", b"%d" % seconds),), made.asked + seconds + 1
    return made.shown


async def refresh_search(service: Service, call: Call, search: Search, *, onward: bool) -> Told:
    """Bring what the search is about as far up to date as the client wants it."""
    assert service.refresher is not None
    demand = demand_of(call.raw_header(b"cache-control"))
    return await service.refresher.search(search, demand, onward=onward)


async def refresh_read(service: Service, call: Call, type: str, id: str) -> Told:
    """The same of one resource."""
    assert service.refresher is not None
    return await service.refresher.read(type, id, demand_of(call.raw_header(b"cache-control")))


async def stored(service: Service, types: Iterable[str], told: Told | None = None) -> Told | None:
    """What is to be said of an answer that also holds stored resources of these types."""
    if service.refresher is None:
        return None
    parts = [await service.refresher.stored(type) for type in types] + ([told] if told is not None else [])
    return together(parts)


def age_headers(service: Service, told: Told) -> tuple[Header, ...]:
    """The Age of an answer; unknown if some of it was never read whole."""
    if service.refresher is None or told.asked is None:
        return ()
    return ((b"age", b"%d" % max(0.0, service.refresher.fresh.clock() - told.asked)),)


def warnings(troubles: Iterable[Trouble]) -> tuple[Header, ...]:
    """The same for an answer that is one resource, and so has no room for an outcome."""
    return tuple(warning(trouble.text, 110) for trouble in troubles)


def warning(text: str, code: int) -> Header:
    """A Warning header: 110 for what is stale, 199 for anything else."""
    return b"warning", b'%d - "%b"' % (code, _quoted(text))


def _quoted(text: str) -> bytes:
    plain = "".join(character if character.isprintable() else " " for character in text)
    return plain.replace("\\", "\\\\").replace('"', '\\"').encode("ascii", "replace")
