"""`:in`, `:not-in`, `:above` and `:below` of tokens, over value sets and code systems that are stored."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from facade.rest.routes import ROUTES
from facade.store import Store
from tests.facade.rest import support
from tests.facade.rest.support import outcome, put

pytestmark = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)

ZOO, STARS = "http://zoo.example/animals", "http://stars.example"


def concept(code: str, *below: dict[str, Any]) -> dict[str, Any]:
    return {"code": code, "concept": list(below)} if below else {"code": code}


ANIMALS = {
    "resourceType": "CodeSystem",
    "id": "animals",
    "url": ZOO,
    "content": "complete",
    "status": "active",
    "concept": [
        concept("animal", concept("cat", concept("lion"), concept("tiger")), concept("dog")),
        concept("plant"),
        concept("stone"),
    ],
}


def value_set(id: str, **compose: Any) -> dict[str, Any]:
    made = {"resourceType": "ValueSet", "id": id, "url": f"http://sets.example/{id}", "status": "active"}
    return {**made, "compose": compose} if compose else made


def codes(*codes: str, system: str = ZOO) -> dict[str, Any]:
    return {"system": system, "concept": [{"code": code} for code in codes]}


def filtered(property: str, operator: str, value: str) -> dict[str, Any]:
    return {"system": ZOO, "filter": [{"property": property, "op": operator, "value": value}]}


def under(operator: str, code: str) -> dict[str, Any]:
    return filtered("concept", operator, code)


SETS = [
    value_set("pets", include=[codes("cat", "dog")]),
    value_set("dogless", include=[codes("cat", "dog")], exclude=[codes("dog")]),
    value_set("cats", include=[under("is-a", "cat")]),
    value_set("wild", include=[under("descendent-of", "cat")]),
    value_set("all", include=[{"system": ZOO}]),
    value_set("nested", include=[{"valueSet": ["http://sets.example/wild"]}, codes("plant")]),
    value_set("both", include=[{"system": ZOO, "valueSet": ["http://sets.example/pets"]}]),
    value_set("none", include=[codes("unicorn")]),
    value_set("regex", include=[filtered("code", "regex", "[cd].[a-z]")]),
    value_set("coloured", include=[filtered("colour", "=", "grey")]),
    {
        **value_set("coloured-once", include=[filtered("colour", "=", "grey")]),
        "expansion": {"timestamp": "2020-01-01", "contains": [{"system": ZOO, "code": "lion"}]},
    },
    value_set("foreign", include=[{"system": STARS}]),
    value_set("itself", include=[{"valueSet": [f"http://sets.example/{name}"]} for name in ["itself"] * 30]),
    {
        **value_set("expanded"),
        "expansion": {
            "timestamp": "2020-01-01",
            "contains": [
                {"abstract": True, "system": ZOO, "code": "plant"},
                {"system": ZOO, "code": "cat", "contains": [{"system": ZOO, "code": "lion"}]},
            ],
        },
    },
    {**value_set("versioned", include=[codes("dog")]), "version": "2"},
]
THINGS = ["animal", "cat", "lion", "tiger", "dog", "plant", "stone"]


def observation(id: str, system: str, code: str) -> dict[str, Any]:
    return {"resourceType": "Observation", "id": id, "code": {"coding": [{"system": system, "code": code}]}}


@pytest.fixture
async def client(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    put(store, ANIMALS, *SETS, *(observation(one, ZOO, one) for one in THINGS))
    put(store, observation("star", STARS, "lion"), {"resourceType": "Observation", "id": "blank"})
    async with support.client(ROUTES, support.service(store)) as client:
        yield client


def ids(response: httpx.Response) -> list[str]:
    assert response.status_code == 200, response.text
    return [entry["resource"]["id"] for entry in response.json().get("entry", [])]


SET = "http://sets.example"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (f"code:in={SET}/pets", "cat dog"),
        ("code:in=ValueSet/pets", "cat dog"),
        (f"code%3Ain={SET}/pets", "cat dog"),
        (f"code:in={SET}/dogless", "cat"),
        (f"code:in={SET}/cats", "cat lion tiger"),
        (f"code:in={SET}/wild", "lion tiger"),
        (f"code:in={SET}/all", " ".join(THINGS)),
        (f"code:in={SET}/nested", "lion tiger plant"),
        (f"code:in={SET}/both", "cat dog"),
        (f"code:in={SET}/expanded", "cat lion"),
        (f"code:in={SET}/regex", "cat dog"),
        (f"code:in={SET}/coloured-once", "lion"),
        (f"code:in={SET}/versioned", "dog"),
        (f"code:in={SET}/versioned%7C2", "dog"),
        (f"code:in={SET}/none", ""),
        (f"code:in={SET}/dogless,{SET}/wild", "cat lion tiger"),
        (f"code:in={SET}/pets&code:in={SET}/dogless", "cat"),
        (f"code:not-in={SET}/cats", "animal dog plant stone star blank"),
        (f"code:not-in={SET}/none", " ".join([*THINGS, "star", "blank"])),
        (f"code:below={ZOO}|cat", "cat lion tiger"),
        (f"code:below={ZOO}|lion", "lion"),
        (f"code:above={ZOO}|lion", "animal cat lion"),
        (f"code:above={ZOO}|stone", "stone"),
        (f"code:above={ZOO}|dog,{ZOO}|plant", "animal dog plant"),
        (f'_filter=code in "{SET}/wild" or code eq "{ZOO}|dog"', "lion tiger dog"),
        (f'_filter=code sb "{ZOO}|cat"', "cat lion tiger"),
        (f'_filter=code ss "{ZOO}|cat"', "animal cat"),
        (f'_filter=not (code ni "{SET}/pets")', "cat dog"),
    ],
)
async def test_what_is_in_and_below(client: httpx.AsyncClient, query: str, expected: str) -> None:
    assert ids(await client.get(f"/Observation?{query}")) == expected.split()
    posted = await client.post(
        "/Observation/_search",
        content=query.replace("|", "%7C").replace('"', "%22").replace(" ", "+"),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert ids(posted) == expected.split()


async def test_in_a_chain_and_behind_it(client: httpx.AsyncClient, store: Store) -> None:
    told = {**observation("told", STARS, "moon"), "hasMember": [{"reference": "Observation/lion"}]}
    put(store, told)
    assert ids(await client.get(f"/Observation?has-member.code:in={SET}/cats")) == ["told"]
    referred = await client.get(f"/Observation?_has:Observation:has-member:code:not-in={SET}/pets")
    assert ids(referred) == ["lion"]


@pytest.mark.parametrize(
    "query",
    [
        f"code:in={SET}/unheard",
        f"code:in={SET}/pets%7C9",
        "code:in=ValueSet/unheard",
        f"code:in={SET}/coloured",  # a filter that is not understood here
        f"code:in={SET}/foreign",  # of a system that is not known here
        f"code:in={SET}/itself",
        f"code:not-in={SET}/unheard",
        f"code:below={STARS}|lion",
        f"code:below={ZOO}|unicorn",
        "code:above=lion",
        f'_filter=code in "{SET}/unheard"',
    ],
)
async def test_what_is_not_known_here_is_refused(client: httpx.AsyncClient, query: str) -> None:
    status, code, text, expression = outcome(await client.get(f"/Observation?{query}"))
    assert (status, code) == (400, "invalid")
    assert text.endswith("that is not known here")
    assert expression is not None


async def test_the_official_value_sets_are_known(client: httpx.AsyncClient, store: Store) -> None:
    put(store, {"resourceType": "Patient", "id": "p", "gender": "male"})
    url = "/Patient?gender:in=http://hl7.org/fhir/ValueSet/administrative-gender"
    assert ids(await client.get(url)) == ["p"]


async def test_more_codes_than_are_looked_up_are_too_costly(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("facade.search.clauses.MAX_TERMS", 2)
    status, code, text, _ = outcome(await client.get(f"/Observation?code:in={SET}/cats"))
    assert (status, code, text) == (403, "too-costly", "`code:in` stands for more than 2 codes")
