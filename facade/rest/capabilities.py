"""capabilities: what this server does, derived from what is wired.

https://hl7.org/fhir/R4/http.html#capabilities · https://hl7.org/fhir/R4/capabilitystatement.html
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from facade.errors import BadRequest
from facade.rest.answer import Answer
from facade.rest.pretty import rewrite, write
from facade.rest.request.call import Call
from facade.rest.request.negotiation import PATCH_FORMATS
from facade.rest.service import WRITES, Service
from facade.search import supported_parameters
from facade.spec.definitions import SearchParameter
from facade.store.serialise import from_json

MODES = ("full", "normative", "terminology")
_NOTHING: Mapping[str, Any] = MappingProxyType({})
_SYSTEM = frozenset({"search-system", "history-system", "transaction", "batch"})


@dataclass(frozen=True, slots=True)
class Declared:
    """An operation: its name without `$`, the URL of its definition, the types that it is for (None: every
    one), and whether it is called at the base URL, and at a type or one of its resources; a `local` one only
    of the types that the facade keeps itself."""

    name: str
    definition: str
    types: frozenset[str] | None = None
    system: bool = False
    by_type: bool = True
    local: bool = False

    def entry(self) -> dict[str, str]:
        """As the CapabilityStatement lists it."""
        return {"name": self.name, "definition": self.definition}


async def capabilities(service: Service, call: Call) -> Answer:
    """200 with the CapabilityStatement, or TerminologyCapabilities if `mode=terminology`; 304 for who has
    the statement already."""
    media = call.media()
    for name, value in call.items():
        if name == "mode" and value not in MODES:
            raise BadRequest(f"mode is one of {', '.join(MODES)}.", expression="http.mode")
        if name == "mode" and value == "terminology":
            said = terminology(from_json(service.statement))
            return Answer(200, media.content_type, write(said, media))
    custom = service.store.parameters
    statement = service.statement
    if custom and service.restate is not None:
        statement = await asyncio.to_thread(service.restate, custom)
    tag = _tag(statement)
    headers = ((b"etag", b'W/"%b"' % tag),)
    if tag.decode() in call.header(b"if-none-match"):
        return Answer(304, headers=headers)
    return Answer(200, media.content_type, rewrite(statement, media), headers)


@lru_cache(4)
def _tag(statement: bytes) -> bytes:
    """It tells one statement from another; all formats of one share it, which a weak ETag may."""
    return sha256(statement).hexdigest()[:16].encode()


def terminology(statement: Mapping[str, Any]) -> dict[str, Any]:
    """What is done with codes: nothing but what searches and $validate need of value sets."""
    text = (
        "No terminology operation is served. The modifiers :in, :not-in, :above and :below expand the "
        "ValueSet and CodeSystem resources that are stored here."
    )
    kept = {name: statement[name] for name in ("status", "date", "kind") if name in statement}
    return {
        "resourceType": "TerminologyCapabilities",
        **kept,
        "description": text,
        "codeSearch": "explicit",
    }


def capability_statement(
    served: Iterable[str],
    interactions: Sequence[str],
    operations: Sequence[Declared] = (),
    *,
    local: Collection[str] = (),
    system: Iterable[str] = (),
    origins: Mapping[str, str] = _NOTHING,
    base_url: str,
    version: str,
    started: datetime,
    custom: tuple[SearchParameter, ...] = (),
    profiles: Mapping[str, Sequence[str]] = _NOTHING,
) -> dict[str, Any]:
    """The CapabilityStatement of a server that answers `interactions` for each type in `served`, WRITES for
    the `local` types alone, and those of `system` at its base. `origins` tells of a type where it is from,
    `custom` are the site's own search parameters, `profiles` those that resources of a type claim."""
    types = set(served)
    rest: dict[str, Any] = {
        "mode": "server",
        "documentation": ("Types without create are read-only. " if local else "Read-only. ")
        + "Unknown search parameters are refused with 400, "
        "or ignored and named when the client sends `Prefer: handling=lenient`.",
    }
    if types:
        reads = [code for code in interactions if code not in WRITES]
        reading = [one for one in operations if not one.local]
        reverse = _reverse_includes(types, custom)
        rest["resource"] = [
            _resource(type, interactions, operations, reverse[type], custom)
            if type in local
            else _resource(type, reads, reading, reverse[type], custom)
            for type in sorted(types)
        ]
        for resource in rest["resource"]:
            if resource["type"] in origins:
                resource["documentation"] = origins[resource["type"]]
            if claimed := profiles.get(resource["type"]):
                resource["supportedProfile"] = list(claimed)
    if at_base := [{"code": code} for code in system if code in _SYSTEM]:
        rest["interaction"] = at_base
    if at_system := [one.entry() for one in operations if one.system]:
        rest["operation"] = at_system
    patches = {"patchFormat": list(PATCH_FORMATS)} if local and "patch" in interactions else {}
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": started.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "kind": "instance",
        "software": {"name": "FHIR Facade", "version": version},
        "implementation": {"description": "A FHIR R4 server over a legacy system", "url": base_url},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "application/fhir+xml", "json", "xml"],
        **patches,
        "rest": [rest],
    }


def _reverse_includes(served: set[str], custom: tuple[SearchParameter, ...]) -> dict[str, list[str]]:
    """Of each type what `_revinclude` may name: the references of served types that may lead to it."""
    found: dict[str, list[str]] = {type: [] for type in served}
    for other in served:
        for one in supported_parameters(other, custom):
            if one.kind == "reference":
                for type in served.intersection(one.targets) if one.targets else served:
                    found[type].append(f"{other}:{one.code}")
    return {type: sorted(names) for type, names in found.items()}


def _resource(
    type: str,
    interactions: Sequence[str],
    operations: Sequence[Declared],
    reverse: list[str],
    custom: tuple[SearchParameter, ...],
) -> dict[str, Any]:
    parameters = sorted(supported_parameters(type, custom), key=lambda parameter: parameter.code)
    resource: dict[str, Any] = {
        "type": type,
        "profile": f"http://hl7.org/fhir/StructureDefinition/{type}",
        "interaction": [{"code": code} for code in interactions],
        "versioning": "versioned",
        "readHistory": "vread" in interactions,
        "conditionalRead": "full-support",
    }
    if "create" in interactions:
        resource["conditionalCreate"] = True
    if "update" in interactions:
        resource |= {"updateCreate": True, "conditionalUpdate": True}
    if "delete" in interactions:
        resource["conditionalDelete"] = "single"
    includes = [f"{type}:{one.code}" for one in parameters if one.kind == "reference"]
    if includes:
        resource["searchInclude"] = [*includes, f"{type}:*", "*"]
    if reverse:
        resource["searchRevInclude"] = reverse
    resource["searchParam"] = [
        {"name": one.code, "definition": one.url, "type": one.kind, "documentation": one.description}
        for one in parameters
    ]
    named = [one for one in operations if one.by_type and (one.types is None or type in one.types)]
    if named:
        resource["operation"] = [one.entry() for one in named]
    return resource
