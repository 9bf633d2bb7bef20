"""The columns that a pack needs of a stream, so that one that vanished is noticed and not read as empty."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, cast

from connectors.base import Record
from connectors.errors import ConnectorError
from facade.flow.draft import fault

if TYPE_CHECKING:
    from facade.mapping import Pack


class ColumnsVanished(ConnectorError):
    """The source gives rows, but not whole ones: a person must correct the stream."""


def columns_needed(pack: Pack, stream: str) -> frozenset[str]:
    """What the mappings read, and the stream's own: key, watermark, mark of deletion."""
    one = pack.streams[stream]
    own = {*one.key, *(name for name in (one.cursor, one.deleted) if name)}
    return frozenset(own).union(
        *(mapping.columns for mapping in pack.mappings.values() if mapping.stream == stream)
    )


async def whole_rows(
    source: str, pack: Pack, stream: str, records: AsyncIterator[Record]
) -> AsyncIterator[Record]:
    """The records; of a stream that is asked in SQL, raises ColumnsVanished if the first row is not whole."""
    looked = not pack.streams[stream].query
    async with aclosing(cast(Any, records)):
        async for record in records:
            if not looked:
                looked = look_at_columns(source, pack, stream, (record,))
            yield record


async def whole_batches(
    source: str, pack: Pack, stream: str, batches: AsyncIterator[list[Record]]
) -> AsyncIterator[list[Record]]:
    """The same of records that come many at a time."""
    looked = not pack.streams[stream].query
    async with aclosing(cast(Any, batches)):
        async for batch in batches:
            if not looked:
                looked = look_at_columns(source, pack, stream, batch)
            yield batch


def look_at_columns(source: str, pack: Pack, stream: str, records: Sequence[Record]) -> bool:
    """Whether there is a row whose columns can be told; raises ColumnsVanished if it is not whole."""
    for record in records:
        if fault(record) is None:
            _look(source, stream, columns_needed(pack, stream) - record.body.keys())
            return True
    return False


def _look(source: str, stream: str, missing: frozenset[str]) -> None:
    if missing:
        raise ColumnsVanished(
            f"source {source}, stream {stream}: the rows have no column {', '.join(sorted(missing))} that the"
            " pack reads; correct the stream, or override it in the overlay"
        )
