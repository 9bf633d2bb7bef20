"""Whatever a source says, in batches of whatever size, the store ends where a plain model of it does."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import Record
from facade.flow.ingest import Into, in_batches, ingest_batches
from facade.flow.sync import How, sync_stream
from facade.store import Store
from tests.facade.flow.scripted import Scripted, pack, row
from tests.facade.stores import Ticking

DOUBLE = "another row of this stream has the same key"


HOW = {batch: How(batch=batch, accept_deletes=True) for batch in range(1, 6)}


class Batching(Scripted):
    """Gives its records in lists of some sizes, over and over."""

    sizes: tuple[int, ...] = (1,)

    async def read_batches(
        self, stream: str, since: str | None = None, where: Any = None
    ) -> AsyncIterator[list[Record]]:
        at = turn = 0
        while at < len(self.rows):
            size = self.sizes[turn % len(self.sizes)]
            yield self.rows[at : at + size]
            at, turn = at + size, turn + 1


class Model:
    """What a snapshot stream leaves in the store, said as plainly as can be."""

    def __init__(self) -> None:
        self.living: dict[str, str] = {}
        self.refused: dict[str, str] = {}

    def read(self, rows: list[Record]) -> None:
        """A whole read."""
        before, self.refused = self.living, {}
        first: dict[str, Record] = {}
        for record in rows:
            if record.key.startswith("?"):
                self.refused[record.key] = "row has no key"
            elif "$error" in record.body:
                self.refused[record.key] = "broken"
            elif record.key not in first:
                first[record.key] = record
            elif first[record.key].body != record.body:
                self.refused[record.key] = DOUBLE
        self.living = {key: one.body["lname"] for key, one in first.items() if not one.deleted}
        self.living |= {key: before[key] for key in self.refused if key in before and key not in first}


def record(key: str, name: str, what: str) -> Record:
    if what == "broken":
        return Record("patient", key, {"$error": "broken"})
    if what == "keyless":
        return Record("patient", f"?{key}", {"lname": name})
    return row(key, lname=name, note=what, deleted=what == "deleted")  # a mark lies in the row


def told_apart(rows: list[Record]) -> list[Record]:
    """Only plain rows come twice with one key: of others it matters which batch they come in."""
    odd = {one.key for one in rows if one.deleted or "$error" in one.body or one.key.startswith("?")}
    first = {one.key: one for one in reversed(rows)}
    return [one for one in rows if one.key not in odd or one is first[one.key]]


ROWS = st.lists(
    st.builds(
        record,
        st.sampled_from("123456"),
        st.sampled_from(["Doe", "Roe", "Zoë"]),
        st.sampled_from(["plain"] * 8 + ["deleted", "broken", "keyless"]),
    ),
    max_size=9,
).map(told_apart)


async def _same(reads: list[list[Record]], sizes: tuple[int, ...], batch: int, path: Path) -> None:
    store = Store.open(f"sqlite:///{path.as_posix()}", clock=Ticking())
    source, model = Batching(), Model()
    source.sizes = sizes
    try:
        for rows in reads:
            source.rows = rows
            model.read(rows)
            for again in (False, True):
                result = await sync_stream(store, pack(), source, "patient", HOW[batch])
                assert result.error is None and result.read == len(rows)
                assert not again or (result.changed, result.deleted, result.written) == (0, 0, 0)
            living = store.query("SELECT id, body FROM resource WHERE deleted=0")
            assert {id: bytes(body).partition(b'"family":"')[2].partition(b'"')[0].decode() for id, body in
                    living} == model.living  # fmt: skip
            refused = store.query("SELECT key, reason FROM quarantine WHERE mapping=''")
            assert dict(refused) == model.refused
    finally:
        store.close()


@settings(max_examples=40, deadline=None)
@given(
    st.lists(ROWS, min_size=1, max_size=3),
    st.lists(st.integers(1, 5), min_size=1, max_size=3).map(tuple),
    st.integers(1, 5),
)
def test_a_store_ends_where_the_model_does(
    reads: list[list[Record]], sizes: tuple[int, ...], batch: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_same(reads, sizes, batch, Path(folder) / "store.db"))


async def test_batches_are_cut_and_joined_to_the_size_of_a_transaction(store: Store) -> None:
    from facade.flow.runs import begin

    sizes: list[int] = []

    async def records() -> AsyncIterator[list[Record]]:
        yield [row(number) for number in range(7)]
        yield [row(number) for number in range(7, 8)]
        yield [row(number) for number in range(8, 13)]

    def told(stream: str, read: int, changed: int, rate: float) -> None:
        sizes.append(changed - sum(sizes))

    into = Into(store, pack(), await begin(store, "emr", "patient", "snapshot"), batch=3, progress=told)
    tally = await ingest_batches(into, records())
    assert (tally.read, tally.changed, sizes) == (13, 13, [3, 3, 3, 3, 1])


async def test_what_came_before_a_failure_is_given_first() -> None:
    async def failing() -> AsyncIterator[Record]:
        for number in range(5):
            yield row(number)
        raise OSError

    got: list[list[str]] = []
    try:
        async for batch in in_batches(failing(), 3):
            got.append([one.key for one in batch])  # noqa: PERF401
    except OSError:
        got.append([])
    assert got == [["0", "1", "2"], ["3", "4"], []]
