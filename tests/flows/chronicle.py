"""A legacy table whose life follows from a seed, and an independent account of what the facade must hold.

What a read promises, and nothing else, is in `Account`:
- by cursor: every row without a watermark, or with one at or after the last cursor less the overlap, is as
  the source has it; what is gone, has moved out of the stream, or was changed behind that is not looked for;
- of the whole: exactly what the source has;
- of a slice: exactly what the source has in that slice, and of what left it.
Of two rows with one key the one read last stands: rows are read by watermark, those without one first.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from connectors.base import Condition, Record, Source, Where
from connectors.errors import Unreachable
from facade.flow.live.pull import delete_lost, pull_slice, slices_into
from facade.flow.source import open_connector
from facade.flow.sync import How, sync_stream
from facade.mapping import Pack, parse_pack
from facade.packs import PackFiles
from facade.store import Store
from facade.store.serialise import from_json

OVERLAP = 60
"""Seconds."""

Row = tuple[str, str, str, str | None]
"""no, who, note, changed."""

_FILES = {
    "pack.yaml": "pack: chronicle\ntitle: Chronicle\nsite: { timezone: UTC }\n",
    "streams/visit.sql": (
        f"-- key: no\n-- mode: incremental\n-- cursor: changed\n-- overlap: {OVERLAP}s\n"
        "SELECT no, who, note, changed FROM visit WHERE state <> 'X'\n"
    ),
    "resources/visit.yaml": (
        "resource: Basic\nstream: visit\nid: $no\n"
        "map: { code: { text: $note }, subject: { reference: $who | ref(Patient) } }\n"
    ),
}
_START = datetime(2024, 3, 1, 8, tzinfo=UTC)
_BATCH = 3


def chronicle_pack() -> Pack:
    """One incremental stream with an overlap, one mapping."""
    return parse_pack(PackFiles("chronicle", Path(), (_FILES,)))


class Clock:
    """Ours; it goes on by a millisecond each time it is read, and is set by the history."""

    def __init__(self) -> None:
        self.now = _START

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


class Legacy:
    """The source's own writers: honest ones, and those that no cursor can follow."""

    def __init__(self, path: Path, chance: Random) -> None:
        self._chance = chance
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA synchronous=OFF")
        self._database.execute("DROP TABLE IF EXISTS visit")
        self._database.execute("CREATE TABLE visit (no TEXT, who TEXT, note TEXT, state TEXT, changed TEXT)")
        self._time = _START
        self._notes = 0
        self._uncommitted: list[tuple[str, str]] = []
        self._gone: list[str] = []

    def close(self) -> None:
        self._database.close()

    def rows(self) -> list[Row]:
        """The stream as it is now, in the order in which it is read."""
        sql = "SELECT no, who, note, changed FROM visit WHERE state <> 'X' ORDER BY changed, no"
        return self._database.execute(sql).fetchall()

    def live(self) -> None:
        """Something happens."""
        self._time += timedelta(seconds=self._chance.choice([0, 0, 0, 1, 7, 50, 300]))
        deeds = [self.insert, self.touch, self.touch, self.touch, self.insert, *self._hard()]
        self._chance.choice(deeds)()

    def _hard(self) -> list[Any]:
        return [
            self.begin,
            self.commit,
            self.commit,
            self.sneak,
            self.delete,
            self.again,
            self.rename,
            self.leave,
            self.enter,
            self.double,
            self.forget_time,
            self.step,
        ]

    def _now(self) -> str:
        return f"{self._time:%Y-%m-%d %H:%M:%S}"

    def _note(self) -> str:
        self._notes += 1
        return f"note {self._notes}"

    def _any(self) -> str:
        rows = self._database.execute("SELECT DISTINCT no FROM visit ORDER BY no").fetchall()
        return str(self._chance.choice(rows)[0]) if rows else "none"

    def _new(self) -> str:
        return str(self._chance.randrange(1000, 9999))

    def _run(self, sql: str, *values: object) -> None:
        self._database.execute(sql, values)

    def insert(self, no: str | None = None, changed: str | None = "now") -> None:
        """A row, changed now unless told otherwise."""
        changed = self._now() if changed == "now" else changed
        who, sql = self._chance.choice("abc"), "INSERT INTO visit VALUES (?, ?, ?, '', ?)"
        self._run(sql, no or self._new(), who, self._note(), changed)

    def touch(self) -> None:
        """What an honest writer does; the patient may be another."""
        sql = "UPDATE visit SET note=?, who=?, changed=? WHERE no=?"
        self._run(sql, self._note(), self._chance.choice("abc"), self._now(), self._any())

    def begin(self) -> None:
        """A transaction that will commit later carries the time of now."""
        self._uncommitted.append((self._new(), self._now()))

    def commit(self) -> None:
        """Late: its watermark may be older than what was read meanwhile."""
        for no, changed in self._uncommitted:
            self.insert(no, changed)
        self._uncommitted = []

    def sneak(self) -> None:
        """A change that leaves the watermark as it was."""
        self._run("UPDATE visit SET note=? WHERE no=?", self._note(), self._any())

    def delete(self) -> None:
        no = self._any()
        self._gone.append(no)
        self._run("DELETE FROM visit WHERE no=?", no)

    def again(self) -> None:
        """A deleted key comes back, as new or as it was restored from a backup."""
        if self._gone:
            old = f"{self._time - timedelta(hours=2):%Y-%m-%d %H:%M:%S}"
            self.insert(self._gone.pop(), self._chance.choice(["now", old]))

    def rename(self) -> None:
        """A key changes, with or without a touch."""
        touched = ", changed=?" if self._chance.random() < 0.5 else ""
        values = (self._now(),) if touched else ()
        self._run(f"UPDATE visit SET no=?{touched} WHERE no=?", self._new(), *values, self._any())

    def leave(self) -> None:
        """Out of the stream's WHERE."""
        self._run("UPDATE visit SET state='X', changed=? WHERE no=?", self._now(), self._any())

    def enter(self) -> None:
        """Into it again, mostly without a touch."""
        if self._chance.random() < 0.3:
            self._run("UPDATE visit SET state='', changed=? WHERE state='X'", self._now())
        else:
            self._run("UPDATE visit SET state='' WHERE state='X'")

    def double(self) -> None:
        """Two rows for one key; never with the same watermark, of which no order is told."""
        self._time += timedelta(seconds=1)
        no = self._any()
        sql = "SELECT 1 FROM visit WHERE no=? AND changed IS ?"
        if no != "none" and not self._database.execute(sql, (no, self._now())).fetchall():
            self.insert(no)

    def forget_time(self) -> None:
        """A row without a watermark."""
        no = self._any()
        if self._database.execute("SELECT count(*) FROM visit WHERE no=?", (no,)).fetchall() == [(1,)]:
            self._run("UPDATE visit SET changed=NULL, note=? WHERE no=?", self._note(), no)

    def step(self) -> None:
        """The source's clock is set, back or forth."""
        self._time += timedelta(seconds=self._chance.choice([-7200, -90, -30, 30, 3600, 86_400 * 3]))


@dataclass
class Account:
    """What the facade must hold by its promises: the row that each key's resource was made from.

    The cursor is the last watermark that a read met; it may be lower than the one before. A slice is read in
    no order: of two rows with one key, `vague`, either may stand until another read meets them.
    """

    held: dict[str, Row] = field(default_factory=dict)
    vague: dict[str, list[Row]] = field(default_factory=dict)
    cursor: str | None = None

    def by_cursor(self, rows: list[Row], ahead: str, broken: int | None = None) -> None:
        """After a read by cursor that saw these rows, or the first `broken` of them that it asked for."""
        floor = ""
        if self.cursor is not None:
            stepped = datetime.fromisoformat(self.cursor) - timedelta(seconds=OVERLAP)
            floor = f"{stepped:%Y-%m-%d %H:%M:%S}"
        asked = [row for row in rows if row[3] is None or row[3] >= floor][:broken]
        self._take(asked)
        self._move(asked, ahead)

    def whole(self, rows: list[Row], ahead: str, broken: int | None = None) -> None:
        """After a read of all; broken off, it deletes nothing and leaves the cursor."""
        if broken is not None and broken < len(rows):
            self._take(rows[:broken])
            return
        self.held, self.vague = {}, {}
        self._take(rows)
        self._move(rows, ahead)

    def slice(self, rows: list[Row], who: str) -> None:
        """After a slice of one patient was asked for, and what left it by its key."""
        asked = {no for no, row in self.held.items() if row[1] == who}
        mine = [row for row in rows if row[1] == who]
        for no in asked | {row[0] for row in mine}:
            found = [row for row in mine if row[0] == no] or [row for row in rows if row[0] == no]
            self.vague[no] = found
            if found:
                self.held[no] = found[-1]
            else:
                del self.held[no]

    def may_be(self, no: str) -> set[tuple[str, str]]:
        """The subjects and notes that a resource may have."""
        return {(f"Patient/{row[1]}", row[2]) for row in (self.held[no], *self.vague.get(no, ()))}

    def _take(self, rows: Iterable[Row]) -> None:
        for row in rows:
            self.held[row[0]] = row
            self.vague.pop(row[0], None)

    def _move(self, rows: Iterable[Row], ahead: str) -> None:
        believed = [row[3] for row in rows if row[3] is not None and row[3] <= ahead]
        self.cursor = believed[-1] if believed else self.cursor


class Breaking:
    """The source, going away after so many records."""

    def __init__(self, source: Source, left: int) -> None:
        self.name, self._source, self._left = source.name, source, left

    async def check(self) -> str:
        return "breaking"

    async def aclose(self) -> None:
        pass

    async def columns(self, stream: str) -> Any:
        return await self._source.columns(stream)

    async def read(
        self, stream: str, since: str | None = None, where: Where | None = None
    ) -> AsyncIterator[Record]:
        left, records = self._left, self._source.read(stream, since, where)
        try:
            async for record in records:
                if left == 0:
                    raise Unreachable("gone")
                left -= 1
                yield record
        finally:
            await records.aclose()  # type: ignore[attr-defined]


class Chronicle:
    """One history: the legacy system lives, the facade reads now and then, and is held to its account."""

    def __init__(self, seed: int, folder: Path, store: Store, clock: Clock, pack: Pack) -> None:
        self.seed, self.store, self.clock, self.pack = seed, store, clock, pack
        self.chance = Random(seed)
        self.legacy = Legacy(folder / "legacy.db", self.chance)
        self.account = Account()
        self.source: Any = open_connector(
            "emr", "odbc", {"url": f"sqlite:///{folder / 'legacy.db'}"}, pack.streams, clock
        )
        self.log: list[str] = []

    async def close(self) -> None:
        await self.source.aclose()
        self.legacy.close()

    async def live(self, rounds: int = 9) -> None:
        """Live and read, and compare after each read. The last read is of all."""
        for number in range(rounds):
            for _ in range(self.chance.randrange(1, 6)):
                self.legacy.live()
            if self.chance.random() < 0.2:
                self.clock.now += timedelta(seconds=self.chance.choice([-10_000, -50, -20, 45, 9000]))
            self.clock.now += timedelta(seconds=self.chance.choice([1, 60, 600]))
            kind = (
                "whole" if number == rounds - 1 else self.chance.choice(["cursor"] * 5 + ["whole", "slice"])
            )
            await getattr(self, f"_{kind}")(number == rounds - 1)
            self._compare(kind)

    async def _cursor(self, last: bool) -> None:
        rows, broken = self.legacy.rows(), self._broken(last)
        await self._read(full=False, broken=broken)
        self.account.by_cursor(rows, self._ahead(), broken)

    async def _whole(self, last: bool) -> None:
        if self.account.cursor is None:
            return await self._cursor(last)
        rows, broken = self.legacy.rows(), self._broken(last)
        await self._read(full=True, broken=broken)
        self.account.whole(rows, self._ahead(), broken)

    async def _slice(self, last: bool) -> None:
        who = self.chance.choice("abc")
        into = await slices_into(self.store, self.pack, "emr", "visit")
        known = dict(self.store.query("SELECT key, id FROM raw_record WHERE deleted=0"))
        mine = {known[no] for no, row in self.account.held.items() if row[1] == who}
        pulled = await pull_slice(into, self.source, [Condition("who", "=", who)])
        keys = [key for key, raw_id in known.items() if raw_id in mine - pulled.met]
        if keys:
            left = await pull_slice(into, self.source, [Condition("no", "in", keys)])
            await delete_lost(into, mine - pulled.met - left.met, left.asked)
        self.account.slice(self.legacy.rows(), who)

    def _broken(self, last: bool) -> int | None:
        return self.chance.randrange(9) if not last and self.chance.random() < 0.2 else None

    def _ahead(self) -> str:
        """A watermark beyond this is not believed: a day from now, as dates."""
        return f"{(self.clock.now + timedelta(days=1)):%Y-%m-%d}~"

    async def _read(self, *, full: bool, broken: int | None) -> None:
        source: Any = self.source if broken is None else Breaking(self.source, broken)
        result = await sync_stream(self.store, self.pack, source, "visit", How(full=full, batch=_BATCH))
        assert result.error in (None, "gone"), result.error
        self.log.append(f"{result.kind} broken={broken} {result.error}")

    def _compare(self, kind: str) -> None:
        sql = "SELECT id, body FROM resource WHERE deleted=0"
        found = {}
        for id, body in self.store.query(sql):
            resource = from_json(bytes(body))
            found[id] = (resource["subject"]["reference"], resource["code"]["text"])
        wanted = self.account.held
        self.log.append(kind)
        missing = sorted(wanted.keys() - found.keys())
        extra = sorted(found.keys() - wanted.keys())
        both = wanted.keys() & found.keys()
        stale = sorted(no for no in both if found[no] not in self.account.may_be(no))
        assert (missing, stale, extra) == ([], [], []), (
            f"FACADE_SEED={self.seed}: after {len(self.log)} steps, a read of kind {kind} left"
            f" missing {missing}, stale {stale}, extra {extra}"
        )
