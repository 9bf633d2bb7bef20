"""The bulk suite against an export that is right, and wrong in one way each."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from conformance.model import Status
from tests.conformance.suites.fake import BASE, Answer, Fake, ended, failed, judged

LOGIN = "Bearer good"
RESOURCES: list[dict[str, Any]] = [
    {"resourceType": type, "id": str(at), "meta": {"lastUpdated": f"2024-01-0{at}T00:00:00Z"}}
    for type, last in (("Patient", 4), ("Observation", 6))
    for at in range(1, last)
]
OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "invalid"}]}
LEVELS = {"$export": "export", "Patient/$export": "patient-export", "Group/g/$export": "group-export"}


def server(fault: str = "", *, declared: bool = True) -> Fake:
    """A server with $export at all levels, which wants a login and makes an export in two looks."""
    jobs: dict[str, dict[str, str]] = {}
    looks: dict[str, int] = {}

    def answer(request: httpx.Request) -> Answer:
        path = request.url.path.removeprefix("/fhir/")
        if path == "metadata":
            return 200, {}, statement(declared)
        if request.headers.get("authorization") != LOGIN and fault != "open":
            return 401, {}, OUTCOME
        if path == "Group":
            group = {"resourceType": "Group", "id": "g"}
            return 200, {}, {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": group}]}
        if path in LEVELS:
            return kick_off(path, dict(request.url.params))
        if path.startswith("job/"):
            return job(path.removeprefix("job/"), request.method)
        if path.startswith("file/"):
            return file(*path.split("/")[1:])
        return 404, {}, OUTCOME

    def kick_off(path: str, params: dict[str, str]) -> Answer:
        if params.get("_type") == "NoSuchType":
            return (400, {}, {}) if fault == "refusal" else (400, {}, OUTCOME)
        if params.get("_outputFormat") == "ndjson" and fault == "format":
            return 400, {}, OUTCOME
        if fault == "sync":
            return 200, {}, {"resourceType": "Bundle"}
        jobs[str(len(jobs))] = params
        where = "" if fault == "relative" else BASE
        return 202, {"content-location": f"{where}/job/{len(jobs) - 1}"}, b""

    def job(id: str, method: str) -> Answer:
        if method == "DELETE":
            return (200 if fault == "delete" else 202), {}, b""
        looks[id] = looks.get(id, 0) + 1
        if looks[id] == 1:
            return (404, {}, OUTCOME) if fault == "status" else (202, {"retry-after": "0"}, b"")
        found = sorted({one["resourceType"] for one in chosen(id)})
        output = [{"type": type, "url": f"{BASE}/file/{id}/{type}"} for type in found]
        manifest: dict[str, Any] = {
            "transactionTime": "2024-02-01T00:00:00Z",
            "request": BASE,
            "requiresAccessToken": True,
            "output": output,
            "error": [],
        }
        if fault.startswith("no "):
            del manifest[fault.removeprefix("no ")]
        kind = "application/fhir+json" if fault == "manifest" else "application/json"
        return 200, {"content-type": kind}, manifest

    def chosen(id: str) -> list[dict[str, Any]]:
        params = jobs[id]
        type, since = params.get("_type", ""), params.get("_since", "")
        return [
            one
            for one in RESOURCES
            if (not type or one["resourceType"] == type or fault == "type")
            and (not since or one["meta"]["lastUpdated"] > since or fault == "since")
            and not (since and fault == "lost" and one["id"] == "5")
        ]

    def file(id: str, type: str) -> Answer:
        found = [one for one in chosen(id) if one["resourceType"] == type]
        if fault == "twice":
            found += found[:1]
        if fault == "mixed":
            found[0] = {"resourceType": "Basic"}
        lines = "".join(json.dumps(one) + "\n" for one in found)
        if fault == "array":
            lines = json.dumps(found, indent=1)
        kind = "application/json" if fault == "file kind" else "application/fhir+ndjson"
        return 200, {"content-type": kind}, lines.encode()

    return Fake(answer)


def statement(declared: bool) -> dict[str, Any]:
    def operation(name: str) -> dict[str, Any]:
        where = "http://hl7.org/fhir/uv/bulkdata/OperationDefinition"
        return {"operation": [{"name": "export", "definition": f"{where}/{name}"}]} if declared else {}

    search = {"interaction": [{"code": "search-type"}]}
    types = [
        {"type": "Patient"} | operation("patient-export"),
        {"type": "Group"} | search | operation("group-export"),
    ]
    rest = {"mode": "server", "resource": types} | operation("export")
    return {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1", "rest": [rest]}


async def test_exports_of_all_levels() -> None:
    fake = server()
    results = await judged(fake, "bulk", headers={"authorization": LOGIN})
    assert {status for each in ended(results).values() for status in each} == {Status.PASS}
    assert {one.subject.partition("?")[0] for one in results} == set(LEVELS)
    assert all(one.headers["prefer"] == "respond-async" for one in fake.asked if "export" in one.url.path)


async def test_nothing_declared() -> None:
    results = await judged(server(declared=False), "bulk")
    assert {one.status for one in results} == {Status.NOT_DECLARED}


async def test_without_a_login_it_is_not_left_out() -> None:
    results = await judged(server("open"), "bulk")
    assert ended(results)["bulk.unauthorised"] == {Status.SKIPPED}


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        ("sync", "bulk.kick-off"),
        ("relative", "bulk.kick-off"),
        ("refusal", "bulk.refusal"),
        ("format", "bulk.output-format"),
        ("status", "bulk.status"),
        ("manifest", "bulk.manifest"),
        ("no transactionTime", "bulk.manifest"),
        ("no requiresAccessToken", "bulk.manifest"),
        ("no error", "bulk.manifest"),
        ("twice", "bulk.files"),
        ("mixed", "bulk.files"),
        ("array", "bulk.files"),
        ("file kind", "bulk.files"),
        ("type", "bulk.type"),
        ("since", "bulk.since"),
        ("lost", "bulk.since"),
        ("delete", "bulk.delete"),
        ("open", "bulk.unauthorised"),
    ],
)
async def test_what_is_wrong_is_found(fault: str, found: str) -> None:
    assert found in failed(await judged(server(fault), "bulk", headers={"authorization": LOGIN}))
