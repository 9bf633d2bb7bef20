"""read: bytes as stored, their version, and what is not there."""

from __future__ import annotations

from base64 import b64encode
from decimal import Decimal

import httpx
import pytest

from facade.spec.xml import from_xml
from facade.store import Store
from facade.store.serialise import from_json
from tests.facade.rest.support import Clock, delete, outcome, put

pytestmark = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)

PATIENT = {"resourceType": "Patient", "id": "1", "name": [{"family": "Ångström"}]}
STORED = (
    '{"resourceType":"Patient","id":"1","meta":{"versionId":"1","lastUpdated":"2024-01-31T12:00:00.000Z"},'
    '"name":[{"family":"Ångström"}]}'
).encode()


async def test_the_stored_bytes(client: httpx.AsyncClient, store: Store) -> None:
    put(store, PATIENT)
    response = await client.get("/Patient/1")
    assert (response.status_code, response.content) == (200, STORED)
    assert dict(response.headers) == {
        "content-type": "application/fhir+json; charset=utf-8",
        "content-length": str(len(STORED)),
        "etag": 'W/"1"',
        "last-modified": "Wed, 31 Jan 2024 12:00:00 GMT",
        "cache-control": "private, no-cache",
        "vary": "Accept, Accept-Encoding",
        "x-content-type-options": "nosniff",
    }


async def test_head_is_a_get_without_its_body(client: httpx.AsyncClient, store: Store) -> None:
    put(store, PATIENT)
    get, head = await client.get("/Patient/1"), await client.head("/Patient/1")
    assert (head.status_code, head.content, head.headers) == (200, b"", get.headers)
    missing = await client.head("/Patient/2")
    assert (missing.status_code, missing.content) == (404, b"")


async def test_unknown(client: httpx.AsyncClient) -> None:
    assert outcome(await client.get("/Patient/2")) == (404, "not-found", "There is no Patient/2.", None)


@pytest.mark.parametrize("id", ["a_b", "x" * 65, "%C3%A9", "1;2", "%00"])
async def test_what_cannot_be_an_id(client: httpx.AsyncClient, id: str) -> None:
    assert outcome(await client.get(f"/Patient/{id}")) == (
        404,
        "not-found",
        "There is no Patient with this id; an id is 1 to 64 letters, digits, - and .",
        None,
    )


async def test_deleted(client: httpx.AsyncClient, store: Store) -> None:
    put(store, PATIENT)
    delete(store, "Patient", "1")
    assert outcome(await client.get("/Patient/1")) == (410, "deleted", "Patient/1 was deleted.", None)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If-None-Match": 'W/"1"'}, 304),
        ({"If-None-Match": '"7", "1"'}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": 'W/"2"'}, 200),
        ({"If-None-Match": "1"}, 200),
        ({"If-Modified-Since": "Wed, 31 Jan 2024 12:00:00 GMT"}, 304),
        ({"If-Modified-Since": "Wed, 31 Jan 2024 11:59:59 GMT"}, 200),
        ({"If-Modified-Since": "yesterday"}, 200),
        ({"If-None-Match": 'W/"2"', "If-Modified-Since": "Wed, 31 Jan 2024 12:00:00 GMT"}, 200),
    ],
)
async def test_conditional(
    client: httpx.AsyncClient, store: Store, headers: dict[str, str], status: int
) -> None:
    put(store, PATIENT)
    response = await client.get("/Patient/1", headers=headers)
    assert (response.status_code, response.headers["etag"]) == (status, 'W/"1"')
    if status == 304:
        assert response.content == b""
        assert "content-type" not in response.headers


async def test_a_new_version_has_a_new_etag(client: httpx.AsyncClient, store: Store, clock: Clock) -> None:
    put(store, PATIENT)
    clock.pass_seconds(60)
    put(store, {**PATIENT, "active": True})
    response = await client.get("/Patient/1", headers={"If-None-Match": 'W/"1"'})
    assert response.status_code == 200
    assert response.headers["etag"] == 'W/"2"'
    assert response.headers["last-modified"] == "Wed, 31 Jan 2024 12:01:00 GMT"


async def test_pretty_keeps_every_digit(client: httpx.AsyncClient, store: Store) -> None:
    put(store, {"resourceType": "Observation", "id": "1", "valueQuantity": {"value": Decimal("200.00")}})
    response = await client.get("/Observation/1?_pretty=true")
    assert b'\n  "valueQuantity": {\n    "value": 200.00\n  }\n}\n' in response.content


async def test_xml(client: httpx.AsyncClient, store: Store) -> None:
    put(store, PATIENT)
    response = await client.get("/Patient/1", headers={"Accept": "application/fhir+xml"})
    assert response.headers["content-type"] == "application/fhir+xml; charset=utf-8"
    assert response.headers["etag"] == 'W/"1"'
    assert from_xml(response.content) == from_json(STORED)
    assert (await client.get("/Patient/1?_format=xml")).content == response.content
    pretty = await client.get("/Patient/1?_format=xml&_pretty=true")
    assert pretty.text.startswith(
        '<?xml version="1.0" encoding="UTF-8"?>\n<Patient xmlns="http://hl7.org/fhir">\n'
    )


async def test_a_resource_that_xml_cannot_hold(client: httpx.AsyncClient, store: Store) -> None:
    put(store, {"resourceType": "Patient", "id": "1", "name": [{"family": "a\x01"}]})
    response = await client.get("/Patient/1?_format=xml")
    (issue,) = from_xml(response.content)["issue"]
    assert (response.status_code, issue["expression"]) == (406, ["Patient.name[0].family"])


BINARY = {"resourceType": "Binary", "id": "b", "contentType": "application/pdf"}


async def test_a_binary_is_its_content_unless_fhir_is_asked_for(
    client: httpx.AsyncClient, store: Store
) -> None:
    put(store, {**BINARY, "data": b64encode(b"%PDF-1.4").decode()})
    content = await client.get("/Binary/b", headers={"Accept": "application/pdf"})
    assert (content.content, content.headers["content-type"]) == (b"%PDF-1.4", "application/pdf")
    assert content.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert (await client.get("/Binary/b")).content == b"%PDF-1.4"
    resource = await client.get("/Binary/b", headers={"Accept": "application/fhir+json"})
    assert resource.json()["resourceType"] == "Binary"
    assert (await client.get("/Binary/b?_format=json")).json()["contentType"] == "application/pdf"


async def test_a_binary_cannot_add_headers(client: httpx.AsyncClient, store: Store) -> None:
    put(store, {**BINARY, "contentType": "text/html\r\nSet-Cookie: a=b", "data": ""})
    response = await client.get("/Binary/b", headers={"Accept": "*/*"})
    assert (response.content, response.headers["content-type"]) == (b"", "application/octet-stream")
    assert "set-cookie" not in response.headers
