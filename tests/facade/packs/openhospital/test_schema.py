"""Every stream in MariaDB through its ODBC driver, of our rows and of the demo data: all is valid."""

from __future__ import annotations

import asyncio
import re
from collections import Counter

import pytest

from facade.mapping import Pack, parse_pack
from facade.packs import read_pack
from facade.spec import models
from facade.spec.check import check
from tests.facade.packs.filled import Filled, dangling, fill
from tests.facade.packs.openhospital.profiles import unmet
from tests.generators.openhospital import openhospital_database, openhospital_demo
from tests.paths import needs_shared
from tests.servers import MariaDB


@pytest.fixture(scope="module")
def pack() -> Pack:
    return parse_pack(read_pack("openhospital"))


@pytest.fixture(scope="module")
def quirks(mariadb_server: MariaDB, pack: Pack) -> Filled:
    return asyncio.run(fill(pack, openhospital_database(mariadb_server, "oh_quirks")))


@pytest.fixture(scope="module")
def demo(mariadb_server: MariaDB, pack: Pack) -> Filled:
    return asyncio.run(fill(pack, openhospital_demo(mariadb_server, "oh_demo")))


@pytest.fixture(params=["quirks", pytest.param("demo", marks=needs_shared)])
def filled(request: pytest.FixtureRequest) -> Filled:
    found: Filled = request.getfixturevalue(request.param)
    return found


def test_nothing_is_quarantined_and_nothing_made_twice(filled: Filled) -> None:
    assert filled.failures == []
    assert filled.twice == []


def test_every_stream_and_every_type_is_practised(pack: Pack, quirks: Filled) -> None:
    assert set(quirks.records) == set(pack.streams)
    made = {name.partition("/")[0] for name in quirks.resources}
    assert made == {mapping.resource for mapping in pack.mappings.values()}


def test_every_resource_is_valid(filled: Filled) -> None:
    faults = {name: found for name, resource in filled.resources.items() if (found := check(resource))}
    assert faults == {}


def test_the_model_layer_agrees(filled: Filled) -> None:
    faults = {
        name: found for name, resource in filled.resources.items() if (found := models.validate(resource))
    }
    assert faults == {}


@needs_shared
def test_no_profile_is_claimed_in_vain(filled: Filled) -> None:
    faults = {name: found for name, resource in filled.resources.items() if (found := unmet(resource))}
    assert faults == {}


def test_every_reference_resolves(filled: Filled) -> None:
    assert dangling(filled.resources) == {}


def test_deletions_are_told(quirks: Filled) -> None:
    """By flag, with the deleted patient, and with what a row hung on."""
    assert quirks.deleted == {
        ("patient", "0"), ("patient", "3"), ("supplier", "2"), ("consent", "3"), ("consent", "4"),
        ("admission", "12"), ("admission", "13"), ("malnutrition", "2"), ("opd", "22"), ("opd", "23"),
        ("visit", "3"), ("visit", "5"), ("laboratory", "57"), ("operation", "62"), ("operation", "63"),
        ("operation", "65"), ("dispense", "4"), ("vaccination", "4"), ("history", "3"), ("bill", "82"),
        ("bill_item", "93"),
    }  # fmt: skip


def test_only_what_a_site_added_is_unmapped(quirks: Filled) -> None:
    assert set(quirks.unmapped) == {
        ("material", "saliva"),
        ("delivery", "W"),
        ("discharge", "Z"),
        ("marital", "estranged"),
    }


def test_values_arrive_as_they_were_typed(quirks: Filled) -> None:
    def value(name: str) -> str:
        return str(quirks.resources[f"Observation/{name}"]["valueQuantity"]["value"])

    assert value("exam-30-29463-7") == "61.3"
    assert value("lab-53") == "138.50"
    assert value("malnutrition-1-29463-7") == "9.25"
    assert str(quirks.resources["Observation/birth-10"]["component"][0]["valueQuantity"]["value"]) == "3.1"
    assert quirks.resources["Patient/2"]["name"][0]["given"] == ["Péter"]


def test_a_word_on_death_is_taken_back_by_a_later_visit(quirks: Filled) -> None:
    assert quirks.resources["Patient/2"]["deceasedDateTime"] == "2022-02-03T18:00:00+01:00"
    assert "deceasedDateTime" not in quirks.resources["Patient/4"]


def test_a_haemoglucotest_is_no_height(quirks: Filled) -> None:
    glucose = quirks.resources["Observation/exam-30-2339-0"]
    assert (glucose["valueQuantity"]["value"], glucose["valueQuantity"]["unit"]) == (95, "mg/dL")
    assert quirks.resources["Observation/exam-30-8302-2"]["valueQuantity"]["value"] == 164


@needs_shared
def test_our_columns_are_those_of_the_real_schema(mariadb_server: MariaDB, demo: Filled) -> None:
    """Names only: our types are made simple."""
    openhospital_database(mariadb_server, "oh_quirks")
    ours, real = columns(mariadb_server, "oh_quirks"), columns(mariadb_server, "oh_demo")
    assert ours - real == set()
    read = {
        word
        for stream in read_pack("openhospital").layers[0].items()
        if stream[0].startswith("streams/")
        for word in re.findall(r"\b\w+\.([A-Z]+\d*_[A-Z0-9_]+)\b", re.sub(r"(?m)^--.*", "", stream[1]))
    }
    assert read - {name for _, name in ours} == set()
    assert read - {name for _, name in real} == set()


def columns(server: MariaDB, database: str) -> set[tuple[str, str]]:
    told = server.run(
        None,
        f"SELECT table_name, column_name FROM information_schema.columns WHERE table_schema='{database}';",
    )
    return {(table, column) for table, column in (line.split("\t") for line in told.splitlines())}


@needs_shared
def test_the_demo_data_in_numbers(demo: Filled) -> None:
    made = Counter(name.partition("/")[0] for name in demo.resources)
    assert made["Patient"] == 515 - 5  # the placeholder, and four who were deleted
    assert sum(name.startswith("Encounter/admission-") for name in demo.resources) == 458 - 2
    assert sum(name.startswith("Encounter/opd-") for name in demo.resources) == 403 - 1
    assert sum(name.startswith("Observation/lab-") for name in demo.resources) == 312
    assert demo.unmapped == {}
    reversed_therapies = {
        name
        for name, resource in demo.resources.items()
        if name.startswith("MedicationRequest/") and resource["status"] == "unknown"
    }
    assert reversed_therapies == {f"MedicationRequest/therapy-{number}" for number in (1, 2, 3)}
