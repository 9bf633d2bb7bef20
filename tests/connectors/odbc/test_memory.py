"""A long read needs no more memory than a short one, also where the driver would keep the whole result."""

from __future__ import annotations

import os

import psutil  # type: ignore[import-untyped]

from connectors.base import Condition, Stream
from tests.connectors.odbc.conftest import Database
from tests.connectors.odbc.test_care import big

ROWS = 300_000
GROWTH = 45  # MB, of which 20 are a page; the result kept whole takes 120 and more
WIDE = Stream("big", "SELECT id, txt, txt AS txt2, txt AS txt3 FROM big", ("id",))


def resident() -> float:
    return float(psutil.Process(os.getpid()).memory_info().rss) / 1e6


async def test_flat_memory(database: Database) -> None:
    big(database, ROWS)
    async with database.open(WIDE) as connector:
        async for _ in connector.read("big", where=[Condition("id", "<=", 2000)]):
            pass
        rows, start, most = 0, resident(), 0.0
        async for _ in connector.read("big"):
            rows += 1
            if rows % 10_000 == 0:
                most = max(most, resident())
    assert rows == ROWS
    assert most - start < GROWTH
