"""Every search that the pack pushes down, asked of the real database: all rows of matches are given."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from connectors.base import Record
from connectors.odbc import open_connector
from facade.flow.live.narrow import narrow, narrow_id
from facade.mapping import Mapped, Pack
from facade.search import Setting, parse_search
from tests.facade.flow.matching import matches
from tests.facade.packs.demo.conftest import Filled
from tests.facade.packs.searches import searches

ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 3, 2, tzinfo=UTC)
EACH = 12  # resources of a mapping that are searched for


@pytest.fixture(scope="module")
def made(filled: Filled, pack: Pack) -> dict[str, list[tuple[Record, Mapped]]]:
    """Every record with what it makes, by mapping."""
    found: dict[str, list[tuple[Record, Mapped]]] = {name: [] for name in pack.mappings}
    for record in filled.records:
        if not record.deleted:
            for mapped in pack.to_fhir(record).resources:
                found[mapped.mapping].append((record, mapped))
    return found


def test_no_slice_loses_a_row(
    kestrel: Path, pack: Pack, made: dict[str, list[tuple[Record, Mapped]]]
) -> None:
    told = asyncio.run(_ask_all(kestrel, pack, made))
    declared = {(name, code) for name, doc in pack.mappings.items() for code in doc.search}
    assert {pair for pair in declared if not told[pair]} == set(), "declared, and never pushed here"


async def _ask_all(
    path: Path, pack: Pack, made: dict[str, list[tuple[Record, Mapped]]]
) -> Counter[tuple[str, str]]:
    chance, told = random.Random(11), Counter[tuple[str, str]]()
    emr = open_connector("emr", {"url": f"sqlite:///{path.as_posix()}"}, pack.streams, lambda: NOW)
    try:
        for name, resources in made.items():
            doc = pack.mappings[name]
            same_type = [
                m for m in pack.mappings.values() if (m.stream, m.resource) == (doc.stream, doc.resource)
            ]
            others = [pair for mapping in same_type for pair in made[mapping.name]]
            for record, mapped in chance.sample(resources, min(EACH, len(resources))):
                for item in searches(pack, name, mapped.resource, Setting(ZONE), chance):
                    search = parse_search(doc.resource, [item], tz=ZONE, now=NOW)
                    part = narrow(pack, doc.stream, search)
                    if part is None:
                        continue
                    told[name, item[0]] += 1
                    given = {r.key for r in [r async for r in emr.read(doc.stream, where=part.where)]}
                    wanted = {r.key for r, m in others if matches(m.resource, search.criteria[0], ZONE)}
                    assert wanted <= given, (name, item, part.where)
                found = narrow_id(pack, doc.stream, doc.resource, mapped.id)
                if found is not None:
                    told[name, "_id"] += 1
                    given = {r.key for r in [r async for r in emr.read(doc.stream, where=found.where)]}
                    assert record.key in given, (name, mapped.id, found.where)
    finally:
        await emr.aclose()
    return told


def test_every_id_leads_to_its_row(pack: Pack, made: dict[str, list[tuple[Record, Mapped]]]) -> None:
    lost = {
        name
        for name, resources in made.items()
        for _, mapped in resources[:5]
        if narrow_id(pack, pack.mappings[name].stream, mapped.type, mapped.id) is None
    }
    assert lost == set()
