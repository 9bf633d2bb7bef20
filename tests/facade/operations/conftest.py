"""A store with a few resources, and a client of the interactions and operations over it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from facade.operations.routes import OPERATION_ROUTES
from facade.rest.routes import ROUTES
from facade.store import Store
from tests.facade.rest import support
from tests.facade.rest.conftest import clock, store

__all__ = ["clock", "store"]


@pytest.fixture
async def client(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    async with support.client((*ROUTES, *OPERATION_ROUTES), support.service(store)) as client:
        yield client
