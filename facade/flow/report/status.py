"""How the sources do: state, lag and rate, stream by stream; what runs now; what did not make it into FHIR.

All of it is read from the store, so that any process that has it open can tell.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.base import Rest
from facade.flow.report.counts import counts
from facade.flow.report.notice import Next, read_notice
from facade.flow.report.standing import Judge, Run, Standing, State, last_runs, worst
from facade.flow.runs import moment
from facade.store import Store


@dataclass(frozen=True, slots=True)
class StreamStatus:
    """One stream. `lag` is how long ago the last read began that ended well; `since` is when its state began,
    where that is known; `next` is when it is read again, `next_full` when all of it is."""

    source: str
    name: str
    last_started: datetime | None
    last_success: datetime | None
    last_full: datetime | None
    lag: timedelta | None
    records: int
    quarantined: int
    error: str | None
    state: State = "ok"
    since: datetime | None = None
    why: str = ""
    mode: str | None = None
    every: float | None = None
    next: datetime | None = None
    next_full: datetime | None = None
    running: Run | None = None


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """One source: its worst stream's state with since when and why, how old its oldest stream is, and until
    when it is left alone (`rest`; known while a process schedules)."""

    name: str
    state: State
    since: datetime | None
    why: str
    as_of: datetime | None
    lag: timedelta | None
    records: int
    quarantined: int
    rest: Rest | None = None


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
    """The whole store; `resources` counts the living ones by type, as of `counted`; `runs` are the last ones.
    `scheduled`: a process that schedules is alive."""

    streams: tuple[StreamStatus, ...]
    resources: dict[str, int]
    unmapped: tuple[Unmapped, ...]
    refused: tuple[Refused, ...]
    sources: tuple[SourceStatus, ...] = ()
    runs: tuple[Run, ...] = ()
    counted: datetime | None = None
    scheduled: bool = False


_STREAMS = "SELECT id, source, name, last_started, last_success, last_full, error FROM stream_state"
_UNMAPPED = (
    "SELECT source, concept_map, value, count FROM unmapped_code"
    " ORDER BY count DESC, source, concept_map, value LIMIT 0+?"
)
_REFUSED = (
    "SELECT s.source, s.name, q.mapping, q.element, q.reason, count(*) FROM quarantine q"
    " JOIN stream_state s ON s.id=q.stream_id GROUP BY s.source, s.name, q.mapping, q.element, q.reason"
    " ORDER BY count(*) DESC, s.source, s.name, q.mapping, q.reason LIMIT 0+?"
)


def store_status(
    store: Store, top: int = 20, expected: Iterable[Next] = (), *, wait: bool = False
) -> StoreStatus:
    """Read it all; blocks. `top` bounds the lists of unmapped codes, of reasons and of runs.

    `expected` are the streams that are set up, where the caller knows them: those never read are told, too.
    Counts of a large store may be some minutes old (`counts`); `wait` for them if there are none.
    """
    found, notice, now = counts(store, wait=wait), read_notice(store), store.clock()
    known = {(one.source, one.stream): one for one in (*expected, *(notice.streams if notice else ()))}
    judge = Judge(store, notice, known.values())
    running = judge.running()
    rows = {(row[1], row[2]): (row[0], row[3:]) for row in store.query(_STREAMS)}
    streams = []
    for name in sorted(rows.keys() | known.keys()):
        stream_id, (started, success, full, error) = rows.get(name, (0, (None, None, None, None)))
        last, plan, run = moment(success), known.get(name), running.get(stream_id)
        standing = judge.stream(name, stream_id, last, error)
        if standing.state == "never" and run is not None:
            standing = Standing("reading", run.started, "")
        streams.append(
            StreamStatus(
                name[0],
                name[1],
                moment(started),
                last,
                moment(full),
                None if last is None else max(timedelta(), now - last),
                found.records.get(stream_id, 0),
                found.quarantined.get(stream_id, 0),
                error,
                standing.state,
                standing.since,
                standing.why,
                plan.mode if plan else None,
                plan.every if plan else None,
                plan.due if plan and notice else None,
                plan.full if plan and notice else None,
                run,
            )
        )
    by_source: dict[str, list[StreamStatus]] = {}
    for stream in streams:
        by_source.setdefault(stream.source, []).append(stream)
    rests = notice.rests if notice else {}
    return StoreStatus(
        tuple(streams),
        found.resources,
        tuple(Unmapped(*row) for row in store.query(_UNMAPPED, (top,))),
        tuple(Refused(*row) for row in store.query(_REFUSED, (top,))),
        tuple(_source(name, some, rests.get(name)) for name, some in by_source.items()),
        last_runs(store, top),
        found.at,
        notice is not None,
    )


def _source(name: str, streams: list[StreamStatus], rest: Rest | None) -> SourceStatus:
    standing = worst((one.name, Standing(one.state, one.since, one.why)) for one in streams)
    oldest = None
    if all(one.last_success for one in streams):
        oldest = min(streams, key=lambda one: one.last_success or datetime.max)
    return SourceStatus(
        name,
        standing.state,
        standing.since,
        standing.why,
        oldest.last_success if oldest else None,
        oldest.lag if oldest else None,
        sum(one.records for one in streams),
        sum(one.quarantined for one in streams),
        rest,
    )
