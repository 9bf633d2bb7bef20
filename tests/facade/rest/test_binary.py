"""Binary: written as what it holds, and answered so."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from facade.store import Store
from tests.facade.rest.support import outcome
from tests.facade.rest.writes import send, writing_client

FHIR = {"accept": "application/fhir+json"}
PNG = b"\x89PNG\r\n\x1a\n\0\xff"


@pytest.fixture
async def client(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    async with writing_client(store) as client:
        yield client


def resource(response: httpx.Response) -> dict[str, object]:
    return {name: value for name, value in response.json().items() if name != "meta"}


async def test_a_file_is_posted(client: httpx.AsyncClient) -> None:
    headers = {"content-type": "image/png", "x-security-context": "Patient/1", **FHIR}
    made = await client.post("/Binary?_filename=scan.png", content=PNG, headers=headers)
    assert made.status_code == 201
    assert resource(made) == {
        "resourceType": "Binary",
        "id": "new-1",
        "contentType": "image/png",
        "securityContext": {"reference": "Patient/1"},
        "data": "iVBORw0KGgoA/w==",
    }
    read = await client.get("/Binary/new-1")
    assert (read.headers["content-type"], read.content) == ("image/png", PNG)


async def test_a_file_is_put(client: httpx.AsyncClient) -> None:
    """Under the URL's id, again and again; a resource must still have that id itself."""
    for version, text in enumerate(("Grüße", "Grüezi"), 1):
        headers = {"content-type": "text/plain; charset=utf-8", **FHIR}
        put = await client.put("/Binary/b", content=text.encode(), headers=headers)
        assert (put.status_code, put.headers["etag"]) == (200 if version > 1 else 201, f'W/"{version}"')
        read = await client.get("/Binary/b")
        assert (read.headers["content-type"], read.text) == ("text/plain; charset=utf-8", text)
    refused = await send(client, "PUT", "/Binary/b", {"resourceType": "Binary", "contentType": "text/plain"})
    assert outcome(refused)[0] == 400


async def test_an_empty_file(client: httpx.AsyncClient) -> None:
    made = await client.post("/Binary", content=b"", headers={"content-type": "text/csv", **FHIR})
    assert resource(made) == {"resourceType": "Binary", "id": "new-1", "contentType": "text/csv"}
    assert (await client.get("/Binary/new-1")).content == b""


async def test_fhirs_own_types_are_a_resource(client: httpx.AsyncClient) -> None:
    sent = {"resourceType": "Binary", "contentType": "text/plain", "data": "aGk="}
    made = await send(client, "POST", "/Binary", sent, accept="application/fhir+json")
    assert (made.status_code, resource(made)) == (201, {**sent, "id": "new-1"})
    body, headers = b'{"not": "FHIR"}', {"content-type": "application/json"}
    assert outcome(await client.post("/Binary", content=body, headers=headers))[:2] == (400, "structure")


@pytest.mark.parametrize(
    ("type", "kind"),
    [("Patient", "image/png"), ("Binary", ""), ("Binary", "a picture"), ("Binary", "image/png\xe9")],
)
async def test_a_body_of_no_kind(client: httpx.AsyncClient, type: str, kind: str) -> None:
    headers = {"content-type": kind.encode("latin-1")}
    refused = await client.post(f"/{type}", content=PNG, headers=headers)
    assert outcome(refused)[:2] == (415, "not-supported")
