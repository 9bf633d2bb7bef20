"""Wrong answers to reads are caught, each by the check that is for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from conformance.model import Status
from conformance.session import Session
from conformance.suites.rest import errors
from conformance.suites.rest.headers import instant
from conformance.suites.rest.reading import (
    conditional,
    history,
    read,
    references,
    searchset,
    surface,
    versions,
)
from tests.conformance.suites.rest.stub import BASE, judged, said

PATIENT = {
    "resourceType": "Patient",
    "id": "1",
    "meta": {"versionId": "3", "lastUpdated": "2024-01-31T12:00:00.5Z"},
}
HEADERS = {"etag": 'W/"3"', "last_modified": "Wed, 31 Jan 2024 12:00:00 GMT"}
OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "not-found"}]}
Change = Callable[[httpx.Request, httpx.Response], httpx.Response]


def right(request: httpx.Request) -> httpx.Response:
    """A server of one Patient, correct."""
    path = request.url.path.removeprefix("/fhir/")
    asked = request.headers
    if request.method not in ("GET", "HEAD"):
        return said(OUTCOME, 405, allow="GET, HEAD")
    if path == "Patient/1/_history/3":
        return said(PATIENT, **HEADERS)
    if path != "Patient/1":
        return said(OUTCOME, 404)
    fresh = asked.get("if-modified-since") == HEADERS["last_modified"]
    if '"3"' in asked.get("if-none-match", "") or ("if-none-match" not in asked and fresh):
        return said(b"", 304, **HEADERS)
    return said(b"" if request.method == "HEAD" else PATIENT, **HEADERS)


async def look(session: Session) -> None:
    subject = await read.read(session, "Patient", "1")
    if subject is not None:
        await read.judge(session, subject)
        await read.malformed(session, "Patient")
        await conditional.judge(session, subject)
        await versions.judge(session, subject)
        await surface.judge(session, subject)
    await errors.judge(session)


def failed(found: dict[str, set[Status]]) -> set[str]:
    return {id for id, ends in found.items() if Status.FAIL in ends}


async def test_a_correct_server_has_nothing_to_be_told() -> None:
    assert failed(await judged(right, look, versioning="versioned", conditionalRead="full-support")) == set()


def header(name: str, value: str) -> Change:
    def change(_: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if name in answer.headers:
            answer.headers[name] = value
        return answer

    return change


def instead(found: int, status: int, body: Any) -> Change:
    def change(_: httpx.Request, answer: httpx.Response) -> httpx.Response:
        return said(body, status) if answer.status_code == found else answer

    return change


def to(method: str, status: int) -> Change:
    def change(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        return said(OUTCOME, status) if request.method == method else answer

    return change


TRACE = OUTCOME["issue"][0] | {"diagnostics": 'Traceback (most recent call last):\n File "a.py", line 1'}  # type: ignore[index]
CODELESS = {"severity": "bad", "code": "not-found"}
SQL = OUTCOME["issue"][0] | {"diagnostics": "near SELECT id FROM resource"}  # type: ignore[index]


@pytest.mark.parametrize(
    ("change", "caught"),
    [
        (header("etag", 'W/"4"'), {"rest.read.etag-version", "rest.conditional-read.none-match"}),
        (header("etag", "3"), {"rest.read.etag-weak", "rest.read.etag-version"}),
        (header("last-modified", "Wed, 31 Jan 2024 12:00:01 GMT"), {"rest.read.last-modified"}),
        (header("last-modified", "yesterday"), {"rest.read.last-modified"}),
        (header("content-type", "application/json"), {"rest.read.content-type"}),
        (header("content-type", "application/fhir+json;charset=latin1"), {"rest.read.content-type"}),
        (instead(200, 200, PATIENT | {"id": "2"}), {"rest.read.id", "rest.vread.current"}),
        (instead(200, 200, b"<html>"), {"rest.read.status"}),
        (instead(304, 200, PATIENT), {"rest.conditional-read.none-match"}),
        (instead(304, 304, PATIENT), {"rest.conditional-read.none-match"}),
        (instead(404, 400, OUTCOME), {"rest.read.unknown", "rest.vread.unknown"}),
        (instead(404, 500, OUTCOME), {"rest.errors.no-5xx", "rest.read.malformed-id", "rest.surface.case"}),
        (instead(404, 404, b"<html>"), {"rest.errors.outcome"}),
        (instead(404, 404, {"resourceType": "OperationOutcome"}), {"rest.errors.outcome-valid"}),
        (instead(404, 404, OUTCOME | {"issue": [CODELESS]}), {"rest.errors.outcome-valid"}),
        (instead(404, 404, OUTCOME | {"issue": [TRACE]}), {"rest.errors.no-leak"}),
        (instead(404, 404, OUTCOME | {"issue": [SQL]}), {"rest.errors.no-leak"}),
        (to("HEAD", 404), {"rest.head.status"}),
        (to("OPTIONS", 500), {"rest.surface.options"}),
        (to("DELETE", 200), {"rest.surface.method"}),
        (to("DELETE", 405), {"rest.errors.allow"}),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_caught(change: Change, caught: set[str]) -> None:
    def wrong(request: httpx.Request) -> httpx.Response:
        return change(request, right(request))

    found = failed(await judged(wrong, look, versioning="versioned", conditionalRead="full-support"))
    assert caught <= found, found


async def test_what_is_not_declared_does_not_fail() -> None:
    def plain(request: httpx.Request) -> httpx.Response:
        """No versions, no conditions, no HEAD."""
        if request.url.path != "/fhir/Patient/1" or request.method != "GET":
            return said(OUTCOME, 405, allow="GET") if request.method == "HEAD" else said(OUTCOME, 404)
        return said({"resourceType": "Patient", "id": "1"}, last_modified=HEADERS["last_modified"])

    interaction = [{"code": "read"}]
    found = await judged(plain, look, versioning="no-version", interaction=interaction)
    assert failed(found) == set()
    for id in (
        "rest.head.status",
        "rest.conditional-read.none-match",
        "rest.vread.current",
        "rest.read.etag",
    ):
        assert found[id] == {Status.NOT_DECLARED}, id
    assert found["rest.read.no-version"] == {Status.PASS}


def entry(**changes: Any) -> dict[str, Any]:
    return {"fullUrl": f"{BASE}/Patient/1", "resource": PATIENT, "search": {"mode": "match"}} | changes


def bundle(*entries: dict[str, Any], **changes: Any) -> dict[str, Any]:
    links = [{"relation": "self", "url": f"{BASE}/Patient?_count=3"}]
    found = {"resourceType": "Bundle", "type": "searchset", "total": 1, "link": links, "entry": list(entries)}
    return {name: value for name, value in (found | changes).items() if value is not None}


@pytest.mark.parametrize(
    ("answered", "caught"),
    [
        (bundle(entry()), set()),
        (bundle(entry(), type="collection"), {"rest.searchset.bundle"}),
        (bundle(), {"rest.searchset.bundle"}),
        (bundle(entry(), link=None), {"rest.searchset.self"}),
        (bundle(entry(), total=0), {"rest.searchset.total"}),
        (bundle(entry(), total=True), {"rest.searchset.total"}),
        (bundle(entry(), total=None), set()),
        (bundle(entry(fullUrl="Patient/1")), {"rest.searchset.full-url"}),
        (bundle(entry(fullUrl=f"{BASE}/Patient/2")), {"rest.searchset.full-url"}),
        (bundle(entry(fullUrl=f"{BASE}/Patient/1/_history/3")), {"rest.searchset.full-url"}),
        (bundle(entry(fullUrl=None)), {"rest.searchset.full-url"}),
        (bundle(entry(search={})), {"rest.searchset.mode"}),
        (bundle(entry(response={"status": "200"})), {"rest.searchset.entries"}),
        (bundle(entry(), entry(), total=2), {"rest.searchset.entries"}),
        (bundle(*[entry(fullUrl=f"urn:uuid:{n}") for n in range(4)], total=4), {"rest.searchset.count"}),
        (bundle(entry(resource=OUTCOME, search={"mode": "outcome"})), {"rest.searchset.outcome"}),
    ],
)  # fmt: skip
async def test_searchsets(answered: dict[str, Any], caught: set[str]) -> None:
    found = await judged(lambda _: said(answered), lambda session: searchset.judge(session, "Patient"))
    assert failed(found) == caught


@pytest.mark.parametrize(
    ("reference", "contained", "caught"),
    [
        ("Organization/1", [], set()),
        ("http://elsewhere/fhir/Organization/1", [], set()),
        ("urn:uuid:0b9c8e7e-0000-4000-8000-000000000000", [], set()),
        ("#o", [{"resourceType": "Organization", "id": "o"}], set()),
        ("#p", [{"resourceType": "Organization", "id": "o"}], {"rest.references.contained"}),
        ("/Organization/1", [], {"rest.references.form"}),
        ("organization/1", [], {"rest.references.form"}),
        ("NoSuchType/1", [], {"rest.references.form"}),
        ("1", [], {"rest.references.form"}),
    ],
)
async def test_references(reference: str, contained: list[Any], caught: set[str]) -> None:
    patient = PATIENT | {"managingOrganization": {"reference": reference}, "contained": contained}
    answered = bundle(entry(resource=patient))
    found = await judged(lambda _: said(answered), lambda session: references.judge(session, "Patient"))
    assert failed(found) == caught


def version(number: int, **changes: Any) -> dict[str, Any]:
    second = f"2024-01-31T12:00:0{number}Z"
    made = {
        "fullUrl": f"{BASE}/Patient/1",
        "resource": PATIENT | {"meta": {"versionId": str(number), "lastUpdated": second}},
        "request": {"method": "PUT" if number > 1 else "POST", "url": "Patient/1"},
        "response": {"status": "200", "lastModified": second},
    }
    return {name: value for name, value in (made | changes).items() if value is not None}


@pytest.mark.parametrize(
    ("versions", "caught"),
    [
        ([version(2), version(1)], set()),
        ([version(1), version(2)], {"rest.history.order", "rest.history.paging", "rest.history.current"}),
        ([version(2), version(2)], {"rest.history.paging"}),
        ([version(2), version(1, request=None)], {"rest.history.entries"}),
        ([version(2), version(1, response=None)], {"rest.history.entries"}),
        ([version(2), version(1, resource=None)], {"rest.history.entries"}),
        ([version(2), version(1, response={"status": "good"})], {"rest.history.entries"}),
        ([version(2), version(1, request={"method": "UPDATE", "url": "x"})], {"rest.history.entries"}),
        ([version(2), version(1, fullUrl=None)], {"rest.history.full-url"}),
    ],
)  # fmt: skip
async def test_histories(versions: list[dict[str, Any]], caught: set[str]) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        path, asked = request.url.path, request.url.params
        if path == "/fhir/Patient/1":
            return said(version(2)["resource"])
        if path != "/fhir/Patient/1/_history":
            return said(OUTCOME, 404)
        since = instant(asked.get("_since"))
        found = [one for one in versions if not since or (history.time_of(one) or since) >= since]
        return said({"resourceType": "Bundle", "type": "history", "entry": found[: int(asked["_count"])]})

    async def judge(session: Session) -> None:
        subject = await read.read(session, "Patient", "1")
        assert subject is not None
        await history.judge(session, [subject])

    interaction = [{"code": "read"}, {"code": "history-instance"}]
    assert failed(await judged(answer, judge, interaction=interaction)) == caught - {
        "rest.history.paging"
    } | ({"rest.history.paging"} & caught)
