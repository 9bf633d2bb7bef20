"""Runs scripts against the control server, in this process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx

from conformance.model import Result
from conformance.options import Options
from conformance.run import run
from conformance.spec.definitions import definitions
from conformance.xml.elements import Elements
from conformance.xml.reading import read_xml
from conformance.xml.writing import write_xml
from tests.conformance.controls import BASE, make_app
from tests.conformance.controls.store import as_json, parse_json

Json = dict[str, Any]


class XmlToo(httpx.ASGITransport):
    """The control server with XML, which it does not speak itself."""

    elements = Elements(definitions())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        wants = "xml" in request.headers.get("accept", "")
        headers, body = dict(request.headers), await request.aread()
        if wants:
            headers["accept"] = "application/fhir+json"
        if "xml" in headers.get("content-type", "") and body:
            body = as_json(read_xml(body, self.elements))
            headers["content-type"] = "application/fhir+json"
        headers.pop("content-length", None)
        answer = await super().handle_async_request(
            httpx.Request(request.method, request.url, headers=headers, content=body)
        )
        found = await answer.aread()
        if not wants or not found:
            return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(found))
        kept = {name: value for name, value in answer.headers.items() if not name.startswith("content-")}
        kept["content-type"] = "application/fhir+xml"
        stream = httpx.ByteStream(write_xml(parse_json(found), self.elements))
        return httpx.Response(answer.status_code, headers=kept, stream=stream)


async def judged(path: Path, *, fault: str | None = None, **options: Any) -> list[Result]:
    """The results of the scripts at a path."""
    wanted = Options(BASE, suites=("testscript",), testscripts=(path,), **options)
    report = await run(wanted, transport=XmlToo(make_app(fault)))
    return report.results


def script(*tests: list[Json], **more: Any) -> Json:
    """A TestScript; each test is a list of actions."""
    return {
        "resourceType": "TestScript",
        "id": "s",
        "url": "http://example.org/TestScript/s",
        "name": "S",
        "status": "active",
        "test": [{"id": f"t{at}", "action": actions} for at, actions in enumerate(tests, 1)],
        **more,
    }


def operation(code: str = "", **more: Any) -> Json:
    """An action."""
    type = {"type": {"code": code}} if code else {}
    return {"operation": type | {"encodeRequestUrl": True} | more}


def check(**more: Any) -> Json:
    """An action that asserts."""
    return {"assert": {"warningOnly": False} | more}


def write(folder: Path, content: Json, name: str = "s.json") -> Path:
    """A file in a folder."""
    path = folder / name
    path.write_text(json.dumps(content), encoding="utf-8")
    return path
