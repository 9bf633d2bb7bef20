"""A search prepared from a template is the search prepared from its words."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from facade.errors import FacadeError
from facade.rest.request.call import Call
from facade.rest.searching import prepare
from facade.rest.searching.place import at_type
from facade.rest.searching.prepare import Prepared
from facade.rest.service import Service
from facade.search.keyset import Cursor
from facade.store import Store
from tests.facade.rest import support

ITEMS = [
    "code=8480-6",
    "code=http://loinc.org%7C8480-6",
    "code=http://loinc.org|8867-4",
    "code=http%3A%2F%2Floinc.org%7C8867-4",
    "code=http%3A%2F%2Floinc.org%7C",
    "code=8480-6,8462-4",
    "code=8480-6%2C8462-4",
    "code=a%5C%2Cb",
    "code:not=8480-6",
    "category=vital-signs",
    "status=final",
    "status=http://hl7.org/fhir/observation-status|final",
    "patient=p1",
    "patient=Patient/p1",
    "patient=Patient%2Fp2",
    "subject=p2",
    "subject:Patient=p2",
    "subject=http://elsewhere.example/fhir/Patient/9",
    "subject:missing=true",
    "identifier=urn:oid:1.2.3|77",
    "identifier=|77",
    "date=ge2020-01-01",
    "date=2020",
    "_id=o1",
    "_lastUpdated=ge2020-01-01",
    "_count=20",
    "_count=0",
    "_total=accurate",
    "_sort=-date",
    "_include=Observation:subject",
    "_pretty=true",
    "code=0-slot.0.slot-0",
    "nonsense=1",
    "patient=no%20id",
]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    store = Store.open(f"sqlite:///{(tmp_path_factory.mktemp('prepare') / 's.db').as_posix()}")
    return support.service(store, served=frozenset({"Observation"}))


def prepared(service: Service, query: str, *, whole: bool) -> Prepared:
    """A query, prepared through the templates, or from its words alone."""
    scope = {"method": "GET", "path": "/Observation", "query_string": query.encode(), "headers": []}

    async def receive() -> Any:
        raise AssertionError("a GET has no body")

    call = Call(scope, receive)
    if whole:
        place, manner = at_type("Observation"), prepare.manner_of(service, call)
        return prepare._prepare(service, place, call.items(), manner)
    return asyncio.run(prepare.prepare_query(service, call, at_type("Observation")))


def told(service: Service, query: str, *, whole: bool) -> Any:
    """What is prepared for a query, or why not."""
    try:
        made = prepared(service, query, whole=whole)
    except FacadeError as error:
        return error.outcome()
    plan, links = made.plan, made.links
    return (
        plan.page,
        plan.total,
        plan.settled(5),
        plan.moved(5),
        plan.cursor,
        plan.includes([1, 2]),
        plan.access,
        made.media,
        made.cursor,
        links.at(None),
        links.sign("place"),
        made.asked[0].count,
        made.asked[0].total,
        made.asked[0].ignored,
    )


@pytest.mark.parametrize("seed", range(40))
def test_a_template_gives_what_the_words_give(service: Service, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(40):
        query = "&".join(dice.sample(ITEMS, dice.randint(0, 4)))
        assert told(service, query, whole=False) == told(service, query, whole=True), query


@pytest.mark.parametrize("seed", range(20))
def test_a_page_by_a_template_is_that_of_the_words(service: Service, seed: int) -> None:
    """At places in orders of no key, one and two, some of which fit; signed for the search or for another."""
    dice = random.Random(seed)
    for _ in range(40):
        query = "&".join(dice.sample(ITEMS, dice.randint(0, 4)))
        try:
            links = prepared(service, query, whole=True).links
        except FacadeError:
            continue
        values = dice.choice([(), (5,), (None,), ("0-slot.0.slot-0",), (5, "b")])
        place = Cursor(values, 7, dice.random() < 0.5, dice.choice([None, 9]), 3).text()
        cursor = links.sign(place).rpartition("=")[2] if dice.random() < 0.9 else "AAAA"
        paged = dice.choice([f"{query}&_cursor={cursor}", f"_cursor={cursor}&{query}"]).strip("&")
        assert told(service, paged, whole=False) == told(service, paged, whole=True), paged


def test_another_code_of_the_same_shape_is_not_planned_anew(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = told(service, "code=http://loinc.org|1-8&patient=p1&date=ge2020", whole=False)
    monkeypatch.setattr(prepare, "_prepare", None)
    second = told(service, "code=http://loinc.org|2-6&patient=p2&date=ge2020", whole=False)
    assert first[0][0] == second[0][0]
    assert set(second[0][1]) - set(first[0][1]) == {"2-6", "Patient/p2"}
    assert "code=http://loinc.org%7C2-6&patient=p2" in second[9]
