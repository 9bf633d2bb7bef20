"""The suite over the control server: nothing is found in the correct one, and nothing is left behind."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from conformance.model import Level, Status
from conformance.options import Options
from conformance.run import Report, run
from conformance.suites import rest
from tests.conformance.controls import BASE, make_app
from tests.conformance.suites.rest.stub import said


class Watched(httpx.AsyncBaseTransport):
    """The control server, and what was asked of it; `deaf` is one that ignores `identifier`."""

    def __init__(self, fault: str | None = None, dies_after: int | None = None, deaf: bool = False) -> None:
        self._inner = httpx.ASGITransport(make_app(fault), raise_app_exceptions=False)
        self._dies_after = dies_after
        self._deaf = deaf
        self.asked: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if self._dies_after is not None and len(self.asked) > self._dies_after:
            raise httpx.ConnectError("refused")
        if self._deaf and "identifier" in request.url.params:
            request.url = request.url.copy_remove_param("identifier")
        return await self._inner.handle_async_request(request)

    async def all(self) -> dict[str, int]:
        """How many resources there are of each type."""
        self._dies_after = None
        async with httpx.AsyncClient(transport=self, base_url=BASE) as client:
            statement = (await client.get("/metadata")).json()
            types = [one["type"] for one in statement["rest"][0]["resource"]]
            answers = {type: (await client.get(f"/{type}?_summary=count")).json() for type in types}
            return {type: answer["total"] for type, answer in answers.items()}


class Restated(Watched):
    """The control server with another statement."""

    def __init__(self, change: Callable[[dict[str, Any]], None]) -> None:
        super().__init__()
        self._change = change

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await super().handle_async_request(request)
        if request.method == "GET" and request.url.path == "/fhir/metadata":
            statement = json.loads(await answer.aread())
            self._change(statement)
            return said(statement)
        return answer


async def judge(transport: Watched, **options: Any) -> Report:
    return await run(Options(BASE, suites=("rest",), rate=1e9, **options), transport=transport)


def shown(report: Report, *levels: Level) -> list[tuple[str, str, str]]:
    return [
        (one.requirement.id, one.subject, one.reason) for level in levels for one in report.failures(level)
    ]


async def test_the_correct_server_holds_everything_and_loses_nothing() -> None:
    watched = Watched()
    before = await watched.all()
    report = await judge(watched, write=True)
    assert shown(report, *Level) == []
    assert [one.reason for one in report.results if one.requirement.id == "rest.own-data.removed"] == [""]
    assert await watched.all() == before
    tried = {one.requirement.id for one in report.results if one.status is not Status.NOT_DECLARED}
    xml = {
        "rest.format.xml",
        "rest.format.same",
        "rest.format.quality",
        "rest.create.xml",
    }  # JSON is all it has
    other = {
        "rest.own-data.made",  # it has resources
        "rest.read.no-version",  # it has versions
        "rest.update.not-as-create",  # it creates by update
        "rest.surface.cors", "rest.format.gzip", "rest.invalid.unknown-element",
        "rest.patch.fhirpath", "rest.patch.fhirpath-none",
        "rest.references.contained", "rest.searchset.outcome",
    }  # fmt: skip
    assert {one.id for one in rest.SUITE.requirements} - tried <= xml | other


async def test_without_write_nothing_is_written() -> None:
    watched = Watched()
    report = await judge(watched)
    assert shown(report, Level.SHALL) == []
    for request in watched.asked:
        path = request.url.path.removeprefix("/fhir")
        empty = not request.content
        assert (
            request.method in ("GET", "HEAD", "OPTIONS")
            or (request.method == "POST" and path.endswith("/_search"))
            or (request.method == "POST" and not path.strip("/") and b'"PUT"' not in request.content)
            or (empty and path == "/metadata")  # is it refused?
            or (empty and request.method == "POST" and path.count("/") == 2)
        ), f"{request.method} {request.url}"


async def test_what_was_created_is_removed_after_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    async def breaks(*_: Any) -> None:
        raise RuntimeError("a bug of the kit's")

    monkeypatch.setattr("conformance.suites.rest.writing.patch.judge", breaks)
    watched = Watched()
    before = await watched.all()
    report = await judge(watched, write=True)
    assert "RuntimeError" in report.cut_short
    assert [one for one in watched.asked if one.method == "PUT"]
    assert await watched.all() == before


async def test_a_delete_that_does_nothing_is_found() -> None:
    report = await judge(Watched("delete-does-nothing"), write=True)
    assert {"rest.delete.read", "rest.delete.search"} <= {one[0] for one in shown(report, Level.SHALL)}


async def test_a_server_that_ignores_the_condition_loses_nothing() -> None:
    """It would delete or change what matches nothing in particular: it is not even asked to."""
    watched = Watched(deaf=True)
    before = await watched.all()
    report = await judge(watched, write=True)
    for request in watched.asked:
        condition = request.method in ("DELETE", "PUT", "PATCH") and request.url.path.count("/") == 2
        assert not condition or request.url.path == "/fhir/metadata", f"{request.method} {request.url}"
    ends = {one.status for one in report.results if one.requirement.id == "rest.conditional-delete.one"}
    assert ends == {Status.SKIPPED}
    assert await watched.all() == before


async def test_what_cannot_be_removed_is_named() -> None:
    def undeclared(answer: dict[str, Any]) -> None:
        for type in answer["rest"][0]["resource"]:
            type["interaction"] = [one for one in type["interaction"] if one["code"] != "delete"]

    report = await judge(Restated(undeclared), write=True)
    [removed] = [one for one in report.results if one.requirement.id == "rest.own-data.removed"]
    assert removed.status is Status.NOT_DECLARED
    assert removed.reason.startswith("left behind: ")
    assert "Patient/" in removed.reason
    assert shown(report, Level.SHALL) == []


async def test_a_server_that_dies_ends_the_run_with_what_was_seen() -> None:
    report = await judge(Watched(dies_after=450), write=True)
    assert "the connection was refused" in report.cut_short
    assert report.results


async def test_requirements_are_told_apart() -> None:
    ids = Counter(one.id for one in rest.SUITE.requirements)
    assert [id for id, many in ids.items() if many > 1] == []
    assert all(one.id.startswith("rest.") and one.text.endswith(".") for one in rest.SUITE.requirements)
    assert all(one.source.startswith("https://") for one in rest.SUITE.requirements)
