"""Every search that the pack pushes down, held against the records of its cases: no slice loses a row."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.base import Record
from facade.flow.live.narrow import narrow, narrow_id
from facade.search import Setting, parse_search
from tests.facade.flow.matching import matches, satisfies
from tests.facade.packs.cases import mapping_names
from tests.facade.packs.openemr.test_pack import pack
from tests.facade.packs.searches import searches

ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 3, 2, tzinfo=UTC)


def rows(mapping: str) -> list[dict[str, Any]]:
    """The records of its cases, with the columns that a case need not write."""
    found = []
    for case in pack().cases:
        if case.mapping == mapping and case.gives:
            row = dict(case.record)
            if pack().mappings[mapping].stream == "event" and "pc_eventDate" in row:
                repeats = str(row.get("pc_recurrtype") or "0") != "0" and row.get("pc_endDate")
                row["last_day"] = (
                    max(str(row["pc_eventDate"]), str(row["pc_endDate"])) if repeats else row["pc_eventDate"]
                )
            found.append(row)
    return found


def test_each_mapping_is_asked_about() -> None:
    assert sorted(pack().mappings) == mapping_names("openemr")


@pytest.mark.parametrize("name", mapping_names("openemr"))
def test_no_slice_loses_a_row(name: str) -> None:
    doc, chance, pushed = pack().mappings[name], random.Random(5), set()
    for row in rows(name):
        made = pack().to_fhir(Record(doc.stream, "1", row)).resources
        for mapped in made:
            if mapped.mapping != name:
                continue
            for _ in range(20):
                for item in searches(pack(), name, mapped.resource, Setting(ZONE), chance):
                    search = parse_search(doc.resource, [item], tz=ZONE, now=NOW)
                    part = narrow(pack(), doc.stream, search)
                    if part is None:
                        continue
                    pushed.add(item[0])
                    if any(
                        m.type == doc.resource and matches(m.resource, search.criteria[0], ZONE) for m in made
                    ):
                        lost = [one for one in part.where if not satisfies(row, one)]
                        assert not lost, (name, item, mapped.id)
            part = narrow_id(pack(), doc.stream, doc.resource, mapped.id)
            assert part is not None, "every id leads to its row"
            assert all(satisfies(row, one) for one in part.where), (mapped.id, part.where)
    alone = {m.name for m in pack().mappings.values() if (m.stream, m.resource) == (doc.stream, doc.resource)}
    if alone == {name}:
        assert pushed >= set(doc.search) - NEVER_FILLED.get(name, set()), "declared, and never pushed here"


NEVER_FILLED = {"surgery": {"encounter"}}


def test_what_a_scheduling_app_asks() -> None:
    def where(type: str, *items: tuple[str, str]) -> list[tuple[str, str, Any]] | None:
        found = narrow(pack(), "event", parse_search(type, items, tz=ZONE, now=NOW))
        return found and [(c.column, c.op, c.value) for c in found.where]

    assert where("Appointment", ("patient", "9"), ("date", "ge2026-03-08")) == [
        ("pid", "=", "9"), ("last_day", ">=", "2026-03-08"),
    ]  # fmt: skip
    assert where("Slot", ("schedule", "3"), ("start", "2026-03-08"), ("status", "free")) == [
        ("provider_id", "=", "3"),
        ("pc_eventDate", "<", "2026-03-09"),
        ("last_day", ">=", "2026-03-08"),
        ("category", "=", "in_office"),
    ]
    assert where("Appointment", ("status", "noshow")) == [("pc_apptstatus", "=", "?")]
    assert where("Appointment", ("status", "booked")) is None, "an unknown sign is booked, too"
    assert where("Appointment", ("_id", "12-20260308")) is not None
