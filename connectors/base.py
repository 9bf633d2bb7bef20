"""The connector contract: four values and three small protocols between a legacy system and the facade."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Record:
    """One thing the source said.

    `body` is a plain tree, exactly representable as JSON: str, int, float, bool, None, list, dict.
    A connector turns what has no JSON form into text without loss: a decimal into its exact digits
    (`"200.00"`), a date into `2020-01-02`, a time stamp into `2020-01-02T03:04:05[.ffffff]`, with an
    offset only if the source gave one, bytes into base64. The raw store can so replay a record as it was.
    """

    stream: str
    key: str
    body: Mapping[str, Any]
    cursor: str | None = None
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """One change, in the legacy system's words. `command_id` makes a repeated delivery recognisable."""

    stream: str
    action: str
    body: Mapping[str, Any]
    command_id: str
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the legacy system answered to a command, with the evidence to keep."""

    command_id: str
    status: Literal["done", "already-done"]
    key: str | None
    evidence: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class Condition:
    """One part of a pushed-down slice, on a column of the stream. For `in`, `value` is a sequence."""

    column: str
    op: Literal["=", "<", "<=", ">", ">=", "in"]
    value: Any


Where = Sequence[Condition]
"""All conditions must hold."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a stream really gives, as its source describes it."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Stream:
    """What a pack says about one stream; a connector reads the parts that it understands.

    `query` is the stream's text (SQL for a database). `key` names the columns that identify a record.
    `cursor` is the watermark column of an incremental stream; `overlap` is how far each read steps back
    behind the last cursor (seconds for times, units for numbers). `deleted` names a column whose value
    (anything but empty, 0, N, F, false) says that the record is deleted. `options` holds the rest of the
    header.
    """

    name: str
    query: str
    key: tuple[str, ...]
    mode: Literal["snapshot", "incremental", "live"] = "snapshot"
    cursor: str | None = None
    overlap: float = 0
    deleted: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CatalogColumn:
    """A column of a table. `kind` is what its values are; `declared` is the source's own word for it."""

    name: str
    kind: Literal["text", "integer", "decimal", "boolean", "date", "time", "timestamp", "binary", "other"]
    declared: str
    nullable: bool = True
    size: int | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """`columns` of this table point at `to_columns` of `to_table` (its `Table.name`)."""

    columns: tuple[str, ...]
    to_table: str
    to_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table or view that the login may read. `name` is unquoted; `schema` is empty for the default one.

    `rows` is a count or, for a large table, an estimate; None if it is not known. `sample` holds some rows in
    the form of `Record.body`, long values cut; it may hold patient data and never leaves the machine.
    `problem` says in one line why the table could not be looked at; what is known is still given.
    """

    name: str
    columns: tuple[CatalogColumn, ...]
    schema: str = ""
    kind: Literal["table", "view"] = "table"
    primary_key: tuple[str, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    indexed: tuple[tuple[str, ...], ...] = ()
    rows: int | None = None
    sample: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    comment: str = ""
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Catalog:
    """What a database holds, in the order of schema and name. `dialect` is sqlglot's name for its SQL
    (`mysql`, `postgres`, `sqlite`, `tsql`, `oracle`, …); `quote` encloses an identifier (`"`, a backtick)."""

    product: str
    dialect: str
    quote: str
    tables: tuple[Table, ...]


@runtime_checkable
class Connector(Protocol):
    """What every connector is. A class then implements only the protocols that its system can do."""

    name: str

    async def check(self) -> str:
        """One line on what was reached (`MariaDB 10.11.6 through libmaodbc.so`); raises a ConnectorError."""
        ...

    async def aclose(self) -> None:
        """Release connections; safe to call twice."""
        ...


@runtime_checkable
class Source(Connector, Protocol):
    """A system that can be read when we choose."""

    def read(
        self, stream: str, since: str | None = None, where: Where | None = None
    ) -> AsyncIterator[Record]:
        """Records of a stream: all, those after the cursor `since`, or those in the slice `where`.

        The cursors of the records, in the order yielded, never decrease in an incremental read.
        Raises Unreachable, Rejected (the source refuses the query) or BadConfiguration.
        """
        ...

    async def columns(self, stream: str) -> tuple[Column, ...]:
        """The columns that the stream gives today, without reading rows; to see schema drift."""
        ...


@dataclass(frozen=True, slots=True)
class Rest:
    """Why a source is not asked now, and until when (an aware time).

    `hours`: outside of those that the site allows. `failures`: it failed, and is left alone for a while.
    `told` is the line that a read would be refused with now.
    """

    why: Literal["hours", "failures"]
    until: datetime
    told: str


@runtime_checkable
class Resting(Connector, Protocol):
    """A source that tells beforehand when it would refuse, so that nobody asks in vain."""

    def rest(self) -> Rest | None:
        """Why it is not asked now; None when it may be. Touches no network."""
        ...


@runtime_checkable
class Batched(Source, Protocol):
    """A source that hands its records over many at a time, which costs less for each."""

    def read_batches(
        self, stream: str, since: str | None = None, where: Where | None = None
    ) -> AsyncIterator[list[Record]]:
        """The records of `read`, in its order; no list is empty, and the reader may keep it."""
        ...


@runtime_checkable
class Sliced(Source, Protocol):
    """A source that gives a small slice at once."""

    async def read_slice(self, stream: str, where: Where, limit: int) -> list[Record] | None:
        """The records of `read` in the slice; None if it holds more than `limit` of them."""
        ...


@runtime_checkable
class Catalogued(Connector, Protocol):
    """A system that can say what it holds, so that an unknown schema can be drafted."""

    async def catalog(
        self, *, sample: int = 200, progress: Callable[[str, int, int], None] | None = None
    ) -> Catalog:
        """Look at every table: columns, keys, foreign keys, row counts, and up to `sample` rows each.

        `progress` is called with (table, its number, of how many). Reads with the care that `read` takes; a
        table that cannot be looked at has a `problem`. Raises Unreachable, Rejected or BadConfiguration.
        """
        ...


@runtime_checkable
class Listener(Connector, Protocol):
    """A system that calls us."""

    def listen(self) -> AsyncIterator[Record]:
        """Records as they arrive; asking for the next acknowledges the last."""
        ...


@runtime_checkable
class Destination(Connector, Protocol):
    """A system that can be changed."""

    async def send(self, command: Command) -> Receipt:
        """Deliver once. Raises Unreachable (surely not done), Rejected, or DeliveryUnknown."""
        ...


Clock = Callable[[], datetime]
"""Gives the present as an aware UTC datetime; injected, so that a failure can be replayed."""


class OpenConnector(Protocol):
    """What an entry point of the group `facade.connectors` names."""

    def __call__(
        self, name: str, options: Mapping[str, Any], streams: Mapping[str, Stream], clock: Clock
    ) -> Connector:
        """Build a connector without touching the network; raises BadConfiguration for wrong options."""
        ...
