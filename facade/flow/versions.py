"""The versions of resources: the next one of each, and the one before it kept. Whoever writes, writes here.

https://hl7.org/fhir/R4/http.html#versioning
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from facade.flow.draft import Draft
from facade.flow.parameters import TYPE, define, undefine
from facade.flow.sql import PART, by_parts, marks
from facade.store import Transaction
from facade.store.index import IndexRows, delete_rows, write_rows
from facade.store.serialise import Content, from_json, instant

STEP = 1000
"""Microseconds by which a version is younger than the one before it, at least."""

_written = lru_cache(64)(instant)
_RESOURCE = (
    "rid",
    "type",
    "id",
    "version",
    "updated",
    "deleted",
    "patient",
    "hash",
    "raw_id",
    "mapping",
    "refers",
    "body",
)

CURRENT = "SELECT rid, type, id, version, updated, deleted, hash, raw_id, mapping FROM resource WHERE "


class Current(NamedTuple):
    """A resource as it stands before it is written: a row of CURRENT."""

    rid: int
    type: str
    id: str
    version: int
    updated: int
    deleted: int
    hash: bytes
    raw_id: int | None
    mapping: str | None

    def holds(self, content: Content) -> bool:
        """Whether this is what it says already."""
        return not self.deleted and bytes(self.hash) == content.hash


@dataclass(frozen=True, slots=True)
class Next:
    """A version to be written: of a new resource, where none is `current`. `updated` in microseconds."""

    draft: Draft
    current: Current | None
    version: int
    updated: int
    body: bytes
    raw_id: int | None = None


def next_version(draft: Draft, current: Current | None, now: int, raw_id: int | None = None) -> Next:
    """What a resource becomes; its time is later than that of its last version, whatever the clock says."""
    version, updated = (1, now) if current is None else (current.version + 1, later(current, now))
    return Next(draft, current, version, updated, draft.content.body(version, _written(updated)), raw_id)


def later(current: Current, now: int) -> int:
    """The time of the version after the current one."""
    return max(now, current.updated + STEP)


def write_next(
    transaction: Transaction, following: Sequence[Next], index: Sequence[tuple[int, IndexRows]] = ()
) -> None:
    """Write versions of different resources with their index rows, and those of `index`, which has none."""
    rows = list(index)
    defining: list[tuple[int, Next]] = []
    replaced = [(one, one.current.rid) for one in following if one.current is not None]
    if replaced:
        rids = [rid for _, rid in replaced]
        keep_versions(transaction, rids)
        delete_rows(transaction, rids)
        sql = (
            "UPDATE resource SET version=?, updated=?, deleted=0, patient=?, hash=?, raw_id=?, mapping=?,"
            " refers=?, body=? WHERE rid=?"
        )
        transaction.executemany(
            sql, [(one.version, one.updated, *_columns(one), rid) for one, rid in replaced]
        )
        rows += [(rid, one.draft.index) for one, rid in replaced]
        defining += [(rid, one) for one, rid in replaced if one.draft.type == TYPE]
    new = [one for one in following if one.current is None]
    if new:
        made = list(zip(transaction.new_ids("resource", "rid", len(new)), new, strict=True))
        transaction.insert("resource", _RESOURCE, [_row(rid, one) for rid, one in made])
        rows += [(rid, one.draft.index) for rid, one in made]
        defining += [(rid, one) for rid, one in made if one.draft.type == TYPE]
    write_rows(transaction, rows)
    if defining:
        define(transaction, [(rid, from_json(one.body)) for rid, one in defining])


def _columns(one: Next) -> tuple[object, ...]:
    """What a version has beside its number and time."""
    draft, content = one.draft, one.draft.content
    return draft.patient, content.hash, one.raw_id, draft.mapping, content.refers, one.body


def _row(rid: int, one: Next) -> tuple[object, ...]:
    return rid, one.draft.type, one.draft.id, one.version, one.updated, 0, *_columns(one)


def lock(transaction: Transaction, rids: Sequence[int]) -> None:
    """Before index rows of resources are touched: whoever else would, looks here first."""
    if transaction.dialect == "postgresql":
        for start in range(0, len(rids), PART):
            part = rids[start : start + PART]
            sql = f"SELECT 1 FROM resource WHERE rid IN {marks(len(part))} ORDER BY rid FOR UPDATE"  # noqa: S608
            transaction.execute(sql, part)


def keep_versions(transaction: Transaction, rids: Sequence[int]) -> None:
    """What is current becomes a former version."""
    lock(transaction, rids)
    sql = (
        "INSERT INTO resource_version (rid, version, type, updated, deleted, patient, body)"
        " SELECT rid, version, type, updated, deleted, patient, body FROM resource WHERE rid IN"
    )
    by_parts(transaction.execute, sql, rids)


def remove(transaction: Transaction, resources: Sequence[Current], now: int) -> None:
    """Mark resources deleted: a version of its own, with an empty body."""
    rids = [resource.rid for resource in resources]
    keep_versions(transaction, rids)
    delete_rows(transaction, rids)
    sql = "UPDATE resource SET version=version+1, updated=?, deleted=1, hash=?, body=? WHERE rid=?"
    rows = [(later(resource, now), b"", b"", resource.rid) for resource in resources]
    if rows:
        transaction.executemany(sql, rows)
    defining = [resource.rid for resource in resources if resource.type == TYPE]
    if defining:
        undefine(transaction, defining)
