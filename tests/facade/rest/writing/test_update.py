"""update: by id and by criteria, with conditions, and of what was deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from facade.store import Store
from tests.facade.rest.support import Clock, outcome
from tests.facade.rest.writes import PATIENT, at, send, shown, writing_client

pytestmark = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)
MINE = {**PATIENT, "id": "mine"}
OTHER = {**MINE, "active": False}


@pytest.fixture
async def client(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    async with writing_client(store) as client:
        yield client


async def test_under_the_clients_id(client: httpx.AsyncClient, clock: Clock) -> None:
    response = await send(client, "PUT", "/Patient/mine", MINE)
    assert (response.status_code, response.headers["location"]) == (201, at("mine", 1))
    assert response.json() == shown(MINE, "mine", 1)
    clock.pass_seconds(2)
    response = await send(client, "PUT", "/Patient/mine", OTHER)
    assert (response.status_code, response.headers["etag"]) == (200, 'W/"2"')
    assert "location" not in response.headers
    assert response.json() == shown(OTHER, "mine", 2, 2)
    assert (await client.get("/Patient/mine")).json() == shown(OTHER, "mine", 2, 2)
    assert (await client.get("/Patient/mine/_history/1")).json() == shown(MINE, "mine", 1)


async def test_the_same_again_is_no_new_version(client: httpx.AsyncClient, clock: Clock) -> None:
    first = await send(client, "PUT", "/Patient/mine", MINE)
    clock.pass_seconds(2)
    again = await send(client, "PUT", "/Patient/mine", first.json())
    assert (again.status_code, again.content, again.headers["etag"]) == (200, first.content, 'W/"1"')


async def test_what_was_deleted_is_brought_back(client: httpx.AsyncClient) -> None:
    await send(client, "PUT", "/Patient/mine", MINE)
    await client.delete("/Patient/mine")
    assert (await client.get("/Patient/mine")).status_code == 410
    response = await send(client, "PUT", "/Patient/mine", MINE)
    assert (response.status_code, response.headers["location"]) == (201, at("mine", 3))
    assert (await client.get("/Patient/mine")).status_code == 200
    assert (await client.get("/Patient/mine/_history/2")).status_code == 410


@pytest.mark.parametrize("id", ["other", None, 5, {}])
async def test_another_id_in_the_body(client: httpx.AsyncClient, id: object) -> None:
    sent = {name: value for name, value in {**PATIENT, "id": id}.items() if value is not None}
    assert outcome(await send(client, "PUT", "/Patient/mine", sent)) == (
        400,
        "invalid",
        "The resource must have the id that is in the URL.",
        ["Patient.id"],
    )


@pytest.mark.parametrize("tag", ['W/"1"', '"1"', "1", 'W/"9", W/"1"', "*"])
async def test_if_match(client: httpx.AsyncClient, tag: str) -> None:
    await send(client, "PUT", "/Patient/mine", MINE)
    response = await send(client, "PUT", "/Patient/mine", OTHER, if_match=tag)
    assert (response.status_code, response.headers["etag"]) == (200, 'W/"2"')


async def test_if_match_of_another_version(client: httpx.AsyncClient) -> None:
    await send(client, "PUT", "/Patient/mine", MINE)
    await send(client, "PUT", "/Patient/mine", OTHER)
    response = await send(client, "PUT", "/Patient/mine", MINE, if_match='W/"1"')
    text = "The current version of this Patient is 2: nothing was done."
    assert outcome(response) == (412, "conflict", text, ["http.If-Match"])
    response = await send(client, "PUT", "/Patient/other", {**MINE, "id": "other"}, if_match='W/"1"')
    assert outcome(response)[0] == 412
    assert (await client.get("/Patient/other")).status_code == 404


@pytest.mark.parametrize("tag", ['W/"x"', '"no-such"', f'W/"{"9" * 40}"', 'W/"x", W/"1"'])
async def test_an_if_match_that_we_never_gave(client: httpx.AsyncClient, tag: str) -> None:
    """An entity tag like any, which the current version has not."""
    await send(client, "PUT", "/Patient/mine", MINE)
    await send(client, "PUT", "/Patient/mine", OTHER)
    response = await send(client, "PUT", "/Patient/mine", MINE, if_match=tag)
    assert outcome(response)[::3] == (412, ["http.If-Match"])


@pytest.mark.parametrize("tag", ["W/1", 'W/"1', "", '"1" "2"'])
async def test_an_if_match_that_says_nothing(client: httpx.AsyncClient, tag: str) -> None:
    """It is not passed over: the client would lose what it meant to keep."""
    await send(client, "PUT", "/Patient/mine", MINE)
    response = await send(client, "PUT", "/Patient/mine", OTHER, if_match=tag)
    text = 'If-Match holds a version such as W/"3".'
    assert outcome(response) == (400, "invalid", text, ["http.If-Match"])


async def test_if_none_match(client: httpx.AsyncClient) -> None:
    made = await send(client, "PUT", "/Patient/mine", MINE, if_none_match="*")
    assert made.status_code == 201
    refused = await send(client, "PUT", "/Patient/mine", OTHER, if_none_match="*")
    assert outcome(refused)[::3] == (412, ["http.If-None-Match"])
    odd = await send(client, "PUT", "/Patient/mine", OTHER, if_none_match='W/"1"')
    assert outcome(odd)[::3] == (400, ["http.If-None-Match"])


async def test_by_criteria(client: httpx.AsyncClient) -> None:
    made = await send(client, "PUT", "/Patient?identifier=1", PATIENT)
    assert (made.status_code, made.headers["location"]) == (201, at("new-1", 1))
    changed = await send(client, "PUT", "/Patient?identifier=1", {**PATIENT, "active": False})
    assert (changed.status_code, changed.json()["id"], changed.headers["etag"]) == (200, "new-1", 'W/"2"')
    same = await send(client, "PUT", "/Patient?identifier=1", {**PATIENT, "id": "new-1"}, if_match='W/"2"')
    assert (same.status_code, same.headers["etag"]) == (200, 'W/"3"')
    stale = await send(client, "PUT", "/Patient?identifier=1", PATIENT, if_match='W/"2"')
    assert outcome(stale)[0] == 412
    wrong = await send(client, "PUT", "/Patient?identifier=1", MINE)
    assert outcome(wrong)[::3] == (400, ["Patient.id"])
    own = await send(client, "PUT", "/Patient?identifier=2", MINE)
    assert (own.status_code, own.headers["location"]) == (201, at("mine", 1))
    taken = await send(client, "PUT", "/Patient?identifier=2", MINE)
    assert outcome(taken)[::3] == (409, ["Patient.id"])
    several = await send(client, "PUT", "/Patient?identifier=1", PATIENT)
    assert outcome(several)[0] == 412
    assert outcome(await send(client, "PUT", "/Patient?identifier=3", {**MINE, "id": "a b"}))[0] == 422
    assert outcome(await send(client, "PUT", "/Patient", MINE))[0] == 400
    assert outcome(await send(client, "PUT", "/Patient?colour=1", MINE))[0] == 400


@pytest.mark.parametrize("prefer", ["minimal", "OperationOutcome"])
async def test_prefer(client: httpx.AsyncClient, prefer: str) -> None:
    await send(client, "PUT", "/Patient/mine", MINE)
    response = await send(client, "PUT", "/Patient/mine", OTHER, prefer=f"return={prefer}")
    assert (response.status_code, response.headers["etag"]) == (200, 'W/"2"')
    if prefer == "minimal":
        assert response.content == b""
    else:
        assert response.json()["issue"][0]["diagnostics"] == "Patient/mine was updated."


async def test_criteria_may_name_a_value_set(client: httpx.AsyncClient) -> None:
    await send(client, "PUT", "/Patient/mine", {**MINE, "gender": "male"})
    path = "/Patient?gender:in=http://hl7.org/fhir/ValueSet/administrative-gender"
    response = await send(client, "PUT", path, {**MINE, "gender": "female"})
    assert (response.status_code, response.headers["etag"]) == (200, 'W/"2"')
    assert outcome(await send(client, "PUT", "/Patient?gender:in=urn:x", MINE))[0] == 400
