"""A source whose every answer the test writes, and small packs for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path
from typing import Any

from connectors.base import Column, Record, Where
from facade.mapping import Pack, parse_pack
from facade.packs import PackFiles

PATIENT = """
resource: Patient
stream: patient
id: $pid
map:
  identifier: [{ system: 'urn:mrn', value: $pid }]
  name: [{ family: $lname, given: [$fname] }]
  gender: $sex | code(gender)
  birthDate: $dob | date
  generalPractitioner: [{ reference: $doctor | ref(Practitioner) }]
"""
SECOND = """
resource: Observation
stream: patient
when: $weight
id: $('weight-' ~ $pid)
map:
  status: final
  code: { coding: [{ system: 'http://loinc.org', code: 29463-7 }] }
  subject: { reference: $pid | ref(Patient) }
  valueQuantity: { value: $weight, unit: kg, system: 'http://unitsofmeasure.org', code: kg }
"""
GENDER = "value,code\nF,female\nM,male\n"
STREAM = (
    "-- key: pid\n-- mode: {mode}\n{cursor}"
    "SELECT pid, lname, fname, sex, dob, doctor, weight, note, changed FROM p\n"
)


def pack(mode: str = "snapshot", **files: str) -> Pack:
    """A pack of one stream and two mappings; `files` replace or add."""
    cursor = "-- cursor: changed\n" if mode == "incremental" else ""
    texts = {
        "pack.yaml": "pack: tiny\ntitle: Tiny\nsite: { timezone: UTC }\n",
        "streams/patient.sql": STREAM.format(mode=mode, cursor=cursor),
        "resources/patient.yaml": PATIENT,
        "resources/weight.yaml": SECOND,
        "codes/gender.csv": GENDER,
    }
    texts.update(files)
    return parse_pack(PackFiles("tiny", Path(), (texts,)))


def row(pid: object, **columns: Any) -> Record:
    """A record of the stream `patient`."""
    cursor, deleted = columns.pop("cursor", None), columns.pop("deleted", False)
    body = {
        **dict.fromkeys(("doctor", "weight", "note", "changed")),
        "pid": str(pid),
        "lname": f"Doe{pid}",
        "fname": "Jane",
        "sex": "F",
        "dob": "1970-01-02",
        **columns,
    }
    return Record("patient", str(pid), body, cursor, deleted)


class Scripted:
    """A Source: `rows` is what it holds now; `fail_after` makes a read break off."""

    def __init__(self, rows: Iterable[Record] = (), name: str = "emr") -> None:
        self.name = name
        self.rows = list(rows)
        self.fail_after: tuple[int, Exception] | None = None
        self.reads: list[str | None] = []
        self.on_row: Callable[[int], None] | None = None

    async def check(self) -> str:
        return "scripted"

    async def aclose(self) -> None:
        pass

    async def columns(self, stream: str) -> tuple[Column, ...]:
        return ()

    async def read(
        self, stream: str, since: str | None = None, where: Where | None = None
    ) -> AsyncIterator[Record]:
        self.reads.append(since)
        for number, record in enumerate(list(self.rows)):
            if record.stream != stream:
                continue
            if self.fail_after is not None and number >= self.fail_after[0]:
                raise self.fail_after[1]
            if self.on_row is not None:
                self.on_row(number)
            if since is None or (record.cursor is not None and record.cursor >= since):
                yield record
