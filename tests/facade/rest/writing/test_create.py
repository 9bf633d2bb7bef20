"""create: what is made, under whose id, and when it is not."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import httpx
import pytest

from facade.spec.xml import from_xml, to_xml
from facade.store import Store
from tests.facade.rest.support import outcome, put
from tests.facade.rest.writes import JSON, PATIENT, at, send, shown, writing_client

pytestmark = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
async def client(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    async with writing_client(store) as client:
        yield client


async def test_a_new_resource(client: httpx.AsyncClient) -> None:
    """Whatever the client says of its id and version."""
    said = {**PATIENT, "id": "mine", "meta": {"versionId": "7", "lastUpdated": "2001-01-01T00:00:00Z"}}
    response = await send(client, "POST", "/Patient", said)
    assert (response.status_code, response.json()) == (201, shown(PATIENT, "new-1", 1))
    assert {
        name: response.headers[name] for name in ("location", "etag", "last-modified", "content-type")
    } == {
        "location": at("new-1", 1),
        "etag": 'W/"1"',
        "last-modified": "Wed, 31 Jan 2024 12:00:00 GMT",
        "content-type": "application/fhir+json; charset=utf-8",
    }
    assert (await client.get("/Patient/new-1")).content == response.content
    assert (await client.get("/Patient/new-1/_history/1")).content == response.content
    found = (await client.get("/Patient?identifier=urn:mrn|1")).json()
    assert [entry["resource"]["id"] for entry in found["entry"]] == ["new-1"]


async def test_what_else_the_meta_says_is_kept(client: httpx.AsyncClient) -> None:
    meta = {"versionId": "7", "profile": ["urn:p"], "security": [{"code": "R"}], "tag": [{"code": "t"}]}
    response = await send(client, "POST", "/Patient", {**PATIENT, "meta": meta})
    assert response.json() == shown({**PATIENT, "meta": meta}, "new-1", 1)
    assert (await client.get("/Patient?_tag=t&_security=R&_profile=urn:p")).json()["total"] == 1


async def test_decimals_keep_their_digits(client: httpx.AsyncClient) -> None:
    extension = '[{"url":"urn:x","valueDecimal":1.10},{"url":"urn:y","valueDecimal":1e2}]'
    body = f'{{"resourceType":"Patient","extension":{extension}}}'
    response = await client.post("/Patient", content=body, headers={"content-type": JSON})
    assert '"valueDecimal":1.10}' in response.text


async def test_in_xml(client: httpx.AsyncClient) -> None:
    headers = {"content-type": "application/fhir+xml", "accept": "application/fhir+xml"}
    response = await client.post("/Patient", content=to_xml(PATIENT), headers=headers)
    assert response.status_code == 201
    assert from_xml(response.content) == shown(PATIENT, "new-1", 1)


@pytest.mark.parametrize(
    ("prefer", "status", "body"),
    [("minimal", 201, b""), ("OperationOutcome", 201, None), ("representation", 201, None)],
)
async def test_prefer(client: httpx.AsyncClient, prefer: str, status: int, body: bytes | None) -> None:
    response = await send(client, "POST", "/Patient", PATIENT, prefer=f"return={prefer}")
    assert (response.status_code, response.headers["location"]) == (status, at("new-1", 1))
    if body is not None:
        assert (response.content, response.headers["content-length"]) == (body, "0")
        assert "content-type" not in response.headers
    elif prefer == "OperationOutcome":
        (issue,) = response.json()["issue"]
        assert issue == {
            "severity": "information",
            "code": "informational",
            "diagnostics": "Patient/new-1 was created.",
        }
    else:
        assert response.json() == shown(PATIENT, "new-1", 1)


@pytest.mark.parametrize("text", ["identifier=urn:mrn%7C1", "?identifier=1", f"{at('x', 1)}?identifier=1"])
async def test_if_none_exist(client: httpx.AsyncClient, text: str) -> None:
    first = await send(client, "POST", "/Patient", PATIENT, if_none_exist=text)
    assert first.status_code == 201
    second = await send(client, "POST", "/Patient", {**PATIENT, "active": False}, if_none_exist=text)
    assert (second.status_code, second.content) == (200, first.content)
    assert (second.headers["location"], second.headers["etag"]) == (at("new-1", 1), 'W/"1"')
    await send(client, "POST", "/Patient", PATIENT)
    third = await send(client, "POST", "/Patient", PATIENT, if_none_exist=text)
    assert outcome(third) == (
        412,
        "conflict",
        "More than one Patient matches the criteria: nothing was done.",
        None,
    )
    assert (await client.get("/Patient?_summary=count")).json()["total"] == 2


async def test_criteria_in_the_url(client: httpx.AsyncClient) -> None:
    """As some clients have them, who would otherwise get a second one."""
    path = "/Patient?identifier=urn:mrn|1&_format=json"
    made = await send(client, "POST", path, PATIENT)
    again = await send(client, "POST", path, {**PATIENT, "active": False})
    assert [(one.status_code, one.json()["id"]) for one in (made, again)] == [(201, "new-1"), (200, "new-1")]
    refusal = outcome(await send(client, "POST", "/Patient?colour=blue", PATIENT))
    assert (refusal[:2], refusal[3]) == ((400, "not-supported"), ["http.colour"])


@pytest.mark.parametrize(
    ("text", "code", "diagnostics", "expression"),
    [
        ("", "invalid", "The criteria have no search parameter: they would match every Patient.", True),
        ("_sort=name&_format=json", "invalid", "The criteria have no", True),
        ("identifier=", "invalid", "", False),
        ("colour=blue", "not-supported", "", False),
    ],
)
async def test_criteria_that_are_none(
    client: httpx.AsyncClient, text: str, code: str, diagnostics: str, expression: bool
) -> None:
    """Even for lenient clients: what is left would match more than was meant."""
    headers = {"if_none_exist": text, "prefer": "handling=lenient"}
    refusal = outcome(await send(client, "POST", "/Patient", PATIENT, **headers))
    assert refusal[:2] == (400, code)
    assert refusal[2].startswith(diagnostics)
    if expression:
        assert refusal[3] == ["http.If-None-Exist"]
    assert (await client.get("/Patient?_summary=count")).json()["total"] == 0


async def test_sixty_four_at_once(client: httpx.AsyncClient) -> None:
    responses = await asyncio.gather(
        *[send(client, "POST", "/Patient", PATIENT, if_none_exist="identifier=urn:mrn|1") for _ in range(64)]
    )
    assert Counter(response.status_code for response in responses) == {201: 1, 200: 63}
    assert len({response.content for response in responses}) == 1


@pytest.mark.parametrize(
    ("body", "status", "code", "place"),
    [
        (b"{", 400, "structure", None),
        (b"", 400, "structure", None),
        (b"[]", 400, "structure", None),
        (b'{"resourceType":"Patent"}', 400, "structure", "resourceType"),
        (b'{"resourceType":"Binary"}', 400, "invalid", "resourceType"),
        (b'{"resourceType":"Patient","colour":1}', 400, "structure", None),
        (b'{"resourceType":"Patient","active":"yes"}', 422, "value", "Patient.active"),
        (b'{"resourceType":"Patient","gender":"f"}', 422, "code-invalid", "Patient.gender"),
        (b'{"resourceType":"Patient","contact":[{"gender":"male"}]}', 422, "invariant", None),
    ],
)
async def test_what_is_refused(
    client: httpx.AsyncClient, body: bytes, status: int, code: str, place: str | None
) -> None:
    response = await client.post("/Patient", content=body, headers={"content-type": JSON})
    refusal = outcome(response)
    assert refusal[:2] == (status, code)
    if place:
        assert refusal[3] == [place]
    assert (await client.get("/Patient?_summary=count")).json()["total"] == 0


async def test_every_fault_is_told(client: httpx.AsyncClient) -> None:
    response = await send(client, "POST", "/Patient", {**PATIENT, "gender": "f", "birthDate": "1.1.1980"})
    places = [issue["expression"] for issue in response.json()["issue"]]
    assert (response.status_code, places) == (422, [["Patient.gender"], ["Patient.birthDate"]])


async def test_a_long_body_too(client: httpx.AsyncClient) -> None:
    """It is read and checked in a thread."""
    names = [{"family": "x" * 1000}] * 100
    response = await send(client, "POST", "/Patient", {**PATIENT, "name": names})
    assert response.status_code == 201
    assert (await send(client, "POST", "/Patient", {"name": names})).status_code == 400


async def test_a_body_of_no_kind(client: httpx.AsyncClient) -> None:
    assert outcome(await client.post("/Patient", content=b"{}"))[0] == 415


async def test_what_a_source_owns(client: httpx.AsyncClient, store: Store) -> None:
    put(store, {"resourceType": "Observation", "id": "1"})
    told = (
        405,
        "not-supported",
        "Observation cannot be written here: it belongs to the source openemr and lab; writing through a "
        "source is not configured yet.",
        None,
    )
    sent = {"resourceType": "Observation", "id": "1"}
    for method, path, resource in (
        ("POST", "/Observation", sent),
        ("PUT", "/Observation/1", sent),
        ("PUT", "/Observation?_id=1", sent),
        ("DELETE", "/Observation/1", None),
        ("DELETE", "/Observation?_id=1", None),
    ):
        response = await send(client, method, path, resource)
        assert outcome(response) == told
        assert response.headers["allow"] == "GET, HEAD, OPTIONS"
        assert (await client.options(path)).headers["allow"] == "GET, HEAD, OPTIONS"
    allowed = (await client.options("/Patient")).headers["allow"]
    assert set(allowed.split(", ")) >= {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"}
