"""Records as they were stored: what a replay reads instead of the source."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

from connectors.base import Record
from facade.store import Store

PAGE = 500


def to_record(stream: str, key: str, body: bytes) -> Record:
    """The record that these bytes were made from (by json: orjson would round an integer beyond 64 bits)."""
    return Record(stream, key, json.loads(body))


async def stored_records(store: Store, stream_id: int, stream: str) -> AsyncIterator[Record]:
    """A stream's living raw records, in the order of their keys."""
    last = ""
    sql = "SELECT key, deleted, body FROM raw_record WHERE stream_id=? AND key>? ORDER BY key LIMIT 0+?"
    while rows := await store.fetch(sql, (stream_id, last, PAGE)):
        last = rows[-1][0]
        for key, deleted, body in rows:
            if not deleted:
                yield to_record(stream, key, body)
