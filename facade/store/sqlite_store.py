"""Reads on SQLite: short queries run where they are asked, long ones in a thread; what is asked for often is
kept at hand.

https://sqlite.org/c3ref/progress_handler.html
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from math import inf
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

from facade.errors import TooCostly
from facade.store import sqlite
from facade.store.errors import TOO_LONG, CannotOpen
from facade.store.keyfile import read_key
from facade.store.resident import AtHand, Resident
from facade.store.store import Clock, Held, Store
from facade.store.writer import Row, Session

STEPS_PER_TICK = 1000
TICKS = 60
"""A query on the event loop may take this many thousand steps of SQLite's machine, about 2 ms."""
SHARE, LEAST, MOST = 8, 64 * 1024, 4 * 1024 * 1024
"""The event loop's connection keeps pages decrypted, up to one part in so many of the memory, within these
KiB, and as much of resources at hand; it takes memory as it meets them. To read a page that it has not costs
as much as to find five resources on those that it has, and ten times what one at hand costs."""


class SqliteStore(Store):
    """A store in one encrypted file."""

    dialect = "sqlite"

    def __init__(self, path: Path, key_file: Path, clock: Clock) -> None:
        self.path = path.absolute()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CannotOpen(
                f"the folder of the store {self.path} cannot be made: {error.strerror}"
            ) from None
        self._key = read_key(key_file, self.path)
        sqlite.prepare(self.path, self._key)
        self._local = threading.local()
        self._open: list[dbapi2.Connection] = []
        self._held = Held()
        self._inline: dbapi2.Cursor | None = None
        self._inline_thread = 0
        self._ticks = 0
        self._resident = Resident(cache_kib() * 1024)
        super().__init__(clock)

    def _open_session(self) -> Session:
        try:
            return sqlite.SqliteSession(self.path, self._key)
        except dbapi2.DatabaseError as error:
            raise sqlite.translate(error) from None

    def query(self, sql: str, params: Sequence[Any] = ()) -> list[Row]:
        return self._query(sql, params, inf)

    def _query(self, sql: str, params: Sequence[Any], seconds: float) -> list[Row]:
        local = self._local
        cursor = getattr(local, "cursor", None)
        if cursor is None:
            connection = sqlite.connect_reader(self.path, self._key, cache_kib=8 * 1024)
            self._open.append(connection)
            local.end = inf
            connection.set_progress_handler(lambda: time.monotonic() > local.end, sqlite.STEPS_PER_LOOK)
            cursor = local.cursor = connection.cursor()
        local.end = time.monotonic() + seconds
        try:
            rows: list[Row] = cursor.execute(sql, params).fetchall()
            return rows
        except dbapi2.DatabaseError as error:
            if "interrupted" in str(error):
                raise TooCostly(TOO_LONG) from None
            raise sqlite.translate(error) from None
        finally:
            local.end = inf

    async def fetch(self, sql: str, params: Sequence[Any] = ()) -> list[Row]:
        return await self._fetch(sql, params, inf)

    async def search(self, sql: str, params: Sequence[Any] = ()) -> list[Row]:
        return await self._fetch(sql, params, self.search_seconds)

    async def _fetch(self, sql: str, params: Sequence[Any], seconds: float) -> list[Row]:
        cursor = self._inline
        if cursor is None or self._inline_thread != threading.get_ident():
            session = self._writer.session()
            if session is not None:
                return session.search(sql, params, min(seconds, self.search_seconds))
            if cursor is not None:
                return await self._in_thread(partial(self._query, sql, params, seconds))
            cursor = self._open_inline()
        self._ticks = TICKS
        try:
            rows: list[Row] = cursor.execute(sql, params).fetchall()
            return rows
        except dbapi2.OperationalError as error:
            if "interrupted" in str(error) or "locked" in str(error):
                return await self._in_thread(partial(self._query, sql, params, seconds))
            raise sqlite.translate(error) from None
        except dbapi2.DatabaseError as error:
            raise sqlite.translate(error) from None

    async def at_hand(self, sql: str, params: Sequence[Any], width: int = 1) -> AtHand | None:
        return self._at_hand(lambda: self._resident.find(self._read_inline, sql, params, width))

    async def at_hand_named(self, names: Sequence[tuple[str, str]]) -> AtHand | None:
        return self._at_hand(lambda: self._resident.find_named(self._read_inline, names))

    def _at_hand(self, find: Callable[[], AtHand | None]) -> AtHand | None:
        if self._inline_thread != threading.get_ident():
            if self._inline is not None or self._writer.session() is not None:
                return None
            self._open_inline()
        self._ticks = TICKS
        try:
            return find()
        except dbapi2.DatabaseError:  # it takes long, for one
            return None

    def _read_inline(self, sql: str, params: Sequence[Any]) -> list[Row]:
        assert self._inline is not None
        rows: list[Row] = self._inline.execute(sql, params).fetchall()
        return rows

    def _open_inline(self) -> dbapi2.Cursor:
        """The event loop's own connection. Steps are counted over a statement's life, hence small ticks."""
        connection = sqlite.connect_reader(self.path, self._key, cache_kib=cache_kib(), busy=0.02)
        self._open.append(connection)
        connection.set_progress_handler(self._tick, STEPS_PER_TICK)
        self._inline_thread = threading.get_ident()
        self._inline = connection.cursor()
        return self._inline

    def _tick(self) -> int:
        self._ticks -= 1
        return self._ticks < 0

    @asynccontextmanager
    async def exclusive(self, name: str) -> AsyncIterator[bool]:
        """Within this process; between two, the write lock keeps batches apart, and each looks again."""
        taken = self._held.take(name)
        try:
            yield taken
        finally:
            if taken:
                self._held.release(name)

    def close(self) -> None:
        super().close()
        self._inline = None
        self._local = threading.local()
        for connection in self._open:
            with suppress(dbapi2.Error):
                connection.close()
        self._open.clear()


def cache_kib() -> int:
    """How large the event loop's page cache may become, and what is at hand, in KiB, by the memory that this
    process may have."""
    memory = 2 * 1024**3  # where neither is told
    with suppress(AttributeError, OSError, ValueError):
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with suppress(OSError, ValueError):  # of a container, where there is one; "max" if it has no bound
        memory = min(memory, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return min(max(memory // 1024 // SHARE, LEAST), MOST)
