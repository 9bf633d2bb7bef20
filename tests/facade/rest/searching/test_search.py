"""search-type: whole Bundles, their links and pages, what comes along, and what is refused."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from facade.store import Store
from tests.facade.rest import support
from tests.facade.rest.support import BASE, outcome, put

pytestmark = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)

META = {"versionId": "1", "lastUpdated": "2024-01-31T12:00:00.000Z"}
DOE: dict[str, Any] = {"resourceType": "Patient", "id": "doe", "name": [{"family": "Doe"}], "gender": "male"}
ROE: dict[str, Any] = {"resourceType": "Patient", "id": "roe", "name": [{"family": "Roe"}], "gender": "male"}
PULSE: dict[str, Any] = {
    "resourceType": "Observation",
    "id": "pulse",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
    "subject": {"reference": "Patient/doe"},
}


def stored(resource: dict[str, Any]) -> dict[str, Any]:
    return {**resource, "meta": META}


def entry(resource: dict[str, Any], mode: str) -> dict[str, Any]:
    url = f"{BASE}/{resource['resourceType']}/{resource['id']}"
    return {"fullUrl": url, "resource": stored(resource), "search": {"mode": mode}}


def ids(bundle: dict[str, Any]) -> list[str]:
    return [entry["resource"]["id"] for entry in bundle.get("entry", [])]


async def test_a_whole_bundle(client: httpx.AsyncClient, store: Store) -> None:
    put(store, DOE, ROE)
    response = await client.get("/Patient?family=doe&gender=male")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/fhir+json; charset=utf-8"
    assert response.json() == {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": 1,
        "link": [{"relation": "self", "url": f"{BASE}/Patient?family=doe&gender=male"}],
        "entry": [entry(DOE, "match")],
    }


async def test_nothing_found_has_no_entries(client: httpx.AsyncClient) -> None:
    assert (await client.get("/Patient")).json() == {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": 0,
        "link": [{"relation": "self", "url": f"{BASE}/Patient"}],
    }


async def test_what_is_deleted_is_not_found(client: httpx.AsyncClient, store: Store) -> None:
    put(store, DOE, ROE)
    support.delete(store, "Patient", "doe")
    assert ids((await client.get("/Patient?gender=male")).json()) == ["roe"]


async def test_links_are_urls_again(client: httpx.AsyncClient) -> None:
    response = await client.get('/Patient?name=a%20"b&identifier=urn:x|1&_format=json&_count=7')
    (link,) = response.json()["link"]
    assert link["url"] == f"{BASE}/Patient?name=a%20%22b&identifier=urn:x%7C1&_count=7&_format=json"
    assert response.headers["content-type"] == "application/fhir+json; charset=utf-8"


async def test_post_is_the_same_search(client: httpx.AsyncClient, store: Store) -> None:
    put(store, DOE, ROE)
    got = await client.get("/Patient?gender=male&family=roe")
    posted = await client.post("/Patient/_search?gender=male", data={"family": "roe"})
    assert (posted.status_code, posted.json()) == (200, got.json())
    assert ids((await client.post("/Patient/_search")).json()) == ["doe", "roe"]


async def test_posted_bodies_that_are_refused(client: httpx.AsyncClient) -> None:
    as_json = await client.post("/Patient/_search", json={})
    text = "A search is posted as application/x-www-form-urlencoded."
    assert outcome(as_json) == (415, "not-supported", text, None)
    long = await client.post("/Patient/_search", data={"family": "x" * 70_000})
    assert outcome(long) == (413, "too-long", "The body is longer than 65536 bytes.", None)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    raw = await client.post("/Patient/_search", content=b"family=\xff", headers=form)
    assert outcome(raw) == (400, "invalid", "The parameters are not percent-encoded UTF-8.", None)


async def test_a_walk_sees_each_match_once(client: httpx.AsyncClient, store: Store) -> None:
    put(store, *({**DOE, "id": f"p{number:02}"} for number in range(23)))
    for query in ("gender=male", "gender=male&_sort=family,-_id"):
        seen: list[str] = []
        url: str | None = f"/Patient?{query}&_count=5"
        pages = 0
        while url:
            bundle = (await client.get(url)).json()
            links = {link["relation"]: link["url"] for link in bundle["link"]}
            assert "total" not in bundle
            seen += ids(bundle)
            pages += 1
            url = links["next"].removeprefix(BASE) if "next" in links else None
        assert (len(seen), len(set(seen)), pages) == (23, 23, 5)
    assert seen == sorted(seen, reverse=True)


async def test_the_total_when_it_is_asked_for(client: httpx.AsyncClient, store: Store) -> None:
    put(store, DOE, ROE)
    page = (await client.get("/Patient?_count=1&_total=accurate")).json()
    assert (page["total"], len(page["entry"])) == (2, 1)
    assert "total" not in (await client.get("/Patient?_count=1")).json()
    assert "total" not in (await client.get("/Patient?_total=none")).json()
    counted = (await client.get("/Patient?_count=0")).json()
    assert (counted["total"], "entry" in counted, len(counted["link"])) == (2, False, 1)


async def test_a_changed_or_foreign_cursor_is_refused(client: httpx.AsyncClient, store: Store) -> None:
    put(store, DOE, ROE)
    first = (await client.get("/Patient?gender=male&_count=1")).json()
    following = next(link["url"] for link in first["link"] if link["relation"] == "next")
    text = "This page link was not made by this server for this search, or was changed; search again."
    expected = (400, "invalid", text, ["http._cursor"])
    assert ids((await client.get(following.removeprefix(BASE))).json()) == ["roe"]
    for changed in (
        following[:-1] + ("A" if following[-1] != "A" else "B"),
        following.replace("gender=male", "gender=female"),
        following.replace("/Patient?", "/Observation?").replace("gender=male", "status=final"),
    ):
        assert outcome(await client.get(changed.removeprefix(BASE))) == expected


async def test_included_resources_come_once(client: httpx.AsyncClient, store: Store) -> None:
    put(store, DOE, PULSE, {**PULSE, "id": "pulse2"})
    bundle = (await client.get("/Observation?_include=Observation:subject")).json()
    assert bundle["total"] == 2
    second = {**PULSE, "id": "pulse2"}
    assert bundle["entry"] == [entry(PULSE, "match"), entry(second, "match"), entry(DOE, "include")]
    reverse = (await client.get("/Patient?_id=doe&_revinclude=Observation:subject")).json()
    assert reverse["entry"] == [entry(DOE, "match"), entry(PULSE, "include"), entry(second, "include")]


async def test_a_match_is_not_included_again(client: httpx.AsyncClient, store: Store) -> None:
    linked = {**ROE, "link": [{"other": {"reference": "Patient/doe"}, "type": "seealso"}]}
    put(store, DOE, linked)
    bundle = (await client.get("/Patient?_include=Patient:link")).json()
    assert bundle["entry"] == [entry(DOE, "match"), entry(linked, "match")]


async def test_about_a_date_is_measured_from_the_present(
    client: httpx.AsyncClient, store: Store, clock: support.Clock
) -> None:
    put(store, {**DOE, "birthDate": "2023-12-31"})
    assert ids((await client.get("/Patient?birthdate=ap2024-01-04")).json()) == []
    clock.pass_seconds(366 * 86_400)
    assert ids((await client.get("/Patient?birthdate=ap2024-01-04")).json()) == ["doe"]


async def test_unknown_parameters_are_refused(client: httpx.AsyncClient) -> None:
    status, code, text, expression = outcome(await client.get("/Patient?famly=doe"))
    assert (status, code, expression) == (400, "not-supported", ["http.famly"])
    assert text == "Search parameter `famly` is not known for Patient; did you mean `family`?"


async def test_unless_the_client_asks_for_leniency(client: httpx.AsyncClient, store: Store) -> None:
    put(store, DOE)
    response = await client.get("/Patient?famly=x&gender=male", headers={"Prefer": "handling=lenient"})
    bundle = response.json()
    assert bundle["link"] == [{"relation": "self", "url": f"{BASE}/Patient?gender=male"}]
    assert bundle["entry"] == [
        entry(DOE, "match"),
        {
            "resource": {
                "resourceType": "OperationOutcome",
                "issue": [
                    {
                        "severity": "warning",
                        "code": "not-supported",
                        "diagnostics": "The parameter famly was ignored.",
                        "expression": ["http.famly"],
                    }
                ],
            },
            "search": {"mode": "outcome"},
        },
    ]


@pytest.mark.parametrize(
    "query", ["_count=x", "birthdate=yesterday", "_total=some", "_sort=", "_lastUpdated=x"]
)
async def test_values_that_cannot_be_read_are_400(client: httpx.AsyncClient, query: str) -> None:
    assert outcome(await client.get(f"/Patient?{query}"))[0] == 400


async def test_the_page_size_has_limits(store: Store) -> None:
    put(store, *({**DOE, "id": f"p{number}"} for number in range(6)))
    small = support.service(store, default_count=2, max_count=4)
    from facade.rest.routes import ROUTES

    async with support.client(ROUTES, small) as client:
        assert len((await client.get("/Patient")).json()["entry"]) == 2
        assert len((await client.get("/Patient?_count=1000")).json()["entry"]) == 4
