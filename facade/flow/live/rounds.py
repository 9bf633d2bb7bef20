"""One piece of asking at a time for each key, and one more for all who came too late for it: a group commit.

Who comes may share a round that has not been sent yet, for its answer will be newer than the question. A
round that is under way, or has ended, may serve only who accepts its age.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from time import monotonic

from facade.errors import Unavailable

STOPPING = "the server is being stopped"

Work = Callable[[], Awaitable[int]]
"""Asks, and gives how many records came."""

GATHER = 0.005
"""Seconds at most that a round waits for more to join, once one has."""
TURNS = 3
"""Turns of the event loop without another who joins, after which a round is sent."""
MOMENT = 0.001
"""Seconds of the same, once others have joined."""
KEPT = 10_000
"""Rounds that ended well whose moment is remembered."""


@dataclass(slots=True, eq=False)
class Round:
    """`sent` is when its asking began, on the clock of the rounds; None while it may be joined."""

    task: asyncio.Task[int] = field(init=False)
    sent: float | None = None
    joined: int = 0


class Rounds:
    """The rounds of one process. `apart`: seconds at least between the beginnings of two of one key."""

    def __init__(self, *, apart: float = 0.0, clock: Callable[[], float] = monotonic) -> None:
        self._apart, self._clock = apart, clock
        self._open: dict[Hashable, Round] = {}
        self._running: dict[Hashable, Round] = {}
        self._ended: OrderedDict[Hashable, float] = OrderedDict()
        self._begun: OrderedDict[Hashable, float] = OrderedDict()
        self._closed = False

    def asked(self, key: Hashable) -> float | None:
        """When the last round that ended well was sent."""
        return self._ended.get(key)

    def begun(self, key: Hashable) -> float | None:
        """When the last round was sent, however it ended."""
        return self._begun.get(key)

    def running(self, key: Hashable) -> Round | None:
        """The round that is under way."""
        return self._running.get(key)

    def join(self, key: Hashable, work: Work, oldest: float | None = None) -> Round:
        """The round that answers who asks now: one under way that was sent at `oldest` or later, or the next.

        Its task ends when the work has, and raises what the work raised; leaving it does not end it. Raises
        Unavailable after `aclose`.
        """
        if self._closed:
            raise Unavailable(STOPPING)
        running = self._running.get(key)
        if running is not None and oldest is not None and running.sent is not None and running.sent >= oldest:
            return running
        coming = self._open.get(key)
        if coming is None:
            coming = self._open[key] = Round()
            coming.task = asyncio.create_task(self._run(key, coming, running, work))
            coming.task.add_done_callback(_seen)
        coming.joined += 1
        return coming

    async def aclose(self) -> None:
        """End what is under way."""
        self._closed = True
        tasks = [one.task for one in (*self._open.values(), *self._running.values())]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, key: Hashable, one: Round, before: Round | None, work: Work) -> int:
        try:
            if before is not None:
                await asyncio.wait({before.task})
            if self._apart and (last := self._begun.get(key)) is not None:
                await asyncio.sleep(max(0.0, last + self._apart - self._clock()))
            await self._gather(one)
            one.sent = self._clock()
            self._running[key] = one
        finally:
            del self._open[key]
        _remember(self._begun, key, one.sent)
        try:
            given = await work()
            _remember(self._ended, key, one.sent)
            return given
        finally:
            del self._running[key]

    async def _gather(self, one: Round) -> None:
        """Let those who arrive together join: as long as some turns of the event loop bring another, and
        where they did, as long as each millisecond does. Who is alone waits for nothing."""
        until = self._clock() + GATHER
        quiet, joined = 0, one.joined
        while quiet < TURNS and self._clock() < until:
            await asyncio.sleep(0 if joined == 1 else MOMENT)
            quiet = quiet + (1 if joined == 1 else TURNS) if one.joined == joined else 0
            joined = one.joined


def _remember(times: OrderedDict[Hashable, float], key: Hashable, moment: float) -> None:
    times[key] = moment
    times.move_to_end(key)
    if len(times) > KEPT:
        times.popitem(last=False)


def _seen(task: asyncio.Task[int]) -> None:
    """What it raised is told by who waits; if they all left, nobody wants a warning."""
    if not task.cancelled():
        task.exception()
