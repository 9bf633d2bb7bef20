"""A seeded source that lives: rows come, change, go, commit late and share timestamps."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from connectors.base import Column, Record, Where
from facade.mapping import Pack, parse_pack
from facade.packs import PackFiles

FILES = {
    "pack.yaml": "pack: lively\ntitle: Lively\nsite: { timezone: UTC }\n",
    "streams/person.sql": (
        "-- key: row\n-- mode: incremental\n-- cursor: at\n-- overlap: 1\n-- deleted: gone\n"
        "SELECT row, pid, lname, sex, weight, at, gone FROM person\n"
    ),
    "streams/doctor.sql": "-- key: row\nSELECT row, pid, lname, sex FROM doctor\n",
    "resources/person.yaml": (
        "resource: Patient\nstream: person\nid: $pid\n"
        "map: { identifier: { system: 'urn:x', value: $pid }, name: { family: $lname },"
        " gender: $sex | code(gender) }\n"
    ),
    "resources/weight.yaml": (
        "resource: Observation\nstream: person\nwhen: $weight\nid: $row\n"
        "map: { status: final, code: { text: weight }, subject: { reference: $pid | ref(Patient) },"
        " valueQuantity: { value: $weight } }\n"
    ),
    "resources/doctor.yaml": (
        "resource: Practitioner\nstream: doctor\nid: $pid\n"
        "map: { name: { family: $lname }, gender: $sex | code(gender) }\n"
    ),
    "codes/gender.csv": "value,code\nF,female\nM,male\n",
}


def lively_pack() -> Pack:
    """Two streams, one of them incremental; three mappings, one of which sometimes fails."""
    from pathlib import Path

    return parse_pack(PackFiles("lively", Path(), (FILES,)))


def _holds(row: dict[str, Any], where: Where) -> bool:
    """Whether a row is in a slice; of conditions, `=` and `in` are enough here."""
    values = [(row[one.column], one.value if one.op == "in" else [one.value]) for one in where]
    return all(value in wanted for value, wanted in values)


@dataclass
class Table:
    """Rows by key, and when each was last committed."""

    rows: dict[str, dict[str, Any]] = field(default_factory=dict)


class Lively:
    """A Source whose state is a function of (seed, version). Cursors are zero-padded numbers.

    A `gentle` one commits within its overlap and deletes softly, so that reads by cursor alone find all.
    """

    def __init__(self, seed: int, version: int, size: int = 120, *, gentle: bool = False) -> None:
        self.name = "emr"
        self._chance = random.Random(seed)
        self._size = size
        self._gentle = gentle
        self._tables = {"person": Table(), "doctor": Table()}
        self._at = 0
        for _ in range(version + 1):
            self._live()

    def _live(self) -> None:
        """One period: some rows are added, changed, removed; some commits carry an earlier time."""
        chance = self._chance
        for table in self._tables.values():
            rows = table.rows
            want = self._size if not rows else self._size // 6
            for _ in range(want):
                self._at += chance.choice([0, 0, 1])
                kind = chance.choice("nnccd") if rows else "n"
                key = str(chance.randrange(10**6)) if kind == "n" else chance.choice(sorted(rows))
                if kind == "d":
                    self._remove(rows, key)
                    continue
                late = chance.choice([0, 0, 0, 1, 40])  # 40 is behind any overlap: only a full read finds it
                if self._gentle:
                    late = min(late, 1)
                rows[key] = {
                    "row": key,
                    "pid": key,
                    "lname": chance.choice(["Doe", "Poe", "Roe"]) + str(chance.randrange(9)),
                    "sex": chance.choice("FFMMX"),
                    "weight": chance.choice([None, "70.50"]),
                    "at": f"{max(0, self._at - late):08}",
                    "gone": "",
                }

    def _remove(self, rows: dict[str, dict[str, Any]], key: str) -> None:
        """Softly or for good."""
        if self._chance.random() < 0.5 or self._gentle:
            rows[key] = {**rows[key], "gone": "Y", "at": f"{self._at:08}"}
        else:
            del rows[key]

    def living(self, stream: str) -> dict[str, dict[str, Any]]:
        """What the stream holds now."""
        return {key: row for key, row in self._tables[stream].rows.items() if not row["gone"]}

    async def check(self) -> str:
        return "lively"

    async def aclose(self) -> None:
        pass

    async def columns(self, stream: str) -> tuple[Column, ...]:
        return ()

    async def read(
        self, stream: str, since: str | None = None, where: Where | None = None
    ) -> AsyncIterator[Record]:
        floor = "" if since is None else f"{max(0, int(since) - 1):08}"
        rows = sorted(self._tables[stream].rows.values(), key=lambda row: (row["at"], row["row"]))
        for row in rows:
            if row["at"] >= floor and _holds(row, where or ()):
                cursor = row["at"] if stream == "person" else None
                yield Record(stream, row["row"], row, cursor, bool(row["gone"]))
