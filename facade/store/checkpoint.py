"""Copies SQLite's log into its file beside the writer, so that no commit has to wait for it.

https://sqlite.org/wal.html#ckpt · https://sqlite.org/pragma.html#pragma_wal_checkpoint
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

from sqlcipher3 import dbapi2

MANY = 16_384
"""Pages (of 2 KiB) in the log from which it is copied: a hot page is copied once, and not at each commit."""
TOO_MANY = 16 * MANY
"""From here on the writer copies them itself: then the log, all copied, begins anew, and does not grow
without end. Nobody is waited for: while another reads for long what the log holds, it grows."""


class Checkpoints:
    """Of one writer's connection; `open_another` opens the one of the thread, when there is work for it."""

    def __init__(self, connection: dbapi2.Connection, open_another: Callable[[], dbapi2.Connection]) -> None:
        self._connection = connection
        self._open_another = open_another
        self._work = threading.Event()
        self._thread: threading.Thread | None = None
        self._closed = False

    def committed(self) -> None:
        """Look whether it is time; to be called after each commit."""
        ((_, pages, copied),) = self._connection.execute("PRAGMA wal_checkpoint(NOOP)").fetchall()
        if pages > TOO_MANY:
            with suppress(
                dbapi2.OperationalError
            ):  # who reads for long holds it up: the next commit tries again
                self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        elif pages - copied > MANY:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="store-checkpoint", daemon=True)
                self._thread.start()
            self._work.set()

    def close(self) -> None:
        """End the thread, after the copy that is under way."""
        self._closed = True
        self._work.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        connection: dbapi2.Connection | None = None
        while True:
            self._work.wait()
            self._work.clear()
            if self._closed:
                break
            with suppress(
                dbapi2.DatabaseError
            ):  # a full disk, say: what is in the log is safe, and tried again
                connection = connection or self._open_another()
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        if connection is not None:
            connection.close()
