"""The pack: everything that 300 generated patients hold becomes valid FHIR whose references resolve."""

from __future__ import annotations

import json
import sqlite3
import tarfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Condition
from connectors.odbc import open_connector
from facade.mapping import Pack
from facade.spec.check import check
from facade.spec.models import model
from tests.facade.packs.demo.conftest import Filled
from tests.paths import SHARED, needs_shared

TYPES = {
    "AllergyIntolerance", "Appointment", "Binary", "Condition", "Coverage", "DiagnosticReport",
    "DocumentReference", "Encounter", "Immunization", "Location", "MedicationRequest", "MedicationStatement",
    "Observation", "Organization", "Patient", "Practitioner", "PractitionerRole", "Procedure", "Provenance",
    "Schedule", "ServiceRequest", "Slot",
}  # fmt: skip
KNOWN_TO_HAVE_NO_CODE = {
    ("procedure", "EARWX"),
    ("language", "ZZZ"),
    ("diagnosis", "KP-FALL"),
    ("reaction", '"GETS HYPER"'),
    ("gender", "0"),
}


def references(value: Any) -> Iterator[str]:
    """Every literal reference, and every URL of a Binary."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name == "reference" or (
                name == "url" and isinstance(item, str) and item.startswith("Binary/")
            ):
                yield item
            else:
                yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def test_cases(pack: Pack) -> None:
    results = pack.run_cases()
    assert [
        (r.case.name if hasattr(r.case, "name") else r.case, r.difference) for r in results if not r.ok
    ] == []
    assert {result.mapping for result in results} == set(pack.mappings)


def test_every_type_comes_out(filled: Filled) -> None:
    assert {resource["resourceType"] for _, resource in filled.resources} == TYPES


def test_every_mapping_makes_something(filled: Filled, pack: Pack) -> None:
    assert {name for name, _ in filled.resources} == set(pack.mappings)


def test_nothing_fails_and_only_known_codes_are_unmapped(filled: Filled) -> None:
    assert filled.failures == []
    assert filled.unmapped <= KNOWN_TO_HAVE_NO_CODE
    assert filled.unmapped >= {("procedure", "EARWX"), ("language", "ZZZ"), ("diagnosis", "KP-FALL")}


def test_every_resource_passes_the_check(filled: Filled) -> None:
    found = Counter(
        (resource["resourceType"], issue.expression, issue.diagnostics)
        for _, resource in filled.resources
        for issue in check(resource)
    )
    assert found == Counter()


def test_every_resource_is_a_model(filled: Filled) -> None:
    for _, resource in filled.resources:
        model(resource["resourceType"]).model_validate(resource)


def test_ids_are_unique_and_references_resolve(filled: Filled) -> None:
    ids = Counter(f"{resource['resourceType']}/{resource['id']}" for _, resource in filled.resources)
    assert max(ids.values()) == 1
    asked = {reference for _, resource in filled.resources for reference in references(resource)}
    assert asked - set(ids) == set()
    assert {reference.partition("/")[0] for reference in asked} >= {
        "Patient",
        "Binary",
        "Slot",
        "Schedule",
        "Condition",
    }


def test_the_deleted_are_told(filled: Filled) -> None:
    deleted = Counter(record.stream for record in filled.records if record.deleted)
    assert set(deleted) == {
        "patient", "visit", "problem", "allergy", "prescription", "home_drug", "immunization", "lab_order",
        "procedure", "document",
    }  # fmt: skip
    assert deleted["patient"] == 2
    assert len(filled.of("patient")) == 300


def test_nobodies_are_nobody(filled: Filled) -> None:
    texts = [name["text"] for resource in filled.of("patient") for name in resource["name"]]
    assert not [text for text in texts if "TEST" in text]
    assert not [r for r in filled.of("practitioner") if "TEST" in r["name"][0]["family"]]
    assert {r["id"] for r in filled.of("organization_service")} == {f"service-80{n}" for n in (1, 2, 3, 4)}
    assert len(filled.of("location_room")) == 9


def test_latin1_is_read(filled: Filled) -> None:
    families = {resource["name"][0]["family"] for resource in filled.of("patient")}
    assert families & {"MUÑOZ", "MÜLLER", "LEFÈVRE", "NÚÑEZ"}
    assert not [family for family in families if "\ufffd" in family]


def test_zeros_are_not_measured(filled: Filled, sql: sqlite3.Connection) -> None:
    expected = sql.execute(
        "SELECT sum(CAST(WTLB AS REAL) > 0) FROM VITALS v JOIN PTMAST p USING (PTNO) WHERE p.CLASS <> 'TST'"
    ).fetchone()[0]
    weights = [r for r in filled.of("vital_signs") if r["id"].endswith("-weight")]
    assert len(weights) == expected
    assert all(r["valueQuantity"]["value"] > 0 for r in filled.of("vital_signs"))


def test_a_series_is_many_appointments_and_a_block_is_a_slot(filled: Filled, sql: sqlite3.Connection) -> None:
    assert [r for r in filled.of("appointment") if "-" in r["id"]]
    blocks = sql.execute("SELECT count(*) FROM APPTBK WHERE PTNO = 0").fetchone()[0]
    assert len(filled.of("slot_block")) == blocks > 0


@needs_shared
def test_us_core_minimum(filled: Filled) -> None:
    """Each resource has what the profiles that it claims ask for at least, where the parent is there."""
    profiles = _profiles(SHARED / "fhir" / "hl7.fhir.us.core-6.1.0.tgz")
    missing: Counter[tuple[str, str]] = Counter()
    claimed = set()
    for _, resource in filled.resources:
        for url in resource.get("meta", {}).get("profile", ()):
            claimed.add(url)
            for path in profiles[url]:
                *parents, last = path.split(".")[1:]
                nodes = [resource]
                for step in parents:
                    nodes = [found for node in nodes for found in _values(node, step)]
                if any(not _values(node, last) for node in nodes):
                    missing[url.rpartition("/")[2], path] += 1
    assert missing == Counter()
    assert len(claimed) == 27


def _profiles(package: Path) -> dict[str, list[str]]:
    """The elements that each profile requires, without those of slices."""
    found = {}
    with tarfile.open(package) as archive:
        for member in archive:
            name = member.name.rpartition("/")[2]
            if name.startswith("StructureDefinition-us-core-") and name.endswith(".json"):
                reader = archive.extractfile(member)
                assert reader is not None
                profile = json.load(reader)
                elements = profile["snapshot"]["element"]
                found[profile["url"]] = [
                    element["path"]
                    for element in elements
                    if element.get("min") and ":" not in element["id"] and "." in element["path"]
                ]
    return found


def _values(node: Any, name: str) -> list[Any]:
    if not isinstance(node, dict):
        return []
    if name.endswith("[x]"):
        return [value for key, value in node.items() if key.startswith(name[:-3])]
    value = node.get(name, node.get(f"_{name}"))
    return value if isinstance(value, list) else [] if value is None else [value]


@pytest.mark.parametrize(
    ("mapping", "path"),
    [("patient", "birthDate"), ("vital_signs", "valueQuantity"), ("appointment", "start")],
)
def test_lineage_names_the_legacy_column(filled: Filled, pack: Pack, mapping: str, path: str) -> None:
    columns = {"birthDate": "DOB", "valueQuantity": "WTLB", "start": "APDT"}
    stream = pack.mappings[mapping].stream
    for record in filled.records:
        if record.stream == stream and not record.deleted:
            for made, lines in pack.explain(record):
                if made.mapping == mapping:
                    named = {column for line in lines if path in line.element for column in line.columns}
                    if columns[path] in named:
                        return
    raise AssertionError(f"{columns[path]} is not named for {path}")


async def test_a_patient_who_becomes_negative_is_seen_as_deleted(
    kestrel: Path, pack: Pack, tmp_path: Path
) -> None:
    path = tmp_path / "k.db"
    path.write_bytes(kestrel.read_bytes())
    connection = sqlite3.connect(path)
    connection.execute("UPDATE PTMAST SET PTNO = -PTNO, LASTUPD = '20260302180000' WHERE PTNO = 5")
    connection.commit()
    connection.close()
    connector = open_connector(
        "emr",
        {"url": f"sqlite:///{path.as_posix()}"},
        pack.streams,
        lambda: datetime(2026, 3, 2, 23, tzinfo=UTC),
    )
    read = [record async for record in connector.read("patient", since="2026-03-02T18:05:00")]
    sliced = [record async for record in connector.read("vitals", where=[Condition("PTNO", "=", "5")])]
    await connector.aclose()
    assert [(record.key, record.deleted) for record in read] == [
        ("5", True)
    ]  # within the overlap of 10 minutes
    assert sliced == []
