"""A live slice: asked of the source now, compared with what is stored, and written only where it differs.

    into = await slices_into(store, pack, source.name, stream)   # once; may be kept
    pulled = await pull_slice(into, source, where)
    lost = {what the store holds of the slice} - pulled.met      # ids of raw records
    await delete_lost(into, lost, pulled.asked)

A slice that the store holds already costs one look-up and no write, and no run is written into the book. What
a slice does not give any more has vanished, or has moved out of it: ask for it by its key (`where_key`, or
another `pull_slice`) before `delete_lost`.

Who asked later wins, wherever a slice and another read meet in one record (facade.flow.asked).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from connectors.base import Record, Sliced, Source, Where
from connectors.errors import ConnectorError
from facade.flow.apply import Batch, apply
from facade.flow.asked import slice_at
from facade.flow.columns import look_at_columns
from facade.flow.draft import Item, Weighed, map_item, weigh
from facade.flow.ingest import Into, Tally
from facade.flow.runs import find
from facade.flow.sql import PART, marks
from facade.flow.vanished import delete_raw
from facade.search import Setting
from facade.store import Store

if TYPE_CHECKING:
    from facade.mapping import Pack

LIMIT = 10_000
"""Records of a slice at most; a larger one is left to the schedule."""

ATTEMPTS = 3
"""Times that a slice is asked while scheduled reads write its records; then what it says stands."""

_KNOWN = (
    "SELECT r.key, r.id, r.hash, r.deleted, (SELECT 1 FROM quarantine q"
    " WHERE q.stream_id=r.stream_id AND q.key=r.key AND q.mapping='')"
    " FROM raw_record r WHERE r.stream_id=? AND r.key IN "
)
_IDS = "SELECT id FROM raw_record WHERE stream_id=? AND key IN "
_REFUSED = "SELECT key, body FROM quarantine WHERE mapping='' AND stream_id=? AND key IN "
_LIVING = "SELECT key, id FROM raw_record WHERE deleted=0 AND stream_id=? AND id IN "


class SliceTooLarge(ConnectorError):
    """The slice is not narrow enough to be read while a client waits: answer from the store."""


@dataclass(slots=True)
class Pulled:
    """What a slice gave. `met` holds the raw records (raw_record.id) that it is about, quarantined ones too;
    `asked` is when the source was asked, in microseconds; `tally.changed` is 0 where nothing was written."""

    asked: int
    met: set[int] = field(default_factory=set)
    tally: Tally = field(default_factory=Tally)


async def slices_into(store: Store, pack: Pack, source: str, stream: str) -> Into:
    """Where slices of this stream go; makes the stream known if it was never read."""
    state = await find(store, source, stream)
    if state is None:
        sql = "INSERT INTO stream_state (source, name) VALUES (?, ?) ON CONFLICT (source, name) DO NOTHING"
        await store.write(lambda transaction: transaction.execute(sql, (source, stream)))
        state = await find(store, source, stream)
        assert state is not None
    incremental = pack.streams[stream].mode == "incremental" and pack.streams[stream].cursor is not None
    return Into(store, pack, state, unique=not incremental)


async def pull_slice(into: Into, source: Source, where: Where, *, limit: int = LIMIT) -> Pulled:
    """Ask the source for the slice and store what is new in it.

    Raises the source's ConnectorErrors, SliceTooLarge, or Unavailable when the store cannot keep it. Asks
    again by itself when a scheduled read wrote one of its records meanwhile, so that the two cannot be told
    apart in time.
    """
    attempt = 1
    while True:
        asked = into.store.now()
        records = await _ask(source, into.state.stream, where, limit)
        if records is None:
            raise SliceTooLarge(
                f"source {source.name}, stream {into.state.stream}: more than {limit:,} rows lie in this"
                " slice, too many to read while someone waits"
            )
        pulled, doubted = await _ingest(into, records, asked, insist=attempt == ATTEMPTS)
        if not doubted:
            return pulled
        attempt += 1


async def ingest_slice(into: Into, records: Sequence[Record], asked: int) -> Pulled:
    """Store what is new in records that the source was asked for at `asked` (microseconds, `store.now()`)."""
    pulled, _ = await _ingest(into, records, asked, insist=True)
    return pulled


async def delete_lost(into: Into, raw_ids: Iterable[int], asked: int) -> int:
    """Mark deleted what these raw records made, unless someone who asked later met them; gives how many
    records. Records that are deleted already cost one look-up and no write."""
    store, stream_id, ids = into.store, into.state.stream_id, list(raw_ids)
    lost: list[tuple[str, int]] = []
    for start in range(0, len(ids), PART):
        part = ids[start : start + PART]
        lost += [
            (key, raw_id) for key, raw_id in await store.fetch(_LIVING + marks(len(part)), (stream_id, *part))
        ]
    if not lost:
        return 0
    at = slice_at(asked)
    work = partial(delete_raw, store.now(), stream_id, lost, before=at + 1, at=at)
    deleted, _ = await store.write(work)
    return deleted


async def _ask(source: Source, stream: str, where: Where, limit: int) -> list[Record] | None:
    if hasattr(source, "read_slice"):  # not isinstance: that of a protocol takes 30 µs
        return await cast(Sliced, source).read_slice(stream, where, limit)
    records: list[Record] = []
    async with aclosing(cast(Any, source.read(stream, where=where))) as reading:
        async for record in reading:
            if len(records) == limit:
                return None
            records.append(record)
    return records


async def _ingest(into: Into, records: Sequence[Record], asked: int, *, insist: bool) -> tuple[Pulled, int]:
    """What the slice gave, and how many of its records a scheduled read wrote meanwhile."""
    pulled = Pulled(asked)
    pulled.tally.read = len(records)
    if not records:
        return pulled, 0
    found: dict[str, Weighed] = {}
    refused: list[Item] = []
    weigh(records, into.unique, found, refused)
    standing: set[str] = set()
    if refused and (standing := await _standing(into, refused, pulled)):
        refused = []
    busy = into.store.holds(f"sync:{into.state.source}/{into.state.stream}")
    doubtful = await _leave_out_known(into, found, standing, pulled, busy)
    if not found and not refused:
        return pulled, 0
    look_at_columns(into.state.source, into.pack, into.state.stream, records)
    setting = Setting.of(into.store)
    items = []
    for key, (record, body, hash) in found.items():
        item = Item(key, body, hash, record.deleted)
        item.again, item.touch = key in doubtful, busy
        map_item(into.pack, record, item, setting)
        items.append(item)
    batch = Batch(into.state.source, into.state.stream_id, items + refused, into.store.now())
    batch.asked, batch.insist = asked, insist
    result = await into.store.write(lambda transaction: apply(transaction, batch))
    pulled.met.update(result.met)
    pulled.tally.add(result)
    return pulled, result.doubted


async def _leave_out_known(
    into: Into, found: dict[str, Weighed], standing: set[str], pulled: Pulled, busy: bool
) -> set[str]:
    """Take out what the store holds as it is; gives the keys that were refused before, and are not any more.

    While a scheduled read goes on (`busy`) what is unchanged is noted too, for that read may have met it in
    an earlier state.
    """
    doubtful: set[str] = set()
    keys = list(found)
    for start in range(0, len(keys), PART):
        part = keys[start : start + PART]
        rows = await into.store.fetch(_KNOWN + marks(len(part)), (into.state.stream_id, *part))
        for key, raw_id, hash, deleted, doubt in rows:
            pulled.met.add(raw_id)
            record, _, now = found[key]
            if doubt and key not in standing:
                doubtful.add(key)
            elif now == hash and record.deleted == deleted and not busy:
                del found[key]
    return doubtful


async def _standing(into: Into, refused: list[Item], pulled: Pulled) -> set[str]:
    """The keys of the refused, if all of them are in the quarantine as they are; they count as met."""
    wanted = {item.key: item.body for item in refused}
    keys, stream_id = list(wanted), into.state.stream_id
    kept: dict[str, bytes] = {}
    for start in range(0, len(keys), PART):
        part = keys[start : start + PART]
        kept.update(await into.store.fetch(_REFUSED + marks(len(part)), (stream_id, *part)))
        met = await into.store.fetch(_IDS + marks(len(part)), (stream_id, *part))
        pulled.met.update(raw_id for (raw_id,) in met)
    return set(keys) if kept == wanted else set()
