"""Clauses on real stores: what `:missing` asks of each type, and composites of one element."""

from __future__ import annotations

from typing import Any

import pytest

from facade.search import parse_search, plan_search
from facade.store import Store
from facade.store.access import EVERYTHING
from tests.facade.search.stocked import found, id_of, stock, total

MG = {"system": "http://unitsofmeasure.org", "code": "mg"}


def observation(id: str, **elements: Any) -> dict[str, Any]:
    return {"resourceType": "Observation", "id": id, **elements}


def component(code: str, value: float) -> dict[str, Any]:
    return {"code": {"coding": [{"system": "urn:s", "code": code}]}, "valueQuantity": {"value": value, **MG}}


WHY = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
ABSENT = {"extension": [{"url": WHY, "valueCode": "unknown"}]}
RESOURCES = [
    observation("none"),
    observation("absent", subject=ABSENT, code=ABSENT, valueQuantity=ABSENT),
    observation("display", subject={"display": "Anna"}, code={"text": "said"}, valueQuantity={"unit": "mg"}),
    observation("inside", subject={"reference": "#p"}, code={"coding": [{"display": "shown"}]}),
    observation("logical", subject={"identifier": {"value": "7"}}, code={"coding": [{"userSelected": True}]}),
    observation("whole", subject={"reference": "Patient/1"}, code={"coding": [{"code": "c"}]}),
    observation("both", component=[component("a", 1), component("b", 2)]),
    observation("crossed", component=[component("a", 2), component("b", 1)]),
    {"resourceType": "Patient", "id": "1", "name": [{"family": "\u0301"}], "identifier": [{"use": "old"}]},
    {"resourceType": "Patient", "id": "2", "identifier": [ABSENT]},
]


@pytest.fixture(autouse=True, scope="module")
def _stocked(store: Store) -> None:
    stock(store, RESOURCES)


@pytest.mark.parametrize(
    ("type", "parameter", "there"),
    [
        ("Observation", "subject", "display inside logical whole"),
        ("Observation", "patient", "whole"),
        ("Observation", "code", "display inside logical whole"),
        ("Observation", "value-quantity", "display"),
        ("Observation", "component-code", "both crossed"),
        ("Observation", "date", ""),
        ("Patient", "family", "1"),
        ("Patient", "identifier", "1"),
        ("Patient", "given", ""),
        ("Patient", "_lastUpdated", "1 2"),
    ],
)
def test_missing_asks_for_the_element(store: Store, type: str, parameter: str, there: str) -> None:
    every = [one["id"] for one in RESOURCES if one["resourceType"] == type]
    assert found(store, type, f"{parameter}:missing=false") == there.split()
    absent = [id for id in every if id not in there.split()]
    assert found(store, type, f"{parameter}:missing=true") == absent
    assert total(store, type, f"{parameter}:missing=true") == len(absent)
    for sort in (f"-{parameter}", f"{parameter},_id"):
        assert set(found(store, type, f"{parameter}:missing=false&_sort={sort}")) == set(there.split())
        assert set(found(store, type, f"{parameter}:missing=true&_sort={sort}")) == set(absent)


def asked(store: Store, type: str, name: str, value: str) -> list[str]:
    made = plan_search(parse_search(type, [(name, value)]), EVERYTHING, store.dialect)
    return [id_of(row) for row in store.query(*made.page)]


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ("a$1", "both"),
        ("a$2", "crossed"),
        ("urn:s|b$gt1.5", "both"),
        ("urn:x|b$gt1.5", ""),
        ("a$0.001|http://unitsofmeasure.org|g", "both"),
        ("a$1,b$1", "both crossed"),
        ("c$1", ""),
    ],
)
def test_the_parts_of_a_composite_meet_in_one_element(store: Store, value: str, ids: str) -> None:
    assert asked(store, "Observation", "component-code-value-quantity", value) == ids.split()


def test_parts_in_different_elements_do_not_meet(store: Store) -> None:
    items = [("component-code", "a"), ("component-value-quantity", "2")]
    made = plan_search(parse_search("Observation", items), EVERYTHING, store.dialect)
    assert [id_of(row) for row in store.query(*made.page)] == ["both", "crossed"]
