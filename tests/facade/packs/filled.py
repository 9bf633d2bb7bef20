"""A pack over a whole database, through its real driver: all that came of it, and what does not hold."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connectors.odbc import open_connector
from facade.mapping import Outcome, Pack, parse_pack
from facade.packs import read_pack


@dataclass
class Filled:
    """What came of one database: resources by reference, and all that went wrong."""

    resources: dict[str, dict[str, Any]] = field(default_factory=dict)
    records: Counter[str] = field(default_factory=Counter)
    deleted: set[tuple[str, str]] = field(default_factory=set)
    failures: list[Any] = field(default_factory=list)
    unmapped: Counter[tuple[str, str]] = field(default_factory=Counter)
    twice: list[str] = field(default_factory=list)


async def fill(pack: Pack, connection: str) -> Filled:
    filled = Filled()
    connector = open_connector("emr", {"connection": connection}, pack.streams, lambda: datetime.now(UTC))
    try:
        for stream in pack.streams:
            async for record in connector.read(stream):
                filled.records[stream] += 1
                if record.deleted:
                    filled.deleted.add((stream, record.key))
                else:
                    take(filled, pack.to_fhir(record))
    finally:
        await connector.aclose()
    return filled


def take(filled: Filled, outcome: Outcome) -> None:
    filled.failures += outcome.failures
    filled.unmapped.update(outcome.unmapped)
    for mapped in outcome.resources:
        name = f"{mapped.type}/{mapped.id}"
        if name in filled.resources:
            filled.twice.append(name)
        filled.resources[name] = {key: value for key, value in mapped.resource.items() if value != {}}


def references(node: Any) -> Iterator[str]:
    """Every literal reference, and every Attachment's Binary."""
    if isinstance(node, dict):
        for key, value in node.items():
            if isinstance(value, str) and (
                key == "reference" or (key == "url" and value.startswith("Binary/"))
            ):
                yield value
            else:
                yield from references(value)
    elif isinstance(node, list):
        for item in node:
            yield from references(item)


def unnamed_profiles(name: str, resources: Mapping[str, Mapping[str, Any]]) -> set[tuple[str, str]]:
    """Profiles that resources of a pack claim by type, and that no mapping names: no statement tells them."""
    plans = [plan for plans in parse_pack(read_pack(name)).plans.values() for plan in plans]
    named = {(plan.doc.resource, profile) for plan in plans for profile in plan.doc.profiles}
    claimed = {
        (one["resourceType"], profile)
        for one in resources.values()
        for profile in one.get("meta", {}).get("profile", ())
    }
    return claimed - named


def dangling(resources: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
    """References that lead nowhere, with the resources that hold them."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, resource in resources.items():
        for reference in references(resource):
            if reference not in resources:
                found[reference].append(name)
    return dict(found)
