"""A database behind ODBC, or an SQLite file: the Source and the Destination."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing
from typing import Any

from connectors.base import Catalog, Clock, Column, Command, Receipt, Record, Rest, Stream, Where
from connectors.errors import BadConfiguration
from connectors.odbc.catalog import Cataloguer
from connectors.odbc.options import Options, parse_options
from connectors.odbc.pool import Pool, Sleep
from connectors.odbc.reading import Reader
from connectors.odbc.slicing import Slicer
from connectors.odbc.writing import Writer


class OdbcConnector:
    """One source. Nothing is connected before it is asked something."""

    def __init__(
        self,
        name: str,
        options: Options,
        streams: Mapping[str, Stream],
        clock: Clock,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.name = name
        self.max_connections = options.max_connections
        self._pool = Pool(name, options, clock, sleep)
        self._reader = Reader(name, options, streams, self._pool, clock=clock, sleep=sleep)
        self._slicer = Slicer(self._pool, self._reader)
        self._writer = Writer(name, options, self._pool, clock)
        self._cataloguer = Cataloguer(name, options, self._pool, clock=clock, sleep=sleep)

    async def check(self) -> str:
        """What was reached."""
        async with self._pool.session() as session:
            return session.link.told

    async def columns(self, stream: str) -> tuple[Column, ...]:
        """The columns that the stream gives today."""
        return tuple(Column(shape.field, shape.type_name) for shape in await self._reader.shapes(stream))

    async def read(
        self, stream: str, since: str | None = None, where: Where | None = None
    ) -> AsyncIterator[Record]:
        """Records of a stream; close the iterator to stop early, which frees its connection."""
        async with aclosing(self._reader.read(stream, since, where)) as batches:
            async for batch in batches:
                for record in batch:
                    yield record

    def read_batches(
        self, stream: str, since: str | None = None, where: Where | None = None
    ) -> AsyncIterator[list[Record]]:
        """The same, many at a time."""
        return self._reader.read(stream, since, where)

    async def read_slice(self, stream: str, where: Where, limit: int) -> list[Record] | None:
        """The records of a small slice, in one round trip; None if there are more than `limit`."""
        return await self._slicer.read(stream, where, limit)

    def rest(self) -> Rest | None:
        """Why the source is not asked now, and until when; None when it may be."""
        return self._reader.rest() or self._pool.rest()

    async def catalog(
        self, *, sample: int = 200, progress: Callable[[str, int, int], None] | None = None
    ) -> Catalog:
        """What the database holds: its tables, with up to `sample` rows each."""
        return await self._cataloguer.look(sample, progress)

    async def send(self, command: Command) -> Receipt:
        """Carry out a command that `writes` describes, in one transaction."""
        return await self._writer.send(command)

    async def aclose(self) -> None:
        """Hang up."""
        await self._pool.aclose()


def open_connector(
    name: str, options: Mapping[str, Any], streams: Mapping[str, Stream], clock: Clock
) -> OdbcConnector:
    """The entry point: checks options and streams; connects to nothing."""
    parsed = parse_options(name, options)
    for stream in streams.values():
        here = f"source {name}, stream {stream.name}"
        if not stream.query.strip():
            raise BadConfiguration(f"{here}: it has no SQL")
        if not stream.key:
            raise BadConfiguration(f"{here}: no key is named; add `-- key: column`")
        if stream.mode == "incremental" and not stream.cursor:
            raise BadConfiguration(f"{here}: it is incremental and needs `-- cursor: column`")
    return OdbcConnector(name, parsed, streams, clock)
