"""Every stream over OpenEMR's real schema in MariaDB, through its ODBC driver: all is valid."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from facade.mapping import Pack, parse_pack
from facade.packs import read_pack
from facade.spec import models
from facade.spec.check import check
from tests.facade.packs.filled import Filled, dangling, fill
from tests.facade.packs.openemr import us_core
from tests.generators.openemr import openemr_database
from tests.paths import needs_shared
from tests.servers import MariaDB

CROWD = 150  # generated patients
EXAMPLES = 14  # those that OpenEMR brings
pytestmark = needs_shared


@pytest.fixture(scope="module")
def pack() -> Pack:
    return parse_pack(read_pack("openemr"))


@pytest.fixture(scope="module")
def quirks(mariadb_server: MariaDB, pack: Pack) -> Filled:
    """The schema as it is installed, its example patients, and one patient with every quirk."""
    connection = openemr_database(mariadb_server, 0, name="quirks")
    mariadb_server.load("quirks", Path(__file__).with_name("quirks.sql"))
    return asyncio.run(fill(pack, connection))


@pytest.fixture(scope="module")
def crowd(mariadb_server: MariaDB, pack: Pack) -> Filled:
    """The schema, its example patients, and many generated ones."""
    return asyncio.run(fill(pack, openemr_database(mariadb_server, CROWD, name="crowd")))


@pytest.fixture(params=["quirks", "crowd"])
def filled(request: pytest.FixtureRequest) -> Filled:
    found: Filled = request.getfixturevalue(request.param)
    return found


def test_every_stream_gives_the_columns_it_says(pack: Pack, filled: Filled) -> None:
    assert set(filled.records) == set(pack.streams)


def test_nothing_is_quarantined_and_nothing_made_twice(filled: Filled) -> None:
    assert filled.failures == []
    assert filled.twice == []


def test_every_type_is_made(pack: Pack, filled: Filled) -> None:
    made = {name.partition("/")[0] for name in filled.resources}
    assert made == {mapping.resource for mapping in pack.mappings.values()}


def test_every_patient_is_made(quirks: Filled, crowd: Filled) -> None:
    assert sum(name.startswith("Patient/") for name in quirks.resources) == EXAMPLES + 2
    assert sum(name.startswith("Patient/") for name in crowd.resources) == EXAMPLES + CROWD


def test_every_resource_is_valid(filled: Filled) -> None:
    faults = {name: found for name, resource in filled.resources.items() if (found := check(resource))}
    assert faults == {}


def test_the_model_layer_agrees(filled: Filled) -> None:
    faults = {
        name: found for name, resource in filled.resources.items() if (found := models.validate(resource))
    }
    assert faults == {}


def test_no_profile_is_claimed_in_vain(filled: Filled) -> None:
    faults = {
        name: found
        for name, resource in filled.resources.items()
        if (found := list(us_core.faults(resource)))
    }
    assert faults == {}


def test_every_reference_resolves(filled: Filled) -> None:
    assert dangling(filled.resources) == {}


def test_soft_deletes_are_told(quirks: Filled) -> None:
    assert quirks.deleted == {
        ("encounter", "5003"),
        ("vitals", "72"),
        ("billing", "304"),
        ("order", "703|1"),
        ("document", "603"),
        ("patient_note", "652"),
    }


def test_only_what_a_site_added_is_unmapped(quirks: Filled, crowd: Filled) -> None:
    assert set(quirks.unmapped) == {
        ("apptstatus", "Q"),
        ("codetype", "ZZ"),
        ("route", "somehow"),
        ("site", "arm"),
        ("ucum", "furlongs"),
        ("abnormal", "odd"),
    }
    assert {table for table, _ in crowd.unmapped} <= {"apptstatus", "refusal", "route"}


def test_names_and_values_arrive_as_they_were_typed(quirks: Filled) -> None:
    assert quirks.resources["Patient/900"]["name"][0]["family"] == "O'Brien-Müller"
    assert str(quirks.resources["Observation/vitals-71-29463-7"]["valueQuantity"]["value"]) == "150.25"
    assert str(quirks.resources["Observation/result-802"]["valueQuantity"]["value"]) == "5.70"
    assert quirks.resources["Condition/201"]["onsetDateTime"] == "2010-05"
    assert "deceasedDateTime" not in quirks.resources["Patient/900"]
