"""The search index made anew from the resources as they are stored, and compared with what is there.

https://hl7.org/fhir/R4/search.html

Only rows that differ are written, so what was right costs reads alone. Resources that others write meanwhile
are looked at again inside the transaction; what they write, they index.
"""

# ruff: noqa: S608 - the text is made of our own names and `?`

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any

from facade.flow.sql import by_parts, marks
from facade.search import Setting, extract, patient_of
from facade.search.token import OF_TYPE
from facade.spec.definitions import FIRST_OWN, STRIDE
from facade.store import Store, Transaction
from facade.store.history import stored_types
from facade.store.index import (
    COLUMNS,
    CONTAINED,
    GROUP_BITS,
    PRESENT,
    IndexRows,
    intern,
    replace_rows,
    stored_rows,
    table_rows,
)
from facade.store.parameters import next_generation
from facade.store.serialise import from_json, references_in

AT_ONCE = 200
"""Resources in a transaction, at most."""
BYTES = 4 * 1024 * 1024
"""Of resources in memory at once, unless one alone is larger."""
LATE = 5_000_000
"""Microseconds that are looked at again: another process may store what has an earlier time."""
SETTLE = 2.5
"""Seconds after which every process has noticed that the site's parameters changed, as it does in one."""
TOLD = ("resource.patient", "resource.refers")
"""What is told beside the body and follows from it: the compartment, and what it refers to."""

Progress = Callable[[int], None]
"""How many resources were looked at since it was last called."""


@dataclass(slots=True)
class Compared:
    """Of one table, index rows that were as they must be, that were missing, and that were too many; apart
    from these, those that differ because parameters of the site's own are new or retired."""

    same: int = 0
    missing: int = 0
    surplus: int = 0
    due: int = 0


@dataclass(slots=True)
class Found:
    """What a look at an index came to, by table."""

    resources: int = 0
    tables: dict[str, Compared] = field(
        default_factory=lambda: {name: Compared() for name in (*COLUMNS, *TOLD)}
    )

    @property
    def differences(self) -> int:
        """Rows missing and too many that should not have been."""
        return sum(one.missing + one.surplus for one in self.tables.values())

    @property
    def due(self) -> int:
        """Rows missing and too many, as it should be until a reindexing."""
        return sum(one.due for one in self.tables.values())

    def add(self, other: Found) -> None:
        """Of other resources."""
        self.resources += other.resources
        for name, one in other.tables.items():
            self.tables[name].same += one.same
        self.mend(other)

    def mend(self, other: Found) -> None:
        """What was found at a second look."""
        for name, one in other.tables.items():
            self.tables[name].missing += one.missing
            self.tables[name].surplus += one.surplus
            self.tables[name].due += one.due


async def reindex_types(
    store: Store,
    types: Sequence[str],
    *,
    write: bool = True,
    settle: float = SETTLE,
    progress: Progress = lambda count: None,
    note: Callable[[Transaction, int], None] = lambda transaction, count: None,
) -> Found:
    """Compare, and (if `write`) mend, what these types are found by. The site's own parameters of these types
    are searched by from then on. `note` is called in the transaction of each batch with its size."""
    await store.notice_parameters()
    generation, began = store.generation, store.now()
    waiting = {one.type for one in store.parameters if not one.ready and one.type in types}
    found = Found()
    for type in types:
        async for rids in _pages(store, type):
            found.add(await reindex_resources(store, rids, write=write, note=note))
            progress(len(rids))
    if write and waiting:
        await asyncio.sleep(settle)
        for type in sorted(waiting):  # what was written by who did not know of a parameter yet
            async for rids in _pages(store, type, began - LATE):
                found.mend(await reindex_resources(store, rids))
    if write:
        await store.write(lambda transaction: _mark_ready(transaction, types, generation))
    return found


async def reindex_resources(
    store: Store,
    rids: Sequence[int],
    *,
    write: bool = True,
    note: Callable[[Transaction, int], None] = lambda transaction, count: None,
) -> Found:
    """The same of these resources, in one transaction."""
    setting = Setting.of(store)
    rows = [
        row
        for start in range(0, len(rids), AT_ONCE)
        for row in await store.fetch(
            _BODIES + marks(len(rids[start : start + AT_ONCE])), rids[start : start + AT_ONCE]
        )
    ]
    made = await asyncio.to_thread(_make_all, rows, setting)

    def work(transaction: Transaction) -> Found:
        found = _compare(transaction, rids, made, setting, write=write)
        note(transaction, len(rids))
        return found

    return await store.write(work)


async def sweep(store: Store, *, write: bool = True) -> Found:
    """Compare, and mend, the index rows of resources that there are none of."""
    found = Found()
    for table in COLUMNS:
        condition = (
            f"FROM {table} WHERE NOT EXISTS (SELECT 1 FROM resource r WHERE r.rid="
            f"CASE WHEN {table}.rid<0 THEN (-{table}.rid)>>{GROUP_BITS} ELSE {table}.rid END)"
        )
        lost = (await store.fetch(f"SELECT count(*) {condition}"))[0][0]
        found.tables[table].surplus += lost
        if lost and write:
            await store.write(partial(_execute, sql=f"DELETE {condition}"))
    return found


async def all_types(store: Store) -> list[str]:
    """The types that have an index, or are to have one: of a parameter of the site's own."""
    await store.notice_parameters()
    return sorted(await stored_types(store) | {one.type for one in store.parameters})


async def count_resources(store: Store, types: Iterable[str]) -> int:
    """How many resources of these types there are or were."""
    total = 0
    for type in types:
        total += (await store.fetch("SELECT count(*) FROM resource WHERE type=?", (type,)))[0][0]
    return total


_BODIES = "SELECT rid, version, body FROM resource WHERE rid IN "
_Made = tuple[int, IndexRows, tuple[str | None, str | None]]
"""Of a version its number, what it is found by, and what is TOLD."""


async def _pages(store: Store, type: str, since: int | None = None) -> AsyncIterator[list[int]]:
    """The rids of a type's resources, of few enough to be in memory at once; or of those written `since`."""
    last = 0
    late, values = ("", ()) if since is None else (" AND updated>=?", (since,))
    sql = f"SELECT rid, length(body) FROM resource WHERE type=? AND rid>?{late} ORDER BY rid LIMIT 0+?"
    while rows := await store.fetch(sql, (type, last, *values, AT_ONCE)):
        page, size = [rows[0][0]], rows[0][1]
        for rid, length in rows[1:]:
            size += length
            if size > BYTES:
                break
            page.append(rid)
        last = page[-1]
        yield page


def _make_all(rows: Iterable[Sequence[Any]], setting: Setting) -> dict[int, _Made]:
    return {rid: _make(version, body, setting) for rid, version, body in rows}


def _make(version: int, body: bytes, setting: Setting) -> _Made:
    """What a version is found by; a deleted one by nothing."""
    if not body:
        return version, IndexRows(), (None, None)
    resource = from_json(bytes(body))
    rows = extract(resource, setting)
    return version, rows, (patient_of(resource, rows), references_in(bytes(body)))


def _compare(
    transaction: Transaction,
    rids: Sequence[int],
    made: dict[int, _Made],
    setting: Setting,
    *,
    write: bool,
) -> Found:
    """What others are writing at this moment is passed by."""
    now = _current(transaction, rids)
    changed = [rid for rid, (version, *_) in now.items() if rid not in made or made[rid][0] != version]
    bodies = by_parts(transaction.execute, _BODIES.removesuffix(" "), changed)
    made = {**made, **_make_all(bodies, setting)}
    found = Found(len(now))
    settled = frozenset(
        one.number + raised for one in setting.custom if one.ready for raised in (0, OF_TYPE, PRESENT)
    )
    wanted = table_rows(
        [(rid, made[rid][1]) for rid in now],
        partial(intern, transaction) if write else partial(_numbers, transaction),
    )
    stored = stored_rows(transaction, list(now))
    for table, rows in wanted.items():
        here, there = set(rows), set(map(tuple, stored[table]))
        missing, surplus = here - there, there - here
        due = sum(_is_due(row[0], settled) for row in (*missing, *surplus))
        lacking, wrong = (sum(not _is_due(row[0], settled) for row in rows) for rows in (missing, surplus))
        found.tables[table] = Compared(len(here & there), lacking, wrong, due)
        if write:
            replace_rows(transaction, table, list(surplus), list(missing))
    for place, table in enumerate(TOLD):
        wants = {rid: made[rid][2][place] for rid, (_, deleted, *_) in now.items() if not deleted}
        has = {rid: row[2 + place] for rid, row in now.items()}
        _compare_told(transaction, table, has, wants, found.tables[table], write=write)
    return found


def _is_due(param: int | str, settled: frozenset[int]) -> bool:
    """Whether a row is of the site's own parameters, and not of those that are searched by; one of a
    compartment begins with its patient."""
    if isinstance(param, str):
        return False
    return (
        param % STRIDE >= FIRST_OWN and param % CONTAINED not in settled
    )  # a number is raised by many STRIDEs


def _compare_told(
    transaction: Transaction,
    table: str,
    has: Mapping[int, str | None],
    wants: Mapping[int, str | None],
    found: Compared,
    *,
    write: bool,
) -> None:
    """A deleted one keeps what was told of it, its compartment for one."""
    for rid, wanted in wants.items():
        told = has[rid]
        found.missing += wanted is not None and told != wanted
        found.surplus += told is not None and told != wanted
        found.same += wanted is not None and told == wanted
        if write and told != wanted:
            column = table.partition(".")[2]
            transaction.execute(f"UPDATE resource SET {column}=? WHERE rid=?", (wanted, rid))


def _current(transaction: Transaction, rids: Sequence[int]) -> dict[int, tuple[Any, ...]]:
    """Version, deletion and what is TOLD of each, which nobody else changes until the transaction ends."""
    lock = " ORDER BY rid FOR UPDATE SKIP LOCKED" if transaction.dialect == "postgresql" else ""
    sql = f"SELECT rid, version, deleted, patient, refers FROM resource WHERE rid IN {marks(len(rids))}{lock}"
    return {row[0]: row[1:] for row in transaction.execute(sql, rids)}


def _numbers(transaction: Transaction, uris: set[str]) -> dict[str, int]:
    """The integers of URIs, of which those that have none get one that no row has."""
    known = by_parts(transaction.execute, "SELECT uri, id FROM system_uri WHERE uri IN", sorted(uris - {""}))
    ids: dict[str, int] = {"": 0, **dict(known)}
    strange = count(-1, -1)
    return {uri: ids[uri] if uri in ids else next(strange) for uri in uris}


def _execute(transaction: Transaction, *, sql: str) -> None:
    transaction.execute(sql)


def _mark_ready(transaction: Transaction, types: Sequence[str], generation: int) -> None:
    """Parameters that have not changed since this generation are searched by; the words of their types are
    made anew on demand."""
    sql = "SELECT number, type FROM search_parameter WHERE state='pending' AND since<=? AND type IN"
    rows = by_parts(transaction.execute, sql, types, (generation,))
    numbers = [number for number, _ in rows]
    if numbers:
        words = sorted({f"text:{type}" for _, type in rows})
        by_parts(transaction.execute, "DELETE FROM store_fact WHERE name IN", words)
        by_parts(transaction.execute, "UPDATE search_parameter SET state='ready' WHERE number IN", numbers)
        next_generation(transaction)
