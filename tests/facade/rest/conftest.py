"""A store with a few resources, and a client of the whole surface over it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from facade.rest.routes import ROUTES
from facade.store import Store
from tests.facade.rest import support
from tests.facade.stores import store_url


@pytest.fixture
def clock() -> support.Clock:
    return support.Clock()


@pytest.fixture
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: support.Clock) -> Iterator[Store]:
    """On SQLite, unless a test is parametrised with the other."""
    with store_url(request, getattr(request, "param", "sqlite"), tmp_path) as url:
        store = Store.open(url, clock=clock)
        yield store
        store.close()


@pytest.fixture
async def client(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    async with support.client(ROUTES, support.service(store)) as client:
        yield client
