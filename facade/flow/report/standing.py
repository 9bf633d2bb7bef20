"""How a stream stands, and its source: by the book of runs and the word of the process that schedules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from facade.flow.report.notice import SILENCE, Next, Notice
from facade.flow.runs import ALIVE, INTERRUPTED, STOPPED, moment
from facade.store import Store

State = Literal["ok", "reading", "late", "failing", "waiting", "never", "paused"]
"""`ok`; `reading` for the first time; `late`: its last success is older than it should be; `failing`: the
last read ended in an error, or the last read of the whole did; `waiting` for its allowed hours; `never` read
to its end; `paused`: no process schedules it, or it is not set up any more."""

WORST: tuple[State, ...] = ("failing", "late", "paused", "never", "reading", "waiting", "ok")
"""A source is in the first of these states that a stream of it is in."""

GRACE = 60.0
"""Seconds that a read may be late beside half its interval and the time that it takes."""

NOT_SET_UP = "it is not set up any more"


@dataclass(frozen=True, slots=True)
class Standing:
    """A state, since when if that is known, and why."""

    state: State
    since: datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class Run:
    """One sync of one stream; `ended` is None while it goes on. `rate` is in records per second, `of` about
    how many there will be: as many as last time."""

    source: str
    stream: str
    kind: str
    started: datetime
    ended: datetime | None
    seconds: float
    read: int
    changed: int
    deleted: int
    written: int
    quarantined: int
    rate: float
    error: str | None = None
    of: int | None = None


_RUNS = (
    "SELECT s.source, s.name, r.kind, r.started, r.ended, r.records_read, r.records_changed,"
    " r.records_deleted, r.resources_written, r.quarantined, r.error, r.id, r.stream_id FROM sync_run r"
    " JOIN stream_state s ON s.id=r.stream_id WHERE "
)
_LIKE_LAST = (
    "SELECT records_read FROM sync_run WHERE stream_id=? AND kind=? AND ended IS NOT NULL AND error IS NULL"
    " ORDER BY id DESC LIMIT 1"
)
_FAILED_SINCE = (
    "SELECT r.stream_id, min(r.started) FROM sync_run r JOIN stream_state s ON s.id=r.stream_id"
    " WHERE r.error IS NOT NULL AND r.error<>? AND r.error<>?"
    " AND (s.last_success IS NULL OR r.started>s.last_success) GROUP BY r.stream_id"
)
_LAST_FULL = (
    "SELECT stream_id, started, error FROM sync_run WHERE id IN"
    " (SELECT max(id) FROM sync_run WHERE kind='full' AND ended IS NOT NULL GROUP BY stream_id)"
)
_FULL_FAILED_SINCE = (
    "SELECT min(r.started) FROM sync_run r JOIN stream_state s ON s.id=r.stream_id WHERE r.stream_id=?"
    " AND r.kind='full' AND r.error IS NOT NULL AND (s.last_full IS NULL OR r.started>s.last_full)"
)
_TOOK = (
    "SELECT stream_id, ended - started FROM sync_run WHERE id IN"
    " (SELECT max(id) FROM sync_run WHERE ended IS NOT NULL AND error IS NULL GROUP BY stream_id)"
)


class Judge:
    """What all streams are judged by, read once."""

    def __init__(self, store: Store, notice: Notice | None, known: Iterable[Next]) -> None:
        self._store, self._notice, self._now = store, notice, store.clock()
        self._known = {(one.source, one.stream): one for one in known}
        self._failed: dict[int, int] = dict(store.query(_FAILED_SINCE, (INTERRUPTED, STOPPED)))
        self._full = {row[0]: row[1:] for row in store.query(_LAST_FULL)}
        self._took = {stream_id: max(0, micros) / 1e6 for stream_id, micros in store.query(_TOOK)}

    def running(self) -> dict[int, Run]:
        """By stream's id, the runs whose process said not long ago that they go on."""
        sql = "SELECT name, value FROM store_fact WHERE name LIKE ?"
        said = {name: int(value) for name, value in self._store.query(sql, (f"{ALIVE}%",))}
        found = {}
        for row in self._store.query(_RUNS + "r.ended IS NULL ORDER BY r.id"):
            run_id, stream_id = row[-2:]
            at = moment(said.get(f"{ALIVE}{run_id}", row[3]))
            if at is not None and abs(self._now - at) < SILENCE:
                last = self._store.query(_LIKE_LAST, (stream_id, row[2]))
                found[stream_id] = _run(row, until=at, of=last[0][0] if last else None)
        return found

    def stream(
        self, name: tuple[str, str], stream_id: int, success: datetime | None, error: str | None
    ) -> Standing:
        """One stream, by its source and name."""
        plan = self._known.get(name)
        rest = self._notice.rests.get(name[0]) if self._notice else None
        if plan is None and self._known:
            return Standing("paused", None, NOT_SET_UP)
        if rest is not None and rest.why == "hours":
            return Standing("waiting", None, rest.told.removeprefix(f"source {name[0]}: "))
        if error and error not in (INTERRUPTED, STOPPED):
            return Standing("failing", moment(self._failed.get(stream_id)), rest.told if rest else error)
        at, failed = self._full.get(stream_id, (None, None))
        if failed and failed not in (INTERRUPTED, STOPPED):
            ((since,),) = self._store.query(_FULL_FAILED_SINCE, (stream_id,))
            return Standing("failing", moment(since or at), f"reading all of it: {failed}")
        if success is None:
            return Standing("never", None, "it was never read to its end")
        return self._age(plan, stream_id, success)

    def _age(self, plan: Next | None, stream_id: int, success: datetime) -> Standing:
        limit = None if plan is None else 1.5 * plan.every + self._took.get(stream_id, 0.0) + GRACE
        if limit is None or (self._now - success).total_seconds() <= limit:
            return Standing("ok", None, "")
        since = success + timedelta(seconds=limit)
        if self._notice is None:
            return Standing("paused", since, "no process reads it: start `facade serve`")
        return Standing("late", since, "it was not read for longer than its interval")


def worst(streams: Iterable[tuple[str, Standing]]) -> Standing:
    """A source, by the names and standings of its streams."""
    found = list(streams)
    live = [(name, one) for name, one in found if one.why != NOT_SET_UP] or found
    state = min((one.state for _, one in live), key=WORST.index)
    such = [(name, one) for name, one in live if one.state == state]
    name, first = such[0]
    why = first.why
    if why and len(such) < len(live):
        why = f"{name}{f' and {len(such) - 1} more' if len(such) > 1 else ''}: {why}"
    return Standing(state, min((one.since for _, one in such if one.since), default=None), why)


def last_runs(store: Store, top: int) -> tuple[Run, ...]:
    """The latest that have ended, the last first."""
    return tuple(
        _run(row) for row in store.query(_RUNS + "r.ended IS NOT NULL ORDER BY r.id DESC LIMIT 0+?", (top,))
    )


def _run(row: tuple[Any, ...], until: datetime | None = None, of: int | None = None) -> Run:
    source, stream, kind, started, ended, read, changed, deleted, written, quarantined, error, _, _ = row
    begun, end = moment(started), moment(ended)
    assert begun is not None
    seconds = max(0.0, ((until or end or begun) - begun).total_seconds())
    return Run(
        source=source,
        stream=stream,
        kind=kind,
        started=begun,
        ended=end,
        seconds=seconds,
        read=read,
        changed=changed,
        deleted=deleted,
        written=written,
        quarantined=quarantined,
        rate=read / seconds if seconds else 0.0,
        error=error,
        of=of,
    )
