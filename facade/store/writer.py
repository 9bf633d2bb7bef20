"""One writer thread with group commit: what waits together becomes durable together."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, Protocol

from facade.errors import FacadeError, Unavailable

TOGETHER = 0.025
"""Seconds after which no more work joins a transaction. Many small pieces become durable together; of large
ones, who sent the first can prepare the next while the others are written."""

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


@dataclass(slots=True)
class _Group:
    """Work of one transaction: all of it, what was done, and what was undone alone."""

    alone: bool
    jobs: list[_Job] = field(default_factory=list)
    done: list[tuple[_Job, Any, Transaction]] = field(default_factory=list)
    failed: list[tuple[_Job, BaseException]] = field(default_factory=list)


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
        self._stopping = False
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
        waiting: deque[_Job] = deque()
        while waiting or not self._stopping:
            self._take(waiting)
            if waiting:
                self._commit(waiting)
        if self._session is not None:
            self._session.close()

    def _take(self, waiting: deque[_Job]) -> None:
        """Add what is queued; if nothing waits already, wait for it."""
        with suppress(Empty):
            while True:
                item = self._queue.get(block=not waiting and not self._stopping)
                if item is None:
                    self._stopping = True
                elif item.future.set_running_or_notify_cancel():
                    waiting.append(item)

    def _commit(self, waiting: deque[_Job]) -> None:
        """One transaction for as many of them as are begun in time; one that fails is undone alone."""
        group = _Group(alone=len(waiting) == 1)
        try:
            if self._session is None:
                self._session = self._open_session()
            session = self._session
            session.begin()
            end = monotonic() + TOGETHER
            while waiting and (not group.jobs or monotonic() < end):
                self._do(session, waiting.popleft(), group)
            session.commit()
        except BaseException as error:
            if not group.jobs:  # it could not even begin
                group.jobs += waiting
                waiting.clear()
            self._lose(group, error)
        else:
            self._keep(group)
        for job, reason in group.failed:
            job.future.set_exception(reason)

    def _do(self, session: Session, job: _Job, group: _Group) -> None:
        group.jobs.append(job)
        if not group.alone:  # alone, a rollback of the whole is cheaper than a savepoint
            session.savepoint()
        transaction = Transaction(session, self._systems)
        try:
            self._working = True
            result = job.work(transaction)
        except BaseException as error:
            if group.alone or not session.undo():
                raise
            group.failed.append((job, session.translate(error)))
        else:
            if not group.alone:
                session.release()
            group.done.append((job, result, transaction))
        finally:
            self._working = False

    def _keep(self, group: _Group) -> None:
        """All that was done is stored: tell it to each."""
        for _, _, transaction in group.done:
            self._systems.update(transaction.new_systems)
        if any(transaction.redefines for _, _, transaction in group.done):
            with suppress(Unavailable):  # who looks now and then will notice
                self._redefined()
        for job, result, _ in group.done:
            job.future.set_result(result)

    def _lose(self, group: _Group, error: BaseException) -> None:
        """Nothing of this group was stored: say so to each; a session that cannot roll back is given up."""
        session = self._session
        if session is not None:
            error = session.translate(error)
            try:
                session.rollback()
            except Exception:
                self._session = None
                session.close()
        told = {id(job) for job, _ in group.failed}
        for job in group.jobs:
            if id(job) not in told:
                job.future.set_exception(error)
