"""An index is always what a reindexing would make of it; what is planted into it is found, and mended."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facade.errors import InvalidResource
from facade.flow.draft import Draft
from facade.flow.local import change, draft_resource
from facade.flow.reindex import TOLD, Found, all_types, reindex_resources, reindex_types, sweep
from facade.search import Setting
from facade.store import Store
from facade.store.access import EVERYTHING
from facade.store.index import COLUMNS
from facade.store.serialise import from_json
from tests.facade.own_parameters import EYES, definition, patient
from tests.facade.stores import Ticking, store

__all__ = ["store"]

UCUM = "http://unitsofmeasure.org"


def observation(value: int, code: str) -> dict[str, Any]:
    quantity = {"value": value, "unit": "g", "system": UCUM, "code": "g"}
    coded = {"coding": [{"system": "http://loinc.org", "code": code}], "text": code}
    part = {"coding": [{"system": "http://loinc.org", "code": f"part-{code}"}]}
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": coded,
        "subject": {"reference": f"Patient/{code}"},
        "performer": [{"reference": "Patient/second"}, {"reference": f"Patient/third-{value}"}],
        "effectiveDateTime": f"2024-01-{value:02}",
        "valueQuantity": quantity,
        "component": [{"code": part, "valueQuantity": quantity}, {"code": {"text": "other"}}],
    }


def place(latitude: int, name: str) -> dict[str, Any]:
    position = {"longitude": 10, "latitude": latitude}
    return {"resourceType": "Location", "name": name, "position": position}


def risk(probability: int, name: str) -> dict[str, Any]:
    return {
        "resourceType": "RiskAssessment",
        "status": "final",
        "subject": {"reference": f"Patient/{name}"},
        "prediction": [{"probabilityDecimal": probability}],
        "meta": {"profile": [f"urn:{name}"]},
    }


NAMES = st.sampled_from(["a", "b", "Č" * 300])
SMALL = st.integers(1, 28)
RESOURCES = st.one_of(
    st.builds(lambda name: {**patient(name[0]), "name": [{"family": name, "given": [name, "x"]}]}, NAMES),
    st.builds(observation, SMALL, st.sampled_from(["a", "b"])),
    st.builds(place, SMALL, NAMES),
    st.builds(risk, SMALL, st.sampled_from(["a", "b"])),
    st.sampled_from(
        [
            definition(),
            definition(expression="Patient.name.family | Patient.extension.value", type="string"),
            definition(status="draft"),
            definition(code="mass", base=["Observation"], type="quantity", expression="Observation.value"),
        ]
    ),
)
WRITES = st.tuples(
    RESOURCES, st.sampled_from(["a", "b"]), st.sampled_from(["put", "put", "delete", "reindex"])
)


async def put(store: Store, resource: dict[str, Any], id: str) -> None:
    draft = draft_resource(resource, Setting.of(store), id)
    await change(store, EVERYTHING, lambda changes: changes.update(draft))


async def look(store: Store, *, write: bool = False) -> Found:
    found = await reindex_types(store, await all_types(store), write=write, settle=0)
    found.mend(await sweep(store, write=write))
    return found


@settings(max_examples=25, deadline=None)
@given(st.lists(WRITES, max_size=12))
def test_whatever_was_written_nothing_differs(writes: list[tuple[dict[str, Any], str, str]]) -> None:
    async def run(store: Store) -> None:
        for resource, id, what in writes:
            type = resource["resourceType"]
            if what == "delete":
                await change(store, EVERYTHING, lambda changes, name=(type, id): changes.remove(*name))
            elif what == "reindex":
                await reindex_types(store, [type, "Patient"], settle=0)
            else:
                try:
                    await put(store, resource, id)
                except InvalidResource:
                    assert type == "SearchParameter"  # the other one defines it
        assert (await look(store)).differences == 0
        await look(store, write=True)
        after = await look(store)
        assert (after.differences, after.due) == (0, 0)
        assert all(one.ready for one in store.parameters)

    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(f"sqlite:///{Path(folder) / 'facade.db'}", clock=Ticking())
        try:
            asyncio.run(run(store))
        finally:
            store.close()


async def fill(store: Store) -> None:
    for number in range(1, 6):
        await put(store, {**patient("blue"), "name": [{"family": f"N{number}"}]}, f"p{number}")
        await put(store, observation(number, "p1"), f"o{number}")
        await put(store, place(number, "x"), f"l{number}")
        await put(store, risk(number, "p2"), f"r{number}")


def rows(store: Store) -> dict[str, list[Any]]:
    tables = {table: sorted(store.query(f"SELECT * FROM {table}")) for table in COLUMNS}
    return {**tables, "told": sorted(store.query("SELECT rid, patient, refers FROM resource"))}


async def test_every_table_is_compared(store: Store) -> None:
    await fill(store)
    found = await look(store)
    assert found.resources == 20
    assert [name for name, one in found.tables.items() if one.same == 0] == []
    assert {name: one.same for name, one in found.tables.items() if name not in TOLD} == {
        table: store.query(f"SELECT count(*) FROM {table}")[0][0] for table in COLUMNS
    }


async def test_planted_differences_are_found_and_mended(store: Store) -> None:
    await fill(store)
    before = rows(store)
    plants = (
        "DELETE FROM index_token WHERE rid=(SELECT max(rid) FROM resource WHERE type='Patient')",
        "UPDATE index_string SET exact='planted' WHERE rid=(SELECT min(rid) FROM index_string)",
        "DELETE FROM index_quantity WHERE rid<0",
        "UPDATE index_date SET low=low-1 WHERE rid=(SELECT min(rid) FROM index_date WHERE rid>0)",
        "INSERT INTO index_reference (param, target, rid) SELECT param, 'Patient/x', rid FROM index_reference"
        " WHERE target='Patient/p1'",
        "DELETE FROM index_number",
        "INSERT INTO index_uri (param, value, rid) VALUES (1, 'urn:lost', 987654)",
        "INSERT INTO index_uri (param, value, rid) VALUES (1, 'urn:lost', -987654)",
        "UPDATE index_position SET x=x+1",
        "DELETE FROM in_compartment WHERE patient='second'",
        "UPDATE resource SET patient='p9' WHERE type='RiskAssessment'",
        "UPDATE resource SET refers=NULL WHERE type='RiskAssessment'",
    )
    for plant in plants:
        store.write_sync(lambda transaction, sql=plant: transaction.execute(sql))
    planted = rows(store)
    found = await look(store)
    assert rows(store) == planted
    assert all(one.missing or one.surplus for one in found.tables.values())
    assert found.tables["index_uri"].surplus == 2
    mended = await look(store, write=True)
    assert mended.tables == found.tables
    assert rows(store) == before
    assert (await look(store)).differences == 0


async def test_a_system_that_is_not_known_is_only_added_when_mending(store: Store) -> None:
    await put(store, observation(1, "p1"), "a")
    systems = "SELECT uri FROM system_uri ORDER BY uri"
    before = store.query(systems)
    store.write_sync(lambda transaction: transaction.execute("DELETE FROM system_uri"))
    store.systems.clear()
    assert (await look(store)).differences > 0
    assert store.query(systems) == []
    await look(store, write=True)
    assert store.query(systems) == before
    assert (await look(store)).differences == 0


async def test_who_writes_meanwhile_is_not_undone(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The resource changes after it was read, before what it is found by is compared."""
    await put(store, observation(1, "p1"), "a")
    (rid,) = store.query("SELECT rid FROM resource")[0]
    write = store.write

    async def late(work: Any) -> Any:
        monkeypatch.setattr(store, "write", write)
        await put(store, observation(2, "p2"), "a")
        return await write(work)

    monkeypatch.setattr(store, "write", late)
    assert (await reindex_resources(store, (rid,))).differences == 0
    (body,) = store.query("SELECT body FROM resource")[0]
    assert from_json(bytes(body))["effectiveDateTime"] == "2024-01-02"
    assert (await look(store)).differences == 0


async def test_what_was_written_without_knowing_of_a_parameter_is_looked_at_again(store: Store) -> None:
    """A draft made before the parameter was defined, and written while the reindexing waits."""
    await put(store, patient("blue"), "a")
    late: Draft = draft_resource(patient("red"), Setting.of(store), "b")
    await put(store, definition(), "eyes")
    running = asyncio.create_task(reindex_types(store, ["Patient"], settle=0.5))
    while not store.query("SELECT 1 FROM index_token WHERE code='blue'"):
        await asyncio.sleep(0.01)
    await change(store, EVERYTHING, lambda changes: changes.update(late))
    assert not store.parameters[0].ready
    await running
    assert store.parameters[0].ready
    assert [code for (code,) in store.query("SELECT code FROM index_token WHERE code IN ('blue', 'red')")]
    found = await look(store)
    assert (found.differences, found.due) == (0, 0)


async def test_what_changes_meanwhile_is_not_ready(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    await put(store, patient("blue"), "a")
    await put(store, definition(), "eyes")
    running = asyncio.create_task(reindex_types(store, ["Patient"], settle=0.3))
    await asyncio.sleep(0.1)
    await put(store, definition(expression=f"Patient.extension('{EYES}').value"), "eyes")
    await running
    assert not store.parameters[0].ready
    await reindex_types(store, ["Patient"], settle=0)
    assert store.parameters[0].ready


async def test_a_reindexing_beside_another_process_that_writes(store: Store) -> None:
    """With a writer of its own, which nothing but the store keeps apart from ours."""
    url = f"sqlite:///{store.path}" if store.dialect == "sqlite" else store._url  # type: ignore[attr-defined]
    other = Store.open(url, clock=Ticking())
    for number in range(20):
        await put(store, observation(number % 28 + 1, "p1"), f"o{number}")
    store.write_sync(lambda transaction: transaction.execute("DELETE FROM index_quantity"))
    ended = asyncio.Event()

    async def write() -> int:
        turns = 0
        while not ended.is_set() or turns < 40:
            turns += 1
            await put(other, observation(turns % 28 + 1, f"p{turns}"), f"o{turns % 25}")
        return turns

    writing = asyncio.create_task(write())
    for _ in range(5):
        await look(store, write=True)
        await asyncio.sleep(0)
    ended.set()
    assert await writing >= 40
    found = await look(other)
    assert (found.resources, found.differences) == (25, 0)
    other.close()


async def test_rows_of_every_kind_are_told_to_be_due_or_wrong(store: Store) -> None:
    """A number is raised for some rows: of units, of types of identifiers, of contained resources."""
    expressions = {
        "mass": ("Observation", "quantity", "Observation.value"),
        "alias": ("Patient", "token", "Patient.identifier"),
        "friend": ("Patient", "reference", "Patient.generalPractitioner"),
    }
    kind = {"coding": [{"system": "urn:kinds", "code": "MR"}]}
    inner = {"resourceType": "Patient", "id": "inner", "identifier": [{"value": "2", "type": kind}]}
    outer = {
        "resourceType": "Patient",
        "contained": [inner],
        "link": [{"other": {"reference": "#inner"}, "type": "seealso"}],
        "identifier": [{"value": "1", "type": kind}],
        "generalPractitioner": [{"display": "Dr. Who"}],
    }
    await put(store, observation(1, "p1"), "o")
    await put(store, outer, "p")
    for code, (base, type, expression) in expressions.items():
        more = {"code": code, "base": [base], "type": type, "expression": expression}
        await put(store, definition(**more, url=f"urn:{code}"), code)
    found = await look(store)
    assert (found.differences, found.due > 5) == (0, True)
    await look(store, write=True)
    own = "DELETE FROM {} WHERE param%200>=150"
    for table in ("index_quantity", "index_token", "index_reference"):
        store.write_sync(lambda transaction, table=table: transaction.execute(own.format(table)))
    wrong = await look(store)
    assert (wrong.differences, wrong.due) == (found.due, 0)
