"""Interactions, versions and formats that are declared and not there; what cannot be told is skipped."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from conformance.model import Status
from conformance.session import Session
from conformance.suites.capability.holdings import holdings
from conformance.suites.capability.reading import check_reading
from conformance.suites.capability.served import check_served
from conformance.suites.capability.versions import check_versions
from tests.conformance.suites.capability.judged import failed, fhir, judge, of, outcome, searchset, stated

ALL = ["read", "vread", "history-instance", "history-type", "search-type"]
PATIENT: dict[str, Any] = {"resourceType": "Patient", "id": "1", "meta": {"versionId": "2"}}
OLD: dict[str, Any] = PATIENT | {"meta": {"versionId": "1"}}


def history(*resources: dict[str, Any]) -> httpx.Response:
    return fhir(
        {"resourceType": "Bundle", "type": "history", "entry": [{"resource": one} for one in resources]}
    )


def answer(request: httpx.Request) -> httpx.Response:
    """A server with one Patient of two versions."""
    path = request.url.path.removeprefix("/fhir/")
    if path == "Patient":
        return searchset(request, PATIENT)
    if path in ("Patient/_history", "Patient/1/_history"):
        return history(PATIENT, OLD)
    if path == "Patient/1/_history/1":
        return fhir(OLD)
    if path in ("Patient/1", "Patient/1/_history/2"):
        if request.headers.get("if-none-match") == 'W/"2"':
            return httpx.Response(304, stream=httpx.ByteStream(b""))
        return fhir(PATIENT, etag='W/"2"')
    return outcome(404)


def patient(*interactions: str, **more: Any) -> dict[str, Any]:
    return {"type": "Patient", "interaction": [{"code": code} for code in interactions or ALL], **more}


async def both(session: Session) -> None:
    held = await holdings(session)
    await check_reading(session, held)
    await check_versions(session, held)


FULL = patient(versioning="versioned", readHistory=True, conditionalRead="not-match")


async def test_what_is_declared_is_there() -> None:
    session = await judge(stated(FULL), both, answer)
    assert failed(session) == {}
    assert session.tally("declared interactions").missing == []
    assert session.tally("declared types").missing == []
    assert {one.status for one in of(session, "capability.history-system")} == {Status.NOT_DECLARED}


@pytest.mark.parametrize(
    ("path", "instead", "requirement"),
    [
        ("Patient", outcome(501), "capability.search-type"),
        ("Patient/1", outcome(405), "capability.read"),
        ("Patient/1", fhir({"resourceType": "Patient", "id": "2"}), "capability.read"),
        ("Patient/1/_history/2", outcome(404), "capability.vread"),
        ("Patient/1/_history", outcome(501), "capability.history-instance"),
        ("Patient/1/_history", history(), "capability.history-instance"),
        ("Patient/_history", outcome(404), "capability.history-type"),
        (
            "Patient/_history",
            fhir({"resourceType": "Bundle", "type": "searchset"}),
            "capability.history-type",
        ),
        ("Patient/1/_history/1", outcome(404), "capability.read-history"),
        ("Patient/1/_history/1", fhir(PATIENT), "capability.read-history"),
        ("Patient/1", fhir({"resourceType": "Patient", "id": "1"}, etag="x"), "capability.versioning"),
        ("Patient/1", fhir(PATIENT), "capability.conditional-read"),
    ],
)
async def test_what_is_declared_and_not_there(path: str, instead: httpx.Response, requirement: str) -> None:
    def broken(request: httpx.Request) -> httpx.Response:
        if request.url.path == f"/fhir/{path}":
            content = httpx.ByteStream(b"".join(instead.stream))  # type: ignore[arg-type]
            return httpx.Response(instead.status_code, headers=instead.headers, stream=content)
        return answer(request)

    assert requirement in failed(await judge(stated(FULL), both, broken))


async def test_without_a_resource_or_permission_nothing_can_be_told() -> None:
    empty = await judge(stated(FULL), both, searchset)
    assert [(one.status, one.reason) for one in of(empty, "capability.read")] == [
        (Status.SKIPPED, "there is no resource to read of Patient: the server holds none")
    ]
    closed = await judge(stated(FULL), both, lambda _: outcome(403))
    assert failed(closed) == {}
    picky = await judge(stated(patient("search-type")), both, lambda _: outcome(400))
    assert [one.status for one in of(picky, "capability.search-type")] == [Status.SKIPPED]


def serving(declared: str, media: str, body: bytes) -> Any:
    """A server that serves its statement in one form, whatever is asked but nonsense."""

    def served(request: httpx.Request) -> httpx.Response:
        asked = request.headers["accept"] + request.url.params.get("_format", "")
        if "zzz" in asked:
            return outcome(406)
        headers = {"content-type": media, "etag": '"1"'}
        return httpx.Response(200, headers=headers, stream=httpx.ByteStream(body))

    return served


async def formats(session: Session) -> None:
    await check_served(session, await holdings(session))


@pytest.mark.parametrize(
    ("declared", "media", "body", "status"),
    [
        ("json", "application/fhir+json; charset=utf-8", b"{}", Status.PASS),
        ("application/fhir+json;fhirVersion=4.0", "application/json", b"\xef\xbb\xbf{}", Status.PASS),
        ("xml", "application/fhir+xml", b"<a/>", Status.PASS),
        ("xml", "application/fhir+json", b"{}", Status.FAIL),
        ("xml", "application/fhir+xml", b"{}", Status.FAIL),
        ("json", "text/html", b"<html>", Status.FAIL),
        ("html/json", "text/html", b"<html>", Status.SKIPPED),
    ],
)
async def test_a_declared_format(declared: str, media: str, body: bytes, status: Status) -> None:
    session = await judge(stated() | {"format": [declared]}, formats, serving(declared, media, body))
    assert {one.status for one in of(session, "capability.format.served")} == {status}
    assert (session.tally("declared formats").missing == []) is (status is Status.PASS)


async def test_a_format_that_does_not_exist_is_refused() -> None:
    session = await judge(stated(), formats, lambda _: fhir(stated()))
    assert "not 406" in failed(session)["capability.format.unknown-statement"]
    good = await judge(stated(), formats, serving("json", "application/fhir+json", b"{}"))
    assert "capability.format.unknown-statement" not in failed(good)


async def test_the_statement_is_asked_for_without_the_login() -> None:
    def closed(request: httpx.Request) -> httpx.Response:
        return fhir(stated()) if "authorization" in request.headers else outcome(401)

    session = await judge(stated(), formats, closed, headers={"authorization": "Bearer x"})
    assert failed(session)["capability.served.open"] == "status 401 without a login"


async def test_smart_is_served_where_it_is_declared() -> None:
    service = [{"coding": [{"code": "SMART-on-FHIR"}]}]
    smart = stated(security={"service": service})
    assert "capability.smart" in failed(await judge(smart, formats, lambda _: outcome(404)))
    lacking = failed(await judge(smart, formats, lambda _: fhir({"token_endpoint": "x"})))
    assert lacking["capability.smart"] == "it lacks capabilities"
    whole = await judge(smart, formats, lambda _: fhir({"token_endpoint": "x", "capabilities": []}))
    assert "capability.smart" not in failed(whole)
    assert [one.status for one in of(await judge(stated(), formats), "capability.smart")] == [
        Status.NOT_DECLARED
    ]
