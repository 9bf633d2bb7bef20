"""What the server holds of each declared type: the resources that reads and searches are tried on."""

from __future__ import annotations

from random import Random
from typing import Any

from conformance.session import Session

Json = dict[str, Any]


class Holdings:
    """`of[type]` are resources with an id, as harvested, of every type that has any; `ids` has one of each.

    `why[type]` says why there are none.
    """

    def __init__(self) -> None:
        self.of: dict[str, list[Json]] = {}
        self.ids: dict[str, str] = {}
        self.why: dict[str, str] = {}


async def holdings(session: Session) -> Holdings:
    """Those of all declared types, harvested where a search is declared."""
    found = Holdings()
    pools = await session.harvest.all()
    random = Random(session.options.seed)  # noqa: S311 - it chooses, it keeps no secret
    for type in sorted(session.statement.types):
        pool = pools.get(type)
        kept = [one for one in pool.resources if _is(one, type)] if pool else []
        if kept:
            found.of[type] = kept
            found.ids[type] = str(random.choice(kept)["id"])
        elif pool is None:
            found.why[type] = "no search-type is declared to find one by"
        else:
            found.why[type] = pool.trouble or "the server holds none"
    return found


def _is(one: Json, type: str) -> bool:
    return one.get("resourceType") == type and isinstance(one.get("id"), str) and bool(one["id"])
