"""$meta: what a resource and its versions say of themselves."""

from __future__ import annotations

import httpx
import pytest

from facade.spec.check import check
from facade.store import Store
from tests.facade.rest.support import Clock, delete, outcome, put

pytestmark = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)

TAG = {"system": "http://example.org/tags", "code": "seen"}


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_of_one_resource(client: httpx.AsyncClient, store: Store, method: str) -> None:
    put(store, {"resourceType": "Patient", "id": "1", "meta": {"tag": [TAG]}, "active": True})
    response = await client.request(method, "/Patient/1/$meta")
    assert response.status_code == 200
    assert check(response.json()) == []
    kept = {"versionId": "1", "lastUpdated": "2024-01-31T12:00:00.000Z", "tag": [TAG]}
    assert response.json() == {
        "resourceType": "Parameters",
        "parameter": [{"name": "return", "valueMeta": kept}],
    }


async def test_of_a_version(client: httpx.AsyncClient, store: Store, clock: Clock) -> None:
    put(store, {"resourceType": "Patient", "id": "1", "meta": {"tag": [TAG]}})
    clock.pass_seconds(1)
    put(store, {"resourceType": "Patient", "id": "1"})
    (old,) = (await client.get("/Patient/1/_history/1/$meta")).json()["parameter"]
    assert (old["valueMeta"]["versionId"], old["valueMeta"]["tag"]) == ("1", [TAG])
    (new,) = (await client.get("/Patient/1/_history/2/$meta")).json()["parameter"]
    assert "tag" not in new["valueMeta"]


async def test_of_a_type_and_of_the_server(client: httpx.AsyncClient, store: Store) -> None:
    other = {"code": "bare"}
    secret = {"system": "http://example.org/labels", "code": "R", "display": "restricted"}
    put(
        store,
        {
            "resourceType": "Patient",
            "id": "1",
            "meta": {"tag": [TAG], "security": [secret], "profile": ["http://example.org/p"]},
        },
    )
    put(store, {"resourceType": "Patient", "id": "2", "meta": {"tag": [{**TAG, "display": "Seen"}]}})
    put(store, {"resourceType": "Observation", "id": "1", "meta": {"tag": [other]}})
    (patients,) = (await client.get("/Patient/$meta")).json()["parameter"]
    label = {"system": "http://example.org/labels", "code": "R"}
    profile = ["http://example.org/p"]
    assert patients["valueMeta"] == {"profile": profile, "security": [label], "tag": [TAG]}
    (every,) = (await client.post("/$meta")).json()["parameter"]
    assert every["valueMeta"] == {"profile": profile, "security": [label], "tag": [other, TAG]}
    delete(store, "Patient", "1")
    (fewer,) = (await client.get("/Patient/$meta")).json()["parameter"]
    assert fewer["valueMeta"] == {"tag": [TAG]}
    assert (await client.get("/Binary/$meta")).json()["parameter"] == [{"name": "return"}]


async def test_of_what_is_not_there(client: httpx.AsyncClient, store: Store) -> None:
    put(store, {"resourceType": "Patient", "id": "1"})
    delete(store, "Patient", "1")
    missing = await client.get("/Patient/2/$meta")
    assert outcome(missing) == (404, "not-found", "There is no Patient/2.", None)
    gone = await client.get("/Patient/1/$meta")
    assert outcome(gone) == (410, "deleted", "Patient/1 was deleted.", None)
    version = await client.get("/Patient/1/_history/9/$meta")
    assert outcome(version) == (404, "not-found", "There is no such version of Patient/1.", None)
