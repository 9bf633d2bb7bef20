"""A small slice of a stream, while a client waits: one statement, one turn of the connection's thread."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any

from connectors.base import Record, Stream, Where
from connectors.errors import BadConfiguration, ConnectorError, Rejected
from connectors.odbc.conditions import slice_tests
from connectors.odbc.fetching import ColumnsChanged, take
from connectors.odbc.link import Link
from connectors.odbc.pool import Pool
from connectors.odbc.reading import Reader
from connectors.odbc.records import Recorder
from connectors.odbc.session import Session
from connectors.odbc.statement import Statement, Test, Text

KEPT = 64
"""Statements kept of a stream: slices come in a few forms, again and again."""


@dataclass
class _Plan:
    """What is known of a stream's slices: its columns as they were described, and its statements."""

    text: Text
    recorder: Recorder
    names: list[str]
    kinds: Sequence[tuple[Any, ...]] | None = None
    """The driver's description of the last result, and what matters of it."""
    matters: list[tuple[Any, ...]] | None = None
    statements: dict[tuple[Any, ...], Statement] = field(default_factory=dict)

    def statement(self, tests: Sequence[Test], limit: int) -> Statement:
        """The text is made once for each form; then only the parameters differ."""
        form = (limit, *((test.sql, test.columns) for test in tests))
        made = self.statements.get(form)
        if made is None:
            made = self.text.select(_numbered(tests), (), limit if self.text.can_limit else 0)
            if len(self.statements) >= KEPT:
                self.statements.clear()
            self.statements[form] = made
        values = [value for test in tests for value in test.parameters]
        return Statement(made.sql, tuple([values[number] for number in made.parameters]))

    def check(self, description: Sequence[tuple[Any, ...]] | None, by_kind: bool) -> None:
        """Raises ColumnsChanged for other columns than were described, or than came last."""
        if description == self.kinds and description is not None:
            return
        columns = description or ()
        matters = [column[:2] if by_kind else column[:1] for column in columns]
        if [column[0] for column in columns] != self.names or self.matters not in (None, matters):
            raise ColumnsChanged
        self.kinds, self.matters = columns, matters


def _numbered(tests: Sequence[Test]) -> list[Test]:
    """The tests with the places of their parameters instead of these."""
    numbered, start = [], 0
    for test in tests:
        end = start + len(test.parameters)
        numbered.append(replace(test, parameters=tuple(range(start, end))))
        start = end
    return numbered


@dataclass
class _Remembered:
    """What one attempt used that may be out of date."""

    session: Session | None = None
    plan: bool = False

    def explains(self, error: ConnectorError) -> bool:
        """Whether asking once more, of a connection that answers and with its columns of now, may do."""
        if self.session is not None and self.session.reused and self.session.lost:
            return True
        return isinstance(error, ColumnsChanged) or (
            self.plan and isinstance(error, (Rejected, BadConfiguration))
        )


class Slicer:
    """Reads slices of the streams of one source."""

    def __init__(self, pool: Pool, reader: Reader) -> None:
        self._pool, self._reader = pool, reader
        self._plans: dict[str, _Plan] = {}

    async def read(self, name: str, where: Where, limit: int) -> list[Record] | None:
        """The records of a slice; None if there are more than `limit`.

        A connection that died while it was idle, and columns that are not those remembered, are asked for
        anew, once.
        """
        stream = self._reader.stream(name)
        if self._reader.paced:
            return await self._slowly(name, where, limit)
        self._reader.opening.check()
        used = _Remembered()
        try:
            async with self._pool.session(eager=True) as session:
                return await self._once(session, stream, where, limit, used)
        except ConnectorError as error:
            self._forget(name)
            if not used.explains(error):
                raise
        try:
            async with self._pool.session() as session:
                return await self._once(session, stream, where, limit, used)
        except ColumnsChanged:
            self._forget(name)
            raise self._reader.columns_changed(stream) from None

    def _forget(self, name: str) -> None:
        self._plans.pop(name, None)
        self._reader.forget(name)

    async def _once(
        self, session: Session, stream: Stream, where: Where, limit: int, used: _Remembered
    ) -> list[Record] | None:
        used.session = session
        plan = self._plans.get(stream.name)
        used.plan = plan is not None and plan.text.shapes is self._reader.described(stream)
        if plan is None or not used.plan:
            text = await self._reader.text(session, stream)
            plan = _Plan(text, self._reader.recorder(session, text, True), [one.name for one in text.shapes])
            self._plans[stream.name] = plan
        dialect = session.link.dialect
        tests = slice_tests(where, plan.text.shapes, dialect, self._reader.here(stream))
        statement = plan.statement(tests, limit + 1)
        recorder, by_kind, check = plan.recorder.anew(), dialect.name != "sqlite", plan.check

        def run(link: Link) -> list[Record] | None:
            link.types(True)
            cursor = link.execute_again(statement.sql, statement.parameters)
            try:
                check(cursor.description, by_kind)
                rows = take(cursor, limit + 1)
            except BaseException:
                link.close_cursor()
                raise
            if len(rows) > limit:
                link.close_cursor()
                return None
            link.rest_cursor(statement.sql)
            return recorder.records(rows)

        return await session.call(run, f"stream {stream.name}", stream.query)

    async def _slowly(self, name: str, where: Where, limit: int) -> list[Record] | None:
        """At the pace that is set for all rows of the source."""
        records: list[Record] = []
        async with aclosing(self._reader.read(name, None, where)) as batches:
            async for batch in batches:
                records += batch
                if len(records) > limit:
                    return None
        return records
