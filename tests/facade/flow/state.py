"""What a store holds, without what may differ between two ways to the same state (ids, times, versions)."""

from __future__ import annotations

from typing import Any

from facade.store import Store
from facade.store.serialise import from_json

_INDEX = {
    "index_token": "i.param, i.code, coalesce(s.uri, '')",
    "index_string": "i.param, i.value, i.exact",
    "index_date": "i.param, i.low, i.high",
    "index_reference": "i.param, i.target",
}


def resources(store: Store, *, deleted: bool = False) -> dict[str, dict[str, Any]]:
    """Living resources by `Type/id`, without version and time; deleted ones as {}."""
    found: dict[str, dict[str, Any]] = {}
    for type, id, body, gone in store.query("SELECT type, id, body, deleted FROM resource"):
        if gone and deleted:
            found[f"{type}/{id}"] = {}
        elif not gone:
            resource = from_json(bytes(body))
            del resource["meta"]["versionId"], resource["meta"]["lastUpdated"]
            found[f"{type}/{id}"] = resource
    return found


def index(store: Store) -> set[tuple[Any, ...]]:
    """All index rows, by the name of their resource."""
    rows: set[tuple[Any, ...]] = set()
    for table, columns in _INDEX.items():
        system = "LEFT JOIN system_uri s ON s.id=i.system" if table == "index_token" else ""
        sql = f"SELECT r.type, r.id, {columns} FROM {table} i {system} LEFT JOIN resource r ON r.rid=i.rid"
        rows.update((table, *row) for row in store.query(sql))
    return rows


def state(store: Store) -> dict[str, Any]:
    """Everything that must be equal."""
    raw = (
        "SELECT s.source, s.name, w.key, w.hash, w.body FROM raw_record w"
        " JOIN stream_state s ON s.id=w.stream_id WHERE w.deleted=0"
    )
    owner = (
        "SELECT r.type, r.id, r.patient, r.mapping, s.name, w.key FROM resource r"
        " JOIN raw_record w ON w.id=r.raw_id JOIN stream_state s ON s.id=w.stream_id WHERE r.deleted=0"
    )
    quarantine = (
        "SELECT s.source, s.name, q.key, q.mapping, q.element, q.reason FROM quarantine q"
        " JOIN stream_state s ON s.id=q.stream_id"
    )
    return {
        "resources": resources(store),
        "index": index(store),
        "raw": set(store.query(raw)),
        "owners": set(store.query(owner)),
        "quarantine": set(store.query(quarantine)),
        "cursors": set(store.query("SELECT source, name, cursor FROM stream_state")),
    }


def versions(store: Store, name: str) -> list[tuple[int, int]]:
    """(version, deleted) of a resource, the oldest first."""
    type, _, id = name.partition("/")
    old = (
        "SELECT v.version, v.deleted FROM resource_version v JOIN resource r ON r.rid=v.rid"
        " WHERE r.type=? AND r.id=?"
    )
    now = "SELECT version, deleted FROM resource WHERE type=? AND id=?"
    return sorted(
        (version, deleted) for version, deleted in store.query(old, (type, id)) + store.query(now, (type, id))
    )
