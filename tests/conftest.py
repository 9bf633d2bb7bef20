"""Session fixtures: one private server of each kind per test process, started when first asked for."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from tests import servers
from tests.facade.stores import postgres_url, store_databases

__all__ = ["postgres_url", "store_databases"]


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[servers.MariaDB]:
    with servers.mariadb() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[servers.PostgreSQL]:
    with servers.postgres() as server:
        yield server


def pytest_collection_finish() -> None:
    """What was imported and collected lives as long as the process: no collection need look at it again."""
    gc.collect()
    gc.freeze()
