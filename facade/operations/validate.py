"""$validate: whether a resource is valid, and would be taken, without anything being stored.

https://hl7.org/fhir/R4/resource-operation-validate.html
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any

from facade.errors import BadRequest, NotWritable
from facade.rest.answer import Answer, Header
from facade.rest.pretty import write
from facade.rest.read import read_stored
from facade.rest.request.body import aside, parse_resource, read_body
from facade.rest.request.call import Call
from facade.rest.request.negotiation import PARAMETERS
from facade.rest.service import Service
from facade.rest.writing.draft import require_local
from facade.store.serialise import from_json
from facade.validation.issue import Issue, to_outcome
from facade.validation.library import Library
from facade.validation.validate import validate as find_issues

SECONDS = 20.0
WORKERS = 2
MODES = ("create", "update", "delete", "profile")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a call asks: `resource` is None where the stored one is meant."""

    resource: Json | None
    mode: str | None
    profiles: tuple[str, ...]


async def validate(service: Service, call: Call, type: str, id: str | None = None) -> Answer:
    """200 with an OperationOutcome whenever there was something to validate: the worst issue tells.

    400 for a body that is no resource, or parameters that make no sense; 404 and 410 for a stored resource
    that is not there.
    """
    media = call.media()
    asked = await _asked(service, call)
    resource = asked.resource
    headers: tuple[Header, ...] = ()
    if resource is None:
        if id is None:
            raise BadRequest("There is no resource to validate: POST one.", expression="resource")
        found, headers = await read_stored(service, call, type, id)
        resource = from_json(found.body)
    issues = [] if asked.mode == "delete" else await _found(service, resource, asked.profiles)
    issues += _mode_issues(service, asked, type, id)
    return Answer(200, media.content_type, write(to_outcome(issues), media), headers)


async def _asked(service: Service, call: Call) -> _Asked:
    """From the body and the URL. Raises BadRequest, and what reading a body raises."""
    modes: list[str] = []
    profiles: list[str] = []
    for name, value in call.items():
        if name == "profile" and value:
            profiles.append(value)
        elif name == "mode":
            modes.append(value)
        elif name not in PARAMETERS:
            raise BadRequest("$validate has no such parameter; it has profile and mode.", expression=name)
    resource = None
    data = await read_body(call, service.max_body) if call.method == "POST" else b""
    if data:
        resource = await aside(len(data), lambda: parse_resource(data, call.header(b"content-type")))
        if resource["resourceType"] == "Parameters" and _is_call(resource):
            resource = _read_parameters(resource, modes, profiles)
    if len(modes) > 1 or any(mode not in MODES for mode in modes):
        raise BadRequest(f"mode is one of {', '.join(MODES)}.", expression="mode")
    mode = modes[0] if modes else None
    if mode == "profile" and not profiles:
        raise BadRequest("mode=profile needs a profile.", expression="profile")
    return _Asked(resource, mode, tuple(dict.fromkeys(profiles)))


def _is_call(parameters: Json) -> bool:
    """Whether Parameters are those of this operation, and not themselves what is to be validated."""
    rows = parameters.get("parameter")
    if not isinstance(rows, list) or not rows:
        return False
    return all(isinstance(row, dict) and row.get("name") in ("resource", "mode", "profile") for row in rows)


def _read_parameters(parameters: Json, modes: list[str], profiles: list[str]) -> Json | None:
    """The resource; modes and profiles are added to the lists."""
    resource: Json | None = None
    for at, row in enumerate(parameters["parameter"]):
        place = f"Parameters.parameter[{at}]"
        values = [value for name, value in row.items() if name.startswith("value")]
        match row["name"]:
            case "resource":
                if resource is not None or not isinstance(row.get("resource"), dict):
                    raise BadRequest("The parameter resource holds one resource.", expression=place)
                resource = row["resource"]
            case "mode" if len(values) == 1 and isinstance(values[0], str):
                modes.append(values[0])
            case "profile" if len(values) == 1 and isinstance(values[0], str):
                profiles.append(values[0])
            case name:
                raise BadRequest(f"The parameter {name} holds one value.", expression=place)
    return resource


async def _found(service: Service, resource: Json, profiles: Sequence[str]) -> list[Issue]:
    """The issues, by a thread of few, so that others are served meanwhile, and the time is limited."""
    library = await service.shelf.library(service.store)
    ends = time.monotonic() + SECONDS
    work = _threads().submit(_validate_until, resource, profiles, library, ends)
    try:
        return await asyncio.wait_for(asyncio.wrap_future(work), SECONDS * 1.5)
    except TimeoutError:
        return [Issue("error", "timeout", "", "the time allowed is over: not all was checked")]


def _validate_until(resource: Json, profiles: Sequence[str], library: Library, ends: float) -> list[Issue]:
    return find_issues(resource, profiles, library, lambda: time.monotonic() > ends)


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(WORKERS, "validate")


def _mode_issues(service: Service, asked: _Asked, type: str, id: str | None) -> list[Issue]:
    """What the interaction in mind asks beyond a valid resource."""
    found = []
    resource, mode = asked.resource, asked.mode
    if resource is not None and resource.get("resourceType") != type:
        text = f"a resource of type {type} is expected at this URL"
        found.append(Issue("error", "invalid", str(resource.get("resourceType")), text))
    if mode == "update" and resource is not None:
        own = resource.get("id")
        if own is None or (id is not None and own != id):
            text = "an update's resource must have the id of the URL"
            found.append(Issue("error", "invalid", f"{type}.id", text))
    if mode in ("create", "update", "delete"):
        try:
            require_local(service, type)
        except NotWritable as error:
            found.append(Issue("error", "not-supported", type, error.diagnostics))
    if mode in ("update", "delete") and id is None:
        found.append(Issue("error", "required", "", f"{mode} is of one resource: call {type}/[id]/$validate"))
    if mode == "create" and id is not None:
        found.append(Issue("error", "invalid", "", f"create is of no resource yet: call {type}/$validate"))
    return found
