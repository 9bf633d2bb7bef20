"""Two records that make one resource: the first keeps it; when it lets go, the second is mapped again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import TYPE_CHECKING

from connectors.base import Record
from facade.flow.ingest import Into, ingest
from facade.flow.runs import find
from facade.flow.sql import marks
from facade.flow.stored import to_record
from facade.store import Store

if TYPE_CHECKING:
    from facade.mapping import Pack

_WANTING = (
    "SELECT id, key, wants FROM quarantine WHERE stream_id=? AND wants IS NOT NULL AND id>?"
    " ORDER BY id LIMIT 500"
)
_TAKEN = "SELECT id FROM resource WHERE deleted=0 AND type=? AND id IN "
_BODIES = "SELECT key, body FROM raw_record WHERE deleted=0 AND stream_id=? AND key IN "


async def settle_contests(store: Store, pack: Pack, source: str, streams: Iterable[str]) -> int:
    """Map again the records of these streams whose wanted resource has become free; gives how many."""
    settled = 0
    for stream in streams:
        state = await find(store, source, stream)
        if state is None:
            continue
        into = Into(store, pack, state, force=True)
        last = 0
        while page := await store.fetch(_WANTING, (into.state.stream_id, last)):
            last = page[-1][0]
            keys = await _free(store, [(key, wants) for _, key, wants in page])
            if keys:
                settled += (await ingest(into, _records(into, keys))).read
    return settled


async def _free(store: Store, wanting: list[tuple[str, str]]) -> list[str]:
    """The keys, in order, whose wanted resource no one makes."""
    by_type: dict[str, list[str]] = {}
    for _, wants in wanting:
        type, _, id = wants.partition("/")
        by_type.setdefault(type, []).append(id)
    taken: set[str] = set()
    for type, ids in by_type.items():
        rows = await store.fetch(_TAKEN + marks(len(ids)), (type, *ids))
        taken.update(f"{type}/{id}" for (id,) in rows)
    return list(dict.fromkeys(key for key, wants in wanting if wants not in taken))


async def _records(into: Into, keys: list[str]) -> AsyncIterator[Record]:
    rows = await into.store.fetch(_BODIES + marks(len(keys)), (into.state.stream_id, *keys))
    bodies: dict[str, bytes] = dict(rows)
    for key in keys:
        if key in bodies:
            yield to_record(into.state.stream, key, bodies[key])
