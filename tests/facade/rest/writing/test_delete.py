"""delete: by id and by criteria; what was there stays as a version."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from facade.store import Store
from tests.facade.rest.support import outcome
from tests.facade.rest.writes import PATIENT, send, writing_client

pytestmark = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
async def client(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    async with writing_client(store) as client:
        for id in ("a", "b"):
            await send(client, "PUT", f"/Patient/{id}", {**PATIENT, "id": id})
        yield client


async def test_a_resource(client: httpx.AsyncClient) -> None:
    response = await client.delete("/Patient/a")
    assert (response.status_code, response.content, response.headers["etag"]) == (204, b"", 'W/"2"')
    assert (await client.get("/Patient/a")).status_code == 410
    assert (await client.get("/Patient/a/_history/1")).status_code == 200
    found = (await client.get("/Patient?identifier=1")).json()
    assert [entry["resource"]["id"] for entry in found["entry"]] == ["b"]


async def test_what_is_gone_or_never_was(client: httpx.AsyncClient) -> None:
    for _ in range(2):
        response = await client.delete("/Patient/a")
        assert (response.status_code, response.headers["etag"]) == (204, 'W/"2"')
    response = await client.delete("/Patient/never")
    assert response.status_code == 204
    assert "etag" not in response.headers


async def test_with_an_outcome(client: httpx.AsyncClient) -> None:
    texts = []
    for _ in range(2):
        response = await send(client, "DELETE", "/Patient/a", prefer="return=OperationOutcome")
        assert (response.status_code, response.json()["resourceType"]) == (200, "OperationOutcome")
        texts.append(response.json()["issue"][0]["diagnostics"])
    assert texts == ["Patient/a was deleted.", "Patient/a is not here, so nothing was deleted."]


async def test_if_match(client: httpx.AsyncClient) -> None:
    refused = await send(client, "DELETE", "/Patient/a", if_match='W/"2"')
    assert outcome(refused)[::3] == (412, ["http.If-Match"])
    assert (await client.get("/Patient/a")).status_code == 200
    assert (await send(client, "DELETE", "/Patient/a", if_match='W/"1"')).status_code == 204
    assert outcome(await send(client, "DELETE", "/Patient/never", if_match='W/"1"'))[0] == 412


async def test_by_criteria(client: httpx.AsyncClient) -> None:
    several = await client.delete("/Patient?identifier=1")
    text = "More than one Patient matches the criteria: nothing was done."
    assert outcome(several) == (412, "conflict", text, None)
    await client.delete("/Patient/a")
    response = await client.delete("/Patient?identifier=1")
    assert (response.status_code, response.headers["etag"]) == (204, 'W/"2"')
    assert (await client.get("/Patient/b")).status_code == 410
    assert (await client.delete("/Patient?identifier=1")).status_code == 204
    told = await send(client, "DELETE", "/Patient?identifier=1", prefer="return=OperationOutcome")
    assert (
        told.json()["issue"][0]["diagnostics"]
        == "A Patient that matches is not here, so nothing was deleted."
    )


async def test_without_criteria(client: httpx.AsyncClient) -> None:
    for path in (
        "/Patient",
        "/Patient?",
        "/Patient?_format=json",
        "/Patient?_count=1",
        "/Patient?identifier=",
    ):
        assert outcome(await client.delete(path))[0] == 400
    assert outcome(await send(client, "DELETE", "/Patient?colour=1", prefer="handling=lenient"))[0] == 400
    assert (await client.get("/Patient?_summary=count")).json()["total"] == 2
