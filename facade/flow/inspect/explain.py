"""Where every element of a stored resource came from: its raw record, mapped once more with lineage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.base import Record
from facade.errors import NotFound
from facade.mapping import Lineage, Pack
from facade.store import Store
from facade.store.serialise import from_json


@dataclass(frozen=True)
class Explanation:
    """One resource: its record's source, stream and key, the mapping, and the lineage of its elements."""

    reference: str
    source: str
    stream: str
    key: str
    mapping: str
    resource: Mapping[str, Any]
    lineage: tuple[Lineage, ...]


def explain(store: Store, packs: Mapping[str, Pack], reference: str) -> Explanation:
    """Explain `Type/id`; `packs` by source name. Raises NotFound, with what to try instead."""
    kind, _, logical_id = reference.partition("/")
    rows = store.query(
        "SELECT w.key, w.body, s.source, s.name, r.mapping, r.deleted, w.deleted FROM resource r "
        "JOIN raw_record w ON w.id = r.raw_id JOIN stream_state s ON s.id = w.stream_id "
        "WHERE r.type = ? AND r.id = ?",
        (kind, logical_id),
    )
    if not rows:
        raise NotFound(f"There is no {reference} in the store. Write Type/id, after a `facade sync`.")
    key, body, source, stream, mapping, deleted, gone = rows[0]
    if deleted and gone:
        raise NotFound(f"{reference} was deleted: its record is gone from stream {source}.{stream}.")
    if deleted:
        raise NotFound(
            f"{reference} was deleted: its record in stream {source}.{stream} no longer makes it;"
            " `facade status` tells what is quarantined."
        )
    if source not in packs:
        raise NotFound(f"{reference} came from source {source}, which the settings no longer name.")
    record = Record(stream, key, from_json(bytes(body)))
    for made, lineage in packs[source].explain(record):
        if made.type == kind and made.id == logical_id:
            return Explanation(reference, source, stream, key, mapping, made.resource, tuple(lineage))
    raise NotFound(f"{reference} is not made by the pack as it is now; `facade replay` brings it up to date.")
