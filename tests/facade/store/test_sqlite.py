"""What only a file has: its key, its disk, its long queries, and other processes."""

from __future__ import annotations

import asyncio
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from facade.errors import Unavailable
from facade.store import CannotOpen, Store, Transaction
from facade.store import sqlite as dialect
from facade.store.sqlite_store import SqliteStore
from tests.facade.store.test_store import ADD, FACTS, add

LONG = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c WHERE x<300000) SELECT count(*) FROM c"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "clinic" / "facade.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{path}")
    yield opened
    opened.close()


def test_the_file_is_encrypted_and_its_key_is_private(store: Store, path: Path) -> None:
    store.write_sync(add("patient", "Jane Doe of Elm Street"))
    key = path.with_name("facade.db.key")
    assert len(bytes.fromhex(key.read_text().strip())) == 32
    assert os.name == "nt" or stat.S_IMODE(key.stat().st_mode) == 0o600
    for file in path.parent.iterdir():
        assert b"Elm Street" not in file.read_bytes()
        assert not file.read_bytes().startswith(b"SQLite format")


def test_a_second_start_keeps_key_and_data(store: Store, path: Path) -> None:
    store.write_sync(add("a"))
    store.close()
    key = path.with_name("facade.db.key").read_text()
    again = Store.open(f"sqlite:///{path}")
    assert again.query(FACTS) == [("a", "?")]
    assert path.with_name("facade.db.key").read_text() == key
    again.close()


def test_a_missing_key_file_is_told(store: Store, path: Path) -> None:
    store.close()
    key = path.with_name("facade.db.key")
    key.unlink()
    with pytest.raises(CannotOpen, match=r"its key file .* does not: put the key file back"):
        Store.open(f"sqlite:///{path}")
    assert not key.exists()


def test_a_wrong_key_is_told(store: Store, path: Path) -> None:
    store.close()
    path.with_name("facade.db.key").write_text("ab" * 32)
    with pytest.raises(CannotOpen, match=r"cannot be decrypted: its key file is another store's"):
        Store.open(f"sqlite:///{path}")
    path.with_name("facade.db.key").write_text("not a key")
    with pytest.raises(CannotOpen, match=r"cannot be read"):
        Store.open(f"sqlite:///{path}")
    path.with_name("facade.db.key").write_text("abcd")
    with pytest.raises(CannotOpen, match=r"does not hold 64 hexadecimal digits"):
        Store.open(f"sqlite:///{path}")


def test_a_store_with_pages_of_another_size_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialect, "PAGE", dialect.FORMER_PAGE)
    Store.open(f"sqlite:///{path}").close()
    monkeypatch.undo()
    with pytest.raises(CannotOpen, match=r"facade\.db was written by an older facade: .*sync again"):
        Store.open(f"sqlite:///{path}")


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotOpen, match=r"cannot be made: Not a directory"):
        Store.open(f"sqlite:///{tmp_path}/file/deep/facade.db")
    (tmp_path / "facade.db").mkdir()
    with pytest.raises(CannotOpen, match=r"facade.db cannot be opened|its key file"):
        Store.open(f"sqlite:///{tmp_path}/facade.db")


async def test_a_long_query_leaves_the_event_loop(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[str] = []
    assert isinstance(store, SqliteStore)
    query = store._query

    def spy(sql: str, params: tuple[object, ...], seconds: float) -> list[tuple[object, ...]]:
        threads.append(sql)
        return query(sql, params, seconds)

    monkeypatch.setattr(store, "_query", spy)
    for _ in range(3000):  # steps add up over a prepared statement's life, and must not count
        assert await store.fetch("SELECT name FROM store_fact WHERE name='schema'") == [("schema",)]
    assert threads == []
    assert await store.fetch(LONG) == [(300000,)]
    assert threads == [LONG]
    assert await store.fetch(FACTS) == []
    assert threads == [LONG]


def fill(transaction: Transaction) -> None:
    rows = [(f"f{number}", "x" * 4000) for number in range(500)]
    transaction.insert("store_fact", ("name", "value"), rows)


async def test_a_full_disk_is_told_and_survived(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """max_page_count makes SQLite meet SQLITE_FULL, as on a disk without room."""
    connect, pages = dialect.connect_writer, []

    def small(path: Path, key: str) -> object:
        connection = connect(path, key)
        pages.append(connection)
        return connection

    monkeypatch.setattr(dialect, "connect_writer", small)
    store = Store.open(f"sqlite:///{path}")
    await store.write(add("before"))
    (count,) = pages[-1].execute("PRAGMA page_count").fetchone()
    pages[-1].execute(f"PRAGMA max_page_count={count + 10}").fetchall()
    results = await asyncio.gather(
        store.write(fill), store.write(fill), store.write(fill), return_exceptions=True
    )
    for result in results:
        assert isinstance(result, Unavailable), result
        assert "the disk that holds the store is full: nothing was stored" in str(result)
    assert [name for name, _ in store.query(FACTS)] == ["before"]
    pages[-1].execute("PRAGMA max_page_count=100000").fetchall()
    await store.write(fill)
    assert len(store.query(FACTS)) == 501
    store.close()


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="mounts a small tmpfs")
async def test_a_really_full_disk(tmp_path: Path) -> None:
    mount = tmp_path / "small"
    mount.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=3m", "none", str(mount)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mount is not allowed here")
    try:
        store = Store.open(f"sqlite:///{mount}/facade.db")
        await store.write(add("before"))
        filler = mount / "filler"
        filler.write_bytes(b"x" * 2_000_000)
        with pytest.raises(Unavailable, match=r"full|cannot be read or written"):
            await store.write(fill)
        assert [name for name, _ in await store.fetch(FACTS)] == ["before"]
        filler.unlink()
        await store.write(add("after"))
        assert [name for name, _ in await store.fetch(FACTS)] == ["after", "before"]
        store.close()
    finally:
        subprocess.run(["umount", mount], check=True)


def test_two_processes_share_the_file(store: Store, path: Path) -> None:
    code = (
        "import sys; from facade.store import Store\n"
        f"store = Store.open('sqlite:///{path.as_posix()}')\n"
        "for n in range(100):\n"
        f"    store.write_sync(lambda t: t.execute({ADD!r}, (f'{{sys.argv[1]}}-{{n}}', '')))\n"
        "store.close()"
    )
    children = [subprocess.Popen([sys.executable, "-c", code, name]) for name in ("a", "b")]
    for number in range(100):
        store.write_sync(add(f"c-{number}"))
    assert [child.wait(60) for child in children] == [0, 0]
    assert len(store.query(FACTS)) == 300
