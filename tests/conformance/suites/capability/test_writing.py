"""Interactions that write and are declared in vain; the kit's own resource is removed whatever happens."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from conformance.model import Status
from conformance.suites.capability.writing import check_writing
from tests.conformance.suites.capability.judged import failed, fhir, judge, of, outcome, stated

WRITES = [{"code": code} for code in ("create", "update", "patch", "delete")]
META = "http://hl7.org/fhir/OperationDefinition/Resource-meta-add"
BASIC = {
    "type": "Basic",
    "interaction": WRITES,
    "updateCreate": True,
    "operation": [{"name": "meta-add", "definition": META}],
}
SYSTEM = [{"code": "batch"}, {"code": "transaction"}]
STATEMENT = stated(BASIC, interaction=SYSTEM) | {"patchFormat": ["application/json-patch+json"]}


class Server:
    """Takes what is whole, refuses what is broken; `broken` gives another status to one method or path."""

    def __init__(self, **broken: int) -> None:
        self.broken, self.held = broken, set[str]()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/fhir").strip("/")
        body = request.content
        whole = body.endswith(b"}")
        kind = request.method.lower() if path else "system"
        kind = "put_whole" if kind == "put" and whole else "meta" if "$" in path else kind
        kind = "patch_own" if kind == "patch" and path in self.held else kind
        if kind in self.broken:
            return outcome(self.broken[kind])
        if kind == "system":
            return fhir({"resourceType": "Bundle", "type": "batch-response"})
        if kind == "meta":
            return fhir({"resourceType": "Parameters"}, 200 if path.rpartition("/")[0] in self.held else 404)
        if kind == "put_whole":
            self.held.add(path)
            return fhir({"resourceType": "Basic", "id": "x"}, 201)
        if kind == "delete":
            self.held.discard(path)
            return httpx.Response(204, stream=httpx.ByteStream(b""))
        return outcome(400)


async def test_all_is_there_and_nothing_is_left() -> None:
    server = Server()
    session = await judge(STATEMENT, check_writing, server, write=True)
    assert failed(session) == {}
    assert {one.status for one in session.results} == {Status.PASS}
    assert session.tally("declared interactions").missing == []
    assert session.tally("declared operations").seen == 1
    assert server.held == set()


@pytest.mark.parametrize(
    ("broken", "requirement"),
    [
        ({"post": 405}, "create"),
        ({"put": 501}, "update"),
        ({"patch": 405}, "patch"),
        ({"delete": 501}, "delete"),
        ({"system": 404}, "batch"),
        ({"system": 501}, "transaction"),
        ({"put_whole": 405}, "update-create"),
        ({"patch_own": 415}, "patch-format"),
        ({"meta": 404}, "operation.called"),
    ],
)
async def test_what_is_declared_in_vain(broken: dict[str, int], requirement: str) -> None:
    server = Server(**broken)
    session = await judge(STATEMENT, check_writing, server, write=True)
    assert f"capability.{requirement}" in failed(session)
    assert server.held == set() or "delete" in broken


async def test_a_server_that_breaks_over_a_broken_body_is_not_accused_of_having_no_create() -> None:
    session = await judge(STATEMENT, check_writing, Server(post=500), write=True)
    assert [one.status for one in of(session, "capability.create")] == [Status.SKIPPED]


async def test_nothing_is_sent_without_write() -> None:
    def never(request: httpx.Request) -> Any:
        raise AssertionError(request.url)

    session = await judge(STATEMENT, check_writing, never)
    assert {one.status for one in session.results} == {Status.SKIPPED}
    assert session.tally("declared interactions").seen == 0
