"""Records that a full read did not meet: deleted with what they made, unless there are suspiciously many."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import orjson

from connectors.errors import ConnectorError
from facade.flow.apply import owned_by
from facade.flow.asked import SKEW
from facade.flow.runs import State
from facade.flow.seen import Seen
from facade.flow.sql import PART, by_parts, marks
from facade.flow.versions import remove
from facade.store import Store, Transaction

if TYPE_CHECKING:
    from facade.flow.ingest import Tally

PAGE = 2000

_PAGE = {
    dialect: (
        f"SELECT max(key), {ids} FROM (SELECT key, id, deleted FROM raw_record"  # noqa: S608 the two below
        " WHERE stream_id=? AND key>? ORDER BY key LIMIT 0+?) page"
    )
    for dialect, ids in {
        "sqlite": "json_group_array(id) FILTER (WHERE deleted=0)",
        "postgresql": "CAST(json_agg(id) FILTER (WHERE deleted=0) AS text)",
    }.items()
}
"""One row for a page: to step through its rows one by one would take twice as long."""
_MISSING = "SELECT key, id, at FROM raw_record WHERE deleted=0 AND id IN "


@dataclass(frozen=True, slots=True)
class Guard:
    """More than both of these gone at once looks like a fault of the source, not like deletions."""

    rows: int = 20
    share: float = 0.20


class TooManyVanished(ConnectorError):
    """Nothing was deleted: a person must look, and then accept the deletions or mend the source."""


async def delete_vanished(store: Store, state: State, seen: Seen, guard: Guard | None, tally: Tally) -> None:
    """Delete what was not seen, and count it. Raises TooManyVanished before anything is deleted."""
    known = gone = 0
    if guard is not None:
        async for living, lost in _pages(store, state, seen):
            known += living
            gone += len(lost)
        if gone > max(guard.rows, guard.share * known):
            raise TooManyVanished(
                f"guard: {gone} of {known} known rows vanished from the source at once, so nothing was"
                " deleted: look at the source; if they are really gone, sync it with --accept-deletes"
            )
        if not gone:
            return
    async for _, lost in _pages(store, state, seen):
        if lost:
            work = partial(delete_raw, store.now(), state.stream_id, lost, before=state.started)
            deleted, removed = await store.write(work)
            tally.deleted += deleted
            tally.removed += removed


async def _pages(store: Store, state: State, seen: Seen) -> AsyncIterator[tuple[int, list[tuple[str, int]]]]:
    """How many raw records live, page by page, and keys and ids of those not seen.

    What someone else wrote since our read began was not there to be seen.
    """
    last, future = "", store.now() + SKEW
    sql = _PAGE[store.dialect]
    while True:
        ((end, text),) = await store.fetch(sql, (state.stream_id, last, PAGE))
        if end is None:
            return
        last = end
        living: list[int] = orjson.loads(text or "[]")
        missing = seen.missing(living)
        found: list[tuple[str, int, int]] = []
        for start in range(0, len(missing), PART):
            part = missing[start : start + PART]
            found += await store.fetch(_MISSING + marks(len(part)), part)
        yield (
            len(living),
            sorted((key, raw_id) for key, raw_id, at in found if not state.started <= at <= future),
        )


def delete_raw(
    now: int,
    stream_id: int,
    lost: list[tuple[str, int]],
    transaction: Transaction,
    *,
    before: int,
    at: int = 0,
) -> tuple[int, int]:
    """Delete these raw records (key, id) with what they made; gives how many records and resources.

    What was written at `before` or later, since it was found to be lost, stays. `at` is when it was found, if
    not `now`.
    """
    wanted = [raw_id for _, raw_id in lost]
    sql = "SELECT id FROM raw_record WHERE deleted=0 AND (at<? OR at>?) AND id IN"
    ids = [raw_id for (raw_id,) in by_parts(transaction.execute, sql, wanted, (before, now + SKEW))]
    resources = owned_by(transaction, ids)
    remove(transaction, resources, now)
    rows = [(at or now, raw_id) for raw_id in ids]
    if rows:
        transaction.executemany("UPDATE raw_record SET deleted=1, at=? WHERE id=?", rows)
    gone = set(ids)
    keys = [key for key, raw_id in lost if raw_id in gone]
    sql = "DELETE FROM quarantine WHERE stream_id=? AND key IN"
    by_parts(transaction.execute, sql, keys, (stream_id,))
    return len(ids), len(resources)
