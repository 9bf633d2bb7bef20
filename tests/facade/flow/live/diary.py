"""A live source in memory, a pack over it, and a refresher: every query that the source gets is counted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC
from pathlib import Path
from typing import Any

from connectors.base import Column, Condition, Record, Rest, Where
from facade.flow.live.asking import Origin
from facade.flow.live.demand import NO_DEMAND, Demand, Told
from facade.flow.live.freshness import Freshness
from facade.flow.live.refresh import Refresher
from facade.mapping import Pack, parse_pack
from facade.packs import PackFiles
from facade.search import parse_search
from facade.store import Store
from facade.store.serialise import from_json

FILES = {
    "pack.yaml": "pack: diary\ntitle: Diary\nsite: { timezone: UTC }\n",
    "streams/booking.sql": (
        "-- key: no\n-- mode: live\n{header}SELECT no, person, room, day, state FROM booking\n"
    ),
    "streams/person.sql": "-- key: no\nSELECT no, name FROM person\n",
    "resources/appointment.yaml": (
        "resource: Appointment\nstream: booking\nid: $no\nwhen: $person\n"
        "map:\n  status: { $switch: $state, X: cancelled, $empty: booked, $default: booked }\n"
        "  start: $($day ~ 'T10:00:00') | instant\n  end: $($day ~ 'T10:30:00') | instant\n"
        "  participant:\n    - { actor: { reference: $person | ref(Patient) }, status: accepted }\n"
        "search:\n  patient: person\n"
    ),
    "resources/slot.yaml": (
        "resource: Slot\nstream: booking\nid: $'slot-' ~ $no\nwhen: $room\n"
        "map:\n  status: busy\n  schedule: { reference: $room | ref(Schedule) }\n"
        "  start: $($day ~ 'T10:00:00') | instant\n  end: $($day ~ 'T10:30:00') | instant\n"
        "search:\n  schedule: room\n"
    ),
    "resources/person.yaml": "resource: Patient\nstream: person\nid: $no\nmap: { name: { family: $name } }\n",
}


def diary(header: str = "", **files: str) -> Pack:
    """A live stream `booking` (Appointment, Slot), and `person` (Patient), which is not."""
    texts = {**FILES, **files}
    texts["streams/booking.sql"] = texts["streams/booking.sql"].replace("{header}", header)
    return parse_pack(PackFiles("diary", Path(), (texts,)))


class Clock:
    """Monotonic seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Desk:
    """The source: two tables, and what happens when it is asked."""

    def __init__(self) -> None:
        self.name = "desk"
        self.tables: dict[str, dict[str, dict[str, Any]]] = {"booking": {}, "person": {}}
        self.asked: list[tuple[str, Where | None]] = []
        self.failure: Exception | None = None
        self.resting: Rest | None = None
        self.before: asyncio.Event | None = None
        self.after: asyncio.Event | None = None
        self.pause = 0.0  # seconds between reading the rows and giving them

    def book(self, no: int, person: str | None = "1", **columns: Any) -> None:
        row = {"no": str(no), "person": person, "room": None, "day": "2024-05-01", "state": None, **columns}
        self.tables["booking"][str(no)] = row

    def cancel(self, no: int) -> None:
        del self.tables["booking"][str(no)]

    def slices(self) -> list[Where]:
        return [where for _, where in self.asked if where is not None]

    def wholes(self, stream: str = "booking") -> int:
        return sum(where is None and name == stream for name, where in self.asked)

    async def check(self) -> str:
        return "a desk"

    async def aclose(self) -> None:
        pass

    async def columns(self, stream: str) -> tuple[Column, ...]:
        return ()

    def rest(self) -> Rest | None:
        return self.resting

    async def read(
        self, stream: str, since: str | None = None, where: Where | None = None
    ) -> AsyncIterator[Record]:
        self.asked.append((stream, where))
        if self.before is not None:
            await self.before.wait()
        if self.failure is not None:
            raise self.failure
        rows = [dict(row) for row in self.tables[stream].values() if _holds(row, where or ())]
        if self.after is not None:
            await self.after.wait()
        await asyncio.sleep(self.pause)
        for row in rows:
            yield Record(stream, str(row["no"]), row)


def _holds(row: Mapping[str, Any], where: Where) -> bool:
    return all(_test(row[condition.column], condition) for condition in where)


def _test(value: Any, condition: Condition) -> bool:
    match condition.op:
        case "=":
            return bool(value == condition.value)
        case "in":
            return value in condition.value
        case "<":
            return value is not None and bool(value < condition.value)
        case "<=":
            return value is not None and bool(value <= condition.value)
        case ">":
            return value is not None and bool(value > condition.value)
        case _:
            return value is not None and bool(value >= condition.value)


class Practice:
    """The desk, what is stored of it, and its refresher."""

    def __init__(self, store: Store, pack: Pack | None = None, *, clock: Clock | None = None, **origin: Any):
        self.store, self.desk, self.pack = store, Desk(), pack or diary()
        self.clock = clock or Clock()
        self.fresh = Freshness.of({"desk": self.pack}, clock=self.clock)
        one = Origin(self.desk, self.pack, **origin)
        self.refresher = Refresher(store, {"desk": one}, self.fresh)

    async def search(self, query: str, demand: Demand = NO_DEMAND, **more: Any) -> Told:
        """`Appointment?patient=1`, refreshed."""
        type, _, items = query.partition("?")
        pairs = [tuple(item.split("=", 1)) for item in items.split("&") if item]
        return await self.refresher.search(parse_search(type, pairs, tz=UTC), demand, **more)  # type: ignore[arg-type]

    def stored(self, type: str = "Appointment") -> dict[str, dict[str, Any]]:
        """Living resources of a type by id."""
        sql = "SELECT id, body FROM resource WHERE type=? AND deleted=0"
        return {id: from_json(bytes(body)) for id, body in self.store.query(sql, (type,))}

    def patients(self) -> dict[str, str]:
        """Whose each stored appointment is."""
        return {
            id: one["participant"][0]["actor"]["reference"].removeprefix("Patient/")
            for id, one in self.stored().items()
        }
