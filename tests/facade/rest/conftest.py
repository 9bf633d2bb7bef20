"""A store with a few resources, and a client of the whole surface over it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from facade.rest.routes import ROUTES
from facade.store import Store
from tests.facade.rest import support


@pytest.fixture
def clock() -> support.Clock:
    return support.Clock()


@pytest.fixture
def store(tmp_path: Path, clock: support.Clock) -> Iterator[Store]:
    store = support.open_store(tmp_path, clock)
    yield store
    store.close()


@pytest.fixture
async def client(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    async with support.client(ROUTES, support.service(store)) as client:
        yield client
