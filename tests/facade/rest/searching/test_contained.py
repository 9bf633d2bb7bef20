"""`_contained` and `_containedType`: what is found inside of what, in both forms, page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from facade.rest.routes import ROUTES
from facade.store import Store
from tests.facade.rest import support
from tests.facade.rest.support import BASE, outcome, put

pytestmark = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)


def medication(id: str, code: str, **elements: Any) -> dict[str, Any]:
    return {
        "resourceType": "Medication",
        "id": id,
        "code": {"coding": [{"system": "urn:atc", "code": code}]},
        **elements,
    }


def request(id: str, *contained: dict[str, Any], **elements: Any) -> dict[str, Any]:
    made = {"resourceType": "MedicationRequest", "id": id, "status": "active", **elements}
    return {**made, "contained": list(contained)} if contained else made


MED = medication("med", "A")
ORGANIZATION = {"resourceType": "Organization", "id": "org", "name": "Maker", "identifier": [{"value": "7"}]}
RESOURCES = [
    medication("own", "A", status="active"),
    medication("other", "B"),
    request("r1", MED, ORGANIZATION, medicationReference={"reference": "#med"}),
    request("r2", medication("m1", "B", status="active"), medication("m2", "A")),
    request("r3"),
    {
        "resourceType": "MedicationDispense",
        "id": "d1",
        "contained": [medication("med", "A", status="inactive")],
    },
    medication("kit", "K", contained=[ORGANIZATION], manufacturer={"reference": "#org"}),
]


@pytest.fixture
async def client(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    put(store, *RESOURCES)
    served = {one["resourceType"] for one in RESOURCES} | {"Organization"}
    async with support.client(ROUTES, support.service(store, served)) as client:
        yield client


def names(response: httpx.Response) -> list[str]:
    assert response.status_code == 200, response.text
    entries = response.json().get("entry", [])
    assert {entry["search"]["mode"] for entry in entries} <= {"match"}
    return [entry["fullUrl"].removeprefix(f"{BASE}/") for entry in entries]


async def everything(client: httpx.AsyncClient, url: str) -> list[str]:
    found: list[str] = []
    while url:
        response = await client.get(url)
        found += names(response)
        links = {link["relation"]: link["url"].removeprefix(BASE) for link in response.json()["link"]}
        url = links.get("next", "")
    return found


R1, R2, D1, KIT = "MedicationRequest/r1", "MedicationRequest/r2", "MedicationDispense/d1", "Medication/kit"
OWN, OTHER = "Medication/own", "Medication/other"


@pytest.mark.parametrize(
    ("query", "held", "alone"),
    [
        ("Medication?_contained=true", [R1, R2, D1], [f"{R1}#med", f"{R2}#m1", f"{R2}#m2", f"{D1}#med"]),
        ("Medication?_contained=true&code=A", [R1, R2, D1], [f"{R1}#med", f"{R2}#m2", f"{D1}#med"]),
        ("Medication?_contained=true&code=urn:atc|B", [R2], [f"{R2}#m1"]),
        ("Medication?_contained=true&code=A&status=active", [], []),  # of one and the same resource
        ("Medication?_contained=true&code=A,B&status=active,inactive", [R2, D1], [f"{R2}#m1", f"{D1}#med"]),
        ("Medication?_contained=true&code:not=A", [R2], [f"{R2}#m1"]),
        ("Medication?_contained=true&status:missing=true", [R1, R2], [f"{R1}#med", f"{R2}#m2"]),
        ("Medication?_contained=true&status:missing=false", [R2, D1], [f"{R2}#m1", f"{D1}#med"]),
        ("Medication?_contained=true&_id=med", [R1, D1], [f"{R1}#med", f"{D1}#med"]),
        ("Medication?_contained=true&_id=own", [], []),
        ("Medication?_contained=true&_filter=code eq A and not (_id eq med)", [R2], [f"{R2}#m2"]),
        ("Medication?_contained=both&code=A", [OWN, R1, R2, D1], [OWN, f"{R1}#med", f"{R2}#m2", f"{D1}#med"]),
        ("Medication?_contained=both&_id=own,med", [OWN, R1, D1], [OWN, f"{R1}#med", f"{D1}#med"]),
        ("Organization?_contained=true&name=mak", [R1, KIT], [f"{R1}#org", f"{KIT}#org"]),
        ("Organization?_contained=true&identifier=7", [R1, KIT], [f"{R1}#org", f"{KIT}#org"]),
        ("Organization?_contained=both&name=x", [], []),
        ("Medication?_contained=false&code=A", [OWN], [OWN]),
        ("Medication?code=A", [OWN], [OWN]),
    ],
)
async def test_what_is_found_inside(
    client: httpx.AsyncClient, query: str, held: list[str], alone: list[str]
) -> None:
    assert sorted(names(await client.get(f"/{query}"))) == sorted(held)
    for form, expected in (("container", held), ("contained", alone)):
        url = f"/{query}&_containedType={form}"
        answer = await client.get(url)
        assert sorted(names(answer)) == sorted(expected)
        assert answer.json()["total"] == len(expected)
        counted = (await client.get(f"{url}&_count=0")).json()
        assert counted["total"] == len(expected)
        for size in (1, 2):
            assert await everything(client, f"{url}&_count={size}") == names(answer)
        posted = await client.post(f"/{query.partition('?')[0]}/_search?{url.partition('?')[2]}")
        assert posted.json() == answer.json()


async def test_pages_lead_back(client: httpx.AsyncClient) -> None:
    url = "/Medication?_contained=both&_containedType=contained&code=A&_count=2"
    first = await client.get(url)
    second = await client.get(
        {k["relation"]: k["url"] for k in first.json()["link"]}["next"].removeprefix(BASE)
    )
    back = await client.get(
        {k["relation"]: k["url"] for k in second.json()["link"]}["previous"].removeprefix(BASE)
    )
    assert names(back) == names(first) == [OWN, f"{R1}#med"]
    assert names(second) == [f"{R2}#m2", f"{D1}#med"]


async def test_a_contained_resource_comes_alone(client: httpx.AsyncClient) -> None:
    answer = await client.get(
        "/Medication?_contained=true&_containedType=contained&_id=med&code=A&status:missing=true"
    )
    (entry,) = answer.json()["entry"]
    assert entry == {"fullUrl": f"{BASE}/{R1}#med", "resource": MED, "search": {"mode": "match"}}
    whole = await client.get("/Medication?_contained=true&_id=med&status:missing=true")
    assert whole.json()["entry"][0]["resource"]["contained"] == [MED, ORGANIZATION]


async def test_what_is_gone_is_not_found(client: httpx.AsyncClient, store: Store) -> None:
    support.delete(store, "MedicationDispense", "d1")
    put(store, request("r1", medication("med", "C")))
    assert names(await client.get("/Medication?_contained=true&code=A")) == [R2]
    assert names(await client.get("/Medication?_contained=true&code=C")) == [R1]
    assert names(await client.get("/Organization?_contained=true")) == [KIT]


@pytest.mark.parametrize(
    ("url", "expression"),
    [
        ("/Medication?_contained=yes", "http._contained"),
        ("/Medication?_contained=true&_containedType=me", "http._containedType"),
        ("/Medication?_contained=true&_sort=code", "http._sort"),
        ("/Medication?_contained=true&_include=Medication:manufacturer", "http._include"),
        ("/Medication?_contained=true&manufacturer.name=x", "http._contained"),
        ("/Medication?_contained=true&_has:MedicationRequest:medication:status=active", "http._contained"),
        ("/Medication?_contained=both&_lastUpdated=gt2020", "http._contained"),
        ("/Medication?_contained=true&_text=x", "http._contained"),
        ("/Medication?_contained=true&_list=l", "http._contained"),
        ("/?_contained=true&_type=Medication,Organization", "http._contained"),
        ("/?_c%6Fntained=true&_type=Medication", "http._contained"),
    ],
)
async def test_what_does_not_go_with_it_is_refused(
    client: httpx.AsyncClient, url: str, expression: str
) -> None:
    status, _, _, where = outcome(await client.get(url))
    assert (status, where) == (400, [expression])


async def test_a_name_may_be_spelled_in_any_way(client: httpx.AsyncClient) -> None:
    assert names(await client.get("/Medication?_c%6Fntained=true&code=B")) == [R2]
