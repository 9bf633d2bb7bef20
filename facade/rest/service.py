"""What the interactions work with; put together in facade.app."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from uuid import UUID

from facade.flow.fulltext import TextIndex
from facade.flow.live.refresh import Refresher
from facade.flow.reindexing import Reindexing
from facade.flow.shelf import Shelf
from facade.spec.definitions import SearchParameter
from facade.store import Store

WRITES = frozenset({"create", "update", "patch", "delete"})
"""Interactions that only the types take which the facade keeps itself."""


def new_uuid() -> str:
    """A logical id for a new resource, a UUID of version 7: when it was made, which meta.lastUpdated tells
    anyway, then chance. Those of one batch lie side by side in the store: it writes one page, not a hundred.

    https://www.rfc-editor.org/rfc/rfc9562#section-5.7
    """
    chance = secrets.randbits(74)
    value = time.time_ns() // 1_000_000 << 80 | 7 << 76
    value |= (chance >> 62) << 64 | 2 << 62 | chance & (1 << 62) - 1
    return str(UUID(int=value))


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """`served` are the resource types that some pack makes, whose sources `owners` names, and those that are
    `local`: clients may write them. `statement` is the CapabilityStatement as bytes.

    `zone` is where a date without a zone in a search lies; `new_id` names a failure for the log. Without a
    `refresher` the store is all there is, and its age is not known. `max_body` is in bytes;
    `cors` are the origins whose pages may read the answers, `shelf` has the profiles that resources are
    validated against. `restate` makes the statement of a site with parameters of its own.
    """

    store: Store
    base_url: str
    served: frozenset[str]
    statement: bytes
    cursor_key: bytes
    default_count: int
    max_count: int
    zone: tzinfo
    new_id: Callable[[], str]
    refresher: Refresher | None = None
    local: frozenset[str] = frozenset()
    owners: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    new_resource_id: Callable[[], str] = new_uuid
    max_body: int = 16 * 1024 * 1024
    cors: tuple[str, ...] = ()
    admin_token: str | None = field(default=None, repr=False)
    shelf: Shelf = field(default_factory=Shelf)
    restate: Callable[[tuple[SearchParameter, ...]], bytes] | None = None
    texts: TextIndex = field(init=False)
    reindexing: Reindexing = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "texts", TextIndex(self.store))
        object.__setattr__(self, "reindexing", Reindexing(self.store))

    async def aclose(self) -> None:
        """Stop what goes on in the background."""
        await self.texts.aclose()
        await self.reindexing.aclose()
