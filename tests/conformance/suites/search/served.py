"""Resources behind a server that is one function, and a session with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import httpx

from conformance.client import Client
from conformance.exchange import write_json
from conformance.model import Result
from conformance.options import Options
from conformance.session import Session
from conformance.statement import parse_statement

BASE = "http://here/fhir"
Json = dict[str, Any]


def reply(body: Json, status: int = 200) -> httpx.Response:
    """JSON of FHIR."""
    content = write_json(body)
    return httpx.Response(
        status, headers={"content-type": "application/fhir+json"}, stream=httpx.ByteStream(content)
    )


def searchset(request: httpx.Request, resources: Iterable[Json], **more: Any) -> httpx.Response:
    """A Bundle of these as matches, on one page."""
    entries = [{"resource": one, "search": {"mode": "match"}} for one in resources]
    links = [{"relation": "self", "url": str(request.url)}]
    bundle = {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "link": links}
    return reply(bundle | ({"entry": entries} if entries else {}) | more)


def outcome(status: int, text: str = "") -> httpx.Response:
    """An OperationOutcome."""
    issue = {"severity": "error", "code": "not-supported", "diagnostics": text}
    return reply({"resourceType": "OperationOutcome", "issue": [issue]}, status)


def session(
    resources: Iterable[Json],
    declared: Mapping[str, Iterable[str]],
    answer: Callable[[httpx.Request], httpx.Response | None] = lambda request: None,
) -> Session:
    """`answer` comes first; what it has none for is all of the type, or the one that is read."""
    stored = list(resources)

    def respond(request: httpx.Request) -> httpx.Response:
        made = answer(request)
        if made is not None:
            return made
        type, _, id = request.url.path.removeprefix("/fhir/").partition("/")
        found = [one for one in stored if one["resourceType"] == type]
        if id:
            return next((reply(one) for one in found if one["id"] == id), outcome(404))
        return searchset(request, found)

    types = [
        {
            "type": type,
            "interaction": [{"code": "search-type"}],
            "searchParam": [{"name": one} for one in names],
        }
        for type, names in declared.items()
    ]
    options = Options(BASE, rate=1e9)
    client = Client(options, httpx.MockTransport(respond))
    return Session(options, client, parse_statement({"rest": [{"mode": "server", "resource": types}]}))


def ended(results: Iterable[Result]) -> dict[str, str]:
    """The last result of each requirement, as `status: reason`."""
    return {one.requirement.id: f"{one.status}: {one.reason}" for one in results}
