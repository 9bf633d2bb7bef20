"""An empty SQLite store per module, and one on PostgreSQL beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from facade.store import Store


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    if request.param == "sqlite":
        opened = Store.open(f"sqlite:///{_posix(tmp_path_factory.mktemp('store') / 'facade.db')}")
    else:
        server = request.getfixturevalue("postgres_server")
        name = f"search_{request.module.__name__.rsplit('.', 1)[-1]}"
        server.create_database(name)
        opened = Store.open(server.url(name))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def sqlite_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{_posix(tmp_path_factory.mktemp('store') / 'facade.db')}")
    yield opened
    opened.close()


def _posix(path: Path) -> str:
    return path.as_posix()
