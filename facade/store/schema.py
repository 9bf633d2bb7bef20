"""Creates the tables, on both dialects, and knows their version."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from facade.store.errors import CannotOpen

VERSION = 4
"""Raised with each change of tables.py, or of the rows in them, that an existing store cannot bear."""

_TEXT = {
    "sqlite": (
        "CREATE VIRTUAL TABLE IF NOT EXISTS index_text USING fts5(narrative, content, content='', "
        "contentless_delete=1, detail=column, tokenize='unicode61 remove_diacritics 0')",
    ),
    "postgresql": (
        "CREATE TABLE IF NOT EXISTS index_text "
        "(rid BIGINT PRIMARY KEY, narrative TSVECTOR, content TSVECTOR)",
        "CREATE INDEX IF NOT EXISTS index_text_narrative ON index_text USING gin (narrative)",
        "CREATE INDEX IF NOT EXISTS index_text_content ON index_text USING gin (content)",
    ),
}
"""The full-text index, which SQLModel cannot declare."""
BETWEEN = ";\n\n"
"""Between two statements of a file."""

Execute = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]


@cache
def ddl(dialect: str) -> tuple[str, ...]:
    """CREATE statements that leave alone what is there: those that `facade.store.ddl` has printed."""
    return (*printed_at(dialect).read_text().split(BETWEEN), *_TEXT[dialect])


def printed_at(dialect: str) -> Path:
    """Where the statements of a dialect are."""
    return Path(__file__).with_name(f"tables.{dialect}.sql")


def found_version(execute: Execute, tables_like: str) -> int | None:
    """The schema version that the store holds; None for a new one. `tables_like` finds store_fact."""
    if not execute(tables_like, ()):
        return None
    rows = execute("SELECT value FROM store_fact WHERE name='schema'", ())
    return int(rows[0][0]) if rows else None


def prepare(execute: Execute, dialect: str, tables_like: str, place: str) -> None:
    """Inside a transaction: create what is missing, refuse what is newer."""
    version = found_version(execute, tables_like)
    if version is None:
        for statement in ddl(dialect):
            execute(statement, ())
        execute("INSERT INTO store_fact (name, value) VALUES ('schema', ?)", (str(VERSION),))
    elif version != VERSION:
        age = "newer" if version > VERSION else "older"
        raise CannotOpen(
            f"the store {place} was written by a {age} facade (its schema is {version}, this program's is"
            f" {VERSION}): run the version that wrote it, or begin a new store and sync again"
        )
