"""Keeps the store fresh: each stream at its interval and its time of day, within what its source allows.

Intervals are counted on a clock that never steps; hours and times of day are looked up every few seconds.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

from connectors.base import Connector, Rest, Resting
from facade.errors import FacadeError
from facade.flow.report.notice import HERALD, Next, Notice, put_notice, withdraw_notice
from facade.flow.runs import Past, past
from facade.flow.sync import BUSY, Kind, SyncResult, describe, sync_stream
from facade.flow.timing.due import SPREAD, share
from facade.flow.timing.lanes import Lanes
from facade.flow.timing.plans import Plan
from facade.store import Store

log = logging.getLogger(__name__)

OWNER = "schedule"
"""The name that one process of all that share a store holds."""

LOOK = 10.0
"""Seconds after which a stream that waits looks at the clock on the wall and at its source again."""

LONG = 10.0
"""Seconds from which on a read of the whole counts as long; one that was never made does, too."""


@dataclass(slots=True)
class _Turn:
    """One stream between its reads. `due` is the event loop's time; so is `full_after`."""

    plan: Plan
    due: float
    past: Past
    reading: bool = False
    failures: int = 0
    full_failures: int = 0
    full_after: float = 0.0


class Schedule:
    """Runs the plans from `start` to `stop`. Of several processes on one store, one works, the rest wait."""

    def __init__(self, store: Store, plans: Iterable[Plan], *, retry_owner: float = 15.0) -> None:
        self._store = store
        self._plans = list(plans)
        self._retry_owner = retry_owner
        self._working: asyncio.Task[None] | None = None
        self._lanes: dict[str, Lanes] = {}
        self._turns: list[_Turn] = []
        self._told: dict[str, str] = {}
        self._lately: dict[str, set[str]] = {}
        self.owner = False

    async def start(self) -> None:
        """Begin; streams that are due are read at once, and come to their end in the background."""
        if self._plans:
            self._working = asyncio.create_task(self._own())

    async def stop(self) -> None:
        """End the reads under way after their last durable batch; safe to call twice."""
        working, self._working = self._working, None
        if working is None:
            return
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        if self.owner:
            self.owner = False
            with suppress(FacadeError):
                await withdraw_notice(self._store)

    async def _own(self) -> None:
        """Become the process that reads, sooner or later; then read until cancelled."""
        while True:
            try:
                async with self._store.exclusive(OWNER) as mine:
                    if mine:
                        await self._work()
            except Exception as error:  # the store's: another time
                log.warning("schedules wait: %s", describe(error))
            self.owner = False
            await asyncio.sleep(self._retry_owner)

    async def _work(self) -> None:
        self._turns = [await self._first(plan) for plan in self._plans]
        for plan in self._plans:
            connections = int(getattr(plan.connector, "max_connections", 2))
            self._lanes.setdefault(plan.connector.name, Lanes(connections))
        self.owner = True
        async with asyncio.TaskGroup() as group:
            group.create_task(self._herald())
            for turn in self._turns:
                group.create_task(self._keep(turn))

    async def _first(self, plan: Plan) -> _Turn:
        """Where a stream stands: never read, overdue (then spread over a while), or not yet due."""
        found = await past(self._store, plan.connector.name, plan.stream)
        now, wait = self._store.clock(), 0.0
        if found.started is not None and found.success is not None and found.started <= now:
            ago = (now - found.started).total_seconds()
            wait = max(plan.times.every - ago, self._offset(plan))
        return _Turn(plan, asyncio.get_running_loop().time() + wait, found)

    async def _keep(self, turn: _Turn) -> None:
        """One stream, for ever."""
        while True:
            await self._wait(turn)
            try:
                await self._once(turn)
            except Exception as error:  # unforeseen; the others go on
                log.warning("%s: the schedule met an %s", turn.plan.name, describe(error))
                turn.due = asyncio.get_running_loop().time() + turn.plan.times.every
            finally:
                turn.reading = False

    async def _wait(self, turn: _Turn) -> None:
        """Until the stream is due and its source may be asked; then a little more, lest all begin at once."""
        loop = asyncio.get_running_loop()
        while True:
            rest = rest_of(turn.plan.connector)
            if rest is not None:
                left = (rest.until - self._store.clock()).total_seconds()
                turn.due = max(turn.due, loop.time() + min(max(left, 0.05), LOOK))
                if left < LOOK:
                    turn.due += self._offset(turn.plan)
            elif turn.due <= loop.time() or self._full_is_due(turn):
                return
            await asyncio.sleep(min(max(turn.due - loop.time(), 0.0), LOOK))

    async def _once(self, turn: _Turn) -> None:
        """Read when it is our turn, and say when the next one is."""
        loop, plan = asyncio.get_running_loop(), turn.plan
        async with self._lanes[plan.connector.name].turn(long=self._is_long(turn)):
            if rest_of(plan.connector) is not None:  # since we queued
                return
            begun, full, turn.reading = loop.time(), self._full_is_due(turn), True
            result = await self._read(plan, full=full)
        if result.error != BUSY:  # who else reads it tells how that went
            self._tell(result)
            self._count(turn, result, full=full)
        pause = plan.times.pause(turn.failures)
        turn.due = begun + pause * (1 + (loop.time() - begun) // pause)  # a slow one skips turns of its own
        with suppress(FacadeError):
            turn.past = await past(self._store, plan.connector.name, plan.stream)

    def _count(self, turn: _Turn, result: SyncResult, *, full: bool) -> None:
        """Failures in a row, but for those that the source's own rest answers."""
        if result.error is None:
            turn.failures = 0
            turn.full_failures = 0 if full else turn.full_failures
        elif rest_of(turn.plan.connector) is None:
            if full:
                turn.full_failures += 1
                pause = turn.plan.times.full_pause(turn.full_failures)
                turn.full_after = asyncio.get_running_loop().time() + pause
            else:
                turn.failures += 1

    async def _read(self, plan: Plan, *, full: bool) -> SyncResult:
        try:
            how = replace(plan.how, full=full)
            return await sync_stream(self._store, plan.pack, plan.connector, plan.stream, how)
        except Exception as error:  # the store's, for one: another time
            kind: Kind = "full" if full else "incremental"
            return SyncResult(plan.connector.name, plan.stream, kind, error=describe(error))

    def _full_is_due(self, turn: _Turn) -> bool:
        """Of a stream that is followed, and was once; one that broke off at first goes on where it was."""
        if not turn.plan.follows or not turn.past.resumable or turn.past.success is None:
            return False
        if asyncio.get_running_loop().time() < turn.full_after:
            return False
        return turn.plan.times.full_is_due(turn.past.full, self._store.clock())

    def _is_long(self, turn: _Turn) -> bool:
        whole = not turn.plan.follows or not turn.past.resumable or self._full_is_due(turn)
        return whole and (turn.past.seconds is None or turn.past.seconds >= LONG)

    @staticmethod
    def _offset(plan: Plan) -> float:
        return share(plan.name) * min(SPREAD, plan.times.every / 2)

    def _tell(self, result: SyncResult) -> None:
        """Log what went wrong once: not each time it is met again, nor for each stream of one source."""
        name, error = f"{result.source}.{result.stream}", result.error
        lately = self._lately.setdefault(result.source, set())
        if error is None:
            lately.clear()
            if self._told.pop(name, None):
                log.warning("%s works again", name)
        elif error not in lately and error != self._told.get(name):
            lately.add(error)
            self._told[name] = error
            log.warning("%s", result.told)

    async def _herald(self) -> None:
        """Leave word in the store of what comes next, for whoever asks there."""
        last: Notice | None = None
        while True:
            notice = self._notice()
            if last is None or notice.differs(last):
                with suppress(FacadeError):
                    await put_notice(self._store, notice)
                    last = notice
            await asyncio.sleep(HERALD)

    def _notice(self) -> Notice:
        now, tick = self._store.clock(), asyncio.get_running_loop().time()
        rests = {plan.connector.name: rest_of(plan.connector) for plan in self._plans}
        streams = []
        for turn in self._turns:
            plan, times = turn.plan, turn.plan.times
            rest = rests[plan.connector.name]
            due = max(now + timedelta(seconds=max(0.0, turn.due - tick)), rest.until if rest else now)
            full = times.next_full(turn.past.full, now) if plan.follows else None
            next_full = (
                None if full is None or turn.past.success is None else max(full, rest.until if rest else now)
            )
            streams.append(
                Next(
                    plan.connector.name,
                    plan.stream,
                    plan.mode,
                    times.every,
                    None if turn.reading else due,
                    next_full,
                )
            )
        return Notice(now, tuple(streams), {name: rest for name, rest in rests.items() if rest is not None})


def rest_of(connector: Connector) -> Rest | None:
    """Why a source is not to be asked now, where it tells."""
    return connector.rest() if isinstance(connector, Resting) else None
