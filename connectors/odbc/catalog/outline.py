"""What a database says of its tables, gathered row by row into outlines, before any table is looked into."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Literal, Protocol

from connectors.base import CatalogColumn, ForeignKey, Table
from connectors.odbc.link import Link

Row = tuple[Any, ...]
Place = tuple[str, str]
"""Schema and name, as the database has them."""


class Ask(Protocol):
    """Asks the database for all rows of a statement; raises a ConnectorError."""

    def __call__(self, sql: str, parameters: tuple[Any, ...] = ()) -> Awaitable[list[Row]]: ...


Work = Callable[[Callable[[Link], list[Row]]], Awaitable[list[Row]]]
"""Runs blocking work on the connection, for what is no statement."""


@dataclass
class Outline:
    """A table or view by its definition alone. `schema` is its real schema, empty where there are none."""

    schema: str
    name: str
    kind: Literal["table", "view"] = "table"
    columns: list[CatalogColumn] = field(default_factory=list)
    primary_key: tuple[str, ...] = ()
    unique: list[tuple[str, ...]] = field(default_factory=list)
    indexed: list[tuple[str, ...]] = field(default_factory=list)
    foreign_keys: list[ForeignKey] = field(default_factory=list)
    estimate: int | None = None
    """Rows, as the statistics have it."""
    comment: str = ""
    default: bool = False
    """Whether the name alone leads to it."""
    row_id: str = ""
    """A hidden column that orders a table without a key, by an index."""

    @property
    def order(self) -> tuple[str, ...]:
        """Columns that order the rows totally and by an index, or none."""
        if self.primary_key:
            return self.primary_key
        filled = {column.name for column in self.columns if not column.nullable}
        return next((key for key in self.unique if filled.issuperset(key)), ())

    def table(self, **seen: Any) -> Table:
        """With what was seen by looking into it."""
        return Table(
            name=self.name,
            schema="" if self.default else self.schema,
            kind=self.kind,
            columns=seen.pop("columns", tuple(self.columns)),
            primary_key=self.primary_key,
            unique=tuple(self.unique),
            indexed=tuple(self.indexed),
            foreign_keys=tuple(self.foreign_keys),
            comment=self.comment,
            **seen,
        )


@dataclass(frozen=True)
class IndexPart:
    """A column of an index; None where it is an expression. Parts of one index stand together, in order."""

    place: Place
    index: str
    unique: bool
    primary: bool
    column: str | None


@dataclass(frozen=True)
class KeyPart:
    """A column of a foreign key and the column it points at; parts of one key stand together, in order."""

    place: Place
    key: str
    column: str
    to_table: str
    to_column: str


def assemble(
    outlines: Iterable[Outline],
    columns: Iterable[tuple[Place, CatalogColumn]],
    indexes: Iterable[IndexPart],
    keys: Iterable[KeyPart],
    default: str,
) -> list[Outline]:
    """The outlines with their parts, in the order of schema and name; the default schema comes first."""
    known = {(one.schema, one.name): one for one in outlines}
    for place, column in columns:
        if place in known:
            known[place].columns.append(column)
    add_indexes(known, indexes)
    add_keys(known, keys)
    for one in known.values():
        one.default = one.schema == default
    return sorted(known.values(), key=lambda one: (not one.default, one.schema, one.name))


def add_indexes(known: Mapping[Place, Outline], parts: Iterable[IndexPart]) -> None:
    """Primary key, unique and other indexes; those on expressions say nothing of columns and are left out."""
    for (place, _), group in groupby(parts, key=lambda part: (part.place, part.index)):
        index = list(group)
        if place not in known:
            continue
        names = {column.name for column in known[place].columns}
        if not all(part.column in names for part in index):
            continue
        _add(known[place], tuple(part.column or "" for part in index), index[0])


def _add(outline: Outline, columns: tuple[str, ...], kind: IndexPart) -> None:
    if kind.primary:
        outline.primary_key = columns
    elif kind.unique and columns not in (outline.primary_key, *outline.unique):
        outline.unique.append(columns)
    elif not kind.unique and columns not in outline.indexed:
        outline.indexed.append(columns)


def add_keys(known: Mapping[Place, Outline], parts: Iterable[KeyPart]) -> None:
    """Foreign keys."""
    for (place, _), group in groupby(parts, key=lambda part: (part.place, part.key)):
        key = list(group)
        if place in known:
            known[place].foreign_keys.append(
                ForeignKey(
                    tuple(part.column for part in key), key[0].to_table, tuple(part.to_column for part in key)
                )
            )


def text(value: Any) -> str:
    """What a system table says, or nothing."""
    return "" if value is None else str(value).strip()


def whole(value: Any) -> int | None:
    """A count or a size; None for what is none, as an unlimited size is written."""
    try:
        number = int(value)
    except (TypeError, ValueError):
        return None
    return number if number >= 0 else None


def size_of(value: Any) -> int | None:
    """A column's length; what no row can fill is no length."""
    number = whole(value)
    return number if number and number < 2**30 else None
