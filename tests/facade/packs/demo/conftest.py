"""A Kestrel database of 300 patients, read by the connector and mapped, once for all tests here."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Record
from connectors.odbc import open_connector
from facade.mapping import Failure, Pack, parse_pack
from facade.packs import read_pack
from facade.packs.demo.generate import generate

TODAY = date(2026, 3, 2)


@dataclass
class Filled:
    """What came out of a whole read."""

    records: list[Record] = field(default_factory=list)
    resources: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    unmapped: set[tuple[str, str]] = field(default_factory=set)

    def of(self, mapping: str) -> list[dict[str, Any]]:
        """The resources of one mapping."""
        return [resource for name, resource in self.resources if name == mapping]


@pytest.fixture(scope="session")
def kestrel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database."""
    return generate(tmp_path_factory.mktemp("demo") / "kestrel.db", patients=300, seed=7, today=TODAY)


@pytest.fixture
def sql(kestrel: Path) -> Iterator[sqlite3.Connection]:
    """The database to look into; text as the bytes it is."""
    connection = sqlite3.connect(kestrel)
    connection.text_factory = bytes
    yield connection
    connection.close()


@pytest.fixture(scope="session")
def pack() -> Pack:
    """The shipped pack."""
    return parse_pack(read_pack("demo"))


async def read(path: Path, pack: Pack) -> list[Record]:
    """Every record of every stream, through the connector."""
    connector = open_connector(
        "emr", {"url": f"sqlite:///{path.as_posix()}"}, pack.streams, lambda: datetime(2026, 3, 2, tzinfo=UTC)
    )
    try:
        return [record for stream in pack.streams for record in [r async for r in connector.read(stream)]]
    finally:
        await connector.aclose()


def fill(pack: Pack, records: list[Record]) -> Filled:
    """Records to resources; an empty `meta` is left out, as it is when a resource is stored."""
    filled = Filled(records)
    for record in records:
        if record.deleted:
            continue
        outcome = pack.to_fhir(record)
        filled.failures += outcome.failures
        filled.unmapped.update(outcome.unmapped)
        for made in outcome.resources:
            resource = {name: value for name, value in made.resource.items() if name != "meta" or value}
            filled.resources.append((made.mapping, resource))
    return filled


@pytest.fixture(scope="session")
def filled(kestrel: Path, pack: Pack) -> Filled:
    """The whole database as FHIR."""
    return fill(pack, asyncio.run(read(kestrel, pack)))
