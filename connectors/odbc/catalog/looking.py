"""Looking at a whole database with care: first what its system tables say, then a little into each table."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from connectors.base import Catalog, Clock, Table
from connectors.errors import ConnectorError, Rejected, Unreachable
from connectors.odbc.care import Opening, Pace
from connectors.odbc.catalog.generic import read_generic
from connectors.odbc.catalog.mysql import read_mysql
from connectors.odbc.catalog.oracle import read_oracle
from connectors.odbc.catalog.outline import Outline, Row
from connectors.odbc.catalog.postgres import read_postgres
from connectors.odbc.catalog.sampling import COUNTED, Sampler, settled
from connectors.odbc.catalog.sqlite import read_sqlite
from connectors.odbc.catalog.sqlserver import read_sqlserver
from connectors.odbc.link import Link
from connectors.odbc.options import Options
from connectors.odbc.pool import Pool, Sleep
from connectors.odbc.session import Session, alone
from connectors.odbc.values import repairer

LOOK_SECONDS = 15.0
"""How long looking into one table may take, where `statement_timeout` allows more: there are many tables."""

ROWS_KEPT = 100_000
"""Rows that all samples together have at most, so that a thousand tables fit into memory."""
ROWS_AT_LEAST = 50
"""Rows of each table, all the same."""

_READERS = {
    "mariadb": read_mysql,
    "mysql": read_mysql,
    "postgresql": read_postgres,
    "sqlite": read_sqlite,
    "sqlserver": read_sqlserver,
    "oracle": read_oracle,
}
_SQLGLOT = {
    "mariadb": "mysql", "mysql": "mysql", "postgresql": "postgres", "sqlite": "sqlite", "sqlserver": "tsql",
    "oracle": "oracle", "access": "tsql", "intersystems": "tsql", "progress": "tsql",
}  # fmt: skip

Progress = Callable[[str, int, int], None]


@dataclass
class _Todo:
    """What is left to be looked into, shared by the connections that do so."""

    outlines: list[Outline]
    sample: int
    progress: Progress | None
    found: dict[int, Table]
    next: int = 0

    def take(self) -> tuple[int, Outline] | None:
        """The next one, told to who watches."""
        if self.next == len(self.outlines):
            return None
        number, self.next = self.next, self.next + 1
        outline = self.outlines[number]
        if self.progress is not None:
            name = (
                outline.name if outline.default or not outline.schema else f"{outline.schema}.{outline.name}"
            )
            self.progress(name, number + 1, len(self.outlines))
        return number, outline


class Cataloguer:
    """Says what one source holds."""

    def __init__(self, source: str, options: Options, pool: Pool, *, clock: Clock, sleep: Sleep) -> None:
        self._source, self._options, self._pool, self._sleep = source, options, pool, sleep
        self._opening = Opening(source, options.allowed_hours, options.timezone, clock)
        self._pace = Pace(options.rows_per_second, clock)

    async def look(self, sample: int, progress: Progress | None) -> Catalog:
        """Every table and view; raises a ConnectorError only if the database as a whole cannot be asked."""
        self._opening.check()
        async with self._pool.session() as session:
            outlines = await self._outlines(session)
            link = session.link
            product = link.told.partition(" through ")[0].partition(", file ")[0]
            dialect, quote = _SQLGLOT.get(link.dialect.name, ""), link.quote
        fitting = max(ROWS_KEPT // max(len(outlines), 1), ROWS_AT_LEAST)
        todo = _Todo(outlines, min(sample, fitting), progress, {})
        workers = max(1, min(self._options.max_connections, len(outlines)))
        looking = [asyncio.ensure_future(self._work_off(todo)) for _ in range(workers)]
        try:
            ended = await asyncio.gather(*looking, return_exceptions=True)
        finally:
            for one in looking:
                one.cancel()
        whole = len(todo.found) == len(outlines)  # perhaps with fewer connections than were to be had
        for failure in ended:
            if isinstance(failure, BaseException) and not (whole and isinstance(failure, ConnectorError)):
                raise alone(failure)
        return Catalog(product, dialect, quote, tuple(todo.found[number] for number in range(len(outlines))))

    async def _outlines(self, session: Session) -> list[Outline]:
        """By the database's own system tables where we know them, else by ODBC's catalog functions."""

        async def ask(sql: str, parameters: tuple[Any, ...] = ()) -> list[Row]:
            return await work(lambda link: _fetch_all(link, sql, parameters))

        async def work(call: Callable[[Link], list[Row]]) -> list[Row]:
            return await session.call(lambda link: _repaired(link, call(link)), "the catalog")

        reader = _READERS.get(session.link.dialect.name)
        odbc = self._options.url is None
        if reader is not None:
            try:
                return await reader(ask)
            except Rejected:
                if not odbc:
                    raise
        return await read_generic(work)

    async def _work_off(self, todo: _Todo) -> None:
        """Look into tables over one connection, and over another if a table cost us that one."""
        while todo.next < len(todo.outlines):
            async with self._pool.session() as session:
                with self._hurried(session):
                    await session.call(lambda link: _tell_server(link, session.options), "the catalog")
                    sampler = Sampler(session.link)
                    while session.usable and (task := todo.take()) is not None:
                        number, outline = task
                        todo.found[number] = await self._look_into(session, sampler, outline, todo.sample)

    @contextmanager
    def _hurried(self, session: Session) -> Iterator[None]:
        """A session whose statements end soon; it is not used for anything else."""
        own = self._options.statement_timeout
        session.options = replace(session.options, statement_timeout=min(own or LOOK_SECONDS, LOOK_SECONDS))
        try:
            yield
        finally:
            session.usable = False

    async def _look_into(self, session: Session, sampler: Sampler, outline: Outline, sample: int) -> Table:
        what = f"{outline.kind} {outline.name}"
        columns, rows = tuple(outline.columns), outline.estimate
        bodies: list[dict[str, Any]] = []
        problem = None
        try:
            self._opening.check()
            whole = False
            if sample:
                columns, bodies, whole = await session.call(lambda _: sampler.sample(outline, sample), what)
                columns = settled(columns, bodies)
            rows = len(bodies) if whole else await self._count(session, sampler, outline, what)
            if pause := self._pace.after(len(bodies)):
                await self._sleep(pause)
        except ConnectorError as error:
            problem = self._problem(error, what, outline)
        return outline.table(columns=columns, rows=rows, sample=tuple(bodies), problem=problem)

    async def _count(self, session: Session, sampler: Sampler, outline: Outline, what: str) -> int | None:
        """The count of a small table, the estimate for a large one; None if it takes too long to know."""
        if outline.estimate is not None and outline.estimate > COUNTED:
            return outline.estimate
        try:
            counted = await session.call(lambda _: sampler.count(outline), what)
            if counted <= COUNTED or counted > COUNTED + 1:
                return counted
            high = await session.call(lambda _: sampler.high(outline), what)
        except Unreachable:
            if not session.usable:
                raise
            return outline.estimate
        return max(outline.estimate or 0, high or 0, COUNTED)

    def _problem(self, error: ConnectorError, what: str, outline: Outline) -> str:
        """Why, without what the reader knows, and without advice on SQL that nobody wrote."""
        told = str(error).removeprefix(f"source {self._source}, {what}: ")
        told = told.removeprefix(f"source {self._source}: ")
        if told.startswith(("the statement took longer", "the database did not answer within")):
            return f"looking into it took longer than {self._limit:g}s and was given up"
        if outline.kind == "view" and isinstance(error, Rejected) and "has no right" not in told:
            code = told.rpartition(" (")[2].rstrip(")") if told.endswith(")") else ""
            return "the view fails in the database itself" + (f" ({code})" if code.startswith("SQL") else "")
        return told

    @property
    def _limit(self) -> float:
        return min(self._options.statement_timeout or LOOK_SECONDS, LOOK_SECONDS)


def _tell_server(link: Link, options: Options) -> None:
    """Let the server itself end what takes long; one that cannot is told by us. And read from the start."""
    steady = ("SET synchronize_seqscans = off",) if link.dialect.name == "postgresql" else ()
    for statement in (*link.dialect.timeout, *steady):
        ms = int(options.statement_timeout * 1000)
        try:
            link.execute(statement.format(timeout=f"{ms / 1000:g}", timeout_ms=ms))
        except Exception:  # noqa: S112 an older server without the setting
            continue
    link.close_cursor()


def _fetch_all(link: Link, sql: str, parameters: tuple[Any, ...]) -> list[Row]:
    link.types(False)
    try:
        return [tuple(row) for row in link.execute(sql, parameters).fetchall()]
    finally:
        link.close_cursor()


def _repaired(link: Link, rows: list[Row]) -> list[Row]:
    """Names in the encoding that they really have."""
    if not link.encoding:
        return rows
    repair = repairer(link.encoding)
    return [
        tuple(repair(one) if type(one) is str and not one.isascii() else one for one in row) for row in rows
    ]
