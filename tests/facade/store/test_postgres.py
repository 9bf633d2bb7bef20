"""What only PostgreSQL has: placeholders of its own, locks between processes, a server that goes away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from facade.errors import Unavailable
from facade.store import Store
from facade.store.postgres import translate_sql
from tests.facade.store.test_store import FACTS, add


def test_placeholders_are_translated_outside_of_quotes() -> None:
    assert translate_sql("a=? AND b='?''?' AND c LIKE '5%' AND \"d?\"=? % 2") == (
        "a=%s AND b='?''?' AND c LIKE '5%%' AND \"d?\"=%s %% 2"
    )


async def test_two_stores_take_turns(postgres_url: Callable[[], str]) -> None:
    url = postgres_url()
    one, two = Store.open(url), Store.open(url)
    try:
        async with one.exclusive("schedule") as first, two.exclusive("schedule") as second:
            assert (first, second) == (True, False)
        async with two.exclusive("schedule") as second:
            assert second
        one.write_sync(add("a"))
        two.write_sync(add("b"))
        assert len(one.query(FACTS)) == 2
    finally:
        one.close()
        two.close()


async def test_a_lock_asked_for_in_vain_is_let_go(postgres_url: Callable[[], str]) -> None:
    """Cancelled while the server was being asked: no one would ever release it."""
    store = Store.open(postgres_url())

    async def hold() -> None:
        async with store.exclusive("sync"):
            await asyncio.sleep(60)

    for number in range(20):
        task = asyncio.ensure_future(hold())
        await asyncio.sleep(number / 2000)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await asyncio.sleep(0.3)
    async with store.exclusive("sync") as mine:
        assert mine
    store.close()


def test_a_lost_connection_is_told_and_made_again(postgres_url: Callable[[], str]) -> None:
    store = Store.open(postgres_url())
    kill = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname=current_database() AND pid<>pg_backend_pid()"
    )
    try:
        store.write_sync(add("a"))
        store.query(kill)
        with pytest.raises(Unavailable, match="PostgreSQL server cannot be reached"):
            store.write_sync(add("b"))
        store.write_sync(add("c"))
        assert [name for name, _ in store.query(FACTS)] == ["a", "c"]
    finally:
        store.close()
