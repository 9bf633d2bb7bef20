"""Reading a stream: describe, select, fetch in batches one ahead, and hand over records."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing, nullcontext
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from connectors.base import Clock, Record, Rest, Stream, Where
from connectors.errors import BadConfiguration, ConnectorError, Unreachable
from connectors.odbc.binding import NoSuchValue, bind, step_back
from connectors.odbc.care import Opening, Pace
from connectors.odbc.conditions import find, from_watermark, having, page_start, slice_tests, without
from connectors.odbc.fetching import ColumnsChanged, describe, take
from connectors.odbc.link import Link
from connectors.odbc.options import Options
from connectors.odbc.paging import Pages
from connectors.odbc.pool import Pool, Sleep
from connectors.odbc.records import Recorder
from connectors.odbc.session import Session
from connectors.odbc.statement import Statement, Test, Text
from connectors.odbc.values import Shape, bodies_of

BELIEVED_AHEAD = timedelta(days=1)
"""How far in the future a watermark may be: a clock may be wrong, and a zone unknown."""
SHAPES_KEPT = timedelta(minutes=1)
EXACT = (int, Decimal, date, datetime, time)


@dataclass(frozen=True)
class Pass:
    """One statement's worth of a read."""

    tests: tuple[Test, ...]
    order: tuple[Shape, ...]


class Reader:
    """Reads the streams of one source."""

    def __init__(
        self,
        source: str,
        options: Options,
        streams: Mapping[str, Stream],
        pool: Pool,
        *,
        clock: Clock,
        sleep: Sleep,
    ) -> None:
        self._source, self._options, self._streams, self._pool = source, options, streams, pool
        self._clock, self._sleep = clock, sleep
        self.opening = Opening(source, options.allowed_hours, options.timezone, clock)
        self._pace = Pace(options.rows_per_second, clock)
        self.paced = bool(options.rows_per_second)
        self._live = any(stream.mode == "live" for stream in streams.values())
        self._known: dict[str, tuple[Any, tuple[Shape, ...]]] = {}

    async def read(
        self, name: str, since: str | None, where: Where | None
    ) -> AsyncGenerator[list[Record], None]:
        """Records of a stream, in batches."""
        stream = self.stream(name)
        if since is not None and stream.cursor is None:
            raise BadConfiguration(f"{self.here(stream)}: it has no cursor column to read on from")
        self.opening.check()
        leaving = self._pool.leaving_one() if self._live and where is None else nullcontext()
        async with leaving, self._pool.session() as session:
            if where is None:
                self._known.pop(name, None)  # only small slices are worth a description that may be old
            text = await self.text(session, stream)
            recorder = self.recorder(session, text, where is not None)
            for one in self._passes(session, text, since, where):
                async with aclosing(self._pass(session, text, one, recorder)) as batches:
                    async for batch in batches:
                        yield batch

    def rest(self) -> Rest | None:
        """Until when the allowed hours forbid to read."""
        return self.opening.rest()

    async def shapes(self, name: str) -> tuple[Shape, ...]:
        """The columns of a stream, asked for now."""
        stream = self.stream(name)
        async with self._pool.session() as session:
            self._known.pop(name, None)
            return (await self.text(session, stream)).shapes

    def stream(self, name: str) -> Stream:
        """A stream of this source; raises BadConfiguration."""
        if name not in self._streams:
            raise BadConfiguration(f"source {self._source}: there is no stream {name}")
        return self._streams[name]

    def here(self, stream: Stream) -> str:
        """The place of a stream, for a person."""
        return f"source {self._source}, stream {stream.name}"

    async def text(self, session: Session, stream: Stream) -> Text:
        """The stream's SQL with its columns, which are asked for again after a while."""
        link = session.link
        text = Text(stream, link.dialect, link.quote, self._source)
        known = self.described(stream)
        if known is not None:
            return replace(text, shapes=known)
        statement = text.describe()
        described = await session.call(
            lambda link: describe(link, statement), f"stream {stream.name}", stream.query
        )
        shapes = self._named(stream, described)
        self._known[stream.name] = self._clock(), shapes
        return replace(text, shapes=shapes)

    def described(self, stream: Stream) -> tuple[Shape, ...] | None:
        """The columns as they were described, if that is not long ago."""
        known = self._known.get(stream.name)
        return known[1] if known is not None and self._clock() - known[0] < SHAPES_KEPT else None

    def forget(self, name: str) -> None:
        """The columns must be described anew."""
        self._known.pop(name, None)

    def columns_changed(self, stream: Stream) -> Unreachable:
        """What is told when the rows have other columns than were described."""
        return Unreachable(
            f"{self.here(stream)}: its columns changed while it was read; it will be read again"
        )

    def _named(
        self, stream: Stream, described: Sequence[tuple[str, type | None, int, str]]
    ) -> tuple[Shape, ...]:
        case = stream.options.get("columns", self._options.columns)
        change = {"lower": str.lower, "upper": str.upper}.get(case, str)
        shapes = tuple(
            Shape(name, change(name), kind, precision, declared)
            for name, kind, precision, declared in described
        )
        seen: set[str] = set()
        for number, shape in enumerate(shapes, 1):
            if not shape.name:
                raise BadConfiguration(f"{self.here(stream)}: column {number} has no name; give it an alias")
            if shape.field in seen:
                raise BadConfiguration(
                    f"{self.here(stream)}: two columns are named `{shape.field}`; give each its own alias"
                )
            seen.add(shape.field)
        return shapes

    def recorder(self, session: Session, text: Text, sliced: bool) -> Recorder:
        """What makes records of the rows; those of a slice carry no cursor."""
        stream, shapes, here = text.stream, text.shapes, self.here(text.stream)
        cursor = find(stream.cursor, shapes, here) if stream.cursor and not sliced else None
        latest = None
        if cursor is not None and cursor.kind in (date, datetime, None):
            now = self._clock().astimezone(self._options.timezone)
            latest = (now + BELIEVED_AHEAD).date().isoformat()
        return Recorder(
            stream=stream,
            bodies=bodies_of(shapes, session.link.encoding, session.link.ready),
            key=tuple(find(column, shapes, here).field for column in stream.key),
            cursor=cursor.field if cursor else None,
            deleted=find(stream.deleted, shapes, here).field if stream.deleted else None,
            latest=latest,
        )

    def _passes(self, session: Session, text: Text, since: str | None, where: Where | None) -> list[Pass]:
        """The statements of a read; rows without a watermark come first, for nothing tells their age."""
        stream, shapes, dialect = text.stream, text.shapes, session.link.dialect
        here = self.here(stream)
        keys = tuple(find(column, shapes, here) for column in stream.key)
        paged = self._page_rows(session, stream) > 0
        tests = tuple(slice_tests(where, shapes, dialect, here)) if where is not None else ()
        if (
            stream.cursor is None
            or (stream.mode != "incremental" and since is None)
            or (where is not None and since is None)
        ):
            return [Pass(tests, keys if paged else ())]
        cursor = find(stream.cursor, shapes, here)
        if since is None:
            watermark = having(cursor)
        else:
            watermark = from_watermark(cursor, step_back(since, stream.overlap, cursor), dialect, here)
        passes = [Pass((*tests, watermark), (cursor, *(key for key in keys if key is not cursor)))]
        if stream.options.get("cursor_nulls") != "skip":
            passes.insert(0, Pass((*tests, without(cursor)), keys if paged else ()))
        return passes

    def _page_rows(self, session: Session, stream: Stream) -> int:
        """Rows of a page; 0 where the driver streams."""
        if session.link.streams:
            return 0
        try:
            return int(stream.options.get("page_rows", self._options.page_rows))
        except ValueError:
            raise BadConfiguration(f"{self.here(stream)}: `page_rows` is not a whole number") from None

    async def _pass(
        self, session: Session, text: Text, one: Pass, recorder: Recorder
    ) -> AsyncGenerator[list[Record], None]:
        rows = self._page_rows(session, text.stream) if one.order else 0
        pages = None
        if rows:
            exact = all(shape.kind in EXACT for shape in one.order)
            pages = Pages(rows, [text.shapes.index(shape) for shape in one.order], exact=exact)
        while True:
            tests = list(one.tests)
            if pages is not None and pages.start is not None:
                values = [
                    _bound(value, shape, session) for value, shape in zip(pages.start, one.order, strict=True)
                ]
                tests.append(page_start(one.order, values))
            statement = text.select(tests, one.order, pages.limit if pages else 0)
            async with aclosing(self._batches(session, text, statement, recorder, pages)) as batches:
                async for batch in batches:
                    yield batch
            if pages is None or not pages.turn():
                return

    async def _batches(
        self, session: Session, text: Text, statement: Statement, recorder: Recorder, pages: Pages | None
    ) -> AsyncGenerator[list[Record], None]:
        """Execute and fetch, one batch ahead of the reader unless the pace is limited."""
        stream = text.stream
        what, sql = f"stream {stream.name}", stream.query
        size = self._pace.batch(self._options.fetch_size)
        ahead = not self._options.rows_per_second
        names = [shape.name for shape in text.shapes]

        def fetch(link: Link) -> tuple[list[Record], int]:
            rows = take(link.cursor, size)
            return recorder.records(rows if pages is None else pages.new(rows)), len(rows)

        def begin(link: Link) -> tuple[list[Record], int]:
            link.types(True)
            cursor = link.execute(statement.sql, statement.parameters)
            if [column[0] for column in cursor.description or ()] != names:
                raise ColumnsChanged
            return fetch(link)

        complete = False
        try:
            running: asyncio.Future[tuple[list[Record], int]] = session.start(begin)
            while True:
                try:
                    records, count = await session.result(running, what, sql)
                except ColumnsChanged:
                    raise self.columns_changed(stream) from None
                last = count < size
                if not last and ahead:
                    running = session.start(fetch)
                if records:
                    yield records
                if last:
                    break
                if not ahead:
                    if pause := self._pace.after(count):
                        await self._sleep(pause)
                    running = session.start(fetch)
                self.opening.check()
            await session.call(lambda link: link.close_cursor(), what)
            complete = True
        except ConnectorError:
            self._known.pop(stream.name, None)
            complete = True  # the statement has ended; whether the session is usable is known
            raise
        finally:
            if not complete:
                session.discard()


def _bound(value: Any, shape: Shape, session: Session) -> Any:
    """A value as its driver gave it, as a parameter."""
    if value is None or not isinstance(value, str):
        return value
    if shape.kind is str:
        encoding = session.link.encoding
        return value.encode("latin-1").decode(encoding, "replace") if encoding else value
    try:
        return bind(value, shape, session.link.dialect)[0]
    except NoSuchValue:
        return value
