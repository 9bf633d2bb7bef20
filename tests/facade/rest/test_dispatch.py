"""facade.rest.dispatch and errors: what no interaction answers is still answered in FHIR."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from facade.rest.answer import Answer
from facade.rest.dispatch import Dispatch, Route
from facade.rest.request.call import Call
from facade.rest.routes import INTERACTIONS, ROUTES
from facade.rest.service import Service
from facade.spec.xml import from_xml
from facade.store import Store
from tests.facade.rest import support
from tests.facade.rest.support import outcome

READING = [route for route in ROUTES if route.method == "GET" or route.path.endswith("_search")]
NOTHING = "Nothing is served at this URL. The CapabilityStatement at metadata tells what is."


@pytest.fixture
async def reader(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server that only reads."""
    async with support.client(READING, support.service(store)) as client:
        yield client


@pytest.mark.parametrize("path", ["/Patient/1/_history/1/2", "/Patient/1/x/2", "/_x", "/$"])
async def test_unknown_urls(client: httpx.AsyncClient, path: str) -> None:
    assert outcome(await client.get(path)) == (404, "not-supported", NOTHING, None)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/Patien/1", "Patien is not a FHIR R4 resource type; did you mean Patient?"),
        ("/patient", "patient is not a FHIR R4 resource type; did you mean Patient?"),
        ("/Zzzzzz", "Zzzzzz is not a FHIR R4 resource type."),
        ("/%3Cscript%3E", "A URL begins with the name of a FHIR R4 resource type."),
        ("/Encounter", "Encounter is not served here; served are Binary, Observation, Patient."),
        ("/Encounter/1/2/3/4/5", "Encounter is not served here; served are Binary, Observation, Patient."),
        ("/Patient/$everything", "$everything is not supported for Patient."),
        ("/Patient/1/$everything", "$everything is not supported for one Patient."),
        ("/$export", "$export is not supported here."),
        ("/Patient/_tags", "_tags is not supported for Patient."),
    ],
)
async def test_types_and_operations_that_are_not_served(
    client: httpx.AsyncClient, path: str, text: str
) -> None:
    assert outcome(await client.get(path)) == (404, "not-supported", text, None)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/Patient/1", "GET, HEAD, OPTIONS"),
        ("PUT", "/Patient/_search", "POST, OPTIONS"),
        ("GET", "/Patient/_search", "POST, OPTIONS"),
    ],
)
async def test_methods(reader: httpx.AsyncClient, method: str, path: str, allowed: str) -> None:
    response = await reader.request(method, path)
    text = f"{method} is not supported here; supported are {allowed}."
    assert outcome(response) == (405, "not-supported", text, None)
    assert response.headers["allow"] == allowed


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", "GET, HEAD, OPTIONS"),
        ("", "GET, HEAD, OPTIONS"),
        ("/metadata", "GET, HEAD, OPTIONS"),
        ("/Patient", "GET, HEAD, OPTIONS"),
        ("/Patient/_search", "POST, OPTIONS"),
        ("/Patient/1", "GET, HEAD, OPTIONS"),
        ("/Patient/1/_history/1", "GET, HEAD, OPTIONS"),
    ],
)
async def test_options(reader: httpx.AsyncClient, path: str, allowed: str) -> None:
    response = await reader.options(path)
    assert (response.status_code, response.content, response.headers["allow"]) == (204, b"", allowed)
    assert "content-type" not in response.headers
    assert "content-length" not in response.headers


async def test_options_of_what_is_not_served(client: httpx.AsyncClient) -> None:
    assert (await client.options("/Encounter/1")).status_code == 404
    assert (await client.options("/Patient/$x")).status_code == 404


async def test_the_base_has_options_whatever_else_it_has(store: Store) -> None:
    routes = [route for route in ROUTES if route.path]
    async with support.client(routes, support.service(store)) as client:
        assert (await client.options("/")).headers["allow"] == "OPTIONS"
        assert outcome(await client.get("/")) == (404, "not-supported", NOTHING, None)
        assert (await client.get("/Patient")).status_code == 200


async def test_a_head_is_sent_without_its_body(store: Store) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "HEAD", "path": "/Patient/1", "query_string": b"", "headers": []}
    await Dispatch(ROUTES, support.service(store))(scope, _nothing, send)
    assert sent[1] == {"type": "http.response.body", "body": b""}
    assert dict(sent[0]["headers"])[b"content-length"] != b"0"


async def _nothing() -> Any:
    return {"type": "http.request", "body": b""}


async def test_a_trailing_slash_changes_nothing(client: httpx.AsyncClient, store: Store) -> None:
    support.put(store, {"resourceType": "Patient", "id": "1"})
    assert (await client.get("/Patient/1/")).status_code == 200


async def test_an_unforeseen_failure_tells_its_id_and_nothing_else(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(service: Service, call: Call, **values: Any) -> Answer:
        raise RuntimeError("SELECT secret FROM patient WHERE name='Doe'")

    routes = [Route("GET", "{type}/{id}", "read", broken)]
    async with support.client(routes, support.service(store)) as client:
        response = await client.get("/Patient/1")
    text = "The server failed. Its log tells where under the id failure-1."
    assert outcome(response) == (500, "exception", text, None)
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert record.getMessage().startswith("request failed, id failure-1: RuntimeError at ")
    assert "test_dispatch.py" in record.getMessage()
    assert "Doe" not in caplog.text


async def test_an_error_is_pretty_when_asked(client: httpx.AsyncClient) -> None:
    response = await client.get("/Patient/2?_pretty=true")
    assert response.text.startswith('{\n  "resourceType": "OperationOutcome",\n')


async def test_an_error_is_xml_when_asked(client: httpx.AsyncClient) -> None:
    response = await client.get("/Patient/2", headers={"Accept": "text/xml"})
    assert (response.status_code, response.headers["content-type"]) == (404, "text/xml; charset=utf-8")
    assert from_xml(response.content)["issue"][0]["diagnostics"] == "There is no Patient/2."


async def test_an_error_may_repeat_what_xml_cannot_hold(client: httpx.AsyncClient) -> None:
    response = await client.get("/Patient?a%01=b&_format=xml")
    assert response.status_code == 400
    assert from_xml(response.content)["issue"][0]["expression"] == ["http.a\ufffd"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (
            "family=" + "x" * 9000,
            (414, "too-long", "The URL's parameters are longer than 8192 bytes; use POST _search.", None),
        ),
        ("family=%FF", (400, "invalid", "The parameters are not percent-encoded UTF-8.", None)),
        ("family=%00", (400, "invalid", "The parameters hold a NUL character.", None)),
        ("a=1&" * 1001, (400, "invalid", "There are more than 1000 parameters.", None)),
    ],
)
async def test_queries_that_cannot_be_read(client: httpx.AsyncClient, query: str, expected: Any) -> None:
    assert outcome(await client.get(f"/Patient?{query}")) == expected


def test_the_surface_is_what_the_routes_say(store: Store) -> None:
    assert {"search-type", "read", "vread", "create", "update", "delete"} <= set(INTERACTIONS)
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)
    Dispatch(ROUTES, support.service(store))
