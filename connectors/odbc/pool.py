"""The connections to one source: never more than allowed, made again when lost, not tried when in vain."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from connectors.base import Clock, Rest
from connectors.errors import BadConfiguration, ConnectorError, Unreachable
from connectors.odbc.care import Breaker
from connectors.odbc.options import Options
from connectors.odbc.session import Session, open_session

Sleep = Callable[[float], Awaitable[None]]
FIRST_PAUSE = 0.5


class Pool:
    """Read-only sessions, reused; sessions that may write are made for one transaction."""

    def __init__(self, source: str, options: Options, clock: Clock, sleep: Sleep) -> None:
        self._source, self._options, self._sleep = source, options, sleep
        self._breaker = Breaker(
            source, options.breaker_failures, options.breaker_reset, options.timezone, clock
        )
        self._idle: list[Session] = []
        self._free: tuple[asyncio.AbstractEventLoop, asyncio.Semaphore] | None = None
        self._long: tuple[asyncio.AbstractEventLoop, asyncio.Semaphore] | None = None
        self._closed = False

    @asynccontextmanager
    async def session(self, *, writing: bool = False, eager: bool = False) -> AsyncIterator[Session]:
        """A session of one's own; waits for one to be free.

        `eager`: one that is idle is not asked whether it still answers. Whoever finds it dead
        (`session.reused` and `session.lost`) asks for another.
        """
        async with self._semaphore():
            session = await self._connect(writing=True) if writing else await self._reuse(eager)
            finished = False
            try:
                yield session
                finished = True
            except ConnectorError:
                finished = session.usable  # the statement failed, not the connection
                raise
            finally:
                keep = session.link.reusable and not writing and not self._closed
                if finished and session.usable and keep:
                    session.reused = True
                    self._idle.append(session)
                else:
                    session.discard()

    def rest(self) -> Rest | None:
        """Until when no connection is tried, after failures."""
        return self._breaker.rest()

    async def aclose(self) -> None:
        """Hang up everywhere."""
        self._closed = True
        idle, self._idle = self._idle, []
        await asyncio.gather(*(session.close() for session in idle))

    def leaving_one(self) -> asyncio.Semaphore:
        """To be held around a long use, so that one connection stays free for clients that wait, if there are
        two."""
        loop = asyncio.get_running_loop()
        if self._long is None or self._long[0] is not loop:
            self._long = loop, asyncio.Semaphore(max(1, self._options.max_connections - 1))
        return self._long[1]

    def _semaphore(self) -> asyncio.Semaphore:
        """Of the running event loop: a command line may run several, one after the other."""
        loop = asyncio.get_running_loop()
        if self._free is None or self._free[0] is not loop:
            self._free = loop, asyncio.Semaphore(self._options.max_connections)
        return self._free[1]

    async def _reuse(self, eager: bool) -> Session:
        """An idle session that still answers (one that may, if `eager`), or a new one."""
        if self._closed:
            raise BadConfiguration(f"source {self._source}: the connector was closed")
        while self._idle:
            session = self._idle.pop()
            if eager:
                return session
            try:
                await session.call(lambda link: link.execute(link.dialect.ping).fetchall(), "a ping")
            except ConnectorError:
                session.discard()
            else:
                return session
        return await self._connect(writing=False)

    async def _connect(self, *, writing: bool) -> Session:
        """A new session, after a few attempts with doubling pauses."""
        self._breaker.check()
        attempt = 0
        while True:
            attempt += 1
            try:
                session = await open_session(self._source, self._options, writing=writing)
            except Unreachable as error:
                if attempt >= self._options.connect_attempts:
                    self._breaker.failed(error)
                    raise
                await self._sleep(FIRST_PAUSE * 2 ** (attempt - 1))
            except ConnectorError as error:
                self._breaker.failed(error)
                raise
            else:
                self._breaker.succeeded()
                return session
