"""Catalogs of SQLite databases, by the connector itself, and their drafts run over their rows."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from connectors.base import Catalog, Connector, Stream
from connectors.odbc import open_connector
from facade.flow.inspect.check import How, SourceReport, check_source
from facade.mapping import Pack

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)


def database(path: Path, script: str) -> Path:
    """A new SQLite file."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
        connection.commit()
    return path


def connector(options: dict[str, str], streams: dict[str, Stream] | None = None) -> Connector:
    """A connector of kind odbc."""
    return open_connector("test", options, streams or {}, lambda: NOW)


def catalog_of(options: dict[str, str]) -> Catalog:
    """What the database holds."""

    async def look() -> Catalog:
        opened = connector(options)
        try:
            return await opened.catalog()  # type: ignore[attr-defined]
        finally:
            await opened.aclose()

    return asyncio.run(look())


def sqlite_catalog(path: Path) -> Catalog:
    """What an SQLite file holds."""
    return catalog_of({"url": f"sqlite:///{path}"})


def checked(pack: Pack, options: dict[str, str], sample: int | None = 200) -> SourceReport:
    """`facade check` on a draft."""

    async def check() -> SourceReport:
        opened = connector(options, pack.streams)
        try:
            return await check_source("test", pack, opened, How(sample=sample, models=False))
        finally:
            await opened.aclose()

    return asyncio.run(check())


def made(report: SourceReport) -> Counter[str]:
    """How many resources of each type a check made."""
    total: Counter[str] = Counter()
    for stream in report.streams:
        total.update(stream.resources)
    return total


def faults(report: SourceReport) -> list[str]:
    """Everything that a check found wrong, a line each."""
    lines = [report.error] if report.error else []
    for stream in report.streams:
        if stream.error:
            lines.append(f"{stream.stream}: {stream.error}")
        lines += [f"{stream.stream}: no column {name}" for name in stream.missing]
        for finding in (*stream.invalid, *stream.failures):
            lines.append(
                f"{stream.stream}: {finding.mapping} {finding.element}: {finding.reason} ({finding.count})"
            )
    return lines
