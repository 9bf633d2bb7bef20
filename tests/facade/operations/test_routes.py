"""Operations: dispatched where they are wired, declared as wired, refused by name elsewhere."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from facade.operations.operation import INSTANCE, SYSTEM, TYPE, Operation, routes_of
from facade.operations.routes import DECLARED, OPERATION_ROUTES, OPERATIONS
from facade.rest.answer import Answer
from facade.rest.capabilities import capability_statement
from facade.rest.request.call import Call
from facade.rest.routes import INTERACTIONS, ROUTES
from facade.rest.service import Service
from facade.spec.check import check
from facade.store import Store
from tests.facade.rest import support
from tests.facade.rest.support import BASE, outcome

TYPES = ("Observation", "Patient")


async def echo(service: Service, call: Call, **values: Any) -> Answer:
    return Answer(200, b"text/plain", str(sorted(values.items())).encode())


ECHO = (
    Operation("echo", "http://example.org/echo", echo, (SYSTEM, TYPE, INSTANCE)),
    Operation("count", "http://example.org/count", echo, (TYPE,), frozenset({"Patient"}), ("POST",)),
)


@pytest.mark.parametrize(
    ("method", "path", "text"),
    [
        ("GET", "/$echo", "[]"),
        ("POST", "/$echo", "[]"),
        ("GET", "/Patient/$echo", "[('type', 'Patient')]"),
        ("GET", "/Patient/1/$echo", "[('id', '1'), ('type', 'Patient')]"),
        ("POST", "/Patient/$count", "[('type', 'Patient')]"),
    ],
)
async def test_each_level_is_dispatched(store: Store, method: str, path: str, text: str) -> None:
    async with support.client((*ROUTES, *routes_of(ECHO)), support.service(store)) as client:
        response = await client.request(method, path)
    assert (response.status_code, response.text) == (200, text)


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/$nothing", (404, "not-supported", "$nothing is not supported here.", None)),
        ("POST", "/$count", (404, "not-supported", "$count is not supported here.", None)),
        ("GET", "/Patient/$nothing", (404, "not-supported", "$nothing is not supported for Patient.", None)),
        ("POST", "/Patient/$nothing", (404, "not-supported", "$nothing is not supported for Patient.", None)),
        (
            "POST",
            "/Patient/1/$count",
            (404, "not-supported", "$count is not supported for one Patient.", None),
        ),
        (
            "POST",
            "/Observation/$count",
            (404, "not-supported", "$count is not supported for Observation.", None),
        ),
        (
            "GET",
            "/Patient/$count",
            (405, "not-supported", "GET is not supported here; supported are POST, OPTIONS.", None),
        ),
        (
            "GET",
            "/Encounter/$echo",
            (
                404,
                "not-supported",
                "Encounter is not served here; served are Binary, Observation, Patient.",
                None,
            ),
        ),
    ],
)
async def test_what_is_not_wired_is_named(store: Store, method: str, path: str, expected: Any) -> None:
    async with support.client((*ROUTES, *routes_of(ECHO)), support.service(store)) as client:
        assert outcome(await client.request(method, path)) == expected


def test_the_capability_statement_says_what_is_wired() -> None:
    declared = [one.declared() for one in ECHO]
    started = datetime(2024, 1, 31, tzinfo=UTC)
    whole = capability_statement(TYPES, INTERACTIONS, declared, base_url=BASE, version="1", started=started)
    assert check(whole) == []
    (rest,) = whole["rest"]
    all_of = {"name": "echo", "definition": "http://example.org/echo"}
    assert rest["operation"] == [all_of]
    observation, patient = rest["resource"]
    assert observation["operation"] == [all_of]
    assert patient["operation"] == [all_of, {"name": "count", "definition": "http://example.org/count"}]


def test_an_operation_that_writes_is_declared_of_local_types_alone() -> None:
    writes = Operation("tag", "http://example.org/tag", echo, (INSTANCE,), local=True).declared()
    started = datetime(2024, 1, 31, tzinfo=UTC)
    whole = capability_statement(
        TYPES,
        INTERACTIONS,
        [writes],
        base_url=BASE,
        version="1",
        started=started,
        local=frozenset({"Patient"}),
    )
    observation, patient = whole["rest"][0]["resource"]
    assert "operation" not in observation
    assert [one["name"] for one in patient["operation"]] == ["tag"]


def test_no_two_routes_are_one() -> None:
    routes = (*ROUTES, *OPERATION_ROUTES)
    assert len({(route.method, route.path) for route in routes}) == len(routes)
    assert [one.name for one in DECLARED] == [one.name for one in OPERATIONS]


async def test_an_instance_is_read_beside_operations(client: httpx.AsyncClient, store: Store) -> None:
    support.put(store, {"resourceType": "Patient", "id": "1"})
    assert (await client.get("/Patient/1")).status_code == 200
    assert (await client.get("/Patient/1/_history/1")).status_code == 200
    assert (await client.post("/Patient/_search")).status_code == 200
