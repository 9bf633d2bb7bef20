"""Session fixtures: one private server of each kind per test process, started when first asked for."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import pytest

from tests import servers
from tests.facade.stores import postgres_url, store_databases
from tests.paths import REPO

__all__ = ["postgres_url", "store_databases"]

# httpx reads all authorities that the machine trusts for each of our thousand clients, in a twentieth of a
# second; none of them needs one. This folder has none.
os.environ.pop("SSL_CERT_FILE", None)
os.environ["SSL_CERT_DIR"] = str(REPO / "tests")

LONG = (
    "docker/test_image.py",
    "flows/test_live.py",
    "flows/test_histories.py",
    "flows/test_kill_writes.py",
    "flows/test_outages.py",
    "flows/test_init_recall.py",
    "facade/search/test_official_pairs.py",
    "facade/search/test_generated_queries.py",
    "flows/test_kill.py",
    "flows/test_oscar_journey.py",
    "flows/test_openemr_journey.py",
    "flows/test_openhospital_journey.py",
    "facade/flow/inspect/test_diff.py",
)
"""Files of a minute or more: they are begun first, so that no process is left with one at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files first, the others in their order."""
    ranks = {REPO / "tests" / name: rank for rank, name in enumerate(LONG)}
    items.sort(key=lambda item: ranks.get(item.path, len(ranks)))


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
