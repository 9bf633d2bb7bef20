"""Reads of single resources, always within the caller's reach."""

from __future__ import annotations

from typing import NamedTuple

from facade.store.access import Access
from facade.store.store import Store


class StoredResource(NamedTuple):
    """One version of a resource; `updated` in microseconds since 1970, `body` empty when deleted."""

    rid: int
    type: str
    id: str
    version: int
    updated: int
    deleted: int
    body: bytes


_CURRENT = (
    "SELECT r.rid, r.type, r.id, r.version, r.updated, r.deleted, r.body FROM resource r"
    " WHERE r.type=? AND r.id=?"
)
_FORMER = (
    "SELECT r.rid, r.type, r.id, v.version, v.updated, v.deleted, v.body FROM resource r"
    " JOIN resource_version v ON v.rid=r.rid WHERE r.type=? AND r.id=?"
)


async def read_current(store: Store, type: str, id: str, access: Access) -> StoredResource | None:
    """The resource as it is now, deleted ones too (`deleted` tells); None when unknown or out of reach."""
    clause, values = access.clause("r")
    rows = await store.fetch(_CURRENT + clause, (type, id, *values))
    return StoredResource(*rows[0]) if rows else None


async def read_version(
    store: Store, type: str, id: str, version: int, access: Access
) -> StoredResource | None:
    """One version of a resource, current or former."""
    clause, values = access.clause("r")
    for sql, column in ((_CURRENT, "r"), (_FORMER, "v")):
        rows = await store.fetch(f"{sql} AND {column}.version=?{clause}", (type, id, version, *values))
        if rows:
            return StoredResource(*rows[0])
    return None


async def list_versions(store: Store, type: str, id: str, access: Access) -> list[StoredResource]:
    """All versions, the newest first."""
    clause, values = access.clause("r")
    params = (type, id, *values)
    rows = await store.fetch(_CURRENT + clause, params)
    rows += await store.fetch(_FORMER + clause + " ORDER BY v.version DESC", params)
    return [StoredResource(*row) for row in rows]
