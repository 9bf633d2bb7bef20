"""facade.rest.cors: only pages of the origins that are named may read the answers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from facade.rest.routes import ROUTES
from facade.store import Store
from tests.facade.rest import support

APP = "https://app.example"
EXPOSED = "ETag, Location, Content-Location, Last-Modified, Age, Warning"
PREFLIGHT = {
    "Origin": APP,
    "Access-Control-Request-Method": "PUT",
    "Access-Control-Request-Headers": "authorization,content-type",
}


def permissions(response: httpx.Response) -> dict[str, str]:
    return {
        name.removeprefix("access-control-"): value
        for name, value in response.headers.items()
        if name.startswith("access-control-")
    }


@pytest.fixture
async def named(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    async with support.client(ROUTES, support.service(store, cors=(APP, "http://localhost:3000"))) as client:
        yield client


async def test_without_the_setting_nothing_is_said(client: httpx.AsyncClient) -> None:
    for response in (
        await client.get("/Patient/1", headers={"Origin": APP}),
        await client.options("/", headers=PREFLIGHT),
    ):
        assert permissions(response) == {}
        assert "Origin" not in response.headers.get("vary", "")


async def test_an_origin_that_is_named(named: httpx.AsyncClient, store: Store) -> None:
    support.put(store, {"resourceType": "Patient", "id": "1"})
    for path in ("/Patient/1", "/Patient/2"):
        response = await named.get(path, headers={"Origin": APP})
        assert permissions(response) == {"allow-origin": APP, "expose-headers": EXPOSED}
        assert response.headers["vary"] == "Origin, Accept, Accept-Encoding"


@pytest.mark.parametrize(
    "origin", ["https://app.example.evil.example", "https://APP.example", "null", "", "*"]
)
async def test_others(named: httpx.AsyncClient, origin: str) -> None:
    for response in (
        await named.get("/Patient/1", headers={"Origin": origin}),
        await named.options("/Patient/1", headers={**PREFLIGHT, "Origin": origin}),
        await named.get("/Patient/1"),
    ):
        assert permissions(response) == {}
        assert "Origin" in response.headers["vary"]


async def test_a_preflight(named: httpx.AsyncClient) -> None:
    response = await named.options("/Patient/1", headers=PREFLIGHT)
    assert (response.status_code, response.content) == (204, b"")
    assert permissions(response) == {
        "allow-origin": APP,
        "expose-headers": EXPOSED,
        "allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
        "allow-headers": "authorization,content-type",
        "max-age": "600",
    }


async def test_names_that_are_none_are_not_repeated(named: httpx.AsyncClient) -> None:
    strange = {**PREFLIGHT, "Access-Control-Request-Headers": "a: b"}
    assert "allow-headers" not in permissions(await named.options("/Patient/1", headers=strange))


async def test_any_origin(store: Store) -> None:
    async with support.client(ROUTES, support.service(store, cors=("*",))) as client:
        response = await client.get("/metadata", headers={"Origin": "null"})
        assert permissions(response)["allow-origin"] == "*"
        assert response.headers["vary"] == "Accept, Accept-Encoding"
