"""Fixtures: an open store, on SQLite and on PostgreSQL, with a clock that the test moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from facade.store import Store

_numbers = count(1)


class Ticking:
    """A clock that goes on by a millisecond each time it is read."""

    def __init__(self) -> None:
        self.now = datetime(2024, 1, 31, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest) -> Callable[[], str]:
    """Makes an empty database and gives its URL."""

    def make() -> str:
        server = request.getfixturevalue("postgres_server")
        name = f"store_{next(_numbers)}"
        server.create_database(name)
        url: str = server.url(name)
        return url

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path, postgres_url: Callable[[], str]) -> Iterator[Store]:
    """Everything that a store promises holds on both."""
    url = f"sqlite:///{tmp_path / 'facade.db'}" if request.param == "sqlite" else postgres_url()
    opened = Store.open(url, clock=Ticking())
    yield opened
    opened.close()
