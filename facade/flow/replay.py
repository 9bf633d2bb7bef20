"""Maps again what is stored: a corrected mapping takes effect without the EHR."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from facade.flow.contests import settle_contests
from facade.flow.ingest import Into, Progress, Tally, ingest
from facade.flow.runs import State, begin, find, finish
from facade.flow.stored import stored_records
from facade.flow.sync import SyncResult, describe
from facade.store import Store

if TYPE_CHECKING:
    from facade.mapping import Pack


async def replay(
    store: Store,
    pack: Pack,
    source: str,
    *,
    streams: Iterable[str] | None = None,
    reindex: bool = False,
    progress: Progress | None = None,
) -> list[SyncResult]:
    """Replay a source, or some streams of it: a record always goes through all of its stream's mappings.

    A resource whose content comes out the same gets no new version; with `reindex` it is indexed anew.
    """
    names = list(pack.streams if streams is None else streams)
    if set(names) >= set(pack.streams):
        sql = "DELETE FROM unmapped_code WHERE source=?"
        await store.write(lambda transaction: transaction.execute(sql, (source,)))
    runs = []
    for name in names:
        if await find(store, source, name) is not None:
            state = State(source, name, 0, None)
            into = Into(store, pack, state, force=True, reindex=reindex, progress=progress)
            runs.append(await _one(into))
    await settle_contests(store, pack, source, names)
    return runs


async def _one(into: Into) -> SyncResult:
    store, source, stream = into.store, into.state.source, into.state.stream
    run = SyncResult(source, stream, "replay")
    async with store.exclusive(f"sync:{source}/{stream}") as mine:
        if not mine:
            run.error = "this stream is being synced"
            return run
        state = await begin(store, source, stream, "replay")
        tally = Tally()
        try:
            await ingest(replace(into, state=state), stored_records(store, state.stream_id, stream), tally)
        except Exception as error:
            run.error = describe(error)
        run.take(tally)
        await finish(store, state, run.kind, tally, run.error)
    run.seconds = (store.now() - state.started) / 1e6
    return run
