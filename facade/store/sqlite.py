"""The store on SQLite, encrypted by SQLCipher: one file, and no acknowledged write lost to a power cut.

https://sqlite.org/wal.html · https://www.zetetic.net/sqlcipher/sqlcipher-api/
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import lru_cache, partial
from itertools import chain
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

from facade.errors import TooCostly, Unavailable
from facade.store.checkpoint import Checkpoints
from facade.store.errors import TOO_LONG, CannotOpen
from facade.store.writer import Row

BUSY_SECONDS = 30.0
"""How long another process may hold the write lock before we give up."""

STEPS_PER_LOOK = 20_000
"""Between two looks at the clock, of a query in a thread."""

PAGE, FORMER_PAGE = 2048, 4096
"""Bytes of a page. It is encrypted, signed and written whole, into the log and into the file, be it for one
row of an index: of small pages a batch writes half as much. Stores had larger ones once."""

_TABLES_LIKE = "SELECT 1 FROM sqlite_master WHERE type='table' AND name='store_fact'"
_MOST, _STEP = 512, 64
"""Rows of one statement: a multiple of the step, or what is left. Statements of the same shape are kept."""


def connect(path: Path, key: str, *, cache_kib: int, busy: float = BUSY_SECONDS) -> dbapi2.Connection:
    """An autocommitting connection; raises CannotOpen when the key does not fit or it is not a store."""
    try:
        connection = _unlocked(path, key, busy, PAGE)
    except dbapi2.DatabaseError as error:
        if "not a database" not in str(error):
            raise CannotOpen(f"the store {path} cannot be opened: {error}") from None
        with suppress(dbapi2.DatabaseError):
            _unlocked(path, key, busy, FORMER_PAGE).close()
            raise CannotOpen(
                f"the store {path} was written by an older facade: run the version that wrote it, or begin a"
                " new store and sync again"
            ) from None
        raise CannotOpen(
            f"the store {path} cannot be decrypted: its key file is another store's, or it is no store"
        ) from None
    connection.execute(f"PRAGMA cache_size=-{cache_kib}")
    connection.execute("PRAGMA temp_store=MEMORY")
    return connection


def _unlocked(path: Path, key: str, busy: float, page: int) -> dbapi2.Connection:
    """Raises DatabaseError if the key does not fit, or the pages are of another size."""
    connection = dbapi2.connect(
        str(path), timeout=busy, isolation_level=None, check_same_thread=False, cached_statements=512
    )
    try:
        connection.execute(f"PRAGMA key=\"x'{key}'\"")
        connection.execute("PRAGMA cipher_hmac_algorithm=HMAC_SHA256")  # in silicon, where SHA-512 is not
        connection.execute(f"PRAGMA cipher_page_size={page}")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
    except dbapi2.DatabaseError:
        connection.close()
        raise
    return connection


def connect_writer(path: Path, key: str) -> dbapi2.Connection:
    """A connection that writes: WAL with an fsync at each commit; see `Checkpoints` for the rest."""
    connection = connect(path, key, cache_kib=48 * 1024)
    connection.execute("PRAGMA journal_mode=WAL").fetchall()
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA wal_autocheckpoint=0")
    connection.execute("PRAGMA journal_size_limit=67108864")
    return connection


def connect_reader(path: Path, key: str, *, cache_kib: int, busy: float = 5.0) -> dbapi2.Connection:
    """A connection that cannot write."""
    connection = connect(path, key, cache_kib=cache_kib, busy=busy)
    connection.execute("PRAGMA query_only=1")
    return connection


def translate(error: BaseException) -> BaseException:
    """What is about the disk or another process becomes Unavailable; a wrong statement stays what it is."""
    if isinstance(error, dbapi2.DatabaseError):
        text = str(error)
        if "full" in text:
            return Unavailable("the disk that holds the store is full: nothing was stored; free some space")
        if "locked" in text or "busy" in text:
            return Unavailable("another process is writing to the store for too long: try again")
        if "disk I/O" in text or "unable to open" in text or "readonly" in text:
            return Unavailable("the store's files cannot be read or written: check the disk and permissions")
        if "malformed" in text:
            return Unavailable("the store is damaged: restore it from a backup, or sync into a new one")
    return error


@lru_cache(256)
def _insert_sql(table: str, columns: tuple[str, ...], rows: int) -> str:
    marks = "(" + ",".join("?" * len(columns)) + ")"
    return f"INSERT INTO {table} ({','.join(columns)}) VALUES {','.join([marks] * rows)}"  # noqa: S608


class SqliteSession:
    """The writer's session. Many rows go in one statement: each step costs a hand-over of the GIL."""

    dialect = "sqlite"
    translate = staticmethod(translate)

    def __init__(self, path: Path, key: str) -> None:
        self._connection = connect_writer(path, key)
        self._cursor = self._connection.cursor()
        self._checkpoints = Checkpoints(self._connection, partial(connect_writer, path, key))

    def execute(self, sql: str, params: Sequence[Any] = ()) -> list[Row]:
        rows: list[Row] = self._cursor.execute(sql, params).fetchall()
        return rows

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        self._cursor.executemany(sql, rows)

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        names, start = tuple(columns), 0
        while start < len(rows):
            left = len(rows) - start
            size = min(left - left % _STEP or left, _MOST)
            values = tuple(chain.from_iterable(rows[start : start + size]))
            self._cursor.execute(_insert_sql(table, names, size), values)
            start += size

    def new_ids(self, table: str, column: str, count: int) -> Sequence[int]:
        """Fit to use until the next call: the write lock is ours."""
        (last,) = self.execute(f"SELECT coalesce(max({column}), 0) FROM {table}")[0]  # noqa: S608
        return range(last + 1, last + 1 + count)

    def search(self, sql: str, params: Sequence[Any], seconds: float) -> list[Row]:
        end = time.monotonic() + seconds
        self._connection.set_progress_handler(lambda: time.monotonic() > end, STEPS_PER_LOOK)
        try:
            return self.execute(sql, params)
        except dbapi2.OperationalError as error:
            if "interrupted" in str(error):
                raise TooCostly(TOO_LONG) from None
            raise
        finally:
            self._connection.set_progress_handler(None, STEPS_PER_LOOK)

    def alone(self) -> None:
        """It is so from the beginning."""

    def begin(self) -> None:
        self._cursor.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        self._cursor.execute("COMMIT")
        self._checkpoints.committed()

    def rollback(self) -> None:
        if self._connection.in_transaction:  # a full disk has rolled back by itself
            self._cursor.execute("ROLLBACK")

    def savepoint(self) -> None:
        self._cursor.execute("SAVEPOINT job")

    def release(self) -> None:
        self._cursor.execute("RELEASE job")

    def undo(self) -> bool:
        if not self._connection.in_transaction:
            return False
        self._cursor.execute("ROLLBACK TO job")
        self._cursor.execute("RELEASE job")
        return True

    def close(self) -> None:
        self._checkpoints.close()
        self._connection.close()


def prepare(path: Path, key: str) -> None:
    """Create or verify the tables, under the write lock so that two processes may start at once."""
    from facade.store import schema

    session = SqliteSession(path, key)
    try:
        session.begin()
        schema.prepare(session.execute, "sqlite", _TABLES_LIKE, str(path))
        session.commit()
    except dbapi2.DatabaseError as error:
        reason = translate(error)
        raise CannotOpen(f"the store {path} cannot be prepared: {reason}") from None
    finally:
        session.rollback()
        session.close()


def is_held(path: Path, key: str) -> bool:
    """Whether a process has the store open: only who is alone with a file can take it out of WAL mode."""
    connection = connect(path, key, cache_kib=1024, busy=0.5)
    try:
        return bool(connection.execute("PRAGMA journal_mode=DELETE").fetchone() == ("wal",))
    except dbapi2.OperationalError:
        return True
    finally:
        connection.close()
