"""The columns that a pack needs of a stream, so that one that vanished is noticed and not read as empty."""

from __future__ import annotations

from collections.abc import AsyncIterator
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
            if not looked and fault(record) is None:
                looked = True
                _look(source, stream, columns_needed(pack, stream) - record.body.keys())
            yield record


def _look(source: str, stream: str, missing: frozenset[str]) -> None:
    if missing:
        raise ColumnsVanished(
            f"source {source}, stream {stream}: the rows have no column {', '.join(sorted(missing))} that the"
            " pack reads; correct the stream, or override it in the overlay"
        )
