"""The full-text index, and that of the texts of codes (`:text`): made on demand, and kept up with changes.

https://hl7.org/fhir/R4/search.html#content

Words are most of what a resource holds, and few searches ask for them: to index them with each resource would
cost a fill a third of its speed. What changed after the last look at a type is known by its time of change.
"""

# ruff: noqa: S608 - the text is made of our own names and `?`

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from facade.errors import Unavailable
from facade.search import Setting, extract
from facade.search.fulltext import texts_of
from facade.store import Store, Transaction
from facade.store.index import LONGEST
from facade.store.serialise import from_json

AT_ONCE = 500
LATE = 5_000_000
"""Microseconds that are looked at again: another process may yet store what has an earlier time."""
_CHANGED = (
    "SELECT r.rid, r.updated, r.deleted, r.body FROM resource r WHERE r.type=? AND r.updated>=? "
    "AND (r.updated>? OR r.rid>?) ORDER BY r.updated, r.rid LIMIT 0+?"
)


@dataclass(frozen=True, slots=True)
class _Walk:
    """One look at what changed, for all who ask meanwhile; when it began, by the monotonic clock."""

    begun: float
    task: asyncio.Task[None]


class TextIndex:
    """The full-text index of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._walks: dict[str, _Walk] = {}

    async def catch_up(self, types: Sequence[str], seconds: float = 2.0) -> None:
        """Bring these types up to date. Raises Unavailable if that takes longer; it then goes on."""
        asked = time.monotonic()
        for type in types:
            walk = self._walks.get(type)
            while walk is None or walk.begun < asked:  # it may be past what was stored since it began
                if walk is not None and not walk.task.done():
                    await self._wait(walk, type, asked + seconds)
                walk = self._walks.get(type)
                if walk is None or (walk.begun < asked and walk.task.done()):
                    walk = self._walks[type] = self._begin(type)
            await self._wait(walk, type, asked + seconds)

    def _begin(self, type: str) -> _Walk:
        task = asyncio.create_task(self._all(type))
        task.add_done_callback(lambda done: done.cancelled() or done.exception())  # if nobody waits any more
        return _Walk(time.monotonic(), task)

    async def _wait(self, walk: _Walk, type: str, end: float) -> None:
        done, _ = await asyncio.wait((walk.task,), timeout=max(0.0, end - time.monotonic()))
        if not done:
            error = Unavailable(
                f"The words of {type} are being indexed for the first time: try again in a little while."
            )
            error.headers = ((b"retry-after", b"2"),)
            raise error
        walk.task.result()

    async def aclose(self) -> None:
        """Stop what still goes on."""
        tasks = [walk.task for walk in self._walks.values()]
        self._walks.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _all(self, type: str) -> None:
        """Index what changed since the last look, by time and then by row: many rows can have one time."""
        known = await self._store.fetch("SELECT value FROM store_fact WHERE name=?", (f"text:{type}",))
        since, rid = (int(known[0][0]) if known else -1), 2**62
        while True:
            settled = self._store.now() - LATE
            rows = await self._store.fetch(_CHANGED, (type, since, since, rid, AT_ONCE))
            if rows:
                setting = Setting(custom=self._store.parameters, texts=True)
                read = await asyncio.to_thread(_read, rows, setting)
                rid, since = rows[-1][0], rows[-1][1]
                await self._store.write(partial(_write, read=read))
            if len(rows) < AT_ONCE:
                await self._remember(type, min(since, settled))
                return
            await self._remember(type, min(since - 1, settled))

    async def _remember(self, type: str, since: int) -> None:
        """All that changed up to this time is indexed, and nothing can come any more that did."""
        sql = (
            "INSERT INTO store_fact (name, value) VALUES (?, ?) "
            "ON CONFLICT (name) DO UPDATE SET value=excluded.value"
        )
        name = f"text:{type}"
        known = await self._store.fetch("SELECT value FROM store_fact WHERE name=?", (name,))
        if not known or int(known[0][0]) < since:
            await self._store.write(lambda work: work.execute(sql, (name, str(since))))


@dataclass(frozen=True, slots=True)
class _Read:
    """What one resource is found by here; nothing, if it is deleted."""

    rid: int
    narrative: str = ""
    content: str = ""
    texts: frozenset[tuple[int, str]] = frozenset()


def _read(rows: Sequence[Any], setting: Setting) -> list[_Read]:
    found = []
    for rid, _, deleted, body in rows:
        if deleted or not body:
            found.append(_Read(rid))
            continue
        resource = from_json(bytes(body))
        texts = ((param, text[:LONGEST]) for param, text in extract(resource, setting).texts)
        found.append(_Read(rid, *texts_of(resource), frozenset(texts)))
    return found


def _write(transaction: Transaction, *, read: Sequence[_Read]) -> None:
    key = "rowid" if transaction.dialect == "sqlite" else "rid"
    marks = ",".join("?" * len(read))
    rids = [one.rid for one in read]
    transaction.execute(f"DELETE FROM index_text WHERE {key} IN ({marks})", rids)
    transaction.execute(f"DELETE FROM index_token_text WHERE rid IN ({marks})", rids)
    texts = sorted((param, text, one.rid) for one in read for param, text in one.texts)
    transaction.insert("index_token_text", ("param", "value", "rid"), texts)
    there = [(one.rid, one.narrative, one.content) for one in read if one.content]
    if transaction.dialect == "sqlite":
        transaction.insert("index_text", (key, "narrative", "content"), there)
    elif there:
        sql = (
            "INSERT INTO index_text (rid, narrative, content) "
            "VALUES (?, CAST(? AS tsvector), CAST(? AS tsvector))"
        )
        transaction.executemany(sql, there)
