"""Searches of the whole server and of compartments: which types, which resources, what is refused."""

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

SERVED = (
    "Patient",
    "Observation",
    "Encounter",
    "Slot",
    "GraphDefinition",
    "Organization",
    "MedicationRequest",
)


def observation(id: str, patient: str, **elements: Any) -> dict[str, Any]:
    subject = {"reference": f"Patient/{patient}"}
    return {"resourceType": "Observation", "id": id, "subject": subject, **elements}


RESOURCES: list[dict[str, Any]] = [
    {"resourceType": "Patient", "id": "p1", "active": True, "link": [{"other": {"reference": "Patient/p2"}}]},
    {"resourceType": "Patient", "id": "p2", "active": True},
    observation("o1", "p1", status="final", encounter={"reference": "Encounter/e1"}),
    observation("o2", "p2", status="final", performer=[{"reference": "Patient/p1"}]),
    observation("o3", "p2", status="amended"),
    {"resourceType": "Encounter", "id": "e1", "status": "finished", "subject": {"reference": "Patient/p1"}},
    {"resourceType": "Organization", "id": "org", "name": "Ward"},
]


@pytest.fixture
async def client(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    put(store, *RESOURCES)
    async with support.client(ROUTES, support.service(store, SERVED)) as client:
        yield client


def names(response: httpx.Response) -> list[str]:
    """`Type/id` of the matches, each of which has the URL of that name."""
    assert response.status_code == 200, response.text
    found = []
    for entry in response.json().get("entry", []):
        resource = entry["resource"]
        if entry["search"]["mode"] == "match":
            found.append(f"{resource['resourceType']}/{resource['id']}")
            assert entry["fullUrl"] == f"{BASE}/{found[-1]}"
    return found


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "/",
            "Patient/p1 Patient/p2 Observation/o1 Observation/o2 Observation/o3 "
            "Encounter/e1 Organization/org",
        ),
        ("/?_type=Patient", "Patient/p1 Patient/p2"),
        ("/?_type=Patient,Encounter", "Patient/p1 Patient/p2 Encounter/e1"),
        ("/?_type=Patient&_type=Encounter", "Patient/p1 Patient/p2 Encounter/e1"),
        ("/?_id=o1,p2", "Patient/p2 Observation/o1"),
        ("/?_type=Observation,Encounter&status=final,finished", "Observation/o1 Observation/o2 Encounter/e1"),
        ("/?_type=Encounter,Observation&subject=Patient/p1", "Observation/o1 Encounter/e1"),
        ("/?_type=Patient,Observation&_sort=-_id&_count=2", "Patient/p2 Patient/p1"),
        ("/?_type=Patient,Organization&_lastUpdated=lt2024", ""),
        ("/Patient/p1/Observation", "Observation/o1 Observation/o2"),
        ("/Patient/p1/Observation?status=final&performer=Patient/p1", "Observation/o2"),
        ("/Patient/p1/Patient", "Patient/p1"),
        ("/Patient/p1/*", "Patient/p1 Observation/o1 Observation/o2 Encounter/e1"),
        ("/Patient/p1/*?_type=Encounter,Patient", "Patient/p1 Encounter/e1"),
        ("/Patient/p1/*?_sort=-_id", "Patient/p1 Observation/o2 Observation/o1 Encounter/e1"),
        ("/Patient/none/Observation", ""),
        ("/Patient/none/*", ""),
        ("/Encounter/e1/Observation", "Observation/o1"),
        ("/Encounter/e1/*", "Observation/o1 Encounter/e1"),
    ],
)
async def test_what_is_found_where(client: httpx.AsyncClient, url: str, expected: str) -> None:
    response = await client.get(url)
    assert names(response) == expected.split()
    (link,) = [link for link in response.json()["link"] if link["relation"] == "self"]
    assert link["url"] == f"{BASE}{url}".replace("fhir/?", "fhir?").removesuffix("/")
    path, _, query = url.partition("?")
    form = dict(item.split("=", 1) for item in query.split("&") if item) if query.count("_type") < 2 else None
    if form is not None:
        posted = await client.post(f"{path.rstrip('/')}/_search", data=form)
        assert names(posted) == expected.split()


async def test_the_total_is_of_all_types(client: httpx.AsyncClient) -> None:
    for url, total in (("/", 7), ("/?_type=Patient,Encounter", 3), ("/Patient/p1/*", 4)):
        for asked in ("_count=0", "_count=1&_total=accurate", "_count=1&_total=estimate"):
            answer = await client.get(f"{url}{'&' if '?' in url else '?'}{asked}")
            assert answer.json()["total"] == total


async def test_what_a_search_of_several_types_brings_along(client: httpx.AsyncClient) -> None:
    url = "/?_type=Observation,Encounter&_include=Observation:encounter&_include=Encounter:subject&_id=o1,e1"
    entries = (await client.get(url)).json()["entry"]
    found = [(entry["resource"]["id"], entry["search"]["mode"]) for entry in entries]
    assert found == [("o1", "match"), ("e1", "match"), ("p1", "include")]
    every = await client.get("/?_type=Patient,Organization&_id=p2,org&_revinclude=*")
    assert names(every) == ["Patient/p2", "Organization/org"]
    included = [e["resource"]["id"] for e in every.json()["entry"] if e["search"]["mode"] == "include"]
    assert included == ["p1", "o2", "o3"]


async def test_what_is_refused(client: httpx.AsyncClient) -> None:
    async def refused(url: str) -> tuple[int, str, str]:
        status, code, text, _ = outcome(await client.get(url))
        return status, code, text

    unserved = "`_type` names `Medication`, which is not served here"
    assert await refused("/?_type=Medication") == (400, "invalid", unserved)
    assert (await refused("/?_type=Patient,"))[0] == 400
    never = "Organization is never in the compartment of a Patient."
    assert await refused("/Patient/p1/Organization") == (404, "not-found", never)
    none = "Slot has no compartment: Slot/1/… finds nothing."
    assert await refused("/Slot/1/Observation") == (404, "not-found", none)
    assert (await refused("/Patient/p1/Nonsense"))[0] == 404
    outside = "`_type` names `Organization`, which is not served here"
    assert await refused("/Patient/p1/*?_type=Organization") == (400, "invalid", outside)
    unknown = "Search parameter `gender` is not known for Observation"
    assert (await refused("/?_type=Observation,Patient&gender=male"))[2].startswith(unknown)
    assert (await refused("/?_type=Patient,Observation&gender=male"))[2].startswith(unknown)


async def test_one_name_may_stand_for_what_cannot_be_compared(client: httpx.AsyncClient) -> None:
    """`start` is a code of a GraphDefinition, and a time of a Slot."""
    text = "`_sort`: `start` is not of one kind in all the types that are searched"
    answer = await client.get("/?_type=GraphDefinition,Slot&_sort=start")
    assert outcome(answer) == (400, "invalid", text, ["http._sort"])
    assert names(await client.get("/?_type=Observation,Encounter&_sort=date,_id")) == [
        "Encounter/e1",
        "Observation/o1",
        "Observation/o2",
        "Observation/o3",
    ]


async def test_leniency_says_what_was_ignored_of_any_type(client: httpx.AsyncClient) -> None:
    lenient = {"Prefer": "handling=lenient"}
    answer = await client.get("/?_type=Patient,Encounter&active=true", headers=lenient)
    assert names(answer) == ["Patient/p1", "Patient/p2", "Encounter/e1"]
    (issue,) = answer.json()["entry"][-1]["resource"]["issue"]
    assert issue["expression"] == ["http.active"]
