"""Every stream over OSCAR's schema in MariaDB, in latin1, through its ODBC driver: all is valid.

Over the real schema where it is to be had, and always over the columns that the streams name.
"""

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
from tests.facade.packs.openemr import us_core
from tests.facade.packs.oscar.columns import read_columns
from tests.generators.oscar import oscar_database
from tests.paths import needs_shared
from tests.servers import MariaDB

CROWD = 90  # generated patients: each rare quirk at least once
EXAMPLES = 2  # those that OSCAR brings


@pytest.fixture(scope="module")
def pack() -> Pack:
    return parse_pack(read_pack("oscar"))


@pytest.fixture(scope="module")
def crowd(mariadb_server: MariaDB, pack: Pack) -> Filled:
    """Generated patients, over the columns that the streams name."""
    return asyncio.run(fill(pack, oscar_database(mariadb_server, CROWD, real=False, name="oscar_own")))


@pytest.fixture(scope="module")
def real(mariadb_server: MariaDB, pack: Pack) -> Filled:
    """The real schema with its reference data and two patients, and generated ones."""
    return asyncio.run(fill(pack, oscar_database(mariadb_server, CROWD, real=True, name="oscar_real")))


@pytest.fixture(params=["crowd", pytest.param("real", marks=needs_shared)])
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
    faults = {
        name: found
        for name, resource in filled.resources.items()
        if (found := list(us_core.faults(resource)))
    }
    assert faults == {}


def test_every_reference_resolves(filled: Filled) -> None:
    assert dangling(filled.resources) == {}


def test_soft_deletes_are_told(filled: Filled) -> None:
    assert {stream for stream, _ in filled.deleted} >= {
        "relationship", "billing", "problem", "cpp", "note", "allergy", "prevention", "document", "tickler",
    }  # fmt: skip


def test_only_what_a_site_added_is_unmapped(filled: Filled) -> None:
    assert {table for table, _ in filled.unmapped} <= {
        "measurement", "frequency", "encounter_type", "route", "prevention", "abnormal", "family",
        "document_type", "relation", "health_card", "patient_status", "consult_status",
    }  # fmt: skip


def test_accents_survive_latin1(filled: Filled) -> None:
    assert filled.resources["Practitioner/100001"]["name"][0]["given"] == ["Aurélie"]
    families = {
        one["name"][0]["family"] for name, one in filled.resources.items() if name.startswith("Patient/")
    }
    assert {"Côté", "Bélanger", "D’Amico", "ÅKESSON"} <= families


def test_the_day_is_cut_into_pieces(filled: Filled) -> None:
    """A provider's own template of 5 minutes, a public one of 15, one of 30; letters by their case."""
    slots = [one for name, one in filled.resources.items() if re.match(r"Slot/\d+-\d{8}-\d+$", name)]
    kinds = Counter((one["serviceType"][0]["text"], one["status"]) for one in slots if "serviceType" in one)
    assert kinds["Academic", "busy-unavailable"]
    assert kinds["Same Day", "free"]
    assert kinds["Same Day - R1", "free"]
    assert kinds["Administrative Work", "busy-unavailable"]
    assert kinds["15 Minute Appointment", "busy"]
    assert kinds["15 Minute Appointment", "busy-unavailable"]  # Do_Not_Book
    lengths = {one["schedule"]["reference"]: set() for one in slots}  # type: ignore[var-annotated]
    for one in slots:
        lengths[one["schedule"]["reference"]].add((int(one["end"][14:16]) - int(one["start"][14:16])) % 60)
    assert 5 in lengths["Schedule/100002"]
    assert lengths["Schedule/100001"] == {15}
    assert 30 in lengths["Schedule/100003"]


@needs_shared
def test_the_two_patients_that_oscar_brings(real: Filled) -> None:
    assert sum(name.startswith("Patient/") for name in real.resources) == CROWD + EXAMPLES
    assert real.resources["Patient/1"]["birthDate"] == "1940-09-25"
    systems = {one["system"] for one in real.resources["Patient/1"]["identifier"]}
    assert "https://fhir.infoway-inforoute.ca/NamingSystem/ca-bc-patient-healthcare-id" in systems
    pressure = real.resources["Observation/1"]["component"]
    assert [str(half["valueQuantity"]["value"]) for half in pressure] == ["130", "85"]
    report = real.resources["DiagnosticReport/lab-9-1"]
    assert [one["reference"] for one in report["result"]] == [f"Observation/{n}" for n in (26, 31, 40, 41)]
    codes = {
        one["code"]["coding"][0]["code"]
        for name, one in real.resources.items()
        if "registry-" in name and "code" in one
    }
    assert {"428", "401"} <= codes


def test_the_columns_in_our_own_words_are_those_that_the_streams_read(
    mariadb_server: MariaDB, pack: Pack
) -> None:
    oscar_database(mariadb_server, 0, real=False, name="oscar_columns")
    have = {(table, column.lower()) for table, column, _ in _columns(mariadb_server, "oscar_columns")}
    assert {(table, column.lower()) for table, column in read_columns(pack)} <= have


@needs_shared
def test_every_column_is_in_the_real_schema_and_of_the_same_kind(
    mariadb_server: MariaDB, pack: Pack, real: Filled
) -> None:
    oscar_database(mariadb_server, 0, real=False, name="oscar_columns")
    truth = {(table, column): kind for table, column, kind in _columns(mariadb_server, "oscar_real")}
    ours = {(table, column): kind for table, column, kind in _columns(mariadb_server, "oscar_columns")}
    assert {(table, column.lower()) for table, column in read_columns(pack)} <= {
        (table, column.lower()) for table, column in truth
    }
    texts = {"mediumtext": "text", "longtext": "text"}
    assert {name: texts.get(truth[name], truth[name]) for name in ours} == {
        name: texts.get(kind, kind) for name, kind in ours.items()
    }


def _columns(server: MariaDB, database: str) -> list[list[str]]:
    sql = (
        "SELECT table_name, column_name, data_type FROM information_schema.columns"
        f" WHERE table_schema = '{database}'"
    )
    return [line.split("\t") for line in server.run(database, sql).splitlines()]
