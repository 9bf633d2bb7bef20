"""HTTP around the interactions: content negotiation, bodies, errors.

https://hl7.org/fhir/R4/http.html#mime-type
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.conformance.controls.bundles import answer_bundle
from tests.conformance.controls.call import Call, Reply, pairs
from tests.conformance.controls.faults import FAULTS
from tests.conformance.controls.interactions import Interactions
from tests.conformance.controls.parameters import TYPES
from tests.conformance.controls.problem import Problem, outcome
from tests.conformance.controls.store import Store, as_json
from tests.conformance.controls.validity import parse_json

BASE = "http://control/fhir"
JSON = ("json", "application/json", "application/fhir+json", "text/json")
PATCH = "application/json-patch+json"
FORM = "application/x-www-form-urlencoded"


def make_app(fault: str | None = None, base: str = BASE, types: Sequence[str] = TYPES) -> Starlette:
    """A server with data of its own, of these types, with this fault. KeyError if it is none."""
    if fault is not None:
        FAULTS[fault]

    def wrong(name: str) -> bool:
        return name == fault

    server = Interactions(Store(wrong, types), base, wrong, types)

    async def answer(request: Request) -> Response:
        try:
            reply = await _answer(server, request)
        except Problem as problem:
            reply = Reply(problem.status, outcome(problem.code, problem.text), dict(problem.headers))
            if wrong("html-errors"):
                return Response("<html><h1>Error</h1></html>", problem.status, media_type="text/html")
        body = b"" if reply.resource is None or request.method == "HEAD" else as_json(reply.resource)
        if wrong("decimal-zero-lost"):
            body = as_json(_floats(parse_json(body))) if body else body
        kind = "text/plain" if wrong("text-plain") else f"{_generic(request)}; charset=utf-8"
        headers = reply.headers | ({"content-type": kind} if body or reply.resource else {})
        return Response(body, reply.status, headers)

    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
    path = "/" + base.split("/", 3)[3]
    return Starlette(
        routes=[Route(path, answer, methods=methods), Route(path + "/{rest:path}", answer, methods=methods)]
    )


async def _answer(server: Interactions, request: Request) -> Reply:
    query = pairs(request.url.query)
    _acceptable(request.headers.get("accept", "*/*"), dict(query).get("_format", ""))
    parts = [part for part in request.path_params.get("rest", "").split("/") if part]
    call = Call(request.method, parts, query, dict(request.headers.items()))
    body = await request.body()
    if request.method == "POST" and parts[-1:] == ["_search"]:
        if body and _media(request.headers.get("content-type", "")) != FORM:
            raise Problem(415, "not-supported", f"The body of a search is {FORM}.")
        if not server.wrong("post-search-differs"):
            call.query = query + pairs(body.decode("utf-8", "replace"))
    elif request.method in ("POST", "PUT", "PATCH"):
        call.body = _body(server, request, body)
    if request.method == "POST" and not parts:
        return answer_bundle(server, call)
    if not parts:
        raise Problem(405, "not-supported", "The base takes a Bundle by POST.", Allow="POST")
    return server.answer(call)


def _generic(request: Request) -> str:
    """Who asks for JSON as such is told JSON as such."""
    asked = [one.partition(";")[0].strip() for one in request.headers.get("accept", "").split(",")]
    return "application/json" if asked == ["application/json"] else "application/fhir+json"


def _body(server: Interactions, request: Request, body: bytes) -> Any:
    kind = _media(request.headers.get("content-type", ""))
    if kind not in ((PATCH,) if request.method == "PATCH" else JSON):
        raise Problem(415, "not-supported", f"A body of type {kind or 'none'} is not read here.")
    try:
        return parse_json(body)
    except ValueError:
        if server.wrong("malformed-as-500"):
            raise Problem(500, "exception", "Something went wrong.") from None
        raise Problem(400, "structure", "The body is not JSON.") from None


def _media(text: str) -> str:
    """The media type. Raises Problem for a FHIR version that is not R4's."""
    kind, *parameters = [one.strip().lower() for one in text.split(";")]
    for one in parameters:
        name, _, value = one.partition("=")
        if name == "fhirversion" and value.strip('"') != "4.0":
            raise Problem(415, "not-supported", "This server speaks FHIR 4.0.")
    return kind


def _acceptable(accept: str, format: str) -> None:
    """JSON is all there is. Raises Problem."""
    for one in [format.replace(" ", "+")] if format else accept.split(","):
        kind, *parameters = [part.strip().lower() for part in one.split(";")]
        version = next((part for part in parameters if part.startswith("fhirversion=")), "fhirversion=4.0")
        if (
            kind in (*JSON, "*/*", "application/*")
            and version == "fhirversion=4.0"
            and "q=0" not in parameters
        ):
            return
    raise Problem(406, "not-supported", "This server answers in JSON.")


def _floats(node: Any) -> Any:
    """As a server has them that reads decimals as binary numbers."""
    if isinstance(node, dict):
        return {name: _floats(one) for name, one in node.items()}
    if isinstance(node, list):
        return [_floats(one) for one in node]
    return node if isinstance(node, bool | int | str) or node is None else float(node)
