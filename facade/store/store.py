"""The store: reads from anywhere, writes through one writer, on SQLite or PostgreSQL."""

from __future__ import annotations

import asyncio
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote

from facade.store.errors import CannotOpen
from facade.store.writer import Row, Session, Transaction, Writer

T = TypeVar("T")
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The present."""
    return datetime.now(UTC)


class Store(ABC):
    """One open store. `dialect` is sqlite or postgresql; SQL is written once, with `?` placeholders."""

    dialect: str

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.systems: dict[str, int] = {}
        self._threads = ThreadPoolExecutor(4, "store-reader")
        self._writer = Writer(self._open_session, self.systems)

    @staticmethod
    def open(url: str, *, key_file: Path | None = None, clock: Clock = utc_now) -> Store:
        """Open, creating what is missing; `key_file` defaults to one beside the SQLite file.

        `url` is `sqlite:///relative.db`, `sqlite:////absolute.db` or `postgresql://…`. Raises CannotOpen.
        """
        if url.startswith("sqlite:///"):
            from facade.store.sqlite_store import SqliteStore

            path = Path(unquote(url.removeprefix("sqlite:///")))
            return SqliteStore(path, key_file or path.with_name(path.name + ".key"), clock)
        if url.startswith(("postgresql://", "postgres://")):
            from facade.store.postgres import PostgresStore

            return PostgresStore(url, clock)
        scheme = url.partition(":")[0]
        raise CannotOpen(f"a store's URL begins with sqlite:/// or postgresql://, not {scheme!r}")

    def now(self) -> int:
        """Microseconds since 1970, in whole milliseconds: what FHIR instants and the tables share."""
        return int(self.clock().timestamp() * 1000) * 1000

    @abstractmethod
    def query(self, sql: str, params: Sequence[Any] = ()) -> list[Row]:
        """Read, blocking, from any thread."""

    @abstractmethod
    async def fetch(self, sql: str, params: Sequence[Any] = ()) -> list[Row]:
        """Read from the event loop without holding it up."""

    @abstractmethod
    def exclusive(self, name: str) -> AbstractAsyncContextManager[bool]:
        """Whether this process alone, of all that share the store, holds `name` until the block ends."""

    @abstractmethod
    def _open_session(self) -> Session: ...

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` in the writer's next transaction; returns its result when durable.

        Raises what the work raised, or Unavailable when the store could not keep it: nothing of it is kept.
        """
        result: T = await asyncio.wrap_future(self._writer.submit(work))
        return result

    def write_sync(self, work: Callable[[Transaction], T]) -> T:
        """The same from a thread that may block; never from the event loop."""
        result: T = self._writer.submit(work).result()
        return result

    def close(self) -> None:
        """Finish the queued writes and release every connection; safe to call twice."""
        self._writer.close()
        self._threads.shutdown()

    async def _in_thread(self, sql: str, params: Sequence[Any]) -> list[Row]:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.query, sql, params)


class Held:
    """Names held within this process, so that one stream is not synced twice at once."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._lock = threading.Lock()

    def take(self, name: str) -> bool:
        with self._lock:
            if name in self._names:
                return False
            self._names.add(name)
            return True

    def release(self, name: str) -> None:
        with self._lock:
            self._names.discard(name)
