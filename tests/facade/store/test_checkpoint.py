"""facade.store.checkpoint: the log is copied beside the writer, and never grows without end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from facade.store.sqlite import SqliteSession, connect

KEY = "ab" * 32
PAGES = 40


@pytest.fixture
def session(tmp_path: Path) -> Iterator[SqliteSession]:
    session = SqliteSession(tmp_path / "a.db", KEY)
    session.execute("CREATE TABLE body (number INTEGER PRIMARY KEY, bytes BLOB)")
    yield session
    session.close()


def write(session: SqliteSession, number: int) -> None:
    """Some PAGES in one commit."""
    session.begin()
    session.insert("body", ("number", "bytes"), [(number, b"x" * 4000 * PAGES)])
    session.commit()


def log(path: Path) -> tuple[int, int]:
    """Pages in the log, and how many of them were copied."""
    connection = connect(path, KEY, cache_kib=1024)
    _, pages, copied = connection.execute("PRAGMA wal_checkpoint(NOOP)").fetchone()
    connection.close()
    return pages, copied


def wait_until_copied(path: Path) -> None:
    deadline = time.monotonic() + 30
    while len(set(log(path))) > 1:
        assert time.monotonic() < deadline, "nothing was copied"
        time.sleep(0.01)


def test_few_pages_are_left_in_the_log(session: SqliteSession, tmp_path: Path) -> None:
    write(session, 1)
    pages, copied = log(tmp_path / "a.db")
    assert pages > PAGES
    assert copied == 0


def test_many_are_copied_by_a_thread(
    session: SqliteSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("facade.store.checkpoint.MANY", PAGES)
    write(session, 1)
    wait_until_copied(tmp_path / "a.db")


def test_the_log_begins_anew_when_it_is_too_long(
    session: SqliteSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though another has always written meanwhile, so that the thread never finds it all copied."""
    monkeypatch.setattr("facade.store.checkpoint.TOO_MANY", 3 * PAGES)
    for number in range(40):
        write(session, number)
    assert log(tmp_path / "a.db")[0] < 6 * PAGES
    assert (tmp_path / "a.db-wal").stat().st_size < 6 * PAGES * 4200
    assert session.execute("SELECT count(*) FROM body") == [(40,)]


def test_a_reader_that_takes_long_holds_nobody_up(
    session: SqliteSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(session, 0)
    monkeypatch.setattr("facade.store.checkpoint.TOO_MANY", PAGES)
    reader = connect(tmp_path / "a.db", KEY, cache_kib=1024)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM body").fetchone() == (1,)
    session.execute("PRAGMA busy_timeout=3600000")  # an hour: who waits is still waiting when the tests end
    write(session, 1)
    write(session, 2)
    reader.execute("COMMIT")
    reader.close()
    write(session, 3)
    write(session, 4)
    assert log(tmp_path / "a.db")[0] < 3 * PAGES


def test_what_the_thread_cannot_do_is_left_to_the_next_time(
    session: SqliteSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> dbapi2.Connection:
        raise dbapi2.OperationalError("database or disk is full")

    monkeypatch.setattr("facade.store.checkpoint.MANY", PAGES)
    monkeypatch.setattr(session._checkpoints, "_open_another", fails)
    write(session, 1)
    write(session, 2)
    monkeypatch.undo()
    monkeypatch.setattr("facade.store.checkpoint.MANY", PAGES)
    write(session, 3)
    wait_until_copied(tmp_path / "a.db")
