"""Resources that are kept at hand: where an index tells which they are, their rows need not be looked for.

To find a row in a large table costs several times what its entry in an index costs, and to hand it over as
much again. So a statement may give one row of three columns: the `rid`s of resources, joined by commas, each
followed by its sort values if they are integers (or null); anything else; and CHANGES, how often any had
been changed when it was read. What is kept is good for that very moment, because who keeps it has heard of
every change until then, whichever process made it: each leaves the former version behind, in the order of
the rowid of `resource_version`, out of which nothing is ever taken.
"""

# ruff: noqa: S608 - the text is made of our own names and `?`

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from itertools import compress
from typing import Any, NamedTuple, TypeVar

import orjson

T = TypeVar("T")
Row = tuple[Any, ...]
Read = Callable[[str, Sequence[Any]], list[Row]]
"""Reads what a statement gives, at once."""

CHANGES = "(SELECT coalesce(max(v.rowid),0) FROM resource_version v)"
"""The last column, on SQLite."""
_CHANGED = "SELECT v.rid,v.rowid FROM resource_version v WHERE v.rowid>? ORDER BY v.rowid"
MOST_CHANGED = 10_000
"""After more changes than this all is forgotten."""
MOST_NAMED = 50_000
"""Names whose rid is remembered."""
TRIES = 3
PART = 512
"""Resources that are read at once."""
_BESIDE = 400  # bytes that a resource takes beside its texts


class Kept(NamedTuple):
    """A resource: rid, `Type/id`, its body, and what that refers to, a line each (None: nothing)."""

    rid: int
    name: bytes
    body: bytes
    refers: str | None


class AtHand(NamedTuple):
    """What a statement gave: the rids, each with its sort values, the second column, and the resources; none
    of one that was deleted."""

    numbers: list[Any]
    told: Any
    kept: list[Kept]


class Resident:
    """The resources that were asked for of late, up to so many bytes. Half of them are young; when there is
    no more room, those that nobody asked for since the others came are let go."""

    def __init__(self, room: int) -> None:
        self._changes = 0
        self._room = room // 2
        self._taken = 0
        self._young: dict[int, Kept] = {}
        self._old: dict[int, Kept] = {}
        self._named: dict[tuple[str, str], int] = {}

    def find(self, read: Read, sql: str, params: Sequence[Any], width: int) -> AtHand | None:
        """What a statement gives, each rid with so many numbers in all, and the resources, as they were at
        one moment; None if there were changes all the while."""
        for _ in range(TRIES):
            ((text, told, changes),) = read(sql, params)
            if text is None:
                return AtHand([], told, [])
            if changes != self._changes and not self._hear(read, changes):
                continue
            numbers = orjson.loads(f"[{text}]")
            rids = numbers if width == 1 else numbers[::width]
            try:
                young = self._young
                return AtHand(numbers, told, [young[rid] for rid in rids])
            except KeyError:
                found = self._missing(read, rids, changes)
            if found is not None:
                there = [rid in found for rid in rids for _ in range(width)]
                kept = [found[rid] for rid in rids if rid in found]
                return AtHand(list(compress(numbers, there)), told, kept)
        return None

    def find_named(self, read: Read, names: Sequence[tuple[str, str]]) -> AtHand | None:
        """The same of resources by type and id, as far as there are such. Each has its rid for good."""
        rids = [self._named.get(name) for name in names]
        if None not in rids:
            return self.find(read, f"SELECT ?,NULL,{CHANGES}", (",".join(map(str, rids)),), 1)
        some = padded(names)
        found = self.find(read, _by_name(len(some)), [text for name in some for text in name], 1)
        if found is not None:
            if len(self._named) > MOST_NAMED:
                self._named.clear()
            for one in found.kept:
                type, _, id = one.name.decode().partition("/")
                self._named[type, id] = one.rid
        return found

    def _hear(self, read: Read, changes: int) -> bool:
        """Forget what has changed; whether all of that had happened when there had been so many changes."""
        if changes - self._changes > MOST_CHANGED:
            self._young, self._old, self._taken = {}, {}, 0
            self._changes = changes
            return True
        for rid, changes_then in read(_CHANGED, (self._changes,)):
            self._young.pop(rid, None)
            self._old.pop(rid, None)
            self._changes = changes_then
        return self._changes == changes

    def _missing(self, read: Read, rids: Sequence[int], changes: int) -> dict[int, Kept] | None:
        """All of these that there are, those read that are not kept; None if any has changed meanwhile."""
        young, old = self._young, self._old
        found = {rid: kept for rid in rids if (kept := young.get(rid) or old.get(rid))}
        missing = [rid for rid in dict.fromkeys(rids) if rid not in found]
        for start in range(0, len(missing), PART):
            part = padded(missing[start : start + PART])
            rows = read(_reading(len(part)), part)
            (*_, now) = rows[0] if rows else read(f"SELECT {CHANGES}", ())[0]
            if now != changes:
                return None
            found.update((row[0], Kept(*row[:-1])) for row in rows)
        for rid, kept in found.items():
            if rid not in young:
                self._keep(rid, kept)
        return found

    def _keep(self, rid: int, kept: Kept) -> None:
        size = len(kept.body) + len(kept.refers or "") + _BESIDE
        if size > self._room:
            return
        self._taken += size
        if self._taken > self._room:
            self._old, self._young, self._taken = self._young, {}, size
        self._young[rid] = kept


@cache
def _by_name(count: int) -> str:
    """A statement for `find` of so many resources by type and id."""
    rows = f"SELECT r.rid FROM resource r WHERE (r.type,r.id) IN (VALUES {','.join(['(?,?)'] * count)})"
    return f"SELECT group_concat(d.rid),NULL,{CHANGES} FROM ({rows}) d"


@cache
def _reading(count: int) -> str:
    """A statement that reads so many resources by rid: those of Kept, CHANGES."""
    return (
        f"SELECT r.rid,CAST(r.type||'/'||r.id AS BLOB),r.body,r.refers,{CHANGES} "
        f"FROM resource r WHERE r.rid IN ({','.join('?' * count)}) AND r.deleted=0"
    )


def padded(values: Sequence[T], least: int = 1) -> list[T]:
    """The last one repeated up to a power of two, so that few different statements arise."""
    size = max(least, 1 << (len(values) - 1).bit_length())
    return [*values, *[values[-1]] * (size - len(values))]
