"""Records in, resources out: in batches, each one transaction, mapping one while the last is being written.

https://hl7.org/fhir/R4/http.html#versioning
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any, cast

from connectors.base import Record
from facade.flow.apply import Batch, Result, apply
from facade.flow.collector import calm
from facade.flow.draft import WHOLE, Item, Weighed, map_item, weigh
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

STEP = 250
"""Records weighed between two looks at the clock."""

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
    return await ingest_batches(into, in_batches(records, into.batch), tally)


async def ingest_batches(
    into: Into, batches: AsyncIterator[list[Record]], tally: Tally | None = None
) -> Tally:
    """The same of records that come many at a time."""
    with calm():
        return await _ingest(_Run(into, tally if tally is not None else Tally()), batches)


async def in_batches(records: AsyncIterator[Record], size: int) -> AsyncIterator[list[Record]]:
    """The records, many at a time; what came before the source failed is given first."""
    batch: list[Record] = []
    async with aclosing(cast(Any, records)):
        try:
            async for record in records:
                batch.append(record)
                if len(batch) >= size:
                    yield batch
                    batch = []
        except Exception:
            if batch:
                yield batch
            raise
        if batch:
            yield batch


async def _ingest(run: _Run, batches: AsyncIterator[list[Record]]) -> Tally:
    await run.prepare()
    size = run.into.batch
    pending: list[Record] = []
    try:
        async for batch in batches:
            pending = pending + batch if pending else batch
            while len(pending) >= size:
                now, pending = pending[:size], pending[size:]
                await run.flush(now)
    except Exception:
        await run.flush(pending)
        await run.settle()
        raise
    finally:
        close = getattr(batches, "aclose", None)
        if close is not None:
            await close()
    await run.flush(pending)
    await run.settle()
    return run.tally


class _Run:
    """One ingest under way: at most one batch is in the writer's hands."""

    def __init__(self, into: Into, tally: Tally) -> None:
        self.into = into
        self.tally = tally
        self._writing: asyncio.Future[Result] | None = None
        self._in_flight: frozenset[str] = frozenset()
        self._fresh = False
        self._doubtful: set[str] = set()
        self._started = self._turn = perf_counter()

    async def prepare(self) -> None:
        """A stream without rows needs no look-ups; a record that was refused whole is looked at again."""
        store, stream_id = self.into.store, self.into.state.stream_id
        self._fresh = not await store.fetch(
            "SELECT 1 FROM raw_record WHERE stream_id=? LIMIT 1", (stream_id,)
        )
        sql = "SELECT key FROM quarantine WHERE stream_id=? AND mapping=? AND key NOT LIKE ? LIMIT 100000"
        rows = await store.fetch(sql, (stream_id, WHOLE, "?%"))
        self._doubtful = {row[0] for row in rows}

    async def flush(self, records: list[Record]) -> None:
        """Map what is new in the records and hand it to the writer."""
        self.tally.read += len(records)
        self._turn = perf_counter()
        found: dict[str, Weighed] = {}
        refused: list[Item] = []
        for start in range(0, len(records), STEP):
            weigh(records[start : start + STEP], self.into.unique, found, refused)
            await self._give_way()
        await self._leave_out_known(found)
        await self.into.store.notice_parameters()
        setting = Setting.of(self.into.store)
        items: list[Item] = []
        for key, (record, body, hash) in found.items():
            item = Item(key, body, hash, record.deleted)
            item.again = self.into.force or key in self._doubtful
            map_item(self.into.pack, record, item, setting)
            items.append(item)
            await self._give_way()
        self._doubtful -= found.keys()  # once, or what is refused of a key later would be forgotten
        cursor = next((record.cursor for record in reversed(records) if record.cursor is not None), None)
        await self._write(items + refused, cursor)

    async def settle(self) -> None:
        """Wait until what was handed over is durable."""
        if self._writing is None:
            return
        writing, self._writing = self._writing, None
        result = await writing
        self._in_flight = frozenset()
        self.tally.add(result)
        if self.into.seen is not None:
            self.into.seen.update(result.met)
        if self.into.progress is not None:
            rate = self.tally.read / max(perf_counter() - self._started, 1e-9)
            self.into.progress(self.into.state.stream, self.tally.read, self.tally.changed, rate)

    async def _leave_out_known(self, found: dict[str, Weighed]) -> None:
        """Take out the records that the store holds as they are; they count as met."""
        into = self.into
        if into.force or self._fresh or not found:
            return
        met: list[int] = []
        for key, raw_id, hash, deleted in await into.store.fetch(
            _KNOWN + marks(len(found)), (into.state.stream_id, *found)
        ):
            record, _, now = found[key]
            if now == hash and record.deleted == deleted:
                if key in self._doubtful or key in self._in_flight:
                    continue
                del found[key]
                met.append(raw_id)
        if into.seen is not None:
            into.seen.update(met)

    async def _write(self, items: list[Item], cursor: str | None) -> None:
        """Hand over a batch, once the last one is durable: a cursor never overtakes its records."""
        await self.settle()
        into = self.into
        moved = cursor if into.advance and cursor != self.tally.cursor else None
        self.tally.cursor = cursor or self.tally.cursor
        if not items and moved is None:
            return
        batch = Batch(into.state.source, into.state.stream_id, items, into.store.now(), moved, into.reindex)
        if into.unique:
            batch.seen = into.seen
        if into.seen is not None or into.force:
            batch.whole_since = into.state.started
        self._in_flight = frozenset(item.key for item in items)
        self._writing = asyncio.ensure_future(into.store.write(lambda transaction: apply(transaction, batch)))

    async def _give_way(self) -> None:
        now = perf_counter()
        if now - self._turn > SLICE:
            await asyncio.sleep(0)
            self._turn = perf_counter()
