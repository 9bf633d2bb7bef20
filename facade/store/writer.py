"""One writer thread with group commit: what waits together becomes durable together."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, Protocol

from facade.errors import FacadeError, Unavailable

Row = tuple[Any, ...]


class WithinTransaction(FacadeError):
    """What is asked for needs a transaction of its own, inside of another."""

    status, code = 400, "not-supported"


class Session(Protocol):
    """A connection that writes, of one dialect."""

    dialect: str

    def execute(self, sql: str, params: Sequence[Any] = ()) -> list[Row]: ...
    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None: ...
    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None: ...
    def new_ids(self, table: str, column: str, count: int) -> Sequence[int]: ...
    def search(self, sql: str, params: Sequence[Any], seconds: float) -> list[Row]:
        """A client's search: one that takes longer is broken off and raises TooCostly; the transaction goes
        on."""
        ...

    def alone(self) -> None:
        """Until the transaction ends, no other process is beyond this point."""
        ...

    def begin(self) -> None: ...
    def commit(self) -> None: ...
    def rollback(self) -> None: ...
    def savepoint(self) -> None: ...
    def release(self) -> None: ...
    def undo(self) -> bool:
        """Back to the savepoint; False when the whole transaction is gone."""
        ...

    def translate(self, error: BaseException) -> BaseException:
        """The error in the facade's words, where it is about the store rather than the statement."""
        ...

    def close(self) -> None: ...


class Transaction:
    """What a piece of writing work is given. What is done through it is durable together, or not at all.

    `systems` is the store's memory of interned URIs; `new_systems` joins it after COMMIT. `redefines`: it
    changes the site's own search parameters, which the store then reads again.
    """

    redefines = False

    def __init__(self, session: Session, systems: dict[str, int]) -> None:
        self.dialect = session.dialect
        self.execute = session.execute
        self.executemany = session.executemany
        self.insert = session.insert
        self.new_ids = session.new_ids
        self.alone = session.alone
        self.search = session.search
        self.systems = systems
        self.new_systems: dict[str, int] = {}


Work = Callable[[Transaction], Any]


@dataclass(slots=True)
class _Job:
    work: Work
    future: Future[Any]


class Writer:
    """Runs work in the order it came. `open_session` is called in its thread, first and after a loss."""

    def __init__(
        self,
        open_session: Callable[[], Session],
        systems: dict[str, int],
        redefined: Callable[[], None] = lambda: None,
    ) -> None:
        self._open_session = open_session
        self._session: Session | None = None
        self._systems = systems
        self._redefined = redefined
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._closed = False
        self._working = False
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Work) -> Future[Any]:
        """Queue work; the future resolves after COMMIT. The work may not keep the Transaction."""
        if self._closed:
            raise Unavailable("the store is closed")
        if self.session() is not None:
            raise WithinTransaction(
                "This cannot be asked for within a transaction that writes: ask afterwards."
            )
        job = _Job(work, Future())
        self._queue.put(job)
        return job.future

    def session(self) -> Session | None:
        """The session, for work that is being done in its thread: what that reads is what it has written."""
        working = self._working and threading.get_ident() == self._thread.ident
        return self._session if working else None

    def close(self) -> None:
        """Finish what is queued, then stop."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
            self._thread.join()

    def _run(self) -> None:
        stopping = False
        while not stopping:
            item = self._queue.get()
            jobs: list[_Job] = []
            while True:
                if item is None:
                    stopping = True
                elif item.future.set_running_or_notify_cancel():
                    jobs.append(item)
                try:
                    item = self._queue.get_nowait()
                except Empty:
                    break
            if jobs:
                self._commit(jobs)
        if self._session is not None:
            self._session.close()

    def _commit(self, jobs: list[_Job]) -> None:
        """One transaction for all of them; one that fails is undone alone."""
        done: list[tuple[_Job, Any, Transaction]] = []
        failed: list[tuple[_Job, BaseException]] = []
        try:
            if self._session is None:
                self._session = self._open_session()
            session = self._session
            session.begin()
            for job in jobs:
                if len(jobs) > 1:  # alone, a rollback of the whole is cheaper than a savepoint
                    session.savepoint()
                transaction = Transaction(session, self._systems)
                try:
                    self._working = True
                    result = job.work(transaction)
                except BaseException as error:
                    if len(jobs) == 1 or not session.undo():
                        raise
                    failed.append((job, session.translate(error)))
                else:
                    if len(jobs) > 1:
                        session.release()
                    done.append((job, result, transaction))
                finally:
                    self._working = False
            session.commit()
        except BaseException as error:
            self._lose(jobs, {id(job) for job, _ in failed}, error)
        else:
            for _, _, transaction in done:
                self._systems.update(transaction.new_systems)
            if any(transaction.redefines for _, _, transaction in done):
                with suppress(Unavailable):  # who looks now and then will notice
                    self._redefined()
            for job, result, _ in done:
                job.future.set_result(result)
        for job, reason in failed:
            job.future.set_exception(reason)

    def _lose(self, jobs: list[_Job], told: set[int], error: BaseException) -> None:
        """Nothing of this group was stored: say so to each; a session that cannot roll back is given up."""
        session = self._session
        if session is not None:
            error = session.translate(error)
            try:
                session.rollback()
            except Exception:
                self._session = None
                session.close()
        for job in jobs:
            if id(job) not in told:
                job.future.set_exception(error)
