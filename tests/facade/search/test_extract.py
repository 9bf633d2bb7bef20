"""The merged walk gives what each parameter's own expression gives, type by type."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from facade.search import Setting, extract, patient_of, supported_parameters
from facade.search.composite import whole_parts
from facade.search.covered import numbers_of
from facade.search.kinds import ELSEWHERE, KINDS, ON_RESOURCE, kind_of, leaf_paths, parameter_paths
from facade.search.paths import compile_steps
from facade.search.token import OF_TYPE
from facade.spec import definitions
from facade.store.index import PRESENT, IndexRows
from tests.facade.search.official import example_resources
from tests.paths import needs_shared

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "1",
    "meta": {"tag": [{"system": "urn:t", "code": "x"}], "profile": ["http://p"]},
    "identifier": [{"system": "urn:mrn", "value": "12 3"}, {"value": "9"}],
    "active": True,
    "name": [{"family": "Müller  Straße", "given": ["Ann", None]}],
    "telecom": [{"system": "phone", "value": "555"}, {"system": "email", "value": "a@b"}],
    "gender": "female",
    "birthDate": "1980-02",
    "deceasedDateTime": "2020-01-02T10:00:00-05:00",
    "generalPractitioner": [{"reference": "Practitioner/7/_history/2"}, {"reference": "#in"}],
    "managingOrganization": {"identifier": {"value": "logical"}},
    "communication": [{"language": {"coding": [{"code": "de"}, {"code": "en", "system": "urn:l"}]}}],
}


def test_a_patient() -> None:
    assert named(PATIENT) == {
        ("_tag", "x", "urn:t"),
        ("active", "true", ""),
        ("birthdate", micros(1980, 2, 1), micros(1980, 3, 1)),
        ("death-date", micros(2020, 1, 2, 15), micros(2020, 1, 2, 15) + 1_000_000),
        ("deceased", "true", ""),
        ("email", "a@b", ""),
        ("family", "muller strasse", "Müller  Straße"),
        ("gender", "female", ""),
        ("general-practitioner", "Practitioner/7"),
        ("given", "ann", "Ann"),
        ("identifier", "12 3", "urn:mrn"),
        ("identifier", "9", ""),
        ("language", "de", ""),
        ("language", "en", "urn:l"),
        ("organization", "logical", ""),
        ("name", "ann", "Ann"),
        ("name", "muller strasse", "Müller  Straße"),
        ("phone", "555", ""),
        ("phonetic", "a500", ""),
        ("phonetic", "m460", ""),
        ("phonetic", "s362", ""),
        ("telecom", "555", ""),
        ("telecom", "a@b", ""),
    }


@pytest.mark.parametrize(
    ("timing", "expected"),
    [
        ({"event": ["2020-03-01", "2020-01-01"]}, ((2020, 1, 1), (2020, 3, 2))),
        ({"repeat": {"boundsPeriod": {"start": "2020", "end": "2021-06"}}}, ((2020, 1, 1), (2021, 7, 1))),
        ({"event": ["2019-12-31"], "repeat": {"boundsPeriod": {"end": "2020"}}}, (None, (2021, 1, 1))),
    ],
)
def test_a_timing_is_its_outer_limits(timing: dict[str, Any], expected: tuple[Any, Any]) -> None:
    resource = {"resourceType": "Observation", "effectiveTiming": timing}
    ((_, low, high),) = [row for row in named(resource) if row[0] == "date"]
    assert low == (-(2**63) if expected[0] is None else micros(*expected[0]))
    assert high == micros(*expected[1])


@pytest.mark.parametrize(
    ("period", "low", "high"),
    [
        ({"start": "2020-01-01", "end": "2020-01-02"}, (2020, 1, 1), (2020, 1, 3)),
        ({"start": "2020-01-01"}, (2020, 1, 1), None),
        ({"end": "2020-01-01"}, None, (2020, 1, 2)),
        ({"start": "2020-05-01", "end": "2020-01-01"}, (2020, 1, 1), (2020, 5, 2)),  # legacy rows do that
    ],
)
def test_a_period_may_be_open_or_turned_round(period: dict[str, Any], low: Any, high: Any) -> None:
    resource = {"resourceType": "Encounter", "period": period}
    ((_, first, last),) = [row for row in named(resource) if row[0] == "date"]
    assert first == (-(2**63) if low is None else micros(*low))
    assert last == (2**63 - 1 if high is None else micros(*high))
    assert named({"resourceType": "Encounter", "period": {}}) == set()


def test_a_date_is_a_day_of_the_sites_zone() -> None:
    resource = {"resourceType": "Patient", "birthDate": "2020-07-01"}
    rows = extract(resource, Setting(tz=ZoneInfo("America/New_York")))
    assert rows.dates[0][1:] == (micros(2020, 7, 1, 4), micros(2020, 7, 2, 4))


@pytest.mark.parametrize(
    ("reference", "stored"),
    [
        ("Patient/1", "Patient/1"),
        ("Patient/1/_history/4", "Patient/1"),
        ("http://us/fhir/Patient/1", "Patient/1"),
        ("http://us/fhirx/Patient/1", "http://us/fhirx/Patient/1"),
        ("http://them/fhir/Patient/1", "http://them/fhir/Patient/1"),
        ("urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7", "urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7"),
        ("#contained", None),
        ("", None),
    ],
)
def test_references(reference: str, stored: str | None) -> None:
    resource = {"resourceType": "Observation", "subject": {"reference": reference}}
    rows = extract(resource, Setting(base_url="http://us/fhir/"))
    numbers = numbers_of(definitions.search_parameters("Observation")["subject"])
    assert [target for param, target in rows.references if param in numbers] == ([stored] if stored else [])


def test_a_canonical_is_found_with_and_without_its_version() -> None:
    resource = {"resourceType": "Measure", "library": ["http://x/Library/a|2", "http://x/Library/b"]}
    assert {row for row in named(resource) if row[0] == "depends-on"} == {
        ("depends-on", "http://x/Library/a|2"),
        ("depends-on", "http://x/Library/a"),
        ("depends-on", "http://x/Library/b"),
    }


def test_a_bundles_first_resource() -> None:
    bundle = {
        "resourceType": "Bundle",
        "entry": [
            {"resource": {"resourceType": "Composition", "id": "c"}},
            {"resource": {"resourceType": "Patient", "id": "p"}},
        ],
    }
    assert ("composition", "Composition/c") in named(bundle)
    assert not any("Patient/p" in row for row in named(bundle))


@pytest.mark.parametrize(
    "broken",
    [
        {"birthDate": "01/02/1980", "gender": 5, "name": [{"family": 7}], "active": "yes"},
        {"birthDate": "1980-02-31", "name": [], "telecom": [None]},
        {"identifier": [{"system": "s"}], "deceasedDateTime": None},
    ],
)
def test_what_is_no_value_gives_no_row(broken: dict[str, Any]) -> None:
    codes = {row[0] for row in named({"resourceType": "Patient", **broken})}
    assert codes <= {"deceased", "identifier"}


@pytest.mark.parametrize(
    ("resource", "patient"),
    [
        ({"resourceType": "Patient", "id": "1"}, "1"),
        ({"resourceType": "Observation", "subject": {"reference": "Patient/2"}}, "2"),
        ({"resourceType": "Observation", "subject": {"reference": "Group/2"}}, None),
        ({"resourceType": "Appointment", "participant": [{"actor": {"reference": "Location/3"}},
                                                         {"actor": {"reference": "Patient/4"}}]}, "4"),
        ({"resourceType": "Practitioner", "id": "1"}, None),
        ({"resourceType": "Coverage", "beneficiary": {"reference": "Patient/b"}}, "b"),
        ({"resourceType": "Observation", "subject": {"reference": "http://us/Patient/9"}}, "9"),
    ],
)  # fmt: skip
def test_the_patient_compartment(resource: dict[str, Any], patient: str | None) -> None:
    assert patient_of(resource, extract(resource, Setting(base_url="http://us"))) == patient


def test_what_is_supported_has_an_index_and_what_has_none_is_not() -> None:
    for type in sorted(definitions.resource_types()):
        known = supported_parameters(type)
        assert {one.code for one in known} == set(definitions.search_parameters(type)) - {"_query"}
        for parameter in known:
            if (
                parameter.kind not in ("composite", "special")
                and parameter.code not in ON_RESOURCE | ELSEWHERE
            ):
                assert parameter_paths(parameter), parameter.code


@needs_shared
def test_the_merged_walk_equals_each_expression_for_itself() -> None:
    rows = 0
    for resource in example_resources():
        merged = extract(resource)
        type = resource["resourceType"]
        for parameter in (*supported_parameters(type), *whole_parts(type)):
            if parameter.code in ON_RESOURCE or parameter.kind not in KINDS:
                continue
            alone = IndexRows()
            for path in parameter_paths(parameter):
                for end, maker in leaf_paths(path, kind_of(parameter)):
                    leaf = maker((0,), Setting())
                    for value in compile_steps(end.steps)([resource]):
                        leaf(value, alone)
            numbers = numbers_of(parameter)
            for field in ("tokens", "strings", "dates", "references", "numbers", "quantities", "uris"):
                found = {
                    (raised, *row[1:])
                    for row in getattr(merged, field)
                    for raised in (0, OF_TYPE, PRESENT)
                    if row[0] - raised in numbers
                }
                assert found == set(getattr(alone, field)), (type, parameter.code)
                rows += len(found)
        patient_of(resource, extract(resource))
    assert rows > 6000


def named(resource: dict[str, Any]) -> set[tuple[Any, ...]]:
    """The rows with the parameters' codes."""
    parameters = definitions.search_parameters(resource["resourceType"])
    numbers = {code: numbers_of(parameter) for code, parameter in parameters.items()}
    rows = extract(resource)
    found = [*rows.tokens, *rows.strings, *rows.dates, *rows.references]
    return {(code, *row[1:]) for row in found for code, known in numbers.items() if row[0] in known}


def micros(*moment: int) -> int:
    year, month, day = moment[:3]
    naive = datetime(year, month, day, *moment[3:]) - datetime(1970, 1, 1)
    return (naive.days * 86400 + naive.seconds) * 1_000_000
