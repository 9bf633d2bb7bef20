"""Every stream over OpenEMR's real schema in MariaDB, through its ODBC driver: all is valid."""

from __future__ import annotations

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.odbc import OdbcConnector, open_connector
from facade.mapping import Pack, parse_pack
from facade.packs import read_pack
from facade.spec import models
from facade.spec.check import check
from tests.facade.packs.openemr import us_core
from tests.paths import SHARED, needs_shared
from tests.servers import MariaDB

SCHEMA = SHARED / "ehr" / "openemr-5.0.1"
pytestmark = needs_shared


@dataclass
class Filled:
    """What came of one database: resources by reference, and all that went wrong."""

    resources: dict[str, dict[str, Any]] = field(default_factory=dict)
    records: Counter[str] = field(default_factory=Counter)
    deleted: set[tuple[str, str]] = field(default_factory=set)
    failures: list[Any] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def pack() -> Pack:
    return parse_pack(read_pack("openemr"))


@pytest.fixture(scope="module")
def database(mariadb_server: MariaDB) -> str:
    """The schema as it is installed, its example patients, and one patient with every quirk."""
    mariadb_server.create_database("openemr")
    for name in ("database.sql", "example_patient_data.sql", "example_patient_users.sql", "cvx_codes.sql"):
        mariadb_server.load("openemr", SCHEMA / name)
    mariadb_server.load("openemr", Path(__file__).with_name("quirks.sql"))
    return mariadb_server.odbc("openemr")


async def fill(pack: Pack, connector: OdbcConnector) -> Filled:
    filled = Filled()
    for stream in pack.streams:
        async for record in connector.read(stream):
            filled.records[stream] += 1
            if record.deleted:
                filled.deleted.add((stream, record.key))
                continue
            outcome = pack.to_fhir(record)
            filled.failures += outcome.failures
            for mapped in outcome.resources:
                name = f"{mapped.type}/{mapped.id}"
                if name in filled.resources:
                    filled.twice.append(name)
                filled.resources[name] = {key: value for key, value in mapped.resource.items() if value != {}}
    return filled


@pytest.fixture(scope="module")
def filled(pack: Pack, database: str) -> Filled:
    async def run() -> Filled:
        connector = open_connector("emr", {"connection": database}, pack.streams, lambda: datetime.now(UTC))
        try:
            return await fill(pack, connector)
        finally:
            await connector.aclose()

    return asyncio.run(run())


def test_every_stream_gives_the_columns_it_says(pack: Pack, filled: Filled) -> None:
    assert set(filled.records) == set(pack.streams)


def test_nothing_is_quarantined_and_nothing_made_twice(filled: Filled) -> None:
    assert filled.failures == []
    assert filled.twice == []


def test_every_mapping_made_something(pack: Pack, filled: Filled) -> None:
    assert {mapping.resource for mapping in pack.mappings.values()} == {
        name.partition("/")[0] for name in filled.resources
    }
    assert sum(name.startswith("Patient/") for name in filled.resources) == 16


def test_every_resource_is_valid(filled: Filled) -> None:
    faults = {name: found for name, resource in filled.resources.items() if (found := check(resource))}
    assert faults == {}


def test_the_model_layer_agrees(filled: Filled) -> None:
    for resource in filled.resources.values():
        plain = json.loads(
            json.dumps(
                resource, default=lambda value: float(value) if isinstance(value, Decimal) else str(value)
            )
        )
        models.model(resource["resourceType"]).model_validate(plain)


def test_no_profile_is_claimed_in_vain(filled: Filled) -> None:
    faults = {
        name: found
        for name, resource in filled.resources.items()
        if (found := list(us_core.faults(resource)))
    }
    assert faults == {}


def test_every_reference_resolves(filled: Filled) -> None:
    dangling = defaultdict(list)
    for name, resource in filled.resources.items():
        for reference in references(resource):
            if reference not in filled.resources:
                dangling[reference].append(name)
    assert dangling == {}


def test_soft_deletes_are_told(filled: Filled) -> None:
    assert filled.deleted == {
        ("encounter", "5003"),
        ("vitals", "72"),
        ("billing", "304"),
        ("order", "703|1"),
        ("document", "603"),
        ("patient_note", "652"),
    }


def test_names_and_values_arrive_as_they_were_typed(filled: Filled) -> None:
    assert filled.resources["Patient/900"]["name"][0]["family"] == "O'Brien-Müller"
    assert str(filled.resources["Observation/vitals-71-29463-7"]["valueQuantity"]["value"]) == "150.25"
    assert str(filled.resources["Observation/result-802"]["valueQuantity"]["value"]) == "5.70"
    assert filled.resources["Condition/201"]["onsetDateTime"] == "2010-05"
    assert "deceasedDateTime" not in filled.resources["Patient/900"]


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
