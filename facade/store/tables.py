"""The store's tables: raw records, resources with their versions, the search index, cursors, quarantine.

SQLModel declares and creates them, on SQLite and PostgreSQL alike. Hot paths use prepared SQL text on them
(`store/sqlite.py`, `store/postgres.py`), because an ORM per request costs half the throughput.
Times are integers: microseconds since 1970-01-01 UTC.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

_rowid = BigInteger().with_variant(Integer, "sqlite")
_OF_PATIENT = text("patient IS NOT NULL")
_sorted_text = Text().with_variant(Text(collation="C"), "postgresql")  # range scans need byte order


def _id() -> Any:
    return Column(_rowid, primary_key=True, autoincrement=True)


def _big(**options: Any) -> Any:
    return Column(BigInteger, **options)


class StreamState(SQLModel, table=True):
    """One stream of one source: how far it was read, and how that went."""

    __tablename__ = "stream_state"
    __table_args__ = (UniqueConstraint("source", "name"),)
    id: int | None = Field(default=None, primary_key=True)
    source: str
    name: str
    cursor: str | None = None
    last_started: int | None = Field(default=None, sa_column=_big(nullable=True))
    last_success: int | None = Field(default=None, sa_column=_big(nullable=True))
    last_full: int | None = Field(default=None, sa_column=_big(nullable=True))
    error: str | None = None


class RawRecord(SQLModel, table=True):
    """A record as the source said it: JSON text of its body, and a hash that tells whether it changed."""

    __tablename__ = "raw_record"
    __table_args__ = (UniqueConstraint("stream_id", "key"),)
    id: int | None = Field(default=None, sa_column=_id())
    stream_id: int
    key: str = Field(sa_column=Column(_sorted_text, nullable=False))
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    deleted: int = 0
    at: int = Field(sa_column=_big(nullable=False))
    body: bytes = Field(
        sa_column=Column(LargeBinary, nullable=False)
    )  # last: what is before is read without it


class Resource(SQLModel, table=True):
    """The current version of a resource. `body` is what a read answers, byte for byte (empty when deleted).

    `hash` is over the content without meta.versionId and meta.lastUpdated. `patient` is the logical id of
    the Patient whose compartment it is in; more of them are in `in_compartment`. `raw_id` and `mapping` tell
    what made it. `refers` are the references in the body, a line each.
    """

    __tablename__ = "resource"
    __table_args__ = (
        UniqueConstraint("type", "id"),
        Index("resource_type_rid", "type", "rid"),
        Index("resource_type_updated", "type", "updated"),
        Index("resource_raw", "raw_id"),
        Index("resource_patient", "patient", "rid", sqlite_where=_OF_PATIENT, postgresql_where=_OF_PATIENT),
    )
    rid: int | None = Field(default=None, sa_column=_id())
    type: str
    id: str = Field(sa_column=Column(_sorted_text, nullable=False))
    version: int
    updated: int = Field(sa_column=_big(nullable=False))
    deleted: int = 0
    patient: str | None = None
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    raw_id: int | None = Field(default=None, sa_column=_big(nullable=True))
    mapping: str | None = None
    refers: str | None = None
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class ResourceVersion(SQLModel, table=True):
    """A version that is no longer current. `type` is its resource's, so that a type's history is an index."""

    __tablename__ = "resource_version"
    __table_args__ = (Index("resource_version_history", "type", "updated", "rid", "version"),)
    rid: int = Field(sa_column=Column(_rowid, primary_key=True, autoincrement=False))
    version: int = Field(primary_key=True)
    type: str
    updated: int = Field(sa_column=_big(nullable=False))
    deleted: int = 0
    patient: str | None = None
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class SystemUri(SQLModel, table=True):
    """Code systems and identifier systems, so that index rows hold a small integer. 0 is "no system"."""

    __tablename__ = "system_uri"
    id: int | None = Field(default=None, primary_key=True)
    uri: str = Field(unique=True)


def _index_args(table: str) -> tuple[Any, ...]:
    """Clustered on the primary key (SQLite), and found by resource when it changes."""
    return (Index(f"{table}_rid", "rid"), {"sqlite_with_rowid": False})


def _spread_index(name: str, columns: tuple[str, ...], low: str, high: str) -> Index:
    """Finds the few intervals that are longer than a point by their end."""
    rows = text(f"{high} > {low}")
    return Index(name, *columns, high, sqlite_where=rows, postgresql_where=rows)


class IndexToken(SQLModel, table=True):
    """`param` is SearchParameter.number in facade.spec; it implies the resource type. A value that several
    parameters find is under one of them: see `facade.search.covered`."""

    __tablename__ = "index_token"
    __table_args__ = _index_args("index_token")
    param: int = Field(primary_key=True)
    code: str = Field(sa_column=Column(_sorted_text, primary_key=True))
    system: int = Field(primary_key=True)
    rid: int = Field(sa_column=Column(_rowid, primary_key=True, autoincrement=False))


class IndexString(SQLModel, table=True):
    """`value` is folded (no case, no accents) for the default match; `exact` is as it stood."""

    __tablename__ = "index_string"
    __table_args__ = _index_args("index_string")
    param: int = Field(primary_key=True)
    value: str = Field(sa_column=Column(_sorted_text, primary_key=True))
    rid: int = Field(sa_column=Column(_rowid, primary_key=True, autoincrement=False))
    exact: str = Field(sa_column=Column(_sorted_text, primary_key=True))


class IndexTokenText(SQLModel, table=True):
    """Texts and displays of coded values, folded, for `:text`; made on demand, as the full-text index is."""

    __tablename__ = "index_token_text"
    __table_args__ = _index_args("index_token_text")
    param: int = Field(primary_key=True)
    value: str = Field(sa_column=Column(_sorted_text, primary_key=True))
    rid: int = Field(sa_column=Column(_rowid, primary_key=True, autoincrement=False))


class IndexDate(SQLModel, table=True):
    """A half-open interval [low, high); open ends are the smallest and largest 64-bit values."""

    __tablename__ = "index_date"
    __table_args__ = _index_args("index_date")
    param: int = Field(primary_key=True)
    low: int = Field(sa_column=_big(primary_key=True, autoincrement=False))
    high: int = Field(sa_column=_big(primary_key=True, autoincrement=False))
    rid: int = Field(sa_column=Column(_rowid, primary_key=True, autoincrement=False))


class IndexReference(SQLModel, table=True):
    """`target` is `Patient/1` for a local reference, else the reference as it stood. [low, high) is the
    moment of the resource that refers (see `facade.search.moment`): what a patient has is read by date."""

    __tablename__ = "index_reference"
    __table_args__ = _index_args("index_reference")
    param: int = Field(primary_key=True)
    target: str = Field(sa_column=Column(_sorted_text, primary_key=True))
    rid: int = Field(sa_column=Column(_rowid, primary_key=True, autoincrement=False))
    low: int | None = Field(default=None, sa_column=_big(nullable=True))
    high: int | None = Field(default=None, sa_column=_big(nullable=True))


class IndexNumber(SQLModel, table=True):
    """A closed interval; a plain number is one point."""

    __tablename__ = "index_number"
    __table_args__ = (
        _spread_index("index_number_spread", ("param",), "low", "high"),
        *_index_args("index_number"),
    )
    param: int = Field(primary_key=True)
    low: float = Field(primary_key=True)
    high: float = Field(primary_key=True)
    rid: int = Field(sa_column=Column(_rowid, primary_key=True, autoincrement=False))


_CONVERTED = text("base IS NOT NULL")


class IndexQuantity(SQLModel, table=True):
    """The same with a unit: its code, and its text (`unit`) where that is another. `base` is what base units
    a known unit is made of, with the interval in them."""

    __tablename__ = "index_quantity"
    __table_args__ = (
        _spread_index("index_quantity_spread", ("param",), "low", "high"),
        _spread_index("index_quantity_base_spread", ("param", "base"), "base_low", "base_high"),
        Index(
            "index_quantity_base",
            "param",
            "base",
            "base_low",
            "base_high",
            sqlite_where=_CONVERTED,
            postgresql_where=_CONVERTED,
        ),
        *_index_args("index_quantity"),
    )
    param: int = Field(primary_key=True)
    low: float = Field(primary_key=True)
    high: float = Field(primary_key=True)
    system: int = Field(primary_key=True)
    code: str = Field(sa_column=Column(_sorted_text, primary_key=True))
    unit: str = Field(sa_column=Column(_sorted_text, primary_key=True))
    rid: int = Field(sa_column=Column(_rowid, primary_key=True, autoincrement=False))
    base: str | None = Field(default=None, sa_column=Column(_sorted_text, nullable=True))
    base_low: float | None = None
    base_high: float | None = None


class IndexUri(SQLModel, table=True):
    """A URI as it stood."""

    __tablename__ = "index_uri"
    __table_args__ = _index_args("index_uri")
    param: int = Field(primary_key=True)
    value: str = Field(sa_column=Column(_sorted_text, primary_key=True))
    rid: int = Field(sa_column=Column(_rowid, primary_key=True, autoincrement=False))


class IndexPosition(SQLModel, table=True):
    """A place on the Earth as a point of the unit sphere, so that distances need no trigonometry."""

    __tablename__ = "index_position"
    __table_args__ = _index_args("index_position")
    param: int = Field(primary_key=True)
    rid: int = Field(sa_column=Column(_rowid, primary_key=True, autoincrement=False))
    x: float
    y: float
    z: float


class OwnParameter(SQLModel, table=True):
    """A search parameter of one resource type that the site defined; `rid` is the SearchParameter resource
    that does so. `number` stays that of the type and code, until another one of the type needs it.

    `state`: `pending` (what is written is indexed by it, what was stored may not be), `ready`, or `retired`
    (nothing is indexed by it any more, and rows of it may be left). `since`: the generation of the site's
    parameters (store_fact `parameters`) in which it began. `targets` are joined by commas.
    """

    __tablename__ = "search_parameter"
    __table_args__ = (UniqueConstraint("type", "code"), Index("search_parameter_rid", "rid"))
    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    type: str
    code: str
    kind: str
    expression: str
    targets: str
    url: str
    description: str
    state: str
    since: int = Field(sa_column=_big(nullable=False))
    rid: int = Field(sa_column=_big(nullable=False))


class InCompartment(SQLModel, table=True):
    """A further Patient (logical id) whose compartment a resource is in, beside `resource.patient`."""

    __tablename__ = "in_compartment"
    __table_args__ = _index_args("in_compartment")
    patient: str = Field(sa_column=Column(_sorted_text, primary_key=True))
    rid: int = Field(sa_column=Column(_rowid, primary_key=True, autoincrement=False))


class Quarantine(SQLModel, table=True):
    """A record, or one mapping of it, that could not become FHIR: why, and its bytes. Goes when it maps.

    `mapping` is empty for a whole record. `wants` names the resource (`Patient/1`) that another record
    already makes: when that one goes, this record is mapped again.
    """

    __tablename__ = "quarantine"
    __table_args__ = (
        UniqueConstraint("stream_id", "key", "mapping"),
        Index("quarantine_wants", "wants", sqlite_where=text("wants IS NOT NULL")),
    )
    id: int | None = Field(default=None, sa_column=_id())
    stream_id: int
    key: str
    mapping: str
    element: str | None = None
    reason: str
    wants: str | None = None
    at: int = Field(sa_column=_big(nullable=False))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class UnmappedCode(SQLModel, table=True):
    """A legacy code with no entry in its concept map, and in how many records it was met."""

    __tablename__ = "unmapped_code"
    source: str = Field(primary_key=True)
    concept_map: str = Field(primary_key=True)
    value: str = Field(primary_key=True)
    count: int = 0


class SyncRun(SQLModel, table=True):
    """What one sync of one stream did."""

    __tablename__ = "sync_run"
    id: int | None = Field(default=None, sa_column=_id())
    stream_id: int
    kind: str
    started: int = Field(sa_column=_big(nullable=False))
    ended: int | None = Field(default=None, sa_column=_big(nullable=True))
    records_read: int = 0
    records_changed: int = 0
    records_deleted: int = 0
    resources_written: int = 0
    quarantined: int = 0
    error: str | None = None


class StoreFact(SQLModel, table=True):
    """What the store must remember about itself: schema version, the key that signs page cursors."""

    __tablename__ = "store_fact"
    name: str = Field(primary_key=True)
    value: str
