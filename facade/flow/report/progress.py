"""How far a sync is, told in the book of runs about once a second, so that another process can see it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from facade.errors import FacadeError
from facade.flow.runs import ALIVE, State
from facade.store import Store, Transaction

if TYPE_CHECKING:
    from facade.flow.ingest import Tally

EVERY = 1.0
"""Seconds between two lines."""

BEAT = 15
"""After so many without anything new, it says that it lives."""


@asynccontextmanager
async def telling(store: Store, state: State, tally: Tally) -> AsyncIterator[None]:
    """While the block runs, what `tally` counts is written into the run. One that is short writes nothing."""
    task = asyncio.create_task(_tell(store, state, tally))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})  # which does not swallow our own cancelling


async def _tell(store: Store, state: State, tally: Tally) -> None:
    told, silent = -1, 0
    while True:
        await asyncio.sleep(EVERY)
        silent += 1
        if tally.read != told or silent >= BEAT:
            told, silent = tally.read, 0
            with suppress(FacadeError):  # a store that is busy: another time
                await store.write(_line(state, tally, store.now()))


def _line(state: State, tally: Tally, now: int) -> Callable[[Transaction], None]:
    counts = (tally.read, tally.changed, tally.deleted, tally.written + tally.removed, tally.quarantined)

    def work(transaction: Transaction) -> None:
        sql = (
            "UPDATE sync_run SET records_read=?, records_changed=?, records_deleted=?, resources_written=?,"
            " quarantined=? WHERE id=? AND ended IS NULL"
        )
        transaction.execute(sql, (*counts, state.run_id))
        sql = (
            "INSERT INTO store_fact (name, value) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value=excluded.value"
        )
        transaction.execute(sql, (f"{ALIVE}{state.run_id}", str(now)))

    return work
