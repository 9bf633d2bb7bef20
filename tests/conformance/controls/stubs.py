"""Servers that do nothing, some of them behind a statement that promises everything."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.conformance.controls.app import BASE
from tests.conformance.controls.statement import statement
from tests.conformance.controls.store import as_json

ANSWERS = {
    "501": (501, b""),
    "500 with a page": (500, b"<html>Oops</html>"),
    "nothing": (200, b""),
    "no content": (204, b""),
    "an empty Bundle": (200, b'{"resourceType": "Bundle", "type": "searchset", "total": 0}'),
    "an empty object": (200, b"{}"),
    "null": (200, b"null"),
    "a list": (200, b"[]"),
    "an outcome": (
        200,
        b'{"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "x"}]}',
    ),
    "a patient": (200, b'{"resourceType": "Patient", "id": "1", "meta": {"versionId": "1"}}'),
    "entries of no shape": (
        200,
        b'{"resourceType": "Bundle", "type": "searchset", "total": "many", "link": {"a": 1}, "entry":'
        b'[1, null, [], {}, {"resource": 3}, {"resource": {}}, {"resource": []},'
        b'{"resource": {"resourceType": 7}}, {"search": [], "resource":'
        b'{"resourceType": "Patient", "id": 5, "meta": "x", "name": "y", "birthDate": {}}},'
        b'{"resource": {"resourceType": "Patient", "id": "p", "meta": {"profile": "x", "versionId": 3,'
        b'"lastUpdated": []}, "name": [null, 1, {"family": {}, "given": "x"}], "identifier": {"value": 1},'
        b'"generalPractitioner": [{"reference": 4}, "x"], "telecom": [[]], "active": "yes"}, "fullUrl": 3}]}',
    ),
}
"""What each says to everything: status and body."""


def make_stub(answer: str, *, promising: bool) -> Starlette:
    """`promising`: its statement is the control server's; otherwise that too is the answer."""
    status, body = ANSWERS[answer]
    kind = "text/html" if body.startswith(b"<") else "application/fhir+json"

    async def say(request: Request) -> Response:
        if promising and request.url.path.endswith("/metadata") and request.method == "GET":
            return Response(as_json(statement(BASE, lambda fault: False)), 200, media_type=kind)
        return Response(b"" if request.method == "HEAD" else body, status, media_type=kind)

    methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    return Starlette(routes=[Route("/{path:path}", say, methods=methods)])
