"""Records in, resources out: in batches, each one transaction, mapping one while the last is being written.

https://hl7.org/fhir/R4/http.html#versioning
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from connectors.base import Record
from facade.flow.apply import Batch, Result, apply
from facade.flow.collector import calm
from facade.flow.draft import WHOLE, Item, map_item, read, refuse_double
from facade.flow.runs import State
from facade.flow.seen import Seen
from facade.flow.sql import marks
from facade.search import Setting
from facade.store import Store

if TYPE_CHECKING:
    from facade.mapping import Pack

BATCH = 2000
"""Records in a transaction: on SQLite the pages of the index are written once for all of them."""

SLICE = 0.004
"""Seconds that mapping may hold the event loop before others have their turn."""

_KNOWN = "SELECT key, id, hash, deleted FROM raw_record WHERE stream_id=? AND key IN "

Progress = Callable[[str, int, int, float], None]
"""(stream, records read, records changed, records per second)."""


@dataclass(frozen=True, slots=True)
class Into:
    """Where records go, and how.

    `seen` collects the raw records met (a full read). `unique`: a key may come once (a snapshot). `advance`:
    the cursor moves with each batch. `force`: unchanged records are mapped again; `reindex`: and unchanged
    resources indexed again.
    """

    store: Store
    pack: Pack
    state: State
    seen: Seen | None = None
    unique: bool = False
    advance: bool = False
    force: bool = False
    reindex: bool = False
    batch: int = BATCH
    progress: Progress | None = None


@dataclass(slots=True)
class Tally:
    """What became of the records so far."""

    read: int = 0
    changed: int = 0
    deleted: int = 0
    written: int = 0
    removed: int = 0
    quarantined: int = 0
    cursor: str | None = None

    def add(self, result: Result) -> None:
        """Count a batch that is durable."""
        self.changed += result.changed
        self.deleted += result.deleted
        self.written += result.written
        self.removed += result.removed
        self.quarantined += result.quarantined


async def ingest(into: Into, records: AsyncIterator[Record], tally: Tally | None = None) -> Tally:
    """Store and map the records. When the source fails midway, what came before is kept, then it is raised.

    `tally`, if given, is kept up to date, so that it tells what was done even then.
    """
    with calm():
        return await _ingest(_Run(into, tally if tally is not None else Tally()), records)


async def _ingest(run: _Run, records: AsyncIterator[Record]) -> Tally:
    await run.prepare()
    try:
        async for record in records:
            run.pending.append(record)
            if len(run.pending) >= run.into.batch:
                await run.flush()
    except Exception:
        await run.flush()
        await run.settle()
        raise
    finally:
        close = getattr(records, "aclose", None)
        if close is not None:
            await close()
    await run.flush()
    await run.settle()
    return run.tally


class _Run:
    """One ingest under way: `pending` records, and at most one batch in the writer's hands."""

    def __init__(self, into: Into, tally: Tally) -> None:
        self.into = into
        self.tally = tally
        self.pending: list[Record] = []
        self._writing: asyncio.Future[Result] | None = None
        self._in_flight: frozenset[str] = frozenset()
        self._fresh = False
        self._doubtful: frozenset[str] = frozenset()
        self._setting = Setting(tz=into.store.zone)
        self._started = self._turn = perf_counter()

    async def prepare(self) -> None:
        """A stream without rows needs no look-ups; a record that was refused whole is looked at again."""
        store, stream_id = self.into.store, self.into.state.stream_id
        self._fresh = not await store.fetch(
            "SELECT 1 FROM raw_record WHERE stream_id=? LIMIT 1", (stream_id,)
        )
        sql = "SELECT key FROM quarantine WHERE stream_id=? AND mapping=? AND key NOT LIKE ? LIMIT 100000"
        rows = await store.fetch(sql, (stream_id, WHOLE, "?%"))
        self._doubtful = frozenset(row[0] for row in rows)

    async def flush(self) -> None:
        """Map what is pending and hand it to the writer."""
        records, self.pending = self.pending, []
        self.tally.read += len(records)
        self._turn = perf_counter()
        items: dict[str, tuple[Record, Item]] = {}
        refused: list[Item] = []
        for record in records:
            item = read(record)
            await self._give_way()
            if item.whole:
                refused.append(item)
            elif not self.into.unique or record.key not in items:
                items[record.key] = (record, item)
            elif items[record.key][1].hash != item.hash:
                refused.append(refuse_double(item))
        changed = await self._changed(items)
        for record, item in changed:
            map_item(self.into.pack, record, item, self._setting)
            await self._give_way()
        cursor = next((record.cursor for record in reversed(records) if record.cursor is not None), None)
        await self._write([item for _, item in changed] + refused, cursor)

    async def settle(self) -> None:
        """Wait until what was handed over is durable."""
        if self._writing is None:
            return
        writing, self._writing = self._writing, None
        result = await writing
        self._in_flight = frozenset()
        self.tally.add(result)
        if self.into.seen is not None:
            for raw_id in result.met:
                self.into.seen.add(raw_id)
        if self.into.progress is not None:
            rate = self.tally.read / max(perf_counter() - self._started, 1e-9)
            self.into.progress(self.into.state.stream, self.tally.read, self.tally.changed, rate)

    async def _changed(self, items: dict[str, tuple[Record, Item]]) -> list[tuple[Record, Item]]:
        """The records that the store does not hold as they are now."""
        into = self.into
        if into.force:
            for _, item in items.values():
                item.again = True
        if into.force or self._fresh or not items:
            return list(items.values())
        rows = await into.store.fetch(_KNOWN + marks(len(items)), (into.state.stream_id, *items))
        known = {row[0]: row[1:] for row in rows}
        changed = []
        for key, (record, item) in items.items():
            row = known.get(key)
            item.again = key in self._doubtful
            if row and row[1:] == (item.hash, item.deleted) and not item.again and key not in self._in_flight:
                if into.seen is not None:
                    into.seen.add(row[0])
            else:
                changed.append((record, item))
        return changed

    async def _write(self, items: list[Item], cursor: str | None) -> None:
        """Hand over a batch, once the last one is durable: a cursor never overtakes its records."""
        await self.settle()
        into = self.into
        moved = cursor if into.advance and cursor != self.tally.cursor else None
        self.tally.cursor = cursor or self.tally.cursor
        if not items and moved is None:
            return
        seen = into.seen if into.unique else None
        batch = Batch(
            into.state.source, into.state.stream_id, items, into.store.now(), moved, into.reindex, seen
        )
        self._in_flight = frozenset(item.key for item in items)
        self._writing = asyncio.ensure_future(into.store.write(lambda transaction: apply(transaction, batch)))

    async def _give_way(self) -> None:
        now = perf_counter()
        if now - self._turn > SLICE:
            await asyncio.sleep(0)
            self._turn = perf_counter()
