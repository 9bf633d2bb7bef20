"""One batch into the store, in one transaction: raw records, resources, index, quarantine, and the cursor.

https://hl7.org/fhir/R4/http.html#versioning
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from facade.flow.asked import slice_after, slice_at, slice_since, sync_after
from facade.flow.draft import WHOLE, Draft, Item, Refusal, refuse_double
from facade.flow.seen import Seen
from facade.flow.sql import by_parts
from facade.flow.versions import CURRENT, Current, Next, lock, next_version, remove, write_next
from facade.store import Transaction
from facade.store.index import IndexRows, delete_rows


@dataclass(slots=True)
class Batch:
    """What is to be written. `seen`, in a read of a whole snapshot, holds the raw records met before it.

    `whole_since`: when a read of all began; what a live slice wrote since then is newer, and stays. `asked`:
    this is a live slice, and when its source was asked; `insist`: it stands even where a scheduled read wrote
    meanwhile.
    """

    source: str
    stream_id: int
    items: list[Item]
    now: int
    cursor: str | None = None
    reindex: bool = False
    seen: Seen | None = None
    whole_since: int | None = None
    asked: int | None = None
    insist: bool = False


@dataclass(slots=True)
class Result:
    """What was written; `met` are the raw records that the batch is about. `doubted`: so many records of a
    slice were not written, because a scheduled read wrote them after the slice was asked."""

    met: list[int] = field(default_factory=list)
    doubted: int = 0
    changed: int = 0
    deleted: int = 0
    written: int = 0
    removed: int = 0
    quarantined: int = 0


def apply(transaction: Transaction, batch: Batch) -> Result:
    """Write the batch; what is unchanged is not touched."""
    result = Result()
    live = _write_raw(transaction, batch, result)
    known = [raw_id for _, raw_id, new in live if not new]
    owned = [
        Current(*row) for row in by_parts(transaction.execute, CURRENT + "deleted=0 AND raw_id IN", known)
    ]
    claims, released = _claim(transaction, live, owned)
    _write_resources(transaction, batch, claims, released, result)
    _write_quarantine(transaction, batch, live, result)
    _count_unmapped(transaction, batch.source, (item for item, _, _ in live))
    if batch.cursor is not None:
        transaction.execute("UPDATE stream_state SET cursor=? WHERE id=?", (batch.cursor, batch.stream_id))
    return result


def _write_raw(transaction: Transaction, batch: Batch, result: Result) -> list[tuple[Item, int, bool]]:
    """Store what was said; gives the items that go on, each with its raw id and whether that is new."""
    sql = "SELECT key, id, hash, deleted, at FROM raw_record WHERE stream_id=? AND key IN"
    keys = [item.key for item in batch.items]
    known = {row[0]: row[1:] for row in by_parts(transaction.execute, sql, keys, (batch.stream_id,))}
    written_at = batch.now if batch.asked is None else slice_at(batch.asked)
    fresh: list[Item] = []
    updates: list[tuple[bytes, int, int, bytes, int]] = []
    live: list[tuple[Item, int, bool]] = []
    for item in batch.items:
        row = known.get(item.key)
        if row is not None:
            raw_id, hash, deleted, at = row
            if batch.seen is not None and raw_id in batch.seen and not item.whole and item.hash != hash:
                refuse_double(item)
            result.met.append(raw_id)
            if item.whole:
                continue
            same = bytes(hash) == item.hash and bool(deleted) == item.deleted
            if not same and _is_older(batch, at, result):
                continue
            if not same or (item.touch and at < written_at):
                updates.append((item.hash, int(item.deleted), written_at, item.body, raw_id))
            if not same or item.again:
                live.append((item, raw_id, False))
                result.deleted += item.deleted
                result.changed += not same
        elif not item.whole and not item.deleted:
            fresh.append(item)
    if fresh:
        ids = transaction.new_ids("raw_record", "id", len(fresh))
        columns = ("id", "stream_id", "key", "hash", "deleted", "at", "body")
        rows = [
            (raw_id, batch.stream_id, item.key, item.hash, 0, written_at, item.body)
            for raw_id, item in zip(ids, fresh, strict=True)
        ]
        transaction.insert("raw_record", columns, rows)
        result.met.extend(ids)
        live.extend((item, raw_id, True) for raw_id, item in zip(ids, fresh, strict=True))
    if updates:
        transaction.executemany("UPDATE raw_record SET hash=?, deleted=?, at=?, body=? WHERE id=?", updates)
    result.changed += len(fresh)
    return live


def _is_older(batch: Batch, at: int, result: Result) -> bool:
    """Whether what is stored, written `at`, is of a later state of the source than this batch, or may be."""
    if batch.asked is None:
        return batch.whole_since is not None and slice_since(at, batch.whole_since, batch.now)
    if slice_after(at, batch.asked, batch.now):
        return True
    if not batch.insist and sync_after(at, batch.asked, batch.now):
        result.doubted += 1
        return True
    return False


class _Claim(NamedTuple):
    draft: Draft
    raw_id: int
    current: Current | None


def _claim(
    transaction: Transaction, live: list[tuple[Item, int, bool]], owned: list[Current]
) -> tuple[list[_Claim], list[Current]]:
    """Which record makes which resource: it stays with its owner; who comes second is refused.

    Gives the claims, and the owned resources that their record no longer makes.
    """
    wanted: dict[str, dict[str, Current | None]] = {}
    for item, _, _ in live:
        for draft in item.drafts:
            wanted.setdefault(draft.type, {})[draft.id] = None
    for type, by_id in wanted.items():
        for row in by_parts(transaction.execute, CURRENT + "type=? AND id IN", list(by_id), (type,)):
            by_id[row[2]] = Current(*row)
    made = {(raw_id, draft.type, draft.id) for item, raw_id, _ in live for draft in item.drafts}
    released = {row.rid: row for row in owned if (row.raw_id, row.type, row.id) not in made}
    claims: dict[tuple[str, str], _Claim] = {}
    for item, raw_id, _ in live:
        for draft in item.drafts:
            name = (draft.type, draft.id)
            current = wanted[draft.type][draft.id]
            rival = claims.get(name)
            if rival is not None:
                same = f"mapping {rival.draft.mapping}" if rival.raw_id == raw_id else ""
                _refuse(item, draft, same)
            elif (
                current is not None
                and not current.deleted
                and current.raw_id != raw_id
                and current.rid not in released
            ):
                _refuse(item, draft, "")
            else:
                claims[name] = _Claim(draft, raw_id, current)
                if current is not None:
                    released.pop(current.rid, None)
    return list(claims.values()), list(released.values())


def _refuse(item: Item, draft: Draft, mapping: str) -> None:
    name = f"{draft.type}/{draft.id}"
    by = f"{mapping} of this record" if mapping else "another record"
    wants = None if mapping else name
    item.refusals.append(Refusal(draft.mapping or WHOLE, "id", f"{name} is already made by {by}", wants))


def _write_resources(
    transaction: Transaction, batch: Batch, claims: list[_Claim], released: list[Current], result: Result
) -> None:
    following: list[Next] = []
    index: list[tuple[int, IndexRows]] = []
    for claim in claims:
        current, draft = claim.current, claim.draft
        if current is None or not current.holds(draft.content):
            following.append(next_version(draft, current, batch.now, claim.raw_id))
            continue
        if current.raw_id != claim.raw_id or current.mapping != draft.mapping:
            sql = "UPDATE resource SET raw_id=?, mapping=? WHERE rid=?"
            transaction.execute(sql, (claim.raw_id, draft.mapping, current.rid))
        if batch.reindex:
            index.append((current.rid, draft.index))
    lock(transaction, [rid for rid, _ in index])
    delete_rows(transaction, [rid for rid, _ in index])
    write_next(transaction, following, index)
    remove(transaction, released, batch.now)
    result.written += len(following)
    result.removed += len(released)


def owned_by(transaction: Transaction, raw_ids: list[int]) -> list[Current]:
    """The living resources that these raw records made."""
    return [
        Current(*row) for row in by_parts(transaction.execute, CURRENT + "deleted=0 AND raw_id IN", raw_ids)
    ]


def _write_quarantine(
    transaction: Transaction, batch: Batch, live: list[tuple[Item, int, bool]], result: Result
) -> None:
    """What was told of these records before goes; what is wrong with them now is kept, with their bytes."""
    whole = [item for item in batch.items if item.whole]
    touched = [item for item, _, _ in live] + whole
    some = "SELECT 1 FROM quarantine WHERE stream_id=? LIMIT 1"
    if transaction.execute(some, (batch.stream_id,)):
        sql = "DELETE FROM quarantine WHERE stream_id=? AND key IN"
        by_parts(transaction.execute, sql, [item.key for item, _, _ in live], (batch.stream_id,))
        sql = "DELETE FROM quarantine WHERE mapping='' AND stream_id=? AND key IN"
        by_parts(transaction.execute, sql, [item.key for item in whole], (batch.stream_id,))
    rows: dict[tuple[str, str], tuple[object, ...]] = {}
    for item in touched:
        for refusal in item.refusals:
            row = (refusal.element, refusal.reason.replace("\0", ""), refusal.wants, batch.now, item.body)
            rows.setdefault((item.key, refusal.mapping), row)
    columns = ("stream_id", "key", "mapping", "element", "reason", "wants", "at", "body")
    found = [(batch.stream_id, key, mapping, *row) for (key, mapping), row in rows.items()]
    transaction.insert("quarantine", columns, found)
    result.quarantined += len(found)


def _count_unmapped(transaction: Transaction, source: str, items: Iterable[Item]) -> None:
    counts: Counter[tuple[str, str]] = Counter()
    for item in items:
        counts.update(item.unmapped)
    sql = (
        "INSERT INTO unmapped_code (source, concept_map, value, count) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (source, concept_map, value) DO UPDATE SET count = unmapped_code.count + excluded.count"
    )
    rows = [(source, name, value.replace("\0", "")[:200], count) for (name, value), count in counts.items()]
    if rows:
        transaction.executemany(sql, sorted(rows))
