"""The book of runs: how far each stream was read, when, and how that went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from facade.flow.asked import SKEW
from facade.store import Store, Transaction

if TYPE_CHECKING:
    from facade.flow.ingest import Tally

KEEP_RUNS = 30 * 86_400_000_000
"""Microseconds that a run stays in the book."""

KEEP_LATEST = 4000
"""Of older runs than so many, only the full ones stay: streams read each few seconds would fill the book."""

INTERRUPTED = "interrupted"
"""What is said of a run whose process was killed."""

STOPPED = "stopped before its end"
"""What is said of a run whose process ended orderly."""

TIDY_EACH = 64
"""Runs between two tidyings."""

ALIVE = "run:"
"""The store's fact of this name and a run's id holds when that run last said that it goes on."""


@dataclass(frozen=True, slots=True)
class State:
    """A stream as a run finds it, and the run (0 outside of one)."""

    source: str
    stream: str
    stream_id: int
    cursor: str | None
    run_id: int = 0
    started: int = 0


@dataclass(frozen=True, slots=True)
class Past:
    """How a stream stands. `resumable`: it has a cursor. `seconds`: what its last read of the whole took."""

    started: datetime | None = None
    success: datetime | None = None
    full: datetime | None = None
    resumable: bool = False
    seconds: float | None = None


async def past(store: Store, source: str, stream: str) -> Past:
    """What the book says about a stream."""
    sql = (
        "SELECT id, last_started, last_success, last_full, cursor FROM stream_state WHERE source=? AND name=?"
    )
    rows = await store.fetch(sql, (source, stream))
    if not rows:
        return Past()
    stream_id, started, success, full, cursor = rows[0]
    sql = (
        "SELECT ended - started FROM sync_run WHERE stream_id=? AND kind IN ('full', 'snapshot')"
        " AND ended IS NOT NULL AND error IS NULL ORDER BY id DESC LIMIT 1"
    )
    took = await store.fetch(sql, (stream_id,))
    seconds = max(0.0, took[0][0] / 1e6) if took else None
    return Past(moment(started), moment(success), moment(full), cursor is not None, seconds)


def moment(micros: int | None) -> datetime | None:
    """A time of the store's tables."""
    return None if micros is None else datetime.fromtimestamp(micros / 1e6, UTC)


async def find(store: Store, source: str, stream: str) -> State | None:
    """A stream that was synced before."""
    rows = await store.fetch(
        "SELECT id, cursor FROM stream_state WHERE source=? AND name=?", (source, stream)
    )
    return State(source, stream, *rows[0]) if rows else None


async def begin(store: Store, source: str, stream: str, kind: str) -> State:
    """Open a run. One that a killed process left open is closed as interrupted."""
    now = store.now()

    def work(transaction: Transaction) -> State:
        sql = "SELECT id, cursor FROM stream_state WHERE source=? AND name=?"
        found = transaction.execute(sql, (source, stream))
        if not found:  # else PostgreSQL would use up a number at each run
            new = (
                "INSERT INTO stream_state (source, name) VALUES (?, ?) ON CONFLICT (source, name) DO NOTHING"
            )
            transaction.execute(new, (source, stream))
            found = transaction.execute(sql, (source, stream))
        stream_id, cursor = found[0]
        transaction.execute("UPDATE stream_state SET last_started=? WHERE id=?", (now, stream_id))
        _close_interrupted(transaction, stream_id)
        sql = "SELECT max(ended) FROM sync_run WHERE stream_id=? AND ended<=?"
        ((last,),) = transaction.execute(sql, (stream_id, now + SKEW))
        began = max(now, (last or 0) + 1000)  # what was stored before lies before, if our clock was set back
        (run_id,) = transaction.new_ids("sync_run", "id", 1)
        if run_id % TIDY_EACH == 0:
            sql = "DELETE FROM sync_run WHERE started<? OR (id<? AND kind<>'full')"
            transaction.execute(sql, (now - KEEP_RUNS, run_id - KEEP_LATEST))
        sql = (
            "INSERT INTO sync_run (id, stream_id, kind, started, records_read, records_changed,"
            " records_deleted, resources_written, quarantined) VALUES (?, ?, ?, ?, 0, 0, 0, 0, 0)"
        )
        transaction.execute(sql, (run_id, stream_id, kind, now))
        return State(source, stream, stream_id, cursor, run_id, began)

    return await store.write(work)


def _close_interrupted(transaction: Transaction, stream_id: int) -> None:
    """A run that a killed process left open ended when it last said that it goes on."""
    sql = "SELECT id FROM sync_run WHERE stream_id=? AND ended IS NULL"
    for (run_id,) in transaction.execute(sql, (stream_id,)):
        fact = transaction.execute("SELECT value FROM store_fact WHERE name=?", (f"{ALIVE}{run_id}",))
        sql = "UPDATE sync_run SET ended=coalesce(?, started), error=? WHERE id=?"
        transaction.execute(sql, (int(fact[0][0]) if fact else None, INTERRUPTED, run_id))
        transaction.execute("DELETE FROM store_fact WHERE name=?", (f"{ALIVE}{run_id}",))


async def finish(store: Store, state: State, kind: str, tally: Tally, error: str | None) -> None:
    """Close a run. After a read of all, refused rows that did not come again are forgotten."""
    now = store.now()

    def work(transaction: Transaction) -> None:
        counts = (tally.read, tally.changed, tally.deleted, tally.written + tally.removed, tally.quarantined)
        sql = (
            "UPDATE sync_run SET ended=?, records_read=?, records_changed=?, records_deleted=?,"
            " resources_written=?, quarantined=?, error=? WHERE id=?"
        )
        transaction.execute(sql, (max(now, state.started), *counts, error, state.run_id))
        transaction.execute("DELETE FROM store_fact WHERE name=?", (f"{ALIVE}{state.run_id}",))
        if kind == "replay":  # says nothing about the source
            return
        transaction.execute("UPDATE stream_state SET error=? WHERE id=?", (error, state.stream_id))
        if error is None:
            sql = "UPDATE stream_state SET last_success=? WHERE id=?"
            transaction.execute(sql, (state.started, state.stream_id))
            if kind != "incremental" or state.cursor is None:
                sql = "UPDATE stream_state SET last_full=? WHERE id=?"
                transaction.execute(sql, (state.started, state.stream_id))
                sql = "DELETE FROM quarantine WHERE stream_id=? AND mapping='' AND at<?"
                transaction.execute(sql, (state.stream_id, state.started))

    await store.write(work)
