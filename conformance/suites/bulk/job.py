"""One export: begun, followed to its end, its files read.

https://hl7.org/fhir/uv/bulkdata/STU1.0.1/export/index.html
"""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

from conformance.errors import Failed, Skipped
from conformance.exchange import Response, parse_json, said
from conformance.session import Check, Session
from conformance.statement import dicts

Json = dict[str, Any]
ASYNC = {"accept": "application/fhir+json", "prefer": "respond-async"}
_PATIENCE = 60.0  # seconds that an export of a test server may take
_LONGEST = 5.0  # seconds of one pause, whatever Retry-After says
_FILES = 20  # files that are read
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


@dataclass(slots=True)
class Export:
    """`url` is the kick-off's; `resources` are by type, from the files that were read."""

    url: str
    manifest: Json
    resources: dict[str, list[Json]] = field(default_factory=dict)
    whole: bool = True


async def begin(check: Check, path: str, **params: str) -> str:
    """The URL of the job's status. Raises Failed."""
    return location_of(check, await check.send("GET", path, params=params, headers=ASYNC))


def location_of(check: Check, answer: Response) -> str:
    """Content-Location of an accepted export. Raises Failed."""
    if answer.status != 202:
        told = _outcome(answer)
        raise Failed(f"the status is {answer.status}, not 202" + (f": {told}" if told else ""))
    location = answer.header("content-location")
    check.that(location, "there is no Content-Location")
    check.that(location.startswith(("http://", "https://")), "Content-Location is not an absolute URL")
    return location


async def follow(session: Session, check: Check, location: str) -> Response:
    """The answer with which the job ends. Raises Failed, and Skipped if it takes too long."""
    until = time.monotonic() + _PATIENCE
    while True:
        headers = login(session, location) | {"accept": "application/json"}
        answer = await check.send("GET", location, headers=headers)
        if answer.status == 200:
            return answer
        if answer.status != 202:
            raise Failed(f"the status of the export is {answer.status}, not 202 or 200: {_outcome(answer)}")
        if time.monotonic() > until:
            raise Skipped(f"the export was not made within {_PATIENCE:g} seconds")
        after = answer.header("retry-after")
        await asyncio.sleep(min(float(after), _LONGEST) if after.isdigit() else 0.5)


def manifest_of(check: Check, answer: Response) -> Json:
    """The manifest, with all that it must have. Raises Failed."""
    kind = answer.header("content-type").partition(";")[0].strip().lower()
    check.that(kind == "application/json", f"the content type is {kind or 'not there'}, not application/json")
    found = answer.json()
    check.that(isinstance(found, dict), "the manifest is not an object")
    instant = found.get("transactionTime")
    check.that(isinstance(instant, str) and _INSTANT.fullmatch(instant), "transactionTime is not an instant")
    check.that(isinstance(found.get("request"), str), "request is not a text")
    check.that(isinstance(found.get("requiresAccessToken"), bool), "requiresAccessToken is not a boolean")
    for name in ("output", "error"):
        items = found.get(name)
        check.that(isinstance(items, list), f"{name} is not a list")
        check.that(len(dicts(items)) == len(items), f"{name} has something that is not an object")
        for one in dicts(items):
            check.that(isinstance(one.get("type"), str), f"an item of {name} has no type")
            url = one.get("url")
            check.that(
                isinstance(url, str) and url.startswith(("http://", "https://")),
                f"an item of {name} has no absolute URL",
            )
    return dict(found)


async def read_files(session: Session, check: Check, export: Export) -> None:
    """Fills `resources`; the files of errors must hold outcomes. Raises Failed."""
    output, errors = dicts(export.manifest["output"]), dicts(export.manifest["error"])
    export.whole = len(output) <= _FILES
    for one in output[:_FILES]:
        found = await _file(session, check, one)
        export.resources.setdefault(one["type"], []).extend(found)
        count = one.get("count")
        check.that(
            count is None or count == len(found),
            f"a file of {one['type']} has {len(found)} lines, not {count}",
        )
    for one in errors[:_FILES]:
        check.that(one["type"] == "OperationOutcome", f"a file of errors has the type {one['type']}")
        await _file(session, check, one)
    for type, resources in export.resources.items():
        ids = [str(one.get("id")) for one in resources]
        check.that(len(set(ids)) == len(ids), f"{type}: {len(ids) - len(set(ids))} resources come twice")


async def _file(session: Session, check: Check, one: Json) -> list[Json]:
    headers = login(session, one["url"]) | {"accept": "application/fhir+ndjson"}
    answer = await check.send("GET", one["url"], headers=headers)
    check.status(answer, 200)
    kind = answer.header("content-type").partition(";")[0].strip().lower()
    check.that(
        kind == "application/fhir+ndjson",
        f"a file of {one['type']} has the content type {kind or 'none'}, not application/fhir+ndjson",
    )
    found = []
    for at, line in enumerate(answer.body.splitlines(), 1):
        if not line.strip():
            continue
        try:
            resource = parse_json(line)
        except ValueError:
            raise Failed(f"line {at} of a file of {one['type']} is not JSON") from None
        seen = resource.get("resourceType") if isinstance(resource, dict) else None
        check.that(seen == one["type"], f"line {at} of a file of {one['type']} is a {seen}")
        found.append(resource)
    return found


async def discard(session: Session, check: Check, location: str) -> Response:
    """Ask the server to forget the job."""
    headers = login(session, location) | {"accept": "application/fhir+json"}
    return await check.send("DELETE", location, headers=headers)


def login(session: Session, url: str) -> dict[str, str]:
    """The login for a URL of the same server that is not below its base; never for another host."""
    here, there = httpx.URL(session.client.base), httpx.URL(url)
    same = (here.scheme, here.host, here.port) == (there.scheme, there.host, there.port)
    return dict(session.options.headers) if same else {}


def _outcome(answer: Response) -> str:
    try:
        return said(answer.json())
    except Failed:
        return ""
