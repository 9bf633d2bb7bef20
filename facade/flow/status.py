"""How fresh the store is, stream by stream, and what did not make it into FHIR."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from facade.store import Store


@dataclass(frozen=True, slots=True)
class StreamStatus:
    """One stream. `lag` is how long ago the last read began that ended well."""

    source: str
    name: str
    last_started: datetime | None
    last_success: datetime | None
    last_full: datetime | None
    lag: timedelta | None
    records: int
    quarantined: int
    error: str | None


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A legacy code without an entry in its concept map, and in how many records it was met."""

    source: str
    concept_map: str
    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Why records, or mappings of them, were quarantined, and how many."""

    source: str
    stream: str
    mapping: str
    element: str | None
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """The whole store; `resources` counts the living ones by type."""

    streams: tuple[StreamStatus, ...]
    resources: dict[str, int]
    unmapped: tuple[Unmapped, ...]
    refused: tuple[Refused, ...]


_STREAMS = (
    "SELECT s.source, s.name, s.last_started, s.last_success, s.last_full,"
    " (SELECT count(*) FROM raw_record w WHERE w.stream_id=s.id AND w.deleted=0),"
    " (SELECT count(*) FROM quarantine q WHERE q.stream_id=s.id), s.error"
    " FROM stream_state s ORDER BY s.source, s.name"
)
_UNMAPPED = (
    "SELECT source, concept_map, value, count FROM unmapped_code"
    " ORDER BY count DESC, source, concept_map, value LIMIT ?"
)
_REFUSED = (
    "SELECT s.source, s.name, q.mapping, q.element, q.reason, count(*) FROM quarantine q"
    " JOIN stream_state s ON s.id=q.stream_id GROUP BY s.source, s.name, q.mapping, q.element, q.reason"
    " ORDER BY count(*) DESC, s.source, s.name, q.mapping, q.reason LIMIT ?"
)


def store_status(store: Store, top: int = 20) -> StoreStatus:
    """Read it all; `top` bounds the lists of unmapped codes and of reasons."""
    now = store.clock()
    streams = []
    for source, name, started, success, full, records, quarantined, error in store.query(_STREAMS):
        last = _moment(success)
        lag = None if last is None else now - last
        times = (_moment(started), last, _moment(full))
        streams.append(StreamStatus(source, name, *times, lag, records, quarantined, error))
    counts = store.query("SELECT type, count(*) FROM resource WHERE deleted=0 GROUP BY type ORDER BY type")
    return StoreStatus(
        tuple(streams),
        dict(counts),
        tuple(Unmapped(*row) for row in store.query(_UNMAPPED, (top,))),
        tuple(Refused(*row) for row in store.query(_REFUSED, (top,))),
    )


def _moment(micros: int | None) -> datetime | None:
    return None if micros is None else datetime.fromtimestamp(micros / 1e6, UTC)
