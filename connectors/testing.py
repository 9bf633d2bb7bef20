"""The suite that every connector must pass, in one line.

    TestMine = source_contract(make)

`make` is an async context manager's factory that gives a `Case`: a connector and what is known of one of its
streams. pytest finds the methods; asyncio_mode must be `auto`. Nothing here knows what kind of system it is.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, cast

from connectors.base import Condition, Connector, Record, Source
from connectors.errors import BadConfiguration, ConnectorError, Unreachable


@dataclass(frozen=True)
class Case:
    """A source and one of its streams, which holds at least three records and does not change meanwhile."""

    connector: Connector
    stream: str
    keys: frozenset[str]
    """The keys of all its records."""
    columns: frozenset[str]
    incremental: bool = False
    slice: tuple[tuple[Condition, ...], frozenset[str]] | None = None
    """A slice and the keys in it, if the source can push conditions down."""
    secret: str = ""
    """What must never be told, such as a password."""


Make = Callable[[], AbstractAsyncContextManager[Case]]


def source_contract(make: Make) -> type:
    """A test class for one source."""

    class SourceContract:
        """What connectors.base promises of a Source."""

        async def test_says_what_was_reached(self) -> None:
            async with make() as case:
                told = await case.connector.check()
                assert told and "\n" not in told
                assert not case.secret or case.secret not in told

        async def test_is_a_source_with_a_name(self) -> None:
            async with make() as case:
                assert isinstance(case.connector, Source)
                assert case.connector.name

        async def test_reads_every_record_once_by_key(self) -> None:
            async with make() as case:
                records = await _all(case)
                assert {record.key for record in records} == case.keys
                assert len(records) == len(case.keys)

        async def test_records_are_plain_trees(self) -> None:
            async with make() as case:
                for record in await _all(case):
                    assert record.stream == case.stream
                    assert set(record.body) == case.columns
                    assert json.loads(json.dumps(record.body, allow_nan=False)) == record.body

        async def test_reads_the_same_twice(self) -> None:
            async with make() as case:
                assert _sorted(await _all(case)) == _sorted(await _all(case))

        async def test_describes_its_columns(self) -> None:
            async with make() as case:
                columns = await cast(Source, case.connector).columns(case.stream)
                assert {column.name for column in columns} == case.columns

        async def test_an_unknown_stream_is_a_wrong_configuration(self) -> None:
            async with make() as case:
                try:
                    async for _ in cast(Source, case.connector).read("no-such-stream"):
                        pass
                except BadConfiguration as error:
                    assert "no-such-stream" in str(error)
                else:
                    raise AssertionError("read a stream that is not there")

        async def test_stopping_early_frees_the_source(self) -> None:
            async with make() as case:
                for _ in range(5):
                    records = cast(Any, case.connector).read(case.stream)
                    await anext(records)
                    await records.aclose()
                assert len(await _all(case)) == len(case.keys)

        async def test_reads_at_the_same_time(self) -> None:
            async with make() as case:
                for records in await asyncio.gather(*(_all(case) for _ in range(4))):
                    assert {record.key for record in records} == case.keys

        async def test_cursors_never_decrease_and_lose_nothing(self) -> None:
            async with make() as case:
                if not case.incremental:
                    return
                records = await _all(case)
                cursors = [record.cursor for record in records if record.cursor is not None]
                assert cursors == sorted(cursors)
                since = cursors[len(cursors) // 2]
                later = await _all(case, since=since)
                expected = {r.key for r in records if r.cursor is not None and r.cursor >= since}
                assert expected <= {record.key for record in later}

        async def test_a_slice_holds_what_it_should(self) -> None:
            async with make() as case:
                if case.slice is None:
                    return
                where, keys = case.slice
                assert {record.key for record in await _all(case, where=where)} == keys

        async def test_closing_twice_is_safe_and_final(self) -> None:
            async with make() as case:
                await _all(case)
                await case.connector.aclose()
                await case.connector.aclose()
                try:
                    await _all(case)
                except ConnectorError as error:
                    assert isinstance(error, (BadConfiguration, Unreachable))
                else:
                    raise AssertionError("read after it was closed")

    return SourceContract


async def _all(case: Case, **more: Any) -> list[Record]:
    return [record async for record in cast(Source, case.connector).read(case.stream, **more)]


def _sorted(records: list[Record]) -> list[Record]:
    return sorted(records, key=lambda record: record.key)
