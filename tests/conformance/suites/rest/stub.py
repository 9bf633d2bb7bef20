"""A part of the suite over answers that a function makes: what it asked, and how each check ended."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from conformance.client import Client
from conformance.model import Status
from conformance.options import Options
from conformance.session import Session
from conformance.statement import parse_statement

BASE = "http://stub/fhir"
JSON = "application/fhir+json; charset=utf-8"
Answer = Callable[[httpx.Request], httpx.Response]


def said(resource: Any, status: int = 200, **headers: str) -> httpx.Response:
    """An answer in FHIR's JSON, or in the bytes given."""
    named = {"content-type": JSON} | {name.replace("_", "-"): value for name, value in headers.items()}
    body = resource if isinstance(resource, bytes) else json.dumps(resource, ensure_ascii=False).encode()
    return httpx.Response(status, headers=named, stream=httpx.ByteStream(body))


async def judged(
    answer: Answer,
    judge: Callable[[Session], Awaitable[Any]],
    formats: tuple[str, ...] = ("json",),
    interactions: tuple[str, ...] = (),
    **declared: Any,
) -> dict[str, set[Status]]:
    """How the checks of each requirement ended, on a server that declares this of the type Patient."""
    patient = {"type": "Patient", "interaction": [{"code": one} for one in ("read", "search-type", "vread")]}
    system = [{"code": one} for one in interactions]
    rest = {"mode": "server", "resource": [patient | declared], "interaction": system}
    raw = {"format": list(formats), "rest": [rest]}
    options = Options(BASE, rate=1e9)
    client = Client(options, httpx.MockTransport(answer))
    session = Session(options, client, parse_statement(raw))
    try:
        await judge(session)
    finally:
        await client.aclose()
    found: dict[str, set[Status]] = {}
    for result in session.results:
        found.setdefault(result.requirement.id, set()).add(result.status)
    return found
