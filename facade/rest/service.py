"""What the interactions work with; put together in facade.app."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo

from facade.flow.live.refresh import Refresher
from facade.store import Store


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """`served` are the resource types that some pack makes; `statement` is the CapabilityStatement as bytes.

    `zone` is where a date without a zone in a search lies; `new_id` names a failure for the log. Without a
    `refresher` the store is all there is, and its age is not known. `max_body` is in bytes;
    `cors` are the origins whose pages may read the answers.
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
    max_body: int = 16 * 1024 * 1024
    cors: tuple[str, ...] = ()
