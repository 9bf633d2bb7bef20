"""Brings the store to where a source is: by cursor, or by reading all and deleting what has vanished."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, cast

from connectors.base import Batched, Connector, Record, Source
from connectors.errors import ConnectorError
from facade.errors import FacadeError
from facade.flow.columns import whole_batches
from facade.flow.contests import settle_contests
from facade.flow.ingest import BATCH, Into, Progress, Tally, in_batches, ingest_batches
from facade.flow.report.progress import telling
from facade.flow.runs import STOPPED, State, begin, finish
from facade.flow.seen import Seen
from facade.flow.vanished import Guard, delete_vanished
from facade.store import Store

if TYPE_CHECKING:
    from facade.mapping import Pack

Kind = Literal["incremental", "snapshot", "full", "replay"]

BUSY = "this stream is being synced already"


@dataclass(slots=True)
class SyncResult:
    """What one sync of one stream did. With an `error`, what came before it is kept."""

    source: str
    stream: str
    kind: Kind
    read: int = 0
    changed: int = 0
    deleted: int = 0
    written: int = 0
    quarantined: int = 0
    seconds: float = 0.0
    error: str | None = None

    @property
    def told(self) -> str:
        """The error with its place, for a person; a connector names its source by itself."""
        error = self.error or ""
        return error if error.startswith("source ") else f"{self.source}.{self.stream}: {error}"

    def take(self, tally: Tally) -> None:
        """The figures of an ingest that has ended."""
        self.read, self.changed, self.deleted = tally.read, tally.changed, tally.deleted
        self.written, self.quarantined = tally.written + tally.removed, tally.quarantined


@dataclass(frozen=True, slots=True)
class How:
    """How to sync. `full`: read all of an incremental stream, to find what its cursor missed.

    `accept_deletes`: without the guard against many rows vanishing at once. `refused`: what the source said
    when it was asked whether it is there, so that not every stream has to find out.
    """

    full: bool = False
    accept_deletes: bool = False
    refused: ConnectorError | None = None
    guard: Guard = field(default_factory=Guard)
    batch: int = BATCH
    progress: Progress | None = None


async def sync_stream(
    store: Store, pack: Pack, connector: Connector, stream: str, how: How | None = None
) -> SyncResult:
    """One stream of one source. Errors of the source and the store are told in the result, not raised."""
    how = how or How()
    incremental = pack.streams[stream].mode == "incremental" and pack.streams[stream].cursor is not None
    kind: Kind = "snapshot" if not incremental else "full" if how.full else "incremental"
    run = SyncResult(connector.name, stream, kind)
    started = store.now()
    try:
        async with store.exclusive(f"sync:{connector.name}/{stream}") as mine:
            if not mine:
                run.error = BUSY
                return run
            state = await begin(store, connector.name, stream, kind)
            tally = Tally()
            try:
                into = _into(pack, store, state, run, how)
                async with telling(store, state, tally):
                    await _read(cast(Source, connector), into, run, tally, how)
                    await settle_contests(store, pack, connector.name, [stream])
            except asyncio.CancelledError:
                run.error = STOPPED
                run.take(tally)
                await asyncio.shield(finish(store, state, kind, tally, run.error))
                raise
            except Exception as error:
                run.error = describe(error)
            run.take(tally)
            await finish(store, state, kind, tally, run.error)
    except FacadeError as error:
        run.error = run.error or describe(error)
    run.seconds = max(0, store.now() - started) / 1e6  # our clock may have been set back
    return run


async def sync_source(
    store: Store,
    pack: Pack,
    connector: Connector,
    *,
    streams: Iterable[str] | None = None,
    full: bool = False,
    accept_deletes: bool = False,
    max_vanished: float = 0.20,
    at_once: int | None = None,
    progress: Progress | None = None,
) -> list[SyncResult]:
    """All streams of a pack, or those named; `at_once` defaults to the connector's limit of connections."""
    refused = None
    try:
        await connector.check()
    except ConnectorError as error:
        refused = error
    how = How(full, accept_deletes, refused, Guard(share=max_vanished), progress=progress)
    gate = asyncio.Semaphore(max(1, at_once or int(getattr(connector, "max_connections", 2))))
    names = list(pack.streams if streams is None else streams)

    async def one(name: str) -> SyncResult:
        async with gate:
            return await sync_stream(store, pack, connector, name, how)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(name)) for name in names]
    with suppress(FacadeError):  # the streams' own runs tell that the store cannot be used
        await settle_contests(store, pack, connector.name, names)
    return [task.result() for task in tasks]


def _into(pack: Pack, store: Store, state: State, run: SyncResult, how: How) -> Into:
    """Where the records go. The first read of all moves the cursor as it goes, so that it can be resumed."""
    return Into(
        store,
        pack,
        state,
        seen=None if run.kind == "incremental" else Seen(),
        unique=run.kind == "snapshot",
        advance=run.kind == "incremental" or (run.kind == "full" and state.cursor is None),
        batch=how.batch,
        progress=how.progress,
    )


async def _read(source: Source, into: Into, run: SyncResult, tally: Tally, how: How) -> None:
    store, state = into.store, into.state
    if how.refused is not None:
        raise how.refused
    batches = _batches(source, run.stream, None if into.seen else state.cursor, into.batch)
    await ingest_batches(into, whole_batches(run.source, into.pack, run.stream, batches), tally)
    if into.seen is not None:
        await delete_vanished(store, state, into.seen, None if how.accept_deletes else how.guard, tally)
    if run.kind == "full" and tally.cursor is not None:
        sql, values = "UPDATE stream_state SET cursor=? WHERE id=?", (tally.cursor, state.stream_id)
        await store.write(lambda transaction: transaction.execute(sql, values))


def _batches(source: Source, stream: str, since: str | None, size: int) -> AsyncIterator[list[Record]]:
    """The records of a stream, many at a time."""
    if isinstance(source, Batched):
        return source.read_batches(stream, since)
    return in_batches(source.read(stream, since), size)


def describe(error: BaseException) -> str:
    """One line for a person. An unforeseen error's text may hold patient data, so only its class is told."""
    if isinstance(error, (ConnectorError, FacadeError)):
        return str(error)
    return f"unforeseen {type(error).__name__}"
