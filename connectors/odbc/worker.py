"""One daemon thread that runs a connection's blocking calls, one after the other.

A driver may hang in a call for good; such a thread must not keep the program from ending, which a
ThreadPoolExecutor's would.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")


class Worker:
    """A thread with a queue of calls."""

    def __init__(self, name: str) -> None:
        self._calls: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, call: Callable[[], T]) -> asyncio.Future[T]:
        """Run a call after those before it; the future belongs to the running event loop."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def run() -> None:
            result: Any = None
            failure: BaseException | None = None
            try:
                result = call()
            except BaseException as error:
                failure = error
            try:
                loop.call_soon_threadsafe(_settle, future, result, failure)
            except RuntimeError:
                return  # the loop is closed: nobody waits any more

        self._calls.put(run)
        return future

    def cast(self, call: Callable[[], object]) -> None:
        """Run a call after those before it, and forget it."""

        def run() -> None:
            with suppress(Exception):  # closing what is broken may fail
                call()

        self._calls.put(run)

    def cast_last(self, call: Callable[[], object]) -> None:
        """Run a call, forget it, and end."""
        self.cast(call)
        self.stop()

    def stop(self) -> None:
        """End the thread after the calls that wait."""
        self._calls.put(None)

    def join(self, seconds: float) -> bool:
        """Whether the thread has ended within this time."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            call()


def _settle(future: asyncio.Future[Any], result: Any, failure: BaseException | None) -> None:
    if future.done():
        return
    if failure is not None:
        future.set_exception(failure)
        future.exception()  # seen: who gave it up, perhaps by ending the loop, wants no warning
    else:
        future.set_result(result)
