"""What comes along with the matches, where it ends, and a search that takes too long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from facade.errors import TooCostly
from facade.rest.routes import ROUTES
from facade.store import Store
from tests.facade.rest import support
from tests.facade.rest.support import outcome, put

pytestmark = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)


def refer(name: str) -> dict[str, str]:
    return {"reference": name}


def resource(type: str, id: str, **elements: Any) -> dict[str, Any]:
    return {"resourceType": type, "id": id, **elements}


RESOURCES = [
    resource("Organization", "top"),
    resource("Organization", "middle", partOf=refer("Organization/top")),
    resource("Organization", "ward", partOf=refer("Organization/middle")),
    resource("Practitioner", "doc"),
    resource("Patient", "p", managingOrganization=refer("Organization/ward")),
    resource("Patient", "q", generalPractitioner=[refer("Practitioner/doc"), refer("Organization/top")]),
    resource("Observation", "o", subject=refer("Patient/p"), performer=[refer("Practitioner/doc")]),
    resource("Observation", "part", subject=refer("Patient/q"), hasMember=[refer("Observation/o")]),
    resource("Questionnaire", "old", url="http://q.example/a", version="1"),
    resource("Questionnaire", "other", url="http://q.example/b"),
    resource("QuestionnaireResponse", "qr", questionnaire="http://q.example/a|1", subject=refer("Patient/p")),
    resource("QuestionnaireResponse", "gone", questionnaire="http://q.example/none"),
    resource(
        "Location", "here", position={"latitude": 52.37, "longitude": 4.9}, partOf=refer("Location/there")
    ),
    resource("Location", "there", position={"latitude": 51.92, "longitude": 4.48}),
    resource("Location", "far", position={"latitude": -33.87, "longitude": 151.21}),
    resource("Location", "nowhere"),
    resource("List", "l1", entry=[{"item": refer("Patient/q")}, {"item": refer("Location/far")}]),
    resource("List", "l2", entry=[{"item": refer("Patient/p"), "deleted": True}]),
]
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i>0) SELECT count(*) FROM n"
SERVED = {one["resourceType"] for one in RESOURCES}


@pytest.fixture
async def client(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    put(store, *RESOURCES)
    async with support.client(ROUTES, support.service(store, SERVED)) as client:
        yield client


async def found(client: httpx.AsyncClient, url: str) -> tuple[str, str]:
    """The ids of the matches, and of what was included, sorted."""
    response = await client.get(url)
    assert response.status_code == 200, response.text
    entries = response.json().get("entry", [])
    modes = {"match": [], "include": []}  # type: dict[str, list[str]]
    for entry in entries:
        modes[entry["search"]["mode"]].append(entry["resource"]["id"])
    return " ".join(modes["match"]), " ".join(sorted(modes["include"]))


@pytest.mark.parametrize(
    ("url", "matches", "included"),
    [
        ("/Observation?_include=Observation:subject", "o part", "p q"),
        ("/Observation?_include=Observation:subject:Patient&_id=o", "o", "p"),
        ("/Observation?_include=Observation:subject:Group&_id=o", "o", ""),
        ("/Observation?_id=o&_include=*", "o", "doc p"),
        ("/Observation?_id=part&_include=Observation:*", "part", "o q"),
        ("/Observation?_id=part&_include=Observation:has-member", "part", "o"),
        (
            "/Observation?_id=part&_include=Observation:subject&_include:iterate=Patient:organization",
            "part",
            "q",
        ),
        (
            "/Observation?_id=o&_include=Observation:subject&_include:iterate=Patient:organization",
            "o",
            "p ward",
        ),
        (
            "/Observation?_id=o&_include=Observation:subject&_include:iterate=Patient:organization"
            "&_include:iterate=Organization:partof",
            "o",
            "middle p top ward",
        ),
        ("/Organization?_id=ward&_include=Organization:partof", "ward", "middle"),
        ("/Organization?_id=ward&_include:iterate=Organization:partof", "ward", "middle top"),
        ("/Organization?_id=ward&_include:recurse=Organization:partof", "ward", "middle top"),
        ("/Organization?_id=top&_revinclude=Organization:partof", "top", "middle"),
        ("/Organization?_id=top&_revinclude:iterate=Organization:partof", "top", "middle ward"),
        ("/Patient?_id=q&_include=Patient:general-practitioner", "q", "doc top"),
        ("/Patient?_id=q&_include=Patient:general-practitioner:Organization", "q", "top"),
        ("/Patient?_id=p&_revinclude=*", "p", "l2 o qr"),
        (
            "/Patient?_id=p&_revinclude=Observation:subject&_revinclude:iterate=Observation:has-member",
            "p",
            "o part",
        ),
        ("/QuestionnaireResponse?_include=QuestionnaireResponse:questionnaire", "qr gone", "old"),
        (
            "/QuestionnaireResponse?_include=QuestionnaireResponse:questionnaire:Questionnaire",
            "qr gone",
            "old",
        ),
        ("/Patient?_list=l1", "q", ""),
        ("/Patient?_list=l1,List/l2", "p q", ""),
        ("/Location?_list=l1", "far", ""),
        ("/Location?_list=none", "", ""),
        ("/Location?near=52.37|4.9|1|km", "here", ""),
        ("/Location?near=52.37|4.9|56|km", "here", ""),
        ("/Location?near=52.37|4.9|60|km", "here there", ""),
        ("/Location?near=52.37|4.9|58000|m", "here there", ""),
        ("/Location?near=52.37|4.9|36.1|[mi_i]", "here there", ""),
        ("/Location?near=52.37|4.9|60", "here there", ""),
        ("/Location?near=52.37|4.9", "here", ""),
        ("/Location?near=-33.87|151.21|0|km", "far", ""),
        ("/Location?near=52.37|4.9|1|km,-33.87|151.21|1|km", "here far", ""),
        ("/Location?near=52.37|4.9|30000|km", "here there far", ""),
        ("/Location?near=33.87|-28.79|10|km", "", ""),
        ("/Location?partof.near=51.92|4.48|1|km", "here", ""),
    ],
)
async def test_what_comes_along(client: httpx.AsyncClient, url: str, matches: str, included: str) -> None:
    assert await found(client, url) == (matches, included)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("Location?near=52", "`near` takes `latitude|longitude|distance|units`, in degrees"),
        ("Location?near=a|b", "`near` takes `latitude|longitude|distance|units`, in degrees"),
        ("Location?near=91|0|1|km", "`near` takes `latitude|longitude|distance|units`, in degrees"),
        ("Location?near=1|0|-1|km", "`near` takes `latitude|longitude|distance|units`, in degrees"),
        ("Location?near=1|0|nan|km", "`near` takes `latitude|longitude|distance|units`, in degrees"),
        ("Location?near=1|0|1|km|x", "`near` takes `latitude|longitude|distance|units`, in degrees"),
        ("Location?near=1|0|1|furlong", "`near` knows the units km, m, cm"),
        ("Location?_list=$current-problems", "The functional list `$current-problems` is not kept here"),
        ("Location?_list=a b", "`_list` takes the id of a List"),
        ("Location?_query=mine", "Named queries (`_query`) are not supported"),
        ("Patient?_include=Observation:subject", "`_include` starts from the type searched: `Patient:…`"),
        ("Patient?_include=Patient:nobody", "`_include`: Patient has no reference parameter `nobody`"),
        ("Patient?_include:sideways=*", "`_include` and `_revinclude` have the modifier `:iterate` only"),
        ("Patient?_revinclude=Observation", "`_revinclude` takes `Type:parameter`"),
        ("Patient?_revinclude=Observation:subject:Nothing", "`_revinclude` takes `Type:parameter`"),
    ],
)
async def test_what_is_refused(client: httpx.AsyncClient, query: str, says: str) -> None:
    status, _, text, expression = outcome(await client.get(f"/{query}"))
    assert (status, text[: len(says)]) == (400, says)
    assert expression is not None


async def test_too_much_to_include_is_cut_and_that_is_said(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "/Organization?_id=ward&_include:iterate=Organization:partof&_revinclude=Patient:organization"
    whole = (await client.get(url)).json()["entry"]
    assert [e["search"]["mode"] for e in whole] == ["match", "include", "include", "include"]
    for where in ("facade.search.includes", "facade.rest.searching.matches"):
        monkeypatch.setattr(f"{where}.MAX_INCLUDED", 1)
    cut = (await client.get(url)).json()["entry"]
    assert [e["search"]["mode"] for e in cut] == ["match", "include", "outcome"]
    (issue,) = cut[-1]["resource"]["issue"]
    assert (issue["severity"], issue["code"], issue["expression"]) == (
        "warning",
        "incomplete",
        ["http._include"],
    )


async def test_a_circle_of_includes_ends(client: httpx.AsyncClient, store: Store) -> None:
    put(store, resource("Organization", "top", partOf=refer("Organization/ward")))
    url = "/Organization?_id=ward&_include:iterate=Organization:partof"
    assert await found(client, url) == ("ward", "middle top")


async def test_iteration_has_an_end(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("facade.rest.searching.matches.MAX_ROUNDS", 1)
    url = "/Organization?_id=ward&_include:iterate=Organization:partof"
    entries = (await client.get(url)).json()["entry"]
    assert [entry["resource"].get("id") for entry in entries] == ["ward", "middle", None]
    assert entries[-1]["resource"]["issue"][0]["code"] == "incomplete"


async def test_a_search_that_takes_too_long_is_broken_off(client: httpx.AsyncClient, store: Store) -> None:
    people = [resource("Patient", f"x{n}", name=[{"family": f"Name {n}"}]) for n in range(400)]
    put(store, *people)
    heavy = (
        "/Patient?" + "&".join(f"name:contains={letter}" for letter in "abcdefghij") + "&name:contains=name"
    )
    heavy += "&_has:Observation:subject:code:not=x" * 5 + "&_sort=-family"
    assert (await client.get(heavy)).status_code == 200
    seconds, store.search_seconds = store.search_seconds, 0.001
    try:
        with pytest.raises(TooCostly, match=r"^The search takes too long here: "):
            await store.search(ENDLESS)
        answers = await asyncio.gather(*(client.get(heavy) for _ in range(6)))
        assert {answer.status_code for answer in answers} <= {200, 403}
        for answer in answers:
            if answer.status_code == 403:
                assert outcome(answer)[1] == "too-costly"
    finally:
        store.search_seconds = seconds
    assert (await client.get(heavy)).status_code == 200
    assert await found(client, "/Patient?_id=p") == ("p", "")
