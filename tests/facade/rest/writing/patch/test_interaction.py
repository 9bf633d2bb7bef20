"""patch over HTTP: both forms, by id and by criteria; what is refused changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from facade.rest.routes import ROUTES
from facade.store import Store
from facade.store.serialise import to_json
from tests.facade.rest import support
from tests.facade.rest.support import Clock, delete, outcome, put

pytestmark = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)

JSON_PATCH = {"content-type": "application/json-patch+json"}
FHIR_JSON = {"content-type": "application/fhir+json"}
FHIR_XML = {"content-type": "application/fhir+xml"}
PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "1",
    "identifier": [{"system": "http://example.org/mrn", "value": "a"}],
    "birthDate": "2000-01-01",
}


@pytest.fixture
async def client(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    service = support.service(store, local=frozenset({"Patient"}))
    async with support.client(ROUTES, service) as client:
        yield client


def replacing(path: str, value: Any) -> bytes:
    return to_json([{"op": "replace", "path": path, "value": value}])


def parameters(kind: str, path: str, **more: Any) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [
        {"name": "type", "valueCode": kind},
        {"name": "path", "valueString": path},
    ]
    parts += [{"name": name, **value} for name, value in more.items()]
    return {"resourceType": "Parameters", "parameter": [{"name": "operation", "part": parts}]}


async def send(client: httpx.AsyncClient, url: str, body: bytes, **headers: str) -> httpx.Response:
    return await client.patch(url, content=body, headers={**JSON_PATCH, **headers})


async def test_json_patch(client: httpx.AsyncClient, store: Store, clock: Clock) -> None:
    put(store, PATIENT)
    clock.pass_seconds(1)
    response = await send(client, "/Patient/1", replacing("/birthDate", "1999-01-01"))
    assert (response.status_code, response.headers["etag"]) == (200, 'W/"2"')
    assert response.json() == {
        **PATIENT,
        "meta": {"versionId": "2", "lastUpdated": "2024-01-31T12:00:01.000Z"},
        "birthDate": "1999-01-01",
    }
    assert (await client.get("/Patient/1")).content == response.content
    found = (await client.get("/Patient?birthdate=1999-01-01")).json()
    assert len(found["entry"]) == 1
    assert (await client.get("/Patient/1/_history/1")).json()["birthDate"] == "2000-01-01"


async def test_fhirpath_patch(client: httpx.AsyncClient, store: Store) -> None:
    put(store, PATIENT)
    body = parameters("replace", "Patient.birthDate", value={"valueDate": "1999-01-01"})
    response = await client.patch("/Patient/1", content=to_json(body), headers=FHIR_JSON)
    assert (response.status_code, response.json()["birthDate"]) == (200, "1999-01-01")
    xml = (
        '<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="operation"/>'
        '<part><name value="type"/><valueCode value="add"/></part>'
        '<part><name value="path"/><valueString value="Patient"/></part>'
        '<part><name value="name"/><valueString value="name"/></part>'
        '<part><name value="value"/><valueHumanName><family value="Ek"/></valueHumanName></part>'
        "</parameter></Parameters>"
    )
    response = await client.patch("/Patient/1", content=xml.encode(), headers=FHIR_XML)
    assert (response.status_code, response.json()["name"]) == (200, [{"family": "Ek"}])
    assert response.json()["meta"]["versionId"] == "3"


async def test_prefer(client: httpx.AsyncClient, store: Store) -> None:
    put(store, PATIENT)
    response = await send(client, "/Patient/1", replacing("/birthDate", "1999"), prefer="return=minimal")
    assert (response.status_code, response.content, response.headers["etag"]) == (200, b"", 'W/"2"')
    wanted = "return=OperationOutcome"
    response = await send(client, "/Patient/1", replacing("/birthDate", "1999"), prefer=wanted)
    assert response.json()["issue"][0]["diagnostics"] == (
        "Patient/1 says this already, so nothing was changed."
    )


async def test_by_criteria(client: httpx.AsyncClient, store: Store) -> None:
    put(store, PATIENT, {**PATIENT, "id": "2", "birthDate": "2001-01-01"})
    url = "/Patient?identifier=http://example.org/mrn|a"
    several = await send(client, url, replacing("/birthDate", "1999"))
    assert outcome(several) == (
        412,
        "conflict",
        "More than one Patient matches the criteria: nothing was done.",
        None,
    )
    one = await send(client, f"{url}&birthdate=2001-01-01", replacing("/birthDate", "1999"))
    assert (one.status_code, one.json()["id"], one.json()["birthDate"]) == (200, "2", "1999")
    none = await send(client, f"{url}&birthdate=2002", replacing("/birthDate", "1999"))
    assert outcome(none) == (404, "not-found", "No Patient matches the criteria.", None)
    every = await send(client, "/Patient", replacing("/birthDate", "1999"))
    assert every.status_code == 400


async def test_a_version_that_is_presumed(client: httpx.AsyncClient, store: Store) -> None:
    put(store, PATIENT)
    stale = await send(client, "/Patient/1", replacing("/birthDate", "1999"), **{"if-match": 'W/"2"'})
    assert stale.status_code == 412
    fresh = await send(client, "/Patient/1", replacing("/birthDate", "1999"), **{"if-match": 'W/"1"'})
    assert fresh.status_code == 200


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            [{"op": "test", "path": "/birthDate", "value": "1999"}],
            (422, "processing", "Operation 1 (test at /birthDate): the value there is another.", None),
        ),
        (
            [{"op": "replace", "path": "/id", "value": "2"}],
            (422, "processing", "A patch cannot change the type or the id of a resource.", ["id"]),
        ),
        (
            [{"op": "remove", "path": "/resourceType"}],
            (422, "processing", "A patch cannot change the type or the id of a resource.", ["id"]),
        ),
        ([{"op": "remove"}], (400, "invalid", "Operation 1 (remove) has no path.", None)),
        (
            {"op": "remove", "path": "/id"},
            (
                400,
                "structure",
                "The body is JSON, but not an array: a JSON Patch is an array of operations.",
                None,
            ),
        ),
    ],
)
async def test_a_patch_that_is_refused(
    client: httpx.AsyncClient, store: Store, body: Any, expected: Any
) -> None:
    put(store, PATIENT)
    assert outcome(await send(client, "/Patient/1", to_json(body))) == expected
    assert (await client.get("/Patient/1")).headers["etag"] == 'W/"1"'


async def test_what_comes_of_it_must_be_valid(client: httpx.AsyncClient, store: Store) -> None:
    put(store, PATIENT)
    for pointer, value, place in (("/gender", "x", "Patient.gender"), ("/nme", [], "Patient")):
        body = to_json([{"op": "add", "path": pointer, "value": value}])
        response = await send(client, "/Patient/1", body)
        assert response.status_code == 422
        assert response.json()["issue"][0]["expression"][0].startswith(place)
    assert (await client.get("/Patient/1")).headers["etag"] == 'W/"1"'


async def test_json_that_is_not_to_be_trusted(client: httpx.AsyncClient, store: Store) -> None:
    put(store, PATIENT)
    for body in (b"", b"[", b"[NaN]", b'[{"op":"remove","op":"add"}]', b"[" * 3000 + b"]" * 3000, b"1"):
        response = await send(client, "/Patient/1", body)
        assert (response.status_code, response.json()["issue"][0]["code"]) == (400, "structure")


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("application/xml-patch+xml", "XML Patch"),
        ("text/plain", "This form of patch"),
        ("application/merge-patch+json", "This form of patch"),
        ("", "This form of patch"),
    ],
)
async def test_other_forms(client: httpx.AsyncClient, store: Store, kind: str, text: str) -> None:
    put(store, PATIENT)
    response = await client.patch("/Patient/1", content=b"[]", headers={"content-type": kind})
    known = "application/json-patch+json, application/fhir+json or application/fhir+xml"
    assert outcome(response) == (
        415,
        "not-supported",
        f"{text} is not supported; a patch is sent as {known}.",
        None,
    )
    assert response.headers["accept-patch"] == known.replace(" or ", ", ")


async def test_what_is_not_there(client: httpx.AsyncClient, store: Store) -> None:
    put(store, PATIENT)
    delete(store, "Patient", "1")
    gone = await send(client, "/Patient/1", b"[]")
    assert outcome(gone) == (410, "deleted", "Patient/1 was deleted.", None)
    missing = await send(client, "/Patient/2", b"[]")
    assert outcome(missing) == (404, "not-found", "There is no Patient/2.", None)
    put(store, {"resourceType": "Observation", "id": "1", "status": "final", "code": {"text": "x"}})
    foreign = await send(client, "/Observation/1", b"[]")
    assert (foreign.status_code, foreign.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    other = await client.patch("/Patient/3", content=to_json(PATIENT), headers=FHIR_JSON)
    assert other.status_code == 404
    put(store, {**PATIENT, "id": "3"})
    other = await client.patch("/Patient/3", content=to_json(PATIENT), headers=FHIR_JSON)
    assert outcome(other) == (400, "invalid", "A FHIRPath Patch is a Parameters resource.", ["Parameters"])


async def test_no_patch_is_lost(client: httpx.AsyncClient, store: Store) -> None:
    put(store, PATIENT)
    bodies = [
        to_json([{"op": "add", "path": "/identifier/-", "value": {"value": str(number)}}])
        for number in range(16)
    ]
    answers = await asyncio.gather(*(send(client, "/Patient/1", body) for body in bodies))
    assert {answer.status_code for answer in answers} == {200}
    after = (await client.get("/Patient/1")).json()
    assert {one["value"] for one in after["identifier"]} == {"a", *map(str, range(16))}
    assert after["meta"]["versionId"] == "17"
