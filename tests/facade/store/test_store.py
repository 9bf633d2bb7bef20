"""Reads, writes and their failures, the same on both dialects."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from math import inf

import pytest

from facade.errors import Unavailable
from facade.store import CannotOpen, Store, Transaction, writer
from facade.store.schema import VERSION

ADD = "INSERT INTO store_fact (name, value) VALUES (?, ?)"
FACTS = "SELECT name, value FROM store_fact WHERE name<>'schema' ORDER BY name"


def add(name: str, value: str = "?") -> Callable[[Transaction], int]:
    def work(transaction: Transaction) -> int:
        transaction.execute(ADD, (name, value))
        return len(transaction.execute(FACTS))

    return work


async def test_a_write_returns_its_result_when_durable(store: Store) -> None:
    assert await store.write(add("a")) == 1
    assert await store.fetch(FACTS) == [("a", "?")]
    assert store.query(FACTS) == [("a", "?")]
    assert store.write_sync(add("b", "100%")) == 2
    assert store.query("SELECT name FROM store_fact WHERE value LIKE '100%' AND name=?", ("b",)) == [("b",)]


async def test_one_failure_does_not_spoil_its_neighbours(store: Store) -> None:
    """All three are queued while the writer is held, so they are one group."""
    hold = threading.Event()
    holding = asyncio.ensure_future(store.write(lambda _: hold.wait()))
    await asyncio.sleep(0.05)
    jobs = [store.write(add("a")), store.write(add("a")), store.write(add("b"))]
    gathered = asyncio.gather(*jobs, return_exceptions=True)
    await asyncio.sleep(0.05)
    hold.set()
    first, second, third = await gathered
    await holding
    assert (first, third) == (1, 2)
    assert isinstance(second, Exception)
    assert [name for name, _ in store.query(FACTS)] == ["a", "b"]


@pytest.mark.parametrize(("seconds", "apart"), [(0.0, True), (inf, False)])
def test_who_waits_for_long_work_is_not_kept(
    store: Store, seconds: float, apart: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Work that took its time is durable before the next is begun; what is quick goes together."""
    monkeypatch.setattr(writer, "TOGETHER", seconds)
    held, go_on = threading.Event(), threading.Event()

    def hold(transaction: Transaction) -> None:
        held.set()
        go_on.wait()

    own = writer.Writer(store._open_session, {})
    holding = own.submit(hold)
    held.wait()
    first = own.submit(add("a"))
    second = own.submit(lambda transaction: (first.done(), *transaction.execute(FACTS)))
    go_on.set()
    holding.result()
    assert second.result() == (apart, ("a", "?"))
    own.close()


def test_what_cannot_even_begin_is_told_to_all() -> None:
    go_on = threading.Event()

    def unavailable() -> writer.Session:
        go_on.wait()
        raise Unavailable("the disk is gone")

    without = writer.Writer(unavailable, {})
    waiting = [without.submit(add(name)) for name in "abc"]
    go_on.set()
    for one in waiting:
        with pytest.raises(Unavailable, match="the disk is gone"):
            one.result(timeout=10)
    without.close()


async def test_a_job_that_raises_leaves_nothing(store: Store) -> None:
    def work(transaction: Transaction) -> None:
        transaction.execute(ADD, ("a", "1"))
        raise ValueError("stop")

    with pytest.raises(ValueError, match=r"stop"):
        await store.write(work)
    assert store.query(FACTS) == []
    assert await store.write(add("b")) == 1


async def test_many_rows_and_new_ids(store: Store) -> None:
    def work(transaction: Transaction) -> list[int]:
        ids = list(transaction.new_ids("raw_record", "id", 1100))
        rows = [(number, 1, f"k{number}", b"\0h", 0, 5, b"{}") for number in ids]
        transaction.insert("raw_record", ("id", "stream_id", "key", "hash", "deleted", "at", "body"), rows)
        return ids

    first, second = await store.write(work), await store.write(work)
    assert len(set(first) | set(second)) == 2200
    assert store.query("SELECT hash, count(*) FROM raw_record GROUP BY hash") == [(b"\0h", 2200)]


def test_reads_cannot_write(store: Store) -> None:
    with pytest.raises(Exception, match=r"read-only|read or written"):
        store.query(ADD, ("a", "b"))
    assert store.query(FACTS) == []


async def test_writes_from_many_threads_all_arrive(store: Store) -> None:
    names = [f"n{number}" for number in range(200)]
    await asyncio.gather(*(asyncio.to_thread(store.write_sync, add(name)) for name in names))
    assert [name for name, _ in store.query(FACTS)] == sorted(names)


async def test_what_is_exclusive_is_held_once(store: Store) -> None:
    exclusive = store.exclusive
    async with exclusive("sync") as first, exclusive("sync") as second, exclusive("other") as other:
        assert (first, second, other) == (True, False, True)
    async with store.exclusive("sync") as again:
        assert again


async def test_a_closed_store_says_so(store: Store) -> None:
    store.close()
    with pytest.raises(Unavailable, match=r"closed"):
        await store.write(add("a"))
    store.close()


def test_a_newer_schema_is_refused(store: Store, request: pytest.FixtureRequest) -> None:
    store.write_sync(lambda t: t.execute("UPDATE store_fact SET value='99' WHERE name='schema'"))
    url = f"sqlite:///{store.path}" if store.dialect == "sqlite" else store._url  # type: ignore[attr-defined]
    with pytest.raises(CannotOpen, match=rf"newer facade \(its schema is 99, this program's is {VERSION}\)"):
        Store.open(url)


def test_a_strange_url_is_refused() -> None:
    with pytest.raises(CannotOpen, match=r"begins with sqlite:/// or postgresql://, not 'mysql'"):
        Store.open("mysql://root:secret@host/db")


def test_an_unreachable_server_is_named_without_its_password() -> None:
    with pytest.raises(CannotOpen) as raised:
        Store.open("postgresql://someone:hunter2@127.0.0.1:9/records")
    assert "records on 127.0.0.1" in str(raised.value)
    assert "hunter2" not in str(raised.value)


def test_whether_a_store_is_held(store: Store) -> None:
    url = f"sqlite:///{store.path}" if store.dialect == "sqlite" else store._url  # type: ignore[attr-defined]
    assert Store.is_held(url)
    store.close()
    end = time.monotonic() + 20
    while Store.is_held(url):  # PostgreSQL notices that a client has gone a moment later
        assert time.monotonic() < end
        time.sleep(0.05)
    again = Store.open(url)
    assert Store.is_held(url)
    again.close()
