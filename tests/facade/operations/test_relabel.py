"""$meta-add and $meta-delete: labels that change make a version, and a search finds them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from facade.operations.routes import OPERATION_ROUTES
from facade.rest.routes import ROUTES
from facade.store import Store
from facade.store.serialise import to_json
from tests.facade.rest import support
from tests.facade.rest.support import outcome, put

pytestmark = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)

TAG = {"system": "http://example.org/tags", "code": "seen"}
OTHER = {"system": "http://example.org/tags", "code": "paid"}
HEADERS = {"content-type": "application/fhir+json"}


@pytest.fixture
async def client(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    service = support.service(store, local=frozenset({"Patient"}))
    async with support.client((*ROUTES, *OPERATION_ROUTES), service) as client:
        yield client


def body(**meta: Any) -> bytes:
    return to_json({"resourceType": "Parameters", "parameter": [{"name": "meta", "valueMeta": meta}]})


async def test_labels_come_and_go(client: httpx.AsyncClient, store: Store) -> None:
    put(store, {"resourceType": "Patient", "id": "1", "meta": {"tag": [TAG]}, "active": True})
    sent = body(tag=[{**TAG, "display": "x"}, OTHER], profile=["http://example.org/p"])
    added = await client.post("/Patient/1/$meta-add", content=sent, headers=HEADERS)
    assert (added.status_code, added.headers["etag"]) == (200, 'W/"2"')
    (returned,) = added.json()["parameter"]
    meta = returned["valueMeta"]
    assert (meta["tag"], meta["profile"]) == ([TAG, OTHER], ["http://example.org/p"])
    assert (await client.get("/Patient/1")).json()["meta"] == meta
    assert (await client.get("/Patient/1")).json()["active"] is True
    assert len((await client.get("/Patient?_tag=paid")).json()["entry"]) == 1
    again = await client.post("/Patient/1/$meta-add", content=sent, headers=HEADERS)
    assert again.headers["etag"] == 'W/"2"'
    sent = body(tag=[{**OTHER, "display": "y"}], security=[OTHER], profile=["http://example.org/p"])
    fewer = await client.post("/Patient/1/$meta-delete", content=sent, headers=HEADERS)
    (returned,) = fewer.json()["parameter"]
    assert returned["valueMeta"]["tag"] == [TAG]
    assert "profile" not in returned["valueMeta"]
    assert "entry" not in (await client.get("/Patient?_tag=paid")).json()


async def test_what_is_refused(client: httpx.AsyncClient, store: Store) -> None:
    put(store, {"resourceType": "Patient", "id": "1"}, {"resourceType": "Observation", "id": "1"})
    for name in ("$meta-add", "$meta-delete"):
        foreign = await client.post(f"/Observation/1/{name}", content=body(tag=[TAG]), headers=HEADERS)
        assert foreign.status_code == 405
        missing = await client.post(f"/Patient/2/{name}", content=body(tag=[TAG]), headers=HEADERS)
        assert outcome(missing) == (404, "not-found", "There is no Patient/2.", None)
        empty = await client.post(
            f"/Patient/1/{name}", content=b'{"resourceType":"Parameters"}', headers=HEADERS
        )
        text = "This operation takes Parameters with one parameter: meta."
        assert outcome(empty) == (400, "invalid", text, ["meta"])
        get = await client.get(f"/Patient/1/{name}")
        assert get.status_code == 405
    wrong = await client.post("/Patient/1/$meta-add", content=body(tag=[{"code": 1}]), headers=HEADERS)
    assert (wrong.status_code, wrong.json()["issue"][0]["expression"]) == (422, ["Patient.meta.tag[0].code"])
    stale = await client.post(
        "/Patient/1/$meta-add", content=body(tag=[TAG]), headers={**HEADERS, "if-match": 'W/"7"'}
    )
    assert stale.status_code == 412
