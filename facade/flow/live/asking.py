"""Asking sources while clients wait: a slice, or all of a stream, each once for all who want it."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, cast

from connectors.base import Connector, Resting, Source
from connectors.errors import ConnectorError, Unreachable
from facade.errors import FacadeError, Unavailable
from facade.flow.ingest import Into
from facade.flow.live.demand import Answer, stale
from facade.flow.live.freshness import Freshness, Known
from facade.flow.live.narrow import Slice
from facade.flow.live.pull import SliceTooLarge, slices_into
from facade.flow.live.rounds import STOPPING, Round, Rounds
from facade.flow.live.slice import refresh_slice
from facade.flow.sync import BUSY, How, describe, sync_stream
from facade.flow.vanished import Guard
from facade.store import Store

if TYPE_CHECKING:
    from facade.mapping import Pack

log = logging.getLogger(__name__)

APART = 1.0
"""Seconds at least between the beginnings of two whole reads of one stream that clients cause."""
BEHIND = 5.0
"""Seconds at least between two whole reads of one stream behind answers, as from the schedule's last."""
SHARE = 10.0
"""Such reads are this many times as far apart as the last one took."""
BUSY_PAUSE = 0.05
"""Seconds before another look whether a stream is still being read by someone else."""
LARGE = 1000
"""Slices found to be too large that are remembered."""


@dataclass(frozen=True)
class Origin:
    """A source that may be asked while a client waits; seconds.

    `live_timeout` is how long for a slice, `refresh_timeout` for a whole stream. `every` gives how often a
    stream is read anyway.
    """

    connector: Connector
    pack: Pack
    live_timeout: float = 5.0
    refresh_timeout: float = 10.0
    every: Callable[[str], float] = lambda stream: 300.0
    guard: Guard = field(default_factory=Guard)


class SyncFailed(Exception):
    """A whole read did not end well, for the reason that is told."""


class Asking:
    """What is asked of the sources by this process, beside the schedule."""

    def __init__(self, store: Store, origins: Mapping[str, Origin], fresh: Freshness) -> None:
        self._store, self._origins, self._fresh, self._clock = store, origins, fresh, fresh.clock
        self._slices = Rounds(clock=fresh.clock)
        self._wholes = Rounds(apart=APART, clock=fresh.clock)
        self._intos: dict[Known, Into] = {}
        self._took: dict[Known, float] = {}
        self._large: OrderedDict[Hashable, float] = OrderedDict()

    async def aclose(self) -> None:
        """End what is under way; before the connectors and the store are closed."""
        await self._slices.aclose()
        await self._wholes.aclose()

    def last(self, one: Known, type: str, part: Slice) -> float | None:
        """When a slice was asked for last and came; None if that is not remembered."""
        return self._slices.asked(_key(one, type, part))

    async def into(self, one: Known) -> Into:
        """Where the records of a stream's slices go."""
        into = self._intos.get(one)
        if into is None:
            pack = self._origins[one.source].pack
            into = self._intos[one] = await slices_into(self._store, pack, one.source, one.stream)
        return into

    async def slice(self, one: Known, type: str, part: Slice, oldest: float | None) -> Answer | None:
        """A slice, asked for now or at `oldest` at the earliest; None if it is too large to be one."""
        origin, key = self._origins[one.source], _key(one, type, part)
        if self._is_large(one, key):
            return None
        if (resting := _resting(origin.connector)) is not None:
            return stale(one, self._clock(), "transient", resting)
        wait, running = origin.live_timeout, self._slices.running(key)
        if running is not None and running.sent is not None and self._clock() - running.sent > wait:
            return stale(
                one, self._clock(), "timeout", f"its source has not answered for more than {wait:g} seconds"
            )
        try:
            coming = self._slices.join(key, partial(self._pull, one, key, type, part), oldest)
            given = await _end(coming, wait)
        except SliceTooLarge:
            return None
        except Exception as error:
            return self._failed(one, error)
        if given is None:
            return stale(one, self._clock(), "timeout", f"its source did not answer within {wait:g} seconds")
        return Answer(one, coming.sent, given=given)

    async def whole(self, one: Known, oldest: float | None) -> Answer:
        """All of a stream (by its cursor, if it has one), read now or at `oldest` at the earliest."""
        origin = self._origins[one.source]
        if (resting := _resting(origin.connector)) is not None:
            return stale(one, self._clock(), "transient", resting)
        wait = origin.refresh_timeout
        try:
            coming = self._wholes.join(one, partial(self._sync, one), oldest)
            given = await _end(coming, wait)
        except Exception as error:
            return self._failed(one, error)
        if given is None:
            why = f"reading it takes longer than {wait:g} seconds, and goes on"
            return stale(one, self._clock(), "timeout", why)
        return Answer(one, coming.sent, given=given)

    def begin_whole(self, one: Known) -> None:
        """Read all of a stream in the background, unless that is done or was begun lately: a source is kept
        busy by it for a tenth of its time at most, and a stream is not read so more often than each 5 s."""
        origin = self._origins[one.source]
        times = [at for at in (one.asked, self._wholes.begun(one)) if at is not None]
        pause = min(origin.every(one.stream), max(BEHIND, SHARE * self._took.get(one, 0.0)))
        lately = bool(times) and self._clock() - max(times) < pause
        if not lately and self._wholes.running(one) is None and _resting(origin.connector) is None:
            self._wholes.join(one, partial(self._sync, one))

    async def _pull(self, one: Known, key: Hashable, type: str, part: Slice) -> int:
        source = cast(Source, self._origins[one.source].connector)
        try:
            given = await refresh_slice(await self.into(one), source, type, part)
        except SliceTooLarge:
            self._large[key] = self._clock()
            if len(self._large) > LARGE:
                self._large.popitem(last=False)
            raise
        except ConnectorError as error:
            self._fresh.unanswered(one, str(error))
            raise
        self._fresh.answered(one)
        return given

    def _is_large(self, one: Known, key: Hashable) -> bool:
        """Whether a slice was found to be too large a while ago: that is not tried each time."""
        at = self._large.get(key)
        return at is not None and self._clock() - at < self._origins[one.source].every(one.stream)

    async def _sync(self, one: Known) -> int:
        """Read all of a stream, and give how many records that were; if someone else does, then after them,
        for they may have begun too early."""
        origin = self._origins[one.source]
        while True:
            asked = self._clock()
            how = How(guard=origin.guard)
            result = await sync_stream(self._store, origin.pack, origin.connector, one.stream, how)
            if result.error is None:
                self._took[one] = self._clock() - asked
                self._fresh.succeeded(one, asked)
                return result.read
            if result.error != BUSY:
                raise SyncFailed(result.error)
            await asyncio.sleep(BUSY_PAUSE)

    def _failed(self, one: Known, error: Exception) -> Answer:
        if isinstance(error, SyncFailed):
            return stale(one, self._clock(), "transient", str(error))
        if not isinstance(error, ConnectorError | FacadeError):
            log.error("%s could not be refreshed: %s", one.name, type(error).__name__)
        passing = isinstance(error, Unreachable | Unavailable)
        return stale(one, self._clock(), "transient" if passing else "exception", describe(error))


def _key(one: Known, type: str, part: Slice) -> Hashable:
    """What makes two slices one: the same rows, and the same resources that may have left them."""
    where = tuple((c.column, c.op, tuple(c.value) if c.op == "in" else c.value) for c in part.where)
    pushed = tuple((c.parameter.code, c.modifier, c.values, c.missing) for c in part.pushed)
    return one, type, where, pushed


def _resting(connector: Connector) -> str | None:
    """Why a source would refuse, if it knows that beforehand."""
    if not hasattr(connector, "rest"):  # not isinstance: that of a protocol takes 30 µs
        return None
    rest = cast(Resting, connector).rest()
    return None if rest is None else rest.told


async def _end(coming: Round, seconds: float) -> int | None:
    """How many records a round gave, None if it does not end in time; raises what it raised. It goes on when
    its clients leave."""
    done, _ = await asyncio.wait({coming.task}, timeout=seconds)
    if not done:
        return None
    if coming.task.cancelled():
        raise Unavailable(STOPPING)
    return coming.task.result()
