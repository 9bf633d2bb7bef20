"""What is kept at hand is what is stored, whoever changed it and whenever."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facade.store.resident import CHANGES, TRIES, AtHand, Resident, Row

ALL = f"SELECT group_concat(d.rid),'told',{CHANGES} FROM (SELECT rid FROM found ORDER BY rid) d"
"""The rids of an index, which a resource leaves when it is deleted; `stale` ones stay for good."""
TABLES = """
CREATE TABLE resource (rid INTEGER PRIMARY KEY, type, id, body BLOB, refers, deleted);
CREATE TABLE resource_version (rid, version, PRIMARY KEY (rid, version));
CREATE TABLE found (rid INTEGER PRIMARY KEY);
"""


class Stored:
    """A few resources in a database, changed as the store changes them."""

    def __init__(self) -> None:
        self.base = sqlite3.connect(":memory:", isolation_level=None)
        self.base.executescript(TABLES)
        self.versions = 0

    def put(self, rid: int, body: bytes | None) -> None:
        """Create, update, delete or revive."""
        if self.base.execute("SELECT 1 FROM resource WHERE rid=?", (rid,)).fetchall():
            self.versions += 1
            self.base.execute("INSERT INTO resource_version VALUES (?, ?)", (rid, self.versions))
        values = (rid, "Patient", f"p{rid}", body or b"", None, body is None)
        self.base.execute("REPLACE INTO resource VALUES (?, ?, ?, ?, ?, ?)", values)
        self.base.execute("REPLACE INTO found VALUES (?)", (rid,))

    def read(self, sql: str, params: Sequence[Any]) -> list[Row]:
        return self.base.execute(sql, params).fetchall()

    @property
    def truth(self) -> list[tuple[int, bytes]]:
        return self.read("SELECT rid, body FROM resource WHERE deleted=0 ORDER BY rid", ())


def seen(found: AtHand | None) -> list[tuple[int, bytes]]:
    assert found is not None
    assert found.numbers == [one.rid for one in found.kept]
    assert all(one.name == f"Patient/p{one.rid}".encode() for one in found.kept)
    return [(one.rid, one.body) for one in found.kept]


steps = st.lists(
    st.one_of(
        st.tuples(st.integers(1, 8), st.sampled_from([None, b"a", b"b", b"c" * 500, b"d" * 1500])),
        st.just("look"),
    ),
    max_size=40,
)
"""Puts, and looks at all that there is."""


@settings(max_examples=300, deadline=None)
@given(steps, st.integers(0, 9000))
def test_what_is_at_hand_is_what_is_stored(done: list[Any], room: int) -> None:
    stored, resident = Stored(), Resident(room)
    for step in [*done, "look"]:
        if step == "look":
            assert seen(resident.find(stored.read, ALL, (), 1)) == stored.truth
        else:
            stored.put(*step)


def test_nothing_is_read_twice() -> None:
    stored, resident = Stored(), Resident(1_000_000)
    for rid in range(1, 6):
        stored.put(rid, b"one")
    read: list[str] = []

    def counting(sql: str, params: Sequence[Any]) -> list[Row]:
        read.append(sql)
        return stored.read(sql, params)

    for _ in range(3):
        assert len(seen(resident.find(counting, ALL, (), 1))) == 5
    assert len(read) == 4  # the rids three times, the resources once
    stored.put(3, b"two")
    assert seen(resident.find(counting, ALL, (), 1))[2] == (3, b"two")
    assert len(read) == 7  # the rids, what has changed, that one


def test_what_changes_while_it_is_read_is_looked_for_again() -> None:
    """After the rids, and after what has changed was heard of."""
    for moment in range(3):
        stored, resident = Stored(), Resident(1_000_000)
        for rid in (1, 2):
            stored.put(rid, b"old")
        seen(resident.find(stored.read, ALL, (), 1))
        stored.put(1, b"new")
        at = iter(range(100))

        def changing(
            sql: str, params: Sequence[Any], stored: Stored = stored, at: Any = at, moment: int = moment
        ) -> list[Row]:
            rows = stored.read(sql, params)
            if next(at) == moment:
                stored.put(2, None)
                stored.base.execute("DELETE FROM found WHERE rid=2")
            return rows

        found = seen(resident.find(changing, ALL, (), 1))
        assert found in ([(1, b"new")], [(1, b"new"), (2, b"old")])
        assert seen(resident.find(stored.read, ALL, (), 1)) == [(1, b"new")]


def test_what_never_rests_is_not_found() -> None:
    stored, resident = Stored(), Resident(1_000_000)
    stored.put(1, b"old")
    tries = 0

    def restless(sql: str, params: Sequence[Any]) -> list[Row]:
        nonlocal tries
        rows = stored.read(sql, params)
        tries += sql == ALL
        stored.put(1, b"new")
        return rows

    assert resident.find(restless, ALL, (), 1) is None
    assert tries == TRIES


def test_sort_values_go_with_their_resource() -> None:
    stored, resident = Stored(), Resident(1_000_000)
    for rid, body in ((1, b"one"), (2, None), (3, b"three")):
        stored.put(rid, body)
    sql = f"SELECT '1,10,2,20,3,null',7,{CHANGES}"
    for _ in range(2):
        found = resident.find(stored.read, sql, (), 2)
        assert found is not None
        assert (found.numbers, found.told) == ([1, 10, 3, None], 7)
        assert [one.body for one in found.kept] == [b"one", b"three"]


def test_those_that_have_a_name() -> None:
    """Some twice, some that there never were; what becomes of them later is seen."""
    stored, resident = Stored(), Resident(1_000_000)
    for rid in (1, 2, 3):
        stored.put(rid, b"one")
    known, unknown = [("Patient", "p1"), ("Patient", "p3")], ("Patient", "none")
    for names in (known, [*known, unknown], known):
        assert seen(resident.find_named(stored.read, names)) == [(1, b"one"), (3, b"one")]
    assert seen(resident.find_named(stored.read, [unknown])) == []
    stored.put(1, b"two")
    stored.put(3, None)
    assert seen(resident.find_named(stored.read, known)) == [(1, b"two")]
    stored.put(3, b"again")
    assert seen(resident.find_named(stored.read, known)) == [(1, b"two"), (3, b"again")]


@pytest.mark.parametrize("stores", [1, 2])
def test_changes_of_this_process_and_of_another(tmp_path: Path, stores: int) -> None:
    """The same on a store: what a second one writes, as another process would, is seen."""
    from facade.flow.draft import Draft
    from facade.flow.versions import CURRENT, Current, next_version, write_next
    from facade.search import extract
    from facade.store import Store
    from facade.store.serialise import freeze

    opened = [Store.open(f"sqlite:///{tmp_path / 'a.db'}") for _ in range(stores)]
    reader, writer = opened[0], opened[-1]

    def put(family: str) -> None:
        resource = {"resourceType": "Patient", "id": "1", "name": [{"family": family}]}
        draft = Draft(None, "Patient", "1", freeze(resource), extract(resource), None)
        rows = writer.query(CURRENT + "id='1'")
        current = Current(*rows[0]) if rows else None
        writer.write_sync(lambda work: write_next(work, [next_version(draft, current, writer.now())]))

    async def look() -> bytes:
        sql = f"SELECT group_concat(rid),NULL,{CHANGES} FROM resource"
        found = await reader.at_hand(sql, ())
        assert found is not None
        return found.kept[0].body

    async def watch() -> None:
        for family in ("Doe", "Roe", "Poe"):
            await asyncio.to_thread(put, family)
            assert family.encode() in await look()

    asyncio.run(watch())
    for one in opened:
        one.close()
