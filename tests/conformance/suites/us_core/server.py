"""The control server as a server of the small guide, and with answers altered on their way."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from conformance.model import Result, Status
from conformance.options import Options
from conformance.run import Report, run
from tests.conformance.controls.app import BASE, make_app
from tests.conformance.suites.us_core.guide import LAB, PATIENT, SERVER, VITAL

Json = dict[str, Any]
Alter = Callable[[httpx.URL, Json], Any]


class Altered(httpx.AsyncBaseTransport):
    """What the control server answers, after `alter` was at it; its statement claims the guide."""

    def __init__(self, fault: str | None = None, alter: Alter = lambda url, body: None) -> None:
        self._inner = httpx.ASGITransport(make_app(fault))
        self._alter = alter

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._inner.handle_async_request(request)
        body = json.loads(await answer.aread() or b"null")
        if isinstance(body, dict) and body["resourceType"] == "CapabilityStatement":
            body["instantiates"] = [SERVER]
            for one in body["rest"][0]["resource"]:
                one["supportedProfile"] = {"Patient": [PATIENT], "Observation": [f"{VITAL}|1", LAB]}.get(
                    one["type"], []
                )
        if isinstance(body, dict):
            told = self._alter(request.url, body)
            status = told if isinstance(told, int) else answer.status_code
            return _response(status, json.dumps(body).encode())
        return _response(answer.status_code, answer.content)


def _response(status: int, body: bytes) -> httpx.Response:
    kind = {"content-type": "application/fhir+json"}
    return httpx.Response(status, headers=kind, stream=httpx.ByteStream(body))


async def judged(package: Path | None, transport: httpx.AsyncBaseTransport, **options: Any) -> Report:
    packages = (package,) if package else ()
    return await run(
        Options(BASE, suites=("uscore",), packages=packages, rate=1e6, **options), transport=transport
    )


def failed(report: Report) -> dict[str, list[str]]:
    """The subjects of the failures by requirement."""
    found: dict[str, list[str]] = {}
    for one in report.results:
        if one.status is Status.FAIL:
            found.setdefault(one.requirement.id, []).append(one.subject)
    return found


def result(report: Report, id: str, subject: str) -> Result:
    (one,) = (each for each in report.results if (each.requirement.id, each.subject) == (id, subject))
    return one


def resources(body: Json, type: str) -> list[Json]:
    """Those of a type in an answer: the entries of a Bundle, or the resource itself."""
    found = [one["resource"] for one in body.get("entry", ()) if "resource" in one]
    return [one for one in [body, *found] if one.get("resourceType") == type]
