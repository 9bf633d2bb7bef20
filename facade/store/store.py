"""The store: reads from anywhere, writes through one writer, on SQLite or PostgreSQL."""

from __future__ import annotations

import asyncio
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from facade.errors import Unavailable
from facade.spec.definitions import SearchParameter
from facade.store.errors import CannotOpen
from facade.store.parameters import DEFINED, GENERATION, own_parameters
from facade.store.resident import AtHand
from facade.store.writer import Row, Session, Transaction, Writer

T = TypeVar("T")
Clock = Callable[[], datetime]


SEARCH_SECONDS = 10.0
LITTLE = 60_000_000
"""Microseconds by which clocks are set back in passing, by a time server or a leap second."""


def utc_now() -> datetime:
    """The present."""
    return datetime.now(UTC)


class Store(ABC):
    """One open store. `dialect` is sqlite or postgresql; SQL is written once, with `?` placeholders.

    What is stored is indexed for `zone` (of times that have none), `base_url` (references to it are our own)
    and `parameters` (those that the site defined).
    """

    dialect: str
    _held: Held

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.zone: tzinfo = UTC
        self.base_url = ""
        self.search_seconds = SEARCH_SECONDS
        self.parameters: tuple[SearchParameter, ...] = ()
        self._reading = threading.Lock()
        self._latest = 0
        self.systems: dict[str, int] = {}
        self._threads = ThreadPoolExecutor(4, "store-reader")
        self.generation = -1
        self._writer = Writer(self._open_session, self.systems, self.read_parameters)
        self.read_parameters()

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
            try:
                from facade.store.postgres import PostgresStore
            except ImportError:
                raise CannotOpen(
                    "PostgreSQL as the store needs psycopg: install fhir-facade[postgres]"
                ) from None
            return PostgresStore(url, clock)
        scheme = url.partition(":")[0]
        raise CannotOpen(f"a store's URL begins with sqlite:/// or postgresql://, not {scheme!r}")

    @staticmethod
    def is_held(url: str, *, key_file: Path | None = None) -> bool:
        """Whether any process has this store open (on PostgreSQL: any client its database); asked before one
        opens it. Raises CannotOpen."""
        if url.startswith("sqlite:///"):
            from facade.store import sqlite
            from facade.store.keyfile import read_key

            path = Path(unquote(url.removeprefix("sqlite:///"))).absolute()
            key = key_file or path.with_name(path.name + ".key")
            return path.exists() and sqlite.is_held(path, read_key(key, path))
        from facade.store import postgres

        return postgres.is_held(url)

    def now(self) -> int:
        """Microseconds since 1970, in whole milliseconds: what FHIR instants and the tables share.

        When the clock is set back a little, this waits for it: what comes later has the later time.
        """
        now = int(self.clock().timestamp() * 1000) * 1000
        if now < self._latest <= now + LITTLE:
            now = self._latest
        self._latest = now
        return now

    def settle_zone(self, name: str, *, reindexing: bool = False) -> None:
        """Say in which time zone dates without one are indexed: it is `zone` from here on.

        The store remembers the first; raises CannotOpen for another one, unless all is about to be indexed
        anew: `remember_zone` then ends that.
        """
        known = self.query("SELECT value FROM store_fact WHERE name='zone'")
        if known and known[0][0] != name and not reindexing:
            raise CannotOpen(
                f"the store's index was made for the time zone {known[0][0]}, and the site's is now {name}: "
                "run `facade replay --reindex`, or set site.timezone back"
            )
        self.zone = ZoneInfo(name)
        if not known:
            self.remember_zone()

    def remember_zone(self) -> None:
        """The whole index lies in `zone` now."""
        sql = (
            "INSERT INTO store_fact (name, value) VALUES ('zone', ?) "
            "ON CONFLICT (name) DO UPDATE SET value=excluded.value"
        )
        self.write_sync(lambda transaction: transaction.execute(sql, (str(self.zone),)))

    def read_parameters(self) -> None:
        """Look whether the site's own search parameters have changed, by another process maybe: `parameters`
        are those of now, one object for the same as before. Blocking, and cheap if there is no change."""
        self._take_parameters(self.query(GENERATION))

    async def notice_parameters(self) -> None:
        """The same from the event loop."""
        rows = await self.fetch(GENERATION)
        if rows and int(rows[0][0]) != self.generation:
            await asyncio.to_thread(self.read_parameters)

    def _take_parameters(self, rows: list[Row]) -> None:
        generation = int(rows[0][0]) if rows else 0
        with self._reading:
            if generation > self.generation:
                self.parameters = own_parameters(self.query(DEFINED))
                self.generation = generation

    @abstractmethod
    def query(self, sql: str, params: Sequence[Any] = ()) -> list[Row]:
        """Read, blocking, from any thread."""

    def query_pooled(self, sql: str, params: Sequence[Any] = ()) -> list[Row]:
        """Read, blocking, in a thread of the store's own, which `close` waits for: from a thread that may
        outlive the store. Raises Unavailable once it is closed."""
        try:
            return self._threads.submit(self.query, sql, params).result()
        except RuntimeError:
            raise Unavailable("the store is closed") from None

    @abstractmethod
    async def fetch(self, sql: str, params: Sequence[Any] = ()) -> list[Row]:
        """Read from the event loop without holding it up. Within the work of a transaction, in an event loop
        of its thread, this reads what the transaction has left so far."""

    @abstractmethod
    async def search(self, sql: str, params: Sequence[Any] = ()) -> list[Row]:
        """The same for a client's search: one that takes longer than `search_seconds` is broken off, and
        raises TooCostly."""

    async def at_hand(self, sql: str, params: Sequence[Any], width: int = 1) -> AtHand | None:
        """What a statement of the form that `store.resident` tells gives, and the resources as they were at
        that moment; None where this cannot be done, and a statement that reads them must be."""
        return None

    async def at_hand_named(self, names: Sequence[tuple[str, str]]) -> AtHand | None:
        """The same of resources by type and id."""
        return None

    @abstractmethod
    def exclusive(self, name: str) -> AbstractAsyncContextManager[bool]:
        """Whether this process alone, of all that share the store, holds `name` until the block ends."""

    def holds(self, name: str) -> bool:
        """Whether this very process is inside `exclusive(name)`."""
        return name in self._held

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

    async def _in_thread(self, read: Callable[[], list[Row]]) -> list[Row]:
        return await asyncio.get_running_loop().run_in_executor(self._threads, read)


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

    def __contains__(self, name: str) -> bool:
        return name in self._names
