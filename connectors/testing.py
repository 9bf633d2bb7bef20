"""The suite that every connector must pass, in one line.

    TestMine = source_contract(make)
    TestMyCatalog = catalog_contract(make_catalog)

`make` is an async context manager's factory that gives a `Case`: a connector and what is known of one of its
streams; `make_catalog` one that gives a `CatalogCase`. pytest finds the methods; asyncio_mode must be `auto`.
Nothing here knows what kind of system it is.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, cast

from connectors.base import Batched, Catalog, Catalogued, Condition, Connector, Record, Sliced, Source
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

        async def test_batches_and_slices_hold_what_reads_do(self) -> None:
            """Of a source that can give them."""
            async with make() as case:
                source = case.connector
                if isinstance(source, Batched):
                    batches = [batch async for batch in source.read_batches(case.stream)]
                    assert all(batches)
                    assert _sorted([record for batch in batches for record in batch]) == _sorted(
                        await _all(case)
                    )
                if isinstance(source, Sliced) and case.slice is not None:
                    where, keys = case.slice
                    for _ in range(2):
                        records = await source.read_slice(case.stream, where, len(keys))
                        assert records is not None
                        assert _sorted(records) == _sorted(await _all(case, where=where))
                    if keys:
                        assert await source.read_slice(case.stream, where, len(keys) - 1) is None

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


@dataclass(frozen=True)
class CatalogCase:
    """A source that can say what it holds, and one of its tables, which has at least five rows by a key."""

    connector: Connector
    table: str
    columns: frozenset[str]
    key: tuple[str, ...]
    rows: int
    secret: str = ""
    """What must never be told, such as a password."""


MakeCatalog = Callable[[], AbstractAsyncContextManager[CatalogCase]]


def catalog_contract(make: MakeCatalog) -> type:
    """A test class for one catalogued source."""

    class CatalogContract:
        """What connectors.base promises of Catalogued."""

        async def test_is_catalogued(self) -> None:
            async with make() as case:
                assert isinstance(case.connector, Catalogued)

        async def test_tells_a_table_as_it_is(self) -> None:
            async with make() as case:
                table = next(one for one in (await _catalog(case)).tables if one.name == case.table)
                assert {column.name for column in table.columns} == case.columns
                assert (table.primary_key, table.rows, table.problem) == (case.key, case.rows, None)

        async def test_names_are_there_once_and_in_order(self) -> None:
            async with make() as case:
                names = [(one.schema, one.name) for one in (await _catalog(case)).tables]
                assert names == sorted(set(names))

        async def test_keys_speak_of_columns(self) -> None:
            async with make() as case:
                for table in (await _catalog(case)).tables:
                    columns = [column.name for column in table.columns]
                    assert len(columns) == len(set(columns))
                    keys = [table.primary_key, *table.unique, *table.indexed]
                    keys += [key.columns for key in table.foreign_keys]
                    assert all(set(key) <= set(columns) for key in keys)
                    assert all(len(key.columns) == len(key.to_columns) for key in table.foreign_keys)

        async def test_samples_are_plain_trees_and_no_more_than_wanted(self) -> None:
            async with make() as case:
                for table in (await _catalog(case, sample=4)).tables:
                    assert len(table.sample) <= 4
                    for row in table.sample:
                        assert list(row) == [column.name for column in table.columns]
                        assert json.loads(json.dumps(row, allow_nan=False)) == row

        async def test_is_the_same_twice(self) -> None:
            async with make() as case:
                assert await _catalog(case) == await _catalog(case)

        async def test_tells_where_it_is(self) -> None:
            async with make() as case:
                told: list[tuple[str, int, int]] = []
                catalog = await _catalog(case, progress=lambda *step: told.append(step))
                assert [number for _, number, _ in told] == list(range(1, len(catalog.tables) + 1))
                assert {of for _, _, of in told} == {len(catalog.tables)}

        async def test_samples_and_secrets_are_not_shown(self) -> None:
            async with make() as case:
                catalog = await _catalog(case)
                assert "sample" not in repr(catalog)
                assert not case.secret or case.secret not in repr(catalog)

        async def test_closing_is_final(self) -> None:
            async with make() as case:
                await case.connector.aclose()
                try:
                    await _catalog(case)
                except ConnectorError as error:
                    assert isinstance(error, (BadConfiguration, Unreachable))
                else:
                    raise AssertionError("looked at after it was closed")

    return CatalogContract


async def _catalog(case: CatalogCase, **more: Any) -> Catalog:
    return await cast(Catalogued, case.connector).catalog(**more)


async def _all(case: Case, **more: Any) -> list[Record]:
    return [record async for record in cast(Source, case.connector).read(case.stream, **more)]


def _sorted(records: list[Record]) -> list[Record]:
    return sorted(records, key=lambda record: record.key)
