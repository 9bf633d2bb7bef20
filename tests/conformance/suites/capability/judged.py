"""Runs the suite, or one part of it, against a server in this process."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from conformance.client import Client
from conformance.model import Result, Status
from conformance.options import Options
from conformance.session import Session
from conformance.statement import parse_statement

BASE = "http://fake/fhir"
Json = dict[str, Any]
Answer = Callable[[httpx.Request], httpx.Response]


def fhir(body: Json, status: int = 200, **headers: str) -> httpx.Response:
    """A resource as a FHIR server answers it."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    content = httpx.ByteStream(json.dumps(body).encode())
    return httpx.Response(status, headers={"content-type": "application/fhir+json"} | named, stream=content)


def outcome(status: int) -> httpx.Response:
    """A refusal."""
    return fhir({"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "x"}]}, status)


def searchset(request: httpx.Request, *resources: Json, without: str = "") -> httpx.Response:
    """A searchset whose self link names what was asked, `without` one name."""
    asked = [(name, value) for name, value in request.url.params.multi_items() if name != without]
    url = str(request.url.copy_with(query=None).copy_merge_params(asked))
    entries = [{"resource": one, "search": {"mode": "match"}} for one in resources]
    link = [{"relation": "self", "url": url}]
    return fhir({"resourceType": "Bundle", "type": "searchset", "link": link, "entry": entries})


def stated(*resources: Json, **more: Any) -> Json:
    """A valid statement with these types."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2024-03-01",
        "kind": "instance",
        "implementation": {"description": "a fake"},
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "rest": [{"mode": "server", "resource": list(resources), **more}],
    }


async def judge(
    statement: Json,
    part: Callable[[Session], Awaitable[None]],
    answer: Answer = lambda _: outcome(404),
    **options: Any,
) -> Session:
    """The session after one part of the suite."""
    given = Options(BASE, rate=1e6, **options)
    client = Client(given, httpx.MockTransport(answer))
    session = Session(given, client, parse_statement(statement))
    try:
        await part(session)
    finally:
        await client.aclose()
    return session


def failed(session: Session) -> dict[str, str]:
    """Of each requirement that failed, the reason of the first failure."""
    found: dict[str, str] = {}
    for one in session.results:
        if one.status is Status.FAIL:
            found.setdefault(one.requirement.id, one.reason)
    return found


def of(session: Session, id: str) -> list[Result]:
    """The results of one requirement."""
    return [one for one in session.results if one.requirement.id == id]
