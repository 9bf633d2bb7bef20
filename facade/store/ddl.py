"""Prints the CREATE statements of both dialects from the same SQLModel metadata.

`python -m facade.store.ddl` writes them beside `tables.py`, after a change there. A new store then needs no
SQLAlchemy, which takes longer to load than all else.
"""

from __future__ import annotations

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Compiled
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlmodel import SQLModel

import facade.store.tables  # noqa: F401  (declares the tables)
from facade.store.schema import BETWEEN, printed_at


def printed(dialect: str) -> str:
    """The statements as they stand in the dialect's file."""
    form = sqlite.dialect() if dialect == "sqlite" else postgresql.dialect()  # type: ignore[no-untyped-call]
    found: list[str] = []
    for table in SQLModel.metadata.sorted_tables:
        found.append(_text(CreateTable(table, if_not_exists=True).compile(dialect=form)))
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        found += [_text(CreateIndex(index, if_not_exists=True).compile(dialect=form)) for index in indexes]
    return BETWEEN.join(found) + "\n"


def _text(statement: Compiled) -> str:
    return "\n".join(line.rstrip() for line in str(statement).strip().splitlines()).expandtabs(4)


if __name__ == "__main__":
    for name in ("sqlite", "postgresql"):
        printed_at(name).write_text(printed(name))
