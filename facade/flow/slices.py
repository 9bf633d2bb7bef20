"""A live slice: asked of the source now, compared with what is stored, and written only where it differs.

    into = await slices_into(store, pack, source.name, stream)   # once; may be kept
    pulled = await pull_slice(into, source, where)
    lost = {what the store holds of the slice} - pulled.met      # ids of raw records
    await delete_lost(into, lost, pulled.asked)

A slice that the store holds already costs one look-up and no write, and no run is written into the book. What
a slice does not give any more has vanished, or has moved out of it: ask for it by its key (`where_key`, or
another `pull_slice`) before `delete_lost`.

Who asked later wins, wherever a slice and another read meet in one record (facade.flow.asked).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connectors.base import Record, Source, Where
from connectors.errors import ConnectorError
from facade.flow.ingest import Into, Tally
from facade.store import Store

if TYPE_CHECKING:
    from facade.mapping import Pack

LIMIT = 10_000
"""Records of a slice at most; a larger one is left to the schedule."""


class SliceTooLarge(ConnectorError):
    """The slice is not narrow enough to be read while a client waits: answer from the store."""


@dataclass(slots=True)
class Pulled:
    """What a slice gave. `met` holds the raw records (raw_record.id) that it is about, quarantined ones too;
    `asked` is when the source was asked, in microseconds; `tally.changed` is 0 where nothing was written."""

    asked: int
    met: set[int] = field(default_factory=set)
    tally: Tally = field(default_factory=Tally)


async def slices_into(store: Store, pack: Pack, source: str, stream: str) -> Into:
    """Where slices of this stream go; makes the stream known if it was never read."""
    raise NotImplementedError


async def pull_slice(into: Into, source: Source, where: Where, *, limit: int = LIMIT) -> Pulled:
    """Ask the source for the slice and store what is new in it.

    Raises the source's ConnectorErrors, SliceTooLarge, or Unavailable when the store cannot keep it. Asks
    again by itself when a scheduled read wrote one of its records meanwhile, so that the two cannot be told
    apart in time.
    """
    raise NotImplementedError


async def ingest_slice(into: Into, records: Sequence[Record], asked: int) -> Pulled:
    """Store what is new in records that the source was asked for at `asked` (microseconds, `store.now()`)."""
    raise NotImplementedError


async def delete_lost(into: Into, raw_ids: Iterable[int], asked: int) -> int:
    """Mark deleted what these raw records made, unless someone who asked later met them; gives how many
    records. Records that are deleted already cost one look-up and no write."""
    raise NotImplementedError
