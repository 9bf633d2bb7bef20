"""history: every version once, the newest first, whatever is written meanwhile."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from facade.rest.routes import ROUTES
from facade.store import Store
from facade.store.access import Access
from facade.store.history import Versions, count_versions, fetch_versions
from tests.facade.rest import support
from tests.facade.rest.support import BASE, Clock, delete, outcome, put

both = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)


def named(entry: dict[str, Any]) -> str:
    """`Patient/1 2` of an entry, with the method that made it."""
    name = entry["fullUrl"].removeprefix(f"{BASE}/")
    version = entry["response"]["etag"].removeprefix('W/"').rstrip('"')
    return f"{entry['request']['method']} {name} {version}"


def found(response: httpx.Response) -> list[str]:
    assert response.status_code == 200, response.text
    return [named(entry) for entry in response.json().get("entry", [])]


def link(response: httpx.Response, relation: str) -> str | None:
    urls = {one["relation"]: one["url"] for one in response.json()["link"]}
    return urls[relation].removeprefix(BASE) if relation in urls else None


def a_life(store: Store, clock: Clock) -> None:
    """Patient/1: made, changed, deleted, brought back; Observation/o made between."""
    put(store, {"resourceType": "Patient", "id": "1", "active": False})
    clock.pass_seconds(60)
    put(store, {"resourceType": "Patient", "id": "1", "active": True})
    clock.pass_seconds(60)
    put(store, {"resourceType": "Observation", "id": "o", "status": "final"})
    delete(store, "Patient", "1")
    clock.pass_seconds(60)
    put(store, {"resourceType": "Patient", "id": "1", "gender": "other"})


@both
async def test_one_resource(client: httpx.AsyncClient, store: Store, clock: Clock) -> None:
    a_life(store, clock)
    answer = await client.get("/Patient/1/_history")
    bundle = answer.json()
    assert (bundle["type"], bundle["total"]) == ("history", 4)
    assert bundle["link"] == [{"relation": "self", "url": f"{BASE}/Patient/1/_history"}]
    assert found(answer) == [
        "PUT Patient/1 4",
        "DELETE Patient/1 3",
        "PUT Patient/1 2",
        "POST Patient/1 1",
    ]
    revived, gone, changed, made = bundle["entry"]
    assert gone == {
        "fullUrl": f"{BASE}/Patient/1",
        "request": {"method": "DELETE", "url": "Patient/1"},
        "response": {
            "status": "204 No Content",
            "etag": 'W/"3"',
            "lastModified": "2024-01-31T12:02:00.000Z",
        },
    }
    assert made["request"] == {"method": "POST", "url": "Patient"}
    assert made["resource"]["active"] is False
    assert made["resource"]["meta"]["lastUpdated"] == made["response"]["lastModified"]
    statuses = [one["response"]["status"] for one in (revived, changed, made)]
    assert statuses == ["201 Created", "200 OK", "201 Created"]
    assert changed["request"] == {"method": "PUT", "url": "Patient/1"}


@both
async def test_type_and_system(client: httpx.AsyncClient, store: Store, clock: Clock) -> None:
    a_life(store, clock)
    assert found(await client.get("/Observation/_history")) == ["POST Observation/o 1"]
    assert len(found(await client.get("/Patient/_history"))) == 4
    everything = found(await client.get("/_history"))
    assert sorted(everything) == sorted(
        [*found(await client.get("/Patient/_history")), "POST Observation/o 1"]
    )
    assert everything[0] == "PUT Patient/1 4"
    assert found(await client.get("/Binary/_history")) == []


@both
async def test_since_and_at(client: httpx.AsyncClient, store: Store, clock: Clock) -> None:
    a_life(store, clock)
    for query, versions in {
        "_since=2024-01-31T12:01:00Z": "432",
        "_since=2024-01-31T12:01:00.001Z": "43",
        "_since=2024-02-01": "",
        "_since=2024-01-31": "4321",
        "_at=2024-01-31T12:00:59Z": "1",
        "_at=2024-01-31T12:01:00Z": "2",
        "_at=2024-01-31T12:01": "2",
        "_at=2024-01-31T12": None,
        "_at=2024-01-31": "4321",
        "_at=2024-01-30": "",
        "_at=2025": "4",
        "_at=2024-01-31T12:02:30%2B00:00": "3",
        "_at=2024-01-31&_since=2024-01-31T12:03:00Z": "4",
    }.items():
        answer = await client.get(f"/Patient/1/_history?{query}")
        if versions is None:
            assert answer.status_code == 400
            continue
        assert "".join(one[-1] for one in found(answer)) == versions, query
        assert answer.json()["total"] == len(versions)


@both
async def test_a_walk_while_the_store_changes(client: httpx.AsyncClient, store: Store, clock: Clock) -> None:
    for number in range(25):
        put(store, {"resourceType": "Patient", "id": str(number)})
        if number % 5 == 0:
            clock.pass_seconds(1)
        if number % 3 == 0:
            put(store, {"resourceType": "Patient", "id": str(number), "active": True})
    before = found(await client.get("/Patient/_history"))
    pages: list[list[str]] = []
    urls: list[str] = []
    url: str | None = "/Patient/_history?_count=4"
    while url is not None:
        answer = await client.get(url)
        assert answer.json()["total"] == len(before)
        pages.append(found(answer))
        urls.append(url)
        clock.pass_seconds(1)
        put(store, {"resourceType": "Patient", "id": str(len(urls)), "gender": "male"})  # moves a version
        url = link(answer, "next")
    assert [one for page in pages for one in page] == before
    assert all(len(page) == 4 for page in pages[:-1])
    for at in range(len(urls) - 1, 0, -1):
        back = link(await client.get(urls[at]), "previous")
        assert back is not None
        assert found(await client.get(back)) == pages[at - 1]
    assert link(await client.get(urls[1]), "first") == "/Patient/_history?_count=4"


async def test_cursors_are_bound_to_their_history(client: httpx.AsyncClient, store: Store) -> None:
    put(store, *({"resourceType": "Patient", "id": str(number)} for number in range(3)))
    query = urlsplit(link(await client.get("/Patient/_history?_count=1"), "next") or "").query
    assert (await client.get(f"/Patient/_history?{query}")).status_code == 200
    for foreign in (
        f"/_history?{query}",
        f"/Patient/_history?{query}&_since=2024",
        f"/Patient/_history?{query}x",
        f"/Patient?{query}",
    ):
        assert outcome(await client.get(foreign))[::3] == (400, ["http._cursor"])


async def test_what_is_refused(client: httpx.AsyncClient, store: Store) -> None:
    put(store, {"resourceType": "Patient", "id": "1"})
    for url, told in {
        "/Patient/2/_history": (404, None),
        "/Patient/_history?name=x": (400, ["http.name"]),
        "/_history?_sort=_lastUpdated": (400, ["http._sort"]),
        "/Patient/_history?_since=soon": (400, ["http._since"]),
        "/Patient/_history?_at=2024-13": (400, ["http._at"]),
        "/Patient/_history?_count=-1": (400, ["http._count"]),
        "/Patient/_history?_count=1&_count=2": (400, ["http._count"]),
        "/Patient/_history?_summary=some": (400, ["http._summary"]),
        "/Nothing/_history": (404, None),
    }.items():
        assert outcome(await client.get(url))[::3] == told, url
    assert (await client.post("/Patient/_history")).status_code == 405


async def test_leniency_says_what_it_ignored(client: httpx.AsyncClient, store: Store) -> None:
    put(store, {"resourceType": "Patient", "id": "1"})
    answer = await client.get("/Patient/_history?name=x&_count=5", headers={"Prefer": "handling=lenient"})
    assert found(answer) == ["POST Patient/1 1"]
    assert answer.headers["warning"] == '199 - "The parameter name was ignored."'
    assert link(answer, "self") == "/Patient/_history?_count=5"


async def test_counts(client: httpx.AsyncClient, store: Store, clock: Clock) -> None:
    a_life(store, clock)
    for query in ("_count=0", "_summary=count"):
        bundle = (await client.get(f"/_history?{query}")).json()
        assert (bundle["total"], "entry" in bundle) == (5, False)
    head = await client.head("/_history")
    assert (head.status_code, head.content) == (200, b"")
    assert len(found(await client.get(f"/_history?_count={9**30}"))) == 5


async def test_forms(client: httpx.AsyncClient, store: Store, clock: Clock) -> None:
    a_life(store, clock)
    xml = await client.get("/Patient/1/_history?_format=xml")
    assert xml.headers["content-type"].startswith("application/fhir+xml")
    assert xml.text.count("<entry>") == 4
    assert b'\n  "type": "history"' in (await client.get("/Patient/1/_history?_pretty=true")).content
    part = (await client.get("/Patient/1/_history?_elements=active")).json()["entry"][2]["resource"]
    assert part["active"] is True
    assert part["meta"]["tag"][0]["code"] == "SUBSETTED"


@both
async def test_the_callers_reach_is_in_the_sql(store: Store, clock: Clock) -> None:
    a_life(store, clock)
    put(store, {"resourceType": "Patient", "id": "2"})
    types = ("Observation", "Patient")
    for reach, many in ((Access(frozenset({"2"})), 1), (Access(frozenset()), 0), (Access(), 6)):
        rows = await fetch_versions(store, Versions(types), reach, 10)
        assert len(rows) == many
        assert await count_versions(store, Versions(types), reach) == many
    many_patients = Access(frozenset(map(str, range(3000))))
    assert len(await fetch_versions(store, Versions(types), many_patients, 10, (2**60, 1, 1))) == 5
    for id, versions in (("1", 0), ("2", 1)):
        rows = await fetch_versions(store, Versions(("Patient",), id), Access(frozenset({"2"})), 10)
        assert len(rows) == versions


STEPS = st.lists(
    st.tuples(st.sampled_from(["1", "2", "3"]), st.sampled_from(["put", "delete", "wait"])), max_size=25
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, count=st.integers(1, 6), at=st.integers(0, 30))
async def test_equals_a_diary(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str]], count: int, at: int
) -> None:
    """A list of what was done is what history gives back, in every slice and page size."""
    clock = Clock()
    store = support.open_store(tmp_path_factory.mktemp("diary"), clock)
    diary: list[tuple[str, int, int]] = []  # id, version, millisecond
    seconds = 0
    for id, what in steps:
        versions = [entry for entry in diary if entry[0] == id]
        if what == "wait":
            seconds += 1
            clock.pass_seconds(1)
        elif what == "put" or versions:
            if what == "put":
                put(store, {"resourceType": "Patient", "id": id})
            else:
                delete(store, "Patient", id)
            last = versions[-1][2] if versions else -1  # each is later than the one before it
            diary.append((id, len(versions) + 1, max(1000 * seconds, last + 1)))
    query = ""
    wanted = {(id, version) for id, version, _ in diary}
    if at <= seconds:
        query = f"&_at={clock.now.replace(second=at % 60, minute=at // 60):%Y-%m-%dT%H:%M:%SZ}"
        wanted = set()
        for id, version, made in diary:
            end = next((then for other, next_, then in diary if (other, next_) == (id, version + 1)), 10**9)
            if made < 1000 * (at + 1) and end > 1000 * at:
                wanted.add((id, version))
    seen: list[tuple[str, int]] = []
    async with support.client(ROUTES, support.service(store)) as client:
        url: str | None = f"/Patient/_history?_count={count}{query}"
        while url is not None:
            answer = await client.get(url)
            assert answer.json()["total"] == len(wanted)
            seen += [(one.split("/")[1][0], int(one.split()[-1])) for one in found(answer)]
            url = link(answer, "next")
    store.close()
    assert len(seen) == len(wanted)
    assert set(seen) == wanted
