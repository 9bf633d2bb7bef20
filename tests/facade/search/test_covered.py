"""Each value is indexed once, and found by every parameter that looks at it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pytest

from facade.search import extract, parse_search
from facade.search.contained import plan_contained
from facade.search.covered import indexed_ends, numbers_of, one_row
from facade.search.keyset import Cursor
from facade.search.paths import Unless, Where
from facade.search.plan import values_of
from facade.spec import definitions
from facade.spec.definitions import SearchParameter
from facade.store import Store
from facade.store.access import EVERYTHING
from facade.store.index import table_rows
from tests.facade.search.stocked import found, id_of, plan, stock, total, walked

MG = {"system": "http://unitsofmeasure.org", "code": "mg"}
PATIENT, GROUP = {"reference": "Patient/1"}, {"reference": "Group/1"}


def coded(code: str) -> dict[str, Any]:
    return {"coding": [{"system": "urn:s", "code": code}]}


def observation(id: str, **elements: Any) -> dict[str, Any]:
    return {"resourceType": "Observation", "id": id, **elements}


def component(code: str, value: float) -> dict[str, Any]:
    return {"code": coded(code), "valueQuantity": {"value": value, **MG}}


RESOURCES: list[dict[str, Any]] = [
    observation("patient", subject=PATIENT, code=coded("b"), valueQuantity={"value": 5, **MG}),
    observation("group", subject=GROUP, code=coded("d"), component=[component("a", 9), component("e", 3)]),
    observation(
        "typed",
        subject={"type": "Patient", "display": "Anna", "identifier": {"value": "7"}},
        code={"text": "c"},
        valueSampledData={"origin": {"value": 0, **MG}, "period": 1, "dimensions": 1, "data": "1 6"},
    ),
    observation("twice", subject=PATIENT, code=coded("c"), component=[component("c", 4), component("c", 4)]),
    observation("none"),
    {"resourceType": "Patient", "id": "1", "name": [{"text": "Zoe Bo", "family": "Bo", "given": ["Zoe"]}]},
    {
        "resourceType": "Patient",
        "id": "2",
        "name": [{"text": "Ann"}],
        "telecom": [
            {"system": "email", "value": "x"},
            {"system": "phone", "value": "5"},
            {"system": "url", "value": "u"},
        ],
    },
    {"resourceType": "Patient", "id": "3", "name": [{"given": ["Bo", "Ann"]}], "telecom": [{"value": "x"}]},
    *(
        {
            "resourceType": "Patient",
            "id": id,
            "telecom": [{"system": "phone", "value": phone}, {"system": "email", "value": email}],
        }
        for id, phone, email in (
            ("4", "9", "0"),
            ("5", "9", "0"),
            ("6", "1a", "y"),
            ("7", "1b", "y"),
            ("8", "1c", "y"),
        )
    ),
    {"resourceType": "Group", "id": "1", "actual": True, "contained": [observation("in", subject=PATIENT)]},
    {
        "resourceType": "Encounter",
        "id": "1",
        "participant": [
            {"individual": {"reference": "Practitioner/1"}},
            {"individual": {"reference": "RelatedPerson/1"}},
        ],
    },
]


@pytest.fixture(autouse=True, scope="module")
def _stocked(store: Store) -> None:
    stock(store, RESOURCES)


def parameter(type: str, code: str) -> SearchParameter:
    return definitions.search_parameters(type)[code]


@pytest.mark.parametrize(
    ("type", "code", "read"),
    [
        ("Observation", "subject", "subject patient"),
        ("Observation", "patient", "patient"),
        ("Observation", "combo-code", "code component-code"),
        ("Observation", "combo-value-quantity", "component-value-quantity value-quantity part"),
        ("Observation", "value-quantity", "value-quantity part"),
        ("Observation", "code", "code"),
        ("Encounter", "participant", "participant practitioner"),
        ("Patient", "telecom", "telecom email phone"),
        ("Patient", "phonetic", "phonetic"),
        ("DeviceUseStatement", "subject", "patient"),
        ("DeviceUseStatement", "patient", "patient"),
    ],
)
def test_what_is_read(type: str, code: str, read: str) -> None:
    codes = {one.number: name for name, one in definitions.search_parameters(type).items()}
    assert [codes.get(number, "part") for number in numbers_of(parameter(type, code))] == read.split()


def test_a_value_has_one_row() -> None:
    resource = {**RESOURCES[0], "category": [coded("vital-signs")]}
    tables = table_rows([(1, extract(resource))], lambda uris: dict.fromkeys(uris, 0))
    found = {
        table: sorted(number % 200 for number, *_ in rows) for table, rows in tables.items() if len(rows) > 0
    }
    numbers = {code: parameter("Observation", code).number % 200 for code in ("patient", "category", "code")}
    assert found == {
        "index_reference": [numbers["patient"]],
        "index_token": sorted([numbers["category"], numbers["code"]]),
        "index_quantity": [103],
    }


def test_no_place_is_indexed_twice_under_numbers_that_cover_each_other() -> None:
    """Of two numbers that one search reads, at most conditions that overlap are at the same place."""
    overlapping = set()
    for type in definitions.resource_types():
        stored = indexed_ends(type)
        for one in definitions.search_parameters(type).values():
            numbers = numbers_of(one)
            assert len(numbers) == 1 or all(stored[number] for number in numbers)
            for first, second in combinations(numbers, 2):
                for steps, maker in stored[first]:
                    for others, other in stored[second]:
                        if maker is other and _bare(steps) == _bare(others) and not _differ(steps, others):
                            overlapping.add((type, one.code))
    assert overlapping == set()


def _bare(steps: Any) -> list[Any]:
    return [step for step in steps if not isinstance(step, Where | Unless)]


def _differ(steps: Any, others: Any) -> bool:
    """Whether both demand something, and not the same, or one refuses what the other demands."""
    demanded = [[step.condition for step in side if isinstance(step, Where)] for side in (steps, others)]
    refused = [
        {one for step in side if isinstance(step, Unless) for one in step.conditions}
        for side in (steps, others)
    ]
    return (
        (all(demanded) and demanded[0] != demanded[1])
        or not refused[0].isdisjoint(demanded[1])
        or not refused[1].isdisjoint(demanded[0])
    )


@pytest.mark.parametrize(
    ("type", "query", "ids"),
    [
        ("Observation", "subject=Patient/1", "patient twice"),
        ("Observation", "subject=Group/1", "group"),
        ("Observation", "subject=1", "patient group twice"),
        ("Observation", "subject=Patient/1,Group/1", "patient group twice"),
        ("Observation", "patient=1", "patient twice"),
        ("Observation", "patient=Group/1", ""),
        ("Observation", "subject:identifier=7", "typed"),
        ("Observation", "patient:identifier=7", "typed"),
        ("Observation", "subject:missing=true", "none"),
        ("Observation", "subject:missing=false", "patient group typed twice"),
        ("Observation", "patient:missing=true", "group none"),
        ("Observation", "patient:missing=false", "patient typed twice"),
        ("Observation", "combo-code=a", "group"),
        ("Observation", "combo-code=urn:s|c", "twice"),
        ("Observation", "combo-code=urn:s|b,urn:s|e", "patient group"),
        ("Observation", "combo-code:not=c", "patient group typed none"),
        ("Observation", "combo-code:missing=true", "none"),
        ("Observation", "component-code=b", ""),
        ("Observation", "combo-value-quantity=gt3", "patient group typed twice"),
        ("Observation", "value-quantity=gt3", "patient typed"),
        ("Observation", "code-value-quantity=b$5", "patient"),
        ("Observation", "component-code-value-quantity=a$9", "group"),
        ("Observation", "combo-code-value-quantity=c$4", "twice"),
        ("Observation", "subject:Patient.family=bo", "patient twice"),
        ("Observation", "subject.family=bo", "patient twice"),
        ("Observation", "patient.family=bo", "patient twice"),
        ("Patient", "_has:Observation:subject:code=b", "1"),
        ("Patient", "_has:Observation:patient:code=b", "1"),
        ("Group", "_has:Observation:subject:code=d", "1"),
        ("Group", "_has:Observation:patient:code=d", ""),
        ("Patient", "name=ann", "2 3"),
        ("Patient", "name=bo", "1 3"),
        ("Patient", "given=bo", "3"),
        ("Patient", "telecom=x", "2 3"),
        ("Patient", "telecom=u", "2"),
        ("Patient", "email=x", "2"),
        ("Encounter", "participant=Practitioner/1", "1"),
        ("Encounter", "participant=RelatedPerson/1", "1"),
        ("Encounter", "practitioner=RelatedPerson/1", ""),
    ],
)
def test_every_parameter_finds_it(store: Store, type: str, query: str, ids: str) -> None:
    expected = [one["id"] for one in RESOURCES if one["resourceType"] == type and one["id"] in ids.split()]
    assert found(store, type, query) == expected
    assert total(store, type, f"{query}&_total=accurate") == len(expected)


@pytest.mark.parametrize(
    ("type", "key", "up", "down"),
    [
        ("Observation", "subject", "group patient twice typed none", "patient twice group typed none"),
        ("Observation", "patient", "patient twice group typed none", "patient twice group typed none"),
        ("Observation", "combo-code", "group patient twice typed none", "group twice patient typed none"),
        (
            "Observation",
            "combo-value-quantity",
            "typed group twice patient none",
            "group patient twice typed none",
        ),
        ("Observation", "value-quantity", "typed patient group twice none", "patient typed group twice none"),
        ("Patient", "name", "2 3 1 4 5 6 7 8", "1 3 2 4 5 6 7 8"),
        ("Patient", "telecom", "4 5 6 7 8 2 3 1", "6 7 8 2 3 4 5 1"),
    ],
)
def test_the_order_is_of_all_its_values(store: Store, type: str, key: str, up: str, down: str) -> None:
    for sort, ids in ((key, up), (f"-{key}", down)):
        assert walked(store, type, f"_sort={sort}&_count=1") == ids.split()
        assert found(store, type, f"_sort={sort}") == ids.split()
        there = found(store, type, f"{key}:missing=false")
        some = [id for id in ids.split() if id in there]
        assert walked(store, type, f"_sort={sort}&{key}:missing=false&_count=2") == some
        assert [*before(store, type, f"_sort={sort}&_count=2")] == [
            ids.split()[max(at - 3, 0) : at] for at in range(len(ids.split()))
        ]


def before(store: Store, type: str, query: str) -> Iterator[list[str]]:
    """What a page backward has, from each place on, and one more."""
    every = plan(store, type, query.replace("_count=2", "_count=50"))
    for row in store.query(*every.page):
        edge = Cursor(values_of(row, every.order), row[0], backward=True, snapshot=row[-1])
        page = plan(store, type, query, cursor=edge.text()).page
        yield [id_of(one) for one in reversed(store.query(*page))]


def test_a_sort_beside_a_criterion_on_the_same_parameter(store: Store) -> None:
    assert one_row(parameter("Observation", "subject"))
    assert not one_row(parameter("Observation", "combo-code"))
    for query in ("subject=Patient/1,Group/1", "value-quantity=gt3"):
        key = query.partition("=")[0]
        ids = found(store, "Observation", f"{query}&_sort=-{key}")
        assert walked(store, "Observation", f"{query}&code:missing=false&_sort=-{key}&_count=1") == ids
        assert sorted(ids) == sorted(found(store, "Observation", query))
        assert found(store, "Observation", f"code=b&{query}&_sort={key}") == ["patient"]


@pytest.mark.parametrize(
    ("include", "ids"),
    [
        ("Observation:subject", "Patient/1 Group/1"),
        ("Observation:patient", "Patient/1"),
        ("Observation:subject:Group", "Group/1"),
        ("Observation:patient:Group", ""),
    ],
)
def test_what_is_included(store: Store, include: str, ids: str) -> None:
    made = plan(store, "Observation", f"_include={include}")
    rows = store.query(*made.page)
    brought = [
        bytes(row[1]).decode() for sql in made.includes([row[0] for row in rows]) for row in store.query(*sql)
    ]
    assert brought == ids.split()


def test_what_refers_to_it(store: Store) -> None:
    for type, code, ids in (
        ("Patient", "subject", ["patient", "twice"]),
        ("Patient", "patient", ["patient", "twice"]),
        ("Group", "subject", ["group"]),
        ("Group", "patient", []),
    ):
        made = plan(store, type, f"_revinclude=Observation:{code}")
        rows = store.query(*made.page)
        brought = [id_of(row) for sql in made.includes([row[0] for row in rows]) for row in store.query(*sql)]
        assert brought == ids, (type, code)


@pytest.mark.parametrize(
    ("query", "ids"), [("subject=Patient/1", ["1"]), ("patient=1", ["1"]), ("subject:missing=true", [])]
)
def test_what_is_contained(store: Store, query: str, ids: list[str]) -> None:
    items = [("_contained", "true"), *[(name, value) for name, _, value in [query.partition("=")]]]
    made = plan_contained(parse_search("Observation", items), EVERYTHING, store.dialect)
    assert [id_of(row) for row in store.query(*made.page)] == ids


def test_many_codes_of_two_systems_find_each_once_and_in_order(store: Store) -> None:
    """A resource may have several of them."""
    codes = ",".join(f"urn:{system}|{code}" for system in "st" for code in "abcde")
    for name in ("combo-code", "component-code"):
        ids = found(store, "Observation", f"{name}={codes}")
        assert ids == [id for id in ("patient", "group", "twice") if name == "combo-code" or id != "patient"]
        assert total(store, "Observation", f"{name}={codes}&_total=accurate") == len(ids)
