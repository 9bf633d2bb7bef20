"""The statement taken by itself: valid, of one mind, and in terms that R4 and the guides define.

https://hl7.org/fhir/R4/capabilitystatement.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from conformance.errors import Failed
from conformance.model import Level, Requirement
from conformance.session import Session
from conformance.statement import dicts
from conformance.suites.capability import matched
from conformance.validation import errors, validate

_DEFINITIONS = "https://hl7.org/fhir/R4/capabilitystatement-definitions.html#CapabilityStatement."

VALID = Requirement(
    "capability.statement.valid",
    Level.SHALL,
    "The statement is a valid CapabilityStatement.",
    "https://hl7.org/fhir/R4/capabilitystatement.html#resource",
)
KIND = Requirement(
    "capability.statement.kind",
    Level.SHALL,
    "The kind of the statement that a server serves of itself is instance.",
    "https://hl7.org/fhir/R4/valueset-capability-statement-kind.html",
)
SERVER = Requirement(
    "capability.statement.server",
    Level.SHALL,
    "The statement describes this endpoint: it has a rest part of mode server, for R4, with its formats.",
    f"{_DEFINITIONS}rest.mode",
)
TYPES = Requirement(
    "capability.statement.types",
    Level.SHALL,
    "Each type is one of R4, and described once.",
    f"{_DEFINITIONS}rest.resource",
)
ONCE = Requirement(
    "capability.statement.once",
    Level.SHALL,
    "No search parameter is listed twice for a type.",
    f"{_DEFINITIONS}rest.resource.searchParam",
)
REPEATED = Requirement(
    "capability.statement.repeated",
    Level.SHOULD,
    "No interaction, operation, include, profile or format is listed twice.",
    f"{_DEFINITIONS}rest.resource",
)
REQUIREMENTS = (VALID, KIND, SERVER, TYPES, ONCE, REPEATED, *matched.REQUIREMENTS)
_SHOWN = 8


async def check_claims(session: Session) -> None:
    """Without a request, but for definitions that the server itself is said to have."""
    raw = session.statement.raw
    async with session.check(VALID):
        if found := errors(validate(raw, session.definitions)):
            raise Failed("; ".join(map(str, found[:_SHOWN])) + _more(len(found)))
    async with session.check(KIND) as check:
        check.that(raw.get("kind") == "instance", f"the kind is {raw.get('kind')!r}")
    async with session.check(SERVER) as check:
        modes = [one.get("mode") for one in dicts(raw.get("rest"))]
        check.that("server" in modes, f"the modes of its rest parts are {modes}")
        check.that(
            str(raw.get("fhirVersion")).startswith("4.0"),
            f"the fhirVersion is {raw.get('fhirVersion')!r}, not '4.0.1'",
        )
        check.that(session.statement.formats, "no format is given")
    rests = [one for one in dicts(raw.get("rest")) if one.get("mode") == "server"]
    async with session.check(TYPES) as check:
        for rest in rests:
            names = [str(one.get("type")) for one in dicts(rest.get("resource"))]
            check.that(not (twice := repeated(names)), f"described more than once: {', '.join(twice)}")
            strange = sorted(set(names) - session.definitions.resource_types)
            check.that(not strange, f"not a resource type of R4: {', '.join(strange[:_SHOWN])}")
    await session.gather(
        _once(session, resource) for rest in rests for resource in dicts(rest.get("resource"))
    )
    async with session.check(REPEATED, "server"):
        _unrepeated([raw, *rests], ("format", "patchFormat", "interaction", "operation"))
    await matched.check_matched(session)


async def _once(session: Session, resource: dict[str, Any]) -> None:
    type = str(resource.get("type"))
    async with session.check(ONCE, type) as check:
        names = [str(one.get("name")) for one in dicts(resource.get("searchParam"))]
        check.that(not (twice := repeated(names)), f"listed more than once: {', '.join(twice)}")
    async with session.check(REPEATED, type):
        _unrepeated(
            [resource],
            ("interaction", "operation", "searchInclude", "searchRevInclude", "supportedProfile"),
        )


def _unrepeated(parts: Iterable[dict[str, Any]], members: Iterable[str]) -> None:
    """No member of a part has an item twice; an operation is its name and definition. Raises Failed."""
    for part in parts:
        for member in members:
            found = part.get(member)
            items = [_named(one) for one in found] if isinstance(found, list) else []
            if twice := repeated(items):
                raise Failed(f"{member} lists more than once: {', '.join(twice)}")


def _named(item: Any) -> str:
    if isinstance(item, dict):
        return " ".join(str(item[name]) for name in ("code", "name", "definition") if name in item)
    return str(item)


def repeated(items: Iterable[str]) -> list[str]:
    """Those that come more than once, the first few of them."""
    return sorted(item for item, times in Counter(items).items() if times > 1)[:_SHOWN]


def _more(count: int) -> str:
    return f" … and {count - _SHOWN} more" if count > _SHOWN else ""
