"""The store on PostgreSQL, for more than one process: a pool for reads, one writer session per process.

https://www.psycopg.org/psycopg3/docs/ · https://www.postgresql.org/docs/current/explicit-locking.html
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import lru_cache, partial
from hashlib import blake2b
from typing import Any

import psycopg
import psycopg_pool

from facade.errors import TooCostly, Unavailable
from facade.store import schema
from facade.store.errors import TOO_LONG, CannotOpen
from facade.store.store import Clock, Held, Store
from facade.store.writer import Row, Session

_TABLES_LIKE = (
    "SELECT 1 FROM pg_tables WHERE schemaname=ANY(current_schemas(false)) AND tablename='store_fact'"
)
_PREPARE_LOCK = 0x46616361  # any numbers that no one else uses
_ALONE_LOCK = 0x46616362
_TOKEN = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|\?|%")


@lru_cache(2048)
def translate_sql(sql: str) -> str:
    """`?` becomes `%s`, outside of quotes; a percent sign is doubled, as psycopg wants it."""

    def token(match: re.Match[str]) -> str:
        text = match[0]
        return "%s" if text == "?" else text.replace("%", "%%")

    return _TOKEN.sub(token, sql)


def translate(error: BaseException) -> BaseException:
    """What is about the server becomes Unavailable; a wrong statement stays what it is."""
    if isinstance(error, psycopg.errors.DiskFull):
        return Unavailable("the disk of the store's PostgreSQL server is full: nothing was stored")
    if isinstance(error, (psycopg.OperationalError, psycopg_pool.PoolTimeout, psycopg.InterfaceError)):
        return Unavailable("the store's PostgreSQL server cannot be reached or is too busy: try again")
    return error


def _milliseconds(seconds: float) -> int:
    """None at all would be no limit."""
    return max(round(seconds * 1000), 1)


class PostgresSession:
    """The writer's session."""

    dialect = "postgresql"
    translate = staticmethod(translate)

    def __init__(self, url: str) -> None:
        self._connection: psycopg.Connection[Row] = psycopg.connect(url, autocommit=True, connect_timeout=10)
        self._cursor = self._connection.cursor()

    def execute(self, sql: str, params: Sequence[Any] = ()) -> list[Row]:
        self._cursor.execute(translate_sql(sql), params)
        return self._cursor.fetchall() if self._cursor.description else []

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        self._cursor.executemany(translate_sql(sql), rows)

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        if len(rows) < 8:
            marks = ",".join("?" * len(columns))
            for row in rows:
                self.execute(f"INSERT INTO {table} ({','.join(columns)}) VALUES ({marks})", row)  # noqa: S608
            return
        text = f"COPY {table} ({','.join(columns)}) FROM STDIN"
        with self._cursor.copy(text) as copy:
            for row in rows:
                copy.write_row(row)

    def new_ids(self, table: str, column: str, count: int) -> Sequence[int]:
        sql = "SELECT nextval(pg_get_serial_sequence(?, ?)) FROM generate_series(1, ?)"
        return [int(row[0]) for row in self.execute(sql, (table, column, count))]

    def search(self, sql: str, params: Sequence[Any], seconds: float) -> list[Row]:
        cursor = self._cursor
        cursor.execute(f"SAVEPOINT search; SET LOCAL statement_timeout={_milliseconds(seconds)}")
        try:
            rows = self.execute(sql, params)
        except psycopg.errors.QueryCanceled:
            cursor.execute("ROLLBACK TO search; RELEASE search")
            raise TooCostly(TOO_LONG) from None
        cursor.execute("RELEASE search; SET LOCAL statement_timeout=0")
        return rows

    def alone(self) -> None:
        """One lock for all: groups that take several in different orders would wait for each other."""
        self.execute("SELECT pg_advisory_xact_lock(?)", (_ALONE_LOCK,))

    def begin(self) -> None:
        self._cursor.execute("BEGIN")

    def commit(self) -> None:
        self._cursor.execute("COMMIT")

    def rollback(self) -> None:
        self._cursor.execute("ROLLBACK")

    def savepoint(self) -> None:
        self._cursor.execute("SAVEPOINT job")

    def release(self) -> None:
        self._cursor.execute("RELEASE job")

    def undo(self) -> bool:
        try:
            self._cursor.execute("ROLLBACK TO job")
            self._cursor.execute("RELEASE job")
        except psycopg.Error:
            return False
        return True

    def close(self) -> None:
        self._connection.close()


def is_held(url: str) -> bool:
    """Whether any client is connected to the database."""
    others = (
        "SELECT 1 FROM pg_stat_activity WHERE datname=current_database() AND pid<>pg_backend_pid()"
        " AND backend_type='client backend' LIMIT 1"
    )
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
            return connection.execute(others).fetchone() is not None
    except psycopg.Error:
        return False  # why it cannot be reached is told when it is opened


class PostgresStore(Store):
    """A store in one PostgreSQL database, shared by any number of processes."""

    dialect = "postgresql"

    def __init__(self, url: str, clock: Clock) -> None:
        self._url = url
        self._held = Held()
        self._prepare()
        logging.getLogger("psycopg.pool").setLevel(logging.ERROR)  # who asks in vain is told, once
        self._pool: psycopg_pool.ConnectionPool[psycopg.Connection[Row]] = psycopg_pool.ConnectionPool(
            url,
            min_size=1,
            max_size=8,
            timeout=10,
            open=True,
            kwargs={"autocommit": True},
            configure=_read_only,
        )
        super().__init__(clock)

    def _prepare(self) -> None:
        place = psycopg.conninfo.conninfo_to_dict(self._url)
        name = f"{place.get('dbname', '')} on {place.get('host', 'localhost')}"
        try:
            session = PostgresSession(self._url)
        except psycopg.OperationalError as error:
            first = str(error).strip().splitlines()[0].removeprefix("connection failed: ")
            # libpq names host and user, never the password; the lines after the first are guesses
            raise CannotOpen(f"the store {name} cannot be opened: {first}") from None
        try:
            session.begin()
            session.execute("SELECT pg_advisory_xact_lock(?)", (_PREPARE_LOCK,))
            schema.prepare(session.execute, "postgresql", _TABLES_LIKE, name)
            session.commit()
        except psycopg.Error as error:
            raise CannotOpen(f"the store {name} cannot be prepared: {type(error).__name__}") from None
        finally:
            session.close()

    def _open_session(self) -> Session:
        try:
            return PostgresSession(self._url)
        except psycopg.Error as error:
            raise translate(error) from None

    def query(self, sql: str, params: Sequence[Any] = ()) -> list[Row]:
        def read(connection: psycopg.Connection[Row]) -> list[Row]:
            cursor = connection.execute(translate_sql(sql), params)
            return cursor.fetchall() if cursor.description else []

        return self._read(read)

    def _read(self, read: Callable[[psycopg.Connection[Row]], list[Row]]) -> list[Row]:
        """Read on a connection of the pool; on another, where that was lost while nobody used it."""
        for last in (False, False, True):
            try:
                with self._pool.connection() as connection:
                    try:
                        return read(connection)
                    except psycopg.OperationalError:
                        if last or not connection.broken:
                            raise
            except psycopg.errors.QueryCanceled:
                raise TooCostly(TOO_LONG) from None
            except (psycopg.Error, psycopg_pool.PoolTimeout) as error:
                raise translate(error) from None
        raise AssertionError("the last attempt gives or raises")

    async def fetch(self, sql: str, params: Sequence[Any] = ()) -> list[Row]:
        session = self._writer.session()
        if session is not None:
            return session.search(sql, params, self.search_seconds)
        return await self._in_thread(partial(self.query, sql, params))

    async def search(self, sql: str, params: Sequence[Any] = ()) -> list[Row]:
        session = self._writer.session()
        if session is not None:
            return session.search(sql, params, self.search_seconds)
        return await self._in_thread(partial(self._search, sql, params))

    def _search(self, sql: str, params: Sequence[Any]) -> list[Row]:
        def read(connection: psycopg.Connection[Row]) -> list[Row]:
            with connection.pipeline(), connection.transaction():
                connection.execute(f"SET LOCAL statement_timeout={_milliseconds(self.search_seconds)}")
                return connection.execute(translate_sql(sql), params).fetchall()

        return self._read(read)

    @asynccontextmanager
    async def exclusive(self, name: str) -> AsyncIterator[bool]:
        """A session's advisory lock: it goes with the process that held it, however that ends."""
        if not self._held.take(name):
            yield False
            return
        try:
            locking = asyncio.ensure_future(asyncio.to_thread(self._lock, name))
            try:
                connection, taken = await asyncio.shield(locking)
            except asyncio.CancelledError:
                locking.add_done_callback(_let_go)
                await asyncio.wait({locking})  # or the loop may end, and the lock stay with a lost connection
                raise
            try:
                yield taken
            finally:
                _unlock(connection)
        finally:
            self._held.release(name)

    def _lock(self, name: str) -> tuple[psycopg.Connection[Row], bool]:
        number = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)
        try:
            connection = psycopg.connect(self._url, autocommit=True, connect_timeout=10)
            row = connection.execute("SELECT pg_try_advisory_lock(%s)", (number,)).fetchone()
        except psycopg.Error as error:
            raise translate(error) from None
        return connection, bool(row and row[0])

    def close(self) -> None:
        super().close()
        self._pool.close()


def _let_go(locking: asyncio.Future[tuple[psycopg.Connection[Row], bool]]) -> None:
    """The lock came after the one who asked for it had gone."""
    if not locking.cancelled() and locking.exception() is None:
        _unlock(locking.result()[0])


def _unlock(connection: psycopg.Connection[Row]) -> None:
    """Release before hanging up: the server notices a closed connection only some time later."""
    with suppress(psycopg.Error):
        connection.execute("SELECT pg_advisory_unlock_all()")
    connection.close()


def _read_only(connection: psycopg.Connection[Any]) -> None:
    connection.execute("SET default_transaction_read_only = on")
