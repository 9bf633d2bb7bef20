"""What is asked wrongly, oddly or in another format: wrong answers to it are caught."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from conformance.model import Status
from conformance.session import Session
from conformance.suites.rest.reading import batch, formats, read, robust, subsets, wrong_search
from tests.conformance.suites.rest.stub import BASE, judged, said

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "1",
    "meta": {"versionId": "1"},
    "text": {"status": "generated", "div": "<div xmlns='http://www.w3.org/1999/xhtml'>A</div>"},
    "birthDate": "1970-01-01",
}
OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "invalid"}]}
SEARCH_PARAMS = [
    {"name": "birthdate", "type": "date"},
    {"name": "name", "type": "string"},
    {"name": "gender", "type": "token"},
    {"name": "general-practitioner", "type": "reference"},
]
SUBSET = {"meta": {"versionId": "1", "tag": [{"code": "SUBSETTED"}]}}
KNOWN = {"birthdate", "name", "gender", "general-practitioner", "_id", "_count", "_elements", "_summary"}


def searchset(asked: httpx.QueryParams, *patients: dict[str, Any]) -> dict[str, Any]:
    matches = [
        {"fullUrl": f"{BASE}/Patient/1", "resource": one, "search": {"mode": "match"}} for one in patients
    ]
    links = [{"relation": "self", "url": f"{BASE}/Patient?{asked}"}]
    entries = {"entry": matches} if matches else {}
    return {"resourceType": "Bundle", "type": "searchset", "total": 1, "link": links} | entries


def search(request: httpx.Request) -> httpx.Response:
    asked = request.url.params
    for name, value in asked.multi_items():
        if name not in KNOWN and name != "_pretty":
            if "lenient" in request.headers.get("prefer", ""):
                continue
            return said(OUTCOME, 400)
        if name == "birthdate" and value != "1970-01-01":
            return said(OUTCOME, 400)
        if name == "_count" and not value.isdigit():
            return said(OUTCOME, 400)
    counting = asked.get("_summary") == "count" or asked.get("_count") == "0"
    return said(searchset(asked) if counting else searchset(asked, part_of(PATIENT, asked)))


def part_of(patient: dict[str, Any], asked: httpx.QueryParams) -> dict[str, Any]:
    summary = asked.get("_summary")
    left_out = {"true": {"text"}, "data": {"text"}, "text": {"birthDate"}}.get(summary or "", set())
    if "_elements" in asked:
        left_out = {"text", "birthDate"} - set(asked["_elements"].split(","))
    kept = {name: value for name, value in patient.items() if name not in left_out}
    return kept | (SUBSET if left_out else {})


def right(request: httpx.Request) -> httpx.Response:
    path = request.url.path.removeprefix("/fhir").strip("/")
    if request.method == "POST" and path == "Patient/_search":
        form = request.headers["content-type"] == "application/x-www-form-urlencoded"
        return said(searchset(httpx.QueryParams(), PATIENT)) if form else said(OUTCOME, 415)
    if request.method == "POST" and path == "":
        answers = [
            {"response": {"status": "404 Not Found"}, "resource": OUTCOME},
            {"response": {"status": "200 OK"}, "resource": PATIENT},
            {"response": {"status": "200"}, "resource": searchset(httpx.QueryParams(), PATIENT)},
        ]
        return said({"resourceType": "Bundle", "type": "batch-response", "entry": answers})
    if path == "Patient":
        return search(request)
    if path != "Patient/1":
        return said(OUTCOME, 404)
    accept = request.headers["accept"]
    if accept == "image/png":
        return said(OUTCOME, 406)
    kind = "application/json" if accept == "application/json" else "application/fhir+json; charset=utf-8"
    return said(part_of(PATIENT, request.url.params), content_type=kind)


async def look(session: Session) -> None:
    subject = await read.read(session, "Patient", "1")
    assert subject is not None
    await wrong_search.values(session, ["Patient"])
    await wrong_search.judge(session, "Patient")
    await subsets.judge(session, subject)
    await formats.judge(session, subject)
    await batch.judge(session, subject)
    await robust.judge(session, subject)


async def failed(answer: Any) -> set[str]:
    found = await judged(answer, look, interactions=("batch",), formats=("json",), searchParam=SEARCH_PARAMS)
    return {id for id, ends in found.items() if Status.FAIL in ends}


async def test_a_correct_server_has_nothing_to_be_told() -> None:
    assert await failed(right) == set()


def ignoring(*names: str) -> Any:
    """The server, deaf to these parameters (up to their modifiers)."""

    def answer(request: httpx.Request) -> httpx.Response:
        params = [(name, value) for name, value in request.url.params.multi_items() if name not in names]
        url = request.url.copy_with(query=str(httpx.QueryParams(params)).encode())
        return right(httpx.Request(request.method, url, headers=request.headers, content=request.content))

    return answer


def instead(test: Any, status: int, resource: Any, **headers: str) -> Any:
    """The server, with this answer to the requests that the test chooses."""
    return lambda request: said(resource, status, **headers) if test(request) else right(request)


def asks(name: str, value: str | None = None) -> Any:
    def test(request: httpx.Request) -> bool:
        found = request.url.params.get(name)
        return found is not None and value in (None, found)

    return test


def accepts(kind: str) -> Any:
    return lambda request: request.headers["accept"] == kind


FULL = searchset(httpx.QueryParams(), PATIENT)
BATCH = {"resourceType": "Bundle", "type": "batch-response"}
WHOLE = {"response": {"status": "200"}, "resource": PATIENT}
SHORT = {"response": {"status": "200"}, "resource": PATIENT | {"birthDate": "1970"}}
NOT = {"response": {"status": "404"}}
FOUND = {"response": {"status": "200"}, "resource": searchset(httpx.QueryParams())}


def batched(*entries: dict[str, Any]) -> Any:
    return instead(
        lambda one: one.method == "POST" and one.url.path == "/fhir", 200, BATCH | {"entry": list(entries)}
    )


@pytest.mark.parametrize(
    ("answer", "caught"),
    [
        (ignoring("birthdate"), {"rest.search.malformed-value", "rest.search.prefix"}),
        (ignoring("gender:no-such-modifier"), {"rest.search.modifier"}),
        (ignoring("conformance-no-such-parameter"), {"rest.search.strict"}),
        (ignoring("_count"), {"rest.search.count", "rest.search.count-zero"}),
        (instead(asks("conformance-no-such-parameter"), 400, OUTCOME), {"rest.search.lenient"}),
        (
            instead(lambda one: one.url.path.endswith("_search"), 200, searchset(httpx.QueryParams())),
            {"rest.search.form-type"},
        ),
        (instead(asks("_summary", "data"), 200, {"resourceType": "Patient", "id": "1"}), {"rest.subset.tag"}),
        (instead(asks("_summary", "count"), 200, FULL), {"rest.subset.count"}),
        (
            instead(asks("_elements"), 200, searchset(httpx.QueryParams({"_elements": "id"}), PATIENT)),
            {"rest.subset.obeyed"},
        ),
        (instead(asks("_elements", "birthDate"), 200, {"resourceType": "Patient"}), {"rest.subset.elements"}),
        (instead(asks("_pretty"), 200, PATIENT | {"birthDate": "1970-01-02"}), {"rest.pretty"}),
        (instead(accepts("image/png"), 200, PATIENT), {"rest.format.unsupported"}),
        (
            instead(accepts("*/*"), 200, PATIENT, content_type="text/plain"),
            {"rest.format.any"},
        ),
        (instead(lambda one: "charset" in one.headers["accept"], 406, OUTCOME), {"rest.format.json"}),
        (
            instead(accepts("application/json"), 200, PATIENT),
            {"rest.format.generic"},
        ),
        (instead(asks("_format", "json"), 406, OUTCOME), {"rest.format.parameter"}),
        (batched(NOT, WHOLE, FOUND), set()),
        (batched(WHOLE, NOT, FOUND), {"rest.batch.reads", "rest.batch.content"}),
        (batched(NOT, WHOLE), {"rest.batch.reads"}),
        (batched(NOT, SHORT, FOUND), {"rest.batch.content"}),
        (instead(asks("name", "a\0b"), 500, OUTCOME), {"rest.robust.answered"}),
        (instead(lambda one: len(str(one.url)) > 9000, 500, OUTCOME), {"rest.robust.long-url"}),
        (
            instead(lambda one: "target" in one.extensions and b"passwd" in one.extensions["target"], 200,
                    b"root:x:0:0:root:/root:/bin/bash"),
            {"rest.robust.outside"},
        ),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_caught(answer: Any, caught: set[str]) -> None:
    found = await failed(answer)
    assert caught <= found, found
