"""A connection with its thread: blocking calls awaited with a deadline, cancelled, failures translated."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from connectors.errors import ConnectorError, Unreachable
from connectors.odbc.failures import fault_of, running
from connectors.odbc.link import Link, open_link
from connectors.odbc.options import Options
from connectors.odbc.worker import Worker

T = TypeVar("T")

SERVER_GRACE = 2.0
"""Seconds that the server has to end a statement by itself before we ask it to."""
CANCEL_GRACE = 5.0
"""Seconds that a cancelled call has to come back before its thread is left alone."""


@dataclass
class Session:
    """One connection; used by one reader at a time."""

    source: str
    options: Options
    link: Link
    worker: Worker
    usable: bool = True
    """Whether the next may have it."""
    reused: bool = False
    """Whether someone had it before, so that it may have died while it was idle."""
    lost: bool = False
    """Whether a statement found the connection dead."""
    _pending: set[asyncio.Future[object]] = field(default_factory=set)

    async def call(self, work: Callable[[Link], T], what: str, sql: str = "", *, writing: bool = False) -> T:
        """Run blocking work in this connection's thread; raises a ConnectorError."""
        return await self.result(self.start(work), what, sql, writing=writing)

    def start(self, work: Callable[[Link], T]) -> asyncio.Future[T]:
        """Begin blocking work, to be awaited with `result`."""
        future = self.worker.submit(lambda: work(self.link))
        self._pending.add(future)  # type: ignore[arg-type]
        future.add_done_callback(self._pending.discard)
        return future

    async def result(
        self, future: asyncio.Future[T], what: str, sql: str = "", *, writing: bool = False
    ) -> T:
        """What the work gives, unless it takes longer than `statement_timeout`."""
        limit = self.options.statement_timeout
        try:
            expired = not await _within(future, limit + SERVER_GRACE if limit else None)
            if expired:
                await self._stop(future)
        except asyncio.CancelledError:
            self.discard()
            raise
        failure = future.exception()
        if failure is None:
            return future.result()
        if isinstance(failure, ConnectorError) or not isinstance(failure, Exception):
            raise alone(failure)
        fault = fault_of(failure)
        self.lost = fault.lost and not expired
        self.usable = self.usable and not fault.lost and not expired
        raise running(
            failure,
            self.source,
            what,
            sql=sql,
            timeout=limit if expired or fault.stopped else 0,
            writing=writing,
        )

    def discard(self) -> None:
        """Cancel what runs and hang up, without waiting for either."""
        self.usable = False
        if self._pending:
            Worker(f"{self.source}-cancel").cast_last(self.link.cancel)
        self.worker.cast(self.link.close)
        self.worker.stop()

    async def close(self) -> None:
        """Hang up, and wait for it a little."""
        self.discard()
        await asyncio.to_thread(self.worker.join, CANCEL_GRACE)

    async def _stop(self, future: asyncio.Future[T]) -> None:
        """Cancel a call that takes too long; raises if even that is not answered."""
        Worker(f"{self.source}-cancel").cast_last(self.link.cancel)
        done, _ = await asyncio.wait({future}, timeout=CANCEL_GRACE)
        if not done:
            self.discard()
            raise Unreachable(
                f"source {self.source}: the database did not answer within "
                f"{self.options.statement_timeout:g}s, nor to the cancelling; is the network up?"
            )


async def _within(future: asyncio.Future[T], seconds: float | None) -> bool:
    """Whether a call is done within this time; it goes on if not. As asyncio.wait, at a third of the cost."""
    if future.done():
        return True
    loop = asyncio.get_running_loop()
    waiter: asyncio.Future[None] = loop.create_future()

    def wake(_: object = None) -> None:
        if not waiter.done():
            waiter.set_result(None)

    future.add_done_callback(wake)
    timer = loop.call_later(seconds, wake) if seconds is not None else None
    try:
        await waiter
    finally:
        future.remove_done_callback(wake)
        if timer is not None:
            timer.cancel()
    return future.done()


async def open_session(source: str, options: Options, *, writing: bool) -> Session:
    """Connect in a new thread; raises a ConnectorError."""
    worker = Worker(f"{source}-odbc")
    future = worker.submit(lambda: open_link(source, options, writing=writing))
    limit = options.login_timeout + SERVER_GRACE if options.login_timeout else None
    try:
        done, _ = await asyncio.wait({future}, timeout=limit)
        if not done:
            future.add_done_callback(_hang_up)
            raise Unreachable(
                f"source {source}: the database cannot be reached: no answer to connecting within "
                f"{options.login_timeout:g}s; is the host right, and does a firewall let this machine "
                "through?"
            )
        failure = future.exception()
        if failure is not None:
            raise alone(failure)
        return Session(source, options, future.result(), worker)
    except BaseException:
        worker.stop()
        raise


def alone(error: BaseException) -> BaseException:
    """An error without the driver's, whose text may hold SQL, values or a password."""
    error.__context__ = error.__cause__ = None
    return error


def _hang_up(future: asyncio.Future[Link]) -> None:
    """A connection that was made when nobody waited any more."""
    if not future.cancelled() and future.exception() is None:
        Worker("odbc-late").cast_last(future.result().close)
