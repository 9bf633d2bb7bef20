"""A server that is one function, in this process, and what the kit says of it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import httpx

from conformance.model import Result, Status
from conformance.options import Options
from conformance.run import run

BASE = "http://fake/fhir"
Answer = tuple[int, dict[str, str], Any]


class Fake(httpx.AsyncBaseTransport):
    """`answer` gets the request: status, headers, and a body (bytes, or what is written as JSON)."""

    def __init__(self, answer: Callable[[httpx.Request], Answer]) -> None:
        self._answer = answer
        self.asked: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.asked.append(request)
        status, headers, body = self._answer(request)
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        kind = {"content-type": "application/fhir+json"} | headers
        return httpx.Response(status, headers=kind, stream=httpx.ByteStream(content))


async def judged(fake: Fake, suite: str, **options: Any) -> list[Result]:
    """The results of one suite."""
    report = await run(Options(BASE, suites=(suite,), **options), transport=fake)
    return report.results


def ended(results: list[Result]) -> dict[str, set[Status]]:
    """How the checks ended, by requirement."""
    found = defaultdict(set)
    for one in results:
        found[one.requirement.id].add(one.status)
    return dict(found)


def failed(results: list[Result]) -> dict[str, str]:
    """The reasons of what failed, the last by requirement."""
    return {one.requirement.id: one.reason for one in results if one.status is Status.FAIL}
