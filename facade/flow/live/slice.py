"""One slice of a live stream brought into the store: what changed, what is new, and what has left it.

A record that the store holds in the slice and the source no longer gives there has moved elsewhere or is
gone: it is asked for by its key, and deleted only when that gives nothing either.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from connectors.base import Condition, Source
from facade.flow.contests import settle_contests
from facade.flow.ingest import Into
from facade.flow.live.narrow import Slice
from facade.flow.live.pull import SliceTooLarge, delete_lost, pull_slice
from facade.flow.sql import marks
from facade.search import Search
from facade.search.kinds import supported
from facade.search.model import Criterion, TokenValue
from facade.search.sources import read_source
from facade.store import Store
from facade.store.access import EVERYTHING

if TYPE_CHECKING:
    from connectors.base import Stream

LIMIT = 5000
"""Records of a slice at most, in the source and in the store; a larger one is no slice."""
KEYS = 200
"""Keys that are asked for at a time."""

_OF_RESOURCE = (
    "SELECT w.stream_id, w.body FROM resource r JOIN raw_record w ON w.id=r.raw_id WHERE r.type=? AND r.id=?"
)


async def refresh_slice(into: Into, source: Source, type: str, part: Slice) -> int:
    """Make what the store holds of the slice what the source holds now; gives how many records it holds.

    Raises the source's ConnectorErrors (SliceTooLarge among them), or Unavailable when the store cannot keep
    it.
    """
    pulled = await pull_slice(into, source, part.where, limit=LIMIT)
    changed = pulled.tally.changed
    left = await _held(into, type, part) - pulled.met
    stream = into.pack.streams[part.stream]
    for some in _some(sorted(left), KEYS):
        bodies = await _bodies(into.store, some)
        again = await pull_slice(into, source, _by_key(stream, bodies.values()), limit=LIMIT)
        changed += again.tally.changed
        gone = [one for one, body in bodies.items() if one not in again.met and _findable(stream, body)]
        if gone:
            changed += await delete_lost(into, gone, again.asked)
    if changed:
        await settle_contests(into.store, into.pack, into.state.source, [part.stream])
    return pulled.tally.read


async def slice_of_stored(store: Store, stream: Stream, stream_id: int, type: str, id: str) -> Slice | None:
    """The slice that holds one resource, by the key of the record that made it; None if it was not this
    stream's."""
    for owner, body in await store.fetch(_OF_RESOURCE, (type, id)):
        record = json.loads(bytes(body))
        if owner == stream_id and all(column in record for column in stream.key):
            by_id = Criterion(supported(type)["_id"], None, (TokenValue(None, id),))
            return Slice(stream.name, _by_key(stream, [record]), (by_id,))
    return None


async def _held(into: Into, type: str, part: Slice) -> set[int]:
    """What the store holds of a slice: the ids of raw records."""
    tables, where, params = read_source(Search(type, part.pushed), EVERYTHING).whole()
    sql = (
        f"SELECT DISTINCT r.raw_id FROM {tables} CROSS JOIN raw_record w"  # noqa: S608 our own names and `?`
        f" WHERE {where} AND w.id=r.raw_id AND w.stream_id=? AND w.deleted=0 LIMIT 0+?"
    )
    rows = await into.store.fetch(sql, (*params, into.state.stream_id, LIMIT + 1))
    if len(rows) > LIMIT:
        raise SliceTooLarge(f"stream {part.stream}: the store holds more than {LIMIT} records of the slice")
    return {row[0] for row in rows}


def _by_key(stream: Stream, bodies: Iterable[Mapping[str, Any]]) -> tuple[Condition, ...]:
    """The records with these keys, and of several columns perhaps a few more."""
    rows = list(bodies)
    return tuple(
        Condition(column, "in", tuple(dict.fromkeys(row[column] for row in rows))) for column in stream.key
    )


def _findable(stream: Stream, body: Mapping[str, Any]) -> bool:
    """Whether asking for the key finds the record, if it is there: binary fractions may be equal in vain."""
    return not any(isinstance(body[column], float) for column in stream.key)


def _some(ids: list[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


async def _bodies(store: Store, ids: list[int]) -> dict[int, Mapping[str, Any]]:
    rows = await store.fetch(f"SELECT id, body FROM raw_record WHERE id IN {marks(len(ids))}", ids)  # noqa: S608
    return {row[0]: json.loads(bytes(row[1])) for row in rows}
